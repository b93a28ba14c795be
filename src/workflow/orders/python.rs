//! Whether a module of Python does nothing but change the schema, by its text.
//!
//! Both orders left the same schema and the same rows, but rows that were not there may tell
//! a difference. A module that is made of Alembic's operations on the schema has to do with
//! no row by what it holds. Whatever else is called in it can look at rows or write them, and
//! is a doubt; so is anything that could give a name another meaning. Pure, and nothing is run.

use super::sides::Sides;
use crate::model::{
    Span,
    verdict::{Spot, Unproved},
};

/// Alembic's operations that change the schema, and what is written inside of them.
const OPERATIONS: [&str; 18] = [
    "add_column",
    "alter_column",
    "batch_alter_table",
    "create_check_constraint",
    "create_exclude_constraint",
    "create_foreign_key",
    "create_index",
    "create_primary_key",
    "create_table",
    "create_table_comment",
    "create_unique_constraint",
    "drop_column",
    "drop_constraint",
    "drop_index",
    "drop_table",
    "drop_table_comment",
    "f",
    "rename_table",
];

/// What only makes an expression for one of them.
const EXPRESSIONS: [&str; 6] = ["text", "true", "false", "null", "literal", "now"];

/// Packages whose modules change nothing by being imported.
const PACKAGES: [&str; 9] = [
    "alembic",
    "sqlalchemy",
    "typing",
    "__future__",
    "collections",
    "datetime",
    "enum",
    "uuid",
    "logging",
];

/// The first module of a line that may have to do with rows.
pub(super) fn doubt(sides: &Sides) -> Option<Unproved> {
    let mut steps = (0..sides.count()).flat_map(|line| sides.line(line));
    steps.find_map(|step| {
        let statement = call(&step.script().text);
        let is_doubt = statement.is_some() || !is_plain(step.file_text());
        is_doubt.then(|| {
            Unproved::Python(Spot {
                revision: step.step.revision.clone(),
                statement,
            })
        })
    })
}

/// The lines outside of functions give no name of [`call`] another meaning.
fn is_plain(file: &str) -> bool {
    let is_known = |module: &str| {
        let first = module.split(['.', ' ', ',']).next();
        first.is_some_and(|first| PACKAGES.contains(&first))
    };
    let mut has_op = false;
    for line in file.lines() {
        if line.starts_with('@') || calls_at_once(line) {
            return false;
        }
        let line = line.trim();
        if let Some(rest) = line.strip_prefix("from ") {
            if rest.contains(" import ") && !is_known(rest) {
                return false;
            }
            has_op |= rest == "alembic import op";
        } else if let Some(rest) = line.strip_prefix("import ")
            && !is_known(rest)
        {
            return false;
        }
        let gives = |name: &str| {
            let rest = line.strip_prefix(name).unwrap_or_default().trim_start();
            rest.starts_with('=') && !rest.starts_with("==")
        };
        if ["op", "sa", "sqlalchemy", "postgresql"]
            .iter()
            .any(|name| gives(name))
        {
            return false;
        }
    }
    has_op
}

/// Something is called, or made by a call, when the module is imported. A sentence that looks
/// so in the docstring counts, too.
fn calls_at_once(line: &str) -> bool {
    let outside = line.starts_with(is_part) && !line.starts_with("def ");
    let calls = line.match_indices('(');
    outside
        && calls
            .into_iter()
            .any(|(at, _)| line[..at].ends_with(is_part))
}

/// The first call in a function's text that is none of Alembic's operations on the schema.
fn call(text: &str) -> Option<Span> {
    let (words, strings) = words(text);
    if let Some(span) = strings {
        return Some(span);
    }
    // Its own head: `def upgrade() -> None:`.
    let begin = if words.first().is_some_and(|word| word.text == "def") {
        let after = words.iter().position(|word| word.text == ")")?;
        words[after..]
            .iter()
            .position(|word| word.text == ":")
            .map_or(0, |at| after + at + 1)
    } else {
        0
    };
    let words = &words[begin..];
    // Names of batches: `with op.batch_alter_table(…) as batch_op:`.
    let mut receivers = vec!["op"];
    for three in words.windows(3) {
        if three[0].text == "as" && three[2].text == ":" {
            receivers.push(three[1].text);
        }
    }
    for (at, word) in words.iter().enumerate() {
        // SQL over each row.
        if word.text == "postgresql_using" || word.text == "def" || word.text == "lambda" {
            return Some(word.span());
        }
        if word.text != "(" || at == 0 {
            continue;
        }
        let name = words[at - 1];
        if matches!(name.text, ")" | "]") {
            return Some(name.span());
        }
        if !name.is_name() || is_keyword(name.text) {
            continue;
        }
        let mut path = vec![name.text];
        let mut from = at - 1;
        while from >= 2 && words[from - 1].text == "." {
            from -= 2;
            path.insert(0, words[from].text);
        }
        let is_known = match path.as_slice() {
            [receiver, name] if receivers.contains(receiver) => OPERATIONS.contains(name),
            [
                "sa" | "sqlalchemy" | "postgresql" | "mysql" | "sqlite",
                ..,
                name,
            ] => is_class(name) || EXPRESSIONS.contains(name),
            [] | [_] | [_, _, ..] => false,
        };
        if !is_known {
            let begin = words[from].span().start;
            return Some(begin..name.span().end);
        }
    }
    None
}

