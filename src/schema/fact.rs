//! What a schema is made of. Plain owned data.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use super::{Kind, shown};
use crate::model::Dialect;

/// Which object: its kind, and its names from the outside in (schema, table, column).
///
/// In SQLite names are in lower case, since case does not tell them apart there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactId {
    /// What it is.
    pub kind: Kind,
    /// Its names, unquoted.
    pub path: Vec<String>,
}

impl FactId {
    /// An identity from its names.
    pub fn new<S: Into<String>>(kind: Kind, path: impl IntoIterator<Item = S>) -> Self {
        Self {
            kind,
            path: path.into_iter().map(Into::into).collect(),
        }
    }

    /// The innermost name.
    pub fn name(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }
}

/// One value of a payload: as it is shown, and as it is compared.
#[derive(Debug, Clone)]
pub struct Value {
    /// As the database or the user wrote it.
    pub text: String,
    /// What decides whether two are equal, where that is not the text.
    normal: Option<String>,
}

impl Value {
    /// A value whose text decides.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            normal: None,
        }
    }

    /// A value that is compared in another form than it is shown in.
    pub fn normalised(text: impl Into<String>, normal: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            normal: Some(normal.into()),
        }
    }

    /// What decides whether two values are equal.
    pub fn compared(&self) -> &str {
        self.normal.as_deref().unwrap_or(&self.text)
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.compared() == other.compared()
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        self.compared().cmp(other.compared())
    }
}

/// One object of a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Which.
    pub id: FactId,
    /// What it is a part of, and goes with.
    pub parent: Option<FactId>,
    /// What it is like: keys that [`Kind::rules`] lists. What is absent is the default.
    pub payload: BTreeMap<&'static str, Value>,
    /// The name was made up by the database, or there is none.
    pub generated_name: bool,
    /// Its name with the case that it was written in, where the identity has not.
    pub written_name: Option<String>,
    /// The statement that makes it, where the database keeps or prints one. For
    /// showing and writing; never compared.
    pub ddl: Option<String>,
    /// What else the reader has to know to write it, in lists (labels, attributes);
    /// never compared.
    pub lists: BTreeMap<String, Vec<String>>,
}

impl Fact {
    /// A fact without any payload yet.
    pub fn new(id: FactId, parent: Option<FactId>) -> Self {
        Self {
            id,
            parent,
            payload: BTreeMap::new(),
            generated_name: false,
            written_name: None,
            ddl: None,
            lists: BTreeMap::new(),
        }
    }

    /// One of the lists; empty where there is none.
    pub fn list(&self, name: &str) -> &[String] {
        self.lists.get(name).map_or(&[], Vec::as_slice)
    }

    /// Sets a key.
    pub fn set(&mut self, key: &'static str, value: Value) {
        self.payload.insert(key, value);
    }

    /// The text of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.payload.get(key).map(|value| value.text.as_str())
    }
}

/// `from` cannot be without `to`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// What depends.
    pub from: FactId,
    /// What it depends on.
    pub to: FactId,
}

/// An object that is there, and of which teammig knows nothing but that.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unmodelled {
    /// What it is, in the words of the database.
    pub what: String,
    /// Its name as the database shows it.
    pub name: String,
}

/// Everything that a database said about its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// Whose words these are.
    pub dialect: Dialect,
    /// The server's major version; servers of different ones print differently.
    /// 0 for SQLite, whose texts are the user's own.
    pub major: u32,
    /// By identity.
    pub facts: BTreeMap<FactId, Fact>,
    /// Who depends on whom, besides children on their parents.
    pub edges: BTreeSet<Edge>,
    /// What was seen and is not compared.
    pub unmodelled: BTreeSet<Unmodelled>,
    /// PostgreSQL: what roles may do with what the one who reads this makes
    /// (`ALTER DEFAULT PRIVILEGES`), in the words of a grant.
    pub given: BTreeMap<Given, String>,
}

/// Whom new objects are given to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Given {
    /// The letter of the catalogs for the kind of objects.
    pub of: String,
    /// Those of this schema, else of all.
    pub schema: Option<String>,
    /// The role, as grants name it.
    pub role: String,
}

impl Schema {
    /// A schema of nothing.
    pub fn empty(dialect: Dialect) -> Self {
        Self {
            dialect,
            major: 0,
            facts: BTreeMap::new(),
            edges: BTreeSet::new(),
            unmodelled: BTreeSet::new(),
            given: BTreeMap::new(),
        }
    }

    /// Adds a fact.
    pub fn add(&mut self, fact: Fact) {
        self.facts.insert(fact.id.clone(), fact);
    }

    /// All objects of a kind, without a look at the others.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Fact> {
        let first = FactId::new(kind, Vec::<String>::new());
        let from = self.facts.range(first..);
        from.take_while(move |(id, _)| id.kind == kind)
            .map(|(_, fact)| fact)
    }

    /// The parts of an object, and their parts.
    pub fn within<'a>(&'a self, id: &'a FactId) -> impl Iterator<Item = &'a Fact> {
        self.facts
            .values()
            .filter(move |fact| self.ancestors(fact).any(|ancestor| ancestor == id))
    }

    /// The parent, its parent, and so on.
    pub fn ancestors<'a>(&'a self, fact: &'a Fact) -> impl Iterator<Item = &'a FactId> {
        std::iter::successors(fact.parent.as_ref(), |id| {
            self.facts.get(*id).and_then(|fact| fact.parent.as_ref())
        })
    }

    /// The name as one writes it: qualified, in quotes where it needs them.
    pub fn shown(&self, fact: &Fact) -> String {
        let mut path = fact.id.path.clone();
        if let (Some(last), Some(written)) = (path.last_mut(), &fact.written_name) {
            last.clone_from(written);
        }
        // The outer names are those of facts too.
        if let Some(parent) = fact.parent.as_ref().and_then(|id| self.facts.get(id))
            && let Some(written) = &parent.written_name
            && path.len() == parent.id.path.len() + 1
            && let Some(outer) = path.get_mut(parent.id.path.len() - 1)
        {
            outer.clone_from(written);
        }
        if self.dialect == Dialect::Sqlite
            && fact.generated_name
            && let Some(text) = fact.get("definition")
        {
            // It has no name at all.
            path.pop();
            return format!("{} {text}", shown::name(fact.id.kind, &path, self.dialect));
        }
        if fact.id.kind == Kind::Grant
            && let (Some(role), Some(on)) = (path.pop(), fact.parent.as_ref())
        {
            let object = shown::name(on.kind, &path, self.dialect);
            return format!("on {} {object} to {role}", on.kind.name());
        }
        shown::name(fact.id.kind, &path, self.dialect)
    }
}
