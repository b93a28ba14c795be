//! Where a transaction ends in between.

use super::line::{Line, Place};
use crate::schema::plan::{Hazard, Part, Plan, Statement};

/// The statements in their parts. `unordered`: a function may be made before what its
/// body names.
pub(super) fn parts(lines: Vec<Line>, unordered: bool) -> Plan {
    let used = |label: &str, lines: &[Line]| {
        let literal = super::names::literal(label);
        lines
            .iter()
            .filter(|line| !matches!(line.place, Place::Label(_)))
            .any(|line| line.statement.sql.contains(&literal))
    };
    let early = lines.iter().any(|line| match &line.place {
        Place::Label(label) => used(label, &lines),
        _ => false,
    });
    let (mut first, mut middle, mut last) = (Vec::new(), Vec::new(), Vec::new());
    for line in lines {
        match line.place {
            Place::Outside => last.push(line.statement),
            // What is renamed is called by its new name from here on.
            Place::Label(_) | Place::Rename if early => first.push(line.statement),
            _ => middle.push(line.statement),
        }
    }
    if unordered
        && let Some(about) = middle
            .first()
            .map(|statement: &Statement| statement.about.clone())
    {
        middle.insert(
            0,
            Statement {
                sql: "SET LOCAL check_function_bodies = off".to_owned(),
                about,
                hazards: vec![Hazard::HiddenUses],
            },
        );
    }
    let parts = [(first, true), (middle, true), (last, false)];
    Plan {
        parts: parts
            .into_iter()
            .filter(|(statements, _)| !statements.is_empty())
            .map(|(statements, transaction)| Part {
                statements,
                transaction,
                foreign_keys_off: false,
            })
            .collect(),
    }
}
