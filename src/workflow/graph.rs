//! The graph as a picture: the revisions of a snapshot, with those that only
//! other branches or databases have, and who has each.
//!
//! Databases are remembered from when their ledgers were last read; one is
//! asked only where the caller wants it. Nothing is written but that memory.

mod collisions;
mod holders;
mod others;
mod seen;

use std::collections::{BTreeSet, HashMap};

use self::{
    holders::Holders,
    others::{Others, elsewhere, numbers},
    seen::{Seen, read},
};
use super::{At, Context, Error, known, revisions};
use crate::model::{
    Project, RevId, Revision,
    graph::Graph,
    lanes::Tie,
    picture::{Applied, Holder, Node, Picture, Place},
};

/// What is wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request<'a> {
    /// A range as [`Graph::history`] takes it.
    pub range: Option<&'a str>,
    /// With the revisions of all branches.
    pub all: bool,
    /// Read the database that was chosen.
    pub applied: bool,
}

/// The picture and what it was made from.
#[derive(Debug)]
pub struct Drawn {
    /// The picture.
    pub picture: Picture,
    /// The snapshot.
    pub project: Project,
    /// The database was to be read and could not be; it is drawn as remembered,
    /// or not at all.
    pub out_of_reach: Option<Error>,
    /// So many pairs of heads were not held against each other: they are too many.
    pub uncompared: usize,
}

/// Gathers what there is to draw.
pub fn draw(context: &Context, request: &Request<'_>) -> Result<Drawn, Error> {
    let project = context.project()?;
    let mut databases: Vec<Seen> = known::recall(context).into_iter().map(Seen::from).collect();
    let from_current = request
        .range
        .is_some_and(|range| range.split(':').any(|end| end == "current"));
    let mut out_of_reach = None;
    if request.applied || from_current {
        match read(context) {
            Ok(seen) => {
                databases.retain(|known| known.environment.name != seen.environment.name);
                databases.push(seen);
            }
            Err(error @ Error::Database { .. }) if !from_current => out_of_reach = Some(error),
            Err(error) => return Err(error),
        }
    }
    // As the configuration names them, and last what it does not name.
    let environments = &context.config.environments;
    databases.sort_by_key(|seen| {
        environments
            .iter()
            .position(|environment| environment.name == seen.environment.name)
            .unwrap_or(environments.len())
    });
    let others = if request.all {
        elsewhere(context, &project)?
    } else {
        Others::default()
    };
    let graph = united(&project, &others, &databases);
    let current = databases
        .iter()
        .find(|seen| seen.environment.fresh)
        .map_or_else(Vec::new, |seen| graph.maximal(&seen.applied()));
    let (collisions, uncompared) = collisions::find(context, &project, &others)?;
    let ids = graph
        .history(request.range, &current)
        .map_err(|error| revisions::explain_missing(context, error.into()))?;
    let sources = Sources {
        holders: Holders::new(context),
        project: &project,
        others: &others,
        databases: &databases,
        graph: &graph,
    };
    let mut picture = sources.picture(&ids, title(context));
    picture.collisions = collisions::drawn(&picture, &collisions);
    Ok(Drawn {
        picture,
        project,
        out_of_reach,
        uncompared,
    })
}

/// The snapshot's revisions, then those of branches, then those of ledgers.
fn united(project: &Project, others: &Others, databases: &[Seen]) -> Graph {
    let mut revisions: Vec<Revision> = project.graph.iter().cloned().collect();
    revisions.extend(
        others
            .found
            .iter()
            .map(|found| found.migration.revision.clone()),
    );
    let mut known: BTreeSet<RevId> = revisions
        .iter()
        .map(|revision| revision.id.clone())
        .collect();
    for row in databases.iter().flat_map(|seen| &seen.rows) {
        if known.insert(row.revision.clone()) {
            revisions.push(Revision {
                message: row.message.clone(),
                ..Revision::new(row.revision.clone(), row.parents.clone())
            });
        }
    }
    // What is wrong with the snapshot is reported with the project; that several
    // branches do not go together is what the picture shows.
    Graph::build(revisions).0
}

struct Sources<'a> {
    holders: Holders,
    project: &'a Project,
    others: &'a Others,
    databases: &'a [Seen],
    graph: &'a Graph,
}

