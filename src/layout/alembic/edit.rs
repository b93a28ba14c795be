//! A module's parents are changed, or a recorded decision is added to it, and nothing else
//! in the file is.
//!
//! Quotes, annotations, spacing and line ends belong to whoever wrote them, so the edit is
//! made in the text, and the caller reads the result again.

use super::{
    OURS, amended,
    module::{Module, Value},
};
use crate::model::{Amended, Migration, RevId};

/// The text with other parents: in `down_revision`, and in the docstring's `Revises:` line
/// where there is one. `None` where no value is written that could be replaced.
pub(super) fn with_parents(migration: &Migration, parents: &[RevId]) -> Option<String> {
    let text = &*migration.file.text;
    let module = Module::read(text);
    let assigned = module.assigned("down_revision")?;
    let mut out = text.to_owned();
    let written = &text[assigned.span.clone()];
    let value = match (&assigned.value, parents) {
        (Value::Computed, _) => return None,
        // The same number of texts: each in its own place, with its own quotes.
        (value, parents)
            if value.texts().len() == parents.len()
                && !parents.is_empty()
                // A text that a name stands for is written elsewhere.
                && value.texts().iter().all(|one| {
                    assigned.span.start <= one.span.start && one.span.end <= assigned.span.end
                }) =>
        {
            let mut value_text = written.to_owned();
            for (one, parent) in value.texts().iter().zip(parents).rev() {
                let literal = quoted_like(&text[one.span.clone()], parent);
                let start = one.span.start - assigned.span.start;
                value_text.replace_range(start..start + one.span.len(), &literal);
            }
            value_text
        }
        (_, parents) => list(parents, quote_of(text, &module)),
    };
    // From the back, so that the places in front stay where they are.
    let mut edits = vec![(assigned.span.clone(), value)];
    edits.extend(revises(text, &module, parents));
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    for (span, value) in edits {
        out.replace_range(span, &value);
    }
    Some(out)
}

/// What stands behind `Revises:` in the docstring, and what should.
fn revises(
    text: &str,
    module: &Module,
    parents: &[RevId],
) -> Option<(std::ops::Range<usize>, String)> {
    let (_, literal) = module.docstring.as_ref()?;
    let within = &text[literal.clone()];
    let key = within
        .match_indices("Revises:")
        .map(|(at, _)| at)
        .find(|at| {
            within[..*at].ends_with('\n')
                || within[..*at].trim_end_matches([' ', '\t']).ends_with('\n')
        })?;
    let start = literal.start + key + "Revises:".len();
    let rest = &text[start..literal.end];
    let line = &rest[..rest.find(['\r', '\n']).unwrap_or(rest.len())];
    let names: Vec<&str> = parents.iter().map(RevId::as_str).collect();
    let value = names.join(", ");
    // `Revises: ` is written with its blank even where nothing follows.
    let lead = line.len() - line.trim_start().len();
    let lead = if line.trim().is_empty() {
        " "
    } else {
        &line[..lead]
    };
    Some((start..start + line.len(), format!("{lead}{value}")))
}

/// The text with one more decision, below the ones that are there, else below the header.
pub(super) fn with_amended(migration: &Migration, entry: &Amended) -> String {
    let text = &*migration.file.text;
    let module = Module::read(text);
    let last = super::ours(&module, "amended").last();
    let below = match last {
        Some((_, span)) if !amended(&module).is_empty() => span.end,
        _ => module.header_end(),
    };
    let said = format!("amended {} {}", entry.was, one_line(&entry.reason));
    with_comment(text, below, &said)
}

/// The text with what was tried of a merge revision's sides, below the header.
pub(super) fn with_proved(migration: &Migration, proved: &str) -> String {
    let text = &*migration.file.text;
    let below = Module::read(text).header_end();
    with_comment(text, below, &format!("proved {}", one_line(proved)))
}

/// The text with a comment of ours in the line after that of a place.
fn with_comment(text: &str, below: usize, said: &str) -> String {
    let eol = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let line = format!("# {OURS} {said}");
    let at = text[below..].find('\n').map(|end| below + end + 1);
    match at {
        Some(at) => format!("{}{line}{eol}{}", &text[..at], &text[at..]),
        None => format!("{text}{eol}{line}{eol}"),
    }
}

/// A comment is one line.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A value for these parents: `None`, a text, or a tuple.
pub(super) fn list(parents: &[RevId], quote: char) -> String {
    match parents {
        [] => "None".to_owned(),
        [one] => format!("{quote}{one}{quote}"),
        many => {
            let many: Vec<String> = many
                .iter()
                .map(|one| format!("{quote}{one}{quote}"))
                .collect();
            format!("({})", many.join(", "))
        }
    }
}

/// A literal with another text, in the quotes of the one that was there.
fn quoted_like(written: &str, id: &RevId) -> String {
    let quote = if written.ends_with('\'') { '\'' } else { '"' };
    format!("{quote}{id}{quote}")
}

/// The quotes that the file has around its `revision`.
fn quote_of(text: &str, module: &Module) -> char {
    let written = module
        .assigned("revision")
        .map(|one| &text[one.span.clone()]);
    match written {
        Some(written) if written.ends_with('\'') => '\'',
        _ => '"',
    }
}
