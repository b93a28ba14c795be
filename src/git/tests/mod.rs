//! The adapter against real repositories.

mod below;
mod facts;
mod head_file;
mod history;
mod hooks;
mod merging;
mod opening;
mod partial;
mod reflog;
mod snapshots;
mod stays;
