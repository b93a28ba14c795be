//! The docstring of a revision's module, as Alembic's template writes it.
//!
//! ```text
//! Add phone_number
//!
//! Revision ID: 7f3a9c21e4b0
//! Revises: 9209a434d045
//! Create Date: 2026-11-22 10:30:00.123456
//! ```
//!
//! Only the message and the date are taken from it: ids and parents are what is assigned.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// What a docstring says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Docstring {
    /// Its first paragraph, on one line (script/base.py, `Script.doc`).
    pub(super) message: String,
    /// The `Create Date:`; one without a zone is taken for UTC.
    pub(super) created: Option<Timestamp>,
}

impl Docstring {
    /// Reads a docstring's value.
    pub(super) fn read(text: &str) -> Self {
        let ours = |line: &&str| {
            !["Revision ID:", "Revises:", "Create Date:"]
                .iter()
                .any(|key| line.starts_with(key))
        };
        let lines = text.trim().lines().map(str::trim);
        let message: Vec<&str> = lines
            .take_while(|line| !line.is_empty())
            .take_while(ours)
            .collect();
        let date = text
            .lines()
            .find_map(|line| line.trim().strip_prefix("Create Date:"));
        Self {
            message: message.join(" "),
            created: date.and_then(|date| timestamp(date.trim())),
        }
    }
}

/// `2026-11-22 10:30:00.123456`, with or without an offset: what Python's `datetime` prints.
fn timestamp(text: &str) -> Option<Timestamp> {
    let zoned = text.parse::<Timestamp>();
    let at = zoned.or_else(|_| {
        text.parse::<DateTime>()
            .and_then(|civil| civil.to_zoned(TimeZone::UTC))
            .map(|zoned| zoned.timestamp())
    });
    Timestamp::from_second(at.ok()?.as_second()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_template_writes() {
        let read = Docstring::read(
            "\nAdd phone_number\nto users\n\nRevision ID: a\nRevises: b\nCreate Date: 2026-11-22 10:30:00.123456\n",
        );
        assert_eq!(read.message, "Add phone_number to users");
        assert_eq!(read.created.unwrap().to_string(), "2026-11-22T10:30:00Z");
    }

    #[test]
    fn dates() {
        for (written, read) in [
            ("2026-11-22 10:30:00", Some("2026-11-22T10:30:00Z")),
            ("2026-11-22 10:30:00.1+02:00", Some("2026-11-22T08:30:00Z")),
            ("2026-11-22T10:30:00+00:00", Some("2026-11-22T10:30:00Z")),
            ("yesterday", None),
            ("", None),
        ] {
            let said = Docstring::read(&format!("x\n\nCreate Date: {written}\n"));
            assert_eq!(
                said.created.map(|at| at.to_string()).as_deref(),
                read,
                "{written}"
            );
        }
    }

    #[test]
    fn a_message_without_a_blank_line_behind_it() {
        assert_eq!(Docstring::read("x\nRevision ID: a\n").message, "x");
        assert_eq!(Docstring::read("").message, "");
    }
}
