//! Remarks in models: `-- teammig: renamed from old` beside what they are about.
//!
//! They say what a comparison cannot know. One stands on the line of what it is about,
//! behind it, or on a line of its own before it. Whether there was anything under the
//! old name is for others to find out.

use super::{
    made::{Made, Noun, kept, made},
    statements::statements,
    token::{Token, TokenKind},
    tokens::tokens,
};
use crate::model::{Dialect, Span};

/// What a remark says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Says {
    /// `renamed from NAME`: its former name, from the outside in where it has several.
    RenamedFrom(Vec<String>),
    /// `using EXPRESSION`: what makes the new value of the rows that are there.
    Using(String),
    /// `backfill EXPRESSION`: what fills the rows that are there.
    Backfill(String),
}

/// A remark, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// Its bytes in the script.
    pub span: Span,
    /// What it stands at.
    pub on: Made,
    /// What it says.
    pub says: Says,
}

/// What is wrong with a remark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// It says none of the things that there are.
    Unknown,
    /// What should follow is missing, or is no name.
    Incomplete,
    /// It is in `/* … */`.
    Block,
    /// Nothing that it could be about stands there.
    Nowhere,
    /// `using` and `backfill` are about columns.
    NotAColumn,
    /// What it stands at has no name that could change.
    NotNamed,
}

/// A remark that cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadAnnotation {
    /// Its bytes in the script.
    pub span: Span,
    /// What is wrong.
    pub mistake: Mistake,
}

/// The remarks of a script, in order.
pub fn annotations(text: &str, dialect: Dialect) -> Vec<Result<Annotation, BadAnnotation>> {
    let all: Vec<Token> = tokens(text, Some(dialect)).collect();
    // Most models have none, and heads need not be read for them.
    let mut things: Option<Vec<Made>> = None;
    let mut out = Vec::new();
    for (n, token) in all.iter().enumerate() {
        let Some(said) = said(token, text, dialect) else {
            continue;
        };
        let things = things.get_or_insert_with(|| {
            let statements = statements(text, dialect);
            let each = statements
                .iter()
                .flat_map(|statement| made(statement, text));
            each.collect()
        });
        let read = said.and_then(|says| {
            let on = owner(&all, n, text, things).ok_or(Mistake::Nowhere)?;
            fits(&says, on.noun)?;
            Ok((says, on))
        });
        let span = token.span.clone();
        out.push(match read {
            Ok((says, on)) => Ok(Annotation { span, on, says }),
            Err(mistake) => Err(BadAnnotation { span, mistake }),
        });
    }
    out
}

/// A script without its remarks, which are for teammig alone, and where something is
/// missing: offsets in what is left, each with the number of bytes cut out there.
pub fn without_annotations(text: &str, dialect: Dialect) -> (String, Vec<(usize, usize)>) {
    let mut out = String::with_capacity(text.len());
    let mut cuts = Vec::new();
    let mut from = 0;
    for token in tokens(text, Some(dialect)) {
        if said(&token, text, dialect).is_none() {
            continue;
        }
        let before = &text[from..token.span.start];
        let mut kept = before.trim_end_matches([' ', '\t']).len();
        let mut end = token.span.end;
        // A line of its own goes as a whole.
        if before[..kept].ends_with('\n') || (kept == 0 && from == 0) {
            end += usize::from(text[end..].starts_with('\n'));
        } else if !text[end..].starts_with(['\n', '\r']) && !text[end..].is_empty() {
            kept = before.len();
        }
        out.push_str(&before[..kept]);
        cuts.push((out.len(), end - from - kept));
        from = end;
    }
    out.push_str(&text[from..]);
    (out, cuts)
}

