//! What scripts touch, from a cache by their content.
//!
//! A PostgreSQL script and a module of Alembic's say by themselves what they touch. A SQLite script is run in memory
//! behind those that come before it, so that its row in the cache stands for all of them:
//! a script that is added runs once behind the others, and nothing else is run again.
//! Where sides part, the database of the branch point is kept and forked.
//!
//! What is known of an ancestor, and what follows, is `model::conflict`'s business.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    ops::Range,
    sync::Arc,
};

use sha2::{Digest, Sha256};

use super::{Context, Error, sealed};
use crate::{
    db::{DbError, SqliteFootprints},
    git::Cache,
    layout,
    model::{
        Checksum, Dialect, Footprint, Language,
        footprint::{Seen, Touched},
    },
};

/// Counts up with what is kept of a footprint. What is read from a text is another one
/// with each version of this program.
const VERSION: u32 = 2;
/// More are those of branches that are gone; the cache begins anew with what is used.
const MOST: usize = 50_000;
/// SQLite says what a statement made by a look at the whole schema, so that to read all of a
/// long history takes too long. Behind more scripts than this, nothing is known of the schema.
const MOST_BELOW: usize = 200;
/// Databases in memory that are kept for the next side.
const DATABASES: usize = 4;

type Name = [u8; 32];

/// A script, by its content, and whether SQLite runs it with `foreign_keys:off`: a rename of a
/// table is something else then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ScriptKey(Name, bool);

/// What stands behind the digits of a script with `foreign_keys:off`.
const KEYS_OFF: &str = "+";

impl ScriptKey {
    /// The key of a text.
    pub(super) fn of(script: &str, foreign_keys_off: bool) -> Self {
        Self(Sha256::digest(script.as_bytes()).into(), foreign_keys_off)
    }

    /// As text.
    pub(super) fn hex(self) -> String {
        let off = if self.1 { KEYS_OFF } else { "" };
        format!("{}{off}", Checksum(self.0))
    }

    /// What [`ScriptKey::hex`] wrote.
    pub(super) fn from_hex(text: &str) -> Option<Self> {
        let digits = text.strip_suffix(KEYS_OFF);
        let is_off = digits.is_some();
        Some(Self(Checksum::from_hex(digits.unwrap_or(text))?.0, is_off))
    }

    /// Of a script that nobody has: no text has these bytes.
    pub(super) const NONE: Self = Self([0; 32], false);
}

/// Where the text of a script is had when nobody looked at it yet. `None` = this clone
/// does not have it.
pub(super) type Texts<'t> = &'t dyn Fn(ScriptKey) -> Option<Cow<'t, str>>;

/// The footprints of scripts of one product.
pub(super) struct Footprints {
    dialect: Dialect,
    language: Language,
    /// Absent without a repository.
    cache: Option<Cache>,
    kept: Kept,
    seen: HashMap<Name, Arc<Footprint>>,
    databases: Vec<(Name, SqliteFootprints)>,
}

impl Footprints {
    /// With what this clone knows already.
    pub(super) fn new(context: &Context, dialect: Dialect) -> Self {
        let cache = context.repo_if_any().map(crate::git::Repo::cache);
        let stored = cache
            .as_ref()
            .and_then(|cache| cache.load(file(dialect), VERSION));
        Self {
            dialect,
            language: context.layout().language(),
            kept: stored.and_then(Kept::read).unwrap_or_default(),
            cache,
            seen: HashMap::new(),
            databases: Vec::new(),
        }
    }

    /// What `scripts` touch, which run one after the other behind `before`.
    pub(super) fn along(
        &mut self,
        before: &[ScriptKey],
        scripts: &[ScriptKey],
        texts: Texts<'_>,
    ) -> Result<Vec<Arc<Footprint>>, Error> {
        let names = self.names(before, scripts);
        let mut found = Vec::with_capacity(scripts.len());
        for (at, (name, key)) in names.iter().zip(scripts).enumerate() {
            match (self.known(name), self.is_run()) {
                (Some(known), _) => found.push(known),
                (None, false) => {
                    let text = texts(*key);
                    let read =
                        |text: &Cow<'_, str>| layout::footprint(text, self.language, self.dialect);
                    let footprint = Arc::new(text.as_ref().map_or_else(nothing_known, read));
                    self.keep(*name, &footprint, text.is_some());
                    found.push(footprint);
                }
                (None, true) => {
                    let before: Vec<ScriptKey> = [before, &scripts[..at]].concat();
                    found.extend(self.run(&before, &scripts[at..], &names[at..], texts)?);
                    break;
                }
            }
        }
        Ok(found)
    }

