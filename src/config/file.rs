//! What may stand in `teammig.yaml`, and where a mistake in it is.

use std::fmt;

use serde::{
    Deserialize,
    de::{Error as _, MapAccess},
};

use super::{
    ConfigError, Environment, Layout, Models, Secret, Timeouts,
    alembic::RawAlembic,
    lint::{self, RawLint},
    mask::mask,
    parse_duration,
};
use crate::model::{Level, Levels, Rule, SourceFile, near::nearest, nesting::too_deep};

/// The keys of `teammig.yaml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Settings {
    pub(super) layout: Option<Layout>,
    pub(super) alembic: Option<RawAlembic>,
    pub(super) migrations: Option<Folders>,
    pub(super) models: Option<Models>,
    pub(super) exclude: Option<Folders>,
    pub(super) concurrent_indexes: Option<bool>,
    pub(super) file_template: Option<String>,
    pub(super) protected: Option<Folders>,
    pub(super) release_tags: Option<Folders>,
    pub(super) environments: Option<Ordered<RawEnvironment>>,
    pub(super) ledger: Option<RawLedger>,
    pub(super) scratch: Option<String>,
    pub(super) check: Option<Checks>,
    pub(super) lint: Option<RawLint>,
    databases: Option<Ordered<Settings>>,
}

/// A text or a list of texts.
#[derive(Debug)]
pub(super) struct Folders(pub(super) Vec<String>);

