//! What a branch's own history says: every divergence that landed on it and how
//! it was repaired, and every published revision that was edited.
//!
//! History is judged landing by landing, from the oldest: a [`Commit`] and what it
//! changed in the migrations folders go in, facts come out. Heads are kept up by
//! differences, because building the graph of ten thousand revisions for each of
//! ten thousand commits would take an hour. Where a landing leaves a cycle, and
//! only there, the whole graph is built, so that the answer is the one that all
//! other commands give.
//!
//! Must not look at Git, files or the clock, and must get to the end of any
//! history: missing parents, duplicate ids, cycles and unreadable files are facts.
//!
//! The subjects: `facts` (what goes in), `landing` (which commits are one landing),
//! `history` (the revisions as they stand), `divergence`, `edits`, `problems`, and `report`
//! (what comes out).

mod divergence;
mod edits;
mod facts;
mod history;
mod landing;
mod problems;
mod replay;
mod report;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;

pub use self::{
    facts::{Change, Content, FileFact, Outline, Place},
    landing::{BranchName, CommitKind, Passed, belongs, landings, mainline_parent},
    replay::Replay,
    report::{
        Commit, Decision, Divergence, Edit, EditKind, Head, How, Problem, ProblemKind, Report,
    },
};
