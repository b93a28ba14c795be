//! One `CREATE TABLE` of SQLite out of three: what both sides made of the same text.

use std::ops::Range;

use super::{Edit, NotRenewed, edited};
use crate::{
    schema::{
        normal::{Piece, joined, pieces},
        sqlite_table::{CONSTRAINTS, closing, split},
    },
    sql::TokenKind,
};

/// The text with the changes of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Merged {
    pub(super) text: String,
    /// Columns of the text before, in their order: their names, as compared.
    pub(super) columns: Vec<String>,
    /// Columns that theirs added and that hold a value of their own, as written.
    pub(super) added: Vec<String>,
    /// Columns that theirs dropped, as compared.
    pub(super) removed: Vec<String>,
}

/// A column or a constraint of a table.
#[derive(Debug, Clone)]
struct Element {
    /// What it is told by: a column's name, all of a constraint.
    key: (bool, String),
    /// As compared.
    normal: String,
    span: Range<usize>,
    /// As written, where it is a column.
    name: String,
    generated: bool,
}

impl Element {
    fn is_column(&self) -> bool {
        self.key.0
    }
}

/// A text, taken apart.
struct Taken {
    elements: Vec<Element>,
    /// Behind the last parenthesis, as compared.
    options: String,
    tail: Range<usize>,
}

/// `mine` with what `theirs` made of `base`; `None` where that is nothing.
pub(super) fn merged(
    mine: &str,
    base: &str,
    theirs: &str,
    table: &str,
) -> Result<Option<Merged>, NotRenewed> {
    let read = |text: &str| taken(text).ok_or_else(|| NotRenewed::Table(table.to_owned()));
    let (ours, was, now) = (read(mine)?, read(base)?, read(theirs)?);
    let find = |taken: &'_ Taken, key: &(bool, String)| -> Option<Element> {
        taken.elements.iter().find(|one| one.key == *key).cloned()
    };
    let both = |one: &Element| {
        NotRenewed::Both(if one.is_column() {
            format!("column {table}.{}", one.name)
        } else {
            format!("a constraint of table {table}")
        })
    };
    let mut edits: Vec<Edit> = Vec::new();
    let (mut added, mut removed) = (Vec::new(), Vec::new());
    for old in &was.elements {
        let (own, new) = (find(&ours, &old.key), find(&now, &old.key));
        match (own, new) {
            (_, Some(new)) if new.normal == old.normal => {}
            (None, None) => {}
            (Some(own), Some(new)) if own.normal == new.normal => {}
            (Some(own), Some(new)) if own.normal == old.normal => {
                edits.push((own.span, theirs[new.span].to_owned()));
            }
            (Some(own), None) if own.normal == old.normal => {
                if own.is_column() {
                    removed.push(own.key.1.clone());
                }
                edits.push((cut(&ours, &own), String::new()));
            }
            (_, Some(one)) | (Some(one), None) => return Err(both(&one)),
        }
    }
    let mut news = (Vec::new(), Vec::new());
    for new in &now.elements {
        if find(&was, &new.key).is_some() {
            continue;
        }
        match find(&ours, &new.key) {
            Some(own) if own.normal == new.normal => continue,
            Some(own) => return Err(both(&own)),
            None => {}
        }
        let text = theirs[new.span.clone()].to_owned();
        if new.is_column() {
            if !new.generated {
                added.push(new.name.clone());
            }
            news.0.push(text);
        } else {
            news.1.push(text);
        }
    }
    let last_column = ours.elements.iter().rposition(Element::is_column);
    let places = [
        (last_column, news.0),
        (ours.elements.len().checked_sub(1), news.1),
    ];
    for (at, texts) in places {
        let Some(at) = at else {
            return Err(NotRenewed::Table(table.to_owned()));
        };
        let end = ours.elements[at].span.end;
        let between = between(mine, &ours, at);
        let comma = format!(",{between}");
        let all = texts
            .iter()
            .flat_map(|text| [comma.as_str(), text.as_str()]);
        let all: String = all.collect();
        if !all.is_empty() {
            edits.push((end..end, all));
        }
    }
    if now.options != was.options && ours.options != now.options {
        if ours.options != was.options {
            return Err(NotRenewed::Both(format!("what kind of table {table} is")));
        }
        let tail = theirs[now.tail.clone()].trim();
        let blank = if tail.is_empty() { "" } else { " " };
        edits.push((ours.tail.clone(), format!("{blank}{tail}")));
    }
    if edits.is_empty() {
        return Ok(None);
    }
    let text = edited(mine, edits).ok_or_else(|| NotRenewed::Table(table.to_owned()))?;
    let columns = ours.elements.iter().filter(|one| one.is_column());
    Ok(Some(Merged {
        text,
        columns: columns
            .filter(|one| !one.generated)
            .map(|one| one.key.1.clone())
            .collect(),
        added,
        removed,
    }))
}

/// What stands before an element: a line end with blanks, or one blank.
fn between<'t>(text: &'t str, taken: &Taken, at: usize) -> &'t str {
    let start = taken.elements[at].span.start;
    let before = &text[..start];
    let blank = &before[before.trim_end().len()..];
    if blank.contains('\n') { blank } else { " " }
}

