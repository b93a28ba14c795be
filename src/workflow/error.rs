//! Everything that can go wrong in a use-case, as data.
//!
//! The words for the user, the hints and the exit codes are given in one place,
//! `cli/report.rs`.

mod broken_off;

pub use broken_off::{BrokenOff, DatabaseLeft};

use std::{io, path::PathBuf};

use crate::{
    config::ConfigError,
    db::{Database, DbError, JobError, ScratchError},
    git::GitError,
    model::{
        Dialect, Direction, Finding, Operation, RevId, SourceFile,
        finding::Place,
        graph::GraphError,
        guard::{Evidence, NoAmendment},
        restack::RestackError,
        verdict::Failure,
        way_back::Irreversible,
    },
};

use super::{
    again::NotAgain, alembic::AlembicError, autogenerate::Undecided, autogenerate::Unproved,
    beside::OutOfTurn, check::NotJudged, divergence::OneOrder, models::ModelsError, proof::Proof,
    rewrite::NotBack, run::Done, stale::Stale, unfinished::Unfinished, verdicts::Unmerged,
};

/// Why a use-case did not end as asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The repository.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A file or folder.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// A verb.
        doing: &'static str,
        /// Of what.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The folder of a document that is to be written is not there.
    #[error("cannot write {}: there is no folder {}", file.display(), folder.display())]
    NoFolderFor {
        /// The document, as the user names it.
        file: PathBuf,
        /// Its folder.
        folder: PathBuf,
    },
    /// The migrations folder is not there.
    #[error("there is no folder {}", .0.display())]
    NoFolder(PathBuf),
    /// The migrations folder is not in the working tree, and Git has it.
    #[error("the folder {0} is not here, and Git has it")]
    FolderNotHere(String),
    /// The migrations folder is not in a commit or the index.
    #[error("there is no folder {folder} in {at}")]
    NoFolderAt {
        /// The folder.
        folder: String,
        /// Where it was looked for.
        at: String,
    },
    /// Nobody commits in a bare repository.
    #[error("{} is a bare repository: nobody commits here, so that no hook of teammig has anything to judge", .0.display())]
    NoHooksHere(PathBuf),
    /// No command was given where there is no project.
    #[error("no command was given, and there is no project here")]
    NoCommand,
    /// The project's own Alembic.
    #[error(transparent)]
    Alembic(#[from] Box<AlembicError>),
    /// A change that cannot be judged.
    #[error(transparent)]
    NotJudged(#[from] NotJudged),
    /// Arguments that do not fit together.
    #[error("{0}")]
    Usage(String),
    /// A revision of this id is there already.
    #[error("a revision {revision} exists already{}", path.as_ref().map(|path| format!(" in {path}")).unwrap_or_default())]
    Exists {
        /// The id.
        revision: RevId,
        /// Its file.
        path: Option<String>,
    },
    /// Another program failed.
    #[error("{program} ended with {status}")]
    Program {
        /// Which one, in words.
        program: String,
        /// How.
        status: std::process::ExitStatus,
    },
    /// A name or a target that the graph cannot make sense of.
    #[error("{error}")]
    Graph {
        /// What the graph said.
        error: Box<GraphError>,
        /// Where else a missing revision was found.
        elsewhere: Vec<Locate>,
    },
    /// The snapshot has errors, and acting on it would be guessing.
    #[error("the migrations have {} to put right first", count(.0.len(), "problem"))]
    Findings(Vec<Finding>),
    /// Two projects would write to one ledger.
    #[error(
        "{database} and {other} of `databases:` lead to the same ledger ({table} in {location})"
    )]
    SharedLedger {
        /// The one that was chosen.
        database: String,
        /// The other one.
        other: String,
        /// Its environment that leads there.
        environment: String,
        /// The ledger's table.
        table: String,
        /// Where, without a password.
        location: String,
    },
    /// Several heads, and nobody said which.
    #[error("Multiple head revisions are present")]
    Diverged {
        /// The heads with their messages.
        heads: Vec<(RevId, String)>,
        /// What was being done: it decides the words.
        why: Why,
    },
    /// The database as a whole.
    #[error("{error}")]
    Database {
        /// Which one, without a password.
        location: String,
        /// Which product, where the URL says so.
        dialect: Option<Dialect>,
        /// What it said.
        error: Box<DbError>,
    },
    /// There is nowhere to try scripts.
    #[error("there is no scratch database to try the revisions on")]
    NoScratch(NoScratch),
    /// The models make no schema.
    #[error(transparent)]
    Models(#[from] Box<ModelsError>),
    /// What only a person can decide.
    #[error("{} to decide first", match .all.len() { 1 => "there is one thing".to_owned(), n => format!("there are {n} things") })]
    Undecided {
        /// What it is.
        all: Vec<Undecided>,
        /// What is dropped and looks like what is made: each with the names that it may have now.
        renames: Vec<(String, Vec<String>)>,
    },
    /// A statement that was planned does not work.
    #[error("a planned statement does not work")]
    PlanFails {
        /// The script that was tried.
        script: SourceFile,
        /// What the database said.
        error: Box<JobError>,
    },
    /// The new revisions do not do what they should, as far as they were tried.
    #[error("the planned revision does not hold on a scratch database, and was not written")]
    NotProved(Box<Unproved>),
    /// The new revisions need what was made by hand in this database.
    #[error(
        "the planned revision needs what was made by hand here, and does not hold on what the revisions produce; it was not written"
    )]
    OnlyHere(Box<Proof>),
    /// What would lose data, or may be a rename, and nobody accepted it.
    #[error("the revision would lose data")]
    WouldLose {
        /// What is lost.
        losses: Vec<String>,
        /// What may have been renamed: old and new names.
        renames: Vec<(String, Vec<String>)>,
    },
    /// Revisions cannot be run again from nothing.
    #[error("{}", match **.0 {
        NotReplayed::Below(_) => "the revisions below cannot be run on a scratch database, so nothing is proved of those above",
        _ => "the revisions cannot be replayed on a scratch database",
    })]
    NotReplayed(Box<NotReplayed>),
    /// A script failed.
    #[error("{} failed", .0.revision)]
    Step(Box<FailedStep>),
    /// Pending revisions lie below applied ones.
    #[error("{} never ran, though later ones did", count(revisions.len(), "revision"))]
    Skipped {
        /// Those, with their messages.
        revisions: Vec<(RevId, String)>,
        /// Others use the database, or what ran later was changed on purpose: nothing is rolled back.
        stays: bool,
    },
    /// The way back leads over a revision that has none.
    #[error(transparent)]
    Irreversible(#[from] Box<Irreversible>),
    /// A script was begun outside a transaction, and it is not known how far it got.
    #[error("{revision} was interrupted after {done} of its statements")]
    Uncertain {
        /// The revision.
        revision: RevId,
        /// Statements that finished for certain.
        done: u32,
        /// The statement that may or may not have run.
        place: Option<Place>,
    },
    /// A script was begun in the other direction and not finished.
    #[error("{revision} is half {}", match direction { Direction::Up => "applied", Direction::Down => "rolled back" })]
    HalfDone {
        /// The revision.
        revision: RevId,
        /// Which of its scripts was begun.
        direction: Direction,
        /// Statements that finished.
        done: u32,
    },
    /// The scripts of an interrupted revision changed in the part that ran.
    #[error("{revision} was interrupted, and the part that ran has changed since")]
    ResumeChanged {
        /// The revision.
        revision: RevId,
    },
    /// Somebody else changed the ledger between the plan and the lock.
    #[error("the database changed while waiting: the plan is not what was shown any more")]
    PlanChanged,
    /// A protected environment asks for a yes.
    #[error("{environment} is protected")]
    Protected {
        /// The environment.
        environment: String,
    },
    /// The database is behind the files.
    #[error("Target database is not up to date.")]
    NotUpToDate {
        /// How many revisions are pending.
        pending: usize,
    },
    /// The database has what revisions did that no file has: it cannot be told from what a new
    /// one would do.
    #[error("the database is not what the files make of it: {} applied there that no file has", if revisions.len() == 1 { "a revision is" } else { "revisions are" })]
    NoFileHas {
        /// Their ids and messages, in the order applied.
        revisions: Vec<(RevId, String)>,
    },
    /// Git is in the middle of something.
    #[error("{operation} is in progress")]
    InProgress {
        /// What.
        operation: Operation,
        /// Paths that conflict besides head files, as Git names them.
        first: Vec<String>,
        /// Head files conflict as well: with the others resolved it is for teammig to go on.
        heads_too: bool,
        /// Nothing conflicts, and in these folders not everything is staged.
        unstaged: Vec<String>,
    },
    /// What was to be moved stands on something that may not be.
    #[error("{revision} cannot be restacked: {}{}", if revision == held { "it".to_owned() } else { format!("it builds on {held}, which") }, evidence.as_ref().map_or_else(|| " may not be moved".to_owned(), |evidence| format!(" is {}", evidence.words())))]
    Held {
        /// The head that was to be moved.
        revision: RevId,
        /// What may not be moved.
        held: RevId,
        /// Why not.
        evidence: Option<Evidence>,
    },
    /// Which of several heads are to move, and where to, cannot be told.
    #[error("which head is to move, and onto which one?")]
    Sides {
        /// The heads with their messages.
        heads: Vec<(RevId, String)>,
        /// How they get one order, where that is known.
        way: OneOrder,
    },
    /// There is nothing to restack, or it cannot be.
    #[error("{0}")]
    Restack(RestackError),
    /// Revisions would undo what others did, and could not be made anew.
    #[error("{} would undo, on top of theirs, what theirs did", count(.0.len(), "revision"))]
    Stale(Vec<Stale>),
    /// Revisions would undo, in this database, what the other side did.
    #[error("{} would undo here what the other side did, and nothing was done", count(.0.len(), "revision"))]
    StaleBeside(Vec<Stale>, OutOfTurn),
    /// Scripts would be made anew, and nobody was asked.
    #[error("{} would be made anew, and nothing was done", count(.0.len(), "script"))]
    Renews(Vec<RevId>),
    /// Databases that ran the sides of a merge in another order would be different.
    #[error("{}", .lines.iter().map(Unmerged::words).collect::<Vec<_>>().join("; "))]
    OrderMatters {
        /// The lines.
        lines: Vec<Unmerged>,
        /// How they get one order.
        way: OneOrder,
    },
    /// What was tried says that mine cannot run after theirs.
    #[error("{} fails on top of theirs: {}", .0.revision, .0.message)]
    FailsOnTop(Box<Failure>),
    /// What was tried says that it cannot run here after what the other side did.
    #[error("{} fails here after what the other side did: {}", failure.revision, failure.message)]
    FailsBeside {
        /// What was seen.
        failure: Box<Failure>,
        /// My side can go on top of the other one, where it does not fail.
        restacks: bool,
    },
    /// What was to run again was seen to fail, on a scratch database that ran what this one did.
    #[error("{} cannot be redone here: its {} script fails ({})", .0.revision, .0.direction.name(), .0.error.error.message)]
    RedoFails(Box<FailedStep>),
    /// What a restack rolls back would not run again, whatever it runs after.
    #[error("{}", .0.words())]
    NotAgain(Box<NotAgain>),
    /// Such a revision is applied beside theirs.
    #[error("{} is applied here beside theirs, and its way back was written without them", stale.revision)]
    StaleApplied {
        /// The revision.
        stale: Box<Stale>,
        /// It ran after theirs.
        after: bool,
    },
    /// A header is written in a way that cannot be edited.
    #[error("`{key}` of {revision} cannot be changed without touching the rest of its header")]
    NotRewritable {
        /// The revision.
        revision: RevId,
        /// The header's key.
        key: &'static str,
        /// Where it stands.
        place: Place,
    },
    /// There is no deliberate change to record.
    #[error("there is no change of {revision} to record: {}", match why {
        NoAmendment::NotFixed => "nobody has it yet, as far as this clone knows".to_owned(),
        NoAmendment::NotEdited => "it is what it was".to_owned(),
        NoAmendment::Refused(refused) => format!("it cannot have other parents, since {}", refused.words()),
    })]
    NotAmended {
        /// The revision.
        revision: RevId,
        /// Why not.
        why: NoAmendment,
    },
    /// Somebody else wrote to a file.
    #[error("{path} changed while teammig was at work")]
    ChangedMeanwhile {
        /// The file.
        path: String,
    },
    /// A restack broke off, and there is more to say than why.
    #[error("{}", .0.cause)]
    BrokenOff(Box<BrokenOff>),
    /// An earlier restack never came to its end, or is at work.
    #[error("{}", if .0.running { "a restack is at work here" } else { "a restack was interrupted here" })]
    Unfinished(Box<Unfinished>),
    /// What an earlier restack wrote down says nothing that this teammig understands.
    #[error(
        "a restack was interrupted here, and its journal cannot be understood: another version of teammig wrote it, or \
         it is damaged ({})",
        path.display()
    )]
    UnreadableJournal {
        /// The journal.
        path: PathBuf,
    },
    /// Something failed after merge revisions had been written.
    #[error("{cause}")]
    AfterMerge {
        /// What.
        cause: Box<Error>,
        /// Their files, which stay.
        written: Vec<String>,
        /// The head file, where it was written too.
        head_file: Option<String>,
    },
    /// Another restack of this project has begun, and changed nothing yet.
    #[error("another restack is about to begin here")]
    RestackBegins,
    /// Files of a restack could not be changed.
    #[error("{} could not be put in place", count(.0.len(), "file"))]
    FilesLeft(Vec<NotBack>),
    /// The user stopped it, and nothing is half done.
    #[error("stopped")]
    Stopped,
    /// A foreign project cannot be taken over.
    #[error("{message}")]
    Import {
        /// What is wrong.
        message: String,
        /// Further lines below the message.
        notes: Vec<String>,
        /// Where.
        place: Option<Box<Place>>,
        /// The ways out.
        hints: Vec<String>,
    },
}

