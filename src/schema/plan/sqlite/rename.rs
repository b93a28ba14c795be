//! Renames: SQLite does them itself, and rewrites its texts. What comes after goes on
//! with the schema as it is then.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    Decisions, Hazard, Statement,
    rewrite::{self, After},
    text,
};
use crate::schema::{
    Fact, FactId, Kind, Schema,
    normal::{Piece, pieces},
    sqlite::{self, Object, Stored},
    sqlite_table,
};

/// A schema after its renames.
pub(super) struct Renamed {
    /// It, without what is `gone`.
    pub(super) schema: Schema,
    /// The statements that get there.
    pub(super) statements: Vec<Statement>,
    /// Views and triggers that have to be dropped before, by their first identity.
    pub(super) gone: BTreeSet<FactId>,
}

/// One rename.
struct Step {
    /// The table that the column is in, by its new name.
    table: Option<String>,
    from: String,
    to: String,
    about: FactId,
}

/// The schema after the renames that were decided.
pub(super) fn renamed(a: &Schema, b: &Schema, decisions: &Decisions) -> Renamed {
    let steps = steps(a, b, decisions);
    if steps.is_empty() {
        return Renamed {
            schema: a.clone(),
            statements: Vec::new(),
            gone: BTreeSet::new(),
        };
    }
    let mut texts = Texts::of(a);
    let mut statements = Vec::new();
    for step in steps {
        statements.push(statement(&step));
        match &step.table {
            None => texts.rename_table(&step.from, &step.to),
            Some(table) => texts.rename_column(table, &step.from, &step.to),
        }
    }
    Renamed {
        statements,
        schema: texts.schema(),
        gone: texts.gone,
    }
}

fn statement(step: &Step) -> Statement {
    let (from, to) = (text::name(&step.from), text::name(&step.to));
    let (sql, broken) = match &step.table {
        None => (
            format!("ALTER TABLE {from} RENAME TO {to}"),
            format!("table {from}"),
        ),
        Some(table) => {
            let table = text::name(table);
            (
                format!("ALTER TABLE {table} RENAME COLUMN {from} TO {to}"),
                format!("column {table}.{from}"),
            )
        }
    };
    Statement {
        sql,
        about: step.about.clone(),
        hazards: vec![Hazard::BreaksOldCode(broken)],
    }
}

/// The pairs that say something, of one sort of objects.
fn pairs<'a>(
    a: &'a Schema,
    b: &'a Schema,
    decisions: &'a Decisions,
    is_sort: impl Fn(&FactId) -> bool + 'a,
) -> Vec<(&'a Fact, &'a Fact)> {
    let there: Vec<(&Fact, &Fact)> = decisions
        .renames
        .iter()
        .filter(|(from, to)| from != to && from.kind == to.kind && is_sort(from))
        .filter_map(|(from, to)| a.facts.get(from).zip(b.facts.get(to)))
        .collect();
    let sources: BTreeSet<&FactId> = there.iter().map(|(from, _)| &from.id).collect();
    let targets: BTreeSet<&FactId> = there.iter().map(|(_, to)| &to.id).collect();
    let mut seen = BTreeSet::new();
    there
        .iter()
        .copied()
        // Both sides have both: it was renamed long ago, and the name is in use again.
        .filter(|(from, to)| {
            !a.facts.contains_key(&to.id)
                || !b.facts.contains_key(&from.id)
                || sources.contains(&to.id)
                || targets.contains(&from.id)
        })
        .filter(|(from, to)| {
            seen.insert((true, from.id.clone())) && seen.insert((false, to.id.clone()))
        })
        .collect()
}

fn steps(a: &Schema, b: &Schema, decisions: &Decisions) -> Vec<Step> {
    let is_table = |id: &FactId| matches!(id.kind, Kind::Table | Kind::VirtualTable);
    let tables = pairs(a, b, decisions, is_table);
    let new_names: BTreeMap<&str, &str> = tables
        .iter()
        .map(|(from, to)| (from.id.name(), to.id.name()))
        .collect();
    let mut occupied: BTreeSet<String> = a
        .facts
        .keys()
        .filter(|id| is_table(id))
        .map(|id| id.name().to_owned())
        .collect();
    let mut steps = ordered(None, tables, &mut occupied);
    let mut by_table: BTreeMap<FactId, Vec<(&Fact, &Fact)>> = BTreeMap::new();
    for (from, to) in pairs(a, b, decisions, |id| id.kind == Kind::Column) {
        let (Some(old), Some(new)) = (&from.parent, &to.parent) else {
            continue;
        };
        if new_names.get(old.name()).copied().unwrap_or(old.name()) == new.name() {
            by_table.entry(new.clone()).or_default().push((from, to));
        }
    }
    for (table, columns) in by_table {
        let old = columns.first().and_then(|(from, _)| from.parent.clone());
        let mut occupied: BTreeSet<String> = old
            .and_then(|old| a.facts.get(&old))
            .and_then(|fact| fact.get(crate::schema::COLUMN_ORDER))
            .map(|names| names.lines().map(str::to_owned).collect())
            .unwrap_or_default();
        let name = b
            .facts
            .get(&table)
            .map_or(table.name(), |fact| written(fact));
        steps.extend(ordered(Some(name), columns, &mut occupied));
    }
    steps
}

