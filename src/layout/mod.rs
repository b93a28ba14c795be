//! How revisions stand in files.
//!
//! A layout turns a file's text into a [`Migration`] and a new revision into a
//! text; it never touches a disk. [`load`] does that for a whole snapshot and
//! turns what is wrong with the graph into findings that point into files.

mod alembic;
pub mod foreign;
pub mod header;
mod header_edit;
mod load;
pub mod name;
pub mod native;
pub mod render;

pub use load::{Part, before_added, load, load_known, read_file};

pub use alembic::{
    Alembic, acts as python_acts, python_evidence, syntax_error as python_syntax_error,
    version_table,
};
pub use native::Native;
pub use render::{Body, Section};

use crate::{
    model::{
        Amended, Checksum, Dialect, Finding, Footprint, Language, Migration, RevId, Revision,
        SourceFile, Span,
    },
    sql,
};

/// The checksum of a revision's scripts, unmoved by how they are written down.
pub fn checksum(migration: &Migration) -> Checksum {
    match migration.language {
        Language::Sql => sql::checksum(migration.up_text(), migration.down_text()),
        Language::Python => alembic::checksum(migration),
    }
}

/// The same of all but the way back.
pub fn up_checksum(migration: &Migration) -> Checksum {
    match migration.language {
        Language::Sql => sql::checksum(migration.up_text(), None),
        Language::Python => alembic::up_checksum(migration),
    }
}

/// The bytes of the file that say what the way up does: in SQL the script, in Python the whole
/// module, since names and functions of it are used.
pub fn script(migration: &Migration) -> Span {
    match migration.language {
        Language::Sql => migration.up.span.clone(),
        Language::Python if migration.up.has_statement => 0..migration.file.text.len(),
        Language::Python => 0..0,
    }
}

/// What such a text touches, as far as it says it by itself. Spans are of the text.
pub fn footprint(script: &str, language: Language, dialect: Dialect) -> Footprint {
    match language {
        Language::Sql => sql::footprint(script, dialect, &[]),
        Language::Python => alembic::footprint(script, dialect),
    }
}

/// What the way up of a module runs, as far as it is written out. Spans are of the file.
pub fn calls(migration: &Migration, dialect: Dialect) -> sql::Calls {
    alembic::linted(&migration.file.text, dialect)
}

/// A way to keep revisions in files.
pub trait Layout: Sync {
    /// Its name in the configuration.
    fn name(&self) -> &'static str;

    /// What its scripts are written in.
    fn language(&self) -> Language;

    /// The endings (without the dot) of the files that hold revisions.
    fn extensions(&self) -> &'static [&'static str];

    /// The template of file names where the configuration has none.
    fn default_template(&self) -> &'static str;

    /// Reads one file, or says what is wrong with it.
    fn parse(&self, file: SourceFile) -> Result<Migration, Box<Finding>>;

    /// Where in a file a header's key names `text` (or the key itself, or the
    /// start of the header): for findings about edges.
    fn locate(&self, migration: &Migration, key: &str, text: &str) -> std::ops::Range<usize>;

    /// The file's text with other parents and nothing else changed. `None` where
    /// the header is written in a way that does not allow it.
    fn with_parents(&self, migration: &Migration, parents: &[RevId]) -> Option<String>;

    /// The file's text with one more recorded decision and nothing else changed. `None`
    /// where the header is written in a way that does not allow it.
    fn with_amended(&self, migration: &Migration, entry: &Amended) -> Option<String>;

    /// The text of a new revision's file.
    fn render(&self, revision: &Revision, body: &Body) -> String;
}
