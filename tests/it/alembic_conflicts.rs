//! Pairs of Alembic's modules that may conflict, in `tests/cases/alembic_conflicts`: what the real
//! Alembic makes of both orders on a database, and what footprints say of their calls.
//!
//! A file has lines of labels, `# postgres: VERDICT, STATIC` and `# sqlite: …` for the databases
//! that it is for, then sections: `# before` (what there is besides `tests/cases/alembic_conflicts.py`),
//! `# rows`, `# left`, `# right`, each the lines of an `upgrade()`. The words are those of `conflict_suite/case.rs`. `# why:` says it where what
//! footprints say does not fit the verdict.

mod shown;

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};
use teammig::{
    layout,
    model::{
        Dialect, Language, RevId,
        conflict::{Ancestor, Conflicts, conflicts},
    },
};

use crate::{
    alembic_runs::project::PACKAGES,
    conflict_suite::{
        case::{Verdict, said},
        truth::{Bench, State, judge},
    },
    support::{
        deploy::{settings, try_open},
        postgres::Cluster,
        registry::python_with,
    },
};

/// A pair, as it stands in its file.
struct Pair {
    name: String,
    /// By database: the verdict, and what footprints say.
    labels: BTreeMap<String, (Verdict, String)>,
    why: Option<String>,
    sections: BTreeMap<String, String>,
}

const BOTH: [Dialect; 2] = [Dialect::Postgres, Dialect::Sqlite];

fn word(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => "postgres",
        Dialect::Sqlite => "sqlite",
    }
}

fn pairs() -> Vec<Pair> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/alembic_conflicts");
    let files = fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = files.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .map(|file| {
            let name = file.file_stem().unwrap().to_string_lossy().into_owned();
            Pair::read(name, &fs::read_to_string(file).unwrap())
        })
        .collect()
}

impl Pair {
    fn read(name: String, text: &str) -> Self {
        let mut pair = Self {
            name,
            labels: BTreeMap::new(),
            why: None,
            sections: BTreeMap::new(),
        };
        let mut section = None;
        for line in text.lines() {
            let told = line.strip_prefix("# ");
            match (told.and_then(|told| told.split_once(": ")), told) {
                (Some(("why", why)), _) => pair.why = Some(why.to_owned()),
                (Some((database, label)), _) if section.is_none() => {
                    let (verdict, said) = label.split_once(", ").unwrap();
                    let mut all = Verdict::ALL.into_iter();
                    let verdict = all.find(|one| one.words() == verdict).unwrap();
                    let label = (verdict, said.to_owned());
                    pair.labels.insert(database.to_owned(), label);
                }
                (None, Some(name)) => {
                    section = Some(name.to_owned());
                    pair.sections.insert(name.to_owned(), String::new());
                }
                _ => {
                    if let Some(section) = &section {
                        let text = pair.sections.get_mut(section).unwrap();
                        text.push_str(line);
                        text.push('\n');
                    }
                }
            }
        }
        pair
    }

    fn section(&self, name: &str) -> &str {
        self.sections.get(name).map_or("", String::as_str)
    }

    /// The lines of a section as the module that has them.
    fn module(&self, section: &str) -> String {
        let lines = self.section(section).trim();
        let body = match section {
            "before" => format!("{BASE}\n{lines}"),
            _ if lines.is_empty() => "pass".to_owned(),
            _ => lines.to_owned(),
        };
        format!(
            "{HEAD}\n\ndef upgrade():\n    {}\n",
            body.replace('\n', "\n    ")
        )
    }

    /// What footprints say.
    fn judged(&self, dialect: Dialect) -> Conflicts {
        let read =
            |section: &str| layout::footprint(&self.module(section), Language::Python, dialect);
        let (left, right) = (RevId::trusted("left"), RevId::trusted("right"));
        let before = read("before");
        assert!(before.is_known(), "{}: {before:?}", self.name);
        conflicts(
            &[(&left, &read("left"))],
            &[(&right, &read("right"))],
            &Ancestor::of([&before], true),
        )
    }
}

/// Where all pairs part.
const BASE: &str = include_str!("../cases/alembic_conflicts.py");

const HEAD: &str =
    "import sqlalchemy as sa\nfrom alembic import op\nfrom sqlalchemy.dialects import postgresql\n";

