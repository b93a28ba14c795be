//! The one thing to do next, from what is known. The first that applies wins:
//! what stops everything else comes first.

use super::{Operation, shell};

/// What is known about a project and its database. Counts are of revisions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "independent facts, each of which has its own advice"
)]
pub struct Facts {
    /// A restack never came to its end.
    pub restack: bool,
    /// Git is in the middle of something.
    pub operation: Option<Operation>,
    /// Only the heads are left to settle in it, which `sync` does.
    pub only_heads: bool,
    /// Files are in conflict in it.
    pub conflicts: bool,
    /// A head file is among them.
    pub heads_too: bool,
    /// The folder of the migrations, to be named to Git.
    pub folder: String,
    /// Revisions of the files that the commit checked out has not, or on other parents.
    pub uncommitted: usize,
    /// In the operation in progress, not everything in the folder is staged.
    pub unstaged: bool,
    /// Files of revisions that were deleted here and that Git has.
    pub deleted: Vec<String>,
    /// The head file does not say what the graph is.
    pub head_file_wrong: bool,
    /// Files that cannot be trusted.
    pub problems: usize,
    /// There is no revision at all.
    pub empty: bool,
    /// Several heads of one line.
    pub diverged: bool,
    /// A script was begun and not finished.
    pub interrupted: bool,
    /// Alembic's table has rows that others of its rows build on; these are to stay.
    pub overlapping: Vec<String>,
    /// In the database only.
    pub phantoms: usize,
    /// Those of them that the operation in progress is still to bring.
    pub to_come: usize,
    /// Applied, and different in the files.
    pub edited: usize,
    /// Applied, and changed on purpose since.
    pub amended: usize,
    /// Never ran, though later ones did.
    pub skipped: usize,
    /// Not applied yet.
    pub pending: usize,
    /// The database did not answer.
    pub unreachable: bool,
    /// The upstream's branch has these, and the files have not.
    pub upstream_new: usize,
    /// The upstream's name (`origin/main`).
    pub upstream: Option<String>,
    /// The pre-commit hook does not run.
    pub unguarded: bool,
}

/// What is said of a state that is not the working tree, `name`: no command here acts on it.
pub fn of_another_state(name: &str) -> Advice {
    Advice {
        command: None,
        reason: format!("nothing: `--at {name}` only looks"),
    }
}

/// What to do, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// A command; `None` = nothing, or nothing that is one command.
    pub command: Option<String>,
    /// Why, in a few words.
    pub reason: String,
}

/// A command of ours, for one of several databases and for an environment that is not
/// taken by default.
pub fn command(words: &str, database: Option<&str>, environment: Option<&str>) -> String {
    let mut command = format!("teammig {words}");
    for (option, name) in [("--database", database), ("--env", environment)] {
        if let Some(name) = name {
            command = format!("{command} {option} {name}");
        }
    }
    command
}

/// What a run was told to be about; what it advises is about the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// Which of several `databases:`.
    pub database: Option<String>,
    /// Which environment.
    pub environment: Option<String>,
    /// Which database, without a password.
    pub url: Option<String>,
    /// The folder that was given with `-C`.
    pub directory: Option<String>,
    /// The way from the shell's folder to the project's, where it is another: paths in
    /// hints begin there.
    pub way: Option<String>,
}

/// Commands of ours that ask a database, or change it.
const OF_A_DATABASE: [&str; 13] = [
    "check",
    "current",
    "diff",
    "downgrade",
    "drift",
    "merge-heads",
    "plan",
    "rebase",
    "stamp",
    "status",
    "sync",
    "upgrade",
    "why",
];

/// A hint whose commands (between backticks) are about the database, the environment and
/// the folder of this run: the next one without them would be of another database.
pub fn for_this_run(hint: &str, about: &About) -> String {
    if *about == About::default() {
        return hint.to_owned();
    }
    let one = |command: &str| {
        if let Some(rest) = command.strip_prefix("git ") {
            return of_git(rest, about);
        }
        if let (Some(path), Some(way)) = (command.strip_prefix("rm "), &about.way) {
            return format!("(cd {} && rm {path})", shell::word(way));
        }
        let Some(words) = command.strip_prefix("teammig ") else {
            return command.to_owned();
        };
        let verb = words.split(' ').next().unwrap_or_default();
        let directory = about.directory.as_deref().map(shell::word);
        let mut command = match &directory {
            Some(directory) => format!("teammig -C {directory} {words}"),
            None => command.to_owned(),
        };
        if verb == "hooks" {
            // A clone has one set of them.
            return command;
        }
        let asks = OF_A_DATABASE.contains(&verb);
        let (environment, url) = (&about.environment, &about.url);
        for (option, name) in [
            ("--database", about.database.as_ref()),
            (
                "--env",
                environment.as_ref().filter(|_| asks && url.is_none()),
            ),
            ("--url", url.as_ref().filter(|_| asks)),
        ] {
            if let Some(name) = name
                && !command.split(' ').any(|word| word == option)
            {
                command = format!("{command} {option} {}", shell::word(name));
            }
        }
        command
    };
    let spans = hint.split('`').enumerate().map(|(at, text)| {
        if at % 2 == 0 {
            return text.to_owned();
        }
        text.split(" && ").map(one).collect::<Vec<_>>().join(" && ")
    });
    spans.collect::<Vec<_>>().join("`")
}

