//! What a reviewer has to know of a statement.
//!
//! Only what follows from the schemas: locks and rewrites are observed where the
//! way is tried out.

use super::{Scene, names::words};
use crate::schema::{Fact, FactId, Kind, plan::Hazard};

/// What becomes of values whose type changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cast {
    /// They stay what they are.
    Keeps,
    /// The server refuses values that do not fit.
    Refuses,
    /// What does not fit is cut off or rounded.
    Loses,
}

/// The name of a type, and the numbers in parentheses behind it.
pub(super) fn base(text: &str) -> (String, Vec<i64>) {
    let Some((before, rest)) = text.split_once('(') else {
        return (text.to_owned(), Vec::new());
    };
    let (inside, after) = rest.split_once(')').unwrap_or((rest, ""));
    let numbers = inside
        .split(',')
        .filter_map(|number| number.trim().parse().ok());
    (format!("{before}{after}"), numbers.collect())
}

const INTEGERS: &[&str] = &["smallint", "integer", "bigint"];
const TEXTS: &[&str] = &["character varying", "text"];

/// Whether keys of those two types can refer to each other.
pub(super) fn is_same_family(one: &str, other: &str) -> bool {
    let (one, other) = (base(one).0, base(other).0);
    let both = |family: &[&str]| family.contains(&one.as_str()) && family.contains(&other.as_str());
    one == other || both(INTEGERS) || both(TEXTS)
}

/// Whether the server is known to have no cast between two types of its own. Where it is
/// not known, the server says so when the way is tried.
pub(super) fn has_no_cast(from: &str, to: &str) -> bool {
    let family = |of: &str| {
        let name = base(of).0;
        match name.as_str() {
            "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => {
                Some("number")
            }
            "date" => Some("time"),
            _ if name.starts_with("timestamp") => Some("time"),
            "uuid" => Some("uuid"),
            "boolean" => Some("boolean"),
            _ => None,
        }
    };
    match (family(from), family(to)) {
        // A boolean is an integer, if one says so, and the other way round.
        (Some("number"), Some("boolean")) => base(from).0 != "integer",
        (Some("boolean"), Some("number")) => base(to).0 != "integer",
        (Some(one), Some(other)) => one != other,
        _ => false,
    }
}

/// What becomes of the values, as far as the names of the types say.
pub(super) fn cast(from: &str, to: &str) -> Cast {
    let ((old, before), (new, after)) = (base(from), base(to));
    let rank = |name: &str| INTEGERS.iter().position(|integer| *integer == name);
    if let (Some(old), Some(new)) = (rank(&old), rank(&new)) {
        return if new >= old {
            Cast::Keeps
        } else {
            Cast::Refuses
        };
    }
    let is_number = |name: &str| {
        rank(name).is_some() || matches!(name, "numeric" | "real" | "double precision")
    };
    if new == "text" || (new == "character varying" && after.is_empty()) {
        return Cast::Keeps;
    }
    if old == new {
        let grows = match (before.as_slice(), after.as_slice()) {
            (_, []) => true,
            ([old], [new]) => new >= old,
            ([digits, scale], [more, further]) => {
                further >= scale && more - further >= digits - scale
            }
            _ => false,
        };
        return match (grows, new.as_str()) {
            (true, _) => Cast::Keeps,
            (false, "character varying" | "character" | "bit" | "bit varying") => Cast::Refuses,
            (false, _) => Cast::Loses,
        };
    }
    match (old.as_str(), new.as_str()) {
        (old, "numeric") if rank(old).is_some() => match after.as_slice() {
            [] => Cast::Keeps,
            // A whole number is never rounded: it has room, or it is refused.
            [digits, further @ ..] => {
                let room = digits - further.first().copied().unwrap_or_default();
                let most = [5, 10, 19];
                let fits = rank(old)
                    .and_then(|rank| most.get(rank))
                    .is_some_and(|most| room >= *most);
                if further.first().is_some_and(|scale| *scale < 0) {
                    Cast::Loses
                } else if fits {
                    Cast::Keeps
                } else {
                    Cast::Refuses
                }
            }
        },
        (old, "double precision") if rank(old).is_some_and(|rank| rank < 2) || old == "real" => {
            Cast::Keeps
        }
        ("json", "jsonb") | ("jsonb", "json") | ("cidr", "inet") => Cast::Keeps,
        ("date", new) if new.starts_with("timestamp") => Cast::Keeps,
        (old, "date" | "time without time zone") if old.starts_with("timestamp") => Cast::Loses,
        (old, new) if is_number(old) && is_number(new) => Cast::Loses,
        _ => Cast::Refuses,
    }
}

