//! What footprints cost, and how much of real scripts they see.
//!
//! `cargo bench --bench conflicts` reads a thousand scripts that it makes up, and holds what
//! footprints say of the pairs in `tests/cases/conflicts` against what is true.
//! `… -- FOLDER…` reads the PostgreSQL scripts and Alembic's modules of folders, sorted by name: how many
//! statements were read, are opaque or unread, and the time for a thousand files
//! (`--sqlite FOLDER…`: modules for SQLite).
//! `… -- --pairs FOLDER` takes each script and the next one as if they had been written
//! side by side, and prints a line of JSON for each pair: what
//! `tests/tooling/conflict_truth.py` holds against a server.
//! `… -- --rendered FOLDER` holds what footprints say of Alembic's modules against what they say of
//! the SQL that Alembic makes of them (`tests/tooling/alembic_rendered.py FOLDER`).
//! `… -- --labelled FOLDER` reads pairs of PostgreSQL that are written as those in
//! `tests/cases/conflicts` are.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::{collections::BTreeSet, fs, path::Path, time::Instant};

use serde_json::json;
use teammig::{
    layout,
    model::{
        Dialect, Footprint, Language, RevId,
        conflict::{Ancestor, Clash, Conflicts, conflicts},
        footprint::Seen,
    },
    sql,
};

#[path = "../tests/it/conflict_suite/case.rs"]
#[allow(dead_code, clippy::panic)]
mod case;

use case::{Case, Verdict};

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    match arguments.as_slice() {
        [] => {
            made_up();
            for dialect in [Dialect::Postgres, Dialect::Sqlite] {
                suite(dialect, &case::cases(dialect));
            }
        }
        [flag, folder] if flag == "--pairs" => pairs(folder),
        [flag, folder] if flag == "--rendered" => rendered(folder),
        [flag, folder] if flag == "--labelled" => {
            suite(Dialect::Postgres, &case::read_all(Path::new(folder)));
        }
        [flag, folders @ ..] if flag == "--sqlite" => {
            for folder in folders {
                look(folder, Dialect::Sqlite);
            }
        }
        folders => {
            for folder in folders {
                look(folder, Dialect::Postgres);
            }
        }
    }
}

fn read(script: &str) -> Footprint {
    sql::footprint(script, Dialect::Postgres, &[])
}

/// The same of a file, by its ending.
fn read_file((name, text): &(String, String), dialect: Dialect) -> Footprint {
    let language = if Path::new(name)
        .extension()
        .is_some_and(|ending| ending == "py")
    {
        Language::Python
    } else {
        Language::Sql
    };
    layout::footprint(text, language, dialect)
}

fn scripts(folder: &str) -> Vec<(String, String)> {
    let mut files: Vec<_> = fs::read_dir(Path::new(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|ending| ending == "sql" || ending == "py")
        })
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect()
}

fn made_up() {
    let scripts: Vec<String> = (0..1_000)
        .map(|n| {
            format!(
                "CREATE TABLE t{n} (id bigserial PRIMARY KEY, a text NOT NULL, b int REFERENCES t0);\n\
                 CREATE INDEX t{n}_idx ON t{n} (a, lower(a));\n\
                 ALTER TABLE t0 ADD COLUMN c{n} int DEFAULT {n};\n\
                 UPDATE t{n} SET a = 'x' WHERE b > {n};\n"
            )
        })
        .collect();
    let start = Instant::now();
    let footprints: Vec<Footprint> = scripts.iter().map(|script| read(script)).collect();
    println!(
        "footprints of 1,000 scripts of 4 statements   {:?}",
        start.elapsed()
    );
    let ids: Vec<RevId> = (0..1_000).map(|n| RevId::trusted(&n.to_string())).collect();
    let members: Vec<_> = ids.iter().zip(&footprints).collect();
    let (left, right) = members.split_at(500);
    let start = Instant::now();
    let found = conflicts(left, right, &Ancestor::default());
    println!(
        "500 of them beside the other 500              {:?}, {} collisions",
        start.elapsed(),
        found.collisions.len()
    );
}

/// Of what is wrong with an order, how much is seen; of what is said, how much is true.
/// That rows are in question is said of pairs that come out well, too: it is counted apart.
fn suite(dialect: Dialect, cases: &[Case]) {
    let (mut hit, mut missed, mut alarms, mut asked) = (0, Vec::new(), Vec::new(), (0, 0));
    for case in cases {
        let collides = case.verdict != Some(Verdict::Independent);
        match (case.judged(dialect).worst(), collides) {
            (Clash::None, true) => missed.push(&case.name),
            (Clash::None, false) => {}
            (Clash::Possible, true) => asked.0 += 1,
            (Clash::Possible, false) => asked.1 += 1,
            (_, true) => hit += 1,
            (_, false) => alarms.push(&case.name),
        }
    }
    let rate = |part: usize, rest: usize| {
        let part = u32::try_from(part).unwrap();
        let all = part + u32::try_from(rest).unwrap();
        100.0 * f64::from(part) / f64::from(all.max(1))
    };
    println!(
        "{dialect:?}: {} pairs, recall {:.1} %, precision {:.1} %; rows in question in {}, of which {} do collide",
        cases.len(),
        rate(hit + asked.0, missed.len()),
        rate(hit, alarms.len()),
        asked.0 + asked.1,
        asked.0
    );
    println!("  missed {missed:?}\n  false alarms {alarms:?}");
}

