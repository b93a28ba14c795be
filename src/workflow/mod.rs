//! The use-cases, one file each. A workflow fetches, lets the model decide, and
//! does; it never prints and never asks. What has to be asked is split into a
//! proposal, which is data, and the doing of what was chosen.

pub mod again;
pub mod alembic;
pub mod amend;
pub mod audit;
pub mod autogenerate;
pub mod beside;
pub mod check;
mod committed;
pub mod conflicts;
mod context;
pub mod create;
pub mod current;
mod deleted;
pub mod diff;
pub mod divergence;
pub mod drift;
mod elsewhere;
mod error;
mod fixed;
mod footprints;
pub mod graph;
pub mod guard;
pub mod head_file;
mod held;
pub mod hooks;
pub mod import;
pub mod init;
mod interrupt;
mod journal;
mod known;
pub mod lint;
pub mod merge;
pub mod merge_driver;
pub mod merged;
mod mine;
pub mod models;
pub mod orders;
mod outline;
mod plan;
pub mod proof;
pub mod radar;
pub mod rebase;
pub mod record;
pub mod redo;
mod remembered;
pub mod replay;
mod replayed;
pub mod restack;
pub mod revisions;
mod rewrite;
mod rewritten;
mod run;
pub mod schema_drift;
mod scratch;
pub mod script;
mod sealed;
pub mod sides;
pub mod stale;
pub mod stamp;
pub mod stands;
mod state;
pub mod status;
mod step;
pub mod sync;
mod taken_out;
mod told;
mod tried;
mod twice;
pub mod unfinished;
mod unrunnable;
pub mod verdicts;
pub mod verify;
mod walk;
mod way_back_in_git;
pub mod why;
mod write;

pub use context::{At, Context, Options, shown_url};
pub use error::{BrokenOff, DatabaseLeft, Error, FailedStep, Locate, NoScratch, NotReplayed, Why};
pub use held::TakenBack;
pub use interrupt::Interrupt;
pub use plan::{Downgrade, Proposal, Resume, Source, Upgrade, Warning, downgrade, upgrade};
pub use rewrite::NotBack;
pub use run::{Done, Event, Outcome, run};
pub use state::State;
pub use step::Prepared;
pub use way_back_in_git::FoundWayBack;
pub use write::{Written, write_document};

/// What a command meets of the layers below: a database to hand on, and the
/// errors that it puts into words.
pub use crate::{
    db::{Database, DbError, ErrorKind, JobError, Leaves, ScratchError},
    git::{CommitInfo, GitError},
};
