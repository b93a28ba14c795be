//! Comments that switch rules off: for our own rules as squawk has them for its.
//!
//! One way to write it for both databases. As in squawk: `-- squawk-ignore a, b` counts
//! for its own line and the next one; `-- squawk-ignore-file a` for the file, wherever
//! it stands, and without a name for all rules; what follows a second `--` is a remark.

use super::Hazard;
use crate::{
    model::{Dialect, Migration, Span, lint},
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
            let Some(body) = body else { continue };
            let said = body.trim_start();
            let said = said.split("--").next().unwrap_or(said);
            if let Some(names) = said.strip_prefix(FILE) {
                let rules = found.rules(names, text);
                found.everything |= names.trim().is_empty();
                found.in_file.extend(rules);
            } else if let Some(names) = said.strip_prefix(LINE) {
                let rules = found.rules(names, text);
                found.on_line.push((token.span.start, rules));
            }
        }
        found
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
        self.everything
            || self.in_file.contains(&hazard.rule)
            || self.on_line.iter().any(|(at, rules)| {
                rules.contains(&hazard.rule)
                    && (line(*at)..=line(*at) + 1).contains(&line(hazard.span.start))
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
