//! What diverged lines do to each other, in words, before anybody is asked.

use serde_json::{Value, json};

use super::{events::names, report, verdict};
use crate::{
    model::{
        RevId,
        verdict::{Contrast, Verdict},
    },
    ui::Ui,
    workflow::verdicts::Tried,
};

/// More differences than this are counted, not listed.
const MOST_LISTED: usize = 5;

/// The verdict about each line that was tried.
pub(super) fn show(ui: &mut Ui, tried: &[Tried]) {
    for line in tried {
        for words in words(line) {
            ui.status(words);
        }
    }
}

/// A verdict in lines, the first of which says it.
pub(super) fn words(line: &Tried) -> Vec<String> {
    let proved = match &line.outcome {
        Ok(proved) => proved,
        Err(error) => return vec![format!("  not proved: {}", report::message(error))],
    };
    let mut lines = vec![format!("  {}", verdict::sentence(proved))];
    match &proved.verdict {
        Verdict::Independent | Verdict::Unproved(_) => {}
        Verdict::OrderMatters(found) => {
            let shown = found.differences.iter().take(MOST_LISTED);
            let [first, second] = &found.orders;
            lines.extend(
                shown.map(|one| format!("    {}", contrast(one, first.first(), second.first()))),
            );
            let more = found.differences.len().saturating_sub(MOST_LISTED);
            if more > 0 {
                lines.push(format!("    … and {more} more"));
            }
            lines.push(match &line.bridge {
                Some(bridge) => format!(
                    "  a merge revision can bring both to what {} leave in that order, by a script (tried in both)",
                    names(&bridge.order)
                ),
                None => "  no script brings databases that ran either order to the same: a merge revision would leave them \
                         different"
                    .to_owned(),
            });
        }
        Verdict::Fails(found) => {
            lines.extend(found.failures.iter().map(|one| {
                let others: Vec<_> = one
                    .order
                    .iter()
                    .take_while(|id| **id != one.revision)
                    .cloned()
                    .collect();
                format!(
                    "    {} fails after {}: {}",
                    one.revision,
                    names(&others),
                    one.message
                )
            }));
        }
    }
    lines
}

fn contrast(one: &Contrast, first: Option<&RevId>, second: Option<&RevId>) -> String {
    let side = |value: &Option<String>| match value {
        // Of rows, one says enough on a line.
        Some(text) if one.key == "rows" => {
            let row = text.split("; ").next().unwrap_or_default();
            row.lines().collect::<Vec<_>>().join(" ")
        }
        Some(text) => text.lines().collect::<Vec<_>>().join(" "),
        None => "not there".to_owned(),
    };
    let id = |id: Option<&RevId>| id.map(ToString::to_string).unwrap_or_default();
    let key = if one.key.is_empty() {
        String::new()
    } else {
        format!(", {}", one.key)
    };
    format!(
        "{} {}{key}: {} where {} ran first, {} where {} did",
        one.kind,
        one.name,
        side(&one.first),
        id(first),
        side(&one.second),
        id(second)
    )
}

/// For programs.
pub(super) fn document(tried: &[Tried]) -> Value {
    tried
        .iter()
        .map(|line| {
            json!({
                "heads": line.heads,
                "base": line.base,
                "verdict": line.verdict().map_or("unproved", Verdict::word),
                "words": words(line).iter().map(|line| line.trim()).collect::<Vec<_>>(),
                "merge_order": line.bridge.as_ref().map(|bridge| &bridge.order),
            })
        })
        .collect()
}
