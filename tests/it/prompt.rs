//! Questions at a real pseudo-terminal.

use std::time::Duration;

use expectrl::{Eof, Expect as _, Session, process::unix::WaitStatus};

use crate::support::{Sandbox, keys::press};

/// Starts a command at a terminal.
pub(crate) fn start(sandbox: &Sandbox, args: &[&str]) -> expectrl::session::OsSession {
    start_in(sandbox, "ann", args)
}

pub(crate) fn start_in(
    sandbox: &Sandbox,
    folder: &str,
    args: &[&str],
) -> expectrl::session::OsSession {
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_teammig"), folder);
    command.args(args).env("TERM", "xterm");
    let mut session = Session::spawn(command).unwrap();
    session.set_expect_timeout(Some(Duration::from_secs(20)));
    session
}

pub(crate) fn end(mut session: expectrl::session::OsSession) -> (String, i32) {
    let rest = session.expect(Eof).unwrap();
    let text = String::from_utf8_lossy(rest.as_bytes()).into_owned();
    match session.get_process().wait().unwrap() {
        WaitStatus::Exited(_, code) => (text, code),
        other => panic!("ended with {other:?}\n{text}"),
    }
}

pub(crate) const ENTER: &str = "\r";
pub(crate) const DOWN: &str = "\u{1b}[B";

#[test]
fn sync_offers_to_restack_what_nobody_else_has_first() {
    let sandbox = Sandbox::diverged_and_pulled();
    let mut session = start(&sandbox, &["sync"]);
    session
        .expect("2 heads, they part at 9209a434d045")
        .unwrap();
    session.expect("How do you want to go on?").unwrap();
    session.expect("Restack yours on top of theirs").unwrap();
    session.expect("yours stay as they are").unwrap();
    session.expect("Stop").unwrap();
    press(&mut session, ENTER);
    let (text, code) = end(session);
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("git add migrations/7f3a9c21e4b0.sql"),
        "{text}"
    );
    assert!(
        sandbox
            .read("ann/migrations/7f3a9c21e4b0.sql")
            .contains("parents: [c01d9e88ab12]")
    );
    assert_eq!(
        sandbox.sqlite(
            "ann/dev.db",
            "SELECT revision FROM teammig_ledger ORDER BY seq"
        ),
        ["9209a434d045", "7f3a9c21e4b0", "c01d9e88ab12"]
    );
}

#[test]
fn sync_offers_a_merge_revision_first_where_mine_may_not_move() {
    let sandbox = Sandbox::diverged_and_pulled();
    sandbox.git("ann", &["push", "-q"]);
    let mut session = start(&sandbox, &["sync"]);
    session.expect("How do you want to go on?").unwrap();
    session.expect("Create a merge revision").unwrap();
    session.expect("Stop").unwrap();
    press(&mut session, ENTER);
    let (text, code) = end(session);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("wrote migrations/"), "{text}");
    let (document, _) = sandbox.json("ann", &["heads"]);
    assert_eq!(document["diverged"], false);
    assert_eq!(
        sandbox.sqlite("ann/dev.db", "SELECT count(*) FROM teammig_ledger"),
        ["4"]
    );
}

#[test]
fn sync_can_apply_both() {
    let sandbox = Sandbox::diverged_and_pulled();
    let mut session = start(&sandbox, &["sync"]);
    session.expect("Stop").unwrap();
    press(&mut session, DOWN);
    press(&mut session, DOWN);
    press(&mut session, ENTER);
    let (text, code) = end(session);
    assert_eq!(code, 0, "{text}");
    let (document, _) = sandbox.json("ann", &["heads"]);
    assert_eq!(document["diverged"], true);
    assert_eq!(
        sandbox.sqlite("ann/dev.db", "SELECT count(*) FROM teammig_ledger"),
        ["3"]
    );
}

#[test]
fn stopping_does_nothing() {
    let sandbox = Sandbox::diverged_and_pulled();
    for keys in [&[DOWN, DOWN, DOWN, ENTER][..], &["q"], &["\u{1b}"]] {
        let mut session = start(&sandbox, &["sync"]);
        session.expect("Stop").unwrap();
        for key in keys {
            press(&mut session, key);
        }
        let (text, code) = end(session);
        assert_eq!(code, 3, "{keys:?} {text}");
        assert!(text.contains("nothing was done"), "{keys:?} {text}");
    }
    assert_eq!(
        sandbox.sqlite("ann/dev.db", "SELECT count(*) FROM teammig_ledger"),
        ["2"]
    );
    assert_eq!(sandbox.git("ann", &["status", "--porcelain"]), "");
}

