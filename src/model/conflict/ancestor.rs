//! What is known of the schema where two sides part.
//!
//! Made from the footprints of the ancestors, or filled in by who has a database. All of
//! it is optional: without it, what only the ancestor knows (the table of an index that
//! is dropped by its name, the views over a table) is not seen.

use std::collections::{HashMap, HashSet};

use super::{
    super::footprint::{Access, Act, Footprint, Kind, Object, Part},
    side::plain,
};

/// Objects, and what each of them needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ancestor {
    needs: HashMap<Object, Vec<Access>>,
    says: HashMap<Object, String>,
    /// The keys that a constraint or an index makes, for foreign keys to refer to.
    keys: HashMap<Object, Vec<Object>>,
    /// Constraints whose names were given by whoever made them.
    unnamed: HashSet<Object>,
    /// The types that a table's columns have.
    types: HashMap<Object, HashSet<Object>>,
    is_whole: bool,
}

impl Ancestor {
    /// What the revisions up to there make, in their order; `is_whole` if they begin with
    /// an empty database, so that what they do not make is not there.
    pub fn of<'a>(footprints: impl IntoIterator<Item = &'a Footprint>, is_whole: bool) -> Self {
        let mut ancestor = Self {
            is_whole,
            ..Self::default()
        };
        for footprint in footprints {
            ancestor.then(footprint);
        }
        ancestor
    }

    /// One revision more.
    pub fn then(&mut self, footprint: &Footprint) {
        self.is_whole &= footprint.is_known();
        for statement in &footprint.statements {
            self.after(&statement.accesses);
        }
    }

    /// Adds an object and what it needs: the columns and tables of a view or of an index,
    /// the parent of a foreign key.
    pub fn add(&mut self, object: &Object, needs: Vec<Object>) {
        let needs = needs
            .into_iter()
            .map(|need| Access::new(Act::Reference, need));
        self.needs.insert(plain(object), needs.collect());
    }

    fn after(&mut self, accesses: &[Access]) {
        self.types_after(accesses);
        for (at, access) in accesses.iter().enumerate() {
            let object = plain(&access.object);
            if access.act.removes() {
                self.forget(&object);
            } else if access.act.creates() {
                let needs = needed(access, &accesses[at + 1..]);
                if let Some(says) = &access.says {
                    self.says.insert(object.clone(), says.clone());
                }
                let keys = keys(access, &accesses[at + 1..]);
                if !keys.is_empty() {
                    self.keys.insert(object.clone(), keys);
                }
                if access.act == Act::CreateUnnamed && access.object.kind == Kind::Constraint {
                    self.unnamed.insert(object.clone());
                }
                self.needs.insert(object, needs);
            }
        }
    }

    /// The types that a statement gives to columns; a table takes them along to its new name.
    fn types_after(&mut self, accesses: &[Access]) {
        let renamed = accesses
            .iter()
            .find(|access| access.act == Act::Rename && access.object.kind == Kind::Table);
        let mut types: HashSet<Object> = renamed
            .and_then(|access| self.types.remove(&access.object))
            .unwrap_or_default();
        let used = accesses
            .iter()
            .filter(|access| access.act == Act::Reference && access.object.kind == Kind::Type);
        types.extend(used.map(|access| access.object.clone()));
        if types.is_empty() {
            return;
        }
        for access in accesses {
            let table = match &access.object.kind {
                Kind::Table if access.act.creates() => Some(access.object.clone()),
                Kind::Column if access.act.creates() || access.part == Part::Type => {
                    access.object.owner()
                }
                _ => None,
            };
            if let Some(table) = table {
                self.types.entry(table).or_default().extend(types.clone());
            }
        }
    }

    /// A column of the table is known to have the type.
    pub(super) fn has_type(&self, table: &Object, typed: &Object) -> bool {
        let known = self.types.get(table);
        known.is_some_and(|known| known.contains(typed))
    }

    fn forget(&mut self, object: &Object) {
        self.needs.remove(object);
        self.says.remove(object);
        self.unnamed.remove(object);
        for key in self.keys.remove(object).into_iter().flatten() {
            self.needs.remove(&key);
        }
        if object.of.is_none() {
            self.needs
                .retain(|part, _| part.owner().as_ref() != Some(object));
        }
    }

    /// It is known not to be there.
    pub(super) fn lacks(&self, object: &Object) -> bool {
        self.is_whole && !self.needs.contains_key(&plain(object))
    }

    /// Whether something is known of an object.
    pub(super) fn knows(&self, object: &Object) -> bool {
        self.needs.contains_key(&plain(object))
    }

    /// Whether what an object is made of names a column; `None` if it is not known.
    pub(super) fn names(&self, object: &Object, column: &str) -> Option<bool> {
        let object = plain(object);
        let needs = self.needs.get(&object)?;
        let uses = needs
            .iter()
            .any(|need| need.object.kind == Kind::Column && need.object.name == column);
        let says = self
            .says
            .get(&object)
            .is_some_and(|says| says.split(' ').any(|word| word.trim_matches('"') == column));
        Some(uses || says || object.name.contains(column))
    }

    /// What else an access touches, as far as only the ancestor knows: to take away what
    /// uses a table or a column lets the other side take that away.
    pub(super) fn implied(&self, access: &Access) -> Vec<Access> {
        let object = plain(&access.object);
        let mut implied = Vec::new();
        if !access.act.removes() {
            return implied;
        }
        let meant = self.meant(&object);
        for object in &meant {
            implied.extend(self.needs.get(object).into_iter().flatten().cloned());
            let keys = self.keys.get(object).into_iter().flatten();
            implied.extend(keys.map(|key| Access::new(Act::DropIfExists, key.clone())));
        }
        let parts = self.needs.iter().filter(|(part, _)| {
            part.kind == Kind::Constraint && part.owner().as_ref() == Some(&object)
        });
        implied.extend(parts.flat_map(|(_, needs)| needs.iter().cloned()));
        if access.says.as_deref() == Some("cascade") {
            let users = self.needs.iter().filter(|(user, needs)| {
                user.kind == Kind::Table && needs.iter().any(|need| plain(&need.object).is(&object))
            });
            implied.extend(users.map(|(user, _)| Access::new(Act::DropIfExists, user.clone())));
        }
        implied
    }
}

