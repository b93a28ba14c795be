//! Speed, as ratios of things that ran side by side.
//!
//! `cargo bench` prints one table. Every line runs teammig and its rivals in
//! turns, on the same files and the same server, and shows the best time of
//! each with its ratio to the first one. Rivals are looked for on `PATH`
//! (`sqlite3`, `psql`, `sqlx`, `dbmate`; PostgreSQL's programs as the tests find
//! them); one that is not there is named as not measured. Nothing here fails for
//! being slow: a machine under load says nothing about the program.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

#[path = "../tests/it/support/debian.rs"]
#[allow(dead_code)]
mod debian;
#[path = "../tests/it/support/postgres.rs"]
#[allow(dead_code)]
mod postgres_cluster;

mod branches;
mod conflict;
mod history;
mod repository;
mod schemas;

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use postgres_cluster::Cluster;
use tempfile::TempDir;

/// A copy, as installing makes one. What the linker wrote is in memory in small pieces, page by
/// page, and to map these takes a millisecond more at each start.
const TEAMMIG: &str = concat!(env!("CARGO_BIN_EXE_teammig"), "-installed");

/// One way to do the job of a line.
struct Way<'a> {
    name: &'a str,
    /// Brings the world back to the start; not measured.
    reset: Box<dyn Fn() + 'a>,
    run: Box<dyn Fn() + 'a>,
}

fn main() {
    let filter: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let wanted = |name: &str| filter.is_empty() || filter.iter().any(|f| name.contains(f.as_str()));
    let _ = fs::remove_file(TEAMMIG);
    fs::copy(env!("CARGO_BIN_EXE_teammig"), TEAMMIG).unwrap();
    println!("best of several runs in turns; ratios to the first column\n");
    if wanted("start") {
        start_up();
    }
    for n in [1_000, 10_000] {
        if wanted("read") {
            reading(n);
        }
    }
    if wanted("audit") {
        audit();
    }
    if wanted("radar") {
        radar();
    }
    if wanted("hooks") {
        hooks();
    }
    if wanted("nothing") {
        nothing_to_do();
    }
    if wanted("sqlite") {
        apply_sqlite();
    }
    if wanted("postgres") {
        apply_postgres();
    }
    if wanted("conflicts") {
        conflict::from_scripts();
        conflict::tried();
    }
    if wanted("diff") {
        schemas::diff();
    }
}

fn start_up() {
    line(
        "start-up",
        30,
        &[
            way(
                "teammig --version",
                || {},
                || run(TEAMMIG, &["--version"], Path::new("/")),
            ),
            way(
                "git --version",
                || {},
                || run("git", &["--version"], Path::new("/")),
            ),
            way("true", || {}, || run("true", &[], Path::new("/"))),
        ],
    );
}

/// `heads` and `history`: the floor is reading the files.
fn reading(n: usize) {
    let project = Project::new(n, "sqlite:dev.db");
    let folder = project.path();
    let migrations = folder.join("migrations");
    git(folder, &["init", "-q", "-b", "main"]);
    git(folder, &["add", "-A"]);
    git(
        folder,
        &[
            "-c",
            "user.name=x",
            "-c",
            "user.email=x",
            "commit",
            "-qm",
            "x",
        ],
    );
    line(
        &format!("read {n} revisions"),
        10,
        &[
            way(
                "reading the files",
                || {},
                || {
                    let mut bytes = 0;
                    for entry in fs::read_dir(&migrations).unwrap() {
                        bytes += fs::read(entry.unwrap().path()).unwrap().len();
                    }
                    assert!(bytes > 0);
                },
            ),
            way("heads", || {}, || run(TEAMMIG, &["heads"], folder)),
            way("history", || {}, || run(TEAMMIG, &["history"], folder)),
            way(
                "heads --at HEAD",
                || {},
                || run(TEAMMIG, &["heads", "--at", "HEAD"], folder),
            ),
        ],
    );
}

