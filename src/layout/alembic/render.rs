//! A new revision as the text of its module, for where Alembic itself is not at hand.
//!
//! What Alembic's own template (`templates/generic/script.py.mako`) makes of the same
//! values, so that whoever reads the folder sees one kind of file. Where Alembic can be
//! run, the project's `script.py.mako` is what counts.

use std::fmt::Write as _;

use super::{OURS, edit::list};
use crate::{
    layout::{Body, Section},
    model::{RevId, Revision},
};

/// The text of a new module. SQL becomes calls of `op.execute`.
pub(super) fn render(revision: &Revision, body: &Body) -> String {
    let parents: Vec<&str> = revision.parents.iter().map(RevId::as_str).collect();
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "\"\"\"{}\n\nRevision ID: {}\nRevises: {}\nCreate Date: {}\n\n\"\"\"\n",
        in_docstring(&revision.message),
        revision.id,
        parents.join(", "),
        revision.created.map_or(String::new(), |at| at
            .strftime("%Y-%m-%d %H:%M:%S")
            .to_string()),
    );
    out.push_str("from typing import Sequence, Union\n\nfrom alembic import op\nimport sqlalchemy as sa\n\n\n");
    out.push_str("# revision identifiers, used by Alembic.\n");
    let _ = writeln!(out, "revision: str = {}", literal(revision.id.as_str()));
    let _ = writeln!(
        out,
        "down_revision: Union[str, Sequence[str], None] = {}",
        list(&revision.parents, '"'),
    );
    for (key, values) in [
        ("branch_labels", &revision.labels),
        ("depends_on", &revision.depends_on),
    ] {
        let _ = writeln!(
            out,
            "{key}: Union[str, Sequence[str], None] = {}",
            texts(values)
        );
    }
    if let Some(proved) = &revision.proved {
        let _ = writeln!(out, "# {OURS} proved {proved}");
    }
    function(&mut out, "upgrade", &body.up);
    match &body.down {
        Some(down) => function(&mut out, "downgrade", down),
        None => out.push_str(
            "\n\ndef downgrade() -> None:\n    raise NotImplementedError(\"there is no way back\")\n",
        ),
    }
    out
}

fn function(out: &mut String, name: &str, section: &Section) {
    let sql = section.sql.trim();
    let statement = if sql.is_empty() {
        "pass".to_owned()
    } else {
        format!("op.execute(sa.text({}))", sql_literal(sql))
    };
    let _ = write!(out, "\n\ndef {name}() -> None:\n    {statement}\n");
}

/// SQL as a text of several lines. `sa.text` takes `:name` for a parameter.
fn sql_literal(sql: &str) -> String {
    let escaped = sql
        .replace('\\', "\\\\")
        .replace("\"\"\"", "\\\"\\\"\\\"")
        .replace(':', "\\\\:");
    format!("\"\"\"\n{escaped}\n\"\"\"")
}

fn texts(values: &[String]) -> String {
    match values {
        [] => "None".to_owned(),
        [one] => literal(one),
        many => {
            let many: Vec<String> = many.iter().map(|one| literal(one)).collect();
            format!("({})", many.join(", "))
        }
    }
}

/// A Python text: JSON's are.
fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// What cannot end a docstring.
fn in_docstring(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace("\"\"\"", "'''");
    // A quote at its end would be one of those that end it.
    match text.strip_suffix('"') {
        Some(rest) => format!("{rest}\\\""),
        None => text,
    }
}
