//! Lines of revisions that part, tried in both orders on real databases.

mod apart;
mod command;
#[cfg(unix)]
mod labels;
#[cfg(unix)]
mod postgres;
mod sqlite;
mod suite;

use std::fs;

use teammig::{
    config::Env,
    model::{
        RevId,
        verdict::{Contrast, Unproved, Verdict},
    },
    workflow::{
        Context, Error, Interrupt, Options,
        orders::{Lines, Proved, prove_orders},
    },
};

use crate::support::Sandbox;

/// What lines build on.
const BELOW: &str = "aaaa00000001";

/// A project whose lines are tried.
pub(crate) struct Bench {
    sandbox: Sandbox,
    options: &'static str,
}

impl Bench {
    /// In memory.
    pub(crate) fn sqlite() -> Self {
        Self {
            sandbox: Sandbox::project(),
            options: "",
        }
    }

    /// On a server.
    #[cfg(unix)]
    pub(crate) fn postgres() -> Self {
        let bench = Self::sqlite();
        let url = crate::support::postgres::Cluster::shared().database();
        let config = format!("environments:\n  dev: \"{url}\"\n");
        bench.sandbox.write("project/teammig.yaml", config);
        bench
    }

    /// Scripts run with these options.
    pub(crate) fn with(self, options: &'static str) -> Self {
        Self { options, ..self }
    }

    /// Statements of scripts end after a second.
    pub(crate) fn impatient(self) -> Self {
        let file = self.sandbox.at("project/teammig.yaml");
        let config = fs::read_to_string(&file).unwrap_or_default();
        let url = config
            .split_once("dev: ")
            .map_or("\"sqlite:dev.db\"", |(_, url)| url.trim());
        let config = format!("environments:\n  dev: {{url: {url}, statement_timeout: 1s}}\n");
        self.sandbox.write("project/teammig.yaml", config);
        self
    }

    /// Lines of scripts on top of one.
    pub(crate) fn lines(&self, below: &str, lines: &[&[&str]]) -> Vec<RevId> {
        let folder = self.sandbox.at("project/migrations");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        let write = |id: &str, parent: &str, script: &str, options: &str| {
            let body = format!("-- migrate:up {options}\n{script}\n");
            self.sandbox.raw_revision("project", id, parent, &body);
        };
        // What a transaction cannot do is in none.
        let outside = |script: &str| script.contains(" CONCURRENTLY ");
        write(BELOW, "", below, "");
        let mut heads = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let mut parent = BELOW.to_owned();
            for (n, script) in line.iter().enumerate() {
                let id = format!("{}0000000{}", ["bbbb", "cccc", "dddd", "eeee"][at], n + 1);
                let options = if outside(script) {
                    "transaction:false"
                } else if script.starts_with("-- keys on") {
                    ""
                } else {
                    self.options
                };
                write(&id, &parent, script, options);
                parent = id;
            }
            heads.push(RevId::trusted(&parent));
        }
        heads
    }

    pub(crate) fn prove(&self, below: &str, lines: &[&[&str]]) -> Proved {
        let heads = self.lines(below, lines);
        self.try_heads(&heads).unwrap()
    }

    pub(crate) fn try_heads(&self, heads: &[RevId]) -> Result<Proved, Error> {
        let folder = self.sandbox.at("project");
        let context = Context::new(
            folder,
            Env::of(&[]),
            Options::default(),
            Interrupt::default(),
        )?;
        let project = context.project()?;
        let mut database = context.database()?;
        let lines = Lines::to(&project.graph, heads);
        prove_orders(&context, &mut *database, false, &project, &lines)
    }
}

/// A query that is led in a circle by rows that were made up ends.
pub(crate) fn a_circle(bench: Bench) {
    let bench = bench.impatient();
    let below = "CREATE TABLE nodes (id INTEGER PRIMARY KEY, up INTEGER, kind TEXT); CREATE TABLE paths (a INTEGER, b INTEGER);";
    let left = "INSERT INTO paths WITH RECURSIVE r (a, b) AS (SELECT id, id FROM nodes UNION ALL \
                SELECT r.a, n.up FROM r JOIN nodes n ON n.id = r.b WHERE n.up IS NOT NULL) SELECT a, b FROM r;";
    let right = "UPDATE nodes SET up = NULL WHERE length(kind) = 13;";
    let proved = bench.prove(below, &[&[left], &[right]]);
    let Verdict::Unproved(why) = &proved.verdict else {
        panic!("{}", words(&proved));
    };
    let Unproved::AloneOnRows(failure) = &**why else {
        panic!("{why:?}");
    };
    assert_eq!(failure.message, "it did not come to an end within 1s");
}

/// A verdict in short, as a test compares it.
pub(crate) fn words(proved: &Proved) -> String {
    let short = |id: &RevId| id.as_str()[..1].to_owned() + &id.as_str()[11..];
    let pair = |pair: &Option<teammig::model::verdict::Pair>| {
        pair.as_ref().map_or_else(String::new, |pair| {
            let spot = |spot| proved.statement(spot).unwrap_or_default().to_owned();
            format!(" [{} × {}]", spot(&pair.left), spot(&pair.right))
        })
    };
    match &proved.verdict {
        Verdict::Independent => "independent".to_owned(),
        Verdict::OrderMatters(found) => {
            let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
            let one = |one: &Contrast| {
                format!(
                    "{} {} {}: {} | {}",
                    one.kind,
                    one.name,
                    one.key,
                    side(&one.first),
                    side(&one.second)
                )
            };
            let all: Vec<String> = found.differences.iter().map(one).collect();
            format!("order matters: {}{}", all.join("; "), pair(&found.pair))
        }
        Verdict::Fails(found) => {
            let failures = found.failures.iter().map(|one| {
                let order: Vec<String> = one.order.iter().map(short).collect();
                format!(
                    "{} at {}: {}",
                    order.join(" "),
                    short(&one.revision),
                    one.message
                )
            });
            let failures: Vec<String> = failures.collect();
            format!("fails: {}{}", failures.join("; "), pair(&found.pair))
        }
        Verdict::Unproved(why) => match &**why {
            Unproved::Alone(one) => {
                format!("unproved: {} alone: {}", short(&one.revision), one.message)
            }
            Unproved::AloneOnRows(one) => {
                format!(
                    "unproved: {} alone on rows: {}",
                    short(&one.revision),
                    one.message
                )
            }
            Unproved::Rows { object, .. } => format!("unproved: rows of {object}"),
            Unproved::Opaque(spot) => {
                format!(
                    "unproved: {} hides",
                    proved.statement(spot).unwrap_or_default()
                )
            }
            Unproved::Python(spot) => format!("unproved: {} does more", spot.revision),
            Unproved::NotCompared { object, .. } => format!("unproved: {object} is not compared"),
            Unproved::LeftOut(all) => format!("unproved: {} left out", all.len()),
        },
    }
}