/// A branch's whole history: the floor is Git's own walk over it.
fn audit() {
    let history = history::History::new(10_000);
    let folder = history.path();
    let log = ["log", "--first-parent", "--raw", "--", "migrations"];
    line(
        "audit 10000 commits",
        5,
        &[
            way("git log --raw", || {}, || run("git", &log, folder)),
            way(
                "audit, first time",
                || history.forget(),
                || run(TEAMMIG, &["audit"], folder),
            ),
            way("audit, again", || {}, || run(TEAMMIG, &["audit"], folder)),
        ],
    );
}

/// Many open branches: the floor is Git's own list of them with where each parts.
fn radar() {
    let branches = branches::Branches::new(20_000, 500);
    let folder = branches.path();
    let list = [
        "for-each-ref",
        "--format=%(refname) %(ahead-behind:refs/remotes/origin/main)",
        "refs/remotes",
    ];
    // All of them collide.
    let look = |args: &[&str]| run_ending(TEAMMIG, args, folder, 3);
    line(
        "radar 500 branches",
        5,
        &[
            way("git for-each-ref", || {}, || run("git", &list, folder)),
            way(
                "radar, first time",
                || branches.forget(),
                || look(&["radar", "--days", "0"]),
            ),
            way("radar, again", || {}, || look(&["radar", "--days", "0"])),
            way(
                "radar --ci, again",
                || {},
                || look(&["radar", "--ci", "--days", "0"]),
            ),
        ],
    );
}

/// What a hook adds to a command, beside what Git needs to answer the same question.
fn hooks() {
    let repository = repository::Repository::new(45_000, 20_000);
    let folder = repository.path();
    run(TEAMMIG, &["upgrade", "-q"], folder);
    let output = Command::new("git")
        .args(["rev-parse", "HEAD~1", "HEAD"])
        .current_dir(folder)
        .output()
        .unwrap();
    let ids = String::from_utf8(output.stdout).unwrap();
    let ids: Vec<&str> = ids.split_whitespace().collect();
    let checkout = ["hooks", "run", "post-checkout", ids[0], ids[1], "1"];
    line(
        "post-checkout, nothing of ours moved",
        20,
        &[
            way(
                "git rev-parse HEAD:migrations",
                || {},
                || run("git", &["rev-parse", "HEAD:migrations"], folder),
            ),
            way("teammig", || {}, || run(TEAMMIG, &checkout, folder)),
        ],
    );
    let diff = ["diff", "--cached", "--name-status", "--", "migrations"];
    let commit = ["hooks", "run", "pre-commit"];
    for staged in [false, true] {
        if staged {
            repository.stage();
        }
        line(
            if staged {
                "pre-commit, a new revision"
            } else {
                "pre-commit, nothing of ours is staged"
            },
            20,
            &[
                way("git diff --cached", || {}, || run("git", &diff, folder)),
                way("teammig", || {}, || run(TEAMMIG, &commit, folder)),
            ],
        );
    }
}

fn nothing_to_do() {
    let project = Project::new(1_000, "sqlite:dev.db");
    run(TEAMMIG, &["upgrade", "-q"], project.path());
    let dbmate = has("dbmate").then(|| project.dbmate());
    let url = format!("sqlite:{}", project.path().join("dbmate.db").display());
    let sqlx = has("sqlx").then(|| project.sqlx());
    let sqlx_url = format!(
        "sqlite:{}?mode=rwc",
        project.path().join("sqlx.db").display()
    );
    let mut ways = vec![way(
        "teammig (SQLite)",
        || {},
        || run(TEAMMIG, &["upgrade", "-q"], project.path()),
    )];
    if let Some(folder) = &dbmate {
        dbmate_up(folder, &url);
        ways.push(way("dbmate", || {}, || dbmate_up(folder, &url)));
    }
    if let Some(folder) = &sqlx {
        sqlx_up(folder, &sqlx_url);
        ways.push(way("sqlx", || {}, || sqlx_up(folder, &sqlx_url)));
    }
    line("nothing to do, 1000 applied", 10, &ways);
}