impl<'de> Deserialize<'de> for Models {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Full {
            command: Vec<String>,
        }
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Models;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a folder, or a mapping with `command:`, a list of words")
            }
            fn visit_str<E>(self, folder: &str) -> Result<Models, E> {
                Ok(Models::Folder(folder.trim_end_matches('/').to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Models, A::Error> {
                let full = Full::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                if full.command.first().is_none_or(String::is_empty) {
                    return Err(A::Error::custom("`command:` names no program"));
                }
                Ok(Models::Command(full.command))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLedger {
    pub(super) table: Option<String>,
    pub(super) schema: Option<String>,
}

#[derive(Debug)]
pub(super) struct RawEnvironment {
    url: String,
    protected: bool,
    timeouts: Timeouts,
}

/// A mapping in the order written; a key that stands twice is an error.
#[derive(Debug)]
pub(super) struct Ordered<T, K = String>(pub(super) Vec<(K, T)>);

impl<'de, T, K> Deserialize<'de> for Ordered<T, K>
where
    T: Deserialize<'de>,
    K: Deserialize<'de> + PartialEq + fmt::Display,
{
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T, K>(std::marker::PhantomData<(T, K)>);
        impl<'de, T, K> serde::de::Visitor<'de> for Visitor<T, K>
        where
            T: Deserialize<'de>,
            K: Deserialize<'de> + PartialEq + fmt::Display,
        {
            type Value = Ordered<T, K>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping of names")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut out: Vec<(K, T)> = Vec::new();
                while let Some(key) = map.next_key::<K>()? {
                    if out.iter().any(|(name, _)| *name == key) {
                        return Err(A::Error::custom(format!("`{key}` stands here twice")));
                    }
                    out.push((key, map.next_value()?));
                }
                Ok(Ordered(out))
            }
        }
        deserializer.deserialize_map(Visitor(std::marker::PhantomData))
    }
}

/// `check:`: how much each rule matters.
pub(super) type Checks = Ordered<Level, RuleName>;

/// A rule by its name.
#[derive(Debug, PartialEq)]
pub(super) struct RuleName(Rule);

impl fmt::Display for RuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl<'de> Deserialize<'de> for RuleName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // An error of the visitor is one of this word's line, and not of the mapping's.
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = RuleName;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a rule")
            }
            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<RuleName, E> {
                // What could not be judged is never taken for fine.
                let may_be_set = |rule: &Rule| *rule != Rule::NotEvaluated;
                Rule::named(name)
                    .filter(may_be_set)
                    .map(RuleName)
                    .ok_or_else(|| {
                        let all = Rule::ALL.iter().filter(|rule| may_be_set(rule));
                        let all: Vec<&str> = all.map(|rule| rule.name()).collect();
                        let near = nearest(name, all.iter().copied());
                        E::custom(if near.is_empty() {
                            format!(
                                "there is no rule `{name}`; the rules are {}",
                                all.join(", ")
                            )
                        } else {
                            format!(
                                "there is no rule `{name}`; did you mean {}?",
                                near.join(", ")
                            )
                        })
                    })
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

impl From<Checks> for Levels {
    fn from(Ordered(all): Checks) -> Self {
        all.into_iter()
            .map(|(RuleName(rule), level)| (rule, level))
            .collect()
    }
}

impl<'de> Deserialize<'de> for Folders {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum OneOrMany {
            One(String),
            Many(Vec<String>),
        }
        Ok(match OneOrMany::deserialize(deserializer)? {
            OneOrMany::One(one) => Self(vec![one]),
            OneOrMany::Many(many) => Self(many),
        })
    }
}

impl<'de> Deserialize<'de> for RawEnvironment {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Full {
            url: String,
            #[serde(default)]
            protected: bool,
            lock_timeout: Option<String>,
            ddl_lock_timeout: Option<String>,
            statement_timeout: Option<String>,
            lock_retries: Option<u32>,
        }
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = RawEnvironment;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a URL, or a mapping with `url:`")
            }
            fn visit_str<E>(self, url: &str) -> Result<RawEnvironment, E> {
                Ok(RawEnvironment {
                    url: url.to_owned(),
                    protected: false,
                    timeouts: Timeouts::default(),
                })
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawEnvironment, A::Error> {
                let full = Full::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                let time = |text: Option<String>| {
                    text.map(|text| parse_duration(&text).map_err(A::Error::custom))
                        .transpose()
                };
                Ok(RawEnvironment {
                    url: full.url,
                    protected: full.protected,
                    timeouts: Timeouts {
                        lock_timeout: time(full.lock_timeout)?,
                        ddl_lock_timeout: time(full.ddl_lock_timeout)?,
                        statement_timeout: time(full.statement_timeout)?,
                        lock_retries: full.lock_retries,
                    },
                })
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl From<(String, RawEnvironment)> for Environment {
    fn from((name, raw): (String, RawEnvironment)) -> Self {
        Self {
            name,
            url: Secret::new(raw.url),
            protected: raw.protected,
            timeouts: raw.timeouts,
        }
    }
}

pub(super) fn parse(file: &SourceFile) -> Result<Settings, ConfigError> {
    if file.text.trim().is_empty() {
        return Ok(Settings::default());
    }
    if let Some(at) = too_deep(&file.text) {
        return Err(ConfigError::Invalid {
            file: Box::new(SourceFile::new(file.path.clone(), mask(&file.text))),
            span: at..at + 1,
            message: "it goes too deep here".to_owned(),
        });
    }
    serde_yaml::from_str::<Option<Settings>>(&file.text)
        .map(Option::unwrap_or_default)
        .map_err(|error| {
            let at = error.location().map_or(0, |location| location.index());
            let message = error.to_string();
            let span = lint::place(&file.text, at, &message).unwrap_or(at..at);
            let message = message.split(" at line ").next().unwrap_or(&message);
            // Both may repeat a URL, and so a password.
            ConfigError::Invalid {
                file: Box::new(SourceFile::new(file.path.clone(), mask(&file.text))),
                span,
                message: mask(&format!("{message}{}", meant(message))),
            }
        })
}

/// What was meant by a word that is none of those which may stand there, where the YAML
/// library lists them.
fn meant(message: &str) -> String {
    let mut words = message.split('`').skip(1).step_by(2);
    let near = match words.next() {
        // Of one there is nothing to choose.
        Some(typed) if message.contains(", expected ") && words.clone().count() > 1 => {
            nearest(typed, words)
        }
        _ => Vec::new(),
    };
    match near.as_slice() {
        [] => String::new(),
        near => format!("; did you mean `{}`?", near.join("`, `")),
    }
}

impl Settings {
    /// The names of `databases:`; none where there is no such key.
    pub(super) fn databases(&self) -> Vec<String> {
        let all = self.databases.iter().flat_map(|Ordered(all)| all);
        all.map(|(name, _)| name.clone()).collect()
    }
}

/// With `databases:`, the entry asked for, over the keys outside of it, and its name.
pub(super) fn choose(
    mut settings: Settings,
    name: Option<&str>,
) -> Result<(Option<String>, Settings), ConfigError> {
    let Some(Ordered(databases)) = settings.databases.take() else {
        return match name {
            None => Ok((None, settings)),
            Some(name) => Err(ConfigError::NoSuchDatabase {
                name: Some(name.to_owned()),
                known: Vec::new(),
            }),
        };
    };
    let known: Vec<String> = databases.iter().map(|(name, _)| name.clone()).collect();
    let one = (databases.len() == 1).then(|| known[0].as_str());
    let Some(wanted) = name.or(one) else {
        return Err(ConfigError::NoSuchDatabase { name: None, known });
    };
    let Some((name, chosen)) = databases.into_iter().find(|(name, _)| name == wanted) else {
        return Err(ConfigError::NoSuchDatabase {
            name: Some(wanted.to_owned()),
            known,
        });
    };
    let settings = Settings {
        layout: chosen.layout.or(settings.layout),
        alembic: chosen.alembic.or(settings.alembic),
        migrations: chosen.migrations.or(settings.migrations),
        models: chosen.models.or(settings.models),
        exclude: chosen.exclude.or(settings.exclude),
        concurrent_indexes: chosen.concurrent_indexes.or(settings.concurrent_indexes),
        file_template: chosen.file_template.or(settings.file_template),
        protected: chosen.protected.or(settings.protected),
        release_tags: chosen.release_tags.or(settings.release_tags),
        environments: chosen.environments.or(settings.environments),
        ledger: chosen.ledger.or(settings.ledger),
        scratch: chosen.scratch.or(settings.scratch),
        check: chosen.check.or(settings.check),
        lint: chosen.lint.or(settings.lint),
        databases: None,
    };
    Ok((Some(name), settings))
}
