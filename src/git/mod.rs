//! The repository: snapshots of the migrations folders, history, hooks.
//!
//! Everything that teammig asks of Git goes through [`Repo`], so that every
//! call carries words for the person who sees it fail, so that "not there"
//! is an `Option` and not an error code, and so that all Git operations of the
//! program can be read in one folder. It is the only place that names `git2`,
//! and no type of `git2` leaves it.
//!
//! It must not decide anything about revisions, print, prompt, or fetch from a
//! remote on its own. (The one thing that may reach for the network is Git's
//! own lazy fetch in a partial clone, see `objects.rs`.)

mod ancestry;
mod arrival;
mod bases;
mod blob_id;
mod cache;
mod clean;
mod commit_id;
mod default_branch;
mod error;
mod folders;
mod head;
mod history;
mod hook_config;
mod hook_disk;
mod hook_event;
mod hook_file;
mod hook_manager;
mod hook_outcome;
mod hook_status;
mod hook_text;
mod hooks_dir;
mod ignore;
mod index_file;
mod left_out;
mod line;
mod links;
mod mainline;
mod merge;
mod merge_driver;
mod moved;
mod objects;
mod reflog;
mod refs;
mod replay;
mod repo;
mod resolve;
mod snapshot;
mod staged;
mod stays;
mod tree_changes;
mod worktree;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use crate::model::Operation;
pub use arrival::Arrival;
pub use bases::{Ancestors, Bases};
pub use blob_id::{BlobHasher, BlobId};
pub use cache::Cache;
pub use commit_id::{CommitId, CommitInfo};
pub use default_branch::NoDefault;
pub use error::{GitError, LibraryError, Unsupported};
pub use folders::Folders;
pub use head::{Head, Upstream, User};
pub use hook_event::Event;
pub use hook_manager::{Managed, Manager};
pub use hook_outcome::{Installed, LeftAlone, Uninstalled, WhyNot};
pub use hook_status::{HookState, HookStatus};
pub use hook_text::{Form, insert_block, remove_block};
pub use hooks_dir::{HooksDir, Scope};
pub use ignore::{ignore_line, with_ignore_lines};
pub use line::Line;
pub use mainline::{FolderMove, Mainline, MainlineStep, Reach};
pub use merge::{FileChange, FolderState, blob_of};
pub use merge_driver::{
    Attribute, DriverState, attributes_file, attributes_line, is_inner_merge, merge_as_text,
};
pub use reflog::{HeadMove, How, PreviousHead};
pub use refs::{RefKind, Tip};
pub use repo::Repo;
pub use snapshot::{Captured, Listed, Listing};
pub use stays::Stay;
pub use worktree::worktree_snapshot;
