//! What SQLite said about a statement, as accesses.

use std::collections::BTreeMap;

use rusqlite::{
    Connection,
    hooks::{AuthAction, AuthContext},
};

use crate::{
    model::{
        Dialect,
        footprint::{Access, Act, Kind, Object, Part},
    },
    sql::{self, TableAct},
};

/// The schema that names are given without.
pub(super) const MAIN: &str = "main";

/// One thing that SQLite asked leave for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heard {
    what: What,
    table: String,
    column: Option<String>,
    schema: String,
    /// The view or the trigger on whose account it is.
    pub(super) by: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Read,
    Insert,
    Update,
    Delete,
}

impl Heard {
    pub(super) fn of(context: &AuthContext<'_>) -> Option<Self> {
        let (what, table, column) = match context.action {
            AuthAction::Read {
                table_name,
                column_name,
            } => (What::Read, table_name, Some(column_name)),
            AuthAction::Insert { table_name } => (What::Insert, table_name, None),
            AuthAction::Update {
                table_name,
                column_name,
            } => (What::Update, table_name, Some(column_name)),
            AuthAction::Delete { table_name } => (What::Delete, table_name, None),
            _ => return None,
        };
        // SQLite's own tables are how it does what it does, and its pragmas are asked as tables.
        let own = ["sqlite_", "pragma_"];
        let is_own = |table: &str| own.iter().any(|own| table.starts_with(own));
        (!is_own(&table.to_ascii_lowercase()) && !table.is_empty()).then(|| Self {
            what,
            table: table.to_lowercase(),
            // Counting rows reads no column.
            column: column
                .filter(|name| !name.is_empty())
                .map(str::to_lowercase),
            schema: context.database_name.unwrap_or(MAIN).to_lowercase(),
            by: context.accessor.map(str::to_lowercase),
        })
    }

    fn table(&self) -> Object {
        Object::table(&self.schema, &self.table)
    }

    fn column(&self) -> Option<Object> {
        let column = self.column.as_deref()?;
        Some(Object::column(&self.schema, &self.table, column))
    }

    /// What it uses, of other objects than the one on whose account it is.
    pub(super) fn used(&self, by: &Object) -> Vec<Object> {
        if self.table == by.name {
            return Vec::new();
        }
        [Some(self.table()), self.column()]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// A column, as SQLite stores it.
type Column = (String, i64, Option<String>, i64);

/// What is in a database.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    /// Kind, schema and name → the table that it belongs to, and its text.
    objects: BTreeMap<(String, String, String), (String, String)>,
    /// Schema and table → its columns, in their order.
    columns: BTreeMap<(String, String), Vec<(String, Column)>>,
}

impl Catalog {
    pub(super) fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let mut catalog = Self::default();
        for (schema, table) in [(MAIN, "main.sqlite_schema"), ("temp", "temp.sqlite_schema")] {
            let mut statement = connection.prepare(&format!(
                "SELECT type, lower(name), lower(tbl_name), sql FROM {table} WHERE sql IS NOT NULL \
                 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
            ))?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let key = (row.get(0)?, schema.to_owned(), row.get(1)?);
                catalog.objects.insert(key, (row.get(2)?, row.get(3)?));
            }
        }
        let mut statement = connection.prepare(
            "SELECT lower(l.schema), lower(l.name), lower(c.name), c.type, c.\"notnull\", c.dflt_value, c.pk \
             FROM pragma_table_list l, pragma_table_xinfo(l.name, l.schema) c \
             WHERE l.type = 'table' ORDER BY c.cid",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let table = (row.get(0)?, row.get(1)?);
            let column = (row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?);
            let columns = catalog.columns.entry(table).or_default();
            columns.push((row.get(2)?, column));
        }
        Ok(catalog)
    }

    /// The objects that another one does not have.
    pub(super) fn new_since(&self, before: &Self) -> Vec<Object> {
        let new = self
            .objects
            .iter()
            .filter(|(key, _)| !before.objects.contains_key(*key));
        new.map(|(key, (table, _))| object(key, table)).collect()
    }

    fn has(&self, wanted: &Object) -> bool {
        self.objects
            .iter()
            .any(|(key, (table, _))| object(key, table) == *wanted)
    }
}

fn object((kind, schema, name): &(String, String, String), table: &str) -> Object {
    match kind.as_str() {
        "index" => Object::part(Kind::Index, schema, table, name),
        "trigger" => Object::part(Kind::Trigger, schema, table, name),
        "view" => Object::new(Kind::View, schema, name),
        _ => Object::table(schema, name),
    }
}

/// A statement among the others of its script.
pub(super) struct Sentence<'a> {
    pub(super) text: &'a str,
    pub(super) acts: &'a [TableAct],
    pub(super) at: usize,
    /// It drops a table that the rename at that place puts back.
    pub(super) is_rebuilt: Option<usize>,
    /// All of the script, without layout and comments.
    pub(super) script: &'a str,
}

