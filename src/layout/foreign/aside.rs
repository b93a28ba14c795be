//! A file that belongs to a tool and cannot become a revision.

use std::sync::Arc;

/// A file that was left where it is, and why.
///
/// Only for files without which the chain is still the tool's own: whatever
/// would leave a hole in it is a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// The file, as the user would write it.
    pub path: Arc<str>,
    /// Why it was not taken over, as a clause.
    pub reason: &'static str,
    /// The tool runs it, so that the database looks different without it.
    pub runs: bool,
}
