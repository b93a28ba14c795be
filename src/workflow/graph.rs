//! The graph as a picture: the revisions of a snapshot, with those that only
//! other branches or databases have, and who has each.
//!
//! Databases are remembered from when their ledgers were last read; one is
//! asked only where the caller wants it. Nothing is written but that memory.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::ControlFlow,
};

use super::{
    At, Context, Error, divergence,
    known::{self, KnownRow},
    outline, revisions,
};
use crate::{
    git::{Listed, RefKind, Tip},
    layout::read_file,
    model::{
        EntryState, Project, RevId, Revision,
        graph::Graph,
        lanes::Tie,
        picture::{Applied, Environment, Holder, Node, Picture, Place},
    },
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
}

/// Gathers what there is to draw.
pub fn draw(context: &Context, request: &Request<'_>) -> Result<Drawn, Error> {
    let project = context.project()?;
    let mut databases: Vec<Seen> = known::recall(context).into_iter().map(Seen::from).collect();
    let from_current = request
        .range
        .is_some_and(|range| range.split(':').any(|end| end == "current"));
    let mut out_of_reach = None;
    let mut chosen = None;
    if request.applied || from_current {
        match read(context) {
            Ok(seen) => {
                databases.retain(|known| known.environment.name != seen.environment.name);
                databases.insert(0, seen);
                chosen = databases.first();
            }
            Err(error @ Error::Database { .. }) if !from_current => out_of_reach = Some(error),
            Err(error) => return Err(error),
        }
    }
    let others = if request.all {
        elsewhere(context, &project)?
    } else {
        Others::default()
    };
    let graph = united(&project, &others, &databases);
    let current = chosen.map_or_else(Vec::new, |seen| graph.maximal(&seen.applied()));
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
    Ok(Drawn {
        picture: sources.picture(&ids, title(context)),
        project,
        out_of_reach,
    })
}

/// A database's ledger, remembered or just read.
struct Seen {
    environment: Environment,
    rows: Vec<KnownRow>,
}

impl Seen {
    fn applied(&self) -> BTreeSet<RevId> {
        self.rows.iter().map(|row| row.revision.clone()).collect()
    }
}

impl From<known::KnownLedger> for Seen {
    fn from(known: known::KnownLedger) -> Self {
        Self {
            environment: Environment {
                name: known.name(),
                protected: known.protected,
                seen_at: known.seen_at,
                fresh: false,
            },
            rows: known.rows,
        }
    }
}

fn read(context: &Context) -> Result<Seen, Error> {
    let target = context.target()?;
    let mut database = context.database()?;
    let ledger = context.ledger(&mut *database)?;
    let name = match &context.config.database {
        Some(database) => format!("{} of {database}", target.environment),
        None => target.environment,
    };
    Ok(Seen {
        environment: Environment {
            name,
            protected: target.protected,
            seen_at: context.now,
            fresh: true,
        },
        rows: ledger
            .entries
            .iter()
            .filter(|entry| entry.state == EntryState::Applied)
            .map(KnownRow::of)
            .collect(),
    })
}

/// What branches have that the snapshot does not, newest branch first.
#[derive(Default)]
struct Others {
    found: Vec<Found>,
    at: HashMap<RevId, usize>,
}

struct Found {
    revision: Revision,
    path: String,
    branches: Vec<String>,
}

fn elsewhere(context: &Context, project: &Project) -> Result<Others, Error> {
    let repo = context.repo()?;
    let prefix = context.prefix()?;
    let folders = context.folders();
    let mut tips = repo.tips()?;
    tips.retain(|tip| tip.kind != RefKind::Tag);
    let mut states: Vec<(Vec<&Tip>, Vec<Listed>)> = Vec::new();
    repo.for_each_distinct_listing(&prefix, &folders, &tips, |sharing, listing| {
        states.push((sharing.to_vec(), listing.files));
        Ok(ControlFlow::Continue(()))
    })?;
    // Most files are the same on most branches: each content is parsed once.
    let mut contents: BTreeMap<String, Option<Revision>> = BTreeMap::new();
    for (_, files) in &states {
        let unknown: Vec<Listed> = files
            .iter()
            .filter(|file| !contents.contains_key(&file.blob()))
            .cloned()
            .collect();
        for (listed, file) in unknown.iter().zip(repo.read_files(&unknown)?) {
            let migration = read_file(&file)
                .ok()
                .and_then(|source| context.layout().parse(source).ok());
            contents.insert(listed.blob(), migration.map(|migration| migration.revision));
        }
    }
    let mut others = Others::default();
    for (sharing, files) in &states {
        for file in files {
            let Some(Some(revision)) = contents.get(&file.blob()) else {
                continue;
            };
            if project.graph.get(revision.id.as_str()).is_none() {
                others.add(revision, &file.path, sharing);
            }
        }
    }
    Ok(others)
}

