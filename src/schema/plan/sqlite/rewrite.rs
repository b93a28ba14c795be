//! What SQLite makes of its stored texts when a table or a column gets another name.
//!
//! Tables and indexes are read as their grammar has it. A query may use one name for
//! many things: where it is not plain that SQLite replaces just these tokens, the
//! answer is that nobody knows, and the view or trigger is made anew instead.

use std::ops::Range;

use crate::{
    schema::normal::{Piece, pieces},
    sql::TokenKind,
};

use super::text;

/// `CREATE`, what it is, and its name: what a stored query begins with.
const NAME: usize = 3;

/// A text after a rename.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum After {
    /// It does not know the name.
    Same,
    /// SQLite makes it this.
    Text(String),
    /// Nobody knows.
    Unknown,
}

fn after(sql: &str, places: &[Range<usize>], to: &str) -> After {
    if places.is_empty() {
        return After::Same;
    }
    After::Text(text::replaced(sql, places, &text::name(to)))
}

/// A table's text: `own`, it is the one that gets another name.
pub(super) fn table_in_table(sql: &str, own: bool, from: &str, to: &str) -> After {
    let all = pieces(sql);
    let name = text::table_name(&all).map(|piece| piece.span.clone());
    let mut places = Vec::new();
    for (at, piece) in all.iter().enumerate() {
        let refers = at > 0 && all[at - 1].is("references");
        let qualifies = own && all.get(at + 1).is_some_and(|next| next.normal == ".");
        let is_name = own && name.as_ref() == Some(&piece.span);
        if is_name || ((refers || qualifies) && text::stands_for(piece, from)) {
            places.push(piece.span.clone());
        }
    }
    after(sql, &places, to)
}

/// An index's text: the table that it is on.
pub(super) fn table_in_index(sql: &str, from: &str, to: &str) -> After {
    let all = pieces(sql);
    let place = all.windows(2).find_map(|pair| match pair {
        [on, table] if on.is("on") && text::stands_for(table, from) => Some(table.span.clone()),
        _ => None,
    });
    let places: Vec<_> = place.into_iter().collect();
    after(sql, &places, to)
}

/// The text of a view or a trigger.
pub(super) fn table_in_query(sql: &str, from: &str, to: &str) -> After {
    let all = pieces(sql);
    let mut places = Vec::new();
    for (at, piece) in all.iter().enumerate().skip(NAME) {
        if !text::stands_for(piece, from) {
            continue;
        }
        let qualifies = all.get(at + 1).is_some_and(|next| next.normal == ".");
        let before = &all[at - 1];
        let is_source = ["from", "join", "into", "update", "on"]
            .iter()
            .any(|word| before.is(word));
        if !(qualifies || is_source) {
            return After::Unknown;
        }
        places.push(piece.span.clone());
    }
    after(sql, &places, to)
}

/// A table's text: a column of its own, or of a table that it refers to.
pub(super) fn column_in_table(sql: &str, own: bool, table: &str, from: &str, to: &str) -> After {
    let all = pieces(sql);
    let mut depth = 0_usize;
    // Inside of the list behind REFERENCES of that depth: whose columns these are.
    let mut list: Option<(usize, bool)> = None;
    let mut places = Vec::new();
    for (at, piece) in all.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| all.get(at));
        match piece.kind {
            TokenKind::LeftParen => {
                depth += 1;
                if at > 1 && all[at - 2].is("references") {
                    list = Some((depth, text::stands_for(&all[at - 1], table)));
                }
                continue;
            }
            TokenKind::RightParen => {
                if list.is_some_and(|(its, _)| its == depth) {
                    list = None;
                }
                depth = depth.saturating_sub(1);
                continue;
            }
            _ => {}
        }
        let belongs = match list {
            Some((_, is_table)) => is_table,
            None if !own => false,
            // The name of the column itself; or in a list or an expression.
            None => {
                let begins = before.is_some_and(|before| {
                    matches!(before.kind, TokenKind::LeftParen | TokenKind::Comma)
                });
                (depth == 1 && begins) || depth > 1
            }
        };
        if belongs && text::stands_for(piece, from) && !is_other(&all, at) {
            places.push(piece.span.clone());
        }
    }
    after(sql, &places, to)
}

/// Functions and collations have names of their own.
fn is_other(all: &[Piece], at: usize) -> bool {
    let collation = at > 0 && all[at - 1].is("collate");
    let function = all
        .get(at + 1)
        .is_some_and(|next| next.kind == TokenKind::LeftParen);
    collation || function
}

/// The text of an index on the table.
pub(super) fn column_in_index(sql: &str, from: &str, to: &str) -> After {
    let all = pieces(sql);
    let open = all
        .iter()
        .position(|piece| piece.kind == TokenKind::LeftParen)
        .unwrap_or(all.len());
    let places: Vec<_> = (open..all.len())
        .filter(|at| text::stands_for(&all[*at], from) && !is_other(&all, *at))
        .map(|at| all[at].span.clone())
        .collect();
    after(sql, &places, to)
}