fn look(folder: &str, dialect: Dialect) {
    let scripts = scripts(folder);
    let start = Instant::now();
    let footprints: Vec<Footprint> = scripts
        .iter()
        .map(|file| read_file(file, dialect))
        .collect();
    let took = start.elapsed();
    let all: Vec<_> = footprints.iter().flat_map(|one| &one.statements).collect();
    let count = |is: fn(&Seen) -> bool| all.iter().filter(|one| is(&one.seen)).count();
    println!(
        "{folder}: {} files, {} statements: {} read, {} opaque, {} unread in {} files; {:?} for 1,000 files",
        scripts.len(),
        all.len(),
        count(|seen| *seen == Seen::Whole),
        count(|seen| matches!(seen, Seen::Opaque { .. })),
        count(|seen| matches!(seen, Seen::Unread { .. })),
        footprints.iter().filter(|one| !one.is_known()).count(),
        took * 1_000 / u32::try_from(scripts.len().max(1)).unwrap()
    );
    for ((name, text), footprint) in scripts.iter().zip(&footprints) {
        for one in &footprint.statements {
            let (word, at) = match &one.seen {
                Seen::Whole => continue,
                Seen::Opaque { at } => ("opaque", at),
                Seen::Unread { at } => ("unread", at),
            };
            let line = text[at.clone()].lines().next().unwrap_or_default();
            println!("  {word}  {name}  {line}");
        }
    }
}

/// What is touched, however it is said.
fn touched(footprint: &Footprint) -> BTreeSet<String> {
    let accesses = footprint.accesses();
    accesses.map(|(_, access)| access.to_string()).collect()
}

fn rendered(folder: &str) {
    let scripts = scripts(folder);
    let (mut alike, mut unlike) = (0, 0);
    for at in 1..scripts.len() {
        let (python, sql) = (&scripts[at - 1], &scripts[at]);
        let module = python.0.strip_suffix(".py");
        if module.is_none() || module != sql.0.strip_suffix(".sql") {
            continue;
        }
        let (calls, texts) = (read_file(python, Dialect::Postgres), read(&sql.1));
        let (of_calls, of_texts) = (touched(&calls), touched(&texts));
        if of_calls == of_texts && calls.is_known() == texts.is_known() {
            alike += 1;
            continue;
        }
        unlike += 1;
        println!("{}", python.0);
        for one in of_calls.difference(&of_texts) {
            println!("  calls only  {one}");
        }
        for one in of_texts.difference(&of_calls) {
            println!("  SQL only    {one}");
        }
        for (word, footprint) in [("calls", &calls), ("SQL", &texts)] {
            if !footprint.is_known() {
                println!("  unread in   {word}");
            }
        }
    }
    println!("{alike} alike, {unlike} not");
}

fn pairs(folder: &str) {
    let scripts = scripts(folder);
    let footprints: Vec<Footprint> = scripts
        .iter()
        .map(|file| read_file(file, Dialect::Postgres))
        .collect();
    let (a, b) = (RevId::trusted("a"), RevId::trusted("b"));
    for (at, pair) in footprints.windows(2).enumerate() {
        let before = Ancestor::of(&footprints[..at], true);
        let judge = |ancestor: &Ancestor| conflicts(&[(&a, &pair[0])], &[(&b, &pair[1])], ancestor);
        let (found, alone) = (judge(&before), judge(&Ancestor::default()));
        println!(
            "{}",
            json!({
                "a": scripts[at].0,
                "b": scripts[at + 1].0,
                "clash": found.worst().words(),
                "without_ancestor": alone.worst().words(),
                "unread": found.unknown.iter().any(|one| !one.opaque),
                "opaque": found.unknown.iter().any(|one| one.opaque),
                "why": why(&found),
            })
        );
    }
}

fn why(found: &Conflicts) -> Vec<String> {
    found
        .collisions
        .iter()
        .filter(|one| one.clash > Clash::Possible)
        .map(|one| {
            let objects: Vec<String> = one.objects.iter().map(ToString::to_string).collect();
            format!(
                "{} / {}: {}",
                one.left.act.verb(),
                one.right.act.verb(),
                objects.join(", ")
            )
        })
        .collect()
}
