//! What the statements of a revision touch, as data.
//!
//! Whether two revisions can collide is asked of their footprints
//! ([`super::conflict`]). They are made in `sql::footprint` from the text alone, or in
//! `db` by SQLite itself. A footprint that is not complete says so in each statement
//! ([`Seen`]); nothing here may turn "could not be read" into "touches nothing".

use std::fmt;

use serde::{Deserialize, Serialize};

use super::source::Span;

mod object;
mod roots;

pub(crate) use object::ALL_COLUMNS;
pub use object::{Kind, Object, Space};
pub use roots::Roots;

/// What a script touches, statement by statement.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Footprint {
    /// In the order of the script.
    pub statements: Vec<Touched>,
}

/// What one statement touches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// The statement's bytes in the script.
    pub span: Span,
    /// What it touches.
    pub accesses: Vec<Access>,
    /// Whether that is all.
    pub seen: Seen,
}

/// How far a statement could be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Seen {
    /// What it touches is known.
    Whole,
    /// It can do more than its text says: dynamic SQL, a call of somebody's function.
    Opaque {
        /// What hides it, as bytes of the script.
        at: Span,
    },
    /// It could not be read: the accesses are guesses from words.
    Unread {
        /// Where it stopped making sense, as bytes of the script.
        at: Span,
    },
}

/// One object, and what is done to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// What is done.
    pub act: Act,
    /// To what.
    pub object: Object,
    /// Which side of the object; [`Part::Whole`] unless it is altered.
    pub part: Part,
    /// What it is made to be, in a form that does not depend on layout. Two accesses
    /// that say the same leave the same behind, whatever their order.
    pub says: Option<String>,
}

impl Access {
    /// An access of the whole object.
    pub fn new(act: Act, object: Object) -> Self {
        Self {
            act,
            object,
            part: Part::Whole,
            says: None,
        }
    }

    /// The same, of a part of it.
    #[must_use]
    pub fn of(self, part: Part) -> Self {
        Self { part, ..self }
    }

    /// The same, with what the object is made to be.
    #[must_use]
    pub fn saying(self, says: impl Into<String>) -> Self {
        Self {
            says: Some(says.into()),
            ..self
        }
    }
}

/// What is done to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Act {
    /// Created; an error if it is there.
    Create,
    /// Created under a name that the database makes up, and changes where it is taken.
    CreateUnnamed,
    /// `OR REPLACE`, `IF NOT EXISTS`: there afterwards, whatever was before.
    Ensure,
    /// Dropped; an error if it is not there.
    Drop,
    /// `DROP … IF EXISTS`.
    DropIfExists,
    /// Given another name: gone under this one. The new name is created.
    Rename,
    /// Its definition is changed.
    Alter,
    /// SQLite: written anew from a full definition (new table, copy, drop, rename).
    Rebuild,
    /// What its rows have to fulfil, or are filled with, is another: NOT NULL, a check, a
    /// key, a type, a default.
    Demand,
    /// It has to be there.
    Reference,
    /// Named in a body that the database reads when it runs: there by then.
    Mention,
    /// Its rows are read, and what they are goes elsewhere.
    Read,
    /// Rows are filled in, changed or deleted.
    Write,
}

impl Act {
    /// All of them, in the order of the table of conflicts.
    pub const ALL: [Self; 13] = [
        Self::Create,
        Self::CreateUnnamed,
        Self::Ensure,
        Self::Drop,
        Self::DropIfExists,
        Self::Rename,
        Self::Alter,
        Self::Rebuild,
        Self::Demand,
        Self::Reference,
        Self::Mention,
        Self::Read,
        Self::Write,
    ];

    /// The verb, for the third person.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Create | Self::CreateUnnamed => "creates",
            Self::Ensure => "creates or replaces",
            Self::Drop | Self::DropIfExists => "drops",
            Self::Rename => "renames",
            Self::Alter => "alters",
            Self::Rebuild => "rebuilds",
            Self::Demand => "changes the rules for rows of",
            Self::Reference => "uses",
            Self::Mention => "names",
            Self::Read => "reads",
            Self::Write => "writes rows of",
        }
    }

    /// The object is there afterwards.
    pub fn creates(self) -> bool {
        matches!(self, Self::Create | Self::CreateUnnamed | Self::Ensure)
    }

    /// The object is gone afterwards, under that name.
    pub fn removes(self) -> bool {
        matches!(self, Self::Drop | Self::DropIfExists | Self::Rename)
    }
}

