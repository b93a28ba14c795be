//! The statement that fills the new table of a rebuild, with the columns of others.

use std::ops::Range;

use super::{Edit, NotRenewed, merged::Merged};
use crate::{
    schema::{
        normal::{Piece, pieces},
        sqlite_table::{closing, split},
    },
    sql::{Statement, TableAct, TokenKind},
};

/// What changes in `INSERT INTO new (…) SELECT … FROM old`. `new` is the statement that
/// makes the table, and the name that it gives it.
pub(super) fn edits(
    script: &str,
    statements: &[Statement],
    acts: &[TableAct],
    new: (usize, &str),
    merged: &Merged,
    table: &str,
) -> Result<Vec<Edit>, NotRenewed> {
    if merged.added.is_empty() && merged.removed.is_empty() {
        return Ok(Vec::new());
    }
    let refused = || NotRenewed::Copy(table.to_owned());
    let fills: Vec<&Statement> = statements
        .iter()
        .enumerate()
        .skip(new.0 + 1)
        // Behind the rename it is about rows of later.
        .take_while(|(at, _)| !matches!(&acts[*at], TableAct::Rename { from, .. } if from.eq_ignore_ascii_case(new.1)))
        .map(|(_, statement)| statement)
        .filter(|statement| Copy::of(statement.text(script), new.1).is_some())
        .collect();
    let [fill] = fills.as_slice() else {
        return Err(refused());
    };
    let text = fill.text(script);
    let copy = Copy::of(text, new.1).ok_or_else(refused)?;
    let edits = copy.edits(text, merged).ok_or_else(refused)?;
    let base = fill.span.start;
    Ok(edits
        .into_iter()
        .map(|(span, text)| (base + span.start..base + span.end, text))
        .collect())
}

/// `INSERT INTO new (…) SELECT … FROM old …`.
struct Copy {
    /// The columns, where they are named.
    into: Option<Vec<Range<usize>>>,
    names: Vec<String>,
    /// The values.
    from: Vec<Range<usize>>,
    is_star: bool,
    /// It is more than one plain query.
    is_more: bool,
}

impl Copy {
    /// A statement that fills that table.
    fn of(text: &str, new: &str) -> Option<Self> {
        let all = pieces(text);
        if !all.first()?.is("insert") {
            return None;
        }
        let into = all.iter().position(|piece| piece.is("into"))? + 1;
        let mut at = into;
        if all.get(at + 1)?.kind == TokenKind::Dot {
            at += 2;
        }
        if !all.get(at)?.name()?.eq_ignore_ascii_case(new) {
            return None;
        }
        at += 1;
        let mut names = Vec::new();
        let mut columns = None;
        if all.get(at)?.kind == TokenKind::LeftParen {
            let close = closing(&all, at)?;
            let parts = split(all.get(at + 1..close)?);
            names = parts
                .iter()
                .filter_map(|part| Some(part.first()?.name()?.into_owned()))
                .collect();
            columns = Some(spans(&parts));
            at = close + 1;
        }
        let is_more = !all.get(at).is_some_and(|piece| piece.is("select"))
            || all.get(at + 1).is_some_and(|piece| piece.is("distinct"));
        let from = outside(&all, at, "from").unwrap_or(all.len());
        let values = split(all.get(at + 1..from)?);
        let is_star = values.iter().any(|value| {
            value
                .last()
                .is_some_and(|piece| piece.normal == "*" && value.len() < 4)
        });
        let unions = ["union", "except", "intersect", "group"];
        Some(Self {
            into: columns,
            names,
            from: spans(&values),
            is_star,
            is_more: is_more || unions.iter().any(|word| outside(&all, at, word).is_some()),
        })
    }

    /// What changes in it; `None` where it is not understood.
    fn edits(&self, text: &str, merged: &Merged) -> Option<Vec<Edit>> {
        if self.is_more {
            return None;
        }
        let names = match &self.into {
            Some(_) => &self.names,
            None => &merged.columns,
        };
        if self.is_star {
            // All columns in their order, of which there is one more on both sides. What
            // stands where is tried.
            return (self.into.is_none() && self.from.len() == 1).then(Vec::new);
        }
        if names.len() != self.from.len() {
            return None;
        }
        let lists = self.into.iter().chain([&self.from]);
        let mut edits = Vec::new();
        for list in lists {
            for (at, span) in list.iter().enumerate() {
                if !merged.removed.contains(&names[at]) {
                    continue;
                }
                // With the comma before it, or the one behind it.
                let cut = match (at.checked_sub(1), list.get(at + 1)) {
                    (Some(before), _) => list[before].end..span.end,
                    (None, Some(next)) => span.start..next.start,
                    (None, None) => return None,
                };
                edits.push((cut, String::new()));
            }
            if !merged.added.is_empty() {
                let last = list.last()?;
                let before = &text[..last.start];
                let blank = &before[before.trim_end().len()..];
                let blank = if blank.contains('\n') && list.len() > 1 {
                    blank
                } else {
                    " "
                };
                let comma = format!(",{blank}");
                let all = merged
                    .added
                    .iter()
                    .flat_map(|name| [comma.as_str(), name.as_str()]);
                let all: String = all.collect();
                edits.push((last.end..last.end, all));
            }
        }
        Some(edits)
    }
}

fn spans(parts: &[&[Piece]]) -> Vec<Range<usize>> {
    parts
        .iter()
        .filter_map(|part| Some(part.first()?.span.start..part.last()?.span.end))
        .collect()
}

/// The place of a word in no parenthesis.
fn outside(pieces: &[Piece], from: usize, word: &str) -> Option<usize> {
    let mut depth = 0_i32;
    pieces
        .iter()
        .enumerate()
        .skip(from)
        .find_map(|(at, piece)| {
            match piece.kind {
                TokenKind::LeftParen => depth += 1,
                TokenKind::RightParen => depth -= 1,
                _ => {}
            }
            (depth == 0 && piece.is(word)).then_some(at)
        })
}
