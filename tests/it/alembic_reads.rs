//! The Git side of an Alembic project: it works on the modules that are there, without Python.

use crate::support::Sandbox;

const INI: &str = "[alembic]\nscript_location = %(here)s/db\nsqlalchemy.url = driver://user:pass@localhost/dbname\n";

/// A module as people have it, with quotes that a formatter would change.
pub(crate) fn module(sandbox: &Sandbox, folder: &str, id: &str, parent: &str, up: &str) -> String {
    let path = format!("{folder}/db/versions/{id}_x.py");
    sandbox.write(
        &path,
        format!(
            "'''Make {id}\n\nRevision ID: {id}\nRevises: {}\nCreate Date: 2026-11-22 10:00:00.000000\n\n'''\n\
             import sqlalchemy as sa\nfrom alembic import op\n\nrevision = '{id}'\ndown_revision = {parent}\n\
             branch_labels = None\ndepends_on = None\n\n\ndef upgrade():\n    {up}\n\n\ndef downgrade():\n    \
             op.drop_table('t_{id}')\n",
            parent.trim_matches('\'').replace("None", ""),
        ),
    );
    path
}

fn table(sandbox: &Sandbox, folder: &str, id: &str, parent: &str) -> String {
    let up = format!("op.create_table('t_{id}', sa.Column('id', sa.Integer))");
    module(sandbox, folder, id, parent, &up)
}

/// A published project of one revision, and Ann's and Bob's clones of it.
pub(crate) fn team() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "--bare", "-b", "main", "origin.git"]);
    sandbox.git(".", &["clone", "-q", "origin.git", "ann"]);
    sandbox.write("ann/alembic.ini", INI);
    sandbox.write("ann/db/env.py", "raise SystemExit('never run')\n");
    table(&sandbox, "ann", "aaaa00000001", "None");
    sandbox.commit("ann", "Alembic");
    sandbox.git("ann", &["push", "-q", "-u", "origin", "main"]);
    sandbox.git(".", &["clone", "-q", "origin.git", "bob"]);
    sandbox
}

/// The same once `init` set it up, with hooks in Ann's clone.
fn guarded() -> Sandbox {
    let sandbox = team();
    sandbox.ok("ann", &["init", "--hooks", "--no-head-file"]);
    sandbox.commit("ann", "teammig");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.git("bob", &["pull", "-q"]);
    sandbox
}

/// Without the ini nobody knows where the revisions are: whoever takes it away is stopped, as it
/// stops who breaks teammig.yaml, and whoever changes something else is not.
#[test]
fn an_ini_that_is_deleted_or_names_no_folder_stops_the_commit() {
    for (yaml, deleted) in [
        ("layout: alembic\n", true),
        ("layout: alembic\n", false),
        ("layout: alembic\nalembic: {config: alembic.ini}\n", true),
    ] {
        let sandbox = guarded();
        sandbox.write("ann/teammig.yaml", yaml);
        sandbox.commit("ann", "By the ini");
        sandbox.git("ann", &["push", "-q"]);
        let path = "ann/db/versions/aaaa00000001_x.py";
        sandbox.edit(path, "sa.Integer", "sa.String");
        if deleted {
            sandbox.git("ann", &["rm", "-q", "alembic.ini"]);
        } else {
            sandbox.write("ann/alembic.ini", "[alembic]\nfile_template = %%(rev)s\n");
        }
        sandbox.git("ann", &["add", "-A"]);
        let check = sandbox.teammig("ann", &["check", "--staged"]);
        assert!(
            check.code == 4 && check.stderr.contains("changes alembic.ini"),
            "{yaml} {check}"
        );
        let run = sandbox.try_git("ann", &["commit", "-qm", "Edit"]);
        assert!(
            run.code == 1 && run.stderr.contains("changes alembic.ini"),
            "{yaml} {run}"
        );
        // Once it is gone, who edits a revision is stopped, and who changes the application is not.
        sandbox.git("ann", &["reset", "-q", "--hard"]);
        sandbox.git("ann", &["rm", "-q", "alembic.ini"]);
        sandbox.git("ann", &["commit", "-q", "--no-verify", "-m", "Gone"]);
        sandbox.edit(path, "sa.Integer", "sa.String");
        sandbox.git("ann", &["add", "-A"]);
        let run = sandbox.try_git("ann", &["commit", "-qm", "Edit"]);
        assert!(
            run.code == 1 && run.stderr.contains("changes db/versions/aaaa00000001_x.py"),
            "{yaml} {run}"
        );
        sandbox.git("ann", &["reset", "-q", "--hard"]);
        sandbox.write("ann/app.py", "x = 1\n");
        sandbox.commit("ann", "Application");
        // As the message says.
        sandbox.write(
            "ann/teammig.yaml",
            "layout: alembic\nmigrations: db/versions\n",
        );
        sandbox.edit(path, "sa.Integer", "sa.String");
        sandbox.git("ann", &["add", "-A"]);
        let run = sandbox.try_git("ann", &["commit", "-qm", "Edit"]);
        assert!(
            run.code == 1 && run.stderr.contains("[edited-revision]"),
            "{yaml} {run}"
        );
    }
}

