//! Whether a script has made the values of a column by an expression: a remark that stands
//! in the models for longer than one change of type is not to do it twice. Read as tokens.

use super::{Token, TokenKind, name_path, statements, tokens};
use crate::model::Dialect;

/// Whether a statement makes the values of one of the `columns` of one of the `tables` by
/// this expression, wherever its blanks and comments are.
pub fn is_remade(
    script: &str,
    dialect: Dialect,
    (tables, columns): (&[&str], &[&str]),
    expression: &str,
) -> bool {
    let wanted = words(expression, dialect);
    statements(script, dialect).iter().any(|statement| {
        let all = words(statement.text(script), dialect);
        let begins = |word: &str| all.first().is_some_and(|first| first == word);
        let names = |any: &[&str]| {
            let mut words = all.iter();
            words.any(|word| any.iter().any(|name| name.eq_ignore_ascii_case(word)))
        };
        let is_such = match dialect {
            Dialect::Postgres => begins("alter"),
            Dialect::Sqlite => ["insert", "update", "create"].into_iter().any(begins),
        };
        let mut places = all.windows(wanted.len().max(1)).enumerate();
        is_such
            && names(tables)
            && names(columns)
            && places.any(|(at, words)| {
                let behind = at.checked_sub(1).and_then(|at| all.get(at));
                words == wanted
                    && (dialect == Dialect::Sqlite || behind.is_some_and(|word| word == "using"))
            })
    })
}

/// The tokens that count, in one spelling.
fn words(text: &str, dialect: Dialect) -> Vec<String> {
    let all = tokens(text, Some(dialect)).filter(|token| !token.is_trivia());
    let all = all.filter(|token| token.kind != TokenKind::Semicolon);
    all.map(|token: Token| {
        let written = token.text(text);
        match token.kind {
            TokenKind::Word => written.to_lowercase(),
            TokenKind::QuotedIdent => name_path(written, dialect)
                .and_then(|mut path| path.pop())
                .unwrap_or_else(|| written.to_owned()),
            _ => written.to_owned(),
        }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_expression_for_the_same_column() {
        let by = "(price*100)::integer";
        for (script, want) in [
            (
                "ALTER TABLE shop.p ALTER COLUMN price TYPE integer USING ( price * 100 )::INTEGER;",
                true,
            ),
            (
                "ALTER TABLE \"p\" ALTER price TYPE int\n USING -- why\n (price*100)::integer",
                true,
            ),
            (
                "ALTER TABLE q ALTER COLUMN price TYPE integer USING (price*100)::integer",
                false,
            ),
            (
                "ALTER TABLE p ALTER COLUMN price TYPE integer USING (price*10)::integer",
                false,
            ),
            ("UPDATE p SET price = (price*100)::integer", false),
            (
                "-- USING (price*100)::integer\nALTER TABLE p ADD price integer",
                false,
            ),
        ] {
            let names = (&["p"][..], &["price"][..]);
            assert_eq!(
                is_remade(script, Dialect::Postgres, names, by),
                want,
                "{script}"
            );
        }
        let rebuilt =
            "INSERT INTO _teammig_new_p (id, price) SELECT id, CAST(price*100 AS integer) FROM p";
        let names = (&["p"][..], &["price"][..]);
        for (by, want) in [
            ("cast(price * 100 as INTEGER)", true),
            ("price", true),
            ("price*2", false),
        ] {
            assert_eq!(is_remade(rebuilt, Dialect::Sqlite, names, by), want, "{by}");
        }
    }
}
