//! Tables whose rows change with those of another one, which a statement does not name:
//! by `ON DELETE CASCADE` and its like, in a partition, under another name. Told from the
//! words of definitions, and in doubt they change: pure.

use std::collections::BTreeSet;

use super::behind::is_about;
use crate::{
    model::Dialect,
    sql::{self, Token, TokenKind},
};

/// Which table takes which others with it.
#[derive(Debug, Default)]
pub(super) struct Cascades {
    /// From the table that a statement names, to one that it changes too.
    edges: BTreeSet<(String, String)>,
}

impl Cascades {
    /// By the definitions among `statements`.
    pub(super) fn of<'b>(dialect: Dialect, statements: impl Iterator<Item = &'b str>) -> Self {
        let mut edges = BTreeSet::new();
        for text in statements {
            if !is_about(text, &["TABLE"]) || !is_about(text, &["CREATE", "ALTER"]) {
                continue;
            }
            let words = words(text, dialect);
            let Some(own) = after(&words, "TABLE").next() else {
                continue;
            };
            let acts = is_about(text, &["CASCADE"])
                || (is_about(text, &["SET"]) && is_about(text, &["NULL", "DEFAULT"]));
            if acts {
                for parent in after(&words, "REFERENCES") {
                    edges.insert((parent, own.clone()));
                }
            }
            for parent in after(&words, "INHERITS").chain(after(&words, "OF")) {
                edges.insert((parent.clone(), own.clone()));
                edges.insert((own.clone(), parent));
            }
            for part in after(&words, "PARTITION") {
                edges.insert((part.clone(), own.clone()));
                edges.insert((own.clone(), part));
            }
            for name in after(&words, "TO") {
                edges.insert((name.clone(), own.clone()));
                edges.insert((own.clone(), name));
            }
        }
        Self { edges }
    }

    /// The tables whose rows change where those of tables that `text` names do, without
    /// those that it names itself.
    pub(super) fn reach(&self, text: &str) -> BTreeSet<String> {
        let named = |name: &String| is_about(text, &[name]);
        let mut found: BTreeSet<String> = BTreeSet::new();
        loop {
            let before = found.len();
            for (from, to) in &self.edges {
                if (named(from) || found.contains(from)) && !named(to) {
                    found.insert(to.clone());
                }
            }
            if found.len() == before {
                return found;
            }
        }
    }

    /// The tables with rows of those that `text` names: parts, parents, what was called so.
    pub(super) fn kin(&self, text: &str) -> BTreeSet<String> {
        let edges = self.edges.iter();
        let mutual = edges.filter(|(a, b)| self.edges.contains(&(b.clone(), a.clone())));
        let kin = Self {
            edges: mutual.cloned().collect(),
        };
        kin.reach(text)
    }

    /// The tables by way of which those in `tables` change.
    pub(super) fn above(&self, tables: &BTreeSet<String>) -> Vec<String> {
        let edges = self.edges.iter();
        let above = edges.filter(|(_, to)| tables.contains(to));
        above.map(|(from, _)| from.clone()).collect()
    }
}

/// Words and names, in lower case unless they are quoted; what else there is, is no name.
pub(super) fn words(text: &str, dialect: Dialect) -> Vec<String> {
    let tokens = sql::tokens(text, Some(dialect)).filter(|token| !token.is_trivia());
    let word = |token: Token| match token.kind {
        TokenKind::Word => token.text(text).to_lowercase(),
        TokenKind::QuotedIdent => {
            let name = token.text(text).trim_matches(['"', '`', '[', ']']);
            name.to_owned()
        }
        TokenKind::Dot => ".".to_owned(),
        TokenKind::LeftParen => "(".to_owned(),
        _ => String::new(),
    };
    tokens.map(word).collect()
}

/// The names behind a keyword, without their schemas.
pub(super) fn after(words: &[String], keyword: &str) -> impl Iterator<Item = String> {
    let places = words.iter().enumerate();
    let places = places.filter(move |(_, word)| word.eq_ignore_ascii_case(keyword));
    places.filter_map(|(at, _)| {
        let skipped = ["if", "not", "exists", "only", "(", "of"];
        let mut rest = words[at + 1..].iter().peekable();
        while rest
            .next_if(|word| skipped.contains(&word.as_str()))
            .is_some()
        {}
        let mut name = rest.next()?;
        while rest.next_if(|word| word.as_str() == ".").is_some() {
            name = rest.next()?;
        }
        (!name.is_empty()).then(|| name.to_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_with_what() {
        let below = [
            "CREATE TABLE a (id int PRIMARY KEY)",
            "CREATE TABLE IF NOT EXISTS s.b (a int REFERENCES s.\"A\" (id) ON DELETE CASCADE)",
            "ALTER TABLE ONLY c ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES b ON DELETE SET NULL",
            "CREATE TABLE d (a int REFERENCES a)",
            "CREATE TABLE e1 PARTITION OF e FOR VALUES IN (1)",
            "CREATE TABLE new_f (a int REFERENCES d ON UPDATE CASCADE)",
            "ALTER TABLE new_f RENAME TO f",
            "CREATE INDEX i ON a (id)",
        ];
        let all = Cascades::of(Dialect::Postgres, below.into_iter());
        let reach = |text: &str| Vec::from_iter(all.reach(text)).join(" ");
        assert_eq!(reach("DELETE FROM a WHERE id = 7"), "b c");
        assert_eq!(reach("DELETE FROM b"), "c");
        assert_eq!(reach("DELETE FROM d"), "f new_f");
        assert_eq!(reach("DELETE FROM e"), "e1");
        assert_eq!(reach("DELETE FROM x"), "");
        assert_eq!(Vec::from_iter(all.kin("SELECT 1 FROM f, a")), ["new_f"]);
        let tables = BTreeSet::from(["c".to_owned()]);
        assert_eq!(all.above(&tables), ["b"]);
    }
}
