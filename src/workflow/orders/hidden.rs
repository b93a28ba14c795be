//! What runs with a statement and does not stand in it: bodies of functions and views,
//! triggers and rules of the tables that it changes, what fills and checks a column. Told
//! from words, and in doubt it runs: pure.

use std::collections::{BTreeSet, HashMap};

use super::{
    behind::{is_about, names_in},
    cascades::Cascades,
};
use crate::{
    model::footprint::{Access, Kind},
    schema::{self, Fact, Schema},
};

/// What changes rows, in a body.
const CHANGES: [&str; 7] = [
    "INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "TRUNCATE", "REPLACE",
];

/// What a trigger can wait for.
const EVENTS: [&str; 4] = ["INSERT", "UPDATE", "DELETE", "TRUNCATE"];

/// All code that a database keeps.
#[derive(Debug, Default)]
pub(super) struct Code {
    entries: Vec<Entry>,
    /// Run with whatever names it.
    named: HashMap<String, Vec<usize>>,
    /// Run with whatever names the table.
    of: HashMap<String, Vec<usize>>,
}

#[derive(Debug)]
struct Entry {
    name: String,
    text: String,
    /// The same without a word for the language, which tables are called as well.
    meant: String,
    /// The text is what runs; else it names functions that run.
    is_body: bool,
    /// What a trigger waits for; nothing where it is none.
    events: Vec<&'static str>,
}

/// What runs with one statement.
#[derive(Debug, Default)]
pub(super) struct Hidden<'a> {
    /// Each body of it, with its name.
    pub(super) bodies: Vec<(&'a str, &'a str)>,
}

impl Hidden<'_> {
    /// It can change rows, and not only look at them.
    pub(super) fn writes(&self) -> bool {
        self.bodies.iter().any(|(_, text)| is_about(text, &CHANGES))
    }

    /// What it does is put together as it runs, or written in a language that is not read.
    pub(super) fn is_opaque(&self) -> bool {
        let foreign = [
            "EXECUTE",
            "plpython3u",
            "plpythonu",
            "plperl",
            "plperlu",
            "plv8",
            "pltcl",
        ];
        self.bodies.iter().any(|(_, text)| is_about(text, &foreign))
    }
}

