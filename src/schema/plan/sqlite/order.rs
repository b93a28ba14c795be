//! The statements in an order that works: what others name is there before them, and
//! goes after them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Hazard, Part, Statement, Work, queries, text};
use crate::schema::{
    Fact, FactId, Kind, Schema,
    canary::references,
    plan::referred::{Mend, Written, mend},
};

impl Work<'_> {
    /// Everything in its order.
    pub(super) fn part(self, renames: Vec<Statement>) -> Part {
        let drops = self.drop_order();
        let foreign_keys_off = !self.rebuilt.is_empty() || !self.may_drop(&drops);
        let mut statements = self.drops_of_queries();
        statements.extend(self.drops_of_indexes());
        statements.extend(if foreign_keys_off {
            rewriting(renames)
        } else {
            renames
        });
        statements.extend(self.altered.iter().cloned());
        let missed = self.missed();
        statements.extend(drops.iter().map(|id| self.drop_table(id, &missed)));
        statements.extend(self.creates_of_tables());
        let rebuilt: BTreeSet<FactId> = self.rebuilt.keys().cloned().collect();
        for id in with_parents_first(self.b, &rebuilt) {
            statements.extend(self.rebuilt.get(&id).into_iter().flatten().cloned());
        }
        statements.extend(self.rows_to_refer_to(&rebuilt));
        statements.extend(self.creates_of_parts());
        Part {
            statements,
            transaction: true,
            foreign_keys_off,
        }
    }

    /// Rows that are there refer to a table which a way back makes again. (Keys are off, and
    /// triggers come later.)
    fn rows_to_refer_to(&self, rebuilt: &BTreeSet<FactId>) -> Vec<Statement> {
        let mut statements = Vec::new();
        for child in rebuilt.iter().filter(|_| self.decisions.may_lose) {
            for key in references(self.b, child) {
                let stood = |column: &String| {
                    let path = [child.name().to_owned(), column.clone()];
                    self.mid
                        .facts
                        .contains_key(&FactId::new(Kind::Column, path))
                };
                let is_made = self.created_tables.contains(&key.table)
                    && !self.mid.facts.contains_key(&key.table);
                if !is_made || !key.columns.iter().all(stood) {
                    continue;
                }
                let names = Written {
                    table: &|id: &FactId| written(self.b, id),
                    column: text::name,
                };
                match mend(self.b, child, &key, self.decisions, &names) {
                    None => {}
                    Some(Mend::Rows(sql)) => statements.push(Statement {
                        sql,
                        about: key.table.clone(),
                        hazards: Vec::new(),
                    }),
                    Some(Mend::Nothing(sql, columns)) => statements.push(Statement {
                        sql,
                        about: columns.first().unwrap_or(child).clone(),
                        hazards: columns
                            .iter()
                            .filter_map(|id| self.b.facts.get(id))
                            .map(|column| format!("the values of {}", self.b.shown(column)))
                            .map(Hazard::LosesData)
                            .collect(),
                    }),
                }
            }
        }
        statements
    }

    /// The tables that go, those first that refer to others.
    fn drop_order(&self) -> Vec<FactId> {
        let mut order = with_parents_first(self.mid, &self.dropped_tables);
        order.reverse();
        order
    }

    /// Whether no row refers to a table when it goes, as far as the schema says.
    fn may_drop(&self, order: &[FactId]) -> bool {
        let at: BTreeMap<&FactId, usize> = order.iter().zip(0..).collect();
        self.mid.edges.iter().all(|edge| {
            let (Some(dropped), Some(from)) = (at.get(&edge.to), table_of(&edge.from)) else {
                return true;
            };
            if from == edge.to {
                return !self.restricts(&from);
            }
            match at.get(&from) {
                Some(other) => other < dropped,
                None => !self.b.facts.contains_key(&edge.from),
            }
        })
    }

    /// Whether rows of a table keep others of it from being deleted.
    fn restricts(&self, table: &FactId) -> bool {
        let ddl = self
            .mid
            .facts
            .get(table)
            .and_then(|fact| fact.ddl.as_deref());
        ddl.is_some_and(|ddl| text::mentions_word(ddl, "restrict"))
    }

    /// The tables that go while one that stays goes on to refer to them.
    fn missed(&self) -> BTreeSet<&FactId> {
        let edges = self.mid.edges.iter();
        edges
            .filter(|edge| {
                self.b.facts.contains_key(&edge.from)
                    && table_of(&edge.from).is_some_and(|from| !self.dropped_tables.contains(&from))
            })
            .map(|edge| &edge.to)
            .filter(|table| self.dropped_tables.contains(*table))
            .collect()
    }

    fn drop_table(&self, id: &FactId, missed: &BTreeSet<&FactId>) -> Statement {
        let name = written(self.mid, id);
        let mut hazards = vec![Hazard::LosesData(format!("table {name}"))];
        if !self.b.facts.contains_key(id) {
            hazards.push(Hazard::BreaksOldCode(format!("table {name}")));
        }
        hazards.extend(self.look_alikes.hazard(id));
        if missed.contains(id) {
            hazards.push(Hazard::FailsOnData(format!("rows that refer to {name}")));
        }
        Statement {
            sql: format!("DROP TABLE {name}"),
            about: id.clone(),
            hazards,
        }
    }

    /// Triggers, then views, those first that use others.
    fn drops_of_queries(&self) -> Vec<Statement> {
        let mut order = with_used_first(self.a, &self.dropped_queries);
        order.reverse();
        // Stable: the views keep their order.
        order.sort_by_key(|id| id.kind != Kind::Trigger);
        let mut statements = Vec::new();
        for id in order {
            let Some(fact) = self.a.facts.get(&id) else {
                continue;
            };
            let is_back = self.created.contains(&id);
            let with_it = fact.parent.as_ref().is_some_and(|parent| {
                self.dropped_queries.contains(parent)
                    || (is_back && !self.look_at_all && self.rebuilt.contains_key(parent))
            });
            if with_it {
                continue;
            }
            let name = written(self.a, &id);
            let kind = if id.kind == Kind::View {
                "VIEW"
            } else {
                "TRIGGER"
            };
            let mut hazards = Vec::new();
            if !is_back && id.kind == Kind::View {
                hazards.push(Hazard::BreaksOldCode(format!("view {name}")));
            }
            statements.push(Statement {
                sql: format!("DROP {kind} {name}"),
                about: id,
                hazards,
            });
        }
        statements
    }

    fn drops_of_indexes(&self) -> Vec<Statement> {
        let mut statements = Vec::new();
        for id in &self.dropped_indexes {
            let parent = self.mid.facts.get(id).and_then(|fact| fact.parent.as_ref());
            let with_it = parent.is_some_and(|parent| self.rebuilt.contains_key(parent));
            if with_it && self.created.contains(id) {
                continue;
            }
            let name = written(self.mid, id);
            statements.push(Statement {
                sql: format!("DROP INDEX {name}"),
                about: id.clone(),
                hazards: vec![Hazard::DropsIndex(name)],
            });
        }
        statements
    }

    fn creates_of_tables(&self) -> Vec<Statement> {
        with_parents_first(self.b, &self.created_tables)
            .into_iter()
            .filter_map(|id| self.create(&id))
            .collect()
    }

    /// Indexes, views, triggers.
    fn creates_of_parts(&self) -> Vec<Statement> {
        let mut order = with_used_first(self.b, &self.created);
        order.sort_by_key(|id| match id.kind {
            Kind::Index => 0,
            Kind::View => 1,
            _ => 2,
        });
        order.iter().filter_map(|id| self.create(id)).collect()
    }

    /// The statement that makes an object, as the user wrote it.
    fn create(&self, id: &FactId) -> Option<Statement> {
        let fact = self.b.facts.get(id)?;
        let sql = self.decisions.texts.get(id).or(fact.ddl.as_ref())?;
        Some(Statement {
            sql: text::statement(sql),
            about: id.clone(),
            hazards: self.refused_by_index(fact).into_iter().collect(),
        })
    }

    /// Rows that are there may not be unique.
    fn refused_by_index(&self, index: &Fact) -> Option<Hazard> {
        let is_new = self.mid.facts.get(&index.id) != Some(index);
        let parent = index.parent.as_ref()?;
        if !index.payload.contains_key("unique") || !is_new || self.created_tables.contains(parent)
        {
            return None;
        }
        let columns = index.get("columns")?;
        let columns = columns.strip_prefix('(').unwrap_or(columns);
        let columns = columns.strip_suffix(')').unwrap_or(columns);
        Some(Hazard::FailsOnData(format!(
            "rows of {} that have the same {columns}",
            written(self.b, parent)
        )))
    }
}

