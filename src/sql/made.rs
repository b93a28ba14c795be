//! What a statement makes, by its own head: the object, and the columns, constraints
//! and labels that it names.
//!
//! For texts that the user wants kept, and for remarks that stand beside something. It
//! reads names and nothing else; whether the object came to be, the database says.

use super::{
    statements::Statement,
    token::{Token, TokenKind},
};
use crate::model::{Dialect, Span};

/// What is made, in the words of the statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noun {
    /// A schema.
    Schema,
    /// A table of any sort.
    Table,
    /// A column of a table.
    Column,
    /// A constraint that has a name.
    Constraint,
    /// A constraint or another part without a name.
    Nameless,
    /// A type of any sort.
    Type,
    /// A label of an enumerated type.
    Label,
    /// A domain.
    Domain,
    /// A sequence.
    Sequence,
    /// A view.
    View,
    /// A materialised view.
    MaterializedView,
    /// An index.
    Index,
    /// A function.
    Function,
    /// A procedure.
    Procedure,
    /// A trigger.
    Trigger,
    /// A policy.
    Policy,
}

/// Something that a statement makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// What.
    pub noun: Noun,
    /// Its names from the outside in, as the database keeps them; a part has those of
    /// its table or type first. The schema is missing where the statement does not say it.
    pub path: Vec<String>,
    /// Its bytes in the script.
    pub span: Span,
}

/// What a statement makes: the object first, then what is named in it.
pub fn made(statement: &Statement, script: &str) -> Vec<Made> {
    let text = statement.text(script);
    let mut reader = Reader {
        text,
        tokens: statement.tokens(text).collect(),
        at: 0,
        dialect: statement.dialect(),
        base: statement.span.start,
    };
    if reader.word("CREATE") {
        reader.create(&statement.span)
    } else if reader.word("ALTER") {
        reader.alter().unwrap_or_default()
    } else {
        Vec::new()
    }
}

/// A name as the database keeps it: `"…"` without its quotes, everything else folded.
pub(super) fn kept(token: &Token, text: &str, dialect: Dialect) -> String {
    let name = super::cursor::bare(token, text);
    let quoted = token.kind == TokenKind::QuotedIdent;
    match dialect {
        Dialect::Sqlite => name.to_ascii_lowercase(),
        Dialect::Postgres => cut(if quoted {
            name
        } else {
            name.to_ascii_lowercase()
        }),
    }
}

/// PostgreSQL cuts a name to 63 bytes, not within a character.
fn cut(mut name: String) -> String {
    const LONGEST: usize = 63;
    let mut end = name.len().min(LONGEST);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.truncate(end);
    name
}

