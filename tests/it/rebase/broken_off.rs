//! A restack that breaks off: what cannot be taken back is said, and kept.

use std::{
    fs,
    process::Stdio,
    thread::sleep,
    time::{Duration, Instant},
};

use super::{ledger, pulled};

#[test]
fn what_another_program_wrote_meanwhile_is_not_overwritten() {
    // Theirs commits its first statement, runs for a while, and fails.
    let pause = "SELECT count(*) FROM (WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 100000) SELECT x FROM c);\n";
    let sandbox = pulled(&format!(
        "CREATE TABLE theirs (id integer);\n{}SELECT nothing;",
        pause.repeat(100)
    ));
    let path = "ann/migrations/c01d9e88ab12.sql";
    let text = sandbox.read(path);
    sandbox.write(
        path,
        text.replace("migrate:up", "migrate:up transaction:false"),
    );
    let child = sandbox
        .command(env!("CARGO_BIN_EXE_teammig"), "ann")
        .arg("rebase")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let begin = Instant::now();
    let running = "SELECT count(*) FROM teammig_ledger WHERE state <> 'applied'";
    while sandbox.sqlite("ann/dev.db", running) != ["1"] {
        assert!(
            begin.elapsed() < Duration::from_secs(30),
            "theirs never began"
        );
        sleep(Duration::from_millis(5));
    }
    // Between two statements, which is not long.
    let mut other = rusqlite::Connection::open(sandbox.at("ann/dev.db")).unwrap();
    other.busy_handler(Some(|_| true)).unwrap();
    other
        .execute("INSERT INTO users (id, name) VALUES (7, 'Eve')", [])
        .unwrap();
    assert_eq!(
        sandbox.sqlite("ann/dev.db", running),
        ["1"],
        "it was written while theirs ran"
    );
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("another program wrote to the database meanwhile"),
        "{said}"
    );
    assert_eq!(
        sandbox.sqlite("ann/dev.db", "SELECT name FROM users"),
        ["Eve"],
        "what the other program wrote stays"
    );
    assert_eq!(ledger(&sandbox).len(), 2, "base, and theirs begun");
    let kept: Vec<_> = fs::read_dir(sandbox.at("ann/.git/teammig/kept"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(kept.len(), 1, "{said}");
    assert!(said.contains(&kept[0]), "the copy is named\n{said}");
    let copy = format!("ann/.git/teammig/kept/{}", kept[0]);
    assert_eq!(
        sandbox.sqlite(&copy, "SELECT count(*) FROM pragma_table_info('users')"),
        ["4"],
        "the copy is the database as it was"
    );
    // Nothing stands in the way afterwards.
    let run = sandbox.teammig("ann", &["status"]);
    assert!(!run.stdout.contains("Restack"), "{run}");
}

#[cfg(unix)]
mod files {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &std::path::Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_mode_of_a_file_stays() {
        let sandbox = pulled("CREATE INDEX users_name ON users (name);");
        let path = sandbox.at("ann/migrations/aaaa11112222.sql");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        sandbox.ok("ann", &["rebase"]);
        assert_eq!(mode(&path), 0o640);
    }
}
