//! Labels of enumerated types that got another name, which a person has decided: the
//! identity of one is that of its type with the label as one name more.
//!
//! Before everything else: what uses a label by its old name has the new one afterwards.

use super::{Decisions, Statement};
use crate::{
    model::Dialect,
    schema::{Fact, FactId, Kind, Schema, Value, shown},
    sql,
};

/// The statements that rename labels, and the schema after them.
pub(super) fn renamed(a: &Schema, b: &Schema, decisions: &Decisions) -> (Vec<Statement>, Schema) {
    let mut schema = a.clone();
    let mut statements = Vec::new();
    for (from, to) in &decisions.renames {
        let (Some((old, of)), Some((new, _))) = (from.path.split_last(), to.path.split_last())
        else {
            continue;
        };
        let id = FactId::new(Kind::Enum, of.iter().cloned());
        let (Some(before), Some(after)) = (schema.facts.get(&id), enum_of(b, to)) else {
            continue;
        };
        let there = labels(before);
        if from.kind != Kind::Enum
            || !there.contains(old)
            || there.contains(new)
            || !labels(after).contains(new)
        {
            continue;
        }
        let (Ok(quoted), Ok(name)) = (
            sql::literal(old, Dialect::Postgres),
            sql::literal(new, Dialect::Postgres),
        ) else {
            continue;
        };
        statements.push(Statement {
            sql: format!(
                "ALTER TYPE {} RENAME VALUE {quoted} TO {name}",
                schema.shown(before)
            ),
            about: id.clone(),
            hazards: Vec::new(),
        });
        let all = there
            .into_iter()
            .map(|label| if label == *old { new.clone() } else { label });
        let text: Vec<String> = all
            .map(|label| format!("'{}'", label.replace('\'', "''")))
            .collect();
        if let Some(fact) = schema.facts.get_mut(&id) {
            fact.set("labels", Value::new(text.join(", ")));
            if let Some(list) = fact.lists.get_mut("labels") {
                for label in list.iter_mut().filter(|label| *label == old) {
                    label.clone_from(new);
                }
            }
        }
        say(&mut schema, &id, &quoted, &name);
    }
    (statements, schema)
}

/// The server's texts say the label's new name then, with its type behind it.
fn say(schema: &mut Schema, of: &FactId, old: &str, new: &str) {
    let of = shown::name(of.kind, &of.path, Dialect::Postgres);
    let (old, new) = (format!("{old}::{of}"), format!("{new}::{of}"));
    let said = |text: &str| {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(&old) {
            let (before, behind) = (&rest[..at], &rest[at + old.len()..]);
            // Neither the end of another literal nor another type.
            let is_it = !before.ends_with(['\'', 'E'])
                && !behind.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.');
            out.push_str(before);
            out.push_str(if is_it { &new } else { &old });
            rest = behind;
        }
        out.push_str(rest);
        out
    };
    for fact in schema.facts.values_mut() {
        let kept = ["comment", "body", "labels"];
        let texts = fact.payload.iter_mut();
        for (_, value) in texts.filter(|(key, _)| !kept.contains(*key)) {
            if !value.text.contains(&old) && !value.compared().contains(&old) {
                continue;
            }
            let (text, compared) = (said(&value.text), said(value.compared()));
            *value = if text == compared {
                Value::new(text)
            } else {
                Value::normalised(text, compared)
            };
        }
        if let Some(ddl) = &mut fact.ddl {
            *ddl = said(ddl);
        }
    }
}

/// The type of a label in the second schema.
fn enum_of<'a>(schema: &'a Schema, label: &FactId) -> Option<&'a Fact> {
    let (_, of) = label.path.split_last()?;
    schema
        .facts
        .get(&FactId::new(Kind::Enum, of.iter().cloned()))
}

/// The labels of an enumerated type, in their order.
pub(in crate::schema) fn labels(fact: &Fact) -> Vec<String> {
    let mut all = Vec::new();
    let mut rest = fact.get("labels").unwrap_or_default();
    while let Some(inside) = rest.strip_prefix('\'') {
        let mut label = String::new();
        let mut chars = inside.char_indices().peekable();
        let mut end = inside.len();
        while let Some((at, c)) = chars.next() {
            if c != '\'' {
                label.push(c);
            } else if chars.next_if(|(_, next)| *next == '\'').is_some() {
                label.push('\'');
            } else {
                end = at + 1;
                break;
            }
        }
        all.push(label);
        rest = inside[end..].trim_start_matches([',', ' ']);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mood(labels: &str) -> Schema {
        let mut schema = Schema::empty(Dialect::Postgres);
        let mut fact = Fact::new(FactId::new(Kind::Enum, ["public", "mood"]), None);
        fact.set("labels", Value::new(labels));
        schema.add(fact);
        schema
    }

    fn label(label: &str) -> FactId {
        FactId::new(Kind::Enum, ["public", "mood", label])
    }

    #[test]
    fn labels_are_read_as_the_server_quotes_them() {
        let schema = mood("'sad', 'it''s, fine', ''");
        let fact = schema.facts.values().next().unwrap();
        assert_eq!(labels(fact), ["sad", "it's, fine", ""]);
    }

    #[test]
    fn a_label_is_renamed_once() {
        let (a, b) = (mood("'happy', 'sad'"), mood("'glad', 'sad'"));
        let decisions = Decisions {
            renames: vec![(label("happy"), label("glad"))],
            ..Decisions::default()
        };
        let (statements, after) = renamed(&a, &b, &decisions);
        let texts: Vec<&str> = statements.iter().map(|one| one.sql.as_str()).collect();
        assert_eq!(
            texts,
            ["ALTER TYPE public.mood RENAME VALUE 'happy' TO 'glad'"]
        );
        assert_eq!(after, b);
        // It is done already, or there is nothing of that name.
        assert!(renamed(&b, &b, &decisions).0.is_empty());
        assert!(renamed(&mood("'sad'"), &b, &decisions).0.is_empty());
        assert!(renamed(&a, &a, &decisions).0.is_empty());
        // And back.
        let (back, _) = renamed(&b, &a, &decisions.reversed());
        assert_eq!(
            back[0].sql,
            "ALTER TYPE public.mood RENAME VALUE 'glad' TO 'happy'"
        );
    }
}
