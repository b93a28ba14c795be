//! Names and targets that the graph cannot make sense of, in words.

use super::Report;
use crate::{
    model::{Direction, graph::GraphError},
    workflow::Locate,
};

/// What is wrong with a name; `elsewhere` is where a missing revision was found.
pub(super) fn failed(error: &GraphError, elsewhere: &[Locate]) -> Report {
    let mut report = report(error);
    for place in elsewhere {
        report = report.note(format!(
            "  {} is in {} on {}",
            place.revision,
            place.path,
            place.refs.join(", ")
        ));
        if let Some(commit) = &place.commit {
            report = report.note(format!("    since commit {commit}"));
        }
    }
    if let (GraphError::NotFound { .. }, Some(place)) = (error, elsewhere.first()) {
        report.hints.clear();
        let name = place.refs.first().map_or("", String::as_str);
        report = report.hint(format!(
            "`git merge {name}` or `git switch` brings it here; `--at {name}` reads it there"
        ));
    }
    report
}

fn report(error: &GraphError) -> Report {
    let words = error.to_string();
    match error {
        GraphError::NotFound { name } if looks_relative(name) => Report::new("not-found", 1, words)
            .hint("steps (+N, -N, X-N) go with `upgrade`, `downgrade` and the upper end of `history -r`; name the revision here"),
        GraphError::NotFound { .. } => Report::new("not-found", 1, words)
            .hint("`teammig history` lists the revisions here; `git pull` may bring it"),
        GraphError::Ambiguous { candidates, .. } => {
            let names: Vec<&str> = candidates.iter().map(crate::model::RevId::as_str).collect();
            Report::new("ambiguous", 1, words)
                .note(format!("  several begin so: {}", names.join(", ")))
                .hint("give more characters of one of them")
        }
        GraphError::MultipleHeads { heads, .. } => {
            let names: Vec<&str> = heads.iter().map(crate::model::RevId::as_str).collect();
            Report::new("multiple-heads", 3, words)
                .note(format!("  the heads are {}", names.join(", ")))
                .hint("`teammig merge-heads` joins them; `heads` means all of them")
        }
        GraphError::RelativeOutOfRange { text, there, steps } => {
            relative_out_of_range(Report::new("target", 1, words), text, *steps, *there)
        }
        _ => {
            let report = Report::new("target", 1, words);
            match target_hint(error) {
                Some(hint) => report.hint(hint),
                None => report,
            }
        }
    }
}

/// What to write instead of a target that does not work.
fn target_hint(error: &GraphError) -> Option<String> {
    Some(match error {
        GraphError::NoSuchBranch { .. } => {
            "before the `@` stands a label or a revision; `teammig history` shows both".to_owned()
        }
        GraphError::NotOnBranch { name, .. } => {
            format!("`{name}` alone means it, on whatever branch it is")
        }
        GraphError::AmbiguousWalk { candidates, .. } => format!(
            "name the revision to end at; one way leads over {}",
            candidates.first()?
        ),
        GraphError::AmbiguousCurrent {
            direction,
            revisions,
        } => {
            let first = revisions.first()?;
            let sign = match direction {
                Direction::Up => '+',
                Direction::Down => '-',
            };
            format!("`{first}@{sign}1` goes on from one of them; or name the revision to end at")
        }
        GraphError::NotAnUpgradeTarget { .. } => {
            "it lies below the first revision; `teammig downgrade base` goes there".to_owned()
        }
        GraphError::NotADowngradeTarget { .. } => {
            "it is not applied, or on another line; `teammig current` shows where the database stands".to_owned()
        }
        GraphError::BadRange { .. } => {
            "for example `-r base:head`, `-r current:`, or `-r :REVISION`".to_owned()
        }
        GraphError::CurrentTwice => "`-r current:` shows what is above, `-r :current` what is below".to_owned(),
        GraphError::UnrelatedRange { start, end } => format!(
            "neither builds on the other, or the lower end stands last (`{end}:{start}`?); `teammig history` shows how they are related"
        ),
        GraphError::Overlaps { revision, .. } => {
            format!("`{revision}` alone is enough: it brings the others with it")
        }
        _ => return None,
    })
}

fn looks_relative(name: &str) -> bool {
    name.rfind(['+', '-']).is_some_and(|at| {
        let digits = &name[at + 1..];
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// How many there are, and the name that means all of them.
fn relative_out_of_range(report: Report, text: &str, steps: u64, there: Option<u64>) -> Report {
    let up = text
        .rfind(['+', '-'])
        .is_some_and(|at| text[at..].starts_with('+'));
    let from_current = text.starts_with(['+', '-']) || text.contains("@+") || text.contains("@-");
    let report = match there {
        Some(0) => report.note("  there is none in that direction"),
        Some(1) => report.note("  there is only 1 in that direction"),
        Some(n) => report.note(format!("  there are only {n} in that direction")),
        None => report,
    };
    report.hint(match (there, from_current, up) {
        (None, ..) if steps == 0 => "at least one step: +1 goes up, -1 goes down",
        (None, _, true) => "steps down are written -N; `teammig upgrade +1` goes up",
        (None, _, false) => "steps up are written +N; `teammig downgrade -1` goes down",
        (Some(0), true, true) => {
            "the database is at the end of the line; `teammig history` shows what there is"
        }
        (Some(_), true, true) => "`teammig upgrade` goes all the way up",
        (Some(0), true, false) => {
            "nothing is applied there; `teammig current` shows where the database stands"
        }
        (Some(_), true, false) => "`base` is all the way down; `teammig history -i` shows the revisions and where the database stands",
        (Some(_), false, true) => {
            "`teammig history` shows the revisions; `heads` are the last ones"
        }
        (Some(_), false, false) => {
            "`teammig history` shows the revisions; `base` is below the first one"
        }
    })
}
