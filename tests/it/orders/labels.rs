//! Labels that both sides add to one enum, which one of them uses at once.

use super::{Bench, words};
use crate::support::{Sandbox, postgres::Cluster};

const BASE: &str = "CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE users (id serial PRIMARY KEY, mood mood);";
const THEIRS: &str = "ALTER TYPE mood ADD VALUE 'fine';";
const MINE: &str = "ALTER TYPE mood ADD VALUE 'sad';";
const USE: &str = "ALTER TABLE users ALTER mood SET DEFAULT 'sad';
UPDATE users SET mood = 'sad' WHERE mood = 'bad';";

#[test]
fn they_stand_in_the_order_in_which_they_came() {
    let bench = Bench::postgres();
    for mine in [&[MINE][..], &[MINE, USE]] {
        let said = words(&bench.prove(BASE, &[mine, &[THEIRS]]));
        assert!(
            said.starts_with(
                "order matters: enum public.mood labels: 'good', 'bad', 'sad', 'fine' | \
                 'good', 'bad', 'fine', 'sad'"
            ),
            "{said}"
        );
    }
    // The same label needs a place of its own.
    let said = words(&bench.prove(
        BASE,
        &[&[MINE], &["ALTER TYPE mood ADD VALUE IF NOT EXISTS 'sad';"]],
    ));
    assert!(said.starts_with("fails: c1 b1 at b1: "), "{said}");
    // At its place it stands wherever the other one comes.
    let placed = "ALTER TYPE mood ADD VALUE 'fine' BEFORE 'bad';";
    assert_eq!(
        words(&bench.prove(BASE, &[&[MINE, USE], &[placed]])),
        "independent"
    );
}

/// Two lines on one revision; `applied` are of mine and have a row.
fn diverged(applied: bool) -> (Sandbox, String) {
    let url = Cluster::shared().database();
    let sandbox = Sandbox::project();
    let config = format!("environments:\n  dev: \"{url}\"\n");
    sandbox.write("project/teammig.yaml", config);
    let write = |id: &str, parent: &str, up: &str| {
        let body = format!("-- migrate:up\n{up}\n\n-- migrate:down irreversible\n");
        sandbox.raw_revision("project", id, parent, &body);
    };
    write("9209a434d045", "", BASE);
    write("aaaa11112222", "9209a434d045", MINE);
    write("bbbb11112222", "aaaa11112222", USE);
    if applied {
        sandbox.ok("project", &["upgrade", "9209a434d045"]);
        let psql = Cluster::shared().psql_at(&url);
        psql.run("INSERT INTO users (mood) VALUES ('bad')");
        sandbox.ok("project", &["upgrade"]);
    }
    write("c01d9e88ab12", "9209a434d045", THEIRS);
    (sandbox, url)
}

fn labels(url: &str) -> Vec<String> {
    let psql = Cluster::shared().psql_at(url);
    psql.values("SELECT enum_range(NULL::mood)::text")
}

/// A merge revision brings databases of either order to one, and rows stay.
#[test]
fn a_merge_revision_puts_them_in_one_order() {
    let (sandbox, url) = diverged(true);
    // Which asks no database: it says who does.
    let run = sandbox.teammig("project", &["merge-heads"]);
    assert!(
        run.stderr.contains("`teammig sync --merge` tries them"),
        "{run}"
    );
    sandbox.ok("project", &["sync", "--merge"]);
    let merged = labels(&url);
    let psql = Cluster::shared().psql_at(&url);
    assert_eq!(psql.values("SELECT mood FROM users"), ["sad"]);
    // One that has nothing yet, and one that has theirs.
    for first in [None, Some("c01d9e88ab12")] {
        let other = Cluster::shared().database();
        let config = format!("environments:\n  dev: \"{other}\"\n");
        sandbox.write("project/teammig.yaml", config);
        if let Some(first) = first {
            sandbox.ok("project", &["upgrade", first]);
        }
        sandbox.ok("project", &["upgrade"]);
        assert_eq!(labels(&other), merged, "{first:?}");
        let psql = Cluster::shared().psql_at(&other);
        psql.run("INSERT INTO users DEFAULT VALUES");
        assert_eq!(psql.values("SELECT mood FROM users"), ["sad"]);
    }
}

/// On top of theirs, mine come behind; what is applied and has no way back stays.
#[test]
fn a_restack_puts_mine_behind_theirs() {
    let onto = ["rebase", "aaaa11112222", "--onto", "c01d9e88ab12"];
    let (sandbox, url) = diverged(false);
    // All of a restack is one transaction, in which a new label cannot be used.
    let run = sandbox.teammig("project", &onto);
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stderr
            .contains("`teammig rebase --no-database`, then `teammig sync`"),
        "{run}"
    );
    sandbox.ok("project", &[&onto[..], &["--no-database"]].concat());
    sandbox.ok("project", &["sync"]);
    assert_eq!(labels(&url), ["{good,bad,fine,sad}"]);
    let (sandbox, url) = diverged(true);
    let run = sandbox.teammig("project", &onto);
    assert_eq!(run.code, 1, "{run}");
    assert!(
        run.stderr
            .contains("cannot be rolled back: it is marked as irreversible"),
        "{run}"
    );
    assert_eq!(labels(&url), ["{good,bad,sad}"]);
}
