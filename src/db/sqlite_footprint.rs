//! What a script touches in SQLite, by SQLite itself.
//!
//! The scripts before it are replayed in memory; then each of its statements is run there,
//! with SQLite saying what it reads and writes (the authorizer), and the schema looked at
//! before and after. No grammar of SQLite is needed, and what comes out is exact. A
//! statement that does not run there, and all behind it, are unread: they are guessed at
//! from their words, and said to be.
//!
//! Nothing here reaches a file: `ATTACH` and `VACUUM INTO` are refused. The scripts are those
//! of anybody's branch, so each has only so many steps until it is stopped.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use rusqlite::{
    Connection,
    backup::Backup,
    hooks::{AuthAction, AuthContext, Authorization},
};

use super::{
    DbError,
    sqlite_error::db_error,
    sqlite_touched::{Catalog, Heard, MAIN, Sentence, plain},
};
use crate::{
    model::{
        Dialect, Footprint,
        footprint::{Access, Act, Kind, Object, Part, Seen, Touched},
    },
    sql::{self, TableAct},
};

/// How many of SQLite's instructions are one step.
const STEP: i32 = 1_000;
/// How many steps a script may take: a second or so, and tables are empty here.
const STEPS: u32 = 50_000;

/// A database in memory that scripts are run in one after the other.
pub struct SqliteFootprints {
    connection: Connection,
    heard: Arc<Mutex<Vec<Heard>>>,
    steps: Arc<AtomicU32>,
}

impl SqliteFootprints {
    /// An empty one.
    pub fn new() -> Result<Self, DbError> {
        Self::around(Connection::open_in_memory().map_err(|error| db_error(&error))?)
    }

    fn around(mut connection: Connection) -> Result<Self, DbError> {
        let heard: Arc<Mutex<Vec<Heard>>> = Arc::default();
        let ears = Arc::clone(&heard);
        connection
            .execute_batch("PRAGMA foreign_keys = OFF")
            .and_then(|()| {
                connection.authorizer(Some(move |context: AuthContext<'_>| {
                    listen(&ears, &context)
                }))
            })
            .map_err(|error| db_error(&error))?;
        let steps = Arc::new(AtomicU32::new(0));
        let taken = Arc::clone(&steps);
        connection
            .progress_handler(
                STEP,
                Some(move || taken.fetch_add(1, Ordering::Relaxed) >= STEPS),
            )
            .map_err(|error| db_error(&error))?;
        Ok(Self {
            connection,
            heard,
            steps,
        })
    }

    /// Another one with the same in it, for the other side of a branch point.
    pub fn fork(&self) -> Result<Self, DbError> {
        let mut copy = Connection::open_in_memory().map_err(|error| db_error(&error))?;
        Backup::new(&self.connection, &mut copy)
            .and_then(|backup| backup.step(-1))
            .map_err(|error| db_error(&error))?;
        Self::around(copy)
    }

    /// Runs a script without looking: an ancestor.
    pub fn replay(&mut self, script: &str, foreign_keys_off: bool) -> Result<(), DbError> {
        self.set(foreign_keys_off);
        let ran = self.connection.execute_batch(script);
        self.take();
        self.end();
        ran.map_err(|error| db_error(&error))
    }

    /// Runs a script, and says what it touches.
    pub fn footprint(&mut self, script: &str, foreign_keys_off: bool) -> Footprint {
        self.set(foreign_keys_off);
        let statements = sql::statements(script, Dialect::Sqlite);
        let acts: Vec<TableAct> = statements
            .iter()
            .map(|statement| TableAct::of(statement, script))
            .collect();
        let whole = plain(script);
        let first = Catalog::read(&self.connection);
        self.take();
        let mut footprint = Footprint::default();
        for (at, statement) in statements.iter().enumerate() {
            let sentence = Sentence {
                text: statement.text(script),
                acts: &acts,
                at,
                is_rebuilt: rebuilt(&acts, at),
                script: &whole,
            };
            let Ok(accesses) = self.one(&sentence, first.as_ref().ok()) else {
                break;
            };
            footprint.statements.push(Touched {
                span: statement.span.clone(),
                accesses,
                seen: Seen::Whole,
            });
            if let Some(dropped) = ended(&acts, at)
                && !self.renames_as_of_old()
            {
                is_looked_up(&mut footprint.statements[dropped].accesses);
            }
        }
        self.end();
        let done = footprint.statements.len();
        let guessed = sql::footprint(script, Dialect::Sqlite, &[]);
        footprint
            .statements
            .extend(guessed.statements.into_iter().skip(done));
        footprint
    }

    fn one(
        &mut self,
        sentence: &Sentence<'_>,
        first: Option<&Catalog>,
    ) -> rusqlite::Result<Vec<Access>> {
        if !sentence.is_definition() {
            self.connection.execute_batch(sentence.text)?;
            return Ok(sentence.rows(&self.take()));
        }
        let before = Catalog::read(&self.connection)?;
        self.take();
        self.connection.execute_batch(sentence.text)?;
        let heard = self.take();
        let after = Catalog::read(&self.connection)?;
        self.take();
        let mut accesses = sentence.definition(&before, &after, first, &heard);
        for object in after.new_since(&before) {
            if object.kind == Kind::Table && sentence.is_creation() {
                self.parents(&object, None, &mut accesses)?;
            }
            self.resolve(&object, &mut accesses);
        }
        if let TableAct::AddColumn { table, column, .. } = &sentence.acts[sentence.at] {
            let table = Object::table(MAIN, &table.to_lowercase());
            self.parents(&table, Some(column.as_str()), &mut accesses)?;
        }
        Ok(accesses)
    }

    /// The tables that a new one, or a new column of it, refers to; SQLite does not look for
    /// them.
    fn parents(
        &mut self,
        table: &Object,
        column: Option<&str>,
        accesses: &mut Vec<Access>,
    ) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare(
            "SELECT lower(\"table\"), lower(\"to\") FROM pragma_foreign_key_list(?1) \
                 WHERE ?2 IS NULL OR lower(\"from\") = lower(?2)",
        )?;
        let mut rows = statement.query((&table.name, column))?;
        while let Some(row) = rows.next()? {
            let parent: String = row.get(0)?;
            if parent == table.name {
                continue;
            }
            let column: Option<String> = row.get(1)?;
            let column = column.map(|column| Object::column(&table.schema, &parent, &column));
            let needs = [Some(Object::table(&table.schema, &parent)), column];
            for object in needs.into_iter().flatten() {
                accesses.push(Access::new(Act::Reference, object));
            }
        }
        drop(rows);
        drop(statement);
        self.take();
        Ok(())
    }

    /// What a view or a trigger reads is known when it is used: by having that explained.
    fn resolve(&mut self, object: &Object, accesses: &mut Vec<Access>) {
        let name = |name: &str| sql::ident(name, Dialect::Sqlite).unwrap_or_default();
        let uses = match (&object.kind, &object.of) {
            (Kind::View, _) => vec![format!("EXPLAIN SELECT * FROM {}", name(&object.name))],
            (Kind::Trigger, Some(table)) => vec![
                format!("EXPLAIN INSERT INTO {} DEFAULT VALUES", name(table)),
                format!("EXPLAIN UPDATE {} SET rowid = rowid", name(table)),
                format!("EXPLAIN DELETE FROM {}", name(table)),
            ],
            _ => return,
        };
        for one in uses {
            // One that does not resolve yet will not run either; nobody is asked to.
            let _ = self.connection.prepare(&one);
            for heard in self.take() {
                let is_own = heard
                    .by
                    .as_deref()
                    .is_some_and(|by| by.eq_ignore_ascii_case(&object.name));
                if is_own || object.kind == Kind::View {
                    for access in heard.used(object) {
                        let access = Access::new(Act::Reference, access).of(Part::LookedUp);
                        let same = |one: &&mut Access| {
                            (one.act, &one.object) == (access.act, &access.object)
                        };
                        match accesses.iter_mut().find(same) {
                            Some(one) => one.part = Part::LookedUp,
                            None => accesses.push(access),
                        }
                    }
                }
            }
        }
    }

    fn take(&self) -> Vec<Heard> {
        match self.heard.lock() {
            Ok(mut heard) => std::mem::take(&mut *heard),
            Err(_) => Vec::new(),
        }
    }

    /// As the runner sets it. Foreign keys are not enforced here: rows are none of its business.
    fn set(&self, foreign_keys_off: bool) {
        let legacy = if foreign_keys_off { "ON" } else { "OFF" };
        let _ = self
            .connection
            .execute_batch(&format!("PRAGMA legacy_alter_table = {legacy}"));
        self.take();
    }

    /// A rename looks at nothing but the table (`legacy_alter_table`).
    fn renames_as_of_old(&self) -> bool {
        let on = self
            .connection
            .pragma_query_value(None, "legacy_alter_table", |row| row.get(0));
        self.take();
        on.unwrap_or(false)
    }

    /// A script leaves neither a transaction nor other settings to the next one.
    fn end(&self) {
        if !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("COMMIT");
        }
        self.steps.store(0, Ordering::Relaxed);
        let _ = self.connection.execute_batch("PRAGMA foreign_keys = OFF");
        self.take();
    }
}

