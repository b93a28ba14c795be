//! What rows have to meet after a change, and had not to before. Whether they do is known
//! where they are, and nowhere else.

use super::{Difference, Fact, Kind, Schema, What, compare};

/// New and changed constraints, unique indexes and NOT NULL of tables that were there, each
/// in words: `constraint users.age_check`.
pub fn stricter(before: &Schema, after: &Schema) -> Vec<String> {
    let differences = compare(before, after).differences;
    let strict = differences
        .iter()
        .filter(|one| is_stricter(before, after, one));
    strict
        .map(|one| match &one.what {
            What::Changed(changes) if one.id.kind == Kind::Column => {
                let keys: Vec<&str> = changes
                    .iter()
                    .filter(|change| change.after.is_some() && RULES.contains(&change.key))
                    .map(|change| change.key)
                    .collect();
                format!("{} of {}", keys.join(", "), one.name)
            }
            _ => format!("{} {}", one.id.kind.name(), one.name),
        })
        .collect()
}

/// What a column asks of its values.
const RULES: &[&str] = &["not null", "check", "unique", "primary key", "references"];

fn is_stricter(before: &Schema, after: &Schema, difference: &Difference) -> bool {
    let Some(fact) = after.facts.get(&difference.id) else {
        return false;
    };
    let parent = fact.parent.as_ref();
    if !parent.is_some_and(|id| before.facts.contains_key(id)) {
        return false;
    }
    match (&difference.what, fact.id.kind) {
        (What::Added { .. } | What::Changed(_), Kind::Constraint) => {
            let text = fact.get("definition").unwrap_or_default();
            !text.ends_with(" NOT VALID") && !is_of_new_columns(before, after, fact)
        }
        (What::Added { .. } | What::Changed(_), Kind::Index) => {
            let text = fact.get("definition").unwrap_or_default();
            let is_unique = fact.get("unique").is_some() || text.starts_with("CREATE UNIQUE");
            is_unique && !is_of_new_columns(before, after, fact)
        }
        (What::Changed(changes), Kind::Column) => changes
            .iter()
            .any(|change| change.after.is_some() && RULES.contains(&change.key)),
        _ => false,
    }
}

/// Whether all that it looks at came with it: the rows that are there have one value in it,
/// or none.
fn is_of_new_columns(before: &Schema, after: &Schema, fact: &Fact) -> bool {
    let uses = after.edges.iter().filter(|edge| edge.from == fact.id);
    let mut columns = uses
        .map(|edge| &edge.to)
        .filter(|id| id.kind == Kind::Column)
        .filter(|id| after.facts.get(*id).map(|column| &column.parent) == Some(&fact.parent))
        .peekable();
    columns.peek().is_some() && columns.all(|id| !before.facts.contains_key(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Dialect,
        schema::{Edge, FactId, Value},
    };

    /// Tables with columns, and what else there is: its table, and what it looks at.
    fn schema(columns: &[&str], others: &[(Kind, &str, &str, &str)]) -> Schema {
        let mut schema = Schema::empty(Dialect::Postgres);
        let table = FactId::new(Kind::Table, ["public", "t"]);
        schema.add(Fact::new(table.clone(), None));
        for column in columns {
            let (name, is_filled) = match column.strip_suffix('!') {
                Some(name) => (name, true),
                None => (*column, false),
            };
            let mut fact = Fact::new(
                FactId::new(Kind::Column, ["public", "t", name]),
                Some(table.clone()),
            );
            fact.set("type", Value::new("integer"));
            if is_filled {
                fact.set("not null", Value::new("yes"));
            }
            schema.add(fact);
        }
        for (kind, name, text, column) in others {
            let mut fact = Fact::new(
                FactId::new(*kind, ["public", "t", name]),
                Some(table.clone()),
            );
            fact.set("definition", Value::new(*text));
            schema.edges.insert(Edge {
                from: fact.id.clone(),
                to: FactId::new(Kind::Column, ["public", "t", column]),
            });
            schema.add(fact);
        }
        schema
    }

    #[test]
    fn what_rows_have_to_meet() {
        use Kind::{Constraint, Index};
        let check = (Constraint, "c", "CHECK ((a > 0))", "a");
        for (before, after, want) in [
            (
                schema(&["a"], &[]),
                schema(&["a"], &[check]),
                "constraint public.t.c",
            ),
            (schema(&["a"], &[check]), schema(&["a"], &[check]), ""),
            (
                schema(&["a"], &[check]),
                schema(&["a"], &[(Constraint, "c", "CHECK ((a > 5))", "a")]),
                "constraint public.t.c",
            ),
            (
                schema(&["a"], &[]),
                schema(
                    &["a"],
                    &[(Constraint, "c", "CHECK ((a > 5)) NOT VALID", "a")],
                ),
                "",
            ),
            // Nothing is in a column that is new.
            (
                schema(&["a"], &[]),
                schema(
                    &["a", "b"],
                    &[(Constraint, "f", "FOREIGN KEY (b) REFERENCES t(a)", "b")],
                ),
                "",
            ),
            (
                schema(&["a"], &[]),
                schema(&["a!"], &[]),
                "not null of public.t.a",
            ),
            (schema(&["a!"], &[]), schema(&["a"], &[]), ""),
            (
                schema(&["a"], &[]),
                schema(
                    &["a"],
                    &[(Index, "i", "CREATE UNIQUE INDEX i ON t (a)", "a")],
                ),
                "index public.t.i",
            ),
            (
                schema(&["a"], &[]),
                schema(&["a"], &[(Index, "i", "CREATE INDEX i ON t (a)", "a")]),
                "",
            ),
        ] {
            assert_eq!(stricter(&before, &after).join("; "), want);
        }
    }
}
