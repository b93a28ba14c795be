//! What Alembic's messages mean, and what to do about each.
//!
//! Alembic prints `FAILED: …` on stdout and tracebacks on stderr, for people. Here a whole
//! output becomes the message that matters and a command. Pure: knows texts alone.
//! docs/alembic.md has the same list, for those who search for a message.

/// What a run of Alembic that failed comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// Alembic's own words, or the last line of a traceback.
    pub message: String,
    /// Where in a migration it happened, as `file:line`.
    pub place: Option<String>,
    /// What it means, and the next command.
    pub advice: Option<String>,
    /// The revision that it was at.
    pub running: Option<String>,
}

/// A message by which it is known, and what to say.
struct Known {
    /// Parts that all stand in the message.
    marks: &'static [&'static str],
    advice: &'static str,
}

const KNOWN: &[Known] = &[
    Known {
        marks: &["Can't locate revision identified by"],
        advice: "the database or the command names a revision that no file here has: `teammig status` says which one and \
                 which branch has it; `teammig sync` rolls it back, or says what to do where no commit has it",
    },
    Known {
        marks: &["Multiple head revisions are present"],
        advice: "`teammig merge-heads` joins the heads; `teammig upgrade heads` applies them without joining them",
    },
    Known {
        marks: &["Multiple heads are present"],
        advice: "`teammig merge-heads` joins them; `teammig create --head <revision>` builds on one of them",
    },
    Known {
        marks: &["Target database is not up to date"],
        advice: "autogenerate compares the models with the database, which has to have all revisions first: `teammig \
                 upgrade`, then again",
    },
    Known {
        marks: &["overlaps with other requested revisions"],
        advice: "alembic_version has a row that another of its rows builds on, so that Alembic refuses everything: \
                 `teammig stamp --purge heads` writes the rows anew (name the revisions instead of `heads`, where not \
                 all are applied)",
    },
    Known {
        marks: &["Online migration expected to match one row"],
        advice: "somebody else changed alembic_version at the same time; their run went through and this one was rolled \
                 back: `teammig status` says where the database stands now",
    },
    Known {
        marks: &["Destination", "is not a valid"],
        advice: "the target is neither above nor below what is applied: `teammig history` draws both",
    },
    Known {
        marks: &["No such branch"],
        advice: "`teammig branches` and `teammig heads` list labels and revisions",
    },
    Known {
        marks: &["does not provide a MetaData object"],
        advice: "set `target_metadata` in env.py to the metadata of the models; `teammig create --empty` writes a \
                 revision without it",
    },
    Known {
        marks: &["No 'script_location' key found"],
        advice: "Alembic found no alembic.ini where it was called: `alembic: {config: PATH}` in teammig.yaml names it",
    },
    Known {
        marks: &["asyncio extension requires an async driver"],
        advice: "env.py wants a driver that the URL does not name: write it with one in teammig.yaml, as in \
                 postgresql+asyncpg://…",
    },
    Known {
        marks: &["greenlet_spawn has not been called"],
        advice: "the URL names an async driver, and env.py is a plain one: write it without the driver in teammig.yaml",
    },
    Known {
        marks: &["Could not parse SQLAlchemy URL"],
        advice: "env.py reads its URL from somewhere else: `alembic: {url_variable: NAME}` in teammig.yaml names the \
                 variable, which teammig then sets",
    },
    Known {
        marks: &["Can't load plugin: sqlalchemy.dialects"],
        advice: "env.py has another URL than teammig, or a driver that is not installed: `alembic: {url_variable: NAME}` \
                 in teammig.yaml names the variable by which env.py learns it",
    },
    Known {
        marks: &["FileNotFoundError", "script.py.mako"],
        advice: "new revisions are written from the template script.py.mako beside env.py: bring it back, or copy Alembic's own \
                 (`alembic init` writes one into a new folder)",
    },
    Known {
        marks: &["database is locked"],
        advice: "another program writes to the SQLite file: end it, then again",
    },
    Known {
        marks: &["_alembic_tmp_", "already exists"],
        advice: "an earlier run broke off in the middle of a table's rebuild: look whether the table itself is complete, \
                 drop the `_alembic_tmp_` one, then again",
    },
    Known {
        marks: &["value too long for type character varying(32)"],
        advice: "the version table takes ids of 32 characters: give the revision a shorter one",
    },
    Known {
        marks: &["No module named 'alembic'"],
        advice: "this Python has no Alembic: install the project's requirements, or name the right program with \
                 `alembic: {command: [...]}` in teammig.yaml",
    },
    Known {
        marks: &["No module named 'psycopg"],
        advice: "SQLAlchemy takes another driver than the one that is installed here: write it into the URL in teammig.yaml, as in \
                 postgresql+psycopg2://… or postgresql+psycopg://…, or install it",
    },
    Known {
        marks: &["ModuleNotFoundError"],
        advice: "this is not the environment that the project runs in, or it lacks a package: install the project's \
                 requirements, or name the right program with `alembic: {command: [...]}` in teammig.yaml",
    },
];

