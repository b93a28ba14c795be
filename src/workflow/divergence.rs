//! Several heads of one line: who made each, where they part.

use super::{Context, Error, elsewhere, fixed, guard::protected_refs, outline, restack::Move};
use crate::{
    git::{CommitId, CommitInfo},
    model::{Project, RevId, UnreadFile, verdict::Failure},
};
use std::collections::{BTreeMap, BTreeSet};

/// Heads that want to be one, line by line.
#[derive(Debug, Clone)]
pub struct Divergence {
    /// The lines that have several heads.
    pub lines: Vec<Line>,
}

/// One line of revisions with several heads.
#[derive(Debug, Clone)]
pub struct Line {
    /// The heads, in file order.
    pub heads: Vec<Head>,
    /// The last revisions that all of them have.
    pub parts_at: Vec<RevId>,
}

impl Line {
    /// Which heads are mine and what they would be put on: the one head that is
    /// published, or else the one that is released, or else the one that just came in,
    /// or else the one that others have on a branch, or else the one that is committed where the others are not (as where a rebase or a cherry-pick stopped).
    /// `None` where it is not clear.
    pub fn sides(&self, came_in: &BTreeSet<&RevId>) -> Option<Move> {
        let published = |head: &&Head| matches!(head.whose, Whose::Published(_));
        let released = |head: &&Head| matches!(head.whose, Whose::Released(_));
        let pushed = |head: &&Head| matches!(head.whose, Whose::Pushed(_));
        let came = |head: &&Head| came_in.contains(&head.revision);
        let committed = |head: &&Head| head.whose == Whose::NotPublished;
        let those = |which: &dyn Fn(&&Head) -> bool| -> Vec<&Head> {
            self.heads.iter().filter(which).collect()
        };
        let theirs = [
            those(&published),
            those(&released),
            those(&came),
            those(&pushed),
            those(&committed),
        ]
        .into_iter()
        .find(|heads| !heads.is_empty())?;
        let [onto] = theirs.as_slice() else {
            return None;
        };
        // Others have more than one of them: mine go on top once those are joined.
        let rest = self
            .heads
            .iter()
            .filter(|head| head.revision != onto.revision);
        let (fixed, mine): (Vec<&Head>, Vec<&Head>) = rest.partition(|head| head.is_fixed());
        if onto.is_fixed() && !fixed.is_empty() && !mine.is_empty() {
            return None;
        }
        Some(Move {
            onto: onto.revision.clone(),
            heads: self
                .heads
                .iter()
                .filter(|head| head.revision != onto.revision)
                .map(|head| head.revision.clone())
                .collect(),
        })
    }
}

impl Line {
    /// What goes on top of `onto` where nobody says it: what others have stays.
    pub(super) fn mine_beside(&self, onto: &RevId) -> Vec<RevId> {
        let rest = self.heads.iter().filter(|head| head.revision != *onto);
        let (fixed, mine): (Vec<&Head>, Vec<&Head>) = rest.partition(|head| head.is_fixed());
        // Why those cannot be moved is told.
        let moved = if mine.is_empty() { fixed } else { mine };
        moved.iter().map(|head| head.revision.clone()).collect()
    }
}

impl Divergence {
    /// Which of the heads are to move is for somebody to say.
    pub fn unclear(&self, line: &Line) -> Error {
        let heads = line.heads.iter();
        Error::Sides {
            heads: heads
                .map(|head| (head.revision.clone(), head.message.clone()))
                .collect(),
            way: self.one_order(),
        }
    }

    /// How the heads get one order where theirs are not known to be free of each other.
    pub fn one_order(&self) -> OneOrder {
        let none = BTreeSet::new();
        let Some(line) = self.lines.iter().find(|line| line.sides(&none).is_none()) else {
            return OneOrder::Rebase;
        };
        let (theirs, mine): (Vec<&Head>, Vec<&Head>) =
            line.heads.iter().partition(|head| head.is_fixed());
        let ids = |heads: Vec<&Head>| {
            heads
                .into_iter()
                .map(|head| head.revision.clone())
                .collect()
        };
        match (theirs.len(), mine.len()) {
            (2.., 0) => OneOrder::Fixed,
            (2.., _) => OneOrder::JoinTheirs {
                theirs: ids(theirs),
                mine: ids(mine),
            },
            _ => OneOrder::Name(
                line.heads
                    .iter()
                    .map(|head| head.revision.clone())
                    .collect(),
            ),
        }
    }

