//! Why a name or a target does not work on a graph, in the words that
//! Alembic's users know where those say what is the matter.
//!
//! Alembic drops the cause of many of these (an ambiguous prefix is reported
//! as "Can't locate revision") or ends in a traceback; here each has a variant.

use crate::model::{plan::Direction, revision::RevId};

/// A name that means nothing, or a target that cannot be reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// Neither an id, nor the beginning of one, nor a label.
    #[error("Can't locate revision identified by '{name}'")]
    NotFound {
        /// What was asked for.
        name: String,
    },
    /// The beginning of several ids or labels.
    #[error("Can't locate revision identified by '{name}': it is not the only one that begins so")]
    Ambiguous {
        /// What was asked for.
        name: String,
        /// What it could mean, in file order.
        candidates: Vec<RevId>,
    },
    /// The part before an `@` means nothing.
    #[error("No such branch: '{label}'")]
    NoSuchBranch {
        /// That part.
        label: String,
    },
    /// The revision exists, on another line than the one given.
    #[error("Revision {name} is not a member of branch '{label}'")]
    NotOnBranch {
        /// The revision as it was asked for.
        name: String,
        /// The branch as it was given.
        label: String,
    },
    /// One head was asked for, and there are several.
    #[error(
        "Multiple head revisions are present for given argument '{argument}'; please specify a \
         specific target revision, '<branchname>@{argument}' to narrow to a specific head, or \
         'heads' for all heads"
    )]
    MultipleHeads {
        /// What was asked for.
        argument: String,
        /// The heads it could mean, in file order.
        heads: Vec<RevId>,
    },
    /// A relative step that leaves the graph.
    #[error("Relative revision {text} didn't produce {steps} migrations")]
    RelativeOutOfRange {
        /// What was asked for.
        text: String,
        /// The steps in it.
        steps: u64,
        /// How many there are in that direction; `None` = it is the wrong direction.
        there: Option<u64>,
    },
    /// A relative step that could go several ways.
    #[error("Ambiguous walk: {} could lead to {}", place(.from.as_ref()), list(.candidates))]
    AmbiguousWalk {
        /// What was asked for.
        text: String,
        /// Where the ways part; `None` = at the base.
        from: Option<RevId>,
        /// Where they lead.
        candidates: Vec<RevId>,
    },
    /// A step relative to what is applied, when several revisions are current.
    #[error("Ambiguous {} from multiple current revisions: {}", verb(*.direction), list(.revisions))]
    AmbiguousCurrent {
        /// Which way.
        direction: Direction,
        /// The current revisions that could be meant.
        revisions: Vec<RevId>,
    },
    /// A target that no upgrade leads to.
    #[error("Destination {target} is not a valid upgrade target from current head(s)")]
    NotAnUpgradeTarget {
        /// What was asked for.
        target: String,
    },
    /// A target with nothing applied above it, which is not current either.
    #[error("Destination {target} is not a valid downgrade target from current head(s)")]
    NotADowngradeTarget {
        /// What was asked for.
        target: String,
    },
    /// Not a range.
    #[error("History range requires [start]:[end], [start]:, or :[end]")]
    BadRange {
        /// What was given.
        text: String,
    },
    /// A range from `current` to `current`.
    #[error("'current' can stand at one end of a range only")]
    CurrentTwice,
    /// A range whose lower end is no ancestor of the upper one.
    #[error(
        "Requested range {start}:{end} does not refer to ancestor/descendant revisions along the \
         same branch"
    )]
    UnrelatedRange {
        /// The lower end as given.
        start: String,
        /// The upper end as given.
        end: String,
    },
    /// Revisions asked for together of which one needs the other.
    #[error(
        "Requested revision {revision} overlaps with other requested revisions {}",
        list(.others)
    )]
    Overlaps {
        /// The one that needs the others.
        revision: RevId,
        /// The others.
        others: Vec<RevId>,
    },
}

fn list(ids: &[RevId]) -> String {
    ids.iter().map(RevId::as_str).collect::<Vec<_>>().join(", ")
}

fn place(id: Option<&RevId>) -> &str {
    id.map_or("base", RevId::as_str)
}

fn verb(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "upgrade",
        Direction::Down => "downgrade",
    }
}
