//! The head file: a text that names the head of each line of revisions.
//!
//! Two branches that add a revision each change the same line of it, so that Git
//! stops where it would have merged two heads in silence, also on a server where
//! no hook runs. (The idea is django-linear-migrations' `max_migration.txt`; two
//! projects that took such a file up went from 18 divergences in 447 revisions to
//! none in 179, and from 9 in 39 to none in 210.)
//!
//! The graph decides, never this file: what it says is compared with the graph
//! and written anew from it, and nothing is ever read out of it. Pure text; the
//! subjects are reading and writing here, `check` (against a graph) and `merge`
//! (of three states of it).

use super::{
    graph::Graph,
    revision::RevId,
    source::{SourceFile, Span},
};

mod check;
mod merge;
#[cfg(test)]
mod tests;

pub use check::check;
pub use merge::{Side, merged};

/// Its name in the first migrations folder.
pub const NAME: &str = "HEAD";

/// A head file, read as far as it can be.
#[derive(Debug, Clone)]
pub struct HeadFile {
    /// Its path and text.
    pub file: SourceFile,
    /// The heads that it names, in its order, those of a conflict's sides among them.
    pub heads: Vec<Named>,
    /// Conflicts that a merge left: where each begins.
    pub conflicts: Vec<Span>,
    /// What is neither an id nor a comment.
    pub flaws: Vec<Flaw>,
    /// Why the text is not that of the file.
    pub unreadable: Option<String>,
}

/// A head that the file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The revision.
    pub id: RevId,
    /// Where its id stands.
    pub span: Span,
    /// Which side of a conflict says so.
    pub side: Part,
}

/// Where in a file with conflicts a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Outside of any conflict.
    Both,
    /// After `<<<<<<<`: what was checked out.
    Ours,
    /// After `|||||||`: what both began from.
    Base,
    /// After `=======`: what comes in.
    Theirs,
}

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// What cannot be read.
    pub span: Span,
    /// What was expected there.
    pub expected: &'static str,
}

impl HeadFile {
    /// Reads a head file. Takes any text; what cannot be read is part of the answer.
    ///
    /// A line is an id, after which blanks and a `#` comment may follow; empty lines
    /// and comment lines are passed over. Line ends may be CRLF, as a checkout has
    /// them with `core.autocrlf`.
    pub fn parse(file: SourceFile) -> Self {
        let text = std::sync::Arc::clone(&file.text);
        let mut read = Self {
            file,
            heads: Vec::new(),
            conflicts: Vec::new(),
            flaws: Vec::new(),
            unreadable: None,
        };
        let mut side = Part::Both;
        let mut at = 0;
        for whole in text.split_inclusive('\n') {
            let line = whole.trim_end_matches(['\n', '\r']);
            let span = at..at + line.len();
            at += whole.len();
            match (marker(line), side) {
                (Some('<'), Part::Both) => {
                    read.conflicts.push(span);
                    side = Part::Ours;
                }
                (Some('|'), Part::Ours) => side = Part::Base,
                (Some('='), Part::Ours | Part::Base) => side = Part::Theirs,
                (Some('>'), Part::Theirs) => side = Part::Both,
                (Some(_), _) => {
                    // Half of a conflict is one too.
                    read.conflicts.push(span);
                    side = Part::Both;
                }
                (None, _) => read.line(line, span.start, side),
            }
        }
        read
    }

    /// A file whose text cannot be had, with the reason.
    pub fn unreadable(file: SourceFile, reason: impl Into<String>) -> Self {
        Self {
            unreadable: Some(reason.into()),
            ..Self::parse(SourceFile::new(file.path, ""))
        }
    }

    fn line(&mut self, line: &str, start: usize, side: Part) {
        if line.trim().is_empty() || line.starts_with('#') {
            return;
        }
        let end = line.find([' ', '\t']).unwrap_or(line.len());
        let (word, rest) = line.split_at(end);
        let comment = rest.trim_start();
        match RevId::parse(word) {
            Ok(id) if comment.is_empty() || comment.starts_with('#') => self.heads.push(Named {
                id,
                span: start..start + end,
                side,
            }),
            Ok(_) => self.flaws.push(Flaw {
                span: start + line.len() - comment.len()..start + line.len(),
                expected: "after an id only a comment can follow, and it begins with `#`",
            }),
            Err(_) => self.flaws.push(Flaw {
                span: start..start + end.max(1),
                expected: "a line is the id of a revision, or a comment that begins with `#`",
            }),
        }
    }

    /// It can be read, and has no conflict.
    pub fn is_plain(&self) -> bool {
        self.conflicts.is_empty() && self.flaws.is_empty() && self.unreadable.is_none()
    }

    /// The same with the heads of a graph: its comments at the top stay, all else
    /// is written anew. `None` where that is what the file says already.
    pub fn renewed(&self, graph: &Graph) -> Option<String> {
        let text = format!("{}{}", self.preamble(), render(graph));
        (self.unreadable.is_some() || text != self.file.text.replace("\r\n", "\n")).then_some(text)
    }

    /// The comments and empty lines before anything else.
    fn preamble(&self) -> String {
        let mut lines = self.file.text.split_inclusive('\n');
        let mut own = String::new();
        while let Some(line) = lines.next()
            && (line.starts_with('#') || line.trim().is_empty())
        {
            own.push_str(line.trim_end());
            own.push('\n');
        }
        own
    }
}

/// The head file of a graph: one line for each head, ordered by labels, then ids,
/// so that a new revision of one line moves no other. Each ends in LF.
///
/// The label and the message behind the id are a comment, for whoever reads a conflict.
pub fn render(graph: &Graph) -> String {
    let mut heads: Vec<(Vec<String>, RevId)> = graph
        .heads()
        .into_iter()
        .map(|id| (graph.labels(id.as_str()), id))
        .collect();
    heads.sort();
    heads
        .iter()
        .map(|(labels, id)| {
            let message = graph
                .get(id.as_str())
                .map_or("", |revision| revision.message.as_str());
            let mut about = labels.join(", ");
            if !about.is_empty() && !message.is_empty() {
                about.push_str(": ");
            }
            // A message of several lines would be several lines here.
            about.extend(
                message
                    .chars()
                    .map(|c| if c.is_control() { ' ' } else { c }),
            );
            match about.trim() {
                "" => format!("{id}\n"),
                about => format!("{id}  # {about}\n"),
            }
        })
        .collect()
}

/// Git's conflict markers: seven or more of one character, then a blank or nothing.
fn marker(line: &str) -> Option<char> {
    let first = line.chars().next()?;
    let rest = line.trim_start_matches(first);
    let long = line.len() - rest.len() >= 7;
    ("<|=>".contains(first) && long && (rest.is_empty() || rest.starts_with(' '))).then_some(first)
}
