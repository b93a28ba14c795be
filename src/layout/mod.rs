//! How revisions stand in files.
//!
//! A layout turns a file's text into a [`Migration`] and a new revision into a
//! text; it never touches a disk. [`load`] does that for a whole snapshot and
//! turns what is wrong with the graph into findings that point into files.

pub mod foreign;
pub mod header;
mod header_edit;
mod load;
pub mod name;
pub mod native;
pub mod render;

pub use load::{Part, before_added, load, load_known, read_file};

pub use native::Native;

use crate::model::{Amended, Finding, Migration, RevId, SourceFile};

/// A way to keep revisions in files.
pub trait Layout: Sync {
    /// Its name in the configuration.
    fn name(&self) -> &'static str;

    /// The endings (without the dot) of the files that hold revisions.
    fn extensions(&self) -> &'static [&'static str];

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
}
