//! Values that a statement takes from elsewhere than from rows: from what the server knows of
//! its own objects, from the default of a type, from how texts are taken apart. Another side
//! that changes that changes them. Told from words, and in doubt it matters: pure.

use super::{behind::is_about, beside::Statement};
use crate::{
    model::{Dialect, footprint::Act},
    sql,
};

/// What looks objects up by their names, or lists them.
const CATALOG: [&str; 17] = [
    "to_regclass",
    "to_regtype",
    "to_regproc",
    "to_regprocedure",
    "to_regnamespace",
    "to_regrole",
    "regclass",
    "regtype",
    "regproc",
    "regprocedure",
    "regnamespace",
    "information_schema",
    "sqlite_master",
    "sqlite_schema",
    "pragma_table_info",
    "pragma_table_list",
    "pragma_index_list",
];

/// What takes texts apart by a configuration.
const TEXT_SEARCH: [&str; 9] = [
    "tsvector",
    "to_tsvector",
    "to_tsquery",
    "plainto_tsquery",
    "phraseto_tsquery",
    "websearch_to_tsquery",
    "ts_headline",
    "ts_lexize",
    "json_to_tsvector",
];

/// What the values of `one` are taken from, and `other` changes.
pub(super) fn by_what_is_elsewhere(
    dialect: Dialect,
    one: &Statement<'_>,
    other: &Statement<'_>,
) -> Option<String> {
    let words = |text: &str| -> [String; 2] {
        let mut words = text.split_whitespace().map(str::to_uppercase);
        [
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
        ]
    };
    let [verb, noun] = words(one.text);
    let adds = verb == "ALTER" && noun == "TABLE" && is_about(one.text, &["ADD"]);
    let moves = sql::moves_rows(one.text);
    let mut others = other.accesses.iter();
    // Names that stand in rows, or in what the catalog lists, are seen by whoever looks.
    let lists = is_about(one.text, &CATALOG) || one.text.to_lowercase().contains("pg_");
    if moves && lists && !sql::is_plain_insert(one.text) {
        let changes = |act: Act| act.creates() || act.removes() || act == Act::Alter;
        let found = others.find(|access| changes(access.act));
        return found.map(|access| access.object.to_string());
    }
    if dialect == Dialect::Sqlite {
        return None;
    }
    let [other_verb, other_noun] = words(other.text);
    if other_verb == "ALTER" && other_noun == "DOMAIN" {
        let is_default = is_about(other.text, &["DEFAULT"]);
        let found = others.find(|access| is_about(one.text, &[&access.object.name]));
        return found
            .filter(|_| is_default && (adds || moves))
            .map(|access| access.object.to_string());
    }
    let is_search = other_noun == "TEXT" && is_about(other.text, &["SEARCH"]);
    (is_search && (adds || moves) && is_about(one.text, &TEXT_SEARCH))
        .then(|| "text search configuration".to_owned())
}
