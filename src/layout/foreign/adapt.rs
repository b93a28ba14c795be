//! What is the same for all tools: a script as its source ran it becomes a
//! script as teammig will run it.
//!
//! The order matters: what a client program would do comes first, then the
//! script's own transaction, and only then what depends on whether there will
//! be one around it.

use super::{
    ForeignRevision, ForeignScript, Note, NoteKind, RawRevision, Tool,
    draft::Draft,
    identity, rebuild,
    wrap::{self, Own},
};
use crate::{
    layout::header::bad,
    model::{Dialect, Direction, Finding, NoWayBack, Span},
    sql::{self, TokenKind},
};

/// One direction of a revision, on its way.
struct Adapter {
    tool: Tool,
    dialect: Dialect,
    direction: Direction,
    draft: Draft,
    notes: Vec<Note>,
}

pub(super) fn adapt(
    raw: RawRevision,
    tool: Tool,
    dialect: Dialect,
) -> Result<ForeignRevision, Vec<Finding>> {
    let mut findings = Vec::new();
    let mut notes = Vec::new();
    let up_path = raw.up.file.path.clone();
    let mut script = |direction, draft| {
        let adapter = Adapter {
            tool,
            dialect,
            direction,
            draft,
            notes: Vec::new(),
        };
        match adapter.run() {
            Ok((script, more)) => {
                notes.extend(more);
                Some(script)
            }
            Err(finding) => {
                findings.push(*finding);
                None
            }
        }
    };
    let down_path = raw.down.as_ref().map(|draft| draft.file.path.clone());
    let up = script(Direction::Up, raw.up);
    let down = raw
        .down
        .and_then(|draft| script(Direction::Down, draft))
        .filter(|down| {
            let up = up.as_ref().is_some_and(|up| sql::has_statement(&up.sql));
            NoWayBack::judge(up, Ok(sql::has_statement(&down.sql))).is_none()
        });
    if down.is_none() {
        notes.retain(|note| note.direction == Direction::Up);
        notes.push(Note {
            kind: NoteKind::NoWayBack,
            direction: Direction::Down,
            path: down_path.unwrap_or(up_path.clone()),
            line: None,
        });
    }
    if raw.part == Some(1) {
        notes.push(Note {
            kind: NoteKind::SeveralPairs,
            direction: Direction::Up,
            path: up_path,
            line: None,
        });
    }
    match up {
        Some(up) if findings.is_empty() => Ok(ForeignRevision {
            created: identity::created(&raw.label),
            version: raw.version,
            label: raw.label,
            name: raw.name,
            part: raw.part,
            up,
            down,
            notes,
        }),
        _ => Err(findings),
    }
}

impl Adapter {
    fn run(mut self) -> Result<(ForeignScript, Vec<Note>), Box<Finding>> {
        self.refuse_clients()?;
        if self.draft.no_transaction {
            self.note(NoteKind::OutsideTransaction, None);
        }
        self.own_transaction();
        self.outside_needed();
        let foreign_keys_off = self.foreign_keys();
        self.ledger_named();
        self.line_ends();
        let script = ForeignScript {
            path: self.draft.file.path.clone(),
            sql: self.draft.finish(),
            no_transaction: self.draft.no_transaction,
            foreign_keys_off,
        };
        Ok((script, self.notes))
    }

    fn note(&mut self, kind: NoteKind, at: Option<usize>) {
        self.notes.push(Note {
            kind,
            direction: self.direction,
            path: self.draft.file.path.clone(),
            line: at.map(|at| self.draft.line(at)),
        });
    }

    /// What only a client program understands.
    fn refuse_clients(&self) -> Result<(), Box<Finding>> {
        let text = self.draft.text();
        let refuse = |span: Span, message: &str, help: &str| {
            Err(Box::new(
                bad(message)
                    .at(&self.draft.file, self.draft.in_file(span), "")
                    .help(help),
            ))
        };
        if self.dialect == Dialect::Postgres
            && let Some(copy) = sql::copy_from_stdin(text)
        {
            return refuse(
                copy.span,
                "COPY … FROM STDIN has its data in the script, and a revision holds only SQL",
                "write the rows as INSERT, or load them outside of the migrations",
            );
        }
        if let Some(span) = sql::meta_command(text, self.dialect) {
            return refuse(
                span,
                "this is a command of a client program (psql, sqlite3), not SQL",
                "remove it, or put the SQL that it stands for in its place",
            );
        }
        Ok(())
    }