    /// The heads of all lines.
    pub fn heads(&self) -> impl Iterator<Item = &Head> {
        self.lines.iter().flat_map(|line| &line.heads)
    }
}

/// How several heads get one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OneOrder {
    /// Mine go on top of theirs, and it is clear which are which.
    Rebase,
    /// The same, once what was seen to fail after theirs runs there too.
    Edit(Box<Failure>),
    /// Somebody has to say which of them go on top of which.
    Name(Vec<RevId>),
    /// Theirs are several: they are joined before mine go on top of them.
    JoinTheirs {
        /// Those that others have.
        theirs: Vec<RevId>,
        /// The others.
        mine: Vec<RevId>,
    },
    /// Others have all of them as they are.
    Fixed,
}

/// One of several heads.
#[derive(Debug, Clone)]
pub struct Head {
    /// The revision.
    pub revision: RevId,
    /// Its message.
    pub message: String,
    /// Its file.
    pub path: String,
    /// Who has it.
    pub whose: Whose,
    /// The commit that brought its file.
    pub commit: Option<CommitInfo>,
}

impl Head {
    /// Others have it as it is.
    fn is_fixed(&self) -> bool {
        matches!(self.whose, Whose::Published(_) | Whose::Released(_))
    }
}

/// How far a revision has travelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// In the working tree only.
    Uncommitted,
    /// Committed, not in a protected ref.
    NotPublished,
    /// In a protected ref.
    Published(String),
    /// In a tag.
    Released(String),
    /// On a branch of somebody else's.
    Pushed(String),
    /// There is no repository to tell.
    Unknown,
}

/// The divergence of a project, where there is one.
pub fn find(context: &Context, project: &Project) -> Result<Option<Divergence>, Error> {
    let lines = project.graph.diverged_lines();
    if lines.is_empty() {
        return Ok(None);
    }
    let all: Vec<RevId> = lines.iter().flatten().cloned().collect();
    let mut facts = facts(context, project, &all);
    // Heads are heads without it; where it decides what may move, it is asked again.
    let _ = look_elsewhere(context, &mut facts);
    let head = |id: &RevId| {
        let fact = facts.get(id);
        Head {
            message: project.message(id),
            whose: fact.map_or(Whose::Unknown, |fact| fact.0.clone()),
            commit: fact.and_then(|fact| fact.1.clone()),
            path: project
                .migration(id.as_str())
                .map(|migration| migration.file.path.to_string())
                .unwrap_or_default(),
            revision: id.clone(),
        }
    };
    let lines = lines
        .iter()
        .map(|heads| Line {
            heads: heads.iter().map(head).collect(),
            parts_at: project.graph.merge_bases(heads),
        })
        .collect();
    Ok(Some(Divergence { lines }))
}

/// Of each revision, whose it is, and the commit that brought it.
pub(super) type Facts = BTreeMap<RevId, (Whose, Option<CommitInfo>)>;

/// Of what is not published, what is in tags and on branches of others is theirs.
pub(super) fn look_elsewhere(context: &Context, facts: &mut Facts) -> Result<(), Error> {
    let open = facts.iter().filter(|(_, (whose, _))| {
        // What came in with an operation in progress is not committed yet.
        matches!(whose, Whose::NotPublished | Whose::Uncommitted)
    });
    let mut open: BTreeSet<RevId> = open.map(|(id, _)| id.clone()).collect();
    let mut found = BTreeMap::new();
    for (id, mut tags) in elsewhere::tags(context, &open)? {
        open.remove(&id);
        found.insert(id, Whose::Released(tags.swap_remove(0).name));
    }
    for (id, mut branches) in fixed::shared(context, &open)? {
        found.insert(id, Whose::Pushed(branches.swap_remove(0)));
    }
    for (id, whose) in found {
        if let Some(fact) = facts.get_mut(&id) {
            fact.0 = whose;
        }
    }
    Ok(())
}

/// Whose revisions are, and which commit brought them.
pub(super) fn facts(context: &Context, project: &Project, ids: &[RevId]) -> Facts {
    // Without a repository the heads are still heads; only their authors are unknown.
    let here = || -> Result<Vec<CommitId>, Error> {
        let repo = context.repo()?;
        // In the middle of a merge, what comes in is not in HEAD's history yet.
        let tips = repo.merge_head().into_iter().chain(repo.head()?.commit());
        Ok(tips.collect())
    };
    here()
        .and_then(|tips| facts_seen_from(context, project, ids, &tips))
        .unwrap_or_default()
}

