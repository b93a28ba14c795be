//! What two lines of revisions that part do to each other, from their footprints alone.
//!
//! A hint without a database, never a proof: it names objects and statements. What is
//! told apart is in two places, the table of acts (`matrix.rs`) and what follows from two
//! different objects (`rules.rs`). What could not be read is handed on ([`Unknown`]);
//! a caller must not say "no conflict" over it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
};

use super::{
    footprint::{ALL_COLUMNS, Access, Act, Footprint, Kind, Object, Seen, Space},
    revision::RevId,
    source::Span,
};

mod ancestor;
mod matrix;
mod rules;
mod side;

pub use ancestor::Ancestor;
pub use matrix::Clash;

use side::{Entry, Side, Standing};

/// A revision with what it touches, in the order in which a side runs them.
pub type Member<'a> = (&'a RevId, &'a Footprint);

/// What two sides do to each other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conflicts {
    /// Where they collide, the worst first.
    pub collisions: Vec<Collision>,
    /// What is different afterwards, and harmless.
    pub remarks: BTreeSet<Remark>,
    /// What is not known to be all: with one that is not opaque, an empty list of
    /// collisions is no answer.
    pub unknown: Vec<Unknown>,
}

/// A statement of one side and one of the other that meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collision {
    /// What follows.
    pub clash: Clash,
    /// Where they meet.
    pub objects: Vec<Object>,
    /// The statement of the first side.
    pub left: Place,
    /// The statement of the other side.
    pub right: Place,
}

impl fmt::Display for Collision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let objects: Vec<String> = self.objects.iter().map(ToString::to_string).collect();
        let (left, right) = (&self.left, &self.right);
        write!(
            f,
            "{}: {}: {} {} it, {} {} it",
            self.clash.words(),
            objects.join(" and "),
            left.revision,
            left.act.verb(),
            right.revision,
            right.act.verb()
        )
    }
}

/// A statement of a revision, and what it does to the first of the objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The revision.
    pub revision: RevId,
    /// The statement's bytes in the revision's script.
    pub span: Span,
    /// What it does.
    pub act: Act,
}

/// A difference that nobody has to be alarmed about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remark {
    /// Both add columns to one table: they stand in the order in which they came.
    ColumnOrder(Object),
    /// Both add labels to one enum: they sort in the order in which they came.
    LabelOrder(Object),
    /// Both create something for which the database makes up the same name.
    MadeUpName(Object),
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ColumnOrder(table) => {
                write!(
                    f,
                    "the new columns of {table} stand in the order in which they came"
                )
            }
            Self::LabelOrder(of) => {
                write!(
                    f,
                    "the new labels of {of} sort in the order in which they came"
                )
            }
            Self::MadeUpName(object) => {
                write!(
                    f,
                    "which of two is called {object} is made up in the order in which they came"
                )
            }
        }
    }
}

/// A statement that is not known whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The revision.
    pub revision: RevId,
    /// The statement's bytes in the revision's script.
    pub span: Span,
    /// Where it stopped making sense, or what hides what it does.
    pub at: Span,
    /// It was read, but can do more than it says.
    pub opaque: bool,
}

/// Compares two sides. `ancestor` is what is known of the schema where they part.
pub fn conflicts(left: &[Member<'_>], right: &[Member<'_>], ancestor: &Ancestor) -> Conflicts {
    let (first, second) = (Side::of(left, ancestor), Side::of(right, ancestor));
    let index = Index::of(&second);
    let mut meetings = Vec::new();
    for entry in &first.entries {
        for other in index.meeting(&entry.access.object) {
            if entry.access.object.is(&other.access.object) {
                meetings.push(Meeting::of(entry, other));
            }
        }
    }
    rules::apply(&first, &second, ancestor, &mut |one, other| {
        meetings.push(Meeting::ordered(one, other));
    });
    rules::apply(&second, &first, ancestor, &mut |one, other| {
        meetings.push(Meeting::ordered(other, one));
    });
    let mut unknown = unknown(left);
    unknown.extend(self::unknown(right));
    Conflicts {
        remarks: remarks(&first, &second, &meetings),
        collisions: collisions(&meetings, left, right),
        unknown,
    }
}

impl Conflicts {
    /// Nothing collides, and everything could be read.
    pub fn is_none(&self) -> bool {
        self.collisions.is_empty() && self.unknown.iter().all(|one| one.opaque)
    }

