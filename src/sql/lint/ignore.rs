//! Comments that switch rules off: for our own rules as squawk has them for its.
//!
//! One way to write it for both databases. As in squawk: `-- squawk-ignore a, b` counts
//! for its own line and the next one; `-- squawk-ignore-file a` for the file, wherever
//! it stands, and without a name for all rules; what follows a second `--` is a remark.

use super::Hazard;
use crate::{
    model::{Dialect, Language, Migration, Span, lint},
    sql::{token::TokenKind, tokens::tokens},
};

const FILE: &str = "squawk-ignore-file";
const LINE: &str = "squawk-ignore";

/// What the comments of a file switch off.
#[derive(Debug, Default)]
pub(super) struct Ignores {
    everything: bool,
    in_file: Vec<&'static str>,
    /// Where the comment begins, and its rules.
    on_line: Vec<(usize, Vec<&'static str>)>,
    /// Names that there is no rule of.
    unknown: Vec<Span>,
}

impl Ignores {
    /// Reads the comments of a file.
    pub(super) fn of(migration: &Migration, dialect: Dialect) -> Self {
        let text = &*migration.file.text;
        let mut found = Self::default();
        if !text.contains(LINE) {
            return found;
        }
        for token in tokens(text, Some(dialect)) {
            let body = match token.kind {
                TokenKind::LineComment => token.text(text).get(2..),
                TokenKind::BlockComment => token
                    .text(text)
                    .get(2..)
                    .map(|body| body.strip_suffix("*/").unwrap_or(body)),
                _ => None,
            };
            if let Some(body) = body {
                found.comment(body, token.span.start, text);
            }
        }
        found
    }

    /// Reads the comments of a module: `# squawk-ignore a, b`.
    pub(super) fn in_python(migration: &Migration, comments: &[Span]) -> Self {
        let text = &*migration.file.text;
        let mut found = Self::default();
        for span in comments {
            let body = text.get(span.clone()).unwrap_or_default();
            found.comment(body.trim_start_matches('#'), span.start, text);
        }
        found
    }

    fn comment(&mut self, body: &str, at: usize, text: &str) {
        let said = body.trim_start();
        let said = said.split("--").next().unwrap_or(said);
        if let Some(names) = said.strip_prefix(FILE) {
            let rules = self.rules(names, text);
            self.everything |= names.trim().is_empty();
            self.in_file.extend(rules);
        } else if let Some(names) = said.strip_prefix(LINE) {
            let rules = self.rules(names, text);
            self.on_line.push((at, rules));
        }
    }

    fn rules(&mut self, names: &str, text: &str) -> Vec<&'static str> {
        let mut rules = Vec::new();
        for name in names.split(',').map(str::trim) {
            let own = lint::named(name);
            if own.is_empty() && !name.is_empty() {
                let start = name.as_ptr() as usize - text.as_ptr() as usize;
                self.unknown.push(start..start + name.len());
            }
            rules.extend(own);
        }
        rules
    }

    /// Whether a hazard is switched off.
    pub(super) fn cover(&self, hazard: &Hazard, migration: &Migration) -> bool {
        let line = |at: usize| migration.file.position(at).line;
        // A call is one thing over all of its lines.
        let last = match migration.language {
            Language::Python => line(hazard.span.end),
            Language::Sql => line(hazard.span.start),
        };
        self.everything
            || self.in_file.contains(&hazard.rule)
            || self.on_line.iter().any(|(at, rules)| {
                // On the line above, or in a line of what is meant.
                rules.contains(&hazard.rule)
                    && line(*at) + 1 >= line(hazard.span.start)
                    && line(*at) <= last
            })
    }

    /// Names that there is no rule of.
    pub(super) fn unknown(&self, migration: &Migration) -> Vec<Hazard> {
        let text = &*migration.file.text;
        let hazard = |span: &Span| {
            let name = text.get(span.clone()).unwrap_or_default();
            Hazard::new(
                "unused-ignore",
                span.clone(),
                format!("unknown name {name}"),
            )
        };
        self.unknown.iter().map(hazard).collect()
    }
}