impl Sources<'_> {
    fn picture(&self, ids: &[RevId], title: String) -> Picture {
        let mut picture = Picture {
            title,
            environments: self
                .databases
                .iter()
                .map(|seen| seen.environment.clone())
                .collect(),
            ..Picture::default()
        };
        let at: HashMap<&RevId, usize> = ids.iter().enumerate().map(|(at, id)| (id, at)).collect();
        picture.nodes = ids
            .iter()
            .map(|id| self.node(id, &at, &mut picture.branches))
            .collect();
        for (environment, seen) in self.databases.iter().enumerate() {
            for row in &seen.rows {
                if let Some(&at) = at.get(&row.revision) {
                    picture.nodes[at].applied.push(Applied {
                        environment,
                        at: row.applied_at,
                        by: row.applied_by.clone(),
                    });
                }
            }
            for id in self.graph.maximal(&seen.applied()) {
                if let Some(&at) = at.get(&id) {
                    picture.nodes[at].stands.push(environment);
                }
            }
        }
        let published = self.holders.heads_of(self.graph);
        picture.protects = !published.is_empty();
        for (name, heads) in published {
            for id in &heads {
                if let Some(&at) = at.get(id) {
                    picture.nodes[at].head_of.push(name.clone());
                }
            }
        }
        picture
    }

    fn node(&self, id: &RevId, at: &HashMap<&RevId, usize>, branches: &mut Vec<String>) -> Node {
        let key = id.as_str();
        let graph = self.graph;
        let here = self.project.graph.get(key).is_some();
        let found = self.others.get(id);
        let unread = self.project.hides(id);
        let holder = match found {
            _ if here => self.holders.of(id),
            _ if unread.is_some() => Holder::Unread,
            Some(found) => Holder::Branches(numbers(&found.branches, branches)),
            None => Holder::LedgerOnly,
        };
        let revision = graph.get(key);
        let drawn = |ids: Vec<RevId>, tie| -> Vec<(usize, Tie)> {
            ids.iter()
                .filter_map(|id| Some((*at.get(id)?, tie)))
                .collect()
        };
        let mut ties = drawn(graph.parents(key), Tie::Parent);
        for tie in drawn(graph.dependencies(key), Tie::Dependency) {
            if !ties.iter().any(|other| other.0 == tie.0) {
                ties.push(tie);
            }
        }
        Node {
            message: revision.map_or_else(String::new, |revision| revision.message.clone()),
            created: revision.and_then(|revision| revision.created),
            path: match (unread, found) {
                (Some(path), _) => Some(path.to_string()),
                (None, Some(found)) if !here => Some(found.path.clone()),
                _ => self
                    .project
                    .migration(key)
                    .map(|migration| migration.file.path.to_string()),
            },
            labels: revision.map_or_else(Vec::new, |revision| revision.labels.clone()),
            ties,
            undrawn: revision
                .iter()
                .flat_map(|revision| &revision.parents)
                .filter(|parent| !at.contains_key(parent))
                .cloned()
                .collect(),
            place: Place {
                head: match holder {
                    // Whether it is one, only its own files could tell.
                    Holder::Unread | Holder::LedgerOnly => false,
                    Holder::Branches(_) => graph.is_head(key),
                    _ => self.project.graph.is_head(key),
                },
                base: graph.is_base(key),
                merge: graph.is_merge(key),
                branch_point: graph.is_branch_point(key),
            },
            holder,
            head_of: Vec::new(),
            applied: Vec::new(),
            stands: Vec::new(),
            id: id.clone(),
        }
    }
}

/// `shop on main`, `shop at v1.4.2`.
fn title(context: &Context) -> String {
    let config = &context.config;
    let mut title = config
        .root
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    if let Some(database) = &config.database {
        title = format!("{title}, {database}");
    }
    match context.at() {
        At::Commit(name) => format!("{title} at {name}"),
        At::Index => format!("{title}, staged"),
        At::WorkTree => {
            let head = context.repo_if_any().and_then(|repo| repo.head().ok());
            match head.as_ref().and_then(|head| head.branch()) {
                Some(branch) => format!("{title} on {branch}"),
                None => title,
            }
        }
    }
}
