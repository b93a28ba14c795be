//! SQLite: scripts that drop or rebuild tables.
//!
//! The sources' connections do not enforce foreign keys (sqlx's does), ours
//! does: `DROP TABLE` would then delete the rows first, with all that follows
//! from it in other tables. Such a script runs with `foreign_keys:off`.
//!
//! That section also runs with `legacy_alter_table` on, under which a rename
//! leaves the references of other tables alone. For the rename at the end of a
//! rebuild this is what is wanted. Where a script renames a table for good, the
//! references have to follow, as they do in SQLite by default; such a rename
//! gets the pragma switched off around it.

use super::draft::Draft;
use crate::{
    model::Dialect,
    sql::{self, Statement, TableAct, TokenKind, tokens},
};

const BEFORE: &str = "PRAGMA legacy_alter_table = OFF;\n";
const AFTER: &str = "\nPRAGMA legacy_alter_table = ON;";

/// What a look at a script found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Rebuild {
    /// The offset of the first DROP TABLE.
    pub(super) drops: Option<usize>,
    /// The offset of the first rename that was marked as one for good.
    pub(super) renames: Option<usize>,
}

/// The first DROP TABLE of a script.
pub(super) fn first_drop(text: &str) -> Option<usize> {
    sql::statements(text, Dialect::Sqlite)
        .into_iter()
        .find(|statement| matches!(TableAct::of(statement, text), TableAct::Drop(_)))
        .map(|statement| statement.span.start)
}

/// Looks for dropped tables and, where there are some, marks the renames whose
/// references have to follow.
pub(super) fn mark(draft: &mut Draft) -> Rebuild {
    let text = draft.text().to_owned();
    let Some(drops) = first_drop(&text) else {
        return Rebuild::default();
    };
    let all = sql::statements(&text, Dialect::Sqlite);
    let acts: Vec<TableAct> = all.iter().map(|one| TableAct::of(one, &text)).collect();
    let mut renames = None;
    for (n, (statement, one)) in all.iter().zip(&acts).enumerate() {
        let TableAct::Rename { from, .. } = one else {
            continue;
        };
        // The new table of a rebuild: as a rule nobody refers to its first name.
        let is_new = acts[..n].iter().any(|act| act.creates(from));
        let follows = if is_new {
            is_referenced(&text, from)
        } else {
            sql::renames_for_good(&acts, n)
        };
        if follows {
            renames.get_or_insert(statement.span.start);
            draft.insert(statement.span.start, BEFORE);
            draft.insert(end_of(statement, &text), AFTER);
        }
    }
    Rebuild {
        drops: Some(drops),
        renames,
    }
}

/// Whether `REFERENCES name` stands somewhere.
fn is_referenced(text: &str, name: &str) -> bool {
    let mut after = false;
    tokens(text, Some(Dialect::Sqlite))
        .filter(|token| !token.is_trivia())
        .any(|token| {
            let hit = after && bare_name(token.text(text)).eq_ignore_ascii_case(name);
            after = token.is_word(text, "REFERENCES");
            hit
        })
}

/// A name without its quotes.
fn bare_name(token: &str) -> &str {
    token.trim_matches(['"', '`', '\'', '[', ']'])
}

/// Behind the statement's semicolon, or its end where there is none.
fn end_of(statement: &Statement, text: &str) -> usize {
    tokens(text, Some(Dialect::Sqlite))
        .skip_while(|token| token.span.start < statement.span.end)
        .find(|token| !token.is_trivia())
        .filter(|token| token.kind == TokenKind::Semicolon)
        .map_or(statement.span.end, |token| token.span.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SourceFile;

    fn look(text: &str) -> (Rebuild, String) {
        let mut draft = Draft::whole(&SourceFile::new("a.sql", text), false);
        let rebuild = mark(&mut draft);
        (rebuild, draft.finish())
    }

    #[test]
    fn rebuilds_need_nothing_but_the_keys_off() {
        for text in [
            "CREATE TABLE new_t (a); INSERT INTO new_t SELECT a FROM t; DROP TABLE t; ALTER TABLE new_t RENAME TO t;",
            "ALTER TABLE t RENAME TO t_old; CREATE TABLE t (a REFERENCES u(id)); DROP TABLE t_old;",
            "CREATE TABLE \"N\" (a); ALTER TABLE t RENAME TO t_old; ALTER TABLE n RENAME TO \"T\"; DROP TABLE t_old;",
            "create temporary table if not exists main.B (a); drop table if exists t",
        ] {
            let (rebuild, out) = look(text);
            assert!(
                rebuild.drops.is_some() && rebuild.renames.is_none(),
                "{text}"
            );
            assert_eq!(out, text);
        }
        assert_eq!(look("ALTER TABLE a RENAME TO b;").0, Rebuild::default());
        assert_eq!(
            look("ALTER TABLE a DROP COLUMN b; SELECT 'DROP TABLE t;'").0,
            Rebuild::default()
        );
    }

    #[test]
    fn a_rename_for_good_takes_the_references_along() {
        let (rebuild, out) = look("DROP TABLE x;\nALTER TABLE a RENAME TO b;\nSELECT 1;\n");
        assert_eq!(rebuild.renames, Some(14));
        assert_eq!(
            out,
            "DROP TABLE x;\nPRAGMA legacy_alter_table = OFF;\nALTER TABLE a RENAME TO b;\nPRAGMA legacy_alter_table = \
             ON;\nSELECT 1;\n"
        );
        // A new table that another new one refers to by its first name.
        let text = "CREATE TABLE na (id); CREATE TABLE nb (a REFERENCES \"na\"(id)); DROP TABLE b; DROP TABLE a; \
                    ALTER TABLE na RENAME TO a; ALTER TABLE nb RENAME TO b;";
        let (rebuild, out) = look(text);
        assert_eq!(rebuild.renames, text.find("ALTER"));
        assert_eq!(out.matches("legacy_alter_table = OFF").count(), 1);
    }
}