    /// The same of all that stands below two sides. `None` = that would take too long.
    pub(super) fn below(
        &mut self,
        scripts: &[ScriptKey],
        texts: Texts<'_>,
    ) -> Result<Option<Vec<Arc<Footprint>>>, Error> {
        if self.is_run() && scripts.len() > MOST_BELOW {
            return Ok(None);
        }
        self.along(&[], scripts, texts).map(Some)
    }

    /// Keeps for the next call what this one found out.
    pub(super) fn remember(&mut self) {
        if let Some(cache) = &self.cache
            && let Some(bytes) = self.kept.write(&self.seen)
        {
            cache.store(file(self.dialect), VERSION, &bytes);
        }
    }

    /// What a script touches is found by running it behind others; else its text says it.
    fn is_run(&self) -> bool {
        self.dialect == Dialect::Sqlite && self.language == Language::Sql
    }

    /// Runs SQLite's scripts, the first of which is not known.
    fn run(
        &mut self,
        before: &[ScriptKey],
        scripts: &[ScriptKey],
        names: &[Name],
        texts: Texts<'_>,
    ) -> Result<Vec<Arc<Footprint>>, Error> {
        let mut database = self.standing(before, texts)?;
        let mut found = Vec::with_capacity(scripts.len());
        let mut is_whole = true;
        for (name, key) in names.iter().zip(scripts) {
            let text = texts(*key);
            is_whole &= text.is_some();
            if let Some(known) = self.known(name) {
                // One that fails behaves here as it did when it was looked at.
                let _ = database.replay(&text.unwrap_or_default(), key.1);
                found.push(known);
                continue;
            }
            let footprint = match text {
                Some(text) => Arc::new(database.footprint(&text, key.1)),
                None => Arc::new(nothing_known()),
            };
            self.keep(*name, &footprint, is_whole);
            found.push(footprint);
        }
        let end = [before, scripts].concat();
        self.keep_database(chain(&end), database);
        Ok(found)
    }

    /// A database in which these were run.
    fn standing(
        &mut self,
        scripts: &[ScriptKey],
        texts: Texts<'_>,
    ) -> Result<SqliteFootprints, Error> {
        let mut at = Name::default();
        let mut nearest: Option<(usize, usize)> = None;
        for depth in 0..=scripts.len() {
            if depth > 0 {
                at = link(at, scripts[depth - 1]);
            }
            let place = self.databases.iter().position(|(name, _)| *name == at);
            nearest = place.map(|place| (place, depth)).or(nearest);
        }
        let (mut database, depth) = match nearest {
            Some((place, depth)) => {
                // Used last, and so the last one to be given up.
                let kept = self.databases.remove(place);
                let fork = kept.1.fork().map_err(in_memory);
                self.databases.push(kept);
                (fork?, depth)
            }
            None => (SqliteFootprints::new().map_err(in_memory)?, 0),
        };
        for key in &scripts[depth..] {
            // One that fails here fails for everybody, and is unread in its own footprint.
            let _ = database.replay(&texts(*key).unwrap_or_default(), key.1);
        }
        if depth < scripts.len() {
            let fork = database.fork().map_err(in_memory)?;
            self.keep_database(at, fork);
        }
        Ok(database)
    }

    fn keep_database(&mut self, name: Name, database: SqliteFootprints) {
        self.databases.retain(|(known, _)| *known != name);
        self.databases.push((name, database));
        if self.databases.len() > DATABASES {
            self.databases.remove(0);
        }
    }