fn listen(ears: &Mutex<Vec<Heard>>, context: &AuthContext<'_>) -> Authorization {
    if let AuthAction::Attach { filename } = context.action {
        return if matches!(filename, "" | ":memory:") {
            Authorization::Allow
        } else {
            Authorization::Deny
        };
    }
    if let (Some(heard), Ok(mut all)) = (Heard::of(context), ears.lock()) {
        // A row for each row that is written would be heard again and again.
        if all.last() != Some(&heard) {
            all.push(heard);
        }
    }
    Authorization::Allow
}

/// The table that is rebuilt, where the statement drops one for another to take its place:
/// new table, copy, drop, rename.
pub(super) fn rebuilt(acts: &[TableAct], at: usize) -> Option<usize> {
    let TableAct::Drop(dropped) = acts.get(at)? else {
        return None;
    };
    let renames = acts.iter().enumerate().skip(at + 1);
    renames
        .filter_map(|(later, act)| match act {
            TableAct::Rename { from, to } if to.eq_ignore_ascii_case(&dropped.table) => {
                Some((later, from))
            }
            _ => None,
        })
        .find(|(_, from)| acts[..at].iter().any(|act| act.creates(from)))
        .map(|(later, _)| later)
}

/// The statement that dropped the table which the one at `at` puts another in the place of.
pub(super) fn ended(acts: &[TableAct], at: usize) -> Option<usize> {
    (0..at).find(|dropped| rebuilt(acts, *dropped) == Some(at))
}

/// With the rename, views and triggers are looked at while the table is not there.
fn is_looked_up(accesses: &mut [Access]) {
    for access in accesses.iter_mut().filter(|one| one.act == Act::Rebuild) {
        access.part = Part::LookedUp;
    }
}

#[cfg(test)]
mod tests;