/// The same, with the commits in whose histories they are looked for, the best one last.
pub(super) fn facts_seen_from(
    context: &Context,
    project: &Project,
    ids: &[RevId],
    tips: &[CommitId],
) -> Result<Facts, Error> {
    let repo = context.repo()?;
    let paths: Vec<&str> = ids
        .iter()
        .filter_map(|id| project.migration(id.as_str()))
        .map(|migration| &*migration.file.path)
        .collect();
    let mut commits = std::collections::HashMap::new();
    for tip in tips {
        commits.extend(repo.introduced(*tip, &context.prefix()?, &paths)?);
    }
    let published = published(context)?;
    Ok(ids
        .iter()
        .map(|id| {
            let commit = project
                .migration(id.as_str())
                .and_then(|migration| commits.get(&*migration.file.path))
                .cloned();
            let whose = match published.iter().find(|(_, ids)| ids.contains(id)) {
                Some((name, _)) => Whose::Published(name.clone()),
                None if commit.is_some() => Whose::NotPublished,
                None => Whose::Uncommitted,
            };
            (id.clone(), (whose, commit))
        })
        .collect())
}

/// The revisions of each protected ref. One whose file cannot be read there is there
/// all the same, as far as the file says which one it is.
pub(super) fn published(context: &Context) -> Result<Vec<(String, BTreeSet<RevId>)>, Error> {
    protected_refs(context)?
        .into_iter()
        .map(|name| {
            let (outlined, unread) = outline::of_protected(context, &name)?;
            let mut ids: BTreeSet<RevId> = outlined
                .into_iter()
                .map(|one| one.revision.clone())
                .collect();
            let claims = unread.iter().flat_map(UnreadFile::claims);
            ids.extend(claims.filter_map(|id| RevId::parse(id).ok()));
            Ok((name, ids))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_heads_move() {
        let id = |text: &str| RevId::trusted(text);
        // Each head with who has it (published, released, on a branch of others, committed,
        // uncommitted, unknown); what
        // came in; what the others would be put on.
        let table = [
            ("a:p b:c", "", Some("a")),
            ("a:c b:p c:u", "a", Some("b")),
            ("a:p b:p", "a", None),
            ("a:c b:c", "b", Some("b")),
            ("a:c b:c", "", None),
            ("a:c b:c", "a b", None),
            // Where a rebase stopped: what it picked is not committed yet.
            ("a:u b:c", "", Some("b")),
            ("a:u b:c c:u", "x", Some("b")),
            ("a:u b:c c:c", "", None),
            ("a:u b:u", "", None),
            ("a:? b:?", "", None),
            ("a:c b:r", "a", Some("b")),
            ("a:p b:r", "b", Some("a")),
            ("a:c b:b", "", Some("b")),
            ("a:c b:b", "a", Some("a")),
            ("a:b b:b", "", None),
            // Others have two of three: those are joined first.
            ("a:p b:r c:c", "", None),
            ("a:p b:p c:c", "a", None),
        ];
        for (heads, came_in, want) in table {
            let head = |text: &str| {
                let (name, whose) = text.split_once(':').unwrap();
                Head {
                    revision: id(name),
                    message: String::new(),
                    path: String::new(),
                    whose: match whose {
                        "p" => Whose::Published("origin/main".to_owned()),
                        "r" => Whose::Released("v1".to_owned()),
                        "b" => Whose::Pushed("origin/b".to_owned()),
                        "c" => Whose::NotPublished,
                        "u" => Whose::Uncommitted,
                        _ => Whose::Unknown,
                    },
                    commit: None,
                }
            };
            let line = Line {
                heads: heads.split(' ').map(head).collect(),
                parts_at: Vec::new(),
            };
            let came_in: Vec<RevId> = came_in.split_whitespace().map(id).collect();
            let found = line.sides(&came_in.iter().collect());
            let onto = found.as_ref().map(|found| found.onto.as_str());
            assert_eq!(onto, want, "{heads} {came_in:?}");
            if let Some(found) = found {
                assert_eq!(found.heads.len(), line.heads.len() - 1);
            }
        }
    }
}