/// The text of a view or a trigger that uses the table, and nothing else that may have
/// such a column.
pub(super) fn column_in_query(sql: &str, from: &str, to: &str) -> After {
    /// Behind these a name is that of a column.
    const BEFORE: &[&str] = &[
        "select", "distinct", "where", "and", "or", "not", "on", "by", "set", "when", "then",
        "else", "case", "of", "between", "having", "in", "like", "is",
    ];
    let all = pieces(sql);
    // Lists of names: of the view's columns, of a common table expression's.
    let lists = all.iter().any(|piece| piece.is("with"))
        || all
            .get(NAME)
            .is_some_and(|piece| piece.kind == TokenKind::LeftParen);
    let mut places = Vec::new();
    for (at, piece) in all.iter().enumerate().skip(NAME) {
        if !text::stands_for(piece, from) {
            continue;
        }
        if lists {
            return After::Unknown;
        }
        let before = &all[at - 1];
        let is_column = matches!(
            before.kind,
            TokenKind::Comma | TokenKind::LeftParen | TokenKind::Operator
        ) || before.normal == "."
            || BEFORE.iter().any(|word| before.is(word));
        // `from.x` and `from(…)` are something else.
        let follows = all.get(at + 1);
        let is_other_thing = follows.is_some_and(|next| {
            next.normal == "." || next.kind == TokenKind::LeftParen || next.is("as")
        });
        if !is_column || is_other_thing {
            return After::Unknown;
        }
        places.push(piece.span.clone());
    }
    after(sql, &places, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(sql: &str) -> After {
        After::Text(sql.to_owned())
    }

    #[test]
    fn tables() {
        assert_eq!(
            table_in_table(
                "CREATE TABLE t (t, u REFERENCES T (t), CHECK (t.u > 't'))",
                true,
                "t",
                "order"
            ),
            text(
                "CREATE TABLE \"order\" (t, u REFERENCES \"order\" (t), CHECK (\"order\".u > 't'))"
            )
        );
        assert_eq!(
            table_in_table("CREATE TABLE c (t, u REFERENCES [t])", false, "t", "p"),
            text("CREATE TABLE c (t, u REFERENCES p)")
        );
        assert_eq!(
            table_in_table("CREATE TABLE c (t)", false, "t", "p"),
            After::Same
        );
        assert_eq!(
            table_in_index("CREATE INDEX t ON t (t)", "t", "p"),
            text("CREATE INDEX t ON p (t)")
        );
        assert_eq!(
            table_in_query(
                "CREATE VIEW v AS SELECT t.a FROM t JOIN u ON t.a = u.a",
                "t",
                "p"
            ),
            text("CREATE VIEW v AS SELECT p.a FROM p JOIN u ON p.a = u.a")
        );
        for unknown in [
            "CREATE VIEW v AS SELECT t FROM t",
            "CREATE VIEW v AS SELECT 1 AS t FROM t",
            "CREATE VIEW v AS SELECT * FROM u, t",
        ] {
            assert_eq!(table_in_query(unknown, "t", "p"), After::Unknown);
        }
    }

    #[test]
    fn columns() {
        assert_eq!(
            column_in_table(
                "CREATE TABLE t (a a DEFAULT 'a' COLLATE a CHECK (a > a(a)), b REFERENCES p (a) CHECK (a), c REFERENCES t(a), \
                 UNIQUE (a COLLATE a), FOREIGN KEY (a) REFERENCES p (a))",
                true,
                "t",
                "a",
                "x"
            ),
            text(
                "CREATE TABLE t (x a DEFAULT 'a' COLLATE a CHECK (x > a(x)), b REFERENCES p (a) CHECK (x), c REFERENCES t(x), \
                 UNIQUE (x COLLATE a), FOREIGN KEY (x) REFERENCES p (a))"
            )
        );
        assert_eq!(
            column_in_table(
                "CREATE TABLE c (a, b REFERENCES t(a))",
                false,
                "t",
                "a",
                "x"
            ),
            text("CREATE TABLE c (a, b REFERENCES t(x))")
        );
        assert_eq!(
            column_in_index("CREATE INDEX a ON t (a, lower(a)) WHERE a > 0", "a", "x"),
            text("CREATE INDEX a ON t (x, lower(x)) WHERE x > 0")
        );
        assert_eq!(
            column_in_query(
                "CREATE TRIGGER r AFTER UPDATE OF a ON t BEGIN UPDATE t SET a = new.a; END",
                "a",
                "x"
            ),
            text("CREATE TRIGGER r AFTER UPDATE OF x ON t BEGIN UPDATE t SET x = new.x; END")
        );
        for unknown in [
            "CREATE VIEW v AS SELECT b AS a FROM t",
            "CREATE VIEW v AS SELECT b a FROM t",
            "CREATE VIEW v AS SELECT a.b FROM t a",
        ] {
            assert_eq!(column_in_query(unknown, "a", "x"), After::Unknown);
        }
    }
}
