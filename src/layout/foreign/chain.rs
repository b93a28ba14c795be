//! Revisions of another tool as a chain of our own, and each as a file's text.

use std::collections::BTreeSet;

use super::{ForeignRevision, ForeignScript, Source, identity};
use crate::{
    layout::{
        Layout as _, Native,
        header::bad,
        render::{self, Body, Section},
    },
    model::{Finding, Revision, SourceFile},
};

/// A revision that is ready to be written, with where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// What it will be.
    pub revision: Revision,
    /// Its scripts.
    pub body: Body,
    /// What it was.
    pub source: ForeignRevision,
}

/// Gives every revision its id and makes it the child of the one before.
pub fn chain(source: Source) -> Vec<Imported> {
    let mut taken = BTreeSet::new();
    let mut parents = Vec::new();
    let mut chain = Vec::with_capacity(source.revisions.len());
    for foreign in source.revisions {
        let id = identity::id(&foreign.label, foreign.part, &taken);
        taken.insert(id.as_str().to_ascii_lowercase());
        let revision = Revision {
            message: identity::message(&foreign.name, &foreign.label),
            created: foreign.created,
            ..Revision::new(id.clone(), parents)
        };
        parents = vec![id];
        chain.push(Imported {
            revision,
            body: body(&foreign),
            source: foreign,
        });
    }
    chain
}

/// Its scripts, as they are written.
pub(super) fn body(foreign: &ForeignRevision) -> Body {
    Body {
        up: section(&foreign.up),
        down: foreign.down.as_ref().map(section),
    }
}

fn section(script: &ForeignScript) -> Section {
    Section {
        sql: script.sql.clone(),
        no_transaction: script.no_transaction,
        foreign_keys_off: script.foreign_keys_off,
    }
}

/// The text of a revision's file, once it is certain that it reads back as what
/// was meant: a line of a script may look like one of our markers.
pub fn text(imported: &Imported) -> Result<String, Box<Finding>> {
    let text = render::render(&imported.revision, &imported.body);
    let doubt = || {
        let file = SourceFile::new(imported.source.up.path.clone(), "");
        Box::new(
            bad("a line of this script reads as a marker of teammig (`-- migrate:up`, `-- migrate:down`)")
                .at(&file, 0..0, "")
                .help("change that line; if it is a comment, one more word before `migrate:` is enough"),
        )
    };
    let read = Native
        .parse(SourceFile::new("imported.sql", text.as_str()))
        .map_err(|_| doubt())?;
    let same = |read: Option<&str>, meant: Option<&Section>| {
        read.map(str::trim) == meant.map(|section| section.sql.trim())
    };
    let down = read.down_text();
    if read.revision == imported.revision
        && same(Some(read.up_text()), Some(&imported.body.up))
        && same(down, imported.body.down.as_ref())
    {
        Ok(text)
    } else {
        Err(doubt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        layout::foreign::{Tool, testing::import},
        model::Dialect::Sqlite,
    };

    #[test]
    fn the_written_form() {
        let files = [
            (
                "20240313170000_add-users.up.sql",
                "CREATE TABLE users (a int);\r\n",
            ),
            ("20240313170000_add-users.down.sql", "DROP TABLE users;"),
            ("20240314170000_more.up.sql", "\n"),
        ];
        let chain = chain(import(&files, Tool::GolangMigrate, Sqlite));
        let texts: Vec<String> = chain.iter().map(|one| text(one).unwrap()).collect();
        assert_eq!(
            texts[0],
            "-- teammig:\n--   revision: \"20240313170000\"\n--   parents: []\n--   message: add users\n--   created: \
             2024-03-13T17:00:00Z\n\n-- migrate:up\nCREATE TABLE users (a int);\n\n-- migrate:down \
             foreign_keys:off\nDROP TABLE users;\n"
        );
        assert_eq!(
            texts[1],
            "-- teammig:\n--   revision: \"20240314170000\"\n--   parents: [\"20240313170000\"]\n--   message: more\n--   \
             created: 2024-03-14T17:00:00Z\n\n-- migrate:up\n\n-- migrate:down irreversible\n"
        );
    }

    #[test]
    fn a_line_that_looks_like_a_marker_is_refused() {
        for up in [
            "SELECT 1;\n-- migrate:down\nDROP TABLE a;",
            "SELECT '\n-- migrate:up\n';",
        ] {
            let files = [("1_a.sql", up)];
            let chain = chain(import(&files, Tool::Sqlx, Sqlite));
            assert!(text(&chain[0]).is_err(), "{up:?}");
        }
    }
}