impl Sentence<'_> {
    fn words(&self) -> Vec<String> {
        let statements = sql::statements(self.text, Dialect::Sqlite);
        statements
            .first()
            .map(|one| one.keywords(self.text, 6))
            .unwrap_or_default()
    }

    /// It is about the schema and not about rows.
    pub(super) fn is_definition(&self) -> bool {
        let first = self.words().into_iter().next();
        matches!(first.as_deref(), Some("CREATE" | "DROP" | "ALTER"))
    }

    pub(super) fn is_creation(&self) -> bool {
        self.words().first().is_some_and(|word| word == "CREATE")
    }

    /// What a statement about rows does.
    pub(super) fn rows(&self, heard: &[Heard]) -> Vec<Access> {
        let writes = heard.iter().any(|one| one.what != What::Read);
        let is_positional = self.is_positional();
        let reading = if writes { Act::Read } else { Act::Reference };
        let mut accesses = Vec::new();
        for one in heard {
            match one.what {
                What::Read => {
                    add(&mut accesses, Access::new(reading, one.table()));
                    if let Some(column) = one.column() {
                        add(&mut accesses, Access::new(reading, column));
                    }
                }
                What::Update => {
                    add(&mut accesses, Access::new(Act::Read, one.table()));
                    if let Some(column) = one.column() {
                        add(&mut accesses, Access::new(Act::Write, column));
                    }
                }
                What::Insert | What::Delete => {
                    add(&mut accesses, Access::new(Act::Write, one.table()));
                    if is_positional && one.by.is_none() {
                        let all = Object::columns(&one.schema, &one.table);
                        add(&mut accesses, Access::new(Act::Reference, all));
                    }
                }
            }
        }
        accesses
    }

    /// An `INSERT` that names no columns has a value for each that there is.
    fn is_positional(&self) -> bool {
        let tokens: Vec<&str> = sql::tokens(self.text, Some(Dialect::Sqlite))
            .filter(|token| !token.is_trivia())
            .map(|token| token.text(self.text))
            .collect();
        let is = |token: &str, word: &str| token.eq_ignore_ascii_case(word);
        let into = tokens.iter().position(|token| is(token, "INTO"));
        let begins = tokens
            .first()
            .is_some_and(|one| is(one, "INSERT") || is(one, "REPLACE") || is(one, "WITH"));
        let mut rest = tokens.iter().skip(into.map_or(tokens.len(), |at| at + 2));
        // `schema.table` is three tokens.
        let mut next = rest.next();
        if next == Some(&".") {
            next = rest.nth(1);
        }
        begins && next.is_some_and(|token| is(token, "VALUES") || is(token, "SELECT"))
    }

    /// What a statement about the schema does: what is different after it.
    pub(super) fn definition(
        &self,
        before: &Catalog,
        after: &Catalog,
        first: Option<&Catalog>,
        heard: &[Heard],
    ) -> Vec<Access> {
        let mut accesses = Vec::new();
        let act = &self.acts[self.at];
        self.gone(before, after, &mut accesses);
        let softly = self.words().iter().any(|word| word == "IF");
        for object in after.new_since(before) {
            // What a rebuild makes anew was there before: dropped with its table.
            let is_rebuilt = object
                .owner()
                .is_some_and(|owner| self.rebuilds(&owner.name));
            let was_there = is_rebuilt && first.is_some_and(|first| first.has(&object));
            let act = if softly || was_there {
                Act::Ensure
            } else {
                Act::Create
            };
            if self.ends_rebuild() && object.kind == Kind::Table {
                continue;
            }
            let says = plain(self.text);
            if let Some(owner) = object.owner() {
                if object.kind == Kind::Trigger {
                    // Rows become something else from now on.
                    add(&mut accesses, Access::new(Act::Demand, owner.clone()));
                }
                add(&mut accesses, Access::new(Act::Reference, owner));
            }
            add(&mut accesses, Access::new(act, object).saying(says));
        }
        if !matches!(act, TableAct::Rename { .. }) {
            self.columns(before, after, &mut accesses);
        } else if let Some(first) = first.filter(|_| self.ends_rebuild()) {
            lost(first, after, act, &mut accesses);
        }
        let is_index = after
            .new_since(before)
            .iter()
            .any(|object| object.kind == Kind::Index);
        let is_unique = self.words().get(1).is_some_and(|word| word == "UNIQUE");
        for one in heard
            .iter()
            .filter(|one| self.is_creation() && one.what == What::Read)
        {
            let reading = if is_index { Act::Reference } else { Act::Read };
            for used in [Some(one.table()), one.column()].into_iter().flatten() {
                add(&mut accesses, Access::new(reading, used));
            }
            if let (true, Some(column)) = (is_index && is_unique, one.column()) {
                add(&mut accesses, Access::new(Act::Demand, column));
                add(&mut accesses, Access::new(Act::Demand, one.table()));
            }
        }
        accesses
    }

    /// What is there no more. Indexes and triggers go with their table.
    fn gone(&self, before: &Catalog, after: &Catalog, accesses: &mut Vec<Access>) {
        let renames = matches!(self.acts[self.at], TableAct::Rename { .. });
        let softly = self.words().iter().any(|word| word == "IF");
        let gone = before.new_since(after);
        for object in &gone {
            let owner = object.owner();
            if owner.as_ref().is_some_and(|owner| gone.contains(owner))
                || (renames && owner.is_some())
            {
                continue;
            }
            let act = match (renames, self.is_rebuilt, softly) {
                (true, ..) => Act::Rename,
                (_, Some(_), _) => Act::Rebuild,
                (.., true) => Act::DropIfExists,
                _ => Act::Drop,
            };
            if let Some(owner) = owner {
                if object.kind == Kind::Trigger {
                    add(accesses, Access::new(Act::Demand, owner.clone()));
                }
                add(accesses, Access::new(Act::Reference, owner));
            }
            let access = Access::new(act, object.clone());
            let is_rebuild = act == Act::Rebuild;
            add(
                accesses,
                if is_rebuild {
                    access.saying(self.script)
                } else {
                    access
                },
            );
        }
    }

    /// The script writes the table anew.
    fn rebuilds(&self, table: &str) -> bool {
        self.acts.iter().enumerate().any(|(at, act)| {
            matches!(act, TableAct::Drop(dropped) if dropped.table.eq_ignore_ascii_case(table))
                && super::sqlite_footprint::rebuilt(self.acts, at).is_some()
        })
    }

    /// It is the rename with which a rebuild ends.
    fn ends_rebuild(&self) -> bool {
        super::sqlite_footprint::ended(self.acts, self.at).is_some()
    }

    /// Columns of tables that are there before and after.
    fn columns(&self, before: &Catalog, after: &Catalog, accesses: &mut Vec<Access>) {
        let renames = self.words().iter().any(|word| word == "RENAME");
        for ((schema, table), now) in &after.columns {
            let Some(then) = before.columns.get(&(schema.clone(), table.clone())) else {
                continue;
            };
            if then == now {
                continue;
            }
            add(
                accesses,
                Access::new(Act::Reference, Object::table(schema, table)),
            );
            let column = |name: &str| Object::column(schema, table, name);
            for (name, _) in then.iter().filter(|(name, _)| !has(now, name)) {
                let act = if renames { Act::Rename } else { Act::Drop };
                add(accesses, Access::new(act, column(name)));
            }
            for (name, definition) in now {
                match then.iter().find(|(old, _)| old == name) {
                    None => {
                        let access = Access::new(Act::Create, column(name));
                        add(accesses, access.saying(plain(self.text)));
                        let adds = matches!(self.acts[self.at], TableAct::AddColumn { .. });
                        for used in then.iter().filter(|(old, _)| adds && self.names(old)) {
                            add(accesses, Access::new(Act::Reference, column(&used.0)));
                        }
                    }
                    Some((_, old)) if old != definition => {
                        add(
                            accesses,
                            Access::new(Act::Alter, column(name)).saying(plain(self.text)),
                        );
                    }
                    Some(_) => {}
                }
            }
        }
    }
}

