//! What a drawing of the graph shows, before anybody has chosen how to draw it:
//! the revisions children first, who has each, and where each is applied.
//!
//! Terminal text, SVG, HTML, Mermaid, DOT and JSON are all made of this, so
//! they cannot disagree. It must not know of letters, colours or pixels.

use jiff::Timestamp;

use super::{conflict::Clash, footprint::Object, lanes::Tie, revision::RevId};

mod fold;
mod tags;

pub use fold::{Fold, Item, Rows};
pub use tags::{Tag, TagKind};

/// The whole drawing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picture {
    /// What is drawn, in a few words: `warehouse on main`.
    pub title: String,
    /// The revisions, children before their parents.
    pub nodes: Vec<Node>,
    /// The databases that something is known of.
    pub environments: Vec<Environment>,
    /// There is a protected ref, so that something can be published.
    pub protects: bool,
    /// The branches that hold what this snapshot does not have, in the order
    /// in which they first occur among the nodes.
    pub branches: Vec<String>,
    /// The revisions of different lines whose scripts collide.
    pub collisions: Vec<Collision>,
}

/// Two revisions in the drawing whose scripts collide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collision {
    /// One of them; a place in [`Picture::nodes`].
    pub one: usize,
    /// The other.
    pub other: usize,
    /// What follows.
    pub clash: Clash,
    /// Where they meet.
    pub objects: Vec<Object>,
}

impl Collision {
    /// The objects, in a few words.
    pub fn words(&self) -> String {
        match self.objects.as_slice() {
            [] => String::new(),
            [one] => one.to_string(),
            [one, more @ ..] => format!("{one} and {} more", more.len()),
        }
    }
}

/// One revision in the drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The revision.
    pub id: RevId,
    /// Its message.
    pub message: String,
    /// When it was written.
    pub created: Option<Timestamp>,
    /// Its file, in the project, where it has one.
    pub path: Option<String>,
    /// Its labels.
    pub labels: Vec<String>,
    /// What ties it to nodes further down, by their place in [`Picture::nodes`].
    pub ties: Vec<(usize, Tie)>,
    /// Parents and dependencies that are not drawn.
    pub undrawn: Vec<RevId>,
    /// Its place in the graph.
    pub place: Place,
    /// Who has it.
    pub holder: Holder,
    /// The protected refs whose last revision it is.
    pub head_of: Vec<String>,
    /// The databases in which it is applied.
    pub applied: Vec<Applied>,
    /// The databases that stand here: it is applied and nothing on top of it is.
    pub stands: Vec<usize>,
}

/// What a revision is in the graph.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and any of them go together"
)]
pub struct Place {
    /// Nobody's parent, in the snapshot or branch that has it.
    pub head: bool,
    /// It has no parent.
    pub base: bool,
    /// Several parents.
    pub merge: bool,
    /// Several children.
    pub branch_point: bool,
}

/// Who has a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// It is in a protected ref, which is named.
    Published(String),
    /// Committed in the snapshot, not published; the branch, where there is one.
    Mine(Option<String>),
    /// In the working tree or the index only.
    Uncommitted,
    /// Not in the snapshot, but on these branches; places in [`Picture::branches`].
    Branches(Vec<usize>),
    /// In a file of the snapshot that cannot be read, as far as can be made out.
    Unread,
    /// In a database's ledger, and in no file that was looked at.
    LedgerOnly,
    /// There is no repository to tell.
    Unknown,
}

/// A revision in a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Which one; a place in [`Picture::environments`].
    pub environment: usize,
    /// When, where the ledger says so.
    pub at: Option<Timestamp>,
    /// By whom.
    pub by: String,
}

/// A database that something is known of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// Its revisions may not be edited.
    pub protected: bool,
    /// When its ledger was read.
    pub seen_at: Timestamp,
    /// It was read for this drawing, not remembered.
    pub fresh: bool,
}

impl Holder {
    /// Whose line is seen where several run in one: what more people have.
    fn rank(&self) -> u8 {
        match self {
            Self::Published(_) | Self::Unknown => 0,
            Self::Mine(_) | Self::Uncommitted => 1,
            Self::Branches(_) => 2,
            Self::Unread | Self::LedgerOnly => 3,
        }
    }
}

impl Picture {
    /// Whether a revision is known to be applied, or known not to be; `None`
    /// where no database is known at all.
    pub fn is_applied(&self, node: &Node) -> Option<bool> {
        (!self.environments.is_empty()).then_some(!node.applied.is_empty())
    }
}