fn written(fact: &Fact) -> &str {
    fact.written_name.as_deref().unwrap_or(fact.id.name())
}

/// In an order in which each name is free when it is taken.
fn ordered(
    table: Option<&str>,
    pairs: Vec<(&Fact, &Fact)>,
    occupied: &mut BTreeSet<String>,
) -> Vec<Step> {
    let mut left: Vec<Step> = pairs
        .into_iter()
        .map(|(from, to)| Step {
            table: table.map(str::to_owned),
            from: written(from).to_owned(),
            to: written(to).to_owned(),
            about: to.id.clone(),
        })
        .collect();
    let mut steps = Vec::new();
    while !left.is_empty() {
        let free = left
            .iter()
            .position(|step| !occupied.contains(&step.to.to_ascii_lowercase()));
        let step = if let Some(at) = free {
            left.remove(at)
        } else {
            make_room(&mut left, table, occupied)
        };
        occupied.remove(&step.from.to_ascii_lowercase());
        occupied.insert(step.to.to_ascii_lowercase());
        steps.push(step);
    }
    steps
}

/// Who has the name that is wanted is renamed further, or dropped later.
fn make_room(left: &mut [Step], table: Option<&str>, occupied: &BTreeSet<String>) -> Step {
    let (from, mut about) = (left[0].to.clone(), left[0].about.clone());
    let mut to = format!("_teammig_old_{from}");
    while occupied.contains(&to.to_ascii_lowercase()) {
        to.push('_');
    }
    for other in left {
        if other.from.eq_ignore_ascii_case(&from) {
            other.from.clone_from(&to);
            about.clone_from(&other.about);
        }
    }
    Step {
        table: table.map(str::to_owned),
        from,
        to,
        about,
    }
}

/// An object of the first schema, by its text as it is now.
struct Text {
    id: FactId,
    object: Object,
    /// Whether facts could be made of a table's text.
    is_read: bool,
    /// For a view or a trigger: the names in it.
    names: BTreeSet<String>,
}

impl Text {
    fn is_query(&self) -> bool {
        matches!(self.id.kind, Kind::View | Kind::Trigger)
    }

    fn set(&mut self, sql: String) {
        self.object.sql = sql;
        if self.is_query() {
            let pieces = pieces(&self.object.sql);
            let names = pieces.iter().filter_map(Piece::name);
            self.names = names.map(Cow::into_owned).collect();
        }
    }

    /// Whether it is the object of that name, which is in lower case.
    fn is(&self, name: &str) -> bool {
        self.object.name.eq_ignore_ascii_case(name)
    }

    fn is_on(&self, table: &str) -> bool {
        self.object.table.eq_ignore_ascii_case(table)
    }
}

struct Texts {
    all: Vec<Text>,
    gone: BTreeSet<FactId>,
}

impl Texts {
    fn of(a: &Schema) -> Self {
        let mut all = Vec::new();
        for fact in a.facts.values() {
            let Some(sql) = &fact.ddl else { continue };
            let kind = match fact.id.kind {
                Kind::Table | Kind::VirtualTable => "table",
                Kind::View => "view",
                Kind::Index => "index",
                Kind::Trigger => "trigger",
                _ => continue,
            };
            let parent = fact.parent.as_ref().and_then(|id| a.facts.get(id));
            let mut text = Text {
                id: fact.id.clone(),
                object: Object {
                    kind: kind.to_owned(),
                    name: written(fact).to_owned(),
                    table: written(parent.unwrap_or(fact)).to_owned(),
                    sql: String::new(),
                },
                is_read: fact.get("definition").is_none(),
                names: BTreeSet::new(),
            };
            text.set(sql.clone());
            all.push(text);
        }
        Self {
            all,
            gone: BTreeSet::new(),
        }
    }

