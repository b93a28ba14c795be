//! What to do about a change of something fixed, in words.

use super::{Evidence, Fixed, case::Case};
use crate::model::{migration::Migration, revision::RevId, shell};

/// What is said of a deliberate change.
pub(super) const RECORDED: &str =
    "databases that have it do not run it again; `teammig sync` records there what it is now";

/// The same of what it builds on: what is new below it has yet to run there.
pub(super) const RECORDED_EDGES: &str = "`teammig sync` records it in databases that have it; what is new below it runs there after it, where a \
     scratch database shows that both orders lead to the same, and else it asks first";

/// Where it was seen, in a sentence.
pub(super) fn evidence(fixed: &[&Fixed]) -> String {
    let mut words: Vec<String> = fixed.iter().map(|one| one.evidence.words()).collect();
    words.dedup();
    words.join(", and ")
}

/// What a step does to a fixed revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Deleted,
    Edited,
    Reparented,
    /// Other parents, which no decision can allow.
    Refused,
}

impl Change {
    fn undo(self) -> &'static str {
        match self {
            Self::Deleted => "bring the file back",
            Self::Edited => "take the edit back",
            Self::Reparented | Self::Refused => "restore its parents",
        }
    }
}

/// What to do about a revision that is still there.
pub(super) fn of_case(case: &Case<'_>, change: Change) -> String {
    let old = case.old.filter(|old| old.file.text != case.new.file.text);
    let was = case.reading.checksum(case.before, case.id);
    // What is committed is worth going back to where it is what counts.
    let old = old.filter(|old| {
        let mut contents = case.counts.iter().flat_map(|one| one.contents());
        contents.any(|one| was == Some(one.checksum) && old.revision.parents == one.parents)
    });
    let binds = case.counts.iter().any(|one| one.evidence.binds());
    // What is committed has the edit, too: the command is for who looks into history.
    let elsewhere = || {
        let why = binds.then(|| format!(" (`teammig why {}` says how)", case.id));
        why.unwrap_or_default()
    };
    let path = old.map_or_else(elsewhere, |old| {
        let (now, was) = (&case.new.file.path, &old.file.path);
        if let Some(here) = case.reading.moved(was, now) {
            return format!(" (`{}`)", fetched(&case.reading.restored(was), &here));
        }
        let renamed = (now != was).then(|| case.reading.restored(now).1);
        restore(&case.reading.restored(was), renamed.as_deref())
    });
    let no_way_back = old.and_then(Migration::no_way_back);
    if let (Change::Edited, Some(why)) = (change, no_way_back)
        && !binds
    {
        let (environments, commands) = own(&case.counts, " --record");
        return format!(
            "`teammig sync` cannot redo it, since {why}: take the edit back{}, and write a new revision; or `{}` and \
             then {commands} record in {environments} what it is now; it does not run again",
            path,
            amend(case.id),
        );
    }
    let mut help = help(case.fixed, change, &path);
    if matches!(change, Change::Edited | Change::Reparented) && binds {
        help = format!(
            "{help}; if this one has to change all the same, `{}` records why",
            amend(case.id)
        );
    }
    help
}

/// The command that records a decision.
fn amend(id: &RevId) -> String {
    format!("teammig amend {id} --reason \"…\"")
}

/// The command that brings a file back from a commit; one that was `renamed` since would be
/// there twice.
pub(super) fn restore((from, path): &(String, String), renamed: Option<&str>) -> String {
    let (from, path) = (shell::word(from), shell::word(path));
    let twice = renamed.map_or(String::new(), |now| {
        format!(" && git rm -qf {}", shell::word(now))
    });
    format!(" (`git restore --source={from} --staged --worktree {path}{twice}`)")
}

/// The command that writes a file of a commit to where its project stands by now: what is
/// restored comes to where it was.
pub fn fetched((from, path): &(String, String), here: &str) -> String {
    let path = path.strip_prefix(":/").unwrap_or(path);
    format!(
        "git show {} > \"$(git rev-parse --show-cdup)\"{} && git add {}",
        shell::word(&format!("{from}:{path}")),
        shell::word(here),
        shell::word(&format!(":/{here}"))
    )
}

/// The databases of one's own, and the commands that are about them, with these `flags`.
fn own(fixed: &[&Fixed], flags: &str) -> (String, String) {
    let mut environments = Vec::new();
    let mut commands = Vec::new();
    for one in fixed {
        if let Evidence::Applied {
            environment, sync, ..
        } = &one.evidence
        {
            environments.push(environment.as_str());
            commands.push(format!("`{sync}{flags}`"));
        }
    }
    (environments.join(" and "), commands.join(" and "))
}

/// What to do about it; `path` is the command that restores the file, where it can be.
pub(super) fn help(fixed: &[&Fixed], change: Change, path: &str) -> String {
    let undo = change.undo();
    if change == Change::Refused {
        return format!("{undo}{path}; `teammig merge-heads` joins heads, and nothing moves");
    }
    // Others have it; they would run the old scripts for ever.
    if fixed.iter().any(|one| one.evidence.binds()) {
        return match change {
            Change::Reparented => {
                format!("{undo}{path}; `teammig merge-heads` joins heads, and nothing moves")
            }
            _ => format!(
                "{undo}{path}, and write a new revision for the change: `teammig create \"…\"`"
            ),
        };
    }
    let (environments, commands) = own(fixed, "");
    let s = if fixed.len() > 1 { "" } else { "s" };
    let is_recorded = |one: &&Fixed| !matches!(one.evidence, Evidence::Applied { at: None, .. });
    if change == Change::Edited && !fixed.iter().any(is_recorded) {
        // What ran is in no ledger: only its author knows whether the file still takes it back.
        let ids: Vec<String> = fixed
            .iter()
            .map(|one| format!("`teammig downgrade {}@-1`", one.revision))
            .collect();
        return format!(
            "if nobody else has it: {undo}{path}, {} and edit it then; `teammig upgrade` applies what it says by then. \
             Otherwise write a new revision",
            ids.first().map_or("", String::as_str)
        );
    }
    let done = match change {
        Change::Deleted => format!("roll{s} it back in {environments}"),
        _ => format!(
            "bring{s} {environments} to what the file says now (the old way down, the new way up)"
        ),
    };
    format!(
        "{commands} {done}, if nobody else has it; then commit. Otherwise {undo}{path} and write a new revision"
    )
}
