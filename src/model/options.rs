//! How the scripts of a revision want to be run: the words after its markers.
//!
//! The checksum is over the scripts and does not see them. They change what happens all the
//! same, so whoever compares revisions compares them beside it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// How one script wants to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RunOptions {
    /// One transaction for the whole script (the default), or statement by statement
    /// outside of one (`transaction:false`).
    pub transaction: bool,
    /// SQLite: foreign keys are switched off around it (`foreign_keys:off`).
    pub foreign_keys_off: bool,
}

/// How both scripts of a revision want to be run. Whether there is a way down at all, the
/// checksum says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Options {
    /// The way up.
    pub up: RunOptions,
    /// The way down.
    pub down: RunOptions,
}

const TRANSACTION: &str = "transaction:false";
const FOREIGN_KEYS: &str = "foreign_keys:off";
const NONE: &str = "none";

impl RunOptions {
    fn words(self) -> Vec<&'static str> {
        let transaction = (!self.transaction).then_some(TRANSACTION);
        let foreign_keys = self.foreign_keys_off.then_some(FOREIGN_KEYS);
        transaction.into_iter().chain(foreign_keys).collect()
    }

    /// Takes up a word; `None` where it is no option.
    fn with(&mut self, word: &str) -> Option<()> {
        match word {
            TRANSACTION => self.transaction = false,
            FOREIGN_KEYS => self.foreign_keys_off = true,
            _ => return None,
        }
        Some(())
    }
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            transaction: true,
            foreign_keys_off: false,
        }
    }
}

impl Options {
    /// The markers say nothing, as nearly always.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// What became of `was`, as it goes on after "its options changed: "; `None` where both
    /// are the same.
    pub fn since(&self, was: &Self) -> Option<String> {
        let mut said = Vec::new();
        for (was, now, of) in [
            (was.up, self.up, ""),
            (was.down, self.down, " of its way back"),
        ] {
            let (was, now) = (was.words(), now.words());
            let mut say = |words: &[&str], others: &[&str], done: &str| {
                let only = words.iter().filter(|word| !others.contains(word));
                said.extend(only.map(|word| format!("{word}{of} was {done}")));
            };
            say(&now, &was, "added");
            say(&was, &now, "removed");
        }
        (!said.is_empty()).then(|| said.join(", "))
    }
}

impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = Vec::new();
        for (name, options) in [("up", self.up), ("down", self.down)] {
            let options = options.words();
            if !options.is_empty() {
                words.push(name);
                words.extend(options);
            }
        }
        match words.as_slice() {
            [] => f.write_str(NONE),
            words => f.write_str(&words.join(" ")),
        }
    }
}

/// A text that says no options.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` says no options of a revision")]
pub struct BadOptions(pub String);

impl FromStr for Options {
    type Err = BadOptions;

    fn from_str(text: &str) -> Result<Self, BadOptions> {
        let bad = || BadOptions(text.to_owned());
        let mut options = Self::default();
        match text.trim() {
            "" => return Err(bad()),
            NONE => return Ok(options),
            _ => {}
        }
        let mut is_up = None;
        for word in text.split_whitespace() {
            let taken = match (word, is_up) {
                ("up", None) => {
                    is_up = Some(true);
                    Some(())
                }
                ("down", None | Some(true)) => {
                    is_up = Some(false);
                    Some(())
                }
                (word, Some(true)) => options.up.with(word),
                (word, Some(false)) => options.down.with(word),
                (_, None) => None,
            };
            taken.ok_or_else(bad)?;
        }
        Ok(options)
    }
}

impl From<Options> for String {
    fn from(options: Options) -> Self {
        options.to_string()
    }
}

impl TryFrom<String> for Options {
    type Error = BadOptions;

    fn try_from(text: String) -> Result<Self, BadOptions> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_text_and_back() {
        for text in [
            "none",
            "up transaction:false",
            "up foreign_keys:off",
            "down transaction:false",
            "up transaction:false down foreign_keys:off",
        ] {
            let options: Options = text.parse().unwrap();
            assert_eq!(options.to_string(), text);
        }
        for text in [
            "",
            " ",
            "up none",
            "transaction:false",
            "down irreversible",
            "down transaction:false up foreign_keys:off",
            "up transaction:no",
        ] {
            let read: Result<Options, _> = text.parse();
            assert_eq!(read, Err(BadOptions(text.to_owned())), "{text:?}");
        }
    }

    #[test]
    fn what_became_of_them() {
        let table = [
            ("none", "none", ""),
            (
                "none",
                "up transaction:false",
                "transaction:false was added",
            ),
            (
                "up foreign_keys:off",
                "up transaction:false",
                "transaction:false was added, foreign_keys:off was removed",
            ),
            (
                "down transaction:false",
                "none",
                "transaction:false of its way back was removed",
            ),
        ];
        for (was, now, words) in table {
            let [was, now] = [was, now].map(|text| text.parse::<Options>().unwrap());
            assert_eq!(now.since(&was).unwrap_or_default(), words);
        }
    }
}