/// Understands what a failed run printed; `versions` are the folders with migrations.
pub fn explain(output: &str, versions: &[String]) -> Explained {
    let output = without_colour(output);
    let failed = failed(&output);
    let traceback = traceback(&output, versions);
    let (message, place) = match (failed, traceback) {
        (Some(message), _) => (message, None),
        (None, Some((message, place))) => (message, place),
        (None, None) => (last_line(&output), None),
    };
    let known = KNOWN
        .iter()
        .find(|known| known.marks.iter().all(|mark| message.contains(mark)))
        // What SQLAlchemy wraps stands further up.
        .or_else(|| {
            let mut all = KNOWN.iter();
            all.find(|known| known.marks.len() == 1 && output.contains(known.marks[0]))
        });
    Explained {
        message,
        place,
        advice: known.map(|known| known.advice.to_owned()),
        running: running(&output),
    }
}

/// The revision of the last `Running upgrade A -> B, message` or `Running downgrade B -> A`.
fn running(output: &str) -> Option<String> {
    let (_, rest) = output.rsplit_once("Running ")?;
    let line = rest.lines().next()?;
    let (verb, ids) = line.split_once(' ')?;
    let (from, to) = ids.split_once(" -> ")?;
    let id = match verb {
        "upgrade" => to,
        "downgrade" => from,
        _ => return None,
    };
    Some(id.split(',').next()?.trim().to_owned())
}

/// The text after `FAILED: `, which Alembic breaks at the terminal's width.
fn failed(output: &str) -> Option<String> {
    // Flask-Migrate logs it instead.
    let marks = ["FAILED: ", "ERROR [flask_migrate] Error: "];
    let rest = marks.iter().find_map(|mark| {
        let at = output.find(mark)?;
        let begins_line = at == 0 || output.as_bytes().get(at - 1) == Some(&b'\n');
        begins_line.then(|| &output[at + mark.len()..])
    })?;
    let mut lines = rest.lines();
    let mut message = lines.next()?.trim().to_owned();
    // A continuation is indented by two blanks (util/messaging.py, `msg`).
    for line in lines.take_while(|line| line.starts_with("  ") && !line.trim().is_empty()) {
        message.push(' ');
        message.push_str(line.trim());
    }
    Some(message)
}

/// The last line of the last traceback, and the innermost frame that is a migration's.
fn traceback(output: &str, versions: &[String]) -> Option<(String, Option<String>)> {
    let at = output.rfind("Traceback (most recent call last):")?;
    let mut lines = output[at..].lines().skip(1);
    let mut place = None;
    let mut message = String::new();
    for line in lines.by_ref() {
        if let Some(frame) = line.strip_prefix("  File \"") {
            place = frame_of(frame, versions).or(place);
        } else if !line.starts_with(' ') && !line.is_empty() {
            line.clone_into(&mut message);
            break;
        }
    }
    if message.is_empty() {
        return None;
    }
    // PostgreSQL's DETAIL and the statement follow, as far as they are worth a line.
    for line in lines
        .take_while(|line| !line.starts_with("(Background"))
        .take(12)
    {
        if !line.trim().is_empty() {
            message.push('\n');
            message.push_str(line.trim_end());
        }
    }
    Some((message, place))
}

/// `path", line 12, in upgrade` of a file in the folders with migrations.
fn frame_of(frame: &str, versions: &[String]) -> Option<String> {
    let (path, rest) = frame.split_once('"')?;
    let line: String = rest
        .strip_prefix(", line ")?
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    let slashed = path.replace('\\', "/");
    let folder = versions.iter().find_map(|folder| {
        let inside = format!("{}/", folder.trim_end_matches('/'));
        let at = if slashed.starts_with(&inside) {
            0
        } else {
            slashed.rfind(&format!("/{inside}"))? + 1
        };
        slashed.get(at..)
    })?;
    Some(format!("{folder}:{line}"))
}

fn last_line(output: &str) -> String {
    let mut lines = output.lines().rev().map(str::trim);
    lines
        .find(|line| !line.is_empty())
        .unwrap_or("it said nothing")
        .to_owned()
}