/// The ini of each side says where its modules are, where `migrations:` does not.
#[test]
fn an_edit_in_a_folder_that_is_renamed_with_the_ini() {
    for edits in [true, false] {
        let sandbox = guarded();
        sandbox.write("ann/teammig.yaml", "layout: alembic\n");
        sandbox.commit("ann", "By the ini");
        sandbox.git("ann", &["push", "-q"]);
        sandbox.git("ann", &["mv", "db", "other"]);
        sandbox.write("ann/alembic.ini", INI.replace("/db\n", "/other\n"));
        if edits {
            let path = "ann/other/versions/aaaa00000001_x.py";
            sandbox.edit(path, "sa.Integer", "sa.String");
        }
        sandbox.git("ann", &["add", "-A"]);
        let staged = sandbox.teammig("ann", &["check", "--staged"]);
        let commit = sandbox.try_git("ann", &["commit", "-qm", "Step"]);
        if edits {
            sandbox.git("ann", &["commit", "-q", "--no-verify", "-m", "Step"]);
        }
        let base = sandbox.teammig("ann", &["check", "--base"]);
        let push = sandbox.try_git("ann", &["push", "-q"]);
        for (run, code) in [(staged, 3), (commit, 1), (base, 3), (push, 1)] {
            if edits {
                assert!(
                    run.code == code && run.stderr.contains("aaaa00000001 is edited"),
                    "{run}"
                );
            } else {
                assert_eq!(run.code, 0, "{run}");
            }
        }
    }
}

#[test]
fn init_finds_the_project() {
    let sandbox = team();
    sandbox.ok("ann", &["init", "--no-hooks", "--no-head-file"]);
    let config = sandbox.read("ann/teammig.yaml");
    assert!(
        config.contains("layout: alembic\nmigrations: db/versions\n"),
        "{config}"
    );
    assert!(config.contains("dev: \"${DATABASE_URL}\""), "{config}");
    assert!(!sandbox.at("ann/migrations").exists());
}

#[test]
fn without_a_configuration_it_is_read_as_well() {
    let sandbox = team();
    table(&sandbox, "ann", "bbbb00000002", "'aaaa00000001'");
    sandbox.write("ann/db/versions/__init__.py", "");
    let run = sandbox.teammig("ann/db", &["heads"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stdout
            .contains("bbbb00000002 (head)  Make bbbb00000002"),
        "{run}"
    );
}

/// It was told twice, the second time as another database that `DATABASE_URL` names.
#[test]
fn the_database_of_the_ini_is_one() {
    let sandbox = team();
    let ini = INI.replace("driver://user:pass@localhost/dbname", "sqlite:///dev.db");
    sandbox.write("ann/alembic.ini", ini);
    rusqlite::Connection::open(sandbox.at("ann/dev.db"))
        .unwrap()
        .execute_batch(
            "CREATE TABLE alembic_version (version_num text); INSERT INTO alembic_version VALUES ('aaaa00000001')",
        )
        .unwrap();
    sandbox.ok("ann", &["current"]);
    let (status, _) = sandbox.json("ann", &["status"]);
    assert_eq!(
        status["database"]["environment"], "alembic.ini",
        "{status:#}"
    );
    assert_eq!(
        status["elsewhere"].as_array().map(Vec::len),
        Some(0),
        "{status:#}"
    );
    let (why, _) = sandbox.json("ann", &["why", "aaaa00000001"]);
    assert_eq!(why["applied"][0]["environment"], "alembic.ini", "{why:#}");
}

#[test]
fn several_sections_are_several_databases() {
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "-b", "main", "ann"]);
    sandbox.write(
        "ann/alembic.ini",
        "[alembic]\nscript_location = db\n[other]\nscript_location = other\n",
    );
    table(&sandbox, "ann", "aaaa00000001", "None");
    sandbox.write("ann/other/versions/b.py", "revision = 'bbbb00000002'\n");
    sandbox.ok("ann", &["init", "--no-hooks", "--no-head-file"]);
    let heads = |name: &str| sandbox.ok("ann", &["--database", name, "heads"]);
    assert!(heads("alembic").contains("aaaa00000001"));
    assert!(heads("other").contains("bbbb00000002"));
}

