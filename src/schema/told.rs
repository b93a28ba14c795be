//! What people say of objects by their names, found in a schema: remarks in models,
//! options, the texts of their statements. And what may have been renamed, so that
//! somebody can be asked.
//!
//! Nothing is guessed here: a name that fits several objects fits none.

use std::collections::BTreeMap;

use super::{Fact, FactId, Kind, Schema, plan::Decisions};
use crate::sql::{Annotation, Made, Noun, Says};

/// The kinds that a statement may mean by a word.
fn kinds(noun: Noun) -> &'static [Kind] {
    match noun {
        Noun::Schema => &[Kind::Schema],
        Noun::Table => &[Kind::Table, Kind::VirtualTable],
        Noun::Column => &[Kind::Column],
        Noun::Constraint => &[Kind::Constraint],
        Noun::Nameless => &[],
        Noun::Type => &[Kind::Enum, Kind::CompositeType, Kind::RangeType],
        Noun::Label => &[Kind::Enum],
        Noun::Domain => &[Kind::Domain],
        Noun::Sequence => &[Kind::Sequence],
        Noun::View => &[Kind::View],
        Noun::MaterializedView => &[Kind::MaterializedView],
        Noun::Index => &[Kind::Index],
        Noun::Function => &[Kind::Function],
        Noun::Procedure => &[Kind::Procedure],
        Noun::Trigger => &[Kind::Trigger],
        Noun::Policy => &[Kind::Policy],
    }
}

/// The names of an object without what it takes.
fn names(id: &FactId) -> &[String] {
    match id.path.split_last() {
        Some((_, names)) if id.kind.takes_arguments() => names,
        _ => &id.path,
    }
}

/// The one object of these kinds that a name means; without its schema, the one in
/// `public`, or the only one.
fn find<'a>(schema: &'a Schema, kinds: &[Kind], path: &[String]) -> Option<&'a Fact> {
    let fits = |fact: &&Fact| {
        let names = names(&fact.id);
        names.ends_with(path) && names.len() <= path.len() + 1
    };
    let of_kinds = kinds.iter().flat_map(|kind| schema.of_kind(*kind));
    let all: Vec<&Fact> = of_kinds.filter(fits).collect();
    if let [one] = all.as_slice() {
        return Some(one);
    }
    let is_nearest = |fact: &&&Fact| {
        let names = names(&fact.id);
        names.len() == path.len() || names.first().is_some_and(|schema| schema == "public")
    };
    let mut nearest = all.iter().filter(is_nearest);
    let one = nearest.next()?;
    nearest.next().is_none().then_some(*one)
}

/// The label of an enumerated type, as an identity: the type's with one name more.
fn label(schema: &Schema, path: &[String]) -> Option<FactId> {
    let (label, of) = path.split_last()?;
    let fact = find(schema, &[Kind::Enum], of)?;
    let there = super::plan::labels::labels(fact).contains(label);
    let names = fact.id.path.iter().chain([label]);
    there.then(|| FactId::new(Kind::Enum, names.cloned()))
}

/// What a made thing is in the schema.
pub fn made(schema: &Schema, made: &Made) -> Option<FactId> {
    if made.noun == Noun::Label {
        return label(schema, &made.path);
    }
    find(schema, kinds(made.noun), &made.path).map(|fact| fact.id.clone())
}

/// The object that a person names in an option: a table, a column, a label, anything
/// else that has a name.
pub fn by_name(schema: &Schema, path: &[String]) -> Option<FactId> {
    const ORDER: &[&[Kind]] = &[
        &[Kind::Table, Kind::VirtualTable],
        &[Kind::Column],
        &[
            Kind::Enum,
            Kind::Domain,
            Kind::CompositeType,
            Kind::RangeType,
        ],
        &[Kind::View, Kind::MaterializedView],
        &[Kind::Constraint],
        &[Kind::Index, Kind::Sequence],
        &[Kind::Function, Kind::Procedure],
        &[Kind::Trigger, Kind::Policy],
        &[Kind::Schema],
    ];
    let mut all = ORDER.iter();
    let found = all.find_map(|kinds| find(schema, kinds, path));
    found
        .map(|fact| fact.id.clone())
        .or_else(|| label(schema, path))
}

