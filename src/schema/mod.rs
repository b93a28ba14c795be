//! Schemas as facts, and what is different between two of them.
//!
//! The databases read their own catalogs; what they answer becomes a [`Schema`]
//! here: facts (kind, identity, parent, payload) and who depends on whom. Both
//! sides of a comparison are read by the same code, so that [`compare`] needs
//! to know nothing but the rules in `kind.rs`, one table for each kind.
//!
//! Pure, and only as clever as the database: no expression is parsed to be
//! understood. Where a text has to be compared (SQLite keeps nothing else),
//! its tokens are.

pub mod canary;
mod compare;
mod content;
mod fact;
mod kind;
mod leave_out;
mod normal;
pub mod plan;
pub mod postgres;
mod postgres_stable;
mod renewed;
mod shown;
pub mod sqlite;
mod sqlite_table;
mod stricter;
mod survive;
mod told;
mod undone;

pub use compare::{Change, Comparison, Difference, What, compare};
pub use content::{Content, TableContent};
pub use fact::{Edge, Fact, FactId, Given, Schema, Unmodelled, Value};
pub use kind::{COLUMN_ORDER, Effect, Kind, Rule};
pub use leave_out::LeaveOut;
pub(crate) use plan::sqlite::guarded;
pub use renewed::{NotRenewed, Renewal, guards};
pub use stricter::stricter;
pub use survive::{How, Loss, Stages, named, survive};
pub use told::{by_name, decisions, made, perhaps_renamed, replaced, texts, unknown_renames};
pub use undone::{Undoing, Undone, undone};
