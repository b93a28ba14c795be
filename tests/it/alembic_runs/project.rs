//! A project with the real Alembic in a virtual environment of its own.

use crate::support::{registry::python_with, sandbox::Sandbox};

/// What the tests run; the newest at the time of writing.
pub(crate) const PACKAGES: &[&str] = &[
    "alembic==1.20.1",
    "sqlalchemy==2.1.9",
    "psycopg[binary]==3.3.9",
];

/// Lets env.py read the URL where teammig gives it.
pub(super) const READS_URL: &str = "\nimport os\n\nif os.environ.get(\"DATABASE_URL\"):\n    \
                                    config.set_main_option(\"sqlalchemy.url\", \
                                    os.environ[\"DATABASE_URL\"].replace(\"%\", \"%%\"))\n";

/// A repository `project` as `alembic init` makes it, whose env.py reads `DATABASE_URL`.
pub(super) fn project() -> Sandbox {
    let sandbox = bare();
    sandbox.edit(
        "project/migrations/env.py",
        "config = context.config\n",
        &format!("config = context.config\n{READS_URL}"),
    );
    sandbox
}

/// The same whose env.py reads `sqlalchemy.url` of the ini, and nothing else.
pub(super) fn bare() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "-b", "main", "project"]);
    environment(&sandbox, "project");
    let alembic = sandbox.at("project/.venv/bin/alembic");
    let run = sandbox.run(
        sandbox
            .command(alembic.to_str().unwrap(), "project")
            .args(["init", "migrations"]),
    );
    assert_eq!(run.code, 0, "{run}");
    sandbox.write(
        "project/teammig.yaml",
        "layout: alembic\nenvironments:\n  dev: sqlite:dev.db\n",
    );
    sandbox.write("project/.gitignore", "*.db*\n.venv\n__pycache__/\n");
    sandbox
}

/// The virtual environment, where a project has it.
pub(super) fn environment(sandbox: &Sandbox, folder: &str) {
    let python = python_with(PACKAGES);
    let tools = python.parent().unwrap().parent().unwrap();
    std::os::unix::fs::symlink(tools, sandbox.at(&format!("{folder}/.venv"))).unwrap();
}

/// A revision's module, with these lines in its functions.
pub(super) fn revision(sandbox: &Sandbox, id: &str, parents: &[&str], up: &str, down: &str) {
    let named: Vec<String> = parents.iter().map(|id| format!("{id:?}")).collect();
    let down_revision = match named.as_slice() {
        [] => "None".to_owned(),
        [one] => one.clone(),
        all => format!("({})", all.join(", ")),
    };
    sandbox.write(
        &format!("project/migrations/versions/{id}_x.py"),
        format!(
            "\"\"\"Make {id}

Revision ID: {id}
Revises: {}
Create Date: 2026-11-22 10:00:00.000000

\"\"\"
from alembic import op
import sqlalchemy as sa

revision = {id:?}
down_revision = {down_revision}
branch_labels = None
depends_on = None


def upgrade() -> None:
    {up}


def downgrade() -> None:
    {down}
",
            parents.join(", ")
        ),
    );
}

/// A revision that makes a table of its own name.
pub(super) fn table(sandbox: &Sandbox, id: &str, parents: &[&str]) {
    revision(
        sandbox,
        id,
        parents,
        &format!("op.create_table(\"t_{id}\", sa.Column(\"id\", sa.Integer))"),
        &format!("op.drop_table(\"t_{id}\")"),
    );
}

/// The rows of `alembic_version`.
pub(super) fn rows(sandbox: &Sandbox) -> Vec<String> {
    sandbox.sqlite(
        "project/dev.db",
        "SELECT version_num FROM alembic_version ORDER BY 1",
    )
}

/// The tables that revisions made.
pub(super) fn tables(sandbox: &Sandbox) -> Vec<String> {
    sandbox.sqlite(
        "project/dev.db",
        "SELECT substr(name, 3) FROM sqlite_schema WHERE name LIKE 't\\_%' ESCAPE '\\' ORDER BY 1",
    )
}

/// Its env.py sets up no logging.
pub(super) fn without_log(sandbox: &Sandbox) {
    sandbox.edit(
        "project/migrations/env.py",
        "if config.config_file_name is not None:",
        "if False:",
    );
}