/// Git commands with paths; `:/` in front of one means the top, wherever the shell is.
const OF_PATHS: [&str; 4] = ["add", "checkout", "restore", "rm"];

/// What is asked of Git, from the project's folder where the shell is elsewhere.
fn of_git(words: &str, about: &About) -> String {
    let verb = words.split(' ').next().unwrap_or_default();
    let is_of_path = OF_PATHS.contains(&verb) && !words.contains(" :/");
    match &about.way {
        Some(way) if about.directory.is_some() || is_of_path => {
            format!("git -C {} {words}", shell::word(way))
        }
        _ => format!("git {words}"),
    }
}

fn count(n: usize) -> String {
    match n {
        1 => "1 revision".to_owned(),
        n => format!("{n} revisions"),
    }
}

/// The next step while Git is in the middle of something.
fn in_the_middle(operation: Operation, facts: &Facts) -> Advice {
    let finish = operation.finish();
    let folder = shell::word(&facts.folder);
    let (next, why) = if operation == Operation::Bisect {
        // Nobody who bisects is about to end it.
        let why = "; `git bisect good` or `git bisect bad` goes on, `git bisect reset` ends it";
        (None, why.to_owned())
    } else if facts.problems > 0 {
        (None, "; put the files right first".to_owned())
    } else if facts.only_heads && !facts.diverged && !facts.head_file_wrong {
        let next = format!("git add {folder} && {finish}");
        (Some(next), ", and the heads are settled".to_owned())
    } else if facts.only_heads && facts.to_come > 0 {
        // Half of mine is here: the database is brought along when all of it is.
        (
            Some("teammig rebase --no-database".to_owned()),
            format!(
                ", which brings {} more; now only the heads are left to settle",
                count(facts.to_come)
            ),
        )
    } else if facts.only_heads {
        (
            Some("teammig sync".to_owned()),
            ", and only the heads are left to settle".to_owned(),
        )
    } else if facts.conflicts && facts.heads_too {
        (
            Some("git status".to_owned()),
            ": it shows the conflicts; resolve them but for the head file, then `teammig sync`"
                .to_owned(),
        )
    } else if facts.conflicts {
        (
            Some("git status".to_owned()),
            format!(": it shows the conflicts; resolve them, then `{finish}`"),
        )
    } else if facts.unstaged {
        (
            Some(format!("git add {folder} && {finish}")),
            ", and not all of the migrations are staged".to_owned(),
        )
    } else {
        (Some(finish.to_owned()), String::new())
    };
    Advice {
        command: next,
        reason: format!("{operation} is in progress{why}"),
    }
}