/// The identity under another name: the last of the given names is its own.
fn under(id: &FactId, old: &[String]) -> FactId {
    let mut path = id.path.clone();
    let end = path.len() - usize::from(id.kind.takes_arguments());
    let count = old.len().min(end);
    path.splice(end - count..end, old[old.len() - count..].iter().cloned());
    FactId::new(id.kind, path)
}

/// The decisions that remarks make, and the places in `annotations` of those whose
/// object is not in the schema that the models make.
pub fn decisions(annotations: &[Annotation], models: &Schema) -> (Decisions, Vec<usize>) {
    let mut decisions = Decisions::default();
    let mut lost = Vec::new();
    let mut renames = Vec::new();
    for (n, annotation) in annotations.iter().enumerate() {
        let Some(id) = made(models, &annotation.on) else {
            lost.push(n);
            continue;
        };
        match &annotation.says {
            Says::RenamedFrom(old) => renames.push((under(&id, old), id)),
            Says::Using(by) => {
                decisions.using.insert(id, by.clone());
            }
            Says::Backfill(by) => {
                decisions.backfill.insert(id, by.clone());
            }
        }
    }
    // Parts of what is renamed were parts of the old one; or, once it is renamed, are not.
    let outer: Vec<(FactId, FactId)> = renames.clone();
    for (from, to) in renames {
        for (old, new) in &outer {
            if to.path.len() > new.path.len() && to.path.starts_with(&new.path) {
                let mut path = old.path.clone();
                path.extend_from_slice(&from.path[new.path.len()..]);
                let was = FactId::new(from.kind, path);
                decisions.renames.push((was, to.clone()));
            }
        }
        decisions.renames.push((from, to));
    }
    (decisions, lost)
}

/// The statements that make objects whose text is the user's, by what they make. One
/// that is made by two statements is made by neither.
pub fn texts(statements: &[(Made, String)], models: &Schema) -> BTreeMap<FactId, String> {
    let mut found: BTreeMap<FactId, Vec<&String>> = BTreeMap::new();
    for (made, text) in statements {
        let keeps_text = matches!(
            made.noun,
            Noun::View
                | Noun::MaterializedView
                | Noun::Index
                | Noun::Function
                | Noun::Procedure
                | Noun::Trigger
                | Noun::Policy
        );
        if keeps_text && let Some(id) = self::made(models, made) {
            found.entry(id).or_default().push(text);
        }
    }
    found
        .into_iter()
        .filter_map(|(id, texts)| match texts.as_slice() {
            [one] => Some((id, (*one).clone())),
            _ => None,
        })
        .collect()
}

/// Objects of `a` that are gone in `b`, each with those of `b` that are new and look
/// like it: perhaps it was renamed. A table looks like one that has most columns of it.
pub fn perhaps_renamed(a: &Schema, b: &Schema, decided: &Decisions) -> Vec<(FactId, Vec<FactId>)> {
    let mut alike: BTreeMap<_, _> = gone_and_new(a, b, decided, |old, new| old == new)
        .into_iter()
        .collect();
    let most = gone_and_new(a, b, decided, |old, new| {
        let both = old.2.iter().filter(|one| new.2.contains(one)).count();
        let is_table = old.0 == Kind::Table && new.0 == Kind::Table;
        is_table && old.1 == new.1 && 2 * both > old.2.len().max(new.2.len())
    });
    for (old, new) in most {
        alike.entry(old).or_insert(new);
    }
    alike.into_iter().collect()
}