struct Reader<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    dialect: Dialect,
    base: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn is_word(&self, word: &str) -> bool {
        self.peek()
            .is_some_and(|token| token.is_word(self.text, word))
    }

    fn word(&mut self, word: &str) -> bool {
        let is = self.is_word(word);
        self.at += usize::from(is);
        is
    }

    fn words(&mut self, words: &[&str]) -> bool {
        let from = self.at;
        let all = words.iter().all(|word| self.word(word));
        if !all {
            self.at = from;
        }
        all
    }

    fn kind(&mut self, kind: TokenKind) -> bool {
        let is = self.peek().is_some_and(|token| token.kind == kind);
        self.at += usize::from(is);
        is
    }

    /// One name.
    fn name(&mut self) -> Option<String> {
        let token = self.peek()?;
        let is_name = matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdent)
            || (self.dialect == Dialect::Sqlite && token.kind == TokenKind::String);
        let name = is_name.then(|| kept(token, self.text, self.dialect))?;
        self.at += 1;
        Some(name)
    }

    /// `[schema.]name`.
    fn path(&mut self) -> Option<Vec<String>> {
        let mut path = vec![self.name()?];
        while self.kind(TokenKind::Dot) {
            path.push(self.name()?);
        }
        // SQLite's schemas are databases, and there is one.
        if self.dialect == Dialect::Sqlite {
            path.drain(..path.len() - 1);
        }
        Some(path)
    }

    fn create(&mut self, whole: &Span) -> Vec<Made> {
        self.words(&["OR", "REPLACE"]);
        let mut materialized = false;
        let noun = loop {
            let Some(token) = self.peek() else {
                return Vec::new();
            };
            let word = token.text(self.text).to_ascii_uppercase();
            self.at += 1;
            break match word.as_str() {
                "MATERIALIZED" => {
                    materialized = true;
                    continue;
                }
                "GLOBAL" | "LOCAL" | "TEMP" | "TEMPORARY" | "UNLOGGED" | "UNIQUE"
                | "CONSTRAINT" | "RECURSIVE" | "VIRTUAL" | "FOREIGN" => continue,
                "SCHEMA" => Noun::Schema,
                "TABLE" => Noun::Table,
                "TYPE" => Noun::Type,
                "DOMAIN" => Noun::Domain,
                "SEQUENCE" => Noun::Sequence,
                "VIEW" if materialized => Noun::MaterializedView,
                "VIEW" => Noun::View,
                "INDEX" => Noun::Index,
                "FUNCTION" => Noun::Function,
                "PROCEDURE" => Noun::Procedure,
                "TRIGGER" => Noun::Trigger,
                "POLICY" => Noun::Policy,
                _ => return Vec::new(),
            };
        };
        self.word("CONCURRENTLY");
        self.words(&["IF", "NOT", "EXISTS"]);
        // An index without a name gets one that nobody wrote.
        if noun == Noun::Index && self.is_word("ON") {
            return Vec::new();
        }
        let Some(mut path) = self.path() else {
            return Vec::new();
        };
        let postgres = self.dialect == Dialect::Postgres;
        if postgres && matches!(noun, Noun::Trigger | Noun::Policy) {
            // They are parts of their table.
            let Some(table) = self.table_after_on() else {
                return Vec::new();
            };
            path = [table, path].concat();
        } else if postgres
            && noun == Noun::Index
            && let Some(table) = self.table_after_on()
            && table.len() > 1
        {
            // It stands in the schema of its table.
            path.splice(0..0, table.into_iter().take(1));
        }
        let mut all = vec![Made {
            noun,
            path: path.clone(),
            span: whole.clone(),
        }];
        match noun {
            Noun::Table => all.extend(self.columns(&path)),
            Noun::Type if self.words(&["AS", "ENUM"]) => all.extend(self.labels(&path)),
            _ => {}
        }
        all
    }

    /// The table behind the next `ON` outside of parentheses.
    fn table_after_on(&mut self) -> Option<Vec<String>> {
        while !self.word("ON") {
            self.peek()?;
            self.at += 1;
        }
        self.word("ONLY");
        self.path()
    }

    /// `ALTER TABLE t ADD …`.
    fn alter(&mut self) -> Option<Vec<Made>> {
        if !self.word("TABLE") {
            return None;
        }
        self.words(&["IF", "EXISTS"]);
        self.word("ONLY");
        let table = self.path()?;
        let mut all = Vec::new();
        loop {
            let from = self.at;
            let is_add = self.word("ADD");
            let begin = self.at;
            self.past_item();
            if is_add {
                let end = self.at;
                self.at = begin;
                self.word("COLUMN");
                self.words(&["IF", "NOT", "EXISTS"]);
                all.extend(self.part(&table, from, end));
                self.at = end;
            }
            if !self.kind(TokenKind::Comma) {
                return Some(all);
            }
        }
    }

    /// Goes to the comma or the parenthesis that ends an item.
    fn past_item(&mut self) {
        let mut depth = 0usize;
        while let Some(token) = self.peek() {
            match token.kind {
                TokenKind::LeftParen => depth += 1,
                TokenKind::RightParen | TokenKind::Comma if depth == 0 => return,
                TokenKind::RightParen => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// The bytes of the tokens from one to before another, with the comma that follows.
    fn span(&self, from: usize, to: usize) -> Span {
        let last = match self.tokens.get(to) {
            Some(token) if token.kind == TokenKind::Comma => to,
            _ => to.saturating_sub(1),
        };
        let start = self.tokens.get(from).map_or(0, |token| token.span.start);
        let end = self.tokens.get(last).map_or(start, |token| token.span.end);
        self.base + start..self.base + end
    }

    /// A column or a constraint, whose tokens are those from one to before another.
    fn part(&mut self, table: &[String], from: usize, to: usize) -> Option<Made> {
        let span = self.span(from, to);
        let nameless = ["PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "LIKE"];
        let excludes = self.is_word("EXCLUDE")
            && self.tokens.get(self.at + 1).is_some_and(|next| {
                next.kind == TokenKind::LeftParen || next.is_word(self.text, "USING")
            });
        let (noun, name) = if self.word("CONSTRAINT") {
            (Noun::Constraint, Some(self.name()?))
        } else if excludes || nameless.iter().any(|word| self.is_word(word)) {
            (Noun::Nameless, None)
        } else {
            (Noun::Column, Some(self.name()?))
        };
        let path = table.iter().cloned().chain(name).collect();
        Some(Made { noun, path, span })
    }

    fn columns(&mut self, table: &[String]) -> Vec<Made> {
        if !self.kind(TokenKind::LeftParen) {
            return Vec::new();
        }
        let mut all = Vec::new();
        loop {
            let from = self.at;
            self.past_item();
            let to = self.at;
            self.at = from;
            all.extend(self.part(table, from, to));
            self.at = to;
            if !self.kind(TokenKind::Comma) {
                return all;
            }
        }
    }

    fn labels(&mut self, of: &[String]) -> Vec<Made> {
        if !self.kind(TokenKind::LeftParen) {
            return Vec::new();
        }
        let mut all = Vec::new();
        while let Some(token) = self.peek() {
            if token.kind == TokenKind::String {
                let label = super::cursor::bare(token, self.text);
                all.push(Made {
                    noun: Noun::Label,
                    path: of.iter().cloned().chain([label]).collect(),
                    span: self.span(self.at, self.at + 1),
                });
            }
            self.at += 1;
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::statements;

    fn shown(text: &str, dialect: Dialect) -> Vec<String> {
        let all = statements(text, dialect).into_iter();
        all.flat_map(|statement| made(&statement, text))
            .map(|made| format!("{:?} {}", made.noun, made.path.join(".")))
            .collect()
    }

    #[test]
    fn heads() {
        for (text, want) in [
            ("CREATE VIEW v AS SELECT 1", "View v"),
            ("create or replace view app.V as select 1", "View app.v"),
            (
                "CREATE MATERIALIZED VIEW IF NOT EXISTS m AS SELECT 1",
                "MaterializedView m",
            ),
            (
                "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON app.t (a)",
                "Index app.i",
            ),
            ("CREATE INDEX i ON t (a)", "Index i"),
            ("CREATE INDEX ON t (a)", ""),
            (
                "CREATE CONSTRAINT TRIGGER \"T g\" AFTER INSERT ON app.t EXECUTE FUNCTION f()",
                "Trigger app.t.T g",
            ),
            ("CREATE POLICY p ON ONLY t USING (true)", "Policy t.p"),
            (
                "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "Function f",
            ),
            (
                "CREATE TYPE mood AS ENUM ('sad', 'it''s')",
                "Type mood|Label mood.sad|Label mood.it's",
            ),
            ("CREATE TYPE pair AS (a int, b int)", "Type pair"),
            ("CREATE UNLOGGED TABLE t (a int)", "Table t|Column t.a"),
            ("CREATE ROLE r", ""),
            ("COMMENT ON TABLE t IS 'x'", ""),
            ("CREATE", ""),
            ("CREATE TABLE", ""),
        ] {
            assert_eq!(shown(text, Dialect::Postgres).join("|"), want, "{text}");
        }
    }

    #[test]
    fn the_parts_of_a_table() {
        let text = "CREATE TABLE app.t (id int PRIMARY KEY, \"Full Name\" numeric(10, 2) DEFAULT (1, 2), CONSTRAINT c CHECK \
                    (a IN (1, 2)), UNIQUE (a, b), exclude text, EXCLUDE USING gist (c WITH &&))";
        assert_eq!(
            shown(text, Dialect::Postgres).join("|"),
            "Table app.t|Column app.t.id|Column app.t.Full Name|Constraint app.t.c|Nameless app.t|Column \
             app.t.exclude|Nameless app.t"
        );
        let text = "ALTER TABLE ONLY t ADD CONSTRAINT k PRIMARY KEY (a, b), ADD COLUMN IF NOT EXISTS c int, ADD d int, DROP e";
        assert_eq!(
            shown(text, Dialect::Postgres).join("|"),
            "Constraint t.k|Column t.c|Column t.d"
        );
        let text = "create table main.[My Table] (A text, 'b' int)";
        assert_eq!(
            shown(text, Dialect::Sqlite).join("|"),
            "Table my table|Column my table.a|Column my table.b"
        );
    }

    #[test]
    fn names_are_cut_as_postgresql_cuts_them() {
        let long = "ä".repeat(40);
        let text = format!("CREATE VIEW {long} AS SELECT 1");
        assert_eq!(
            shown(&text, Dialect::Postgres),
            [format!("View {}", "ä".repeat(31))]
        );
    }
}