impl Ancestor {
    /// The objects that a name can mean: itself, or, where no constraint of the table is known by
    /// it, one that was made without a name. What it is called is up to whoever made it
    /// (`naming_convention` of `SQLAlchemy`); a name that has its columns in it is likelier.
    fn meant(&self, object: &Object) -> Vec<Object> {
        if object.kind != Kind::Constraint || self.needs.contains_key(object) {
            return vec![object.clone()];
        }
        let owner = object.owner();
        let mut unnamed: Vec<&Object> = self
            .unnamed
            .iter()
            .filter(|one| one.owner() == owner && self.needs.contains_key(one))
            .collect();
        unnamed.sort();
        let given = format!("_{}_", object.name);
        let is_likely = |one: &&Object| {
            let table = owner.as_ref().map_or("", |table| table.name.as_str());
            let columns = one.name.strip_prefix(table).unwrap_or(&one.name);
            let columns = columns.rsplit_once('_').map_or("", |(columns, _)| columns);
            let columns = columns.trim_start_matches('_');
            if columns.is_empty() {
                return ["_pk_", "_pkey_", "primary"]
                    .iter()
                    .any(|word| given.contains(word));
            }
            // Most conventions name the first column alone.
            let ends = columns.match_indices('_').map(|(at, _)| at);
            ends.chain([columns.len()])
                .any(|end| given.contains(&format!("_{}_", &columns[..end])))
        };
        let likely: Vec<&Object> = unnamed
            .iter()
            .copied()
            .filter(|one| is_likely(one))
            .collect();
        let all = if likely.is_empty() { unnamed } else { likely };
        all.into_iter().cloned().collect()
    }
}

/// The keys that stand behind a constraint or an index, up to the next constraint.
fn keys(made: &Access, rest: &[Access]) -> Vec<Object> {
    if !matches!(made.object.kind, Kind::Index | Kind::Constraint) {
        return Vec::new();
    }
    rest.iter()
        .take_while(|access| !(access.act.creates() && access.object.kind == Kind::Constraint))
        .filter(|access| access.act.creates() && matches!(access.object.kind, Kind::Other(_)))
        .map(|access| access.object.clone())
        .collect()
}

/// What an object needs: what stands behind its creation, up to the next one, and its
/// table. Only a view holds columns to their types; of a constraint its parent counts.
fn needed(made: &Access, rest: &[Access]) -> Vec<Access> {
    let kind = &made.object.kind;
    if !matches!(kind, Kind::View | Kind::Index | Kind::Constraint) {
        return Vec::new();
    }
    let owner = made.object.owner();
    let part = match kind {
        Kind::View => Part::Type,
        _ => Part::Whole,
    };
    let mut needs: Vec<Access> = rest
        .iter()
        .take_while(|access| !(access.act.creates() && access.object.kind == Kind::Constraint))
        .filter(|access| matches!(access.act, Act::Reference | Act::Read))
        .filter(|access| match (kind, &access.object.kind) {
            (Kind::Constraint, Kind::Table) => Some(&access.object) != owner.as_ref(),
            (Kind::Constraint, _) => false,
            (_, Kind::Table | Kind::Column | Kind::Function) => true,
            _ => false,
        })
        .map(|access| Access::new(Act::Reference, access.object.clone()).of(part.clone()))
        .collect();
    if let (Kind::Index, Some(table)) = (kind, owner) {
        needs.push(Access::new(Act::Reference, table));
    }
    needs
}
