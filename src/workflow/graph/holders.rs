//! Who has the snapshot's revisions.

use std::collections::BTreeSet;

use crate::{
    model::{RevId, graph::Graph, picture::Holder},
    workflow::{At, Context, Error, divergence, outline},
};

/// Who has the snapshot's revisions.
pub(super) enum Holders {
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
    pub(super) fn new(context: &Context) -> Self {
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
                        .map(|outlined| outlined.revision.clone())
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
    pub(super) fn heads_of(&self, graph: &Graph) -> Vec<(String, Vec<RevId>)> {
        match self {
            Self::Known { published, .. } => published
                .iter()
                .map(|(name, ids)| (name.clone(), graph.maximal(ids)))
                .collect(),
            Self::Unknown => Vec::new(),
        }
    }

    pub(super) fn of(&self, id: &RevId) -> Holder {
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