impl Code {
    /// By the statements that define something, and by what schemas hold.
    pub(super) fn of<'b>(
        statements: impl Iterator<Item = (&'b str, &'b [Access])>,
        schemas: &[Schema],
    ) -> Self {
        let mut code = Self::default();
        for (text, accesses) in statements {
            let made = accesses.iter().filter(|one| one.act.creates());
            for object in made.map(|access| &access.object) {
                code.add(&object.kind, object.of.as_deref(), &object.name, text);
            }
            let first = text.split_whitespace().next().unwrap_or_default();
            if first.eq_ignore_ascii_case("ALTER") {
                let tables = accesses.iter().filter_map(|one| one.object.of.as_deref());
                for table in tables.collect::<BTreeSet<_>>() {
                    code.add(&Kind::Column, Some(table), "", text);
                }
            }
        }
        for fact in schemas.iter().flat_map(|schema| schema.facts.values()) {
            code.fact(fact);
        }
        code
    }

    fn add(&mut self, kind: &Kind, of: Option<&str>, name: &str, text: &str) {
        let (all, by, is_body) = match (kind, of) {
            (Kind::Function | Kind::View, _) => (&mut self.named, name, true),
            (Kind::Type, _) => (&mut self.named, name, false),
            // A virtual table may go by another one, which is named where it is made.
            (Kind::Table, _) => (&mut self.of, name, is_about(text, &["VIRTUAL"])),
            (Kind::Rule | Kind::Policy, Some(table)) => (&mut self.of, table, true),
            (Kind::Trigger | Kind::Column | Kind::Constraint, Some(table)) => {
                (&mut self.of, table, false)
            }
            _ => return,
        };
        all.entry(by.to_lowercase())
            .or_default()
            .push(self.entries.len());
        let mut events = EVENTS.to_vec();
        events.retain(|event| *kind == Kind::Trigger && is_about(text, &[event]));
        self.entries.push(Entry {
            name: name.to_owned(),
            meant: without_language(text),
            text: text.to_owned(),
            is_body,
            events,
        });
    }

    fn fact(&mut self, fact: &Fact) {
        let kind = match fact.id.kind {
            schema::Kind::Function | schema::Kind::Procedure | schema::Kind::Aggregate => {
                Kind::Function
            }
            schema::Kind::View | schema::Kind::MaterializedView => Kind::View,
            schema::Kind::Domain => Kind::Type,
            schema::Kind::Trigger => Kind::Trigger,
            schema::Kind::Rule => Kind::Rule,
            schema::Kind::Policy => Kind::Policy,
            schema::Kind::Column => Kind::Column,
            schema::Kind::Constraint => Kind::Constraint,
            _ => return,
        };
        // A schema, a name and what else tells functions apart.
        let name = match kind {
            Kind::Function => fact.id.path.get(1).map_or("", String::as_str),
            _ => fact.id.name(),
        };
        let of = fact.parent.as_ref().map(schema::FactId::name);
        let own = [
            "definition",
            "default",
            "generated",
            "using",
            "with check",
            "check",
        ];
        let held = own.iter().filter_map(|key| fact.get(key));
        let text: Vec<&str> = fact.ddl.as_deref().into_iter().chain(held).collect();
        if !text.is_empty() {
            self.add(&kind, of, name, &text.join("\n"));
        }
    }

    /// What runs with a statement.
    pub(super) fn behind<'a>(&'a self, text: &str, cascades: &Cascades) -> Hidden<'a> {
        let reach = cascades.reach(text);
        let mut found: BTreeSet<usize> = BTreeSet::new();
        let mut open = Self::named_in(text, &self.named);
        let tables = Self::named_in(text, &self.of).into_iter();
        open.extend(tables.filter(|at| self.fires(*at, text)));
        // What goes with other rows is deleted, or changed.
        if is_about(text, &["UPDATE", "DELETE", "TRUNCATE", "MERGE", "REPLACE"]) {
            let with = reach.iter().filter_map(|table| self.of.get(table));
            open.extend(with.flatten());
        }
        while let Some(at) = open.pop() {
            let Some(entry) = self.entries.get(at).filter(|_| found.insert(at)) else {
                continue;
            };
            open.extend(Self::named_in(&entry.text, &self.named));
            if entry.is_body {
                let tables = Self::named_in(&entry.text, &self.of).into_iter();
                open.extend(tables.filter(|at| self.fires(*at, &entry.text)));
            }
        }
        let entries = found.iter().filter_map(|at| self.entries.get(*at));
        // What a statement defines does not run with it.
        let others = entries.filter(|entry| entry.is_body && entry.text != text);
        Hidden {
            bodies: others
                .map(|entry| (entry.name.as_str(), entry.meant.as_str()))
                .collect(),
        }
    }

    /// Whether it runs for what a text does to the rows of its table.
    fn fires(&self, at: usize, text: &str) -> bool {
        let events = self.entries.get(at).map_or(&[][..], |one| &one.events);
        events.is_empty() || is_about(text, events) || is_about(text, &["MERGE", "REPLACE", "COPY"])
    }

    /// What goes by a name that stands in the text.
    fn named_in(text: &str, all: &HashMap<String, Vec<usize>>) -> Vec<usize> {
        let names = names_in(text, all.keys().map(String::as_str)).into_iter();
        let found = names.filter_map(|name| all.get(name));
        found.flatten().copied().collect()
    }
}

