//! What an audit says, as data.

use std::sync::Arc;

use jiff::Timestamp;

use crate::model::revision::{Amended, RevId};

/// A commit as far as an audit needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its id in hex.
    pub id: String,
    /// When it was committed. (When it was pushed is not in a repository.)
    pub at: Timestamp,
    /// Who wrote it.
    pub author: String,
    /// The first line of its message.
    pub summary: String,
}

/// One of the heads of a divergence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The revision.
    pub revision: RevId,
    /// Its message.
    pub message: String,
    /// The landing that brought it.
    pub commit: Arc<Commit>,
}

/// A line of revisions that had several heads from one landing to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divergence {
    /// The landing that left several heads.
    pub commit: Arc<Commit>,
    /// It was so already where the history that was looked at begins.
    pub from_before: bool,
    /// The heads that it left, in file order.
    pub heads: Vec<Head>,
    /// The last revisions that all of them have; none where they have nothing in common.
    pub parts_at: Vec<RevId>,
    /// Further landings that added heads while it was open.
    pub grew: Vec<Arc<Commit>>,
    /// The most heads that it had at one time.
    pub most_heads: usize,
    /// The landing that ended it.
    pub repaired_by: Option<Arc<Commit>>,
    /// How it ended.
    pub how: How,
}

/// How a divergence ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum How {
    /// It did not.
    Open,
    /// A merge revision joined the heads.
    MergeRevision,
    /// A published revision got other parents.
    Reparented,
    /// A revision was deleted and came back under another id, on other parents.
    Renumbered,
    /// A revision was deleted.
    Deleted,
    /// Labels made separate lines of it.
    Labelled,
    /// Otherwise: a missing parent came, a file became readable, a cycle was cut.
    Other,
}

impl How {
    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::MergeRevision => "merge-revision",
            Self::Reparented => "reparented",
            Self::Renumbered => "renumbered",
            Self::Deleted => "deleted",
            Self::Labelled => "labelled",
            Self::Other => "other",
        }
    }
}

/// A landing that changed a published revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The landing.
    pub commit: Arc<Commit>,
    /// The revision.
    pub revision: RevId,
    /// Its file, after the edit; before it, where it was deleted.
    pub path: Arc<str>,
    /// What was edited.
    pub kind: EditKind,
    /// The landing that had published it.
    pub published: Arc<Commit>,
    /// It went back to what was published first: a repair of an edit.
    pub restores: bool,
    /// The same landing recorded a decision about it.
    pub on_purpose: bool,
    /// Deleted: the same scripts landed with it under this id.
    pub replaced_by: Option<RevId>,
    /// Deleted: the landing that brought it back.
    pub restored_by: Option<Arc<Commit>>,
}

/// A landing that recorded why a published revision was changed: with the change, or
/// afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The landing.
    pub commit: Arc<Commit>,
    /// The revision.
    pub revision: RevId,
    /// Its file.
    pub path: Arc<str>,
    /// What it says.
    pub entry: Amended,
}

/// What was edited of a revision. One landing can do several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EditKind {
    /// Nothing that is run: comments, white space, line endings, message, labels.
    Comments,
    /// The up script (and perhaps the down script).
    Scripts,
    /// The down script only.
    Down,
    /// Parents or dependencies.
    Parents,
    /// It is gone.
    Deleted,
}

impl EditKind {
    /// All kinds, the gravest last.
    pub const ALL: [Self; 5] = [
        Self::Comments,
        Self::Down,
        Self::Scripts,
        Self::Parents,
        Self::Deleted,
    ];

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Comments => "comments",
            Self::Scripts => "scripts",
            Self::Down => "down",
            Self::Parents => "parents",
            Self::Deleted => "deleted",
        }
    }
}

/// Something that was wrong with the revisions from one landing to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What.
    pub kind: ProblemKind,
    /// The revisions concerned; of a missing parent: who names it, then its name.
    pub revisions: Vec<String>,
    /// The files concerned.
    pub paths: Vec<Arc<str>>,
    /// The landing that brought it.
    pub commit: Arc<Commit>,
    /// The landing that ended it.
    pub repaired_by: Option<Arc<Commit>>,
}

/// What was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProblemKind {
    /// A parent or dependency that no file declares.
    MissingParent,
    /// Two files with one id.
    DuplicateRevision,
    /// Revisions that come before themselves.
    Cycle,
    /// A file that cannot be read as a revision.
    Unreadable,
}

impl ProblemKind {
    /// The name in JSON: that of the rule of `check`.
    pub fn name(self) -> &'static str {
        match self {
            Self::MissingParent => "missing-parent",
            Self::DuplicateRevision => "duplicate-revision",
            Self::Cycle => "cycle",
            Self::Unreadable => "unreadable-revision",
        }
    }
}

/// All that the replay found, in the order of the landings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many commits were replayed.
    pub commits: usize,
    /// How many landings they are.
    pub landings: usize,
    /// How many of those changed the migrations.
    pub changing: usize,
    /// How many revisions stand at the end.
    pub revisions: usize,
    /// The first and the last landing.
    pub span: Option<(Arc<Commit>, Arc<Commit>)>,
    /// The divergences.
    pub divergences: Vec<Divergence>,
    /// The edits of published revisions.
    pub edits: Vec<Edit>,
    /// The recorded decisions to change them.
    pub decisions: Vec<Decision>,
    /// What else was wrong.
    pub problems: Vec<Problem>,
}

impl Report {
    /// Leaves out what was over before a point in time.
    pub fn since(&mut self, since: Timestamp) {
        let stays = |begun: &Commit, ended: Option<&Arc<Commit>>| {
            begun.at >= since || ended.is_none_or(|ended| ended.at >= since)
        };
        self.divergences
            .retain(|one| stays(&one.commit, one.repaired_by.as_ref()));
        self.problems
            .retain(|one| stays(&one.commit, one.repaired_by.as_ref()));
        self.edits.retain(|edit| edit.commit.at >= since);
        self.decisions.retain(|one| one.commit.at >= since);
    }

    /// Divergences that nobody repaired.
    pub fn open(&self) -> impl Iterator<Item = &Divergence> {
        self.divergences.iter().filter(|one| one.how == How::Open)
    }
}
