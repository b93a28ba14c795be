//! teammig's own ledger in models: what `pg_dump` or `.schema` prints of a database that
//! teammig looks after has it. It is no part of the schema that models are about.

use crate::{
    model::{Dialect, SourceFile},
    sql::{self, Token, TokenKind},
};

/// The files without the statements that are about the ledger; everything else stays
/// where it is.
pub(super) fn without(
    files: &[SourceFile],
    table: &str,
    schema: Option<&str>,
    dialect: Dialect,
) -> Vec<SourceFile> {
    let blank = |file: &SourceFile| {
        let mut text = (*file.text).to_owned();
        for statement in sql::statements(&file.text, dialect) {
            if is_about(statement.text(&file.text), table, schema, dialect) {
                let own = statement.text(&file.text);
                let blanks: String = own
                    .bytes()
                    .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
                    .collect();
                text.replace_range(statement.span.clone(), &blanks);
            }
        }
        SourceFile::new(file.path.clone(), text)
    };
    files.iter().map(blank).collect()
}

/// Whether a statement makes the ledger, or says something of it: its name stands before
/// the first parenthesis, where the name of a table stands.
fn is_about(statement: &str, table: &str, schema: Option<&str>, dialect: Dialect) -> bool {
    let all: Vec<Token> = sql::tokens(statement, Some(dialect))
        .filter(|token| !token.is_trivia())
        .take_while(|token| token.kind != TokenKind::LeftParen)
        .collect();
    let word = |at: Option<usize>| {
        let token = all.get(at?)?;
        Some(token.text(statement))
    };
    let is = |at: Option<usize>, name: &str| {
        word(at).is_some_and(|text| match text.strip_prefix('"') {
            Some(quoted) if dialect == Dialect::Postgres => quoted.strip_suffix('"') == Some(name),
            _ => text
                .trim_matches(['"', '[', ']', '`', '\''])
                .eq_ignore_ascii_case(name),
        })
    };
    (0..all.len()).any(|at| {
        if !is(Some(at), table) {
            return false;
        }
        let before = at.checked_sub(1);
        let (head, fits) = if word(before) == Some(".") {
            let qualifier = at.checked_sub(2);
            let fits = dialect == Dialect::Sqlite || schema.is_none_or(|name| is(qualifier, name));
            (at.checked_sub(3), fits)
        } else {
            (before, true)
        };
        let heads = ["TABLE", "ONLY", "EXISTS", "ON", "COLUMN"];
        let is_table =
            word(head).is_some_and(|word| heads.iter().any(|head| word.eq_ignore_ascii_case(head)));
        fits && is_table
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_about_the_ledger() {
        let table = "teammig_ledger";
        for (text, schema, expected) in [
            ("CREATE TABLE public.teammig_ledger (id text)", None, true),
            (
                "CREATE TABLE public.teammig_ledger (id text)",
                Some("public"),
                true,
            ),
            (
                "CREATE TABLE public.teammig_ledger (id text)",
                Some("ops"),
                false,
            ),
            (
                "create table if not exists \"teammig_ledger\" (id text)",
                None,
                true,
            ),
            (
                "ALTER TABLE ONLY public.teammig_ledger ADD CONSTRAINT k PRIMARY KEY (id)",
                None,
                true,
            ),
            (
                "COMMENT ON COLUMN public.teammig_ledger.id IS 'x'",
                None,
                true,
            ),
            (
                "GRANT SELECT ON TABLE ops.teammig_ledger TO reader",
                Some("ops"),
                true,
            ),
            ("CREATE INDEX i ON teammig_ledger (id)", None, true),
            ("CREATE TABLE t (teammig_ledger text)", None, false),
            (
                "CREATE VIEW v AS SELECT id FROM teammig_ledger",
                None,
                false,
            ),
            ("CREATE TABLE \"Teammig_Ledger\" (id text)", None, false),
        ] {
            let told = is_about(text, table, schema, Dialect::Postgres);
            assert_eq!(told, expected, "{text} {schema:?}");
        }
        let file = SourceFile::new(
            "a.sql",
            "CREATE TABLE [Teammig_ledger] (\n a);\nCREATE TABLE t (a);\n",
        );
        let left = without(&[file], table, None, Dialect::Sqlite);
        let text = &left.first().unwrap().text;
        assert_eq!(
            text.trim_start_matches([' ', '\n', ';']),
            "CREATE TABLE t (a);\n"
        );
        assert_eq!(text.find("CREATE TABLE t"), Some(37));
    }
}
