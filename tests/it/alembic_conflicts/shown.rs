//! What two branches of an Alembic project do to each other, where the commands tell it. Nothing of
//! the project is run: its env.py would stop everything.

use insta::assert_snapshot;

use crate::{
    alembic_reads::{module, team},
    support::Sandbox,
};

/// Bob's revision is published, Ann's is on her branch; both stand on one that makes a table.
fn parted(ann: &str, bob: &str) -> Sandbox {
    let sandbox = team();
    sandbox.write(
        "ann/teammig.yaml",
        "layout: alembic\nmigrations: db/versions\nenvironments:\n  dev: sqlite:dev.db\n",
    );
    module(
        &sandbox,
        "ann",
        "aaaa00000002",
        "'aaaa00000001'",
        "op.create_table('users', sa.Column('id', sa.Integer), sa.Column('name', sa.Text))",
    );
    sandbox.commit("ann", "Make users");
    sandbox.git("ann", &["push", "-q"]);
    sandbox.git("bob", &["pull", "-q"]);
    module(&sandbox, "bob", "bbbb00000003", "'aaaa00000002'", bob);
    sandbox.commit("bob", "Do Bob's work");
    sandbox.git("bob", &["push", "-q"]);
    sandbox.git("ann", &["switch", "-q", "-c", "phone"]);
    module(&sandbox, "ann", "cccc00000004", "'aaaa00000002'", ann);
    sandbox.commit("ann", "Do Ann's work");
    sandbox.git("ann", &["fetch", "-q"]);
    sandbox
}

const INDEX: &str = "op.create_index(\n        'users_name',\n        'users',\n        ['name'],\n        unique=True,\n    )";
const DROP: &str =
    "with op.batch_alter_table('users') as batch_op:\n        batch_op.drop_column('name')";

#[test]
fn both_calls_with_their_places() {
    let sandbox = parted(INDEX, DROP);
    assert_snapshot!(sandbox.teammig("ann", &["conflicts", "--with", "origin/main"]), @"
    exit 3
    --- stdout
    phone and origin/main, they part at aaaa00000002
      order matters: column users.name
        cccc00000004 uses it   db/versions/cccc00000004_x.py:18   phone, not published, Test, 2 minutes ago
          op.create_index(
              'users_name',
              'users',
          …
        bbbb00000003 drops it   db/versions/bbbb00000003_x.py:19   origin/main, Test, 6 minutes ago
          batch_op.drop_column('name')
      it matters which comes first
    --- stderr
    hint: `teammig rebase` puts one side on top of the other, which decides the order; then put right in the upper one what does not fit
    ");
}

#[test]
fn wherever_branches_come_together() {
    let sandbox = parted(INDEX, DROP);
    let words = "order matters: column users.name";
    let run = sandbox.teammig("ann", &["radar"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stdout.contains(words), "{run}");
    let run = sandbox.teammig("ann", &["check", "--base", "origin/main"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.contains("[semantic-conflict]"), "{run}");
    assert!(run.stderr.contains("cccc00000004_x.py:18:5"), "{run}");
    assert!(run.stderr.contains("bbbb00000003_x.py:19:9"), "{run}");
    sandbox.git("ann", &["merge", "-q", "-m", "merge", "origin/main"]);
    let graph = sandbox.ok("ann", &["graph"]);
    assert!(
        graph.contains("collides with bbbb00000003: column users.name"),
        "{graph}"
    );
    let run = sandbox.teammig("ann", &["merge-heads", "-m", "x"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(
        run.stderr.contains("the order matters (column users.name)"),
        "{run}"
    );
}

#[test]
fn what_does_not_collide_is_none_and_what_is_not_read_is_said() {
    let sandbox = parted("op.add_column('users', sa.Column('a', sa.Text()))", DROP);
    let with = ["conflicts", "--with", "origin/main"];
    // Twice, since the second time it is kept.
    for _ in 0..2 {
        let run = sandbox.teammig("ann", &with);
        assert_eq!(run.code, 0, "{run}");
    }
    let text = sandbox.read("ann/db/versions/cccc00000004_x.py");
    let changed = text.replace("op.add_column(", "helpers.add(op, ");
    sandbox.write("ann/db/versions/cccc00000004_x.py", changed);
    let run = sandbox.teammig("ann", &with);
    assert_eq!(run.code, 4, "{run}");
    assert!(
        run.stdout
            .contains("could not be read: cccc00000004 db/versions/cccc00000004_x.py:18"),
        "{run}"
    );
}