#[test]
fn footprints_say_what_is_labelled() {
    let mut wrong = Vec::new();
    for pair in pairs() {
        for dialect in BOTH {
            let Some((_, label)) = pair.labels.get(word(dialect)) else {
                continue;
            };
            let found = pair.judged(dialect);
            let unread = found.unknown.iter().any(|one| !one.opaque);
            let told = said(found.worst());
            if unread || told != label {
                let why: Vec<String> = found.collisions.iter().map(ToString::to_string).collect();
                let (name, word) = (&pair.name, word(dialect));
                wrong.push(format!("{name} {word}: {told} {why:?} {:?}", found.unknown));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n", wrong.join("\n"));
}

/// Of what goes wrong in an order, how much is seen; of what is said, how much is true.
#[test]
fn little_is_missed_and_little_is_made_up() {
    let (mut seen, mut missed, mut true_alarms, mut false_alarms) = (0, 0, 0, 0);
    for pair in pairs() {
        let mut fits = true;
        for (verdict, said) in pair.labels.values() {
            let collides = *verdict != Verdict::Independent;
            fits &= match said.as_str() {
                "none" => !collides,
                "possible" => true,
                "order" => collides,
                _ => *verdict == Verdict::FailsBoth,
            };
            let is_alarm = matches!(said.as_str(), "order" | "cannot both");
            seen += usize::from(collides && said != "none");
            missed += usize::from(collides && said == "none");
            true_alarms += usize::from(is_alarm && collides);
            false_alarms += usize::from(is_alarm && !collides);
        }
        assert_eq!(
            fits,
            pair.why.is_none(),
            "{}: a reason where it does not fit",
            pair.name
        );
    }
    let (bad, alarms) = (seen + missed, true_alarms + false_alarms);
    assert!(
        bad >= 60 && seen * 100 > 98 * bad,
        "{missed} of {bad} missed"
    );
    assert!(
        true_alarms * 100 > 95 * alarms,
        "{false_alarms} of {alarms} made up"
    );
}

/// The real Alembic, which runs what it is told, section by section.
struct Alembic {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Alembic {
    fn start() -> Self {
        let program =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/alembic_conflicts/run.py");
        let mut child = Command::new(python_with(PACKAGES))
            .arg(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            input: child.stdin.take().unwrap(),
            output: BufReader::new(child.stdout.take().unwrap()),
            child,
        }
    }

    fn run(&mut self, url: &str, module: &str) -> Result<(), String> {
        let request = json!({ "url": url, "module": module });
        writeln!(self.input, "{request}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap();
        match answer["error"].as_str() {
            Some(error) => Err(error.to_owned()),
            None => Ok(()),
        }
    }
}

impl Drop for Alembic {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The verdict of each pair on a database. `python` is its URL for Alembic, `open` opens it here;
/// `empty` takes away what is in it.
fn check(dialect: Dialect, python: &str, open: &dyn Fn() -> Bench, empty: &dyn Fn()) {
    let mut alembic = Alembic::start();
    let mut wrong = Vec::new();
    for pair in pairs() {
        let Some((label, _)) = pair.labels.get(word(dialect)) else {
            continue;
        };
        let mut order = |sections: [&str; 2]| -> Result<Result<State, String>, String> {
            empty();
            for section in ["before", "rows", sections[0]] {
                alembic.run(python, &pair.module(section))?;
            }
            let last = alembic.run(python, &pair.module(sections[1]));
            Ok(last.map(|()| open().state()))
        };
        let told = order(["left", "right"]).and_then(|left_first| {
            let right_first = order(["right", "left"])?;
            Ok(judge(left_first, right_first))
        });
        match told {
            Ok((found, _)) if found == *label => {}
            Ok((found, why)) => {
                wrong.push(format!(
                    "{} {}: {}: {why}",
                    pair.name,
                    word(dialect),
                    found.words()
                ));
            }
            Err(error) => wrong.push(format!("{}: fails by itself: {error}", pair.name)),
        }
    }
    assert!(wrong.is_empty(), "{}\n", wrong.join("\n"));
}

#[test]
fn alembic_on_postgresql_does_what_is_labelled() {
    let url = Cluster::shared().database();
    let (_, rest) = url.split_once("://").unwrap();
    let open = || Bench {
        dialect: Dialect::Postgres,
        database: try_open(&url, &settings()).unwrap(),
    };
    let python = format!("postgresql+psycopg://{rest}");
    check(Dialect::Postgres, &python, &open, &|| open().empty());
}

#[test]
fn alembic_on_sqlite_does_what_is_labelled() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.db");
    let open = || Bench {
        dialect: Dialect::Sqlite,
        database: try_open(&format!("sqlite:{}", file.display()), &settings()).unwrap(),
    };
    let empty = || {
        let _ = fs::remove_file(&file);
    };
    check(
        Dialect::Sqlite,
        &format!("sqlite:///{}", file.display()),
        &open,
        &empty,
    );
}
