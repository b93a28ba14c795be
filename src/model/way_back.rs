//! Whether a revision can be rolled back, decided here for all: files, ledgers and
//! what is imported.
//!
//! A down script without a statement would succeed and undo nothing. So it is a way
//! back only where the up script has no statement either, as in merge revisions.
//! What a statement is, is not known here.

use std::fmt;

use super::{finding::Place, migration::Language, revision::RevId};

/// A revision that would have to be rolled back and cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{revision} cannot be rolled back: {}", judged.words(*why, *language))]
pub struct Irreversible {
    /// The revision.
    pub revision: RevId,
    /// Why not.
    pub why: NoWayBack,
    /// Whose scripts say so.
    pub judged: Judged,
    /// The file's line that begins the down section.
    pub place: Option<Place>,
    /// What the file is written in.
    pub language: Language,
}

/// Whose scripts were judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// The file's, whose way up is what was applied.
    File,
    /// The ledger's: there is no file.
    LedgerWithoutFile,
    /// The ledger's: the file has another way up than what was applied.
    LedgerBeforeEdit,
}

impl Judged {
    fn words(self, why: NoWayBack, language: Language) -> String {
        match (self, why, language) {
            (_, _, Language::Python) => why.in_python().to_owned(),
            (Self::LedgerWithoutFile | Self::LedgerBeforeEdit, NoWayBack::EmptySection, _) => {
                "it was applied with an empty down section".to_owned()
            }
            _ => why.to_string(),
        }
    }
}

/// Why there is no way back from a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoWayBack {
    /// The file says so (`-- migrate:down irreversible`).
    OnPurpose,
    /// The file has no down section.
    NoSection,
    /// The down section has no statement, and the up section has.
    EmptySection,
    /// The ledger kept no down script: the file had none when it was applied.
    NotKept,
}

impl NoWayBack {
    /// Judges a revision by its scripts: whether the up script has a statement, and
    /// whether the down script has one. Where there is no down script, that is an error
    /// which says why; then nothing else counts.
    pub fn judge(up: bool, down: Result<bool, Self>) -> Option<Self> {
        match down {
            Err(why) => Some(why),
            Ok(false) if up => Some(Self::EmptySection),
            Ok(_) => None,
        }
    }

    /// A phrase about a revision of Alembic's.
    pub fn in_python(self) -> &'static str {
        match self {
            Self::OnPurpose => "its `downgrade()` raises",
            Self::NoSection => "it has no `downgrade()`",
            Self::EmptySection => "its `downgrade()` does nothing",
            Self::NotKept => "it was applied without a way back",
        }
    }

    /// Its name for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::OnPurpose => "on-purpose",
            Self::NoSection => "no-section",
            Self::EmptySection => "empty-section",
            Self::NotKept => "not-kept",
        }
    }
}

/// A phrase about the revision.
impl fmt::Display for NoWayBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OnPurpose => "it is marked as irreversible",
            Self::NoSection => "it has no down section",
            Self::EmptySection => "its down section is empty",
            Self::NotKept => "it was applied without a way back",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{NoWayBack::*, *};

    #[test]
    fn an_empty_way_back_undoes_an_empty_way_up_alone() {
        for (up, down, expected) in [
            (true, Ok(true), None),
            (true, Ok(false), Some(EmptySection)),
            (false, Ok(false), None),
            (false, Ok(true), None),
            (true, Err(OnPurpose), Some(OnPurpose)),
            (true, Err(NoSection), Some(NoSection)),
            (true, Err(NotKept), Some(NotKept)),
            // Said on purpose, it counts, whatever there is to undo.
            (false, Err(OnPurpose), Some(OnPurpose)),
            (false, Err(NoSection), Some(NoSection)),
        ] {
            assert_eq!(NoWayBack::judge(up, down), expected, "{up} {down:?}");
        }
    }
}
