//! Sequences, and the numbers of identities.

use super::{
    Scene,
    counted::{self, Counter},
    line::Line,
    names::{ident, qualified},
    work::{Work, uses},
};
use crate::schema::{Fact, FactId, Kind, plan::Hazard};

/// What a sequence counts by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    start: String,
    increment: String,
    minimum: String,
    maximum: String,
    cache: String,
    cycle: bool,
}

impl Numbers {
    /// From what an identity says: `start 1, increment 1, …`.
    pub(super) fn of_identity(text: &str) -> Self {
        let mut numbers = Self::default();
        for item in text.split(", ") {
            let (key, value) = item.split_once(' ').unwrap_or((item, ""));
            let value = value.to_owned();
            match key {
                "start" => numbers.start = value,
                "increment" => numbers.increment = value,
                "minimum" => numbers.minimum = value,
                "maximum" => numbers.maximum = value,
                "cache" => numbers.cache = value,
                "cycle" => numbers.cycle = true,
                _ => {}
            }
        }
        numbers
    }

    /// What finds the last of the values that are there, and when it is one of these numbers.
    pub(super) fn last(&self) -> (&'static str, String) {
        if self.increment.starts_with('-') {
            ("min", format!("<= {}", self.start))
        } else {
            ("max", format!(">= {}", self.start))
        }
    }

    pub(super) fn of_sequence(fact: &Fact) -> Self {
        let text = |key: &str| fact.get(key).unwrap_or_default().to_owned();
        Self {
            start: text("start"),
            increment: text("increment"),
            minimum: text("minimum"),
            maximum: text("maximum"),
            cache: text("cache"),
            cycle: fact.get("cycle").is_some(),
        }
    }

    /// What a sequence of that type has when nothing is said.
    fn usual(of: &str, increment: &str) -> Self {
        let (low, high) = match of {
            "smallint" => ("-32768", "32767"),
            "integer" => ("-2147483648", "2147483647"),
            _ => ("-9223372036854775808", "9223372036854775807"),
        };
        let down = increment.starts_with('-');
        let (minimum, maximum) = if down { (low, "-1") } else { ("1", high) };
        Self {
            start: (if down { maximum } else { minimum }).to_owned(),
            increment: "1".to_owned(),
            minimum: minimum.to_owned(),
            maximum: maximum.to_owned(),
            cache: "1".to_owned(),
            cycle: false,
        }
    }

    /// The options that have to be said.
    pub(super) fn unusual(&self, of: &str) -> Vec<String> {
        let mut usual = Self::usual(of, &self.increment);
        // It starts where it begins or ends.
        usual.start = if self.increment.starts_with('-') {
            self.maximum.clone()
        } else {
            self.minimum.clone()
        };
        self.changed_from(&usual)
    }

    /// Whether a number that was counted already may be beyond these limits.
    pub(super) fn is_narrower_than(&self, old: &Self) -> bool {
        let number = |text: &str| text.parse::<i64>().unwrap_or_default();
        number(&self.minimum) > number(&old.minimum) || number(&self.maximum) < number(&old.maximum)
    }

    /// The options that make these numbers out of others, of a sequence that is there.
    pub(super) fn altered_from(&self, old: &Self) -> Vec<String> {
        let mut options = self.changed_from(old);
        let number = |text: &str| text.parse::<i64>().unwrap_or_default();
        let start = number(&old.start);
        // The server refuses limits that its next number is not in.
        if start < number(&self.minimum) || start > number(&self.maximum) {
            options.push(format!("RESTART WITH {}", self.start));
        }
        options
    }

    /// The options that make these numbers out of others.
    pub(super) fn changed_from(&self, old: &Self) -> Vec<String> {
        let mut options = Vec::new();
        for (word, new, old) in [
            ("INCREMENT BY", &self.increment, &old.increment),
            ("MINVALUE", &self.minimum, &old.minimum),
            ("MAXVALUE", &self.maximum, &old.maximum),
            ("START WITH", &self.start, &old.start),
            ("CACHE", &self.cache, &old.cache),
        ] {
            if new != old {
                options.push(format!("{word} {new}"));
            }
        }
        if self.cycle != old.cycle {
            options.push(if self.cycle { "CYCLE" } else { "NO CYCLE" }.to_owned());
        }
        options
    }
}

/// The column whose `serial` makes that sequence: both begin, and it is as usual.
pub(super) fn serial_column<'a>(work: &Work<'a>, fact: &Fact) -> Option<&'a FactId> {
    if fact.id.kind != Kind::Sequence || !work.create.contains(&fact.id) {
        return None;
    }
    let owner = fact.get("owned by")?;
    let of = fact.get("type")?;
    let mut columns = work
        .parts_of_b(fact.parent.as_ref()?)
        .filter(|column| column.id.kind == Kind::Column && qualified(&column.id.path) == owner);
    let column = columns.next()?;
    let [schema, table, name] = column.id.path.as_slice() else {
        return None;
    };
    let usual_name = [schema.clone(), format!("{table}_{name}_seq")];
    let usual = fact.id.path == usual_name
        && Numbers::of_sequence(fact).unusual(of).is_empty()
        && fact.get("persistence").is_none()
        && work.within_b(&fact.id).is_empty();
    let serial = usual
        && work.create.contains(&column.id)
        && column.get("type") == Some(of)
        && column.get("not null").is_some()
        && column.payload.get("default").is_some_and(|default| {
            default.compared() == "nextval(own sequence)"
        })
        && uses(work.b, &column.id).any(|used| *used == fact.id)
        // Nobody else counts by it.
        && work.count_users_of_b(&fact.id) == 1;
    serial.then_some(&column.id)
}