    /// The same with what another reading of the same scripts found: that of another
    /// product. Of what both found, the worse counts.
    pub fn join(&mut self, other: Self) {
        for one in other.collisions {
            let same = |known: &&mut Collision| {
                let places = |one: &Collision| {
                    let place = |place: &Place| (place.revision.clone(), place.span.clone());
                    (place(&one.left), place(&one.right))
                };
                places(known) == places(&one)
            };
            match self.collisions.iter_mut().find(same) {
                Some(known) if known.clash < one.clash => *known = one,
                Some(_) => {}
                None => self.collisions.push(one),
            }
        }
        self.collisions
            .sort_by_key(|one| std::cmp::Reverse(one.clash));
        self.remarks.extend(other.remarks);
        for one in other.unknown {
            let same =
                |known: &&mut Unknown| known.revision == one.revision && known.span == one.span;
            match self.unknown.iter_mut().find(same) {
                Some(known) if known.opaque => *known = one,
                Some(_) => {}
                None => self.unknown.push(one),
            }
        }
    }

    /// The worst that follows.
    pub fn worst(&self) -> Clash {
        let all = self.collisions.iter().map(|one| one.clash);
        all.max().unwrap_or(Clash::None)
    }
}

/// One entry of each side about the same, or about two things that depend on each other.
struct Meeting<'a> {
    clash: Clash,
    left: &'a Entry,
    right: &'a Entry,
}

impl<'a> Meeting<'a> {
    fn of(left: &'a Entry, right: &'a Entry) -> Self {
        let mut clash = Clash::of(&left.access, &right.access);
        // Created where it is not there: what uses it waits for it.
        for (one, other) in [(left, right), (right, left)] {
            if one.standing == Standing::New && !other.access.act.creates() {
                let created = Access {
                    act: Act::Create,
                    ..one.access.clone()
                };
                clash = clash.max(Clash::of(&created, &other.access));
            }
        }
        clash = match (left.standing, right.standing) {
            // Dropped and created again: of two, the last one wins.
            (Standing::Replaced, Standing::Replaced) if left.access.says == right.access.says => {
                Clash::None
            }
            (Standing::Replaced, Standing::Replaced) => Clash::Order,
            (Standing::Replaced, _) => replaced(clash, right.access.act),
            (_, Standing::Replaced) => replaced(clash, left.access.act),
            (Standing::Transient, Standing::Transient) => Clash::None,
            _ => clash,
        };
        if is_let_go(left, right) || is_let_go(right, left) {
            clash = Clash::None;
        }
        Self { clash, left, right }
    }

    fn ordered(left: &'a Entry, right: &'a Entry) -> Self {
        Self {
            clash: Clash::Order,
            left,
            right,
        }
    }
}

/// What is no longer used on one side, and not taken away on the other.
fn is_let_go(left: &Entry, right: &Entry) -> bool {
    let takes = matches!(right.access.act, Act::Drop | Act::DropIfExists | Act::Alter);
    left.standing == Standing::Release && !takes
}

/// What is replaced on one side is there before and after.
fn replaced(clash: Clash, other: Act) -> Clash {
    if other.removes() || other.creates() {
        Clash::Order
    } else {
        clash.min(Clash::Order)
    }
}

/// Where the names of a side are found.
struct Index<'a> {
    by_name: HashMap<Key<'a>, Vec<&'a Entry>>,
    /// The columns of a table, for what is about all of them.
    columns: HashMap<(&'a str, &'a str), Vec<&'a Entry>>,
}

type Key<'a> = (Space, &'a str, Option<&'a str>, &'a str);

fn key(object: &Object) -> Key<'_> {
    let space = object.kind.space();
    let of = object.of.as_deref().filter(|_| space != Space::Relation);
    (space, &object.schema, of, &object.name)
}

impl<'a> Index<'a> {
    fn of(side: &'a Side) -> Self {
        let mut index = Self {
            by_name: HashMap::new(),
            columns: HashMap::new(),
        };
        for entry in &side.entries {
            let object = &entry.access.object;
            index.by_name.entry(key(object)).or_default().push(entry);
            if let (Kind::Column, Some(table)) = (&object.kind, &object.of) {
                let columns = index.columns.entry((&object.schema, table));
                columns.or_default().push(entry);
            }
        }
        index
    }