fn apply_sqlite() {
    let project = Project::new(1_000, "sqlite:dev.db");
    let root = project.path();
    let script = project.script("PRAGMA foreign_keys=ON;\n");
    let remove = |name: &str| {
        for end in ["", "-journal", "-wal", "-shm"] {
            let _ = fs::remove_file(root.join(format!("{name}{end}")));
        }
    };
    let dbmate = has("dbmate").then(|| project.dbmate());
    let dbmate_url = format!("sqlite:{}", root.join("dbmate.db").display());
    let sqlx = has("sqlx").then(|| project.sqlx());
    let sqlx_url = format!("sqlite:{}?mode=rwc", root.join("sqlx.db").display());
    let mut ways = vec![way(
        "teammig",
        || remove("dev.db"),
        || run(TEAMMIG, &["upgrade", "-q"], root),
    )];
    if has("sqlite3") {
        ways.push(way(
            "sqlite3, a transaction each",
            || remove("plain.db"),
            || {
                feed("sqlite3", &["-bail", "plain.db"], root, &script);
            },
        ));
    }
    if let Some(folder) = &dbmate {
        ways.push(way(
            "dbmate",
            || remove("dbmate.db"),
            || dbmate_up(folder, &dbmate_url),
        ));
    }
    if let Some(folder) = &sqlx {
        ways.push(way(
            "sqlx",
            || remove("sqlx.db"),
            || sqlx_up(folder, &sqlx_url),
        ));
    }
    line("apply 1000 to SQLite", 3, &ways);
}

fn apply_postgres() {
    // Durable, unlike the tests' cluster: commits are what is compared.
    let cluster = Cluster::start(&["fsync=on", "synchronous_commit=on"], 54_329, |_| {});
    let project = Project::new(1_000, "sqlite:unused.db");
    let root = project.path();
    let script = project.script("");
    let admin = cluster.psql("postgres");
    let again = |name: &str| {
        admin.run(&format!("DROP DATABASE IF EXISTS {name}"));
        admin.run(&format!("CREATE DATABASE {name}"));
        // What the last one left to be written is not the next one's work.
        admin.run("CHECKPOINT");
        run("sync", &[], root);
    };
    let url = |name: &str| cluster.url("postgres", name);
    let (ours, plain) = (url("ours"), url("plain"));
    let folder = cluster.folder().display().to_string();
    let port = cluster.port();
    let dbmate = has("dbmate").then(|| project.dbmate());
    let dbmate_url =
        format!("postgres://postgres@/dbmate?socket={folder}&port={port}&sslmode=disable");
    let sqlx = has("sqlx").then(|| project.sqlx());
    let sqlx_url = format!("postgres://postgres@localhost:{port}/sqlx?host={folder}");
    let mut ways = vec![way(
        "teammig",
        || again("ours"),
        || run(TEAMMIG, &["upgrade", "-q", "--url", &ours], root),
    )];
    if has("psql") {
        ways.push(way(
            "psql, a transaction each",
            || again("plain"),
            || {
                feed(
                    "psql",
                    &["-qX", "-v", "ON_ERROR_STOP=1", &plain],
                    root,
                    &script,
                );
            },
        ));
    }
    if let Some(dbmate) = &dbmate {
        ways.push(way(
            "dbmate",
            || again("dbmate"),
            || dbmate_up(dbmate, &dbmate_url),
        ));
    }
    if let Some(sqlx) = &sqlx {
        ways.push(way("sqlx", || again("sqlx"), || sqlx_up(sqlx, &sqlx_url)));
    }
    line("apply 1000 to PostgreSQL", 5, &ways);
}

fn dbmate_up(folder: &Path, url: &str) {
    run(
        "dbmate",
        &[
            "--no-dump-schema",
            "-d",
            folder.to_str().unwrap(),
            "-u",
            url,
            "up",
        ],
        folder,
    );
}

fn sqlx_up(folder: &Path, url: &str) {
    run(
        "sqlx",
        &[
            "migrate",
            "run",
            "--source",
            folder.to_str().unwrap(),
            "-D",
            url,
        ],
        folder,
    );
}

fn way<'a>(name: &'a str, reset: impl Fn() + 'a, run: impl Fn() + 'a) -> Way<'a> {
    Way {
        name,
        reset: Box::new(reset),
        run: Box::new(run),
    }
}

