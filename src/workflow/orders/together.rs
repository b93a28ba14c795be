//! Columns of one table that have to fit together: by a check, a key of several columns, an
//! index, a computed column, a trigger. Two sides that each change one of them meet there,
//! and made-up rows need not show it. Told from words, and in doubt they do: pure.

use std::collections::BTreeSet;

use super::{
    behind::is_about,
    beside::Statement,
    cascades::{after, words},
    minds,
    told::parts,
};
use crate::{
    model::{
        Dialect,
        footprint::{Access, Act, Kind, Part},
    },
    schema::{self, Schema},
    sql,
};

/// The parts of definitions, each with its table.
#[derive(Debug, Default)]
pub(super) struct Together {
    parts: BTreeSet<(String, String)>,
}

impl Together {
    /// By all statements there are, and by what schemas hold.
    pub(super) fn of(
        dialect: Dialect,
        statements: &[(&str, &[Access])],
        schemas: &[Schema],
    ) -> Self {
        let mut together = Self::default();
        for (text, _) in statements {
            together.take(text, dialect);
        }
        for fact in schemas.iter().flat_map(|schema| schema.facts.values()) {
            let table = fact.parent.as_ref().map(schema::FactId::name);
            let held = ["definition", "check"];
            let held = held.iter().filter_map(|key| fact.get(key));
            let text: Vec<&str> = fact.ddl.as_deref().into_iter().chain(held).collect();
            match (fact.id.kind, table) {
                (schema::Kind::Table, _) => together.take(&text.join("\n"), dialect),
                (_, Some(table)) => {
                    let name = fact.id.name();
                    if let Some(computed) = fact.get("generated") {
                        together.add(table, format!("{name} GENERATED AS ({computed})"));
                    }
                    together.add(table, text.join("\n"));
                }
                _ => {}
            }
        }
        together
    }

    fn take(&mut self, text: &str, dialect: Dialect) {
        let first = text.split_whitespace().next().unwrap_or_default();
        if !["CREATE", "ALTER"]
            .iter()
            .any(|word| first.eq_ignore_ascii_case(word))
        {
            return;
        }
        let words = words(text, dialect);
        if is_about(text, &["INDEX", "TRIGGER", "RULE", "POLICY"]) {
            for table in after(&words, "ON").chain(after(&words, "TO")) {
                self.add(&table, text.to_owned());
            }
        }
        let Some(table) = after(&words, "TABLE").next() else {
            return;
        };
        for part in parts(text, dialect) {
            let part: Vec<&str> = part.iter().map(|token| token.text(text)).collect();
            self.add(&table, part.join(" "));
        }
    }

    fn add(&mut self, table: &str, part: String) {
        self.parts.insert((table.to_lowercase(), part));
    }

    /// A column that one of both changes and that has to fit one that the other changes;
    /// `behind` is what runs with the first.
    pub(super) fn meet(
        &self,
        one: &Statement<'_>,
        behind: &[(&str, &str)],
        other: &Statement<'_>,
    ) -> Option<String> {
        if sql::is_plain_insert(one.text) || sql::is_plain_insert(other.text) {
            return None;
        }
        let others = self.with_computed(changed(other));
        let own = self.with_computed(changed(one));
        own.iter().find_map(|(table, column)| {
            let mut others = others
                .iter()
                .filter(|(of, name)| of == table && name != column);
            let meets = |(_, name): &&(String, String)| {
                let names_both = |text: &str| is_about(text, &[column]) && is_about(text, &[name]);
                let of_whole_rows =
                    |part: &str| is_about(part, &["CHECK"]) && is_about(part, &[table]);
                self.of_table(table)
                    .any(|part| names_both(part) || of_whole_rows(part))
                    || behind
                        .iter()
                        .any(|(_, text)| names_both(text) || looks_at_row(text))
            };
            others
                .find(meets)
                .map(|_| format!("column {table}.{column}"))
        })
    }

    pub(super) fn of_table<'t>(&'t self, table: &str) -> impl Iterator<Item = &'t str> + use<'t> {
        let table = table.to_lowercase();
        let parts = self.parts.iter().filter(move |(of, _)| *of == table);
        parts.map(|(_, part)| part.as_str())
    }

    /// The columns, and those that are computed from them.
    fn with_computed(&self, changed: Vec<(&str, &str)>) -> BTreeSet<(String, String)> {
        let changed = changed.into_iter();
        let mut all: BTreeSet<(String, String)> = changed
            .map(|(table, column)| (table.to_lowercase(), column.to_owned()))
            .collect();
        loop {
            let found = all.iter().flat_map(|(table, column)| {
                let parts = self.of_table(table).filter(move |part| {
                    is_about(part, &["AS", "GENERATED"]) && is_about(part, &[column])
                });
                let skipped = ["ADD", "COLUMN", "IF", "NOT", "EXISTS"];
                parts.filter_map(move |part| {
                    let mut words = part.split_whitespace();
                    let name = words
                        .find(|word| !skipped.iter().any(|one| one.eq_ignore_ascii_case(word)))?;
                    let name = name.trim_matches(['"', '`', '[', ']']);
                    Some((table.clone(), name.to_owned()))
                })
            });
            let found: Vec<_> = found.filter(|one| !all.contains(one)).collect();
            if found.is_empty() {
                return all;
            }
            all.extend(found);
        }
    }
}

