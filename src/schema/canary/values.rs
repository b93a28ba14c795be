//! Values by type: what is likely to be let into a column, and is told from any other
//! row's.

use std::collections::BTreeMap;

use super::{Fact, Kind, Schema, hints, hints::Hint};
use crate::{model::Dialect, sql};

/// Texts that patterns often ask for; the number of the row comes into each.
const TEXTS: &[&str] = &[
    "canary#",
    "#",
    "C#",
    "canary#@example.org",
    "https://example.org/#",
    "2001-01-0#",
    "#.0.0",
    "aabbc#",
];

/// The types that a schema makes itself, by the name that columns have for them.
pub(super) struct Types<'a> {
    schema: &'a Schema,
    named: BTreeMap<String, &'a Fact>,
}

impl<'a> Types<'a> {
    pub(super) fn of(schema: &'a Schema) -> Self {
        let is_type = |fact: &&Fact| {
            matches!(
                fact.id.kind,
                Kind::Enum | Kind::Domain | Kind::CompositeType | Kind::RangeType
            )
        };
        let facts = schema.facts.values().filter(is_type);
        let named = facts.map(|fact| (schema.shown(fact), fact)).collect();
        Self { schema, named }
    }

    /// The type itself decides what is let in.
    pub(super) fn is_constrained(&self, column: &Fact) -> bool {
        let named = column.get("type").and_then(|name| self.named.get(name));
        named.is_some_and(|fact| fact.id.kind == Kind::Domain)
    }

    /// Values for a column, the likely ones first.
    pub(super) fn values(&self, column: &Fact, hints: &[&Hint], row: usize) -> Vec<String> {
        let name = column.get("type").unwrap_or_default();
        match self.schema.dialect {
            Dialect::Postgres => self.of_type(name, hints, row, 0),
            Dialect::Sqlite => with_hints(&sqlite(name, row), hints, row),
        }
    }

    fn of_type(&self, name: &str, hints: &[&Hint], row: usize, depth: usize) -> Vec<String> {
        if depth > 4 {
            return vec!["NULL".to_owned()];
        }
        if let Some(element) = name.strip_suffix("[]") {
            let elements = self.of_type(element, hints, row, depth + 1);
            let arrays = elements
                .iter()
                .map(|value| format!("ARRAY[{value}]::{name}"));
            return arrays.collect();
        }
        let Some(fact) = self.named.get(name) else {
            return with_hints(&postgres(name, row), hints, row);
        };
        match fact.id.kind {
            Kind::Enum => {
                let labels = hints::hint(fact.get("labels").unwrap_or_default(), Dialect::Postgres);
                let mut labels = labels.texts;
                if !labels.is_empty() {
                    let by = row % labels.len();
                    labels.rotate_left(by);
                }
                labels.iter().map(|label| text(label)).collect()
            }
            Kind::Domain => {
                let own: Vec<Hint> = self
                    .schema
                    .within(&fact.id)
                    .filter_map(|part| part.get("definition"))
                    .map(|text| hints::hint(text, Dialect::Postgres))
                    .collect();
                let hints: Vec<&Hint> = own.iter().chain(hints.iter().copied()).collect();
                self.of_type(fact.get("type").unwrap_or_default(), &hints, row, depth + 1)
            }
            Kind::RangeType => {
                let definition = fact.get("definition").unwrap_or_default();
                let parts = definition.split(", ");
                let subtype = parts
                    .filter_map(|part| part.strip_prefix("subtype = "))
                    .next();
                let bounds = self.of_type(subtype.unwrap_or_default(), &[], row, depth + 1);
                let bound = bounds.first().map_or("NULL", String::as_str);
                vec![format!("{name}({bound}, NULL)")]
            }
            _ => {
                let attributes = fact.get("attributes").unwrap_or_default();
                let value = |attribute: &str| {
                    let (_, name) = attribute.split_once(' ')?;
                    self.of_type(name, &[], row, depth + 1).into_iter().next()
                };
                let values: Option<Vec<String>> = attributes.split(", ").map(value).collect();
                match values {
                    Some(values) => vec![format!("ROW({})::{name}", values.join(", "))],
                    None => vec!["NULL".to_owned()],
                }
            }
        }
    }
}

/// What a type takes.
enum Takes {
    /// Texts of at most this length.
    Text(usize),
    /// Numbers below this one.
    Number(i64),
    /// These, as they are written.
    These(Vec<String>),
}