/// Why there is no scratch database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoScratch {
    /// The revisions are Python, which Alembic runs, in the database that its env.py knows.
    Python,
    /// The project's own Alembic cannot be run on one.
    Alembic(Box<AlembicError>),
    /// No server is named for it, and the database is not to be asked.
    NotNamed,
    /// The environment is protected, and nobody said that its server may be used.
    Protected {
        /// The environment.
        environment: String,
    },
    /// A server said no.
    Server {
        /// Which one, without a password.
        location: String,
        /// It is the one of `scratch:`.
        named: bool,
        /// Why not.
        error: ScratchError,
    },
}

/// Why the revisions of a ledger cannot be run again from nothing.
#[derive(Debug)]
pub enum NotReplayed {
    /// A script failed.
    Step(Box<FailedStep>),
    /// A script failed of what a proof is to stand on.
    Below(Box<FailedStep>),
    /// A revision is half done.
    HalfDone(RevId),
    /// The ledger kept no script, and no file is what ran.
    NoScript(RevId),
    /// Others migrate.
    Changing,
}

/// What several heads stand in the way of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A new revision, on heads of one line.
    Create,
    /// A new revision, on heads of separate lines, none of which is wrong.
    CreateOnLines,
    /// An upgrade.
    Upgrade,
    /// A merge that nobody is there to confirm.
    Confirm,
    /// A head file, which names one head for each line.
    HeadFile,
}