/// With foreign keys off a rename rewrites nothing else, for the sake of tables that
/// are made again; these renames are meant for everybody.
fn rewriting(renames: Vec<Statement>) -> Vec<Statement> {
    let Some(about) = renames.first().map(|statement| statement.about.clone()) else {
        return renames;
    };
    let switch = |value: &str| Statement {
        sql: format!("PRAGMA legacy_alter_table = {value}"),
        about: about.clone(),
        hazards: Vec::new(),
    };
    let mut statements = vec![switch("OFF")];
    statements.extend(renames);
    statements.push(switch("ON"));
    statements
}

/// The name as a person would write it.
fn written(schema: &Schema, id: &FactId) -> String {
    let fact = schema.facts.get(id);
    let written = fact.and_then(|fact| fact.written_name.as_deref());
    text::name(written.unwrap_or(id.name()))
}

/// The table that a column or a constraint is in.
fn table_of(id: &FactId) -> Option<FactId> {
    let is_part = matches!(id.kind, Kind::Column | Kind::Constraint);
    let name = id.path.first().filter(|_| is_part)?;
    Some(FactId::new(Kind::Table, [name.clone()]))
}

fn with_parents_first(schema: &Schema, tables: &BTreeSet<FactId>) -> Vec<FactId> {
    let mut refers: BTreeMap<FactId, Vec<&FactId>> = BTreeMap::new();
    for edge in &schema.edges {
        if let Some(from) = table_of(&edge.from) {
            refers.entry(from).or_default().push(&edge.to);
        }
    }
    queries::in_order(tables, |id| refers.get(id).cloned().unwrap_or_default())
}

fn with_used_first(schema: &Schema, ids: &BTreeSet<FactId>) -> Vec<FactId> {
    let mut uses: BTreeMap<&FactId, Vec<&FactId>> = BTreeMap::new();
    for edge in &schema.edges {
        uses.entry(&edge.from).or_default().push(&edge.to);
    }
    queries::in_order(ids, |id| uses.get(id).cloned().unwrap_or_default())
}