    /// Facts of what is left.
    fn schema(&self) -> Schema {
        let mut stored = Stored::default();
        for text in &self.all {
            if text.id.kind == Kind::Table
                && text.is_read
                && let Some(table) = sqlite_table::table(&text.object.sql)
            {
                let names = table.columns.into_iter().map(|column| column.name);
                stored
                    .columns
                    .insert(text.object.name.clone(), names.collect());
            }
            stored.objects.push(text.object.clone());
        }
        sqlite::facts(&stored, "")
    }

    /// Rewrites each text; what nobody knows is gone, with its triggers.
    fn rewrite(&mut self, after: impl Fn(&Text) -> After) {
        let mut gone: BTreeSet<String> = BTreeSet::new();
        for text in &mut self.all {
            match after(text) {
                After::Same => {}
                After::Text(sql) => text.set(sql),
                After::Unknown => {
                    if text.id.kind == Kind::View {
                        gone.insert(text.id.name().to_owned());
                    }
                    self.gone.insert(text.id.clone());
                }
            }
        }
        for text in &self.all {
            if text.id.kind == Kind::Trigger
                && gone.contains(&text.object.table.to_ascii_lowercase())
            {
                self.gone.insert(text.id.clone());
            }
        }
        let gone = &self.gone;
        self.all.retain(|text| !gone.contains(&text.id));
    }

    fn rename_table(&mut self, from: &str, to: &str) {
        let old = from.to_ascii_lowercase();
        self.rewrite(|text| {
            let sql = &text.object.sql;
            match text.id.kind {
                Kind::Table => rewrite::table_in_table(sql, text.is(&old), &old, to),
                Kind::VirtualTable if text.is(&old) => rewrite::table_in_table(sql, true, &old, to),
                Kind::Index if text.is_on(&old) => rewrite::table_in_index(sql, &old, to),
                Kind::View | Kind::Trigger if text.names.contains(&old) => {
                    rewrite::table_in_query(sql, &old, to)
                }
                _ => After::Same,
            }
        });
        for text in &mut self.all {
            if text.is(&old) && matches!(text.id.kind, Kind::Table | Kind::VirtualTable) {
                to.clone_into(&mut text.object.name);
            }
            if text.is_on(&old) {
                to.clone_into(&mut text.object.table);
            }
        }
    }

    fn rename_column(&mut self, table: &str, from: &str, to: &str) {
        let (table, old) = (table.to_ascii_lowercase(), from.to_ascii_lowercase());
        let users = self.users(&table);
        let may_have = self.may_have(&old);
        self.rewrite(|text| {
            let sql = &text.object.sql;
            match text.id.kind {
                Kind::Table => rewrite::column_in_table(sql, text.is(&table), &table, &old, to),
                Kind::Index if text.is_on(&table) => rewrite::column_in_index(sql, &old, to),
                Kind::View | Kind::Trigger
                    if users.contains(&text.id) && text.names.contains(&old) =>
                {
                    let names = text.names.iter();
                    let mut others = names.filter(|name| **name != table && !text.is(name));
                    let only =
                        text.names.contains(&table) && !others.any(|name| may_have.contains(name));
                    if only {
                        rewrite::column_in_query(sql, &old, to)
                    } else {
                        After::Unknown
                    }
                }
                _ => After::Same,
            }
        });
    }

    /// Views and triggers that use a table, also through views.
    fn users(&self, table: &str) -> BTreeSet<FactId> {
        let mut users = BTreeSet::new();
        let mut next = vec![table.to_owned()];
        while let Some(name) = next.pop() {
            for text in self.all.iter().filter(|text| text.is_query()) {
                let names_it = text.names.contains(&name) || text.is_on(&name);
                if names_it && !text.is(&name) && users.insert(text.id.clone()) {
                    next.push(text.object.name.to_ascii_lowercase());
                }
            }
        }
        users
    }

    /// The relations that have such a column, or may have.
    fn may_have(&self, column: &str) -> BTreeSet<String> {
        let has = |text: &Text| match text.id.kind {
            Kind::View | Kind::VirtualTable => true,
            Kind::Table => sqlite_table::table(&text.object.sql).is_none_or(|table| {
                let mut columns = table.columns.iter();
                columns.any(|own| own.name.eq_ignore_ascii_case(column))
            }),
            _ => false,
        };
        let texts = self.all.iter().filter(|text| has(text));
        texts
            .map(|text| text.object.name.to_ascii_lowercase())
            .collect()
    }
}
