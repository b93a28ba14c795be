//! What diverged lines do to each other, in words, before anybody is asked.

use serde_json::{Value, json};

use super::{events::names, report, verdict};
use crate::{
    model::verdict::Verdict,
    ui::Ui,
    workflow::{Error, NoScratch, verdicts::Tried},
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
        Err(error) => {
            let mut lines = vec![format!("  not proved: {}", report::message(error))];
            if let Error::NoScratch(NoScratch::NotNamed) = **error {
                lines.push(
                    "    no database that people use is asked here, and teammig.yaml names no server for it (`scratch:`); \
                     `teammig sync --merge` tries them on the server of yours"
                        .to_owned(),
                );
            }
            return lines;
        }
    };
    let mut lines = vec![format!("  {}", verdict::sentence(proved))];
    let results = verdict::results(proved);
    let shown = results.iter().take(MOST_LISTED);
    lines.extend(shown.map(|one| format!("    {one}")));
    let name = |id: &crate::model::RevId| match proved.message(id) {
        Some(message) if !message.is_empty() => format!("{id} ({message})"),
        _ => id.to_string(),
    };
    let more = results.len().saturating_sub(MOST_LISTED);
    if more > 0 {
        lines.push(format!("    … and {more} more"));
    }
    if let Verdict::OrderMatters(_) = proved.verdict {
        lines.push(match &line.bridge {
            Some(bridge) => format!(
                "  a merge revision can bring both to what {} leave in that order, by a script (tried in both)",
                names(&bridge.order)
            ),
            None => "  no script brings databases that ran either order to the same: a merge revision would leave them \
                     different"
                .to_owned(),
        });
        let keeps = line.bridge.iter().flat_map(|bridge| &bridge.keeps);
        lines.extend(keeps.map(|one| format!("    {}", one.words(&name))));
    }
    lines
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
                "merge_keeps": line.bridge.iter().flat_map(|bridge| &bridge.keeps).map(|one| json!({
                    "object": one.object,
                    "revision": one.head,
                })).collect::<Vec<_>>(),
            })
        })
        .collect()
}