    fn own_transaction(&mut self) {
        let declared = self.draft.no_transaction;
        match wrap::take_out(&mut self.draft, self.dialect) {
            Own::None => {
                let text = self.draft.text();
                // goose and Flyway send each statement by itself.
                let in_one_piece = matches!(self.tool, Tool::Diesel | Tool::Sqlx | Tool::Dbmate);
                if declared
                    && in_one_piece
                    && self.dialect == Dialect::Postgres
                    && let Some(second) = sql::statements(text, self.dialect).get(1)
                {
                    self.note(NoteKind::Batch, Some(second.span.start));
                }
            }
            Own::Kept(at) => {
                self.draft.no_transaction = true;
                if !declared {
                    self.note(NoteKind::OwnControl, Some(at));
                }
            }
            Own::Taken {
                begin,
                pragma,
                keys_off,
            } => {
                self.notes
                    .retain(|note| note.kind != NoteKind::OutsideTransaction);
                if begin.is_some() {
                    self.note(NoteKind::OwnTransaction, begin);
                }
                if keys_off {
                    self.note(NoteKind::PragmaReplaced, pragma);
                }
            }
        }
    }

    /// The two tools that run such statements without being told to.
    fn outside_needed(&mut self) {
        if self.draft.no_transaction
            || self.dialect != Dialect::Postgres
            || !matches!(self.tool, Tool::GolangMigrate | Tool::Flyway)
        {
            return;
        }
        let text = self.draft.text();
        let found = sql::statements(text, self.dialect)
            .into_iter()
            .find(|statement| sql::only_outside(statement, text, Dialect::Postgres));
        if let Some(statement) = found {
            self.draft.no_transaction = true;
            self.note(NoteKind::OutsideNeeded, Some(statement.span.start));
        }
    }

    fn foreign_keys(&mut self) -> bool {
        if self.dialect != Dialect::Sqlite {
            return false;
        }
        if self.draft.no_transaction {
            let text = self.draft.text();
            let switched = sql::statements(text, self.dialect)
                .iter()
                .any(|statement| statement.starts_with(text, &["PRAGMA", "FOREIGN_KEYS"]));
            if !switched && let Some(at) = rebuild::first_drop(text) {
                self.note(NoteKind::ForeignKeysEnforced, Some(at));
            }
            return false;
        }
        let wanted = self
            .notes
            .iter()
            .any(|note| note.kind == NoteKind::PragmaReplaced);
        let rebuild = rebuild::mark(&mut self.draft);
        if rebuild.renames.is_some() {
            self.note(NoteKind::PlainRename, rebuild.renames);
        }
        if rebuild.drops.is_some() && !wanted {
            self.note(NoteKind::ForeignKeysOff, rebuild.drops);
        }
        wanted || rebuild.drops.is_some()
    }