/// The body of a trigger has to do with what stands in the row, and does not only set something.
fn looks_at_row(body: &str) -> bool {
    let tokens = sql::tokens(body, Some(Dialect::Postgres));
    let all: Vec<_> = tokens.filter(|token| !token.is_trivia()).collect();
    let is_word = |at: usize, word: &str| all.get(at).is_some_and(|one| one.is_word(body, word));
    let is_text = |at: usize, text: &str| all.get(at).is_some_and(|one| one.text(body) == text);
    let mut bodies = all.iter().filter_map(|token| minds::body(token, body));
    if bodies.any(looks_at_row) {
        return true;
    }
    (0..all.len()).any(|at| {
        let is_row = is_word(at, "NEW") || is_word(at, "OLD");
        let is_returned = at > 0 && is_word(at - 1, "RETURN");
        let begins = at == 0
            || is_text(at - 1, ";")
            || ["BEGIN", "THEN", "ELSE", "LOOP"]
                .iter()
                .any(|word| is_word(at - 1, word));
        // `NEW.at := now();`
        let is_set = begins
            && is_text(at + 1, ".")
            && (is_text(at + 3, ":=") || is_text(at + 3, ":") || is_text(at + 3, "="));
        is_row && !is_returned && !is_set
    })
}

/// The columns whose values a statement changes, each with its table.
fn changed<'b>(it: &'b Statement<'_>) -> Vec<(&'b str, &'b str)> {
    let changes = |access: &&Access| {
        access.object.kind == Kind::Column
            && (access.act == Act::Write
                || access.act.creates()
                || (access.act == Act::Alter && access.part == Part::Type))
    };
    let found = it.accesses.iter().filter(changes);
    found
        .filter_map(|access| Some((access.object.of.as_deref()?, access.object.name.as_str())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{RevId, verdict::Spot};

    #[test]
    fn columns_that_have_to_fit() {
        let fits = |below: &str, left: &str, right: &str| {
            let read = |text: &str| sql::footprint(text, Dialect::Postgres, &[]);
            let footprint = read(below);
            let all = footprint.statements.iter();
            let all: Vec<(&str, &[Access])> = all
                .map(|one| (&below[one.span.clone()], &one.accesses[..]))
                .collect();
            let together = Together::of(Dialect::Postgres, &all, &[]);
            let (one, other) = (read(left), read(right));
            let of = |text, accesses| Statement {
                spot: Spot {
                    revision: RevId::trusted("a"),
                    statement: None,
                },
                text,
                accesses,
                keys_off: false,
                script: text,
            };
            let one = of(left, &one.statements[0].accesses);
            let other = of(right, &other.statements[0].accesses);
            together.meet(&one, &[], &other).is_some()
        };
        let table = "CREATE TABLE t (a int, b int, c int, ";
        let [set_a, set_b] = ["UPDATE t SET a = 1", "UPDATE t SET b = 2"];
        for (more, left, right, wanted) in [
            ("CHECK (a < b))", set_a, set_b, true),
            ("UNIQUE (a, b))", set_a, set_b, true),
            ("FOREIGN KEY (a, b) REFERENCES p)", set_a, set_b, true),
            (
                "d int GENERATED ALWAYS AS (a / b) STORED)",
                set_a,
                set_b,
                true,
            ),
            ("CHECK (a < c))", set_a, set_b, false),
            ("d int); CREATE INDEX i ON t ((a / b))", set_a, set_b, true),
            (
                "d int); ALTER TABLE t ADD CHECK (a < b), ADD e int",
                set_a,
                set_b,
                true,
            ),
            (
                "CHECK (a < b))",
                "ALTER TABLE t ALTER a TYPE int USING a * 2",
                set_b,
                true,
            ),
            (
                "CHECK (a < b))",
                set_a,
                "INSERT INTO t VALUES (1, 2, 3)",
                false,
            ),
            ("CHECK (a < b))", set_a, "UPDATE u SET b = 2", false),
            (
                "d int GENERATED ALWAYS AS (a + 1) STORED, CHECK (d < b))",
                set_a,
                set_b,
                true,
            ),
            (
                "d int); ALTER TABLE t ADD CHECK (fits(t))",
                set_a,
                set_b,
                true,
            ),
        ] {
            let found = fits(&format!("{table}{more};"), left, right);
            assert_eq!(found, wanted, "{more}: {left} / {right}");
        }
    }

    #[test]
    fn triggers_that_look_at_the_row() {
        for (body, wanted) in [
            ("BEGIN NEW.at := now(); RETURN NEW; END", false),
            ("BEGIN NEW.at = now(); RETURN NEW; END", false),
            (
                "BEGIN IF TG_OP = 'UPDATE' THEN NEW.at := now(); END IF; RETURN NEW; END",
                false,
            ),
            ("BEGIN NEW.n := OLD.n + 1; RETURN NEW; END", true),
            (
                "BEGIN IF NEW.a > NEW.b THEN RAISE 'no'; END IF; RETURN NEW; END",
                true,
            ),
            ("BEGIN PERFORM f(NEW); RETURN NEW; END", true),
            ("BEGIN RETURN NULL; END", false),
            (
                "CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN PERFORM f(NEW); END $$",
                true,
            ),
            (
                "CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN RETURN NEW; END $$",
                false,
            ),
        ] {
            assert_eq!(looks_at_row(body), wanted, "{body}");
        }
    }
}
