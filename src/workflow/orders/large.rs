//! Large objects of PostgreSQL: what they hold, whose they are and whether they are there is
//! compared by nobody. Told from words, and in doubt it is about them: pure.

use super::{behind::is_about, beside::Statement};
use crate::{
    model::verdict::{Pair, Unproved},
    sql,
};

/// What reads, writes, makes or drops them.
const ACTS: [&str; 22] = [
    "lo_creat",
    "lo_create",
    "lo_from_bytea",
    "lo_get",
    "lo_put",
    "lo_import",
    "lo_export",
    "lo_unlink",
    "lo_open",
    "lo_close",
    "lo_lseek",
    "lo_lseek64",
    "lo_tell",
    "lo_tell64",
    "lo_truncate",
    "lo_truncate64",
    "lo_manage",
    "lo_oid",
    "loread",
    "lowrite",
    "pg_largeobject",
    "pg_largeobject_metadata",
];

/// Where one side has to do with them and the other, too, or with rows, which may say which
/// ones. `code` is what runs with rows: triggers, functions, views.
pub(super) fn doubt<'b>(
    [left, right]: &[Vec<Statement<'_>>; 2],
    code: impl Iterator<Item = &'b str>,
) -> Option<Unproved> {
    let by_code = {
        let mut code = code.filter(|text| is_about(text, &["FUNCTION", "PROCEDURE", "TRIGGER"]));
        code.any(is_large)
    };
    let runs = |it: &Statement<'_>| {
        let first = it.text.split_whitespace().next().unwrap_or_default();
        let calls = ["SELECT", "DO", "CALL"];
        sql::moves_rows(it.text) || calls.iter().any(|word| first.eq_ignore_ascii_case(word))
    };
    let pairs = [(left, right), (right, left)];
    pairs.into_iter().find_map(|(one, other)| {
        let one = one
            .iter()
            .find(|it| is_large(it.text) || (by_code && runs(it)))?;
        let other = other.iter().find(|it| is_large(it.text) || runs(it))?;
        Some(Unproved::NotCompared {
            object: "large objects".to_owned(),
            pair: Pair {
                left: one.spot.clone(),
                right: other.spot.clone(),
            },
        })
    })
}

fn is_large(text: &str) -> bool {
    is_about(text, &ACTS) || (is_about(text, &["LARGE"]) && is_about(text, &["OBJECT"]))
}