/// An element with the comma that belongs to it.
fn cut(taken: &Taken, element: &Element) -> Range<usize> {
    let at = taken
        .elements
        .iter()
        .position(|one| one.span == element.span);
    let at = at.unwrap_or_default();
    if at > 0 {
        // From the end of the one before; a remark between the two goes too.
        return taken.elements[at - 1].span.end..element.span.end;
    }
    let next = taken
        .elements
        .get(1)
        .map_or(element.span.end, |next| next.span.start);
    element.span.start..next
}

fn taken(text: &str) -> Option<Taken> {
    let all = pieces(text);
    let open = all
        .iter()
        .position(|piece| piece.kind == TokenKind::LeftParen)?;
    // `CREATE TABLE t AS SELECT f(x)` has one too.
    if all[..open].iter().any(|piece| piece.is("as")) {
        return None;
    }
    let close = closing(&all, open)?;
    let elements = split(all.get(open + 1..close)?)
        .into_iter()
        .map(|element| taken_element(text, element))
        .collect::<Option<Vec<_>>>()?;
    let rest = all.get(close + 1..)?;
    Some(Taken {
        elements,
        options: joined(rest),
        tail: all[close].span.end
            ..rest
                .last()
                .map_or(all[close].span.end, |last| last.span.end),
    })
}

fn taken_element(text: &str, element: &[Piece]) -> Option<Element> {
    let (first, last) = element.first().zip(element.last())?;
    let span = first.span.start..last.span.end;
    let normal = joined(element);
    let is_column = !CONSTRAINTS.iter().any(|word| first.is(word));
    let key = if is_column {
        first.name()?.into_owned()
    } else {
        normal.clone()
    };
    let mut words = element.windows(2);
    Some(Element {
        key: (is_column, key),
        normal,
        name: text[first.span.clone()].to_owned(),
        span,
        generated: is_column
            && words.any(|pair| pair[0].is("as") && pair[1].kind == TokenKind::LeftParen),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(mine: &str, base: &str, theirs: &str) -> String {
        let table = |body: &str| format!("CREATE TABLE t ({body}");
        match merged(&table(mine), &table(base), &table(theirs), "t") {
            Ok(None) => "as it is".to_owned(),
            Ok(Some(merged)) => merged
                .text
                .strip_prefix("CREATE TABLE t (")
                .unwrap()
                .to_owned(),
            Err(why) => why.to_string(),
        }
    }

    #[test]
    fn what_both_made_of_it() {
        let table = [
            // Theirs added a column, in one line and in many.
            ("a text)", "a int)", "a int, b text)", "a text, b text)"),
            (
                "\n  a text,\n  c int -- c\n)",
                "a int, c int)",
                "a int, c int, b text)",
                "\n  a text,\n  c int,\n  b text -- c\n)",
            ),
            (
                "\n  a text,\n  CHECK (a <> '')\n)",
                "a int)",
                "a int, b text, UNIQUE (b))",
                "\n  a text,\n  b text,\n  CHECK (a <> ''),\n  UNIQUE (b)\n)",
            ),
            // Theirs dropped one, the first or another.
            (
                "a int, c text)",
                "a int, b int, c int)",
                "a int, c int)",
                "as it is",
            ),
            (
                "a int, b int, c text)",
                "a int, b int, c int)",
                "a int, c int)",
                "a int, c text)",
            ),
            (
                "a int, b int, c text)",
                "a int, b int, c int)",
                "b int, c int)",
                "b int, c text)",
            ),
            // Theirs changed one, also in spelling alone.
            (
                "a text, b int)",
                "a int, b int)",
                "a int, b INT NOT NULL)",
                "a text, b INT NOT NULL)",
            ),
            (
                "a text, b int)",
                "a int, b int)",
                "a int, \"b\"   INT)",
                "as it is",
            ),
            // Both did the same.
            ("a text, b int)", "a int)", "a text, b int)", "as it is"),
            // A constraint went, and options came.
            (
                "a text, CHECK (a), UNIQUE (a))",
                "a int, CHECK (a), UNIQUE (a))",
                "a int, UNIQUE (a))",
                "a text, UNIQUE (a))",
            ),
            ("a text) ", "a int)", "a int) STRICT", "a text) STRICT "),
            // Both changed one.
            (
                "a text)",
                "a int)",
                "a real)",
                "both sides changed column t.a",
            ),
            (
                "b int)",
                "a int, b int)",
                "a real, b int)",
                "both sides changed column t.a",
            ),
            (
                "a int, b text)",
                "a int)",
                "a int, b int)",
                "both sides changed column t.b",
            ),
            (
                "a int) STRICT",
                "a int)",
                "a int) WITHOUT ROWID",
                "both sides changed what kind of table t is",
            ),
        ];
        for (mine, base, theirs, want) in table {
            assert_eq!(of(mine, base, theirs), want, "{mine} {base} {theirs}");
        }
    }
}
