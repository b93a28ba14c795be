//! One simple-query message made of a statement of the script and our own.
//!
//! Sharing a message is what saves the round trips; the price is that an error
//! has to be traced back to the part that it belongs to, which happens here.

use std::ops::Range;

use super::{pg_error, script::Script, session::Failure};

/// Whose statement a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// BEGIN and settings.
    Ours,
    /// The script's statement of this number, from 0.
    Statement(usize),
    /// The ledger's row.
    Record,
    /// COMMIT: where deferred constraints are checked.
    Commit,
}

/// What is sent in one go.
#[derive(Debug, Default)]
pub(super) struct Message {
    pub(super) text: String,
    /// A statement in it may take long and talk meanwhile.
    pub(super) talkative: bool,
    /// The parts with their bytes in `text`.
    parts: Vec<(Part, Range<usize>)>,
}

/// What a failure belongs to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Culprit {
    pub(super) part: Part,
    /// The byte of the script that the server pointed at.
    pub(super) offset: Option<usize>,
    /// The message had COMMIT in it.
    pub(super) commits: bool,
}

/// What is known of a failure besides its position.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Clues {
    /// The server names the ledger.
    pub(super) names_ledger: bool,
    /// No transaction was left to roll back.
    pub(super) ended: bool,
}

impl Message {
    /// Adds a statement of ours.
    pub(super) fn ours(&mut self, sql: &str) {
        self.push(Part::Ours, sql);
    }

    /// Adds a statement of the script.
    pub(super) fn statement(&mut self, script: &Script<'_>, at: usize) {
        self.talkative |= script.is_talkative(at);
        self.push(Part::Statement(at), script.statement(at));
    }

    /// Adds a statement that changes the ledger.
    pub(super) fn record(&mut self, sql: &str) {
        self.push(Part::Record, sql);
    }

    /// Adds COMMIT, or what stands for it.
    pub(super) fn commit(&mut self, sql: &str) {
        self.push(Part::Commit, sql);
    }

    fn push(&mut self, part: Part, sql: &str) {
        if !self.text.is_empty() {
            // On a line of its own: the statement before may end in a comment.
            self.text.push_str("\n;");
        }
        let start = self.text.len();
        self.text.push_str(sql);
        self.parts.push((part, start..self.text.len()));
    }

    /// The part that failed, and where in `script` the server points to.
    pub(super) fn culprit(&self, failure: &Failure, script: &Script<'_>, clues: Clues) -> Culprit {
        let position = failure.server().and_then(pg_error::position);
        let clues = Clues {
            // Unreadable for the server, it has not begun with the message at all.
            ended: clues.ended && !failure.code().is_some_and(pg_error::is_unreadable),
            ..clues
        };
        self.locate(position, script, clues)
    }

    fn locate(&self, position: Option<usize>, script: &Script<'_>, clues: Clues) -> Culprit {
        let pointed = position.and_then(|position| self.part_at(position));
        let parts = || self.parts.iter().map(|(part, _)| *part);
        let has = |wanted: Part| parts().find(|part| *part == wanted);
        let commits = has(Part::Commit).is_some();
        if let Some((Part::Statement(at), within)) = pointed {
            let span = script.span(at);
            return Culprit {
                part: Part::Statement(at),
                // What stands behind it (our `;`) is its end.
                offset: Some((span.start + within).min(span.end)),
                commits,
            };
        }
        let statement = || parts().find(|part| matches!(part, Part::Statement(_)));
        let part = pointed
            .map(|(part, _)| part)
            .or_else(|| has(Part::Record).filter(|_| clues.names_ledger))
            .or_else(|| has(Part::Commit).filter(|_| clues.ended))
            .or_else(statement)
            .or_else(|| has(Part::Record));
        Culprit {
            part: part.unwrap_or(Part::Ours),
            offset: None,
            commits,
        }
    }

    /// The part at a character, from 1 (and one past the end for "at end of
    /// input"), and the bytes between its beginning and there.
    fn part_at(&self, position: usize) -> Option<(Part, usize)> {
        let ends = std::iter::once(self.text.len());
        let mut starts = self.text.char_indices().map(|(at, _)| at).chain(ends);
        let byte = starts.nth(position.checked_sub(1)?)?;
        let mut before = self.parts.iter().rev();
        let (part, range) = before.find(|(_, range)| range.start <= byte)?;
        Some((*part, byte - range.start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_traced_to_their_part() {
        let text = "-- ä\nSELECT 'ö', x;\n SELECT 2";
        let script = Script::new(text);
        let mut message = Message::default();
        message.ours("BEGIN");
        message.statement(&script, 0);
        message.record("DELETE FROM l");
        message.commit("COMMIT");
        assert_eq!(
            message.text,
            "BEGIN\n;SELECT 'ö', x\n;DELETE FROM l\n;COMMIT"
        );
        let at = |needle: &str| {
            let byte = message.text.find(needle).unwrap_or_default();
            Some(message.text[..byte].chars().count() + 1)
        };
        let found = |position, names_ledger, ended| {
            let clues = Clues {
                names_ledger,
                ended,
            };
            let culprit = message.locate(position, &script, clues);
            (culprit.part, culprit.offset)
        };
        let statement = Part::Statement(0);
        let x = text.find('x');
        assert_eq!(found(at("x\n"), false, false), (statement, x));
        // Behind the statement: its end.
        let end = x.map(|x| x + 1);
        assert_eq!(found(at("\n;DELETE"), false, true), (statement, end));
        assert_eq!(found(at("FROM l"), false, true), (Part::Record, None));
        for position in [None, Some(0), Some(9999)] {
            assert_eq!(found(position, false, false), (statement, None));
            assert_eq!(found(position, true, false), (Part::Record, None));
            assert_eq!(found(position, false, true), (Part::Commit, None));
        }
        let mut ours = Message::default();
        ours.ours("RESET ALL");
        assert_eq!(
            ours.locate(None, &script, Clues::default()).part,
            Part::Ours
        );
        ours.record("DELETE FROM l");
        assert_eq!(
            ours.locate(None, &script, Clues::default()).part,
            Part::Record
        );
    }
}
