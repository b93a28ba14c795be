//! What came of installing and taking out hooks, as data to show.

use std::path::PathBuf;

use super::{Manager, Scope, hook_text::Unfit};

/// What an installation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Installed {
    /// There was no hook; there is ours now.
    Created(PathBuf),
    /// Our lines are now in front of another hook's.
    Added(PathBuf),
    /// Our older lines are now the present ones.
    Replaced(PathBuf),
    /// Nothing to do.
    Already(PathBuf),
    /// It stands in this clone's configuration; whether that changed.
    Configured(bool),
    /// Nothing was done.
    LeftAlone(LeftAlone),
}

/// What taking our lines out did to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uninstalled {
    /// It held nothing else.
    Deleted(PathBuf),
    /// It is in this clone's configuration no more.
    Unconfigured,
    /// It is as it was before we came.
    Restored(PathBuf),
    /// Nothing was done.
    LeftAlone(LeftAlone),
}

/// A hook that we do not touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftAlone {
    /// The file where the line belongs.
    pub file: PathBuf,
    /// Why we do not touch it.
    pub why: WhyNot,
    /// The line that its owner may add.
    pub line: String,
}

/// Why a hook is left alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhyNot {
    /// Not a script of sh, bash or dash.
    #[error("it is not a shell script")]
    NotSh,
    /// Not text at all.
    #[error("it is not a text file")]
    NotText,
    /// Our markers are there and do not make a pair.
    #[error("teammig's lines in it are damaged")]
    BrokenBlock,
    /// Git ignores it as it is, and our lines would wake it up.
    #[error("it is not executable, so Git does not run it")]
    NotExecutable,
    /// It is a link to a file that is not part of this clone.
    #[error("it is a link to {}", .0.display())]
    LinkOutside(PathBuf),
    /// A folder or the like.
    #[error("it is not a file")]
    NotAFile,
    /// The hooks directory belongs to other repositories as well.
    #[error("core.hooksPath of the {} leads out of this repository", scope_owner(*.0))]
    Shared(Scope),
    /// A manager writes the hooks of this repository from its configuration.
    #[error("{} runs the hooks of this repository", .0.name())]
    Managed(Manager),
}

fn scope_owner(scope: Scope) -> &'static str {
    match scope {
        Scope::Default | Scope::Repository => "repository",
        Scope::User => "user",
        Scope::System => "system",
    }
}

impl From<Unfit> for WhyNot {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::NotSh => Self::NotSh,
            Unfit::BrokenBlock => Self::BrokenBlock,
        }
    }
}
