//! The Git events that teammig has a hook for, and what tells them apart.

/// A Git event that teammig has a hook for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Event {
    /// Before a commit is recorded; may refuse it.
    PreCommit,
    /// Before `git merge` and `git pull` record a merge; may refuse it.
    PreMergeCommit,
    /// Before anything is sent; may refuse it. What is pushed stands on standard input.
    PrePush,
    /// After a merge or a pull, also one that only moved forward.
    PostMerge,
    /// After another commit was checked out, or files were.
    PostCheckout,
    /// After `git rebase` and `git commit --amend`.
    PostRewrite,
    /// After a commit, among them a merge that was committed by hand.
    PostCommit,
}

impl Event {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::PreCommit,
        Self::PreMergeCommit,
        Self::PrePush,
        Self::PostMerge,
        Self::PostCheckout,
        Self::PostRewrite,
        Self::PostCommit,
    ];

    /// Git's name of the event, which is the hook's file name.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PreMergeCommit => "pre-merge-commit",
            Self::PrePush => "pre-push",
            Self::PostMerge => "post-merge",
            Self::PostCheckout => "post-checkout",
            Self::PostRewrite => "post-rewrite",
            Self::PostCommit => "post-commit",
        }
    }

    /// The event of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|event| event.name() == name)
    }

    /// The hook may refuse what Git is about to do. The others only say something.
    pub fn blocks(self) -> bool {
        matches!(self, Self::PreCommit | Self::PreMergeCommit | Self::PrePush)
    }

    /// Git hands over what our hook needs on standard input.
    pub(super) fn reads_input(self) -> bool {
        self == Self::PrePush
    }

    /// The line with which people call teammig from a hook that we do not
    /// touch. Such hooks are often shared, so it names no path of this machine.
    pub fn line_to_add(self) -> String {
        let command = self.command();
        let input = if self.reads_input() {
            ""
        } else {
            " </dev/null"
        };
        let refused = if self.blocks() { "exit $?" } else { ":" };
        format!(r#"[ "${{TEAMMIG:-1}}" = 0 ] || teammig {command} "$@"{input} || {refused}"#)
    }

    /// What the program is called with.
    pub(super) fn command(self) -> String {
        format!("hooks run {}", self.name())
    }

    /// The script as it stands in `hooks/`, before the program's path is put in.
    pub(super) fn script(self) -> &'static str {
        match self {
            Self::PreCommit => include_str!("../../hooks/pre-commit"),
            Self::PreMergeCommit => include_str!("../../hooks/pre-merge-commit"),
            Self::PrePush => include_str!("../../hooks/pre-push"),
            Self::PostMerge => include_str!("../../hooks/post-merge"),
            Self::PostCheckout => include_str!("../../hooks/post-checkout"),
            Self::PostRewrite => include_str!("../../hooks/post-rewrite"),
            Self::PostCommit => include_str!("../../hooks/post-commit"),
        }
    }
}