/// The same, and where nothing looks alike, what is new of its kind in the same place.
pub fn replaced(a: &Schema, b: &Schema, decided: &Decisions) -> Vec<(FactId, Vec<FactId>)> {
    let mut alike: BTreeMap<_, _> = perhaps_renamed(a, b, decided).into_iter().collect();
    let in_its_place = gone_and_new(a, b, decided, |old, new| (old.0, &old.1) == (new.0, &new.1));
    let each = in_its_place.into_iter().map(|(old, mut new)| {
        // Where everything is new, a list of all of it helps nobody.
        new.truncate(MOST_IN_PLACE);
        let new = alike.remove(&old).unwrap_or(new);
        (old, new)
    });
    each.collect()
}

/// The remarks that say that something was renamed, where `current` has neither the old
/// nor the new one: their places in `annotations`, with the old names.
pub fn unknown_renames<'a>(
    annotations: &'a [Annotation],
    models: &Schema,
    decisions: &Decisions,
    current: &Schema,
) -> Vec<(usize, &'a [String])> {
    let all = annotations.iter().enumerate();
    let renames = all.filter_map(|(n, one)| match &one.says {
        Says::RenamedFrom(old) => Some((n, old.as_slice(), made(models, &one.on)?)),
        Says::Using(_) | Says::Backfill(_) => None,
    });
    let renames = renames.filter(|(_, _, id)| {
        let mut names = std::iter::once(id.clone()).chain(earlier(id, &decisions.renames));
        !names.any(|id| is_there(current, &id))
    });
    renames.map(|(n, old, _)| (n, old)).collect()
}

/// What an object, or what it is in, was called before.
pub(super) fn earlier<'a>(
    id: &'a FactId,
    renames: &'a [(FactId, FactId)],
) -> impl Iterator<Item = FactId> + 'a {
    renames.iter().filter_map(|(old, new)| {
        let own = id.path.strip_prefix(new.path.as_slice())?;
        let is_it = own.is_empty() && new.kind == id.kind;
        (is_it || !own.is_empty())
            .then(|| FactId::new(id.kind, old.path.iter().chain(own).cloned()))
    })
}

fn is_there(schema: &Schema, id: &FactId) -> bool {
    schema.facts.contains_key(id) || (id.kind == Kind::Enum && label(schema, &id.path).is_some())
}

/// So many objects are named that may have taken the place of one.
const MOST_IN_PLACE: usize = 4;

/// What is gone, with what is new and like it.
fn gone_and_new(
    a: &Schema,
    b: &Schema,
    decided: &Decisions,
    is_like: impl Fn(&Shape, &Shape) -> bool,
) -> Vec<(FactId, Vec<FactId>)> {
    let ids = |schema: &Schema| -> Vec<FactId> {
        let ids = schema.facts.keys().filter(|id| may_be_asked(id.kind));
        ids.cloned().collect()
    };
    // Under the names that they have by now.
    let were: BTreeMap<FactId, FactId> = ids(a)
        .into_iter()
        .map(|id| (under_decided(a, &id, decided), id))
        .collect();
    let gone = were.iter().filter(|(now, _)| !b.facts.contains_key(now));
    let gone: Vec<FactId> = gone.map(|(_, was)| was.clone()).collect();
    let mut new = ids(b);
    new.retain(|id| !were.contains_key(id));
    gone.into_iter()
        .filter_map(|old| {
            let shape_of_old = shape(a, &old, decided)?;
            let fits = |id: &&FactId| {
                let shape = shape(b, id, &Decisions::default());
                shape.is_some_and(|shape| is_like(&shape_of_old, &shape))
            };
            let like: Vec<FactId> = new.iter().filter(fits).cloned().collect();
            (!like.is_empty()).then_some((old, like))
        })
        .collect()
}

/// Kind, what it is in, content.
type Shape = (Kind, Vec<String>, Vec<String>);

/// What would be lost if it was not known to be renamed.
fn may_be_asked(kind: Kind) -> bool {
    matches!(kind, Kind::Table | Kind::Column | Kind::Enum)
}