/// Without the colours that Python 3.13 gives tracebacks where it is told to.
fn without_colour(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        rest = after
            .find(|c: char| c.is_ascii_alphabetic())
            .map_or("", |end| &after[end + 1..]);
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(output: &str) -> Explained {
        explain(output, &["migrations/versions".to_owned()])
    }

    #[test]
    fn each_message_that_people_search_for_ends_in_a_command() {
        for (message, command) in [
            (
                "Can't locate revision identified by 'c01d9e88ab12'",
                "teammig sync",
            ),
            (
                "Multiple head revisions are present for given argument 'head'; please specify a specific target \
                 revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads",
                "teammig merge-heads",
            ),
            (
                "Multiple heads are present; please specify the head revision on which the new revision should be based, \
                 or perform a merge.",
                "teammig merge-heads",
            ),
            ("Target database is not up to date.", "teammig upgrade"),
            (
                "Requested revision a2 overlaps with other requested revisions b1, b2",
                "teammig stamp --purge heads",
            ),
            (
                "Online migration expected to match one row when updating 'a' to 'b' in 'alembic_version'; 0 found",
                "teammig status",
            ),
        ] {
            let found = explained(&format!("INFO  [alembic] x\nFAILED: {message}\n"));
            assert_eq!(found.message, message);
            let advice = found.advice.unwrap_or_default();
            assert!(
                advice.contains(&format!("`{command}")),
                "{message}: {advice}"
            );
        }
    }

    #[test]
    fn a_message_that_alembic_broke_is_one_again() {
        let found = explained(
            "FAILED: Multiple head revisions are present for given argument 'head'; please specify a specific\n  target \
             revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads\n",
        );
        assert!(found.message.ends_with("a specific target revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads"), "{}", found.message);
    }

    const TRACEBACK: &str = "INFO  [alembic.runtime.migration] Running upgrade aaaa -> bbbb, b
Traceback (most recent call last):
  File \"/p/.venv/bin/alembic\", line 8, in <module>
    sys.exit(main())
  File \"/p/migrations/versions/bbbb_b.py\", line 21, in upgrade
    op.execute(\"SELECT nope\")
  File \"/p/.venv/lib/python3.11/site-packages/alembic/op.py\", line 5, in execute
sqlite3.OperationalError: no such column: nope

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File \"/p/.venv/bin/alembic\", line 8, in <module>
    sys.exit(main())
  File \"/p/migrations/env.py\", line 76, in <module>
    run()
  File \"/p/migrations/versions/bbbb_b.py\", line 21, in upgrade
    op.execute(\"SELECT nope\")
  File \"/p/.venv/lib/python3.11/site-packages/sqlalchemy/engine/default.py\", line 952, in do_execute
    cursor.execute(statement, parameters)
    ~~~~~~~~~~~~~~^^^^^^^^^^^^^^^^^^^^^^^
sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) no such column: nope
[SQL: SELECT nope]
(Background on this error at: https://sqlalche.me/e/20/e3q8)
";

    #[test]
    fn a_traceback_is_its_last_line_and_the_migrations_own() {
        let found = explained(TRACEBACK);
        assert_eq!(
            found.message,
            "sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) no such column: nope\n[SQL: SELECT nope]"
        );
        assert_eq!(
            found.place.as_deref(),
            Some("migrations/versions/bbbb_b.py:21")
        );
        assert_eq!(found.advice, None);
        assert_eq!(found.running.as_deref(), Some("bbbb"));
    }

    #[test]
    fn where_alembic_was() {
        for (line, want) in [
            (
                "INFO  [alembic.runtime.migration] Running upgrade  -> aaaa, Make users",
                Some("aaaa"),
            ),
            ("Running upgrade a, b -> m", Some("m")),
            ("Running downgrade m -> a, b, Merge -> all", Some("m")),
            ("Running stamp_revision  -> aaaa", None),
            ("nothing", None),
        ] {
            assert_eq!(explained(line).running.as_deref(), want, "{line}");
        }
    }

    #[test]
    fn a_module_that_is_not_there_is_another_environment() {
        let found = explained(
            "Traceback (most recent call last):\n  File \"/p/migrations/env.py\", line 3, in <module>\n    import \
             app\nModuleNotFoundError: No module named 'app'\n",
        );
        assert_eq!(found.message, "ModuleNotFoundError: No module named 'app'");
        assert!(
            found
                .advice
                .unwrap_or_default()
                .contains("alembic: {command:")
        );
    }

    #[test]
    fn a_driver_that_is_not_there_is_written_into_the_url() {
        let found = explained(
            "Traceback (most recent call last):\n  File \"/p/migrations/env.py\", line 3, in <module>\n    import \
             psycopg\nModuleNotFoundError: No module named 'psycopg'\n",
        );
        let advice = found.advice.unwrap_or_default();
        assert!(advice.contains("postgresql+psycopg2://"), "{advice}");
    }

    #[test]
    fn whatever_else_is_its_last_line() {
        assert_eq!(
            explained("a\nError: no container\n\n").message,
            "Error: no container"
        );
        assert_eq!(explained("").message, "it said nothing");
        assert_eq!(explained("\u{1b}[31mred\u{1b}[0m\n").message, "red");
    }
}
