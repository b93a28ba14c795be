//! What is wrong with a set of revisions, as data.
//!
//! Where it stands in a file and how it is said is the loader's business.

use crate::model::revision::RevId;

/// One thing that is wrong with the revisions of a graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Two revisions with one id; the first one stays. Both are indices into
    /// the revisions given.
    DuplicateId {
        /// The one that stays.
        first: usize,
        /// The one that is left out.
        second: usize,
    },
    /// A parent that no file declares.
    MissingParent {
        /// The revision that names it.
        revision: RevId,
        /// What it names.
        parent: RevId,
    },
    /// A dependency that is neither an id nor a label.
    MissingDependency {
        /// The revision that names it.
        revision: RevId,
        /// What it names.
        name: String,
    },
    /// A revision that names itself as a parent.
    SelfParent {
        /// The revision.
        revision: RevId,
    },
    /// A revision that depends on itself.
    SelfDependency {
        /// The revision.
        revision: RevId,
        /// Its id or one of its labels, as written.
        name: String,
    },
    /// Revisions that come before themselves. One shortest cycle for every
    /// group of revisions that are entangled with each other.
    Cycle {
        /// Each builds or depends on the next, the last on the first.
        members: Vec<RevId>,
    },
    /// Two revisions with one label; the first one keeps the name.
    DuplicateLabel {
        /// The label.
        label: String,
        /// The revision that has it first in file order.
        first: RevId,
        /// The other one.
        second: RevId,
    },
    /// A label that is also an id; as a name it means the id.
    LabelIsId {
        /// The label.
        label: String,
        /// The revision that carries it.
        revision: RevId,
    },
}
