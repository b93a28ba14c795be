//! End-to-end and adapter tests: the real binary, real Git, real databases.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs
)]

mod support;

#[cfg(unix)]
mod alembic_conflicts;
mod alembic_reads;
#[cfg(unix)]
mod alembic_runs;
#[cfg(unix)]
mod amend;
mod architecture;
mod audit;
mod bad_input;
#[cfg(unix)]
mod broken_link;
mod check;
mod conflict_suite;
mod conflicts_command;
mod conflicts_proved;
#[cfg(unix)]
mod crash;
mod databases;
#[cfg(unix)]
mod demo;
mod drift;
#[cfg(unix)]
mod graph;
mod graph_commands;
mod guard;
mod guide;
mod head_file;
mod hooks;
mod import;
mod in_progress;
mod init;
mod introspect;
mod json;
mod lines;
mod merge_driver;
mod messages;
mod models;
#[cfg(unix)]
mod narrow;
mod offline;
mod orders;
mod plan;
#[cfg(unix)]
mod postgres;
#[cfg(unix)]
mod postgres_cli;
#[cfg(unix)]
mod postgres_tls;
mod prompt;
mod radar;
mod rebase;
mod schema_drift;
mod sqlite;
mod stale;
mod stamp;
mod status;
mod sync;
mod unread;
mod verify;
mod way_back;
mod way_back_in_git;
mod whose;