/// Runs all ways in turns and prints the best of each.
fn line(title: &str, turns: usize, ways: &[Way<'_>]) {
    let mut best = vec![Duration::MAX; ways.len()];
    for _ in 0..turns {
        for (way, best) in ways.iter().zip(&mut best) {
            (way.reset)();
            let start = Instant::now();
            (way.run)();
            *best = start.elapsed().min(*best);
        }
    }
    println!("{title}");
    for (way, time) in ways.iter().zip(&best) {
        let ratio = time.as_secs_f64() / best[0].as_secs_f64();
        println!(
            "  {:<30} {:>10.1} ms   {ratio:>6.2}×",
            way.name,
            time.as_secs_f64() * 1e3
        );
    }
    println!();
}

fn run(program: &str, args: &[&str], folder: &Path) {
    run_ending(program, args, folder, 0);
}

fn run_ending(program: &str, args: &[&str], folder: &Path, code: i32) {
    let output = Command::new(program)
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    assert_eq!(
        output.status.code(),
        Some(code),
        "{program} {args:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn feed(program: &str, args: &[&str], folder: &Path, script: &Path) {
    let status = Command::new(program)
        .args(args)
        .current_dir(folder)
        .stdin(fs::File::open(script).unwrap())
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "{program} {args:?}");
}

fn git(folder: &Path, args: &[&str]) {
    run("git", args, folder);
}

fn has(program: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", &format!("command -v {program}")])
        .output()
        .unwrap()
        .status
        .success();
    if !found {
        println!("not measured: {program} is not on PATH");
    }
    found
}

/// A project with so many small revisions in a chain, in the format of each tool.
struct Project {
    folder: TempDir,
    revisions: Vec<(String, String)>,
}

impl Project {
    fn new(n: usize, url: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("teammig-bench-")
            .tempdir()
            .unwrap();
        fs::create_dir(folder.path().join("migrations")).unwrap();
        fs::write(
            folder.path().join("teammig.yaml"),
            format!("environments:\n  dev: \"{url}\"\n"),
        )
        .unwrap();
        let mut revisions = Vec::with_capacity(n);
        let mut parent = String::new();
        for k in 0..n {
            let id = format!("{:012x}", (k as u64 + 1) * 0x9e37_79b9 % 0xffff_ffff_ffff);
            let up = format!("CREATE TABLE t{k} (id integer PRIMARY KEY, name text NOT NULL);\n");
            let text = format!(
                "-- teammig:\n--   revision: \"{id}\"\n--   parents: [{parent}]\n--   message: Create table {k}\n--   \
                 created: 2026-11-22T10:30:00Z\n\n-- migrate:up\n{up}\n-- migrate:down\nDROP TABLE t{k};\n"
            );
            fs::write(
                folder.path().join(format!("migrations/{k:05}_{id}.sql")),
                text,
            )
            .unwrap();
            parent = format!("\"{id}\"");
            revisions.push((id, up));
        }
        Self { folder, revisions }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// All of it for the database's own client, a transaction each.
    fn script(&self, head: &str) -> PathBuf {
        let mut text = head.to_owned();
        for (_, up) in &self.revisions {
            let _ = write!(text, "BEGIN;\n{up}COMMIT;\n");
        }
        let path = self.path().join("script.sql");
        fs::write(&path, text).unwrap();
        path
    }

    fn dbmate(&self) -> PathBuf {
        self.foreign("dbmate", |k, up| {
            (
                format!("{:014}_t{k}.sql", k + 1),
                format!("-- migrate:up\n{up}\n-- migrate:down\nDROP TABLE t{k};\n"),
            )
        })
    }

    fn sqlx(&self) -> PathBuf {
        self.foreign("sqlx", |k, up| {
            (format!("{:014}_t{k}.sql", k + 1), up.to_owned())
        })
    }

    fn foreign(&self, tool: &str, file: impl Fn(usize, &str) -> (String, String)) -> PathBuf {
        let folder = self.path().join(tool);
        fs::create_dir(&folder).unwrap();
        for (k, (_, up)) in self.revisions.iter().enumerate() {
            let (name, text) = file(k, up);
            fs::write(folder.join(name), text).unwrap();
        }
        folder
    }
}