    /// In a database that the source never saw, its table is not there.
    fn ledger_named(&mut self) {
        let text = self.draft.text();
        let table = self.tool.ledger_table();
        let named = sql::tokens(text, Some(self.dialect)).find(|token| {
            matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdent)
                && token
                    .text(text)
                    .trim_matches(['"', '`', '[', ']'])
                    .eq_ignore_ascii_case(table)
        });
        if let Some(token) = named {
            self.note(NoteKind::NamesLedger, Some(token.span.start));
        }
    }

    fn line_ends(&mut self) {
        let text = self.draft.text();
        let found = sql::tokens(text, Some(self.dialect)).find(|token| {
            let literal = matches!(
                token.kind,
                TokenKind::String
                    | TokenKind::EscapeString
                    | TokenKind::DollarString
                    | TokenKind::QuotedIdent
            );
            literal && token.text(text).contains("\r\n")
        });
        if let Some(token) = found {
            self.note(NoteKind::LineEnds, Some(token.span.start));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        layout::foreign::{
            NoteKind, Tool,
            testing::{findings, import, outline},
        },
        model::{
            Dialect::{Postgres, Sqlite},
            Direction,
        },
    };

    #[test]
    fn notes_name_the_line() {
        let files = [
            ("1_a.up.sql", "-- x\nBEGIN;\nCREATE TABLE a ();\nCOMMIT;\n"),
            ("1_a.down.sql", "\nDROP TABLE a;\nCOMMIT;\nSELECT 1;\n"),
            (
                "2_b.up.sql",
                "SELECT 1;\nDELETE FROM public.\"schema_migrations\";\r\nSELECT 'a\r\nb';\n",
            ),
        ];
        let source = import(&files, Tool::GolangMigrate, Postgres);
        let notes: Vec<_> = source
            .revisions
            .iter()
            .flat_map(|revision| &revision.notes)
            .map(|note| (note.kind, note.direction, &*note.path, note.line))
            .collect();
        assert_eq!(
            notes,
            [
                (
                    NoteKind::OwnTransaction,
                    Direction::Up,
                    "db/1_a.up.sql",
                    Some(2)
                ),
                (
                    NoteKind::OwnControl,
                    Direction::Down,
                    "db/1_a.down.sql",
                    Some(3)
                ),
                (
                    NoteKind::NamesLedger,
                    Direction::Up,
                    "db/2_b.up.sql",
                    Some(2)
                ),
                (NoteKind::LineEnds, Direction::Up, "db/2_b.up.sql", Some(3)),
                (NoteKind::NoWayBack, Direction::Down, "db/2_b.up.sql", None),
            ]
        );
    }

    #[test]
    fn foreign_keys_of_sqlite() {
        let files = [
            (
                "1_a.sql",
                "-- migrate:up\nCREATE TABLE a (x);\n-- migrate:down\nDROP TABLE a;\n",
            ),
            (
                "2_b.sql",
                "-- migrate:up transaction:false\nPRAGMA foreign_keys=OFF;\nBEGIN;\nDROP TABLE b;\nALTER TABLE c RENAME TO \
                 d;\nCOMMIT;\nPRAGMA foreign_keys=ON;\n-- migrate:down transaction:false\nDROP TABLE a;",
            ),
        ];
        assert_eq!(
            outline(&files, Tool::Dbmate, Sqlite),
            "v1 a | CREATE TABLE a (x); | DROP TABLE a; (keys off)\n\
             v2 b | DROP TABLE b; PRAGMA legacy_alter_table = OFF; ALTER TABLE c RENAME TO d; PRAGMA legacy_alter_table = ON; \
             (keys off) | DROP TABLE a; (outside)\n"
        );
        let source = import(&files, Tool::Dbmate, Sqlite);
        let kinds: Vec<_> = source.revisions[1]
            .notes
            .iter()
            .map(|note| note.kind)
            .collect();
        assert_eq!(
            kinds,
            [
                NoteKind::OwnTransaction,
                NoteKind::PragmaReplaced,
                NoteKind::PlainRename,
                NoteKind::OutsideTransaction,
                NoteKind::ForeignKeysEnforced
            ]
        );
    }

    #[test]
    fn a_way_back_that_does_nothing_is_none() {
        for down in ["", "-- sorry\n", ";\n", "BEGIN;\nCOMMIT;\n", "/* a */ ;;"] {
            let files = [("1_a.up.sql", "SELECT 1;"), ("1_a.down.sql", down)];
            let source = import(&files, Tool::GolangMigrate, Postgres);
            assert_eq!(source.revisions[0].down, None, "{down:?}");
            let kinds: Vec<_> = source.revisions[0]
                .notes
                .iter()
                .map(|note| note.kind)
                .collect();
            assert_eq!(kinds, [NoteKind::NoWayBack], "{down:?}");
        }
        // Where there is nothing to undo, nothing undoes it.
        let files = [("1_a.up.sql", "-- later\n"), ("1_a.down.sql", "")];
        let source = import(&files, Tool::GolangMigrate, Postgres);
        assert!(source.revisions[0].down.is_some() && source.revisions[0].notes.is_empty());
    }

    #[test]
    fn what_no_server_understands() {
        let files = [
            ("1_a.sql", "\\connect other\n"),
            ("2_b.sql", "SELECT 1;\nCOPY t FROM STDIN;\n1\n\\.\n"),
            ("3_c.sql", "SELECT 'never closed"),
            ("4_d.sql", "<<<<<<< HEAD\n"),
        ];
        assert_eq!(
            findings(&files, Tool::Sqlx, Postgres),
            [
                "db/4_d.sql: the file has merge-conflict markers",
                "db/1_a.sql: this is a command of a client program (psql, sqlite3), not SQL",
                "db/2_b.sql:2: COPY … FROM STDIN has its data in the script, and a revision holds only SQL",
            ]
        );
    }

    #[test]
    fn several_statements_outside_are_said() {
        let files = [("1_a.sql", "-- no-transaction\nSELECT 1;\nSELECT 2;\n")];
        let source = import(&files, Tool::Sqlx, Postgres);
        let kinds: Vec<_> = source.revisions[0]
            .notes
            .iter()
            .map(|note| note.kind)
            .collect();
        assert_eq!(
            kinds,
            [
                NoteKind::OutsideTransaction,
                NoteKind::Batch,
                NoteKind::NoWayBack
            ]
        );
    }
}
