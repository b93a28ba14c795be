//! What a session sets, and what is set for others that begin later: pure.

use super::{Beside, One, is_about, minds};
use crate::{
    model::{
        Dialect,
        footprint::{Access, Kind},
    },
    sql,
};

/// What SQLite does otherwise from then on, for the session.
const PRAGMAS: [&str; 5] = [
    "case_sensitive_like",
    "ignore_check_constraints",
    "recursive_triggers",
    "reverse_unordered_selects",
    "writable_schema",
];

/// It sets something for whoever connects from then on, be it put together as it runs: what
/// that does to the other side depends on whether both run in one session.
pub(super) fn is_for_others(one: &One<'_>) -> bool {
    let sets = |text: &str| {
        is_about(text, &["ALTER"])
            && is_about(text, &["SET", "RESET"])
            && is_about(text, &["DATABASE", "ROLE", "USER", "SYSTEM"])
    };
    let first = one.it.text.split_whitespace().next().unwrap_or_default();
    let is_run = ["DO", "SELECT", "CALL"]
        .iter()
        .any(|it| first.eq_ignore_ascii_case(it));
    let behind = || one.behind.iter().any(|(_, text)| sets(text));
    is_run && (sets(one.it.text) || behind())
}

impl Beside {
    /// What a session sets, or is, tells what a statement does and to what: a `PRAGMA` that
    /// stays, a temporary table in front of another one, a search path, a role.
    pub(super) fn of_session(&self, one: &One<'_>, other: &One<'_>) -> Option<String> {
        let (text, other_text) = (one.it.text, other.it.text);
        if !sql::moves_rows(text) {
            return None;
        }
        if self.dialect == Dialect::Sqlite && is_about(other_text, &["PRAGMA"]) {
            let mut pragmas = PRAGMAS.iter();
            let set = pragmas.find(|pragma| is_about(other_text, &[pragma]))?;
            return Some(format!("PRAGMA {set}"));
        }
        let mut others = other.it.accesses.iter();
        let is_hidden = |access: &&Access| {
            let (act, object) = (access.act, &access.object);
            let is_temporary = minds::is_temporary(object);
            act.creates()
                && is_about(text, &[&object.name])
                && if is_temporary {
                    !is_about(other_text, &["COMMIT"]) && self.tables.contains(&object.name)
                } else {
                    is_about(one.it.script, &["search_path"])
                        && matches!(object.kind, Kind::Table | Kind::View | Kind::Function)
                }
        };
        let is_plain = sql::is_plain_insert(text);
        let found = others.find(is_hidden);
        if let Some(access) = found.filter(|one| !is_plain || minds::is_temporary(&one.object)) {
            return Some(access.object.to_string());
        }
        let is_somebody = is_about(one.it.script, &["ROLE", "AUTHORIZATION"])
            || is_about(other.it.script, &["FORCE"]);
        let mut policies = other.it.accesses.iter().map(|access| &access.object);
        let policy = policies.find(|object| {
            let table = object.of.as_deref();
            object.kind == Kind::Policy && table.is_some_and(|table| is_about(text, &[table]))
        });
        // Without a policy nobody sees a row who has to keep to them.
        let is_row_security = is_about(other_text, &["SECURITY"]) && is_about(other_text, &["ROW"]);
        let mut tables = other.it.accesses.iter().map(|access| &access.object);
        let switched = tables.find(|object| {
            is_row_security && object.kind == Kind::Table && is_about(text, &[&object.name])
        });
        policy
            .or(switched)
            .filter(|_| is_somebody && !is_plain)
            .map(ToString::to_string)
    }
}
