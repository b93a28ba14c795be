//! `teammig.graph/1`.

use serde_json::{Value, json};

use crate::{
    cli::{conflicts::objects, json},
    model::{
        lanes::Tie,
        picture::{Holder, Node, Picture},
    },
    workflow::graph::Drawn,
};

/// The whole document. Edges lead from a revision to what it builds on.
pub(super) fn document(drawn: &Drawn) -> Value {
    let picture = &drawn.picture;
    let edges: Vec<Value> = picture
        .nodes
        .iter()
        .flat_map(|node| node.ties.iter().map(move |tie| (node, tie)))
        .map(|(node, (to, tie))| {
            json!({
                "from": node.id,
                "to": picture.nodes[*to].id,
                "kind": match tie {
                    Tie::Parent => "parent",
                    Tie::Dependency => "depends_on",
                },
            })
        })
        .collect();
    json!({
        "schema": "teammig.graph/1",
        "title": picture.title,
        "nodes": picture.nodes.iter().map(|node| self::node(picture, node)).collect::<Vec<_>>(),
        "edges": edges,
        "collisions": picture.collisions.iter().map(|one| json!({
            "from": picture.nodes[one.one].id,
            "to": picture.nodes[one.other].id,
            "clash": one.clash.name(),
            "objects": objects(&one.objects),
        })).collect::<Vec<_>>(),
        "diverged": !drawn.project.graph.diverged().is_empty(),
        "environments": picture.environments.iter().enumerate().map(|(at, environment)| json!({
            "environment": environment.name,
            "protected": environment.protected,
            "seen_at": environment.seen_at.to_string(),
            "read_now": environment.fresh,
            "heads": picture.nodes.iter()
                .filter(|node| node.stands.contains(&at))
                .map(|node| &node.id)
                .collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "out_of_reach": drawn.out_of_reach.as_ref().map(crate::cli::report::message),
        "findings": json::findings(&drawn.project),
    })
}

fn node(picture: &Picture, node: &Node) -> Value {
    let (whose, branches): (&str, Vec<&str>) = match &node.holder {
        Holder::Published(name) => ("published", vec![name]),
        Holder::Mine(branch) => ("mine", branch.iter().map(String::as_str).collect()),
        Holder::Uncommitted => ("uncommitted", Vec::new()),
        Holder::Branches(of) => (
            "branches",
            of.iter()
                .filter_map(|&at| picture.branches.get(at))
                .map(String::as_str)
                .collect(),
        ),
        Holder::Unread => ("unread", Vec::new()),
        Holder::LedgerOnly => ("phantom", Vec::new()),
        Holder::Unknown => ("unknown", Vec::new()),
    };
    json!({
        "revision": node.id,
        "message": node.message,
        "created": node.created.map(|at| at.to_string()),
        "path": node.path,
        "labels": node.labels,
        "is_head": node.place.head,
        "is_base": node.place.base,
        "is_merge": node.place.merge,
        "is_branch_point": node.place.branch_point,
        "whose": whose,
        "branches": branches,
        "applied": node.applied.iter().filter_map(|applied| Some(json!({
            "environment": picture.environments.get(applied.environment)?.name,
            "at": applied.at.map(|at| at.to_string()),
            "by": applied.at.map(|_| &applied.by),
        }))).collect::<Vec<_>>(),
        "not_drawn": node.undrawn,
    })
}