/// Half of a graph is no graph.
#[test]
fn folders_below_the_versions_are_never_passed_over() {
    let sandbox = team();
    let below = |text: &str| sandbox.write("ann/db/versions/2027/b.py", text);
    below("revision = 'bbbb00000002'\ndown_revision = 'aaaa00000001'\n");
    let heads = || sandbox.ok("ann", &["heads"]);
    assert!(heads().contains("aaaa00000001"));
    let recursive = format!("{INI}recursive_version_locations = true\n");
    sandbox.write("ann/alembic.ini", &recursive);
    assert!(heads().starts_with("bbbb00000002"), "{}", heads());
    // `init` repeats it, so that it is known in every commit.
    sandbox.ok("ann", &["init", "--no-hooks", "--no-head-file"]);
    let config = sandbox.read("ann/teammig.yaml");
    assert!(
        config.contains("alembic: {recursive_version_locations: true}\nmigrations: db/versions\n"),
        "{config}"
    );
    sandbox.write("ann/alembic.ini", INI);
    assert!(heads().starts_with("bbbb00000002"), "{}", heads());
    sandbox.write(
        "ann/teammig.yaml",
        "layout: alembic\nalembic: {recursive_version_locations: false}\nmigrations: db/versions\n",
    );
    sandbox.write("ann/alembic.ini", &recursive);
    assert!(heads().starts_with("aaaa00000001"), "{}", heads());
    // Named one by one, as it was needed once, they are read once.
    sandbox.write(
        "ann/teammig.yaml",
        "layout: alembic\nmigrations: [db/versions/2027, db/versions]\n",
    );
    assert!(heads().starts_with("bbbb00000002"), "{}", heads());
}

/// A team whose modules stand in folders by their year.
fn by_year() -> Sandbox {
    let sandbox = team();
    sandbox.git("ann", &["mv", "db/versions", "db/2026"]);
    std::fs::create_dir_all(sandbox.at("ann/db/versions")).unwrap();
    sandbox.git("ann", &["mv", "db/2026", "db/versions/2026"]);
    sandbox.write(
        "ann/alembic.ini",
        format!("{INI}recursive_version_locations = true\n"),
    );
    sandbox.ok("ann", &["init", "--hooks", "--no-head-file"]);
    sandbox.commit("ann", "by year");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.git("bob", &["pull", "-q"]);
    sandbox
}