/// Whether the counter itself is put somewhere else.
pub(super) fn restarts(options: &[String]) -> bool {
    options.iter().any(|option| option.starts_with("RESTART"))
}

/// A number that was counted already may be beyond new limits.
pub(super) fn beyond(name: &str) -> Hazard {
    Hazard::FailsOnData(format!("the number that {name} has come to"))
}

/// `CREATE SEQUENCE`.
pub(super) fn create(scene: &Scene, fact: &Fact) -> Vec<Line> {
    let of = fact.get("type").unwrap_or("bigint");
    let unlogged = if fact.get("persistence").is_some() {
        "UNLOGGED "
    } else {
        ""
    };
    let mut sql = format!("CREATE {unlogged}SEQUENCE {}", scene.names.object(&fact.id));
    if of != "bigint" {
        sql.extend([format!(" AS {of}")]);
    }
    for option in Numbers::of_sequence(fact).unusual(of) {
        sql.extend([format!(" {option}")]);
    }
    let mut lines = vec![Line::new(&fact.id, sql)];
    lines.extend(super::comment::first(scene, fact));
    let numbers = Numbers::of_sequence(fact);
    lines.extend(counted::counts_on(scene, fact, &numbers));
    lines
}

/// A sequence that stays is altered.
pub(super) fn change(scene: &Scene, before: &Fact, after: &Fact) -> Vec<Line> {
    let name = scene.names.object(&after.id);
    let mut options = Vec::new();
    if before.get("type") != after.get("type") {
        options.push(format!("AS {}", after.get("type").unwrap_or("bigint")));
    }
    options.extend(Numbers::of_sequence(after).altered_from(&Numbers::of_sequence(before)));
    let mut lines = Vec::new();
    if !options.is_empty() {
        let sql = format!("ALTER SEQUENCE {name} {}", options.join(" "));
        let mut line = Line::new(&after.id, sql);
        let numbers = Numbers::of_sequence(after);
        if numbers.is_narrower_than(&Numbers::of_sequence(before)) {
            line = line.with(beyond(&name));
        }
        if restarts(&options) {
            let counter = Counter::Sequence(&after.id);
            lines.push(counted::keep(scene, &after.id, &counter));
            lines.push(line);
            lines.extend(counted::goes_on(
                scene,
                &after.id,
                &counter,
                &[],
                &numbers,
                true,
            ));
        } else {
            lines.push(line);
        }
    }
    if before.get("persistence") != after.get("persistence") {
        let word = if after.get("persistence").is_some() {
            "UNLOGGED"
        } else {
            "LOGGED"
        };
        lines.push(Line::new(
            &after.id,
            format!("ALTER SEQUENCE {name} SET {word}"),
        ));
    }
    lines.extend(super::comment::change(scene, before, after));
    lines
}

/// It belongs to nothing any more, before what it belonged to ends.
pub(super) fn loosen(scene: &Scene, id: &FactId) -> Line {
    let name = scene.names.object(id);
    Line::new(id, format!("ALTER SEQUENCE {name} OWNED BY NONE"))
}

/// Its column, once that is there.
pub(super) fn own(scene: &Scene, fact: &Fact) -> Vec<Line> {
    let Some(owner) = fact.get("owned by") else {
        return Vec::new();
    };
    let mut columns = scene
        .b
        .facts
        .keys()
        .filter(|id| id.kind == Kind::Column && qualified(&id.path) == owner);
    let Some(column) = columns.next() else {
        return Vec::new();
    };
    let name = scene.names.object(&fact.id);
    let of = format!("{}.{}", scene.names.object(column), ident(column.name()));
    vec![Line::new(
        &fact.id,
        format!("ALTER SEQUENCE {name} OWNED BY {of}"),
    )]
}

/// `DROP SEQUENCE`. An identity that takes its place goes on with its numbers.
pub(super) fn drop(scene: &Scene, fact: &Fact) -> Vec<Line> {
    let (columns, is_all) = counted::successors(scene, &fact.id);
    let counter = Counter::Sequence(&fact.id);
    let mut lines: Vec<Line> = columns
        .iter()
        .map(|column| counted::keep(scene, column, &counter))
        .collect();
    let mut line = Line::new(
        &fact.id,
        format!("DROP SEQUENCE {}", scene.names.object(&fact.id)),
    );
    line.statement.hazards = super::hazard::of_drop(scene, fact);
    if is_all {
        let hazards = &mut line.statement.hazards;
        hazards.retain(|hazard| !matches!(hazard, Hazard::LosesData(_)));
    }
    lines.push(line);
    lines
}