/// Which side of an object is altered. Two alterations of different sides commute.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Part {
    /// All of it, or it is not known which.
    Whole,
    /// A column's type; what a view or a domain is based on.
    Type,
    /// Its use in a foreign key.
    Key,
    /// Whether a column can be NULL.
    Null,
    /// A column's default, identity or generation expression.
    Default,
    /// Its comment.
    Comment,
    /// Who owns it.
    Owner,
    /// A privilege that a role is given.
    Granted(String),
    /// A privilege that a role is deprived of.
    Revoked(String),
    /// Anything else, by its word: `options`, `row security`, `trigger audit` …
    Other(String),
    /// SQLite: its rows and all that is known of it are copied into a new table, which takes its
    /// place. What is not known of it is lost, and a view over it is in the way.
    Copied,
    /// Made without a name, which is then given by whoever runs the statement, from this.
    Named(String),
    /// SQLite: a view or a trigger has its name in it, and a rename that ends a rebuild looks
    /// for all such names, unless `legacy_alter_table` is on.
    LookedUp,
}

impl Part {
    /// Whether alterations of both touch the same.
    pub fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            // Privileges add up, and a whole is the definition, without who may use it.
            (Self::Granted(a), Self::Revoked(b)) | (Self::Revoked(b), Self::Granted(a)) => a == b,
            (Self::Granted(_) | Self::Revoked(_), _)
            | (_, Self::Granted(_) | Self::Revoked(_))
            | (Self::Comment | Self::Owner, Self::Whole)
            | (Self::Whole, Self::Comment | Self::Owner) => false,
            (Self::Whole, _) | (_, Self::Whole) => true,
            (a, b) => a == b,
        }
    }

    /// Its word, for people; none for the whole.
    pub fn word(&self) -> Option<&str> {
        match self {
            Self::Whole | Self::LookedUp | Self::Named(_) => None,
            Self::Type => Some("type"),
            Self::Key => Some("key"),
            Self::Null => Some("NOT NULL"),
            Self::Default => Some("default"),
            Self::Comment => Some("comment"),
            Self::Owner => Some("owner"),
            Self::Granted(_) | Self::Revoked(_) => Some("privileges"),
            Self::Other(word) => Some(word),
            Self::Copied => Some("copied"),
        }
    }
}

impl Footprint {
    /// The statements that could not be read: with one, "no conflict" is no answer.
    pub fn unread(&self) -> impl Iterator<Item = &Touched> {
        self.statements
            .iter()
            .filter(|one| matches!(one.seen, Seen::Unread { .. }))
    }

    /// Every statement was read.
    pub fn is_known(&self) -> bool {
        self.unread().next().is_none()
    }

    /// All accesses, with the statement's number.
    pub fn accesses(&self) -> impl Iterator<Item = (usize, &Access)> {
        let all = self.statements.iter().enumerate();
        all.flat_map(|(at, one)| one.accesses.iter().map(move |access| (at, access)))
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.act.verb(), self.object)?;
        match self.part.word() {
            Some(word) => write!(f, " ({word})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_of_an_object() {
        let role = |name: &str| name.to_owned();
        for (a, b, meets) in [
            (Part::Whole, Part::Whole, true),
            (Part::Whole, Part::Type, true),
            (Part::Type, Part::Type, true),
            (Part::Type, Part::Null, false),
            (Part::Null, Part::Default, false),
            (Part::Comment, Part::Comment, true),
            (Part::Comment, Part::Whole, false),
            (Part::Owner, Part::Whole, false),
            (Part::Granted(role("a")), Part::Granted(role("a")), false),
            (Part::Granted(role("a")), Part::Revoked(role("a")), true),
            (Part::Granted(role("a")), Part::Revoked(role("b")), false),
            (Part::Revoked(role("a")), Part::Revoked(role("a")), false),
            (Part::Granted(role("a")), Part::Whole, false),
            (Part::Other(role("x")), Part::Other(role("x")), true),
            (Part::Other(role("x")), Part::Other(role("y")), false),
        ] {
            assert_eq!(a.meets(&b), meets, "{a:?} {b:?}");
            assert_eq!(b.meets(&a), meets, "{b:?} {a:?}");
        }
    }

    #[test]
    fn accesses_as_text() {
        let column = Object::column("public", "users", "email");
        let access = Access::new(Act::Alter, column).of(Part::Type);
        assert_eq!(access.to_string(), "alters column users.email (type)");
    }

    #[test]
    fn what_could_not_be_read_is_not_known() {
        let touched = |seen| Touched {
            span: 0..1,
            accesses: Vec::new(),
            seen,
        };
        let known = |seen| {
            let statements = vec![touched(Seen::Whole), touched(seen)];
            Footprint { statements }.is_known()
        };
        assert!(known(Seen::Whole));
        assert!(known(Seen::Opaque { at: 0..1 }));
        assert!(!known(Seen::Unread { at: 0..1 }));
    }
}
