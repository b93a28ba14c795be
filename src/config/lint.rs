//! The key `lint:`: which statements a project holds to be dangerous.

use std::{collections::BTreeSet, fmt};

use serde::{
    Deserialize,
    de::{Error as _, MapAccess, value::MapAccessDeserializer},
};

use crate::model::{LintOptions, lint};

/// The oldest server that teammig speaks to, and a number that no server has soon.
const MAJORS: std::ops::RangeInclusive<u32> = 13..=99;

/// How the complaint about an unknown name begins.
const NO_SUCH_RULE: &str = "there is no lint rule";

/// `off`, or a mapping.
#[derive(Debug)]
pub(super) struct RawLint(pub(super) LintOptions);

/// A rule's name, as one or two rules.
struct Named(Vec<&'static str>);

/// `15` or `"15"`.
struct Major(u32);

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Full {
    exclude: Vec<Named>,
    include: Vec<Named>,
    error: Vec<Named>,
    postgres: Option<Major>,
}

/// Where the name stands that a message is about: the YAML library knows only where the
/// list begins.
pub(super) fn place(text: &str, from: usize, message: &str) -> Option<std::ops::Range<usize>> {
    let name = message.split_once(NO_SUCH_RULE)?.1.split('`').nth(1)?;
    let at = from + text.get(from..)?.find(name)?;
    Some(at..at + name.len())
}

impl<'de> Deserialize<'de> for RawLint {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = RawLint;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "`off`, or a mapping with `exclude:`, `include:`, `error:`, `postgres:`",
                )
            }
            fn visit_bool<E: serde::de::Error>(self, on: bool) -> Result<RawLint, E> {
                Ok(RawLint(LintOptions {
                    off: !on,
                    ..LintOptions::default()
                }))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<RawLint, E> {
                match text {
                    "off" => self.visit_bool(false),
                    "on" => self.visit_bool(true),
                    other => Err(E::invalid_value(serde::de::Unexpected::Str(other), &self)),
                }
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawLint, A::Error> {
                let full = Full::deserialize(MapAccessDeserializer::new(map))?;
                let set = |names: Vec<Named>| -> BTreeSet<&'static str> {
                    names.into_iter().flat_map(|Named(rules)| rules).collect()
                };
                let (exclude, include) = (set(full.exclude), set(full.include));
                let error = set(full.error);
                let wanted: BTreeSet<_> = include.union(&error).copied().collect();
                if let Some(rule) = exclude.intersection(&wanted).next() {
                    return Err(A::Error::custom(format!(
                        "`{rule}` is excluded here, and wanted in the same place"
                    )));
                }
                Ok(RawLint(LintOptions {
                    off: false,
                    exclude,
                    include,
                    error,
                    postgres: full.postgres.map(|Major(major)| major),
                }))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let rules = lint::named(&name);
        if !rules.is_empty() {
            return Ok(Self(rules));
        }
        let hint = match lint::near(&name).as_slice() {
            [] => "; docs/lint.md lists them".to_owned(),
            near => format!("; did you mean {}?", near.join(", ")),
        };
        Err(D::Error::custom(format!("{NO_SUCH_RULE} `{name}`{hint}")))
    }
}

impl<'de> Deserialize<'de> for Major {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum NumberOrText {
            Number(u32),
            Text(String),
        }
        let major = match NumberOrText::deserialize(deserializer) {
            Ok(NumberOrText::Number(number)) => Some(number),
            Ok(NumberOrText::Text(text)) => text.parse().ok(),
            Err(_) => None,
        };
        major
            .filter(|major| MAJORS.contains(major))
            .map(Self)
            .ok_or_else(|| {
                D::Error::custom("`postgres` takes a major version from 13 on, such as 15")
            })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ConfigError, file::parse};
    use crate::model::{LintOptions, SourceFile};

    fn read(text: &str) -> Result<LintOptions, (String, usize)> {
        let file = SourceFile::new("teammig.yaml", text);
        match parse(&file) {
            Ok(settings) => Ok(settings.lint.map(|lint| lint.0).unwrap_or_default()),
            Err(ConfigError::Invalid {
                message,
                span,
                file,
            }) => Err((message, file.position(span.start).line)),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn choices() {
        let options = read(
            "lint:\n  exclude: [ban-drop-table]\n  include:\n    - prefer-timestamptz\n  error: \
             [adding-required-field]\n  postgres: 15\n",
        )
        .unwrap();
        assert_eq!(
            options.exclude.into_iter().collect::<Vec<_>>(),
            ["ban-drop-table"]
        );
        assert_eq!(
            options.include.into_iter().collect::<Vec<_>>(),
            ["prefer-timestamp-tz"]
        );
        assert_eq!(options.postgres, Some(15));
        assert!(!options.off);
        for off in ["off", "false", "\"off\""] {
            assert!(read(&format!("lint: {off}\n")).unwrap().off, "{off}");
        }
        for on in ["on", "true", "{}"] {
            assert_eq!(read(&format!("lint: {on}\n")), Ok(LintOptions::default()));
        }
        assert_eq!(
            read("lint: {postgres: \"16\"}\n").unwrap().postgres,
            Some(16)
        );
    }

    #[test]
    fn mistakes_are_pointed_at() {
        for (text, message, line) in [
            (
                "migrations: m\nlint:\n  exclude:\n    - ban-drop-table\n    - ban-drop-colum\n  error: []\n",
                "there is no lint rule `ban-drop-colum`; did you mean ban-drop-column?",
                5,
            ),
            (
                "lint:\n  error: [anything]\n",
                "there is no lint rule `anything`; docs/lint.md lists them",
                2,
            ),
            (
                "lint:\n  postgres: 9.6\n",
                "`postgres` takes a major version from 13 on, such as 15",
                2,
            ),
            (
                "lint:\n  postgres: \"15.4\"\n",
                "`postgres` takes a major version from 13 on, such as 15",
                2,
            ),
            (
                "lint:\n  exclude: [ban-drop-table]\n  error: [ban-drop-table]\n",
                "`ban-drop-table` is excluded here, and wanted in the same place",
                2,
            ),
        ] {
            let (found, at) = read(text).unwrap_err();
            assert!(found.contains(message), "{found}");
            assert_eq!(at, line, "{text}");
        }
        let (message, _) = read("lint: never\n").unwrap_err();
        assert!(
            message.contains("expected `off`, or a mapping"),
            "{message}"
        );
        assert!(read("lint: {only: [x]}\n").is_err());
    }
}