#[test]
fn a_module_in_a_folder_below_is_guarded() {
    let sandbox = by_year();
    let path = "ann/db/versions/2026/aaaa00000001_x.py";
    // Where it stands does not matter.
    std::fs::create_dir_all(sandbox.at("ann/db/versions/old/2026")).unwrap();
    sandbox.git(
        "ann",
        &[
            "mv",
            "db/versions/2026/aaaa00000001_x.py",
            "db/versions/old/2026/first.py",
        ],
    );
    let run = sandbox.try_git("ann", &["commit", "-qm", "move"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    sandbox.git("ann", &["reset", "-q", "--hard", "HEAD~"]);
    sandbox.edit(path, "sa.Integer", "sa.BigInteger");
    let run = sandbox.try_git("ann", &["commit", "-qam", "edit"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("aaaa00000001 is edited"), "{run}");
    assert!(
        run.stderr.contains("db/versions/2026/aaaa00000001_x.py"),
        "{run}"
    );
    sandbox.git("ann", &["reset", "-q", "--hard"]);
    sandbox.git("ann", &["rm", "-q", "db/versions/2026/aaaa00000001_x.py"]);
    let run = sandbox.try_git("ann", &["commit", "-qm", "delete"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("aaaa00000001 is deleted"), "{run}");
}

/// The folders below are turned off in the step that edits what is in one.
#[test]
fn who_no_longer_looks_below_deletes_what_is_there() {
    let sandbox = by_year();
    sandbox.edit(
        "ann/teammig.yaml",
        "alembic: {recursive_version_locations: true}\n",
        "",
    );
    sandbox.write("ann/alembic.ini", INI);
    sandbox.edit(
        "ann/db/versions/2026/aaaa00000001_x.py",
        "sa.Integer",
        "sa.BigInteger",
    );
    let run = sandbox.try_git("ann", &["commit", "-qam", "flat"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("aaaa00000001 is"), "{run}");
}

#[test]
fn two_sides_in_folders_below_are_put_in_a_row() {
    let sandbox = by_year();
    let write = |who: &str, id: &str| {
        let path = table(&sandbox, who, id, "'aaaa00000001'");
        let below = path.replace("versions/", "versions/2027/");
        let text = sandbox.read(&path);
        std::fs::remove_file(sandbox.at(&path)).unwrap();
        sandbox.write(&below, text);
        sandbox.commit(who, id);
        below
    };
    write("bob", "bbbb00000002");
    sandbox.git("bob", &["push", "-q"]);
    let path = write("ann", "cccc00000003");
    sandbox.git("ann", &["fetch", "-q"]);
    let run = sandbox.teammig("ann", &["check", "--base", "origin/main"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.to_string().contains("bbbb00000002"), "{run}");
    sandbox.git("ann", &["pull", "-q", "--no-rebase", "--no-edit"]);
    sandbox.ok("ann", &["rebase", "--no-database", "--yes"]);
    let mine = sandbox.read(&path);
    assert!(
        mine.contains("down_revision = 'bbbb00000002'"),
        "{path}: {mine}"
    );
    let history = sandbox.ok("ann", &["history"]);
    assert!(history.contains("cccc00000003"), "{history}");
    let why = sandbox.ok("ann", &["why", "bbbb00000002"]);
    assert!(why.contains("db/versions/2027/bbbb00000002_x.py"), "{why}");
    sandbox.commit("ann", "in a row");
    sandbox.git("ann", &["push", "-q"]);
    let audit = sandbox.ok("ann", &["audit"]);
    assert!(audit.contains("3 revisions"), "{audit}");
}

#[test]
fn what_is_computed_is_pointed_at() {
    let sandbox = team();
    table(&sandbox, "ann", "bbbb00000002", "parent()");
    let run = sandbox.teammig("ann", &["heads"]);
    assert_eq!(run.code, 3, "{run}");
    let said = run.stderr.clone();
    assert!(said.contains("`down_revision` is computed"), "{run}");
    assert!(
        said.contains("db/versions/bbbb00000002_x.py:12:17"),
        "{run}"
    );
}

/// What `black`, `isort` and a pass of annotations do to every file.
#[test]
fn a_formatter_is_no_edit_and_a_literal_is() {
    let sandbox = guarded();
    let path = "ann/db/versions/aaaa00000001_x.py";
    let formatted = sandbox
        .read(path)
        .replace('\'', "\"")
        .replace("import sqlalchemy as sa\nfrom alembic import op\n", "from __future__ import annotations\n\nfrom alembic import op\n\nimport sqlalchemy as sa\n")
        .replace("revision = \"aaaa00000001\"", "revision: str = \"aaaa00000001\"")
        .replace("def upgrade():", "def upgrade() -> None:")
        .replace("sa.Column(\"id\", sa.Integer))", "\n        sa.Column(\"id\", sa.Integer),\n    )");
    assert_ne!(formatted, sandbox.read(path));
    sandbox.write(path, &formatted);
    let run = sandbox.try_git("ann", &["commit", "-qam", "black"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    sandbox.write(path, formatted.replace("sa.Integer", "sa.BigInteger"));
    let run = sandbox.try_git("ann", &["commit", "-qam", "edit"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("aaaa00000001 is edited"), "{run}");
    sandbox.ok("ann", &["amend", "aaaa00000001", "--reason", "ids ran out"]);
    assert!(
        sandbox
            .read(path)
            .contains("depends_on = None\n# teammig: amended ")
    );
    assert_eq!(
        sandbox
            .try_git("ann", &["commit", "-qam", "Widen ids"])
            .code,
        0
    );
}

#[test]
fn the_way_back_alone_is_a_warning() {
    let sandbox = guarded();
    sandbox.edit(
        "ann/db/versions/aaaa00000001_x.py",
        "op.drop_table",
        "op.drop_table if 1 else op.drop_table",
    );
    let run = sandbox.try_git("ann", &["commit", "-qam", "way back"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.contains("edited-down"), "{run}");
}

/// A project on Alembic has edits in its past that nobody could know were wrong.
#[test]
fn edits_from_before_there_was_a_guard_are_history() {
    let sandbox = team();
    let edit = |from: &str, to: &str, message: &str| {
        sandbox.edit("ann/db/versions/aaaa00000001_x.py", from, to);
        sandbox.commit("ann", message);
        sandbox.git("ann", &["push", "-q"]);
    };
    edit("sa.Integer", "sa.BigInteger", "an old edit");
    let before = sandbox.teammig("ann", &["check"]);
    assert_eq!(before.code, 0, "{before}");
    sandbox.ok("ann", &["init", "--no-hooks", "--no-head-file"]);
    sandbox.commit("ann", "teammig");
    sandbox.git("ann", &["push", "-q"]);
    let guarded = sandbox.teammig("ann", &["check"]);
    assert_eq!(guarded.code, 0, "{guarded}");
    // A formatter's run over all modules, with the old edit among them.
    edit("sa.BigInteger)", "sa.BigInteger,)", "Format");
    let formatted = sandbox.teammig("ann", &["check"]);
    assert_eq!(formatted.code, 0, "{formatted}");
    edit(
        "sa.BigInteger",
        "sa.SmallInteger",
        "an edit that slipped through",
    );
    let after = sandbox.teammig("ann", &["check"]);
    assert_eq!(after.code, 3, "{after}");
}

#[test]
fn two_heads_after_a_pull_are_merged_or_put_in_a_row() {
    let sandbox = guarded();
    table(&sandbox, "bob", "bbbb00000002", "'aaaa00000001'");
    sandbox.commit("bob", "Bob's");
    sandbox.git("bob", &["push", "-q"]);
    let path = table(&sandbox, "ann", "cccc00000003", "'aaaa00000001'");
    sandbox.commit("ann", "Ann's");
    sandbox.git("ann", &["pull", "-q", "--no-rebase", "--no-edit"]);
    let mine = sandbox.read(&path);
    assert_eq!(sandbox.teammig("ann", &["check"]).code, 3);
    sandbox.ok("ann", &["rebase", "--no-database", "--yes"]);
    assert_eq!(
        sandbox.read(&path),
        mine.replace("Revises: aaaa00000001", "Revises: bbbb00000002")
            .replace(
                "down_revision = 'aaaa00000001'",
                "down_revision = 'bbbb00000002'"
            )
    );
    sandbox.write(&path, &mine);
    sandbox.ok(
        "ann",
        &["merge", "heads", "-m", "both", "--rev-id", "dddd00000004"],
    );
    let merge = sandbox.read("ann/db/versions/dddd00000004_both.py");
    assert!(
        merge.contains("= (\"bbbb00000002\", \"cccc00000003\")"),
        "{merge}"
    );
    assert!(sandbox.ok("ann", &["heads"]).contains("dddd00000004"));
}

/// It was read as SQL: an apostrophe in a message stopped the check.
#[test]
fn what_a_module_says_is_no_script_of_sql() {
    let sandbox = guarded();
    let up = "print(\"It's there, don't\\\\n ask\")\n    # Don't fail\n    op.execute('DROP TABLE \"t_old')";
    let path = module(&sandbox, "ann", "bbbb00000002", "'aaaa00000001'", up);
    sandbox.commit("ann", &path);
    let run = sandbox.teammig("ann", &["check"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(!run.to_string().contains("unrunnable"), "{run}");
}
