//! Whether a revision that runs on top of what its own way back leaves makes more of it:
//! rows that are there twice, values that are changed a second time.
//!
//! Nothing fails there. So it runs on a scratch database once, back and once more, and the
//! rows of both times are compared: where a way back takes a table or a column, what was in
//! it is not what is asked here, and neither are rows that are fewer.

use super::{
    Context, Error, Prepared,
    again::How,
    orders::{
        contrast::{self, AllRows},
        ground::{put_back, read_rows},
    },
    proof::rows::Rows,
    tried::Tried,
};
use crate::{
    db::Database,
    model::verdict::Contrast,
    schema::{Kind, Schema, canary},
};

/// The rows after a revision, after its way back, and after it once more.
struct Rounds {
    once: AllRows,
    twice: AllRows,
}

/// What `[once, back, up]` leave more than `once` does: in tables as the history left them,
/// then with rows in every one that takes some.
pub(super) fn more(
    context: &Context,
    scratch: &mut dyn Database,
    steps: [&Prepared; 3],
) -> Result<Option<How>, Error> {
    let leave_out = context.leave_out();
    let mut tried = Tried::new(context, scratch);
    for made_up in [false, true] {
        if made_up {
            let schema = tried.schema(&leave_out)?;
            let dialect = tried.scratch.dialect();
            let asked: Vec<_> = steps
                .iter()
                .flat_map(|step| canary::asked(&step.script().text, dialect))
                .collect();
            Rows::default().make(tried.scratch, &schema, &asked)?;
        }
        let Some(first) = rounds(context, &mut tried, steps, true)? else {
            continue;
        };
        if beyond(contrast::rows(&first.once, &first.twice)).is_empty() {
            continue;
        }
        // By what it leaves, or by the clock.
        let Some(second) = rounds(context, &mut tried, steps, true)? else {
            continue;
        };
        let found = contrast::rows(
            &at_rest([&first.once, &second.once], [&first.twice, &second.twice]),
            &at_rest([&first.twice, &second.twice], [&first.once, &second.once]),
        );
        if let Some(one) = beyond(found).first() {
            let said = words(one);
            return Ok(Some(How::Rows { said, made_up }));
        }
    }
    Ok(None)
}

/// Runs all of it, and takes it back; none where something fails.
fn rounds(
    context: &Context,
    tried: &mut Tried<'_>,
    [once, back, up]: [&Prepared; 3],
    same_numbers: bool,
) -> Result<Option<Rounds>, Error> {
    let numbers = put_back(tried.scratch);
    let numbers = tried.or_error(numbers)?;
    tried.mark()?;
    let mut run = || -> Result<Option<Rounds>, Error> {
        let Some(first) = after(context, tried, once)? else {
            return Ok(None);
        };
        let Some(between) = after(context, tried, back)? else {
            return Ok(None);
        };
        // Rows that come back get the numbers that they had.
        if same_numbers && !numbers.is_empty() && tried.scratch.execute_text(&numbers).is_err() {
            return Ok(None);
        }
        let second = after(context, tried, up)?;
        Ok(second.map(|second| Rounds {
            once: among(first, &between),
            twice: among(second, &between),
        }))
    };
    let rounds = run()?;
    tried.rewind()?;
    if rounds.is_none() && same_numbers && !numbers.is_empty() {
        // What is left may be in the way of the same numbers.
        return self::rounds(context, tried, [once, back, up], false);
    }
    Ok(rounds)
}

fn after(
    context: &Context,
    tried: &mut Tried<'_>,
    step: &Prepared,
) -> Result<Option<AllRows>, Error> {
    if tried.run(std::slice::from_ref(step))?.is_err() {
        return Ok(None);
    }
    let schema: Schema = tried.schema(&context.leave_out())?;
    let rows = read_rows(tried.scratch, &schema);
    let mut rows = tried.or_error(rows)?;
    rows.retain(|id, _| id.kind == Kind::Table);
    Ok(Some(rows))
}

/// What is in tables and columns that are there between both times, too.
fn among(rows: AllRows, between: &AllRows) -> AllRows {
    let both = rows
        .into_iter()
        .filter_map(|(id, rows)| Some((id.clone(), rows.only(between.get(&id)?))));
    both.collect()
}

/// What is the same each time in both.
fn at_rest([rows, again]: [&AllRows; 2], [others, others_again]: [&AllRows; 2]) -> AllRows {
    let steady = rows.iter().filter_map(|(id, rows)| {
        let other = others.get(id)?.unsteady(others_again.get(id)?);
        Some((id.clone(), rows.at_rest(again.get(id)?, &other)))
    });
    steady.collect()
}

/// What the second time does not only lack.
fn beyond(mut found: Vec<Contrast>) -> Vec<Contrast> {
    found.retain(|one| one.second.as_deref() != Some(contrast::NONE));
    found
}

fn words(found: &Contrast) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let (kind, name, second) = (&found.kind, &found.name, text(&found.second));
    match found.first.as_deref() {
        _ if second.is_empty() => format!("{kind} {name} then has more rows"),
        None | Some(contrast::NONE) => format!("{kind} {name} then has `{second}` besides"),
        Some(first) => format!("{kind} {name} then has `{second}`, not `{first}`"),
    }
}