/// The next step.
pub fn next(facts: &Facts) -> Advice {
    let run = |words: &str| format!("teammig {words}");
    let (command, reason) = if facts.restack {
        (
            Some(run("rebase")),
            "a restack was interrupted; this says how to go on".to_owned(),
        )
    } else if let Some(operation) = facts.operation {
        return in_the_middle(operation, facts);
    } else if facts.problems > 0 {
        (None, "put the files right first".to_owned())
    } else if facts.interrupted {
        (
            Some(run("upgrade")),
            "a script was interrupted; this says how to go on".to_owned(),
        )
    } else if !facts.deleted.is_empty() {
        (
            Some(format!(
                "git restore {}",
                shell::words(facts.deleted.iter().map(String::as_str))
            )),
            "the file is deleted here, and Git has it; `git rm` means it".to_owned(),
        )
    } else if !facts.overlapping.is_empty() {
        // Before `sync`: Alembic refuses whatever it would do.
        (
            Some(run(&format!(
                "stamp --purge {}",
                facts.overlapping.join(" ")
            ))),
            "Alembic's table has rows that build on each other".to_owned(),
        )
    } else if facts.diverged {
        (Some(run("sync")), "the heads diverged".to_owned())
    } else if facts.head_file_wrong {
        (
            Some(run("heads --write")),
            "the head file does not say what the revisions are".to_owned(),
        )
    } else if facts.skipped > 0 {
        (
            Some(run("sync")),
            format!("{} never ran, though later ones did", count(facts.skipped)),
        )
    } else if facts.phantoms > 0 {
        (
            Some(run("sync")),
            format!("only the database has {}", count(facts.phantoms)),
        )
    } else if facts.edited > 0 {
        (
            Some(run("sync")),
            format!("{} changed since applied", count(facts.edited)),
        )
    } else if facts.amended > 0 {
        (
            Some(run("sync")),
            format!("{} amended since applied", count(facts.amended)),
        )
    } else if facts.upstream_new > 0 {
        let upstream = facts.upstream.as_deref().unwrap_or("the upstream");
        (
            Some(format!("git pull && {}", run("sync"))),
            format!("{upstream} has {} more", count(facts.upstream_new)),
        )
    } else if facts.pending > 0 {
        (
            Some(run("upgrade")),
            format!("{} pending", count(facts.pending)),
        )
    } else if facts.empty {
        (
            Some(run("create \"what it does\"")),
            "there is no revision yet".to_owned(),
        )
    } else if facts.unreachable {
        (None, "the database could not be read".to_owned())
    } else if facts.unguarded {
        (
            Some("teammig hooks install".to_owned()),
            "nothing keeps applied revisions from being edited".to_owned(),
        )
    } else if facts.uncommitted > 0 {
        (
            Some(format!(
                "git add {} && git commit",
                shell::word(&facts.folder)
            )),
            format!("{} to be committed", count(facts.uncommitted)),
        )
    } else {
        (None, "nothing to do".to_owned())
    };
    Advice { command, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(facts: &Facts) -> String {
        let advice = next(facts);
        format!("{} | {}", advice.command.unwrap_or_default(), advice.reason)
    }

    #[test]
    #[allow(clippy::too_many_lines, reason = "one fact after the other: a table")]
    fn what_stops_everything_else_comes_first() {
        let mut facts = Facts {
            restack: true,
            operation: Some(Operation::Rebase),
            only_heads: true,
            head_file_wrong: true,
            problems: 1,
            empty: true,
            diverged: true,
            interrupted: true,
            overlapping: vec!["a1".to_owned(), "b2".to_owned()],
            phantoms: 2,
            to_come: 1,
            edited: 1,
            amended: 1,
            skipped: 1,
            pending: 3,
            unreachable: true,
            upstream_new: 1,
            upstream: Some("origin/main".to_owned()),
            unguarded: true,
            conflicts: true,
            heads_too: true,
            unstaged: true,
            deleted: vec!["my migrations/a.sql".to_owned()],
            folder: "my migrations".to_owned(),
            uncommitted: 1,
        };
        let mut table: Vec<String> = Vec::new();
        let mut step = |facts: &Facts| table.push(said(facts));
        step(&facts);
        facts.restack = false;
        step(&facts);
        facts.problems = 0;
        step(&facts);
        facts.to_come = 0;
        step(&facts);
        step(&Facts {
            diverged: false,
            head_file_wrong: false,
            ..facts.clone()
        });
        facts.only_heads = false;
        step(&facts);
        facts.heads_too = false;
        step(&facts);
        facts.conflicts = false;
        step(&facts);
        facts.unstaged = false;
        step(&facts);
        facts.operation = Some(Operation::Bisect);
        step(&facts);
        facts.operation = None;
        facts.problems = 1;
        step(&facts);
        facts.problems = 0;
        step(&facts);
        facts.interrupted = false;
        step(&facts);
        facts.deleted.clear();
        step(&facts);
        facts.overlapping.clear();
        step(&facts);
        facts.diverged = false;
        step(&facts);
        facts.head_file_wrong = false;
        step(&facts);
        facts.skipped = 0;
        step(&facts);
        facts.phantoms = 0;
        step(&facts);
        facts.edited = 0;
        step(&facts);
        facts.amended = 0;
        step(&facts);
        facts.upstream_new = 0;
        step(&facts);
        facts.pending = 0;
        step(&facts);
        facts.empty = false;
        step(&facts);
        facts.unreachable = false;
        step(&facts);
        facts.unguarded = false;
        step(&facts);
        facts.uncommitted = 0;
        step(&facts);
        assert_eq!(
            table,
            [
                "teammig rebase | a restack was interrupted; this says how to go on",
                " | a rebase is in progress; put the files right first",
                "teammig rebase --no-database | a rebase is in progress, which brings 1 revision more; now only the heads \
                 are left to settle",
                "teammig sync | a rebase is in progress, and only the heads are left to settle",
                "git add 'my migrations' && git rebase --continue | a rebase is in progress, and the heads are settled",
                "git status | a rebase is in progress: it shows the conflicts; resolve them but for the head file, then \
                 `teammig sync`",
                "git status | a rebase is in progress: it shows the conflicts; resolve them, then `git rebase --continue`",
                "git add 'my migrations' && git rebase --continue | a rebase is in progress, and not all of the migrations \
                 are staged",
                "git rebase --continue | a rebase is in progress",
                " | a bisect is in progress; `git bisect good` or `git bisect bad` goes on, `git bisect reset` ends it",
                " | put the files right first",
                "teammig upgrade | a script was interrupted; this says how to go on",
                "git restore 'my migrations/a.sql' | the file is deleted here, and Git has it; `git rm` means it",
                "teammig stamp --purge a1 b2 | Alembic's table has rows that build on each other",
                "teammig sync | the heads diverged",
                "teammig heads --write | the head file does not say what the revisions are",
                "teammig sync | 1 revision never ran, though later ones did",
                "teammig sync | only the database has 2 revisions",
                "teammig sync | 1 revision changed since applied",
                "teammig sync | 1 revision amended since applied",
                "git pull && teammig sync | origin/main has 1 revision more",
                "teammig upgrade | 3 revisions pending",
                "teammig create \"what it does\" | there is no revision yet",
                " | the database could not be read",
                "teammig hooks install | nothing keeps applied revisions from being edited",
                "git add 'my migrations' && git commit | 1 revision to be committed",
                " | nothing to do",
            ]
        );
    }

    /// A hint after `upgrade --env staging` led to the upgrade of another database.
    #[test]
    fn the_commands_of_a_hint_are_about_the_same_database() {
        let about = About {
            database: Some("jobs".to_owned()),
            environment: Some("staging".to_owned()),
            ..About::default()
        };
        let said = |hint| for_this_run(hint, &about);
        for (hint, expected) in [
            (
                "run `teammig sync`, or `--keep` it",
                "run `teammig sync --database jobs --env staging`, or `--keep` it",
            ),
            (
                "`git pull && teammig upgrade +1`",
                "`git pull && teammig upgrade +1 --database jobs --env staging`",
            ),
            (
                "`teammig create \"x\"` writes one",
                "`teammig create \"x\" --database jobs` writes one",
            ),
            (
                "`teammig stamp head --env production`",
                "`teammig stamp head --env production --database jobs`",
            ),
            ("`teammig hooks install`", "`teammig hooks install`"),
            (
                "`teammig heads --write`",
                "`teammig heads --write --database jobs`",
            ),
            (
                "teammig upgrade ` not closed",
                "teammig upgrade ` not closed",
            ),
        ] {
            assert_eq!(said(hint), expected);
            assert_eq!(for_this_run(hint, &About::default()), hint);
        }
        // `stamp` marked the database of the environment instead.
        let about = About {
            url: Some("sqlite:my app.db".to_owned()),
            ..about
        };
        for words in ["stamp --only aaaa", "drift --sql", "diff --sql"] {
            assert_eq!(
                for_this_run(&format!("`teammig {words}`"), &about),
                format!("`teammig {words} --database jobs --url 'sqlite:my app.db'`")
            );
        }
    }

    #[test]
    fn commands_find_the_project_from_where_the_shell_is() {
        let below = About {
            way: Some("..".to_owned()),
            ..About::default()
        };
        let elsewhere = About {
            way: Some("my app".to_owned()),
            directory: Some("my app/migrations".to_owned()),
            ..About::default()
        };
        for (hint, from_below, from_elsewhere) in [
            (
                "`git add migrations/HEAD && git commit`",
                "`git -C .. add migrations/HEAD && git commit`",
                "`git -C 'my app' add migrations/HEAD && git -C 'my app' commit`",
            ),
            (
                "`git restore :/migrations/a.sql`",
                "`git restore :/migrations/a.sql`",
                "`git -C 'my app' restore :/migrations/a.sql`",
            ),
            (
                "`teammig sync`; `teammig hooks install`",
                "`teammig sync`; `teammig hooks install`",
                "`teammig -C 'my app/migrations' sync`; `teammig -C 'my app/migrations' hooks install`",
            ),
        ] {
            assert_eq!(for_this_run(hint, &below), from_below);
            assert_eq!(for_this_run(hint, &elsewhere), from_elsewhere);
        }
    }
}