/// What a comment says to teammig; `None` for any other one.
fn said(token: &Token, text: &str, dialect: Dialect) -> Option<Result<Says, Mistake>> {
    let comment = token.text(text);
    let (body, block) = match token.kind {
        TokenKind::LineComment => (comment.trim_start_matches('-'), false),
        TokenKind::BlockComment => (comment.trim_start_matches(['/', '*']), true),
        _ => return None,
    };
    let body = body.trim();
    let rest = body
        .get(..7)
        .filter(|word| word.eq_ignore_ascii_case("teammig"))
        .and_then(|_| body.get(7..))?;
    let (rest, colon) = match rest.trim_start().strip_prefix(':') {
        Some(rest) => (rest.trim(), true),
        None => (rest.trim(), false),
    };
    let (verb, argument) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let is = |word: &str| verb.eq_ignore_ascii_case(word);
    let is_verb = is("renamed") || is("using") || is("backfill");
    if !colon && !is_verb {
        // A sentence about teammig.
        return None;
    }
    if block {
        return Some(Err(Mistake::Block));
    }
    if !colon {
        return Some(Err(Mistake::Unknown));
    }
    let argument = argument.trim();
    let expression = || {
        let expression = argument.trim_end_matches(';').trim_end();
        let is_there = !expression.is_empty();
        is_there
            .then(|| expression.to_owned())
            .ok_or(Mistake::Incomplete)
    };
    Some(if is("renamed") {
        match argument.split_once(char::is_whitespace) {
            Some((from, name)) if from.eq_ignore_ascii_case("from") => name_path(name, dialect)
                .map(Says::RenamedFrom)
                .ok_or(Mistake::Incomplete),
            _ if argument.eq_ignore_ascii_case("from") => Err(Mistake::Incomplete),
            _ => Err(Mistake::Unknown),
        }
    } else if is("using") {
        expression().map(Says::Using)
    } else if is("backfill") {
        expression().map(Says::Backfill)
    } else {
        Err(Mistake::Unknown)
    })
}

/// `schema.table.column` as the database keeps the names; a label may be in `'…'`.
pub fn name_path(text: &str, dialect: Dialect) -> Option<Vec<String>> {
    let all: Vec<Token> = tokens(text, Some(dialect))
        .filter(|token| !token.is_trivia())
        .collect();
    let mut path = Vec::new();
    for (n, token) in all.iter().enumerate() {
        match (n % 2, token.kind) {
            (0, TokenKind::Word | TokenKind::QuotedIdent) => path.push(kept(token, text, dialect)),
            (0, TokenKind::String) => path.push(super::cursor::bare(token, text)),
            (1, TokenKind::Dot) => {}
            _ => return None,
        }
    }
    (all.len() % 2 == 1).then_some(path)
}

/// What a remark is about: what ends last before it on its line, else what begins after it.
fn owner(all: &[Token], n: usize, text: &str, things: &[Made]) -> Option<Made> {
    let counts = |token: &&Token| !token.is_trivia() && token.kind != TokenKind::Semicolon;
    let innermost = |at: usize| {
        let around = things.iter().filter(|made| made.span.contains(&at));
        around.min_by_key(|made| made.span.len())
    };
    let comment = all.get(n)?;
    let before = all[..n].iter().rfind(counts).filter(|token| {
        let between = text.get(token.span.end..comment.span.start);
        between.is_some_and(|between| !between.contains('\n'))
    });
    if let Some(token) = before {
        return innermost(token.span.end - 1).cloned();
    }
    let next = all[n..].iter().find(|token| !token.is_trivia())?;
    let made = innermost(next.span.start)?;
    // Between the parts of an object it would be a guess.
    let is_part = matches!(
        made.noun,
        Noun::Column | Noun::Constraint | Noun::Nameless | Noun::Label
    );
    (is_part || made.span.start == next.span.start).then(|| made.clone())
}

