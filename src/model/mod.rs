//! Pure data and decisions: what a revision is, how revisions hang together,
//! what a ledger says, which steps follow.
//!
//! Nothing here reads a file, a repository, a database or the clock, and
//! nothing here names another module of this crate.

pub mod advice;
pub mod audit;
pub mod conflict;
pub mod dialect;
pub mod finding;
pub mod footprint;
pub mod graph;
pub mod guard;
pub mod hand_made;
pub mod head_file;
pub mod interrupted;
pub mod lanes;
pub mod ledger;
pub mod levels;
pub mod lint;
pub mod merge;
pub mod migration;
pub mod near;
pub mod nesting;
pub mod operation;
pub mod options;
pub mod picture;
pub mod plan;
pub mod project;
pub mod radar;
pub mod restack;
pub mod revision;
pub mod settle;
pub mod shell;
pub mod snapshot;
pub mod source;
pub mod threads;
pub mod unread;
pub mod verdict;
pub mod visible;
pub mod way_back;

pub use dialect::Dialect;
pub use finding::{Finding, Rule, Severity};
pub use footprint::Footprint;
pub use head_file::HeadFile;
pub use ledger::{Entry, EntryState, Ledger};
pub use levels::{Level, Levels};
pub use lint::LintOptions;
pub use migration::{Checksum, Language, Migration, Script};
pub use operation::Operation;
pub use options::{Options, RunOptions};
pub use plan::{Direction, Plan, Step};
pub use project::Project;
pub use revision::{Amended, RevId, Revision};
pub use snapshot::{Origin, Snapshot, SnapshotFile};
pub use source::{Position, SourceFile, Span};
pub use unread::UnreadFile;
pub use way_back::NoWayBack;