impl Others {
    fn add(&mut self, revision: &Revision, path: &str, tips: &[&Tip]) {
        let at = *self.at.entry(revision.id.clone()).or_insert_with(|| {
            self.found.push(Found {
                revision: revision.clone(),
                path: path.to_owned(),
                branches: Vec::new(),
            });
            self.found.len() - 1
        });
        let branches = &mut self.found[at].branches;
        for tip in tips {
            if !branches.iter().any(|name| name == tip.short()) {
                branches.push(tip.short().to_owned());
            }
        }
    }

    fn get(&self, id: &RevId) -> Option<&Found> {
        self.at.get(id).map(|&at| &self.found[at])
    }
}

/// The snapshot's revisions, then those of branches, then those of ledgers.
fn united(project: &Project, others: &Others, databases: &[Seen]) -> Graph {
    let mut revisions: Vec<Revision> = project.graph.iter().cloned().collect();
    revisions.extend(others.found.iter().map(|found| found.revision.clone()));
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

/// Who has the snapshot's revisions.
enum Holders {
    Known {
        published: Vec<(String, BTreeSet<RevId>)>,
        /// `None` = all of them.
        committed: Option<BTreeSet<RevId>>,
        branch: Option<String>,
    },
    /// No repository, or one that cannot be read.
    Unknown,
}

impl Holders {
    fn new(context: &Context) -> Self {
        Self::known(context).unwrap_or(Self::Unknown)
    }

    fn known(context: &Context) -> Result<Self, Error> {
        let repo = context.repo()?;
        let head = repo.head()?;
        let (committed, branch) = match context.at() {
            At::Commit(name) => (None, Some(name.clone())),
            At::WorkTree | At::Index => {
                let committed = match head.commit() {
                    Some(commit) => outline::of_commit(context, &commit.to_string())?
                        .into_iter()
                        .map(|outlined| outlined.revision)
                        .collect(),
                    None => BTreeSet::new(),
                };
                (Some(committed), head.branch().map(str::to_owned))
            }
        };
        Ok(Self::Known {
            published: divergence::published(context)?,
            committed,
            branch,
        })
    }

    /// The protected refs of which these are the last revisions.
    fn heads_of(&self, graph: &Graph) -> Vec<(String, Vec<RevId>)> {
        match self {
            Self::Known { published, .. } => published
                .iter()
                .map(|(name, ids)| (name.clone(), graph.maximal(ids)))
                .collect(),
            Self::Unknown => Vec::new(),
        }
    }

    fn of(&self, id: &RevId) -> Holder {
        let Self::Known {
            published,
            committed,
            branch,
        } = self
        else {
            return Holder::Unknown;
        };
        if let Some((name, _)) = published.iter().find(|(_, ids)| ids.contains(id)) {
            return Holder::Published(name.clone());
        }
        match committed {
            Some(committed) if !committed.contains(id) => Holder::Uncommitted,
            _ => Holder::Mine(branch.clone()),
        }
    }
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
        for (name, heads) in self.holders.heads_of(self.graph) {
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
        let holder = match found {
            _ if here => self.holders.of(id),
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
            path: match found {
                Some(found) if !here => Some(found.path.clone()),
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
                    Holder::LedgerOnly => false,
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

/// The numbers of branches. One that is here and at a remote is named once.
fn numbers(names: &[String], branches: &mut Vec<String>) -> Vec<usize> {
    let has_local = |name: &str| {
        name.split_once('/')
            .is_some_and(|(_, short)| names.iter().any(|other| other == short))
    };
    names
        .iter()
        .filter(|name| !has_local(name))
        .map(|name| {
            branches.iter().position(|known| known == name).unwrap_or_else(|| {
                branches.push(name.clone());
                branches.len() - 1
            })
        })
        .collect()
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
