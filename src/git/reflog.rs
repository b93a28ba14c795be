//! What moved `HEAD` lately, and where it stood before.
//!
//! Read from the reflog's messages, which are Git's own words and not a
//! contract: what is not understood is [`How::Other`], never an error.

use std::fmt;

use git2::{ErrorCode, Oid};
use jiff::Timestamp;

use super::{CommitId, GitError, Repo, commit_id::timestamp, error::Doing, refs::HEADS};

/// What moved `HEAD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// `git clone`.
    Clone,
    /// `git pull` that only moved forward.
    PullFastForward,
    /// `git pull` that made a merge commit.
    PullMerge,
    /// `git pull --rebase`.
    PullRebase,
    /// `git merge` that only moved forward.
    MergeFastForward,
    /// A merge commit; also that of a `git pull` with conflicts, which Git
    /// does not record as a pull.
    Merge,
    /// `git rebase`.
    Rebase,
    /// `git reset`.
    Reset,
    /// `git switch`, `git checkout`.
    Checkout,
    /// `git commit`.
    Commit,
    /// `git commit --amend`.
    Amend,
    /// `git cherry-pick`.
    CherryPick,
    /// `git revert`.
    Revert,
    /// `git am`.
    Am,
    /// Something else.
    Other,
}

impl How {
    /// As in "came in with the …".
    pub fn name(self) -> &'static str {
        match self {
            Self::Clone => "clone",
            Self::PullFastForward | Self::PullMerge | Self::PullRebase => "pull",
            Self::MergeFastForward | Self::Merge => "merge",
            Self::Rebase => "rebase",
            Self::Reset => "reset",
            Self::Checkout => "checkout",
            Self::Commit => "commit",
            Self::Amend => "amended commit",
            Self::CherryPick => "cherry-pick",
            Self::Revert => "revert",
            Self::Am => "am",
            Self::Other => "last change of HEAD",
        }
    }

    /// It recorded what was in the working tree: nothing came in with it.
    pub fn is_own(self) -> bool {
        matches!(self, Self::Commit | Self::Amend)
    }

    /// It was `git pull`, as far as Git recorded it.
    pub fn is_pull(self) -> bool {
        matches!(
            self,
            Self::PullFastForward | Self::PullMerge | Self::PullRebase
        )
    }
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One movement of `HEAD`; the many steps of a rebase are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadMove {
    /// Where it stood; `None` where there was nothing (a clone, a first commit).
    pub from: Option<CommitId>,
    /// Where it came to.
    pub to: CommitId,
    /// What did it.
    pub how: How,
    /// When.
    pub time: Timestamp,
}

/// The last time that something came in: where `HEAD` stood before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousHead {
    /// The commit before.
    pub commit: CommitId,
    /// Where it came to; commits of one's own may stand on it now.
    pub to: CommitId,
    /// What moved `HEAD`.
    pub how: How,
}

/// So many commits of one's own are looked past.
const MOST_OWN: usize = 100;

impl Repo {
    /// Where `HEAD` stood before something came in, commits of one's own since then
    /// aside: from its reflog, else from `ORIG_HEAD`. `None` after a clone, and where the
    /// clone no longer has that commit.
    pub fn previous_head(&self) -> Result<Option<PreviousHead>, GitError> {
        let moves = self.head_moves(MOST_OWN)?;
        let previous = match moves.iter().find(|one| !one.how.is_own()) {
            Some(last) => last.from.map(|commit| PreviousHead {
                commit,
                to: last.to,
                how: last.how,
            }),
            None if moves.is_empty() => self.original_head()?,
            None => None,
        };
        Ok(previous.filter(|previous| self.has(previous.commit)))
    }

    /// The last movements of `HEAD` in this working tree, newest first. Those
    /// that ended at the commit where they began (a new branch, a stash) are left out.
    pub fn head_moves(&self, most: usize) -> Result<Vec<HeadMove>, GitError> {
        let log = self.log_of("HEAD")?;
        let mut moves = Vec::new();
        for (line, mut one) in fold(&log, most) {
            // `git rebase <upstream> <branch>` switches to the branch first, without
            // a word in HEAD's log; the branch's own log knows where it stood.
            if let Some(branch) = finished_branch(line)
                && let Some(own) = self
                    .log_of(branch)?
                    .iter()
                    .find(|own| own.new == Some(one.to) && own.message.contains("(finish)"))
            {
                one.from = own.old;
            }
            moves.push(one);
        }
        Ok(moves)
    }