fn with_hints(takes: &Takes, hints: &[&Hint], row: usize) -> Vec<String> {
    let mut values = Vec::new();
    match takes {
        Takes::Text(longest) => {
            let fits = |text: &String| text.chars().count() <= *longest;
            let mut named: Vec<String> = hints.iter().flat_map(|hint| hint.texts.clone()).collect();
            if !named.is_empty() {
                let by = row % named.len();
                named.rotate_left(by);
            }
            let lengths = hints.iter().flat_map(|hint| &hint.numbers);
            let of_length = lengths
                .filter_map(|length| usize::try_from(*length).ok())
                .filter(|length| (1..=200).contains(length))
                .map(|length| letter(row).to_string().repeat(length));
            let usual = TEXTS
                .iter()
                .map(|text| text.replace('#', &letter(row).to_string()));
            let usual = usual.chain(
                TEXTS
                    .iter()
                    .map(|text| text.replace('#', &(row + 1).to_string())),
            );
            let first = if *longest >= 8 {
                format!("canary {}", row + 1)
            } else {
                let short: String = format!("{}canary", row + 1)
                    .chars()
                    .take(*longest)
                    .collect();
                short
            };
            let all = named
                .into_iter()
                .chain([first])
                .chain(of_length)
                .chain(usual);
            values.extend(all.filter(fits).map(|value| text(&value)));
        }
        Takes::Number(limit) => {
            let step = i64::try_from(row).unwrap_or_default();
            let named = hints.iter().flat_map(|hint| &hint.numbers);
            let near = named.flat_map(|number| {
                [
                    *number,
                    number.saturating_add(1 + step),
                    number.saturating_sub(1 + step),
                ]
            });
            let usual = [1001 + step, 101 + step, 11 + step, 1 + step, -1 - step];
            let fits = |number: &i64| number.saturating_abs() < *limit;
            let all = near.chain(usual).chain([0]);
            values.extend(all.filter(fits).map(|number| number.to_string()));
        }
        Takes::These(these) => values.extend(these.iter().cloned()),
    }
    let mut seen = std::collections::BTreeSet::new();
    values.retain(|value| seen.insert(value.clone()));
    values
}

fn letter(row: usize) -> char {
    char::from(b'a' + u8::try_from(row % 26).unwrap_or_default())
}

fn text(value: &str) -> String {
    // What cannot be written is no value of anything.
    sql::literal(value, Dialect::Postgres).unwrap_or_else(|_| "NULL".to_owned())
}

/// By affinity, but for names that say more.
fn sqlite(name: &str, row: usize) -> Takes {
    let name = name.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["int"]) {
        Takes::Number(i64::MAX)
    } else if has(&["char", "clob", "text", "json", "uuid"]) {
        Takes::Text(length(&name).unwrap_or(usize::MAX))
    } else if name.is_empty() || has(&["blob", "any"]) {
        Takes::These(vec![
            format!("X'CA0{}'", row + 1),
            text(&format!("canary {}", row + 1)),
        ])
    } else if has(&["real", "floa", "doub"]) {
        Takes::These(vec![format!("{}.5", 1001 + row), format!("0.{}", row + 1)])
    } else if has(&["bool"]) {
        Takes::These(vec![(row % 2).to_string(), ((row + 1) % 2).to_string()])
    } else if has(&["date", "time"]) {
        Takes::These(vec![text(&format!("2001-01-0{} 10:00:00", row + 1))])
    } else {
        Takes::Number(i64::MAX)
    }
}

/// The first number in parentheses.
fn length(name: &str) -> Option<usize> {
    numbers(name).first().copied()
}

fn numbers(name: &str) -> Vec<usize> {
    let inner = name
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'));
    let numbers = inner.map(|(inner, _)| inner.split(',').map(str::trim));
    numbers
        .into_iter()
        .flatten()
        .filter_map(|number| number.parse().ok())
        .collect()
}