/// The identity after the renames that are decided: its own, or that of what it is in.
fn under_decided(schema: &Schema, id: &FactId, decided: &Decisions) -> FactId {
    let now = |id: &FactId| {
        let mut renames = decided.renames.iter();
        renames
            .find(|(was, _)| was == id)
            .map(|(_, now)| now.clone())
    };
    let parent = schema.facts.get(id).and_then(|fact| fact.parent.as_ref());
    now(id).unwrap_or_else(|| match parent.and_then(now) {
        Some(parent) => {
            let own = id.path.iter().skip(parent.path.len());
            FactId::new(id.kind, parent.path.iter().chain(own).cloned())
        }
        None => id.clone(),
    })
}

/// What two objects have in common that may be one.
fn shape(schema: &Schema, id: &FactId, decided: &Decisions) -> Option<Shape> {
    let fact = schema.facts.get(id)?;
    let now = under_decided(schema, id, decided).path;
    let within = now[..now.len() - 1].to_vec();
    let content = match id.kind {
        Kind::Table => {
            let columns = schema
                .within(id)
                .filter(|part| part.id.kind == Kind::Column);
            columns
                .map(|column| {
                    format!(
                        "{} {}",
                        column.id.name(),
                        column.get("type").unwrap_or_default()
                    )
                })
                .collect()
        }
        Kind::Enum => vec![fact.get("labels")?.to_owned()],
        // Of a column that is in a table that is new as a whole, nobody has to be asked.
        _ => vec![fact.get("type").unwrap_or_default().to_owned()],
    };
    Some((id.kind, within, content))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Dialect,
        schema::Value,
        sql::{annotations, made, name_path, statements},
    };

    fn schema(of: &[(Kind, &str, &str)]) -> Schema {
        let mut schema = Schema::empty(Dialect::Postgres);
        for (kind, path, text) in of {
            let path: Vec<&str> = path.split('.').collect();
            let parent = match kind {
                Kind::Column => Some(FactId::new(Kind::Table, path[..2].iter().copied())),
                _ => None,
            };
            let mut fact = Fact::new(FactId::new(*kind, path), parent);
            let key = match kind {
                Kind::Enum => "labels",
                _ => "type",
            };
            fact.set(key, Value::new(*text));
            schema.add(fact);
        }
        schema
    }

    fn shown(id: &FactId) -> String {
        format!("{} {}", id.kind.name(), id.path.join("."))
    }

    #[test]
    fn remarks_become_decisions() {
        let models = schema(&[
            (Kind::Table, "public.users", ""),
            (Kind::Column, "public.users.full_name", "text"),
            (Kind::Column, "public.users.age", "integer"),
            (Kind::Table, "app.log", ""),
            (Kind::Enum, "public.mood", "'glad', 'sad'"),
        ]);
        let text = "CREATE TABLE users ( -- teammig: renamed from people\n full_name text, -- teammig: renamed from \
                    fullname\n age int -- teammig: using age::int\n);\nCREATE TABLE log (); -- teammig: renamed from \
                    logs\nCREATE TYPE mood AS ENUM ('glad', -- teammig: renamed from happy\n'sad');\nCREATE TABLE \
                    gone (); -- teammig: renamed from x\n";
        let all: Vec<Annotation> = annotations(text, Dialect::Postgres)
            .into_iter()
            .map(Result::unwrap)
            .collect();
        let (decisions, lost) = decisions(&all, &models);
        let renames: Vec<String> = decisions
            .renames
            .iter()
            .map(|(from, to)| format!("{} -> {}", shown(from), shown(to)))
            .collect();
        assert_eq!(
            renames,
            [
                "table public.people -> table public.users",
                "column public.people.fullname -> column public.users.full_name",
                "column public.users.fullname -> column public.users.full_name",
                "table app.logs -> table app.log",
                "enum public.mood.happy -> enum public.mood.glad",
            ]
        );
        let using: Vec<String> = decisions.using.keys().map(shown).collect();
        assert_eq!(using, ["column public.users.age"]);
        assert_eq!(lost, [5]);
    }

    #[test]
    fn names_of_options() {
        let schema = schema(&[
            (Kind::Table, "public.users", ""),
            (Kind::Table, "app.users", ""),
            (Kind::Column, "app.log.at", "date"),
            (Kind::Enum, "public.mood", "'glad', 'sad'"),
            (Kind::Table, "one.t", ""),
            (Kind::Table, "two.t", ""),
        ]);
        for (name, want) in [
            ("users", Some("table public.users")),
            ("app.Users", Some("table app.users")),
            ("log.at", Some("column app.log.at")),
            ("app.log.at", Some("column app.log.at")),
            ("mood.sad", Some("enum public.mood.sad")),
            ("mood.bad", None),
            ("t", None),
            ("at", None),
        ] {
            let path = name_path(name, Dialect::Postgres).unwrap();
            let found = by_name(&schema, &path).map(|id| shown(&id));
            assert_eq!(found.as_deref(), want, "{name}");
        }
    }

    #[test]
    fn texts_are_those_of_the_only_statement() {
        let models = schema(&[
            (Kind::View, "public.v", ""),
            (Kind::View, "public.w", ""),
            (Kind::Function, "public.f.integer", ""),
            (Kind::Function, "public.g.integer", ""),
            (Kind::Function, "public.g.text", ""),
            (Kind::Trigger, "public.t.changed", ""),
        ]);
        let text = "CREATE VIEW v AS SELECT 1; CREATE VIEW w AS SELECT 1; CREATE OR REPLACE VIEW w AS SELECT 2; CREATE \
                    FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION g(int) RETURNS int \
                    LANGUAGE sql AS 'SELECT 1'; CREATE TRIGGER changed AFTER UPDATE ON t EXECUTE FUNCTION h()";
        let made: Vec<(Made, String)> = statements(text, Dialect::Postgres)
            .iter()
            .flat_map(|statement| {
                let own = statement.text(text).to_owned();
                made(statement, text)
                    .into_iter()
                    .map(move |made| (made, own.clone()))
            })
            .collect();
        let texts: Vec<String> = texts(&made, &models).keys().map(shown).collect();
        assert_eq!(
            texts,
            [
                "function public.f.integer",
                "view public.v",
                "trigger public.t.changed"
            ]
        );
    }

    #[test]
    fn what_looks_alike_may_have_been_renamed() {
        let a = schema(&[
            (Kind::Table, "public.users", ""),
            (Kind::Column, "public.users.fullname", "text"),
            (Kind::Column, "public.users.born", "date"),
            (Kind::Table, "public.log", ""),
            (Kind::Column, "public.log.at", "date"),
        ]);
        let b = schema(&[
            (Kind::Table, "public.users", ""),
            (Kind::Column, "public.users.full_name", "text"),
            (Kind::Column, "public.users.nick", "text"),
            (Kind::Column, "public.users.age", "integer"),
            (Kind::Table, "public.logs", ""),
            (Kind::Column, "public.logs.at", "date"),
        ]);
        let ask = |decided: &Decisions| -> Vec<String> {
            perhaps_renamed(&a, &b, decided)
                .iter()
                .map(|(old, new)| {
                    let new: Vec<String> = new.iter().map(shown).collect();
                    format!("{} -> {}", shown(old), new.join(", "))
                })
                .collect()
        };
        assert_eq!(
            ask(&Decisions::default()),
            [
                "table public.log -> table public.logs",
                "column public.users.fullname -> column public.users.full_name, column public.users.nick",
            ]
        );
        let decided = Decisions {
            renames: vec![(
                FactId::new(Kind::Table, ["public", "log"]),
                FactId::new(Kind::Table, ["public", "logs"]),
            )],
            ..Decisions::default()
        };
        assert_eq!(ask(&decided).len(), 1);
    }
}
