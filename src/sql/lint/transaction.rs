//! Statements that a database refuses inside a transaction, which every script is
//! unless its section says otherwise.

use super::Hazard;
use crate::{
    model::{Dialect, Migration},
    sql::{outside::only_outside, statements::statements},
};

/// The name that squawk has for one kind of them.
pub(super) const CONCURRENT_INDEX: &str = "ban-concurrent-index-creation-in-transaction";

/// The statements of a way up that cannot run in its transaction.
pub(super) fn hazards(migration: &Migration, dialect: Dialect) -> Vec<Hazard> {
    if !migration.up.transaction {
        return Vec::new();
    }
    let text = migration.up_text();
    let offset = migration.up.span.start;
    statements(text, dialect)
        .into_iter()
        .filter(|statement| only_outside(statement, text, dialect))
        .map(|statement| {
            let is_index = statement.starts_with(text, &["CREATE", "INDEX"])
                || statement.starts_with(text, &["CREATE", "UNIQUE", "INDEX"]);
            Hazard::new(
                if is_index { CONCURRENT_INDEX } else { "not-in-transaction" },
                offset + statement.span.start..offset + statement.span.end,
                format!("{dialect} refuses this statement inside a transaction"),
            )
            .help(
                "put it into a revision of its own whose way up begins with `-- migrate:up transaction:false`",
            )
        })
        .collect()
}
