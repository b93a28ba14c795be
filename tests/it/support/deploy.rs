//! Short words for what the workflow layer will do: open, lock, run one revision.

use std::{path::Path, time::Duration};

use teammig::{
    db::{self, Database, DbError, Job, JobError, Notice, Ran, RunSettings},
    model::{
        Checksum, Direction, Entry, EntryState, Options, RevId,
        ledger::{StoredScript, StoredScripts},
    },
};

/// Settings without limits.
pub(crate) fn settings() -> RunSettings {
    RunSettings {
        ddl_lock_timeout: None,
        statement_timeout: None,
        lock_retries: 0,
        ledger_table: "teammig_ledger".into(),
        ledger_schema: None,
        left_out: teammig::schema::LeaveOut::default(),
        application: "teammig test".into(),
    }
}

/// Opens without an environment.
pub(crate) fn try_open(url: &str, settings: &RunSettings) -> Result<Box<dyn Database>, DbError> {
    db::open(url, Path::new("/"), settings, &|_| None, &|_| {})
}

/// A database that is locked and has a ledger.
pub(crate) fn deployer(url: &str, settings: &RunSettings) -> Box<dyn Database> {
    let mut database = try_open(url, settings).unwrap();
    database.lock(Duration::from_secs(10), &mut |_| {}).unwrap();
    database.prepare_ledger().unwrap();
    database
}

/// A row.
pub(crate) fn entry(revision: &str) -> Entry {
    Entry {
        options: Options::default(),
        revision: RevId::trusted(revision),
        parents: vec![RevId::trusted("p1"), RevId::trusted("p2")],
        depends_on: Vec::new(),
        message: format!("Message of {revision}"),
        checksum: Checksum([7; 32]),
        state: EntryState::Applied,
        applied_at: Some("2026-11-22T10:30:00.123456Z".parse().unwrap()),
        applied_by: "ci@runner".into(),
        git_commit: Some("c0ffee".into()),
        git_branch: None,
        duration_ms: 0,
        tool_version: "0.1.0".into(),
    }
}

fn script(text: &str, transaction: bool) -> StoredScript {
    StoredScript {
        text: text.into(),
        transaction,
        foreign_keys_off: false,
    }
}

/// Scripts that run in a transaction.
pub(crate) fn inside(up: &str, down: &str) -> StoredScripts {
    StoredScripts {
        up: script(up, true),
        down: Some(script(down, true)),
    }
}

/// Scripts that run outside of one.
pub(crate) fn outside(up: &str, down: &str) -> StoredScripts {
    StoredScripts {
        up: script(up, false),
        down: Some(script(down, false)),
    }
}

/// What a run said, in one line each.
pub(crate) type Heard = Vec<String>;

/// Runs one script.
pub(crate) fn run(
    database: &mut dyn Database,
    direction: Direction,
    revision: &str,
    scripts: &StoredScripts,
    skip: u32,
    heard: &mut Heard,
) -> Result<Ran, JobError> {
    let job = Job {
        direction,
        entry: &entry(revision),
        scripts,
        skip,
        last: true,
    };
    database.run(&job, &mut |notice| {
        heard.push(match notice {
            Notice::Server(text) | Notice::Output(text) => text.to_owned(),
            Notice::Retry { attempt, of, .. } => format!("try {attempt} of {of}"),
            Notice::Statement { done, of } => format!("{done}/{of}"),
        });
    })
}

/// Applies a revision.
pub(crate) fn up(
    database: &mut dyn Database,
    revision: &str,
    scripts: &StoredScripts,
) -> Result<Ran, JobError> {
    run(
        database,
        Direction::Up,
        revision,
        scripts,
        0,
        &mut Vec::new(),
    )
}

/// Rolls a revision back.
pub(crate) fn down(
    database: &mut dyn Database,
    revision: &str,
    scripts: &StoredScripts,
) -> Result<Ran, JobError> {
    run(
        database,
        Direction::Down,
        revision,
        scripts,
        0,
        &mut Vec::new(),
    )
}

/// The ledger's revisions with their states, in order.
pub(crate) fn states(database: &mut dyn Database) -> Vec<String> {
    let entries = database.ledger().unwrap().entries;
    let state = |entry: &Entry| match entry.state {
        EntryState::Applied => format!("{} applied", entry.revision),
        EntryState::Running {
            direction,
            done,
            uncertain,
        } => {
            let sure = if uncertain { " uncertain" } else { "" };
            format!("{} {} {done}{sure}", entry.revision, direction.name())
        }
    };
    entries.iter().map(state).collect()
}