/// `LANGUAGE plpgsql` blanked but for the language.
fn without_language(text: &str) -> String {
    const WORD: &str = "language";
    let lower = text.to_ascii_lowercase();
    let mut out = text.to_owned();
    for (at, _) in lower.match_indices(WORD) {
        let rest = &lower[at + WORD.len()..];
        let language = rest.trim_start().trim_start_matches('\'');
        let is_clause = rest.starts_with(char::is_whitespace)
            && ["plpgsql", "sql", "internal", "plpython", "plperl", "plv8"]
                .iter()
                .any(|known| language.starts_with(known));
        if is_clause {
            out.replace_range(at..at + WORD.len(), &" ".repeat(WORD.len()));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Dialect, Footprint},
        sql,
    };

    /// Which tables are named in what runs with the statement.
    fn met(below: &[&str], statement: &str) -> String {
        let read = |text: &&str| sql::footprint(text, Dialect::Postgres, &[]);
        let footprints: Vec<Footprint> = below.iter().map(read).collect();
        let all = below.iter().zip(&footprints).flat_map(|(text, footprint)| {
            let of = footprint.statements.iter();
            of.map(|one| (*text, &one.accesses[..]))
        });
        let code = Code::of(all, &[]);
        let cascades = Cascades::of(Dialect::Postgres, below.iter().copied());
        let hidden = code.behind(statement, &cascades);
        let is_met = |table: &&str| {
            hidden
                .bodies
                .iter()
                .any(|(_, text)| is_about(text, &[table]))
        };
        let tables = ["users", "teams", "settings", "log"];
        let met: Vec<&str> = tables.into_iter().filter(is_met).collect();
        let mut said = met.join(" ");
        for (is, word) in [
            (hidden.writes(), " writes"),
            (hidden.is_opaque(), " opaque"),
        ] {
            said += if is { word } else { "" };
        }
        said
    }

    #[test]
    fn the_word_for_a_language_is_no_table() {
        let text =
            "CREATE FUNCTION f() RETURNS int Language 'plpgsql' AS 'SELECT id FROM language'";
        let meant = without_language(text);
        assert_eq!(
            meant.to_lowercase().matches("language").count(),
            1,
            "{meant}"
        );
        assert_eq!(meant.len(), text.len());
    }

    #[test]
    fn what_runs_with_a_statement() {
        let function = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM g(); RETURN NEW; END $$";
        let other =
            "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT count(*) FROM settings'";
        let writes =
            "CREATE FUNCTION g() RETURNS void LANGUAGE sql AS 'INSERT INTO log VALUES (1)'";
        let hides =
            "CREATE FUNCTION g() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'x'; END $$";
        let trigger = "CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION f()";
        let gone = "CREATE TRIGGER t AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION f()";
        let keys = "CREATE TABLE users (id int, team int REFERENCES teams ON DELETE CASCADE)";
        let default = "CREATE TABLE users (id int DEFAULT g())";
        let added = "ALTER TABLE users ADD n int DEFAULT g()";
        let view = "CREATE VIEW v AS SELECT * FROM log";
        let domain = "CREATE DOMAIN d AS int CHECK (VALUE > g())";
        for (below, statement, wanted) in [
            (
                &[function, other, trigger][..],
                "UPDATE users SET id = 1",
                "settings",
            ),
            (
                &[function, writes, trigger],
                "UPDATE users SET id = 1",
                "log writes",
            ),
            (
                &[function, hides, trigger],
                "UPDATE users SET id = 1",
                " opaque",
            ),
            (&[function, other, trigger], "UPDATE teams SET id = 1", ""),
            (
                &[function, other, trigger, keys],
                "DELETE FROM teams",
                "settings",
            ),
            (
                &[function, writes, gone, keys],
                "INSERT INTO teams VALUES (1)",
                "",
            ),
            (
                &[function, writes, gone, keys],
                "UPDATE teams SET id = 1",
                "log writes",
            ),
            // What a key refers to is not what runs.
            (&[keys], "UPDATE users SET id = 1", ""),
            // Nothing of it waits for that.
            (
                &[function, other, trigger],
                "INSERT INTO users VALUES (1)",
                "",
            ),
            (
                &[other, default],
                "INSERT INTO users VALUES (DEFAULT)",
                "settings",
            ),
            (&[other, added], "INSERT INTO users VALUES (1)", "settings"),
            (
                &[other, domain, "CREATE TABLE users (n d)"],
                "UPDATE users SET n = 2",
                "settings",
            ),
            (&[view], "SELECT * FROM v", "log"),
            (&[view], "SELECT * FROM log", ""),
        ] {
            assert_eq!(met(below, statement), wanted, "{below:?} {statement}");
        }
    }
}
