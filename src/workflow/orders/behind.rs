//! What runs a function or a view without naming it: others that use it, tables whose
//! triggers, defaults or checks call it. Told from words, and in doubt it does: pure.

use std::collections::BTreeSet;

use super::cascades::Cascades;
use crate::{
    model::footprint::{Access, Act, Kind},
    sql,
};

/// What can do more than it holds.
const BODIES: [&str; 5] = ["FUNCTION", "PROCEDURE", "TRIGGER", "RULE", "VIEW"];

/// Names behind which one object is.
pub(super) struct Behind {
    /// Functions and views.
    run: BTreeSet<String>,
    /// Tables that run one of these for their rows.
    tables: BTreeSet<String>,
    /// An operator or a cast runs one of these: any statement may have it, and by no name.
    by_sign: bool,
}

impl Behind {
    /// All that runs `name`, by the definitions in `statements`.
    pub(super) fn of<'b, I>(name: &str, cascades: &Cascades, statements: impl Fn() -> I) -> Self
    where
        I: Iterator<Item = (&'b str, &'b [Access])>,
    {
        let mut behind = Self {
            run: BTreeSet::from([name.to_owned()]),
            tables: BTreeSet::new(),
            by_sign: false,
        };
        loop {
            let before = (behind.run.len(), behind.tables.len());
            for (text, accesses) in statements() {
                behind.take(text, accesses);
            }
            // What is deleted there takes rows of these with it.
            let above = cascades.above(&behind.tables);
            behind.tables.extend(above);
            if (behind.run.len(), behind.tables.len()) == before {
                return behind;
            }
        }
    }

    fn take(&mut self, text: &str, accesses: &[Access]) {
        let has_body = is_about(text, &BODIES);
        if !(names(text, &self.run) || (has_body && names(text, &self.tables))) {
            return;
        }
        self.by_sign |= is_about(text, &["OPERATOR", "CAST"]) && begins(text, "CREATE");
        for access in accesses {
            if !(access.act.creates() || matches!(access.act, Act::Alter | Act::Demand)) {
                continue;
            }
            let object = &access.object;
            match (&object.kind, &object.of) {
                (Kind::Function | Kind::View, _) => self.run.insert(object.name.clone()),
                (Kind::Table, _) => self.tables.insert(object.name.clone()),
                (_, Some(table)) => self.tables.insert(table.clone()),
                _ => false,
            };
        }
    }

    /// Whether the statement runs it, and does not only define what will.
    pub(super) fn is_run_by(&self, text: &str) -> bool {
        if sql::moves_rows(text) {
            return self.by_sign || names(text, &self.run) || names(text, &self.tables);
        }
        let first = |word: &str| begins(text, word);
        // A default for rows that are there, a check of them, an index over them.
        let looks = (first("ALTER") && is_about(text, &["TABLE", "DOMAIN"]))
            || (first("CREATE") && is_about(text, &["INDEX", "MATERIALIZED"]));
        looks && (self.by_sign || names(text, &self.run))
    }
}

/// Whether this is the first word.
fn begins(text: &str, word: &str) -> bool {
    let mut words = text.split_whitespace();
    words.next().is_some_and(|it| it.eq_ignore_ascii_case(word))
}

fn names(text: &str, all: &BTreeSet<String>) -> bool {
    all.iter().any(|name| is_about(text, &[name]))
}

/// Whether one of the names stands in the text, as a word of its own.
pub(super) fn is_about(text: &str, names: &[&str]) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    names.iter().any(|name| {
        if name.contains(|c| !is_part(c)) {
            return text.to_lowercase().contains(&name.to_lowercase());
        }
        text.split(|c| !is_part(c))
            .any(|word| word.eq_ignore_ascii_case(name))
    })
}

/// Those of many names that stand in the text, as [`is_about`] says it of one.
pub(super) fn names_in<'n>(text: &str, all: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let text = text.to_lowercase();
    let words: BTreeSet<&str> = text.split(|c| !is_part(c)).collect();
    let stands = |name: &&str| {
        let lower = name.to_lowercase();
        if lower.chars().all(is_part) {
            !lower.is_empty() && words.contains(lower.as_str())
        } else {
            text.contains(&lower)
        }
    };
    all.filter(stands).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Dialect, Footprint};

    fn runs(below: &[&str], statement: &str) -> bool {
        let read = |text: &&str| sql::footprint(text, Dialect::Postgres, &[]);
        let footprints: Vec<Footprint> = below.iter().map(read).collect();
        let statements = || {
            let all = below.iter().zip(&footprints);
            all.flat_map(|(text, footprint)| {
                let of = footprint.statements.iter();
                of.map(|one| (*text, &one.accesses[..]))
            })
        };
        let cascades = Cascades::of(Dialect::Postgres, below.iter().copied());
        Behind::of("f", &cascades, statements).is_run_by(statement)
    }

    #[test]
    fn what_runs_a_function() {
        let by_function = "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT f()'";
        let by_view = "CREATE VIEW v AS SELECT g() AS n";
        let by_trigger =
            "CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION f()";
        let by_key = "CREATE TABLE users (team int REFERENCES teams ON DELETE CASCADE)";
        let by_default = "CREATE TABLE users (id int DEFAULT f())";
        let by_operator = "CREATE OPERATOR ### (LEFTARG = int, RIGHTARG = int, FUNCTION = f)";
        let by_cast = "CREATE CAST (shade AS int) WITH FUNCTION f(shade)";
        for (below, statement, wanted) in [
            (&[][..], "INSERT INTO a SELECT f()", true),
            (&[], "INSERT INTO a SELECT ff()", false),
            (&[], "ALTER TABLE a ADD n int DEFAULT f()", true),
            (&[], "CREATE INDEX i ON a (f(n))", true),
            (&[], "CREATE VIEW v AS SELECT f()", false),
            (
                &[by_view, by_function],
                "INSERT INTO a SELECT n FROM v",
                true,
            ),
            (&[by_view], "INSERT INTO a SELECT n FROM v", false),
            (&[by_trigger], "UPDATE users SET id = 1", true),
            (&[by_trigger], "UPDATE a SET id = 1", false),
            (&[by_default], "INSERT INTO users DEFAULT VALUES", true),
            (&[by_default], "ALTER TABLE users ADD n int", false),
            (
                &[by_trigger, by_key],
                "DELETE FROM teams WHERE id = 77",
                true,
            ),
            (&[by_trigger], "DELETE FROM teams WHERE id = 77", false),
            (&[by_operator], "INSERT INTO a SELECT 1 ### n FROM b", true),
            (&[by_cast], "UPDATE a SET n = 1", true),
            (&[by_cast], "CREATE TABLE a (n int)", false),
        ] {
            assert_eq!(runs(below, statement), wanted, "{below:?} {statement}");
        }
    }
}
