//! What is wrong with a project, as data: a rule, a place, a message, a way out.
//!
//! Rendering (colour, source lines, JSON) happens elsewhere.

use std::{collections::BTreeSet, fmt};

use super::{
    revision::RevId,
    source::{SourceFile, Span},
};

/// Declares the rules: the doc comment is what people read about a rule, the text its
/// name in output, configuration and JSON.
macro_rules! rules {
    ($($(#[doc = $about:literal])+ $rule:ident = $name:literal,)+) => {
        /// The kinds of problems, by the names that users see and select.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Rule {
            $($(#[doc = $about])+ $rule,)+
            /// A statement that is dangerous on a database with rows and users; by the name
            /// of the lint's own rule (`super::lint`).
            Lint(&'static str),
        }

        impl Rule {
            /// All of them but the lint's.
            pub const ALL: &[Self] = &[$(Self::$rule),+];

            /// The rule's name in output, configuration and JSON.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$rule => $name,)+
                    Self::Lint(name) => name,
                }
            }

            /// What it is about, in one sentence.
            pub fn about(self) -> &'static str {
                match self {
                    $(Self::$rule => concat!($($about),+).trim_ascii(),)+
                    Self::Lint(_) => "A statement that is dangerous on a database with rows and users.",
                }
            }
        }
    };
}

rules! {
    /// A file that cannot be read as a revision: header, encoding, size, conflict markers.
    UnreadableRevision = "unreadable-revision",
    /// A parent or dependency that no file declares.
    MissingParent = "missing-parent",
    /// Two files with one id.
    DuplicateRevision = "duplicate-revision",
    /// Revisions that are their own ancestors.
    Cycle = "cycle",
    /// Two revisions with one label, or a label that is also an id.
    DuplicateLabel = "duplicate-label",
    /// More heads than intended.
    DivergedHeads = "diverged-heads",
    /// A fixed revision whose scripts changed.
    EditedRevision = "edited-revision",
    /// A fixed revision of which only the way back changed.
    EditedDown = "edited-down",
    /// A published revision whose parents or dependencies changed.
    ReparentedRevision = "reparented-revision",
    /// An entry of `amended` that is about nothing that was.
    WrongAmendment = "wrong-amendment",
    /// What cannot be judged, since the history that it takes is not in this clone.
    NotEvaluated = "not-evaluated",
    /// A fixed revision that is gone.
    DeletedRevision = "deleted-revision",
    /// A script that cannot be run as its section says: transaction control of
    /// its own, commands of a client, something that is never closed.
    UnrunnableScript = "unrunnable-script",
    /// A folder that the configuration names and that is not there.
    MissingFolder = "missing-folder",
    /// A head file that does not say what the graph is.
    HeadFile = "head-file",
    /// A place in the migrations folders where Git's merge with the base would stop.
    MergeConflict = "merge-conflict",
    /// Statements of a new revision and of one that the base has got meanwhile, of which it
    /// matters which runs first, or which cannot both run (`--base`).
    SemanticConflict = "semantic-conflict",
    /// A new revision without a way back that does not say so on purpose.
    Irreversible = "irreversible",
    /// A new revision whose id was made up by hand, and may be made up again.
    HandMadeId = "hand-made-id",
    /// A revision that a database never ran although it ran later ones.
    SkippedRevision = "skipped-revision",
    /// Models that cannot be loaded: what is no DDL, what the database refuses, a remark
    /// that stands at nothing.
    UnreadableModels = "unreadable-models",
    /// Something that the models and the revisions do not have in common (`--only models`).
    ModelsDiffer = "models-differ",
}

impl Rule {
    /// All that are always judged by, then those of the lint that found something.
    pub fn of<'f>(findings: impl Iterator<Item = &'f Finding>) -> Vec<Self> {
        let lint: BTreeSet<Self> = findings
            .map(|finding| finding.rule)
            .filter(|rule| matches!(rule, Self::Lint(_)))
            .collect();
        Self::ALL.iter().copied().chain(lint).collect()
    }

    /// The rule of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.name() == name)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Warning,
    /// Must be put right first.
    Error,
}

/// One problem: what, where, why, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which kind of problem.
    pub rule: Rule,
    /// How much it matters.
    pub severity: Severity,
    /// The revision concerned, where one can be named.
    pub revision: Option<RevId>,
    /// What is wrong, in one sentence without a final period.
    pub message: String,
    /// The place, where there is one.
    pub place: Option<Place>,
    /// Further places that belong to it (the other file with the same id, …).
    pub related: Vec<Place>,
    /// What to do next.
    pub help: Option<String>,
}

/// A span in a file, with a few words that stand at the caret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: SourceFile,
    /// Where in it; an empty span at 0 means the file as a whole.
    pub span: Span,
    /// Words at the caret; may be empty.
    pub label: String,
}

impl Finding {
    /// An error without a place yet.
    pub fn error(rule: Rule, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: Severity::Error,
            revision: None,
            message: message.into(),
            place: None,
            related: Vec::new(),
            help: None,
        }
    }

    /// A warning without a place yet.
    pub fn warning(rule: Rule, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(rule, message)
        }
    }

    /// The same with a place.
    #[must_use]
    pub fn at(mut self, file: &SourceFile, span: Span, label: impl Into<String>) -> Self {
        self.place = Some(Place {
            file: file.clone(),
            span,
            label: label.into(),
        });
        self
    }

    /// The same with one more place.
    #[must_use]
    pub fn see(mut self, file: &SourceFile, span: Span, label: impl Into<String>) -> Self {
        self.related.push(Place {
            file: file.clone(),
            span,
            label: label.into(),
        });
        self
    }

    /// The same, about a revision.
    #[must_use]
    pub fn about(mut self, revision: &RevId) -> Self {
        self.revision = Some(revision.clone());
        self
    }

    /// The same with a way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The same with deletions first, since they may be why other things are wrong: a head file that
/// is put right for one leads on with what is to be taken back.
pub fn deletions_first(mut findings: Vec<Finding>) -> Vec<Finding> {
    let is_deletion = |finding: &Finding| {
        finding.rule == Rule::DeletedRevision && finding.severity == Severity::Error
    };
    if findings.iter().any(is_deletion) {
        findings.sort_by_key(|finding| !is_deletion(finding));
        for finding in &mut findings {
            if finding.rule == Rule::HeadFile && finding.help.is_some() {
                finding.help = Some(AFTER_REVISIONS.to_owned());
            }
        }
    }
    findings
}

/// What helps where the head file is wrong because revisions are.
pub const AFTER_REVISIONS: &str = "put the revisions right first: it follows from them";