    fn meeting(&self, object: &Object) -> Vec<&'a Entry> {
        let (space, schema, of, name) = key(object);
        let columns = of.filter(|_| object.kind == Kind::Column);
        if let (true, Some(table)) = (object.is_all_columns(), columns) {
            return self
                .columns
                .get(&(schema, table))
                .cloned()
                .unwrap_or_default();
        }
        let mut found = Vec::new();
        let all = columns
            .is_some()
            .then(|| (space.clone(), schema, of, ALL_COLUMNS));
        for key in [Some((space, schema, of, name)), all].into_iter().flatten() {
            found.extend(self.by_name.get(&key).into_iter().flatten().copied());
        }
        found
    }
}

/// The meetings that matter: for each two statements the worst, with its objects.
fn collisions(
    meetings: &[Meeting<'_>],
    left: &[Member<'_>],
    right: &[Member<'_>],
) -> Vec<Collision> {
    let mut grouped: BTreeMap<_, Vec<&Meeting<'_>>> = BTreeMap::new();
    for meeting in meetings.iter().filter(|one| one.clash != Clash::None) {
        let statements = (meeting.left.at, meeting.right.at);
        grouped.entry(statements).or_default().push(meeting);
    }
    let mut found: Vec<Collision> = grouped
        .into_values()
        .filter_map(|mut group| {
            let worst = group.iter().map(|one| one.clash).max()?;
            group.retain(|one| one.clash == worst);
            let first = group.first()?;
            let mut objects: Vec<Object> = Vec::new();
            for object in group.iter().flat_map(|one| one.objects()) {
                if !objects.contains(object) {
                    objects.push(object.clone());
                }
            }
            Some(Collision {
                clash: worst,
                objects,
                left: first.left.place(left)?,
                right: first.right.place(right)?,
            })
        })
        .collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.clash));
    found
}

impl Meeting<'_> {
    /// Both names, where they are two and neither says more: `*` is all columns, and a
    /// relation of which nothing is known is called a table.
    fn objects(&self) -> Vec<&Object> {
        let (left, right) = (&self.left.access.object, &self.right.access.object);
        if left.is(right) && !left.is_all_columns() && (right.is_all_columns() || is_vague(right)) {
            return vec![left];
        }
        if left == right || (left.is(right) && (left.is_all_columns() || is_vague(left))) {
            return vec![right];
        }
        vec![left, right]
    }
}

fn is_vague(object: &Object) -> bool {
    object.kind == Kind::Table || (object.kind == Kind::Function && object.arguments.is_none())
}

/// What both add to the same, without a conflict.
fn remarks(left: &Side, right: &Side, meetings: &[Meeting<'_>]) -> BTreeSet<Remark> {
    let added = |side: &Side, kind: &Kind| -> BTreeSet<Object> {
        let created = side
            .entries
            .iter()
            .filter(|entry| entry.access.act.creates());
        let parts = created.filter(|entry| entry.access.object.kind == *kind);
        parts
            .filter_map(|entry| entry.access.object.owner())
            .collect()
    };
    let both = |kind| -> Vec<Object> {
        let (left, right) = (added(left, &kind), added(right, &kind));
        left.intersection(&right).cloned().collect()
    };
    let mut remarks: BTreeSet<Remark> = BTreeSet::new();
    remarks.extend(both(Kind::Column).into_iter().map(Remark::ColumnOrder));
    remarks.extend(both(Kind::Label).into_iter().map(Remark::LabelOrder));
    for one in meetings {
        let acts = (one.left.access.act, one.right.access.act);
        let is_key = matches!(one.left.access.object.kind, Kind::Other(_));
        if acts == (Act::CreateUnnamed, Act::CreateUnnamed) && !is_key {
            remarks.insert(Remark::MadeUpName(one.left.access.object.clone()));
        }
    }
    remarks
}

fn unknown(members: &[Member<'_>]) -> Vec<Unknown> {
    let mut found = Vec::new();
    for (revision, footprint) in members {
        for statement in &footprint.statements {
            let (at, opaque) = match &statement.seen {
                Seen::Whole => continue,
                Seen::Opaque { at } => (at, true),
                Seen::Unread { at } => (at, false),
            };
            found.push(Unknown {
                revision: (*revision).clone(),
                span: statement.span.clone(),
                at: at.clone(),
                opaque,
            });
        }
    }
    found
}

#[cfg(test)]
mod tests;