impl Sentence<'_> {
    /// Its text has a name in it: a column's check, or what it is computed from.
    fn names(&self, name: &str) -> bool {
        let mut tokens = sql::tokens(self.text, Some(Dialect::Sqlite));
        tokens.any(|token| {
            let word = token.text(self.text).trim_matches(['"', '`', '[', ']']);
            word.eq_ignore_ascii_case(name)
        })
    }
}

/// The columns that a rebuilt table had before, and has no more.
fn lost(first: &Catalog, after: &Catalog, act: &TableAct, accesses: &mut Vec<Access>) {
    let TableAct::Rename { to, .. } = act else {
        return;
    };
    let table = (MAIN.to_owned(), to.to_lowercase());
    if let (Some(then), Some(now)) = (first.columns.get(&table), after.columns.get(&table)) {
        for (name, _) in then.iter().filter(|(name, _)| !has(now, name)) {
            let column = Object::column(MAIN, &table.1, name);
            add(accesses, Access::new(Act::DropIfExists, column));
        }
    }
}

fn has(columns: &[(String, Column)], name: &str) -> bool {
    columns.iter().any(|(known, _)| known == name)
}

fn add(accesses: &mut Vec<Access>, access: Access) {
    let access = access.of(Part::Whole);
    if !accesses.contains(&access) {
        accesses.push(access);
    }
}

/// A text without layout and comments.
pub(super) fn plain(text: &str) -> String {
    let tokens = sql::tokens(text, Some(Dialect::Sqlite)).filter(|token| !token.is_trivia());
    tokens
        .map(|token| token.text(text).to_lowercase())
        .collect::<Vec<_>>()
        .join(" ")
}