fn fits(says: &Says, noun: Noun) -> Result<(), Mistake> {
    match (says, noun) {
        (Says::RenamedFrom(_), Noun::Nameless) => Err(Mistake::NotNamed),
        (Says::RenamedFrom(_), _) | (Says::Using(_) | Says::Backfill(_), Noun::Column) => Ok(()),
        (Says::Using(_) | Says::Backfill(_), _) => Err(Mistake::NotAColumn),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let all = annotations(text, Dialect::Postgres).into_iter();
        all.map(|one| match one {
            Ok(one) => {
                let path = one.on.path.join(".");
                match one.says {
                    Says::RenamedFrom(old) => format!("{path} was {}", old.join(".")),
                    Says::Using(by) => format!("{path} using {by}"),
                    Says::Backfill(by) => format!("{path} backfill {by}"),
                }
            }
            Err(bad) => format!("{:?} at {}", bad.mistake, &text[bad.span]),
        })
        .collect()
    }

    #[test]
    fn behind_and_before() {
        let text = "\
-- teammig: renamed from people
CREATE TABLE users (
    id integer PRIMARY KEY, -- an id
    full_name text, name text, -- teammig: renamed from \"Full Name\"
    -- teammig: using age::integer
    -- and a note
    age integer,
    email text NOT NULL -- teammig: backfill coalesce(name, '') || '@example.org'
    , CONSTRAINT old_enough CHECK (age > 17) -- teammig: renamed from adult
);
CREATE TABLE app.log ( -- teammig: renamed from public.logs
    at date
);
CREATE TYPE mood AS ENUM (
    'glad', -- teammig: renamed from 'happy'
    'sad' -- teammig: renamed from unhappy
); -- teammig: renamed from feeling
CREATE VIEW v AS SELECT 1; -- teammig: renamed from w
";
        assert_eq!(
            shown(text),
            [
                "users was people",
                "users.name was Full Name",
                "users.age using age::integer",
                "users.email backfill coalesce(name, '') || '@example.org'",
                "users.old_enough was adult",
                "app.log was public.logs",
                "mood.glad was happy",
                "mood.sad was unhappy",
                "mood was feeling",
                "v was w",
            ]
        );
    }

    #[test]
    fn mistakes() {
        for (text, want) in [
            (
                "CREATE TABLE t (a int); -- teammig: rename from b",
                "Unknown at -- teammig: rename from b",
            ),
            (
                "CREATE TABLE t (a int); -- teammig: renamed to b",
                "Unknown at -- teammig: renamed to b",
            ),
            (
                "CREATE TABLE t (a int); -- teammig renamed from b",
                "Unknown at -- teammig renamed from b",
            ),
            (
                "CREATE TABLE t (a int); -- teammig: renamed from",
                "Incomplete at -- teammig: renamed from",
            ),
            (
                "CREATE TABLE t (a int); -- teammig: renamed from a b",
                "Incomplete at -- teammig: renamed from a b",
            ),
            (
                "CREATE TABLE t (a int -- teammig: using\n)",
                "Incomplete at -- teammig: using",
            ),
            (
                "CREATE TABLE t (a int /* teammig: renamed from b */)",
                "Block at /* teammig: renamed from b */",
            ),
            (
                "CREATE TABLE t (a int); -- teammig: using b",
                "NotAColumn at -- teammig: using b",
            ),
            (
                "CREATE TABLE t (a int, PRIMARY KEY (a) -- teammig: renamed from b\n)",
                "NotNamed at -- teammig: renamed from b",
            ),
            (
                "CREATE TABLE t (a int\n-- teammig: renamed from b\n)",
                "Nowhere at -- teammig: renamed from b",
            ),
            (
                "COMMENT ON TABLE t IS ''; -- teammig: renamed from b",
                "Nowhere at -- teammig: renamed from b",
            ),
            (
                "-- teammig: renamed from b",
                "Nowhere at -- teammig: renamed from b",
            ),
        ] {
            assert_eq!(shown(text), [want], "{text}");
        }
        for text in [
            "-- teammig reads this file",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ -- teammig: renamed from b\n SELECT 1 $$",
            "-- teammigrate: renamed from b",
            "-- größe",
        ] {
            assert!(shown(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn without() {
        let text = "-- teammig: renamed from a\nCREATE TABLE t (\n  -- teammig: using b\n  b int, -- teammig: backfill 1\n  \
                    c int -- c\n); -- teammig: renamed from d";
        let (left, cuts) = without_annotations(text, Dialect::Postgres);
        assert_eq!(left, "CREATE TABLE t (\n  b int,\n  c int -- c\n);");
        let lost: usize = cuts.iter().map(|cut| cut.1).sum();
        assert_eq!(left.len() + lost, text.len());
        // Each byte that is left stands where the cuts say.
        for (at, byte) in left.bytes().enumerate() {
            let cut: usize = cuts.iter().filter(|cut| cut.0 <= at).map(|cut| cut.1).sum();
            assert_eq!(text.as_bytes()[at + cut], byte, "{at}");
        }
    }

    #[test]
    fn names() {
        for (text, want) in [
            ("users", Some("users")),
            ("Users . \"Full.Name\"", Some("users|Full.Name")),
            ("users.", None),
            ("", None),
            ("a b", None),
        ] {
            let path = name_path(text, Dialect::Postgres).map(|path| path.join("|"));
            assert_eq!(path.as_deref(), want, "{text}");
        }
    }
}
