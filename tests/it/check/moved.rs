//! The base has the migrations in another place by now: each side is read as it is
//! configured there.

use super::found;
use crate::support::Sandbox;

/// Ann is on a branch without and one with a new revision, and main moves on.
fn while_main(moves: impl Fn(&Sandbox)) -> Sandbox {
    let sandbox = Sandbox::team();
    sandbox.git("ann", &["switch", "-q", "-c", "notes"]);
    sandbox.write("ann/notes", "x");
    sandbox.commit("ann", "Notes");
    sandbox.git("ann", &["switch", "-q", "-c", "phone"]);
    sandbox.column("ann", "7f3a9c21e4b0", &["9209a434d045"], "phone");
    sandbox.commit("ann", "Add phone");
    moves(&sandbox);
    sandbox.commit("bob", "Move");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git("ann", &["fetch", "-q"]);
    sandbox
}

fn judged(sandbox: &Sandbox) {
    for branch in ["notes", "phone"] {
        sandbox.git("ann", &["switch", "-q", branch]);
        let (findings, code) = found(sandbox, "ann", &["--base"]);
        assert_eq!((findings, code), (vec![], 0), "{branch}");
        let (radar, code) = sandbox.json("ann", &["radar", "--all"]);
        assert_eq!(code, 0, "{branch} {radar}");
    }
    let (radar, _) = sandbox.json("ann", &["radar"]);
    assert_eq!(
        radar["mine"]["new_revisions"].as_array().map(Vec::len),
        Some(1),
        "{radar}"
    );
    // It is judged, and not passed over.
    sandbox.edit("ann/migrations/9209a434d045.sql", "name text", "name blob");
    sandbox.git("ann", &["commit", "-qam", "Edit"]);
    let (findings, code) = found(sandbox, "ann", &["--base"]);
    assert_eq!(
        (findings, code),
        (vec!["error edited-revision".to_owned()], 3)
    );
}

#[test]
fn the_folder() {
    judged(&while_main(|sandbox| {
        let config = sandbox.read("bob/teammig.yaml");
        sandbox.write(
            "bob/teammig.yaml",
            format!("migrations: db/changes\n{config}"),
        );
        std::fs::create_dir_all(sandbox.at("bob/db")).unwrap();
        sandbox.git("bob", &["mv", "migrations", "db/changes"]);
    }));
}

#[test]
fn the_project() {
    judged(&while_main(|sandbox| {
        std::fs::create_dir_all(sandbox.at("bob/api")).unwrap();
        sandbox.git("bob", &["mv", "migrations", "teammig.yaml", "api"]);
    }));
}
