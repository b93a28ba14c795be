//! A picture with one of everything.

use crate::model::{
    RevId,
    conflict::Clash,
    footprint::Object,
    lanes::Tie,
    picture::{Applied, Collision, Environment, Holder, Node, Picture, Place},
};

/// A node without anything around it.
pub(super) fn node(id: &str, message: &str, parents: &[usize]) -> Node {
    Node {
        id: RevId::trusted(id),
        message: message.to_owned(),
        created: Some("2026-11-22T10:30:00Z".parse().unwrap()),
        path: Some(format!("migrations/{id}.sql")),
        labels: Vec::new(),
        ties: parents.iter().map(|&to| (to, Tie::Parent)).collect(),
        undrawn: Vec::new(),
        place: Place {
            base: parents.is_empty(),
            merge: parents.len() > 1,
            ..Place::default()
        },
        holder: Holder::Published("origin/main".to_owned()),
        head_of: Vec::new(),
        applied: Vec::new(),
        stands: Vec::new(),
    }
}

/// My uncommitted revision, one of a branch, a phantom, on a published base.
pub(super) fn team() -> Picture {
    let applied = |environment| Applied {
        environment,
        at: Some("2026-11-23T08:00:00Z".parse().unwrap()),
        by: "ann@host".to_owned(),
    };
    let mut mine = node("aaaa00000004", "Mine & <b>new</b>", &[3]);
    mine.holder = Holder::Uncommitted;
    mine.place.head = true;
    let mut theirs = node("bbbb00000003", "Theirs", &[3]);
    theirs.holder = Holder::Branches(vec![0]);
    theirs.place.head = true;
    theirs.ties.push((2, Tie::Dependency));
    let mut phantom = node("cccc00000002", "", &[]);
    phantom.holder = Holder::LedgerOnly;
    phantom.place.base = false;
    phantom.undrawn = vec![RevId::trusted("eeee00000009")];
    phantom.applied = vec![applied(0)];
    phantom.stands = vec![0];
    let mut base = node("dddd00000001", "Base", &[]);
    base.place.branch_point = true;
    base.labels = vec!["shop".to_owned()];
    base.head_of = vec!["origin/main".to_owned()];
    base.applied = vec![applied(0), applied(1)];
    base.stands = vec![1];
    let environment = |name: &str, protected| Environment {
        name: name.to_owned(),
        protected,
        seen_at: "2026-11-24T08:00:00Z".parse().unwrap(),
        fresh: false,
    };
    Picture {
        title: "shop on main".to_owned(),
        nodes: vec![mine, theirs, phantom, base],
        environments: vec![environment("dev", false), environment("staging", true)],
        protects: true,
        branches: vec!["origin/theirs".to_owned()],
        collisions: vec![Collision {
            one: 0,
            other: 1,
            clash: Clash::Order,
            objects: vec![Object::column("public", "users", "a\"b")],
        }],
    }
}
