//! How many CHECK constraints a table has, here and in SQL.
//!
//! SQLite tells them nowhere but in the text of the table, where a name, a remark or a literal
//! may hold the word, too. In no quotes it is always a constraint, since no name is `check`
//! without them.

use crate::schema::normal::pieces;

/// The constraints in the text of a table.
pub(super) fn count(ddl: &str) -> usize {
    pieces(ddl).iter().filter(|piece| piece.is("check")).count()
}

/// A query that counts them in the table with this name, a literal in lower case. What is
/// left of the text begins with a word, something in quotes, a remark or any other letter, each
/// of which is passed over as a whole; a letter beyond ASCII belongs to the word that it is in.
pub(super) fn counted(table: &str) -> String {
    let letters = "a-z0-9_$";
    let all = "abcdefghijklmnopqrstuvwxyz0123456789_$";
    format!(
        "\n    \
           WITH RECURSIVE text(rest) AS (\n      \
             SELECT lower(sql) FROM sqlite_schema WHERE type = 'table' AND lower(name) = {table}\n      \
             UNION ALL SELECT CASE\n        \
               WHEN rest GLOB '[{letters}]*' THEN ltrim(rest, '{all}')\n        \
               WHEN unicode(rest) > 127 THEN '_' || substr(rest, 2)\n        \
               WHEN rest GLOB '[''\"`]*' THEN substr(rest, 2 + instr(substr(rest, 2), substr(rest, 1, 1)))\n        \
               WHEN rest GLOB '[[]*' THEN substr(rest, 1 + instr(rest, ']'))\n        \
               WHEN rest GLOB '--*' THEN substr(rest, 1 + instr(rest || char(10), char(10)))\n        \
               WHEN rest GLOB '/[*]*' THEN substr(rest, 4 + instr(substr(rest, 3), '*/'))\n        \
               ELSE ltrim(substr(rest, 2), ' (),') END\n      \
             FROM text WHERE rest <> '')\n    \
           SELECT count(*) FROM text WHERE rest GLOB 'check[^{letters}]*' AND unicode(substr(rest, 6)) < 128"
    )
}
