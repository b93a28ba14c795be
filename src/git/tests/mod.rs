//! The adapter against real repositories.

mod facts;
mod history;
mod hooks;
mod opening;
mod partial;
mod reflog;
mod snapshots;
