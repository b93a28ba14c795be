//! Revisions that would undo what others did, for people and for programs.

use serde_json::{Value, json};

use super::super::{events::plural, json as places, report};
use crate::{
    ui::{Kind, Ui},
    workflow::{
        Error,
        restack::{Restacking, Rewrite},
        stale::{Looked, Stale, Undone},
    },
};

/// Each with its statement, and what becomes of its script.
pub(in crate::cli) fn show(ui: &mut Ui, restacking: &Restacking) {
    for stale in &restacking.looked.stale {
        ui.places(Kind::Warning, &title(stale), &[&stale.place]);
        match &stale.renewed {
            Ok(()) => {
                ui.talk("  so it is made anew, with theirs in it; tried on a scratch database:");
                let files = restacking.files.iter();
                let mut own = files.filter(|file| file.revision.as_ref() == Some(&stale.revision));
                for line in own.next().map_or_else(Vec::new, changed) {
                    ui.talk(&format!("    {line}"));
                }
            }
            Err(why) => ui.talk(&format!("  it cannot be made anew: {why}")),
        }
    }
    if let Some(error) = &restacking.looked.not_tried {
        not_tried(ui, "yours leave alone what theirs did", error);
    }
}

/// What is not known, and why not.
pub(in crate::cli) fn not_tried(ui: &mut Ui, what: &str, error: &Error) {
    ui.warn(format!(
        "not proved that {what}: {}",
        report::message(error)
    ));
}

/// `7f3a9c21e4b0 drops column users.phone`.
pub(in crate::cli) fn undoes(stale: &Stale) -> String {
    let all: Vec<String> = stale.undone.iter().map(Undone::words).collect();
    format!("{} {}", stale.revision, all.join(", "))
}

/// What a revision would do, in one line.
pub(in crate::cli) fn title(stale: &Stale) -> String {
    let all: Vec<String> = stale.undone.iter().map(Undone::words).collect();
    let way = if stale.only_down {
        "its way back "
    } else {
        "it "
    };
    format!(
        "{} was written without theirs: on top of them {way}{}",
        stale.revision,
        all.join(", ")
    )
}

/// Scripts are not changed behind anybody's back.
pub(in crate::cli) fn confirm(
    ui: &mut Ui,
    yes: bool,
    restacking: &Restacking,
) -> Result<(), Error> {
    let renewed = restacking
        .looked
        .stale
        .iter()
        .filter(|one| one.renewed.is_ok());
    let renewed: Vec<_> = renewed.map(|one| one.revision.clone()).collect();
    if yes || renewed.is_empty() {
        return Ok(());
    }
    if !ui.can_prompt() {
        return Err(Error::Renews(renewed));
    }
    let question = format!("Make {} anew as shown?", plural(renewed.len(), "script"));
    match ui.confirm(&question, true) {
        Ok(true) => Ok(()),
        _ => Err(Error::Stopped),
    }
}

/// The lines that change, with `-` and `+`, but for the header.
fn changed(file: &Rewrite) -> Vec<String> {
    let body = |text: &str| -> Vec<String> {
        let lines = text
            .lines()
            .skip_while(|line| !line.starts_with("-- migrate:"));
        let lines = lines.filter(|line| !line.trim().is_empty());
        lines.map(str::to_owned).collect()
    };
    let (before, after) = (body(&file.before), body(&file.after));
    let (b, a) = (before.len(), after.len());
    // The longest common lines from each place on.
    let mut common = vec![vec![0_usize; a + 1]; b + 1];
    for (i, j) in (0..b).rev().flat_map(|i| (0..a).rev().map(move |j| (i, j))) {
        common[i][j] = if before[i] == after[j] {
            common[i + 1][j + 1] + 1
        } else {
            common[i + 1][j].max(common[i][j + 1])
        };
    }
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::new();
    while i < b || j < a {
        if i < b && j < a && before[i] == after[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == a || (i < b && common[i + 1][j] >= common[i][j + 1]) {
            lines.push(format!("- {}", before[i]));
            i += 1;
        } else {
            lines.push(format!("+ {}", after[j]));
            j += 1;
        }
    }
    lines
}

/// What was found, for programs.
pub(in crate::cli) fn document(looked: Option<&Looked>) -> Value {
    let all = looked.map_or(&[][..], |looked| &looked.stale);
    all.iter()
        .map(|stale| {
            let (line, column) = places::position(&stale.place);
            json!({
                "revision": stale.revision,
                "path": &*stale.place.file.path,
                "line": line,
                "column": column,
                "undoes": stale.undone.iter().map(Undone::words).collect::<Vec<_>>(),
                "only_down": stale.only_down,
                "renewed": stale.renewed.is_ok(),
                "why_not": stale.renewed.as_ref().err().map(ToString::to_string),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_change() {
        let file = |text: &str| {
            format!(
                "-- teammig:\n--   x: {}\n\n-- migrate:up\n{text}",
                text.len()
            )
        };
        let rewrite = Rewrite {
            revision: None,
            path: String::new(),
            before: file("a;\nb (\n  c\n);\nd;\n"),
            after: file("a;\nb (\n  c,\n  e\n);\nd;\nf;\n"),
        };
        assert_eq!(changed(&rewrite), ["-   c", "+   c,", "+   e", "+ f;"]);
    }
}
