//! The example of the docs, with the real `SQLAlchemy`.

use insta::assert_snapshot;

use super::postgres::{newest, project};
use crate::support::registry::python_with;

/// The code block of the docs that begins with a line.
fn example(first: &str) -> String {
    let docs = include_str!("../../../docs/models.md");
    let (_, rest) = docs.split_once(&format!("```python\n{first}")).unwrap();
    format!("{first}{}", rest.split_once("```").unwrap().0)
}

#[test]
fn metadata_becomes_a_revision() {
    let python = python_with(&["sqlalchemy==2.0.44"]);
    let (sandbox, _) = project(&[]);
    let config = sandbox.read("project/teammig.yaml");
    let command = format!("models: {{command: [{}, models_ddl.py]}}", python.display());
    sandbox.write(
        "project/teammig.yaml",
        config.replace("models: models", &command),
    );
    sandbox.write("project/models_ddl.py", example("# models_ddl.py"));
    sandbox.write("project/app/models.py", example("# app/models.py"));
    let run = sandbox.teammig(
        "project",
        &[
            "create",
            "Begin",
            "--rev-id",
            "aaaa00000001",
            "--allow-command",
        ],
    );
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(newest(&sandbox, "aaaa00000001"), @"
    -- teammig:
    --   revision: aaaa00000001
    --   parents: []
    --   message: Begin
    --   created: 2026-11-22T10:02:00Z

    -- migrate:up
    CREATE TABLE orgs (
        id serial PRIMARY KEY,
        name character varying(80) NOT NULL UNIQUE
    );
    CREATE TABLE users (
        id serial PRIMARY KEY,
        name character varying NOT NULL,
        email character varying(200) NOT NULL,
        org_id integer
    );
    CREATE INDEX ix_users_email ON users (email);
    ALTER TABLE users ADD CONSTRAINT users_org_id_fkey FOREIGN KEY (org_id) REFERENCES orgs(id);

    -- migrate:down
    -- loses data: table users
    -- breaks programs that still use table users
    -- locks public.orgs (ACCESS EXCLUSIVE), public.users (ACCESS EXCLUSIVE)
    DROP TABLE users;
    -- loses data: table orgs
    -- breaks programs that still use table orgs
    -- locks public.orgs (ACCESS EXCLUSIVE)
    DROP TABLE orgs;
    ");
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(sandbox.teammig("project", &["diff"]).code, 0);
    sandbox.edit(
        "project/app/models.py",
        "    name: Mapped[str]\n",
        "    name: Mapped[str]\n    phone: Mapped[str | None]\n",
    );
    sandbox.ok("project", &["create", "Phone", "--rev-id", "aaaa00000002"]);
    let file = newest(&sandbox, "aaaa00000002");
    assert!(file.contains("ADD COLUMN phone"), "{file}");
    // A mistake in the program is its own.
    sandbox.edit("project/app/models.py", "Mapped[str]\n", "Mapped[\n");
    let run = sandbox.teammig("project", &["diff"]);
    assert!(run.code == 1 && run.stderr.contains("SyntaxError"), "{run}");
}