/// Another place where a revision was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locate {
    /// The refs that contain it.
    pub refs: Vec<String>,
    /// The revision's full id.
    pub revision: RevId,
    /// The file there.
    pub path: String,
    /// The commit that brought it: short id, author and date.
    pub commit: Option<String>,
}

/// A script that failed, with all that is known.
#[derive(Debug)]
pub struct FailedStep {
    /// Up or down.
    pub direction: Direction,
    /// Of which revision.
    pub revision: RevId,
    /// Its message.
    pub message: String,
    /// What the database said.
    pub error: JobError,
    /// The statement, in its file.
    pub place: Option<Place>,
    /// The script ran outside a transaction: finished statements stay.
    pub bare: bool,
    /// Number of statements of the script.
    pub statements: u32,
    /// What had been done before in this run, and stays.
    pub done: Vec<Done>,
    /// Whether what had been done before in this run was taken back.
    pub taken_back: super::TakenBack,
}

impl Error {
    /// Where nothing looks as if it had been renamed.
    pub fn undecided(all: Vec<Undecided>) -> Self {
        let renames = Vec::new();
        Self::Undecided { all, renames }
    }

    /// A commit's migrations folder is a link that leads nowhere, which says nothing of
    /// other commits.
    pub(super) fn is_lost_folder(&self) -> bool {
        matches!(self, Self::Git(GitError::FolderIsLink { .. }))
    }

    /// A database's answer, with where it is.
    pub fn database(database: &dyn Database, error: DbError) -> Self {
        Self::Database {
            location: database.location().to_owned(),
            dialect: Some(database.dialect()),
            error: Box::new(error),
        }
    }

    /// A failed call of the system.
    pub fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io {
            doing,
            path,
            source,
        }
    }
}

impl From<AlembicError> for Error {
    fn from(error: AlembicError) -> Self {
        Self::Alembic(Box::new(error))
    }
}

impl From<GraphError> for Error {
    fn from(error: GraphError) -> Self {
        Self::Graph {
            error: Box::new(error),
            elsewhere: Vec::new(),
        }
    }
}

/// `1 problem`, `2 problems`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    match n {
        1 => format!("1 {noun}"),
        n => format!("{n} {noun}s"),
    }
}
