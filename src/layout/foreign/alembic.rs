//! Revisions of Alembic, as its offline mode wrote them down.
//!
//! Its modules are code, so the project's own Alembic says what they do; here that becomes
//! scripts. What they say of transactions is kept: parts that Alembic ran outside of one
//! (`autocommit_block()`) make the whole script run outside of ours, with the transactions
//! around its other parts.

use std::collections::HashSet;

use super::{
    ForeignRevision, Imported, Note, NoteKind, RawRevision, Tool, adapt, chain, draft::Draft,
};
use crate::{
    layout::header::{bad, is_label},
    model::{
        Dialect, Direction, Finding, Migration, RevId, Revision, SourceFile, source::line_span,
    },
    sql::{self, TokenKind},
};

/// What one of a module's functions did to a database that only writes down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A statement, or several.
    Sql(String),
    /// A transaction begins.
    Begin,
    /// A transaction is committed.
    Commit,
}

/// What came of one of a module's functions.
pub type Outcome = Result<Vec<Said>, NotRendered>;

/// Why a function could not be run without a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRendered {
    /// What went wrong, in a clause.
    pub reason: String,
    /// The line of the module, where it is known.
    pub line: Option<usize>,
}

/// A revision of Alembic, and what its functions did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Its module.
    pub module: Migration,
    /// What `upgrade()` did.
    pub up: Outcome,
    /// What `downgrade()` did; `None` = there is none.
    pub down: Option<Outcome>,
}

/// Revisions of ours for all of them, in the order given; or what keeps some of them from
/// being written as SQL, all at once.
pub fn imported(all: Vec<Rendered>, dialect: Dialect) -> Result<Vec<Imported>, Vec<Finding>> {
    let mut findings = Vec::new();
    let mut out = Vec::with_capacity(all.len());
    let ids: HashSet<RevId> = all
        .iter()
        .map(|one| one.module.revision.id.clone())
        .collect();
    let mut taken = HashSet::new();
    for one in all {
        let theirs = &one.module.revision.id;
        if !taken.insert(id(theirs)) {
            let message = format!(
                "two ids become {}, as native ids have letters, digits and `_` alone",
                id(theirs)
            );
            let header = one.module.header.clone();
            findings.push(bad(message).at(&one.module.file, header, "").about(theirs));
        }
        match import(one, &ids, dialect) {
            Ok(one) => out.push(one),
            Err(more) => findings.extend(more),
        }
    }
    if findings.is_empty() {
        Ok(out)
    } else {
        Err(findings)
    }
}

fn import(one: Rendered, ids: &HashSet<RevId>, dialect: Dialect) -> Result<Imported, Vec<Finding>> {
    let Rendered { module, up, down } = one;
    let revision = revision(&module, ids)?;
    let up = up.map_err(|why| vec![not_rendered(&module, &why)])?;
    let (down, lost) = match down {
        None => (None, None),
        Some(Ok(said)) => (Some(said), None),
        // A function that only raises says that there is no way back.
        Some(Err(why)) => (None, module.down.is_some().then_some(why)),
    };
    let id = module.revision.id.as_str().to_owned();
    let raw = RawRevision {
        version: id.clone(),
        label: id,
        name: revision.message.clone(),
        part: None,
        up: draft(&module, &up, dialect),
        down: down.map(|said| draft(&module, &said, dialect)),
    };
    let mut source = adapt::adapt(raw, Tool::Alembic, dialect)?;
    source.created = revision.created;
    place_notes(&mut source, lost.as_ref());
    Ok(Imported {
        body: chain::body(&source),
        revision,
        source,
    })
}

/// Lines of the rendered script are lines of no file.
fn place_notes(source: &mut ForeignRevision, lost: Option<&NotRendered>) {
    for note in &mut source.notes {
        note.line = None;
    }
    if let Some(lost) = lost
        && let Some(note) = source
            .notes
            .iter_mut()
            .find(|note| note.kind == NoteKind::NoWayBack)
    {
        *note = Note {
            kind: NoteKind::WayBackNeedsDatabase,
            direction: Direction::Down,
            line: lost.line,
            ..note.clone()
        };
    }
}

/// The id as a native one may be: Alembic takes dots and more.
pub fn id(theirs: &RevId) -> RevId {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    RevId::trusted(&theirs.as_str().chars().map(plain).collect::<String>())
}

/// Identity and edges stay; what was decided about the text of the module is not about ours.
fn revision(module: &Migration, ids: &HashSet<RevId>) -> Result<Revision, Vec<Finding>> {
    let theirs = &module.revision;
    if let Some(label) = theirs.labels.iter().find(|label| !is_label(label)) {
        return Err(vec![
            bad(format!("`{label}` cannot be the label of a native revision"))
                .at(&module.file, module.header.clone(), "")
                .about(&theirs.id)
                .help("write another one into `branch_labels`: letters, digits and `_./-`, a letter first"),
        ]);
    }
    let depends_on = theirs.depends_on.iter();
    Ok(Revision {
        depends_on: depends_on
            .map(|name| match ids.get(name.as_str()) {
                Some(theirs) => id(theirs).to_string(),
                None => name.clone(),
            })
            .collect(),
        labels: theirs.labels.clone(),
        message: theirs.message.clone(),
        created: theirs.created,
        ..Revision::new(id(&theirs.id), theirs.parents.iter().map(id).collect())
    })
}

fn not_rendered(module: &Migration, why: &NotRendered) -> Finding {
    let start = module.up.span.start;
    let line = why.line.and_then(|line| line_span(&module.file.text, line));
    let span = line.unwrap_or(start..start);
    bad(format!(
        "what upgrade() does cannot be written down without a database: {}",
        why.reason
    ))
    .at(&module.file, span, "")
    .about(&module.revision.id)
    .help(
        "let it say in offline mode what a new database gets: `if context.is_offline_mode():` (`from alembic import context`) \
         with `op.execute(…)` below, and what it does now under `else:`",
    )
}