    fn original_head(&self) -> Result<Option<PreviousHead>, GitError> {
        let before = self.tip_of("ORIG_HEAD")?;
        let now = self.head()?.commit();
        Ok(before
            .zip(now)
            .filter(|(before, now)| before != now)
            .map(|(commit, to)| PreviousHead {
                commit,
                to,
                how: How::Other,
            }))
    }

    /// What a reference was, newest first; nothing where it has no reflog that can be read.
    pub(super) fn writings(&self, name: &str) -> Vec<Written> {
        self.log_of(name).unwrap_or_default()
    }

    fn log_of(&self, name: &str) -> Result<Vec<Written>, GitError> {
        let log = match self.inner.reflog(name) {
            Ok(log) => log,
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error).doing(format!("read the reflog of {name}")),
        };
        let commit = |id: Oid| (!id.is_zero()).then(|| CommitId::from(id));
        Ok(log
            .iter()
            .map(|entry| Written {
                old: commit(entry.id_old()),
                new: commit(entry.id_new()),
                message: String::from_utf8_lossy(entry.message_bytes().unwrap_or_default())
                    .into_owned(),
                time: timestamp(entry.committer().when()),
            })
            .collect())
    }
}

/// One line of a reflog.
pub(super) struct Written {
    pub(super) old: Option<CommitId>,
    pub(super) new: Option<CommitId>,
    pub(super) message: String,
    time: Timestamp,
}

/// Reflog lines, newest first, as movements, each with the line that ended it.
fn fold(log: &[Written], most: usize) -> Vec<(&Written, HeadMove)> {
    let mut moves = Vec::new();
    let mut at = 0;
    while let Some(line) = log.get(at)
        && moves.len() < most
    {
        at += 1;
        let (how, step) = read(&line.message);
        let mut from = line.old;
        if !matches!(step, Step::Single | Step::Start) {
            // Back to where this rebase started. One that another program began
            // may have no start: then every line stands for itself.
            let start = log[at..]
                .iter()
                .position(|line| matches!(read(&line.message).1, Step::Start | Step::End))
                .map(|found| at + found)
                .filter(|found| matches!(read(&log[*found].message).1, Step::Start));
            if let Some(start) = start {
                from = log[start].old;
                at = start + 1;
            }
        }
        let Some(to) = line.new else { continue };
        // `git branch -m` writes that the old name lost the commit and the new one got it.
        let renamed = line.message.starts_with("Branch: renamed");
        if from != Some(to) && !renamed {
            let time = line.time;
            moves.push((
                line,
                HeadMove {
                    from,
                    to,
                    how,
                    time,
                },
            ));
        }
    }
    moves
}

/// Where a reflog line stands in an operation of several lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Single,
    Start,
    Middle,
    End,
}

/// Understands a reflog message: `<action>[ (<step>)]: <words>`.
fn read(message: &str) -> (How, Step) {
    let message = message.trim();
    let action = message.split(": ").next().unwrap_or_default();
    let command = action.split([' ', ':']).next().unwrap_or_default();
    let fast_forward = message.ends_with(": Fast-forward");
    let step = match action
        .rsplit_once(" (")
        .and_then(|(_, step)| step.strip_suffix(')'))
    {
        Some("start") => Step::Start,
        Some("finish" | "abort") => Step::End,
        Some(_) => Step::Middle,
        None => Step::Single,
    };
    let how = match command {
        "clone" => How::Clone,
        "initial" if message.starts_with("initial pull") => How::PullFastForward,
        "pull" if step != Step::Single => How::PullRebase,
        "pull" if fast_forward => How::PullFastForward,
        "pull" => How::PullMerge,
        "merge" if fast_forward => How::MergeFastForward,
        "merge" => How::Merge,
        "rebase" => How::Rebase,
        "reset" => How::Reset,
        "checkout" => How::Checkout,
        "cherry-pick" => How::CherryPick,
        "revert" => How::Revert,
        "am" => How::Am,
        "commit" => match action {
            "commit (amend)" => How::Amend,
            "commit (merge)" => How::Merge,
            "commit (cherry-pick)" => How::CherryPick,
            _ => How::Commit,
        },
        _ => How::Other,
    };
    match how {
        How::Rebase | How::PullRebase => (how, step),
        _ => (how, Step::Single),
    }
}