/// What only the database has is shown before it is asked about.
#[test]
fn sync_shows_the_scripts_of_phantoms_and_rolls_them_back() {
    let sandbox = Sandbox::diverged_and_pulled();
    sandbox.git("ann", &["reset", "-q", "--hard", "origin/main"]);
    let mut session = start(&sandbox, &["sync"]);
    session.expect("Only in the database: 1 revision").unwrap();
    session.expect("What about it?").unwrap();
    session.expect("Stop").unwrap();
    press(&mut session, DOWN);
    press(&mut session, DOWN);
    press(&mut session, ENTER);
    session
        .expect("ALTER TABLE users DROP COLUMN phone_number;")
        .unwrap();
    session.expect("Stop").unwrap();
    press(&mut session, ENTER);
    let (text, code) = end(session);
    assert_eq!(code, 0, "{text}");
    assert_eq!(
        sandbox.sqlite(
            "ann/dev.db",
            "SELECT revision FROM teammig_ledger ORDER BY seq"
        ),
        ["9209a434d045", "c01d9e88ab12"]
    );
}

#[test]
fn sync_asks_before_it_redoes_an_edit() {
    let sandbox = Sandbox::team();
    let path = sandbox.table("ann", "7f3a9c21e4b0", &["9209a434d045"], "phones");
    sandbox.ok("ann", &["upgrade"]);
    sandbox.edit(&format!("ann/{path}"), "(x)", "(y)");
    sandbox.table("ann", "aaaa00000003", &["7f3a9c21e4b0"], "calls");
    let tables = || {
        let sql = "SELECT sql FROM sqlite_schema WHERE name IN ('phones', 'calls')";
        sandbox.sqlite("ann/dev.db", sql)
    };
    let answer = |keys: &[&str]| {
        let mut session = start(&sandbox, &["sync"]);
        session.expect("You edited 1 revision").unwrap();
        session.expect("Stop").unwrap();
        for key in keys {
            press(&mut session, key);
        }
        end(session)
    };
    // With a no, what builds on it waits.
    let (text, code) = answer(&[DOWN, ENTER]);
    assert_eq!(code, 3, "{text}");
    assert!(
        text.contains("not applied before the edit of 7f3a9c21e4b0 is settled"),
        "{text}"
    );
    assert_eq!(tables(), ["CREATE TABLE phones (x)"]);
    let (text, code) = answer(&[ENTER]);
    assert_eq!(code, 0, "{text}");
    assert_eq!(
        tables(),
        ["CREATE TABLE phones (y)", "CREATE TABLE calls (x)"]
    );
}

/// History that changed below what was applied: two ways out, and none is taken unasked.
#[test]
fn sync_asks_before_it_records_what_was_amended() {
    let file = "ann/migrations/9209a434d045.sql";
    // What makes a difference is left, unless somebody says so.
    for (old, new, is_alike) in [
        ("CREATE TABLE", "CREATE TABLE IF NOT EXISTS", true),
        ("name text", "name varchar(80)", false),
    ] {
        let sandbox = Sandbox::team();
        sandbox.edit(file, old, new);
        sandbox.ok("ann", &["amend", "9209", "--reason", "it has to be"]);
        let recorded = || {
            let rows = sandbox.sqlite("ann/dev.db", "SELECT up FROM teammig_ledger");
            rows[0].contains(new)
        };
        let (first, second) = (&[ENTER][..], &[DOWN, ENTER][..]);
        let [leave, record] = if is_alike {
            [second, first]
        } else {
            [first, second]
        };
        for (keys, then) in [(leave, false), (record, true)] {
            let mut session = start(&sandbox, &["sync"]);
            session
                .expect("1 revision was changed on purpose after this database ran it")
                .unwrap();
            session.expect("Stop").unwrap();
            for key in keys {
                press(&mut session, key);
            }
            let (text, code) = end(session);
            assert_eq!(
                (code, recorded()),
                (if then { 0 } else { 3 }, then),
                "{new}: {text}"
            );
        }
    }
}

#[test]
fn sync_asks_what_to_do_about_what_never_ran() {
    for (keys, order) in [
        (
            &[ENTER][..],
            ["9209a434d045", "c01d9e88ab12", "7f3a9c21e4b0"],
        ),
        (
            &[DOWN, ENTER],
            ["9209a434d045", "7f3a9c21e4b0", "c01d9e88ab12"],
        ),
    ] {
        let sandbox = Sandbox::diverged_and_pulled();
        sandbox.ok("ann", &["rebase", "--no-database"]);
        let mut session = start(&sandbox, &["sync", "--no-prove"]);
        session
            .expect("1 revision never ran, though later ones did")
            .unwrap();
        session.expect("Stop").unwrap();
        for key in keys {
            press(&mut session, key);
        }
        let (text, code) = end(session);
        assert_eq!(code, 0, "{text}");
        assert_eq!(
            sandbox.sqlite(
                "ann/dev.db",
                "SELECT revision FROM teammig_ledger ORDER BY seq"
            ),
            order
        );
    }
}

