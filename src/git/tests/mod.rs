//! The adapter against real repositories.

mod facts;
mod history;
mod hooks;
mod merging;
mod opening;
mod partial;
mod reflog;
mod snapshots;
