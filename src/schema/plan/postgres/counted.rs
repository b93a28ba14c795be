//! Where the numbers of a column go on. What counts it may be made anew, or be an identity
//! after it was a sequence, or the other way round: the next number comes behind all that
//! were given out, whether a row has it still or not.

use super::{
    Scene,
    line::Line,
    names::{ident, literal},
    sequence::Numbers,
    work::uses,
};
use crate::schema::{Fact, FactId, Kind};

/// What gives out the numbers, as `setval` takes it.
pub(super) enum Counter<'a> {
    /// What belongs to a column: its identity.
    Of(&'a FactId),
    /// A sequence by its name.
    Sequence(&'a FactId),
}

impl Counter<'_> {
    fn sql(&self, scene: &Scene) -> String {
        match self {
            Self::Of(column) => format!(
                "pg_get_serial_sequence({}, {})",
                literal(&scene.names.object(column)),
                literal(column.name())
            ),
            Self::Sequence(id) => literal(&scene.names.object(id)),
        }
    }
}

/// A setting of the session, in quotes. It keeps something while what it is about is made anew.
pub(super) fn setting(what: &str, id: &FactId) -> String {
    let mut name = format!("teammig.{what}");
    for part in &id.path {
        name.push('_');
        for byte in part.bytes() {
            if byte.is_ascii_alphanumeric() {
                name.push(char::from(byte));
            } else {
                name.extend([format!("_{byte:02x}")]);
            }
        }
    }
    format!("'{name}'")
}

/// The number that a counter has come to is kept until another one goes on with it.
pub(super) fn keep(scene: &Scene, about: &FactId, counter: &Counter<'_>) -> Line {
    let sql = format!(
        "-- the numbers go on where they are\nSELECT set_config({}, pg_sequence_last_value({}::regclass)::text, false)",
        setting("number", about),
        counter.sql(scene)
    );
    Line::new(about, sql)
}

/// The next number comes after those in the columns, and after the one that was kept; where
/// there are none that it could meet, it stays the first one, which no `setval` has to reach.
pub(super) fn goes_on(
    scene: &Scene,
    about: &FactId,
    counter: &Counter<'_>,
    columns: &[&FactId],
    numbers: &Numbers,
    kept: bool,
) -> Option<Line> {
    let (last, start) = numbers.last();
    let counter = counter.sql(scene);
    if let ([column], false) = (columns, kept) {
        let table = scene.names.object(column);
        let last = format!("{last}({})", ident(column.name()));
        return Some(Line::new(
            about,
            format!("SELECT setval({counter}, {last}) FROM {table} HAVING {last} {start}"),
        ));
    }
    let mut all: Vec<String> = columns
        .iter()
        .map(|column| {
            let name = ident(column.name());
            format!(
                "SELECT {last}({name}) AS number FROM {}",
                scene.names.object(column)
            )
        })
        .collect();
    if kept {
        let kept = setting("number", about);
        all.push(format!(
            "SELECT nullif(current_setting({kept}, true), '')::bigint AS number"
        ));
    }
    (!all.is_empty()).then(|| {
        let all = all.join("\n    UNION ALL ");
        Line::new(
            about,
            format!(
                "SELECT setval({counter}, {last}(number)) FROM (\n    {all}\n) AS given HAVING {last}(number) {start}"
            ),
        )
    })
}

/// Whether a sequence makes its new values, and nothing but that.
pub(super) fn is_counted(fact: &Fact) -> bool {
    let default = fact.payload.get("default");
    default.is_some_and(|default| default.compared().starts_with("nextval("))
}

fn is_number(fact: &Fact) -> bool {
    matches!(fact.get("type"), Some("smallint" | "integer" | "bigint"))
}

/// Whether an identity takes the place of the sequences that counted a column.
pub(super) fn becomes_identity(scene: &Scene, id: &FactId) -> bool {
    let work = scene.work;
    let was = scene.a.facts.get(id).is_some_and(is_counted);
    let now = scene.b.facts.get(id);
    was && now.is_some_and(|fact| fact.get("identity").is_some())
        && work.loosen.contains(id)
        && !work.drop.contains(id)
        && !work.create.contains(id)
        && uses(scene.a, id).any(|used| ends(scene, used))
}

/// The columns whose identities go on with the numbers of a sequence that ends, and whether
/// nobody else counted by it.
pub(super) fn successors<'a>(scene: &'a Scene, sequence: &FactId) -> (Vec<&'a FactId>, bool) {
    let users = scene.work.users(sequence);
    let columns = users.iter().copied().filter(|id| id.kind == Kind::Column);
    let identities: Vec<&FactId> = columns.filter(|id| becomes_identity(scene, id)).collect();
    let is_all = !identities.is_empty() && identities.len() == users.len();
    (identities, is_all)
}

fn ends(scene: &Scene, id: &FactId) -> bool {
    id.kind == Kind::Sequence && scene.work.drop.contains(id)
}

/// The new sequence that goes on where the identity of a column was.
pub(super) fn successor<'a>(scene: &'a Scene, column: &FactId) -> Option<&'a FactId> {
    let now = scene.b.facts.get(column).filter(|fact| is_counted(fact))?;
    let was = scene.a.facts.get(column)?;
    was.get("identity")?;
    let is_same = !scene.work.drop.contains(column) && !scene.work.create.contains(column);
    uses(scene.b, &now.id)
        .filter(|_| is_same)
        .find(|id| id.kind == Kind::Sequence && scene.work.create.contains(*id))
}

/// The columns that were there and count by a new sequence: it begins behind what is in them.
pub(super) fn counts_on(scene: &Scene, sequence: &Fact, numbers: &Numbers) -> Option<Line> {
    let columns: Vec<&FactId> = scene
        .b
        .facts
        .values()
        .filter(|fact| fact.id.kind == Kind::Column && is_counted(fact) && is_number(fact))
        .filter(|fact| !scene.work.create.contains(&fact.id))
        .filter(|fact| scene.a.facts.get(&fact.id).is_some_and(is_number))
        .filter(|fact| uses(scene.b, &fact.id).any(|id| *id == sequence.id))
        .map(|fact| &fact.id)
        .collect();
    let mut kept = columns.iter().copied();
    let kept = kept.find(|id| successor(scene, id) == Some(&sequence.id));
    let about = kept.unwrap_or(&sequence.id);
    let counter = Counter::Sequence(&sequence.id);
    goes_on(scene, about, &counter, &columns, numbers, kept.is_some())
}

/// What counts a column of a table that is made goes on behind rows that were put into it.
pub(super) fn goes_on_behind_rows(scene: &Scene, column: &Fact) -> Option<Line> {
    let id = &column.id;
    let behind = |counter: &Counter<'_>, numbers: &Numbers| {
        goes_on(scene, id, counter, &[id], numbers, false)
    };
    if let Some(identity) = column.get("identity") {
        let (_, numbers) = identity.split_once(", ").unwrap_or((identity, ""));
        return behind(&Counter::Of(id), &Numbers::of_identity(numbers));
    }
    if !is_counted(column) || !is_number(column) {
        return None;
    }
    let sequence = uses(scene.b, id).find(|id| id.kind == Kind::Sequence)?;
    let numbers = Numbers::of_sequence(scene.b.facts.get(sequence)?);
    behind(&Counter::Sequence(sequence), &numbers)
}