/// Ctrl-C at the prompt ends the program and gives the cursor back.
#[test]
fn ctrl_c_shows_the_cursor_again() {
    let sandbox = Sandbox::diverged_and_pulled();
    let mut session = start(&sandbox, &["sync"]);
    session.expect("Stop").unwrap();
    press(&mut session, "\u{3}");
    let (text, code) = end(session);
    assert_eq!(code, 130, "{text}");
    assert!(
        text.contains("\u{1b}[?25h"),
        "the cursor stays hidden: {text:?}"
    );
}

#[test]
fn merge_heads_asks() {
    let sandbox = Sandbox::diverged_and_pulled();
    let mut session = start(&sandbox, &["merge-heads", "-m", "Merge them"]);
    session.expect("theirs").unwrap();
    session.expect("Create a merge revision").unwrap();
    session.expect("Stop").unwrap();
    press(&mut session, ENTER);
    let (text, code) = end(session);
    assert_eq!(code, 0, "{text}");
    assert!(sandbox.ok("ann", &["heads"]).contains("Merge them"));
}

#[test]
fn no_input_never_asks() {
    let sandbox = Sandbox::diverged_and_pulled();
    let session = start(&sandbox, &["sync", "--no-input"]);
    let (text, code) = end(session);
    assert_eq!(code, 3, "{text}");
    assert!(!text.contains("How do you want"), "{text}");
}

#[test]
fn rolling_back_a_protected_environment_asks() {
    let sandbox = Sandbox::team();
    sandbox.write(
        "ann/teammig.yaml",
        "environments:\n  dev: {url: \"sqlite:dev.db\", protected: true}\n",
    );
    let mut session = start(&sandbox, &["downgrade"]);
    session
        .expect("Roll back 1 revision in dev, which is protected?")
        .unwrap();
    press(&mut session, "n");
    let (text, code) = end(session);
    assert_eq!(code, 130, "{text}");
    let run = sandbox.teammig("ann", &["downgrade"]);
    assert_eq!(run.code, 3, "{run}");
    let mut session = start(&sandbox, &["downgrade"]);
    session.expect("protected?").unwrap();
    press(&mut session, "y");
    let (text, code) = end(session);
    assert_eq!(code, 0, "{text}");
    assert_eq!(
        sandbox.sqlite("ann/dev.db", "SELECT count(*) FROM teammig_ledger"),
        ["0"]
    );
}

#[test]
fn init_asks_about_the_hook() {
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "ann"]);
    let mut session = start(&sandbox, &["init", "--no-head-file"]);
    session.expect("Install Git hooks").unwrap();
    press(&mut session, "y");
    let (text, code) = end(session);
    assert_eq!(code, 0, "{text}");
    assert!(sandbox.at("ann/.git/hooks/pre-commit").exists());
}

#[test]
fn init_asks_about_the_head_file() {
    for (key, kept) in [("n", false), ("y", true)] {
        let sandbox = Sandbox::new();
        sandbox.git(".", &["init", "-q", "ann"]);
        let mut session = start(&sandbox, &["init", "--hooks"]);
        session.expect("Keep a head file").unwrap();
        press(&mut session, key);
        let (text, code) = end(session);
        assert_eq!(code, 0, "{text}");
        assert_eq!(sandbox.at("ann/migrations/HEAD").exists(), kept, "{text}");
        let config = sandbox.read("ann/.git/config");
        assert_eq!(config.contains("merge \"teammig-head\""), kept, "{config}");
    }
    // Nothing is written before the answer.
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "ann"]);
    let mut session = start(&sandbox, &["init"]);
    session.expect("Keep a head file").unwrap();
    press(&mut session, "\u{3}");
    let (text, code) = end(session);
    assert_eq!(code, 130, "{text}");
    assert!(!sandbox.at("ann/teammig.yaml").exists());
}

/// A single migration that takes a minute showed nothing for a minute.
#[test]
fn a_long_step_is_seen() {
    let sandbox = Sandbox::team();
    sandbox.revision(
        "ann",
        "7f3a9c21e4b0",
        &["9209a434d045"],
        "Fill in",
        "CREATE TABLE n AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 12000000) SELECT max(x) \
         AS m FROM c;",
        "DROP TABLE n;",
    );
    let mut session = start(&sandbox, &["upgrade"]);
    session.expect("7f3a9c21e4b0  Fill in  1 s").unwrap();
    let (text, code) = end(session);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains('✔'), "{text}");
}

/// "Both" of three.
#[test]
fn three_heads_are_not_called_both() {
    let sandbox = Sandbox::diverged_and_pulled();
    sandbox.table("ann", "aaaa00000009", &["9209a434d045"], "nine");
    let mut session = start(&sandbox, &["sync"]);
    session.expect("3 heads, they part at").unwrap();
    session.expect("Apply all, decide later").unwrap();
    session.expect("Stop").unwrap();
    press(&mut session, "q");
    let (text, code) = end(session);
    assert_eq!(code, 3, "{text}");
}
