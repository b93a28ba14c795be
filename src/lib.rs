//! teammig: database migrations that know about Git.
//!
//! A functional core with thin edges. Everything that decides is a pure
//! function over owned data; Git, databases, files and the terminal only fetch
//! or do. The map of the tree, from the inside out:
//!
//! | module | what it is for | may import |
//! | --- | --- | --- |
//! | [`model`] | revisions, graph, names, ledger, plan, guard, findings, footprints, conflicts | nothing of ours |
//! | [`sql`] | tokens, statements, quoting, footprints | `model` |
//! | [`config`] | `teammig.yaml`, environment, flags | `model` |
//! | [`git`] | repository, snapshots, history, hooks directory | `model` |
//! | [`ui`] | streams, colour, prompts, source snippets, drawings | `model` |
//! | [`document`] | answers as SVG, HTML, Mermaid, DOT | `model` |
//! | [`layout`] | how revisions stand in files | `model`, `sql` |
//! | [`schema`] | schemas as facts, what is different between two | `model`, `sql` |
//! | [`db`] | SQLite, PostgreSQL, ledger, lock, introspection | `model`, `sql`, `schema` |
//! | [`workflow`] | one file per use-case; never prints, never prompts | all but `ui`, `document` and `cli` |
//! | [`cli`] | one file per command: arguments, workflow, outcome | `workflow`, `ui`, `document`, `config`, `model` |
//!
//! Never: `git` and `db` of each other, `ui` of `workflow` or the reverse,
//! anything of `cli`. Third-party crates have one home each (`git2` in `git`,
//! `rusqlite` and `postgres` in `db`, `clap` in `cli`, …).
//! `tests/it/architecture.rs` enforces the table.

pub mod cli;
pub mod config;
pub mod db;
pub mod document;
pub mod git;
pub mod layout;
pub mod model;
pub mod schema;
pub mod sql;
pub mod ui;
pub mod workflow;