/// `refs/heads/topic` of `rebase (finish): returning to refs/heads/topic`.
fn finished_branch(line: &Written) -> Option<&str> {
    let (_, branch) = line.message.split_once("returning to ")?;
    let branch = branch.trim();
    branch.starts_with(HEADS).then_some(branch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages() {
        for (message, expected) in [
            (
                "clone: from https://example.org/x.git",
                (How::Clone, Step::Single),
            ),
            ("pull: Fast-forward", (How::PullFastForward, Step::Single)),
            (
                "pull --ff-only origin main: Fast-forward",
                (How::PullFastForward, Step::Single),
            ),
            (
                "pull https://example.org/x: Merge made by the 'ort' strategy.",
                (How::PullMerge, Step::Single),
            ),
            ("initial pull", (How::PullFastForward, Step::Single)),
            (
                "pull --rebase (start): checkout 1234",
                (How::PullRebase, Step::Start),
            ),
            (
                "pull -r (pick): pull: Fast-forward",
                (How::PullRebase, Step::Middle),
            ),
            (
                "pull --rebase (finish): returning to refs/heads/main",
                (How::PullRebase, Step::End),
            ),
            (
                "merge origin/main: Fast-forward",
                (How::MergeFastForward, Step::Single),
            ),
            (
                "merge topic: Merge made by the 'ort' strategy.",
                (How::Merge, Step::Single),
            ),
            ("rebase (start): checkout main", (How::Rebase, Step::Start)),
            ("rebase -i (reword): x", (How::Rebase, Step::Middle)),
            ("rebase (continue): x: y", (How::Rebase, Step::Middle)),
            (
                "rebase (abort): returning to refs/heads/x",
                (How::Rebase, Step::End),
            ),
            ("reset: moving to HEAD~1", (How::Reset, Step::Single)),
            (
                "checkout: moving from main to pull (start): x",
                (How::Checkout, Step::Single),
            ),
            ("commit: rebase (finish): x", (How::Commit, Step::Single)),
            ("commit (initial): x", (How::Commit, Step::Single)),
            ("commit (amend): x", (How::Amend, Step::Single)),
            (
                "commit (merge): Merge branch 'x'",
                (How::Merge, Step::Single),
            ),
            ("cherry-pick: x", (How::CherryPick, Step::Single)),
            ("revert: Revert \"x\"", (How::Revert, Step::Single)),
            ("am: x", (How::Am, Step::Single)),
            ("", (How::Other, Step::Single)),
            ("jj: something", (How::Other, Step::Single)),
        ] {
            assert_eq!(read(message), expected, "{message}");
        }
    }

    /// Lines as `old new message`, one character per commit, newest first.
    fn moves(log: &str) -> Vec<String> {
        let commit = |name: &str| CommitId::from_hex(&name.repeat(40));
        let log: Vec<Written> = log
            .lines()
            .map(|line| {
                let mut parts = line.trim().splitn(3, ' ');
                let mut part = || parts.next().unwrap_or_default();
                Written {
                    old: commit(part()),
                    new: commit(part()),
                    message: part().to_owned(),
                    time: Timestamp::UNIX_EPOCH,
                }
            })
            .collect();
        let name =
            |id: Option<CommitId>| id.map_or("-".to_owned(), |id| id.to_string()[..1].into());
        fold(&log, usize::MAX)
            .into_iter()
            .map(|(_, one)| format!("{}{} {:?}", name(one.from), name(Some(one.to)), one.how))
            .collect()
    }

    #[test]
    fn the_lines_of_a_rebase_are_one_movement() {
        let log = "f f rebase (finish): returning to refs/heads/topic\n\
                   e f rebase (pick): two\n\
                   d e commit (amend): one\n\
                   c d rebase (edit): one\n\
                   b c rebase (start): checkout main\n\
                   a b commit: before";
        assert_eq!(moves(log), ["bf Rebase", "ab Commit"]);
    }

    #[test]
    fn a_rebase_without_a_start_does_not_take_that_of_another() {
        let log = "d e rebase (pick): two\n\
                   c d rebase (finish): returning to refs/heads/topic\n\
                   b c rebase (pick): one\n\
                   a b rebase (start): checkout main";
        assert_eq!(moves(log), ["de Rebase", "ad Rebase"]);
    }

    #[test]
    fn what_moved_nowhere_is_left_out() {
        let log = "b b reset: moving to HEAD\n\
                   - b Branch: renamed refs/heads/x to refs/heads/y\n\
                   b - Branch: renamed refs/heads/x to refs/heads/y\n\
                   b b checkout: moving from main to x\n\
                   a b pull: Fast-forward\n\
                   - a clone: from x";
        assert_eq!(moves(log), ["ab PullFastForward", "-a Clone"]);
    }
}