    /// The names of rows: of a script alone, or of one behind others.
    fn names(&self, before: &[ScriptKey], scripts: &[ScriptKey]) -> Vec<Name> {
        let product = match (self.dialect, self.language) {
            (Dialect::Postgres, Language::Sql) => "postgres",
            (Dialect::Sqlite, Language::Sql) => "sqlite",
            (Dialect::Postgres, Language::Python) => "python, postgres",
            (Dialect::Sqlite, Language::Python) => "python, sqlite",
        };
        let mut at = if self.is_run() {
            chain(before)
        } else {
            Name::default()
        };
        let mut names = Vec::with_capacity(scripts.len());
        for script in scripts {
            let mut hasher = Sha256::new();
            hasher.update(concat!(env!("CARGO_PKG_VERSION"), "\n"));
            hasher.update(product);
            hasher.update(at);
            hasher.update(script.0);
            hasher.update([u8::from(script.1)]);
            names.push(hasher.finalize().into());
            if self.is_run() {
                at = link(at, *script);
            }
        }
        names
    }

    fn known(&mut self, name: &Name) -> Option<Arc<Footprint>> {
        if let Some(seen) = self.seen.get(name) {
            return Some(Arc::clone(seen));
        }
        let footprint = Arc::new(self.kept.get(name)?);
        self.seen.insert(*name, Arc::clone(&footprint));
        Some(footprint)
    }

    /// What lacks a text is as it is in this call alone.
    fn keep(&mut self, name: Name, footprint: &Arc<Footprint>, is_whole: bool) {
        if is_whole {
            self.kept.is_new |= self.seen.insert(name, Arc::clone(footprint)).is_none();
        }
    }
}

fn in_memory(error: DbError) -> Error {
    Error::Database {
        location: "the database in memory".to_owned(),
        dialect: Some(Dialect::Sqlite),
        error: Box::new(error),
    }
}

fn file(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => "footprints-postgres",
        Dialect::Sqlite => "footprints-sqlite",
    }
}

fn link(before: Name, next: ScriptKey) -> Name {
    let mut hasher = Sha256::new();
    hasher.update(before);
    hasher.update(next.0);
    hasher.update([u8::from(next.1)]);
    hasher.finalize().into()
}

fn chain(scripts: &[ScriptKey]) -> Name {
    let links = scripts.iter();
    links.fold(Name::default(), |before, next| link(before, *next))
}

/// Of a script that is not here: it may do anything.
fn nothing_known() -> Footprint {
    Footprint {
        statements: vec![Touched {
            span: 0..0,
            accesses: Vec::new(),
            seen: Seen::Unread { at: 0..0 },
        }],
    }
}

/// Rows as they are kept, each understood when it is asked for.
#[derive(Debug, Default)]
struct Kept {
    bytes: Vec<u8>,
    rows: HashMap<Name, Range<usize>>,
    is_new: bool,
}

impl Kept {
    /// `None` = it is something else, or damaged.
    fn read(bytes: Vec<u8>) -> Option<Self> {
        let written = sealed::open(&bytes)?;
        let mut rest = written;
        let mut rows = HashMap::new();
        while !rest.is_empty() {
            let ((name, row), after): ((&[u8], &[u8]), _) = postcard::take_from_bytes(rest).ok()?;
            let end = written.len() - after.len();
            rows.insert(name.try_into().ok()?, end - row.len()..end);
            rest = after;
        }
        Some(Self {
            bytes,
            rows,
            is_new: false,
        })
    }

    fn get(&self, name: &Name) -> Option<Footprint> {
        let row = self.bytes.get(self.rows.get(name)?.clone())?;
        postcard::from_bytes(row).ok()
    }

    /// All rows with those that are new; `None` = there is nothing to write.
    fn write(&self, seen: &HashMap<Name, Arc<Footprint>>) -> Option<Vec<u8>> {
        if !self.is_new {
            return None;
        }
        let used: HashSet<&Name> = seen.keys().collect();
        let full = self.rows.len() + used.len() > MOST;
        let mut bytes = Vec::new();
        for (name, row) in &self.rows {
            if !used.contains(name) && !full {
                let row = &self.bytes[row.clone()];
                bytes = postcard::to_extend(&(&name[..], row), bytes).ok()?;
            }
        }
        for (name, footprint) in seen {
            let row = postcard::to_allocvec(&**footprint).ok()?;
            bytes = postcard::to_extend(&(&name[..], &row[..]), bytes).ok()?;
        }
        Some(sealed::seal(bytes))
    }
}

#[cfg(test)]
mod tests;