/// The types of the server, by the names that `format_type` has for them.
fn postgres(name: &str, row: usize) -> Takes {
    let n = row + 1;
    let these = |values: &[String]| Takes::These(values.iter().map(|value| text(value)).collect());
    // Types of extensions come with their schema.
    let base: String = match name.split_once('(') {
        Some((base, rest)) => {
            let after = rest.split_once(')').map_or("", |(_, after)| after);
            format!("{}{after}", base.trim_end())
        }
        None => name.to_owned(),
    };
    let bare = base
        .rsplit_once('.')
        .map_or(base.as_str(), |(_, bare)| bare);
    match bare {
        "smallint" => Takes::Number(32_768),
        "integer" | "bigint" | "oid" => Takes::Number(i64::from(i32::MAX)),
        "real" | "double precision" => Takes::These(vec![
            format!("{}.5", 1001 + row),
            format!("0.{n}"),
            "0".to_owned(),
        ]),
        "numeric" => {
            let numbers = numbers(name);
            let whole = numbers.first().map_or(9, |all| {
                all.saturating_sub(numbers.get(1).copied().unwrap_or_default())
            });
            let limit = 10_i64.pow(u32::try_from(whole.min(9)).unwrap_or(9));
            if limit == 1 {
                Takes::These(vec![format!("0.{n}")])
            } else {
                Takes::Number(limit)
            }
        }
        "money" => Takes::Number(i64::from(i32::MAX)),
        "text" | "citext" => Takes::Text(usize::MAX),
        "name" => Takes::Text(63),
        "character varying" => Takes::Text(length(name).unwrap_or(usize::MAX)),
        "character" => Takes::Text(length(name).unwrap_or(1)),
        "\"char\"" => Takes::Text(1),
        "boolean" => Takes::These(vec![(row % 2 == 0).to_string(), (row % 2 == 1).to_string()]),
        "date" => these(&[format!("2001-01-0{n}"), format!("2101-01-0{n}")]),
        "timestamp without time zone" => {
            these(&[format!("2001-01-0{n} 10:00:00"), format!("2101-01-0{n}")])
        }
        "timestamp with time zone" => {
            these(&[format!("2001-01-0{n} 10:00:00+00"), format!("2101-01-0{n}")])
        }
        "time without time zone" => these(&[format!("10:0{n}:00")]),
        "time with time zone" => these(&[format!("10:0{n}:00+00")]),
        _ if bare.starts_with("interval") => these(&[format!("{n} days")]),
        "uuid" => these(&[format!("ca9a2100-0000-4000-8000-00000000000{n}")]),
        "json" | "jsonb" => these(&[
            format!("{{\"canary\": {n}}}"),
            format!("[{n}]"),
            "{}".to_owned(),
            format!("\"canary {n}\""),
        ]),
        "xml" => these(&[format!("<canary>{n}</canary>")]),
        "bytea" => these(&[format!("\\xca0{n}")]),
        "inet" => these(&[format!("10.0.0.{n}")]),
        "cidr" => these(&[format!("10.0.{n}.0/24")]),
        "macaddr" => these(&[format!("08:00:2b:01:02:0{n}")]),
        "macaddr8" => these(&[format!("08:00:2b:01:02:03:04:0{n}")]),
        "bit" => {
            let length = length(name).unwrap_or(1);
            Takes::These(vec![
                format!("B'{:0>length$b}'", n % 2),
                format!("B'{}'", "1".repeat(length)),
            ])
        }
        "bit varying" => Takes::These(vec![format!("B'{}'", n % 2)]),
        "point" => these(&[format!("({n},{n})")]),
        "line" => these(&[format!("{{1,{n},1}}")]),
        "lseg" | "box" | "path" => these(&[format!("((0,0),({n},{n}))")]),
        "polygon" => these(&[format!("((0,0),({n},0),(0,{n}))")]),
        "circle" => these(&[format!("<(0,0),{n}>")]),
        "tsvector" | "tsquery" => these(&[format!("canary{n}")]),
        "pg_lsn" => these(&[format!("0/{n}")]),
        "jsonpath" => these(&[format!("$.canary{n}")]),
        "regclass" => these(&["pg_class".to_owned()]),
        "int4range" | "int8range" | "numrange" => these(&[format!("[{}1,{}5)", n, n)]),
        "daterange" | "tsrange" | "tstzrange" => these(&[format!("[2001-0{n}-01,2001-0{n}-05)")]),
        "int4multirange" | "int8multirange" | "nummultirange" => {
            these(&[format!("{{[{n}1,{n}5)}}")])
        }
        "datemultirange" | "tsmultirange" | "tstzmultirange" => {
            these(&[format!("{{[2001-0{n}-01,2001-0{n}-05)}}")])
        }
        "hstore" => these(&[format!("canary=>{n}")]),
        "ltree" => these(&[format!("canary.row{n}")]),
        "cube" => these(&[format!("({n})")]),
        "vector" | "halfvec" => {
            let length = length(name).unwrap_or(3);
            these(&[format!("[{}]", vec![n.to_string(); length].join(","))])
        }
        _ => these(&[format!("canary {n}"), n.to_string()]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_values_of_its_kind_and_length() {
        for (name, first, second) in [
            ("integer", "1001", "1002"),
            ("smallint", "1001", "1002"),
            ("numeric(3,2)", "1", "2"),
            ("numeric(2,2)", "0.1", "0.2"),
            ("text", "'canary 1'", "'canary 2'"),
            ("character varying(20)", "'canary 1'", "'canary 2'"),
            ("character varying(3)", "'1ca'", "'2ca'"),
            ("character(1)", "'1'", "'2'"),
            ("boolean", "true", "false"),
            (
                "timestamp(3) without time zone",
                "'2001-01-01 10:00:00'",
                "'2001-01-02 10:00:00'",
            ),
            ("bytea", r" E'\\xca01'", r" E'\\xca02'"),
            ("bit(3)", "B'001'", "B'000'"),
            ("int4range", "'[11,15)'", "'[21,25)'"),
            ("public.hstore", "'canary=>1'", "'canary=>2'"),
            ("interval day to second", "'1 days'", "'2 days'"),
        ] {
            let value = |row| with_hints(&postgres(name, row), &[], row).remove(0);
            assert_eq!(value(0), first.trim(), "{name}");
            assert_eq!(value(1), second.trim(), "{name}");
        }
        for (name, first) in [
            ("INTEGER", "1001"),
            ("varchar(4)", "'1can'"),
            ("", "X'CA01'"),
            ("REAL", "1001.5"),
            ("BOOLEAN", "0"),
            ("DATETIME", "'2001-01-01 10:00:00'"),
            ("DECIMAL(10,2)", "1001"),
        ] {
            assert_eq!(with_hints(&sqlite(name, 0), &[], 0)[0], first, "{name}");
        }
    }
}