fn is_class(name: &str) -> bool {
    // `MetaData` and `Table` can go to the database.
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && !["MetaData", "Table", "DDL"].contains(&name)
}

fn is_keyword(word: &str) -> bool {
    [
        "in", "and", "or", "not", "if", "else", "return", "for", "is", "with",
    ]
    .contains(&word)
}

/// A name, or a sign.
#[derive(Clone, Copy)]
struct Word<'t> {
    text: &'t str,
    start: usize,
}

impl Word<'_> {
    fn span(&self) -> Span {
        self.start..self.start + self.text.len()
    }

    fn is_name(&self) -> bool {
        self.text.starts_with(is_part)
    }
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Names and signs, without texts and comments; and the first text that can hold a call.
fn words(text: &str) -> (Vec<Word<'_>>, Option<Span>) {
    let mut words: Vec<Word<'_>> = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if c == '#' {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if c == '"' || c == '\'' {
            // Letters right before it belong to it.
            let prefix = words
                .last()
                .filter(|word| word.is_name() && word.span().end == at);
            let prefix = prefix.map_or("", |word| word.text).to_lowercase();
            let end = at + string(rest, c);
            if prefix.contains(['f', 't']) {
                return (words, Some(at..end));
            }
            if !prefix.is_empty() {
                words.pop();
            }
            words.push(Word {
                text: &text[at..at],
                start: at,
            });
            at = end;
        } else if is_part(c) {
            let len = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            words.push(Word {
                text: &rest[..len],
                start: at,
            });
            at += len;
        } else {
            if !c.is_whitespace() {
                words.push(Word {
                    text: &rest[..c.len_utf8()],
                    start: at,
                });
            }
            at += c.len_utf8();
        }
    }
    (words, None)
}

/// How long the text is that begins here.
fn string(rest: &str, quote: char) -> usize {
    let triple = quote.to_string().repeat(3);
    let mark = if rest.starts_with(&triple) {
        triple
    } else {
        quote.to_string()
    };
    let mut at = mark.len();
    while at < rest.len() {
        if rest[at..].starts_with(&mark) {
            return at + mark.len();
        }
        let mut chars = rest[at..].chars();
        let c = chars.next();
        at += c.map_or(1, char::len_utf8);
        if c == Some('\\') {
            at += chars.next().map_or(0, char::len_utf8);
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_rows_alone() {
        for (body, unknown) in [
            (
                "op.add_column('t', sa.Column('n', sa.Integer(), nullable=True))",
                None,
            ),
            (
                "with op.batch_alter_table('t') as batch_op:\n        batch_op.drop_column('n')  # gone (x)",
                None,
            ),
            (
                "op.create_index(op.f('ix'), 't', ['n'], postgresql_where=sa.text('n > f(1)'))",
                None,
            ),
            ("for name in ('a', 'b'):\n        op.drop_table(name)", None),
            (
                "op.create_table('t', sa.Column('i', postgresql.UUID(as_uuid=True), server_default=sa.func.now()))",
                None,
            ),
            ("op.execute('UPDATE t SET n = 1')", Some("op.execute")),
            ("op.add_column('t', make())", Some("make")),
            ("op.get_bind().execute(x)", Some("op.get_bind")),
            ("op.bulk_insert(t, [])", Some("op.bulk_insert")),
            ("session.add_column('t')", Some("session.add_column")),
            ("run = op.execute\n    run('x')", Some("run")),
            ("all[0]('x')", Some("]")),
            ("op.drop_table(f'{run()}')", Some("'{run()}'")),
            (
                "op.alter_column('t', 'n', type_=sa.Text(), postgresql_using='m')",
                Some("postgresql_using"),
            ),
            ("sa.Table('t', m, autoload_with=b)", Some("sa.Table")),
            ("sa.select(t)", Some("sa.select")),
            ("op.drop_table('it\\'s (x)')", None),
            ("op.drop_table(\"\"\"run()\"\"\")", None),
            ("op.drop_table(r'run(')", None),
            ("pass", None),
            ("def upgrade() -> None:\n    op.drop_table('t')", None),
            ("def upgrade():\n    helper()", Some("helper")),
            (
                "def upgrade(engine_name: str) -> None:\n    globals()[f]()",
                Some("globals"),
            ),
        ] {
            let found = call(body).map(|span| &body[span]);
            assert_eq!(found, unknown, "{body}");
        }
    }

    #[test]
    fn what_gives_names_another_meaning() {
        let usual = "from alembic import op\nimport sqlalchemy as sa\n";
        for (more, plain) in [
            ("", true),
            (
                "from sqlalchemy.dialects import postgresql\nfrom typing import Sequence, Union\n",
                true,
            ),
            ("down_revision = ('a', 'b')\n", true),
            ("names = list_of('t')\n", false),
            ("engine.dispose()\n", false),
            ("from app import op\n", false),
            ("import app.models\n", false),
            ("op = other\n", false),
            ("@twice\ndef upgrade():\n", false),
        ] {
            assert_eq!(is_plain(&format!("{usual}{more}")), plain, "{more}");
        }
        assert!(!is_plain("import sqlalchemy as sa\n"));
    }
}
