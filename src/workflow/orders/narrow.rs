//! From two lines to the two revisions, and to the two statements, that do not go together.
//! A module of Python is run as a whole: there it ends with the revisions.

use super::{Error, Prepared, ground::Ground};
use crate::{
    model::{
        Dialect, Language, Span,
        verdict::{Pair, Spot},
    },
    sql,
};

/// The first revision of each line after which the order matters or one fails, and the
/// first statements of both; none where the two lines do not collide.
pub(super) fn pair(
    ground: &mut Ground<'_>,
    below: &[Prepared],
    left: &[Prepared],
    right: &[Prepared],
) -> Result<Option<Pair>, Error> {
    if !ground.collide(below, left, right)? {
        return Ok(None);
    }
    let at_left = first(left.len(), |n| ground.collide(below, &left[..n], right))?;
    let at_right = first(right.len(), |n| {
        ground.collide(below, &left[..at_left], &right[..n])
    })?;
    let (Some((one, before)), Some((other, before_other))) =
        (left[..at_left].split_last(), right[..at_right].split_last())
    else {
        return Ok(None);
    };
    let below = [below, before, before_other].concat();
    let is_all = left.len() == 1 && right.len() == 1;
    let (mut statement, mut of_other) = (None, None);
    if ground.language == Language::Sql
        && (is_all || ground.collide(&below, &alone(one), &alone(other))?)
    {
        let dialect = ground.dialect();
        let (spans, spans_other) = (spans(one, dialect), spans(other, dialect));
        let n = first(spans.len(), |n| {
            ground.collide(&below, &cut(one, &spans, n), &alone(other))
        })?;
        let one = cut(one, &spans, n);
        let m = first(spans_other.len(), |m| {
            ground.collide(&below, &one, &cut(other, &spans_other, m))
        })?;
        statement = spans.into_iter().nth(n.wrapping_sub(1));
        of_other = spans_other.into_iter().nth(m.wrapping_sub(1));
    }
    let spot = |step: &Prepared, statement| Spot {
        revision: step.step.revision.clone(),
        statement,
    };
    Ok(Some(Pair {
        left: spot(one, statement),
        right: spot(other, of_other),
    }))
}

/// A number at which it begins to hold, where it holds for `all` and not for 0.
fn first(all: usize, mut holds: impl FnMut(usize) -> Result<bool, Error>) -> Result<usize, Error> {
    let (mut not, mut does) = (0, all);
    while not + 1 < does {
        let middle = not + (does - not) / 2;
        if holds(middle)? {
            does = middle;
        } else {
            not = middle;
        }
    }
    Ok(does)
}

fn alone(step: &Prepared) -> Vec<Prepared> {
    vec![step.clone()]
}

fn spans(step: &Prepared, dialect: Dialect) -> Vec<Span> {
    let statements = sql::statements(&step.script().text, dialect);
    statements.into_iter().map(|one| one.span).collect()
}

/// The step with its first `n` statements only.
fn cut(step: &Prepared, spans: &[Span], n: usize) -> Vec<Prepared> {
    let mut step = step.clone();
    if let Some(last) = n.checked_sub(1).and_then(|at| spans.get(at))
        && n < spans.len()
    {
        step.scripts.up.text.truncate(last.end);
    }
    vec![step]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_it_begins() {
        for (all, from) in [(1, 1), (2, 1), (2, 2), (9, 4), (9, 9), (100, 37)] {
            let found = first(all, |n| Ok(n >= from)).unwrap();
            assert_eq!(found, from, "{from} of {all}");
        }
    }
}
