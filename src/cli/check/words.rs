//! What was judged, and what was not, in words.

use super::{Gap, NoDefault, NotJudged, Part, Severity, report};
use crate::cli::{events::plural, radar};

/// One line about what was judged.
pub(super) fn summary(part: &Part) -> String {
    format!("{}{}: {}", of(&part.project), verdict(part), what(part))
}

/// Whose line it is.
pub(super) fn of(project: &str) -> String {
    if project.is_empty() {
        String::new()
    } else {
        format!("{project}: ")
    }
}

fn verdict(part: &Part) -> String {
    let count = |severity| {
        let those = part
            .findings
            .iter()
            .filter(|finding| finding.severity == severity);
        those.count()
    };
    // What was compared with nothing may be an edit of anything.
    let fine = match &part.judged {
        Some(judged) if !judged.compared => "no change to judge, and the files are sound",
        _ => "ok",
    };
    match (count(Severity::Error), count(Severity::Warning)) {
        (0, 0) => fine.to_owned(),
        (0, warnings) => format!("{fine}, with {}", plural(warnings, "warning")),
        (errors, 0) => plural(errors, "error"),
        (errors, warnings) => format!(
            "{}, {}",
            plural(errors, "error"),
            plural(warnings, "warning")
        ),
    }
}

/// What was judged.
fn what(part: &Part) -> String {
    let Some(judged) = &part.judged else {
        return "what is staged against HEAD".to_owned();
    };
    if judged.models {
        return judged.ours.clone();
    }
    let commit = |id: &Option<String>| match id {
        Some(id) => format!(" ({id})"),
        None => String::new(),
    };
    let heads = plural(judged.heads.len(), "head");
    let new = plural(judged.new.len(), "new revision");
    let ours = format!("{}{}", judged.ours, commit(&judged.commit));
    match &judged.base {
        None if !judged.compared => format!(
            "{ours}: {heads} (nothing is protected here; `protected: [REF]` in teammig.yaml says what is published)"
        ),
        None => format!("{ours}: {heads}"),
        Some((base, id)) => {
            let id = Some(id.clone()).filter(|id| id != base);
            let base = format!("{base}{}", commit(&id));
            let result = if judged.merged { ", merged result" } else { "" };
            format!("{new} of {ours} against {base}{result}: {heads}")
        }
    }
}

/// One line about what could not be judged.
pub(super) fn not_evaluated(gap: &Gap) -> String {
    format!(
        "{}not evaluated: {}",
        of(&gap.project),
        report::message(&gap.error)
    )
}

/// Why a change cannot be judged, and what to do.
pub(in crate::cli) fn not_judged(why: &NotJudged) -> (String, Vec<String>) {
    const DEEPER: &str = "`git fetch --unshallow` brings the history; in CI, set `fetch-depth: 0` (GitHub) or `GIT_DEPTH: 0` (GitLab)";
    let words = why.to_string();
    match why {
        NotJudged::NoBase(why) => no_base(words, why, DEEPER),
        NotJudged::Absent { name, .. } => (
            words,
            vec![
                fetch(name),
                format!("or correct `protected:` in teammig.yaml ({name})"),
            ],
        ),
        NotJudged::InSubmodule { submodule, .. } => {
            let there = crate::model::shell::word(submodule);
            (
                words,
                vec![format!("ask there: `teammig -C {there} why …`")],
            )
        }
        NotJudged::NoSuchBase { name, candidates } => {
            let mut hints = vec![fetch(name)];
            if !candidates.is_empty() {
                hints.push(format!("did you mean {}?", candidates.join(", ")));
            }
            (words, hints)
        }
        NotJudged::Apart { ours, why, .. } => {
            let (reason, hint) = radar::words::unknown(*why, ours);
            let hint = if *why == crate::workflow::merged::Unknown::History {
                DEEPER
            } else {
                hint
            };
            (format!("{words}: {reason}"), vec![hint.to_owned()])
        }
    }
}

fn no_base(words: String, why: &NoDefault, deeper: &str) -> (String, Vec<String>) {
    let name = "name one: `--base REF`, or `protected: [REF]` in teammig.yaml";
    let (more, hint) = match why {
        NoDefault::Alone => return (words, vec![name.to_owned()]),
        NoDefault::Shallow => {
            let words = format!("{words}, and this clone is shallow");
            return (words, vec![deeper.to_owned()]);
        }
        NoDefault::NeverFetched(remote) => (
            format!(": nothing was fetched from {remote} yet"),
            format!("`git fetch {remote}` brings what others have"),
        ),
        NoDefault::FewBranches(remote) => (
            format!(": of {remote} this clone fetches single branches alone"),
            format!(
                "`git remote set-branches {remote} '*' && git fetch {remote} && git remote set-head {remote} --auto` \
                 brings the others, and finds out which is its default"
            ),
        ),
        NoDefault::Unasked(remote) => (
            String::new(),
            format!(
                "`git remote set-head {remote} --auto` finds out which branch of {remote} is its default"
            ),
        ),
    };
    (format!("{words}{more}"), vec![hint, format!("or {name}")])
}

/// The command that brings a remote branch.
fn fetch(name: &str) -> String {
    match name.split_once('/') {
        Some((remote, branch)) => format!(
            "`git fetch {remote} {branch}:refs/remotes/{name}` brings it; in CI, set `fetch-depth: 0` (GitHub) or `GIT_DEPTH: 0` (GitLab)"
        ),
        None => {
            "`git fetch` may bring it; `git branch --all` and `git tag` list the names".to_owned()
        }
    }
}