fn draft(module: &Migration, said: &[Said], dialect: Dialect) -> Draft {
    let (text, no_transaction) = script(said, dialect);
    let file = SourceFile::new(module.file.path.clone(), text);
    Draft::whole(&file, no_transaction)
}

/// The script, and whether it has to run outside of our transaction.
fn script(said: &[Said], dialect: Dialect) -> (String, bool) {
    let outside = said.iter().any(|one| !matches!(one, Said::Sql(_)));
    let mut parts: Vec<(bool, Vec<String>)> = vec![(true, Vec::new())];
    for one in said {
        match one {
            Said::Sql(text) => {
                if let Some((_, part)) = parts.last_mut() {
                    part.push(ended(text, dialect));
                }
            }
            Said::Begin => parts.push((true, Vec::new())),
            Said::Commit => parts.push((false, Vec::new())),
        }
    }
    let mut out = String::new();
    for (within, part) in parts.iter().filter(|(_, part)| !part.is_empty()) {
        let wrapped = outside && *within;
        if wrapped {
            out.push_str("BEGIN;\n");
        }
        for text in part {
            out.push_str(text);
            out.push('\n');
        }
        if wrapped {
            out.push_str("COMMIT;\n");
        }
    }
    (out, outside)
}

/// A statement with its semicolon.
fn ended(text: &str, dialect: Dialect) -> String {
    let text = text.trim();
    let mut tokens = sql::tokens(text, Some(dialect));
    let last = tokens.by_ref().filter(|token| !token.is_trivia()).last();
    match last {
        None => text.to_owned(),
        Some(last) if last.kind == TokenKind::Semicolon => text.to_owned(),
        // Behind it may stand a comment that would swallow the semicolon.
        Some(last) => {
            let (statement, rest) = text.split_at(last.span.end);
            format!("{statement};{rest}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        layout::{Alembic, Layout as _},
        model::Dialect::{Postgres, Sqlite},
    };

    fn module(text: &str) -> Migration {
        Alembic.parse(SourceFile::new("v/x.py", text)).unwrap()
    }

    fn sql(text: &str) -> Said {
        Said::Sql(text.to_owned())
    }

    #[test]
    fn parts_outside_of_a_transaction() {
        let both = "BEGIN;\nA;\nCOMMIT;\nB;\nBEGIN;\nC;\nCOMMIT;\n";
        for (said, want, outside) in [
            (vec![sql("A"), sql("B;")], "A;\nB;\n", false),
            (vec![Said::Commit, sql("B"), Said::Begin], "B;\n", true),
            (
                vec![sql("A"), Said::Commit, sql("B"), Said::Begin, sql("C")],
                both,
                true,
            ),
            (vec![sql("A -- why")], "A; -- why\n", false),
            (vec![sql("-- nothing")], "-- nothing\n", false),
            (vec![], "", false),
        ] {
            assert_eq!(
                script(&said, Postgres),
                (want.to_owned(), outside),
                "{said:?}"
            );
        }
    }

    const MODULE: &str = "\"\"\"Make it\n\nCreate Date: 2026-11-22 10:00:00\n\"\"\"\nrevision = \"1.0\"\ndown_revision = \
                          \"0.9\"\ndepends_on = [\"1.0\", \"label\"]\n\ndef upgrade():\n    op.f()\n\ndef downgrade():\n    op.g()\n";

    #[test]
    fn identity_and_edges_stay() {
        let one = Rendered {
            module: module(MODULE),
            up: Ok(vec![sql("CREATE TABLE t (x INTEGER)")]),
            down: Some(Ok(vec![sql("DROP TABLE t")])),
        };
        let all = imported(vec![one], Sqlite).unwrap();
        let revision = &all[0].revision;
        assert_eq!(
            (
                revision.id.as_str(),
                revision.parents[0].as_str(),
                &revision.depends_on[0][..]
            ),
            ("1_0", "0_9", "1_0")
        );
        assert_eq!(revision.message, "Make it");
        assert!(revision.created.is_some());
        assert_eq!(all[0].source.version, "1.0");
        // SQLite empties tables that refer to a dropped one, where keys are enforced.
        assert!(all[0].body.down.as_ref().unwrap().foreign_keys_off);
    }

    #[test]
    fn what_needs_a_database_is_named_all_at_once() {
        let why = |line| NotRendered {
            reason: "it reads".to_owned(),
            line,
        };
        let failed = |id: &str, line| Rendered {
            module: module(&MODULE.replace("1.0", id)),
            up: Err(why(line)),
            down: None,
        };
        let two = vec![failed("1.0", Some(10)), failed("1.1", None)];
        let findings = imported(two, Postgres).unwrap_err();
        assert_eq!(findings.len(), 2);
        // Two that would have one id are said, besides what keeps each of them.
        let alike = vec![failed("1.0", None), failed("1_0", None)];
        assert_eq!(imported(alike, Postgres).unwrap_err().len(), 3);
        let place = findings[0].place.as_ref().unwrap();
        assert_eq!(&place.file.text[place.span.clone()], "op.f()");
        let back = Rendered {
            module: module(MODULE),
            up: Ok(vec![sql("SELECT 1")]),
            down: Some(Err(why(Some(13)))),
        };
        let all = imported(vec![back], Postgres).unwrap();
        let notes = &all[0].source.notes;
        assert_eq!(all[0].body.down, None);
        assert_eq!(
            (notes[0].kind, notes[0].line),
            (NoteKind::WayBackNeedsDatabase, Some(13))
        );
    }
}