/// What an object that ends takes with it.
pub(super) fn of_drop(scene: &Scene, fact: &Fact) -> Vec<Hazard> {
    let mut hazards = Vec::new();
    let name = scene.shown(&fact.id);
    let again = scene
        .work
        .twin(&fact.id)
        .is_some_and(|id| scene.work.create.contains(id));
    let kind = fact.id.kind;
    let holds = match kind {
        Kind::Table | Kind::Sequence => true,
        Kind::Column => fact.get("generated").is_none() && fact.get("type").is_some(),
        _ => false,
    };
    if holds {
        hazards.push(match kind {
            Kind::Sequence => Hazard::LosesData(format!("the number that {name} has come to")),
            _ => Hazard::LosesData(format!("{} {name}", kind.name())),
        });
    }
    if let Some(to) = looks_renamed(scene, fact) {
        hazards.push(Hazard::MayBeRename {
            from: name.clone(),
            to,
        });
    }
    if kind == Kind::Index {
        hazards.push(Hazard::DropsIndex(name.clone()));
    }
    let is_used = matches!(
        kind,
        Kind::Table
            | Kind::Column
            | Kind::View
            | Kind::MaterializedView
            | Kind::Function
            | Kind::Procedure
    ) || super::names::is_type(&fact.id);
    if is_used && !again {
        hazards.push(Hazard::BreaksOldCode(format!("{} {name}", kind.name())));
    }
    if is_used && is_named_in_bodies(scene, &fact.id) {
        hazards.push(Hazard::HiddenUses);
    }
    if matches!(kind, Kind::Policy | Kind::Grant) && !again {
        hazards.push(Hazard::ChangesRights);
    }
    hazards
}

/// The name of something that is made beside it, and is the same but for its name.
fn looks_renamed(scene: &Scene, fact: &Fact) -> Option<String> {
    if !matches!(
        fact.id.kind,
        Kind::Table | Kind::Column | Kind::View | Kind::Enum
    ) {
        return None;
    }
    if scene.work.twin(&fact.id).is_some() {
        return None;
    }
    let made = scene
        .work
        .create
        .iter()
        .filter_map(|id| scene.b.facts.get(id));
    let mut alike = made.filter(|other| {
        other.id.kind == fact.id.kind
            && other.parent == fact.parent
            && !scene.a.facts.contains_key(&other.id)
            && other.payload == fact.payload
            && (fact.id.kind != Kind::Table || columns(scene.a, fact) == columns(scene.b, other))
    });
    alike.next().map(|other| scene.shown(&other.id))
}

fn columns<'s>(
    schema: &'s crate::schema::Schema,
    table: &'s Fact,
) -> Vec<(&'s str, Option<&'s str>)> {
    let parts = schema
        .facts
        .values()
        .filter(|fact| fact.parent.as_ref() == Some(&table.id));
    let columns = parts.filter(|fact| fact.id.kind == Kind::Column);
    columns
        .map(|fact| (fact.id.name(), fact.get("type")))
        .collect()
}

/// Whether the body of a function that stays names it.
pub(super) fn is_named_in_bodies(scene: &Scene, id: &FactId) -> bool {
    let name = if id.kind.takes_arguments() {
        id.path.get(1).map_or("", String::as_str)
    } else {
        id.name()
    };
    let name = name.to_lowercase();
    let routines = [Kind::Function, Kind::Procedure]
        .into_iter()
        .flat_map(|kind| scene.b.of_kind(kind));
    routines
        .filter(|fact| fact.id != *id)
        .filter_map(|fact| fact.get("body"))
        .any(|body| body.to_lowercase().contains(&name) && words(body).contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_never_cast() {
        for (from, to, expected) in [
            ("bigint", "timestamp without time zone", true),
            ("timestamp(3) with time zone", "integer", true),
            ("date", "timestamp with time zone", false),
            ("uuid", "bigint", true),
            ("integer", "boolean", false),
            ("bigint", "boolean", true),
            ("text", "uuid", false),
            ("public.own", "integer", false),
        ] {
            assert_eq!(has_no_cast(from, to), expected, "{from} -> {to}");
        }
    }

    #[test]
    fn casts() {
        for (from, to, expected) in [
            ("integer", "bigint", Cast::Keeps),
            ("bigint", "integer", Cast::Refuses),
            (
                "character varying(10)",
                "character varying(20)",
                Cast::Keeps,
            ),
            (
                "character varying(20)",
                "character varying(10)",
                Cast::Refuses,
            ),
            ("character varying(20)", "text", Cast::Keeps),
            ("text", "character varying(20)", Cast::Refuses),
            ("text", "integer", Cast::Refuses),
            ("numeric(10,4)", "numeric(10,2)", Cast::Loses),
            ("numeric(10,2)", "numeric(12,2)", Cast::Keeps),
            ("numeric(10,2)", "numeric(10,4)", Cast::Loses),
            ("numeric(10,2)", "integer", Cast::Loses),
            ("integer", "numeric", Cast::Keeps),
            ("integer", "numeric(12,2)", Cast::Keeps),
            ("integer", "numeric(10,2)", Cast::Refuses),
            ("bigint", "numeric(18)", Cast::Refuses),
            ("bigint", "numeric(19)", Cast::Keeps),
            ("integer", "numeric(10,-2)", Cast::Loses),
            (
                "timestamp(3) with time zone",
                "timestamp(6) with time zone",
                Cast::Keeps,
            ),
            ("timestamp without time zone", "date", Cast::Loses),
        ] {
            assert_eq!(cast(from, to), expected, "{from} -> {to}");
        }
    }
}
