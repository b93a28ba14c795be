//! What a restack writes down before it changes anything, so that one that is
//! killed can be told from one that never was, and be put back or brought to its end.
//!
//! Everything a restack needs on the way is in one folder that Git never sees: under
//! the Git directory of this working tree, or, without Git, in a folder that ignores
//! itself. The journal is on the disk before the first change and goes after the last;
//! a lock says whether its writer still lives. Decides nothing.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    Context, Error,
    restack::{Move, Rewrite},
    sync::Decisions,
};
use crate::model::{
    Step,
    interrupted::{Held, Row},
};

/// Counts up with the meaning of what is written.
const VERSION: u32 = 1;
const RECORD: &str = "journal.json";
/// What the database held until it was taken back.
pub(super) const MEANWHILE: &str = "meanwhile.db";
/// Whoever only looks has the lock for a moment.
const TRIES: usize = 20;
const PAUSE: Duration = Duration::from_millis(10);

/// What a restack is about to do, and what it started from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    version: u32,
    /// The command (`rebase`, `sync`).
    pub(super) command: String,
    /// When it began.
    pub(super) started: Timestamp,
    /// What is to be put where.
    pub(super) moves: Vec<Move>,
    /// What else was decided.
    pub(super) decisions: Decisions,
    /// The files, as they were and as they will be.
    pub(super) files: Vec<Rewrite>,
    /// The database, unless the files go alone.
    pub(super) database: Option<Involved>,
}

/// The database's part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Involved {
    /// The environment's name.
    pub(super) environment: String,
    /// Where it is, without a password.
    pub(super) location: String,
    /// How it can be taken back.
    pub(super) held: Held,
    /// Its rows before.
    pub(super) before: Vec<Row>,
    /// What is to run.
    pub(super) steps: Vec<Step>,
}

impl Record {
    /// For a restack that begins now.
    pub(super) fn new(
        context: &Context,
        moves: &[Move],
        decisions: Decisions,
        files: &[Rewrite],
    ) -> Self {
        Self {
            version: VERSION,
            command: context.command().to_owned(),
            started: context.now,
            moves: moves.to_vec(),
            decisions,
            files: files.to_vec(),
            database: None,
        }
    }
}

/// A project's journal, locked. Dropping it leaves what was written.
#[derive(Debug)]
pub(super) struct Journal {
    folder: PathBuf,
    _lock: File,
}

/// What a project's journal is found to be.
#[derive(Debug)]
pub(super) enum Found {
    /// There is none.
    Nothing,
    /// A restack is at work at this moment.
    Running(Option<Record>),
    /// A restack ended before it had changed anything.
    Unwritten(Journal),
    /// A restack never came to its end.
    Left(Journal, Box<Record>),
    /// It never came to its end, and what it wrote down cannot be understood.
    Unreadable(Journal, Error),
}

/// Looks for a journal.
pub(super) fn find(context: &Context) -> Result<Found, Error> {
    let folder = folder(context);
    if !folder.exists() {
        return Ok(Found::Nothing);
    }
    let Some(lock) = lock(&folder)? else {
        return Ok(Found::Running(read(&folder).ok().flatten()));
    };
    let journal = Journal {
        folder,
        _lock: lock,
    };
    Ok(match read(&journal.folder) {
        Ok(Some(record)) => Found::Left(journal, Box::new(record)),
        Ok(None) => Found::Unwritten(journal),
        Err(error) => Found::Unreadable(journal, error),
    })
}

/// Makes the folder of a journal; `None` where a journal is there already.
pub(super) fn begin(context: &Context) -> Result<Option<Journal>, Error> {
    let folder = folder(context);
    let parent = folder.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(Error::io("create", parent))?;
    if context.repo_if_any().is_none() {
        let ignore = parent.join(".gitignore");
        fs::write(&ignore, "*\n").map_err(Error::io("write", &ignore))?;
    }
    let Some(lock) = lock(&folder)? else {
        return Ok(None);
    };
    if folder.join(RECORD).exists() {
        return Ok(None);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(Error::io("remove", &folder))?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        // A copy of the database is for nobody else.
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder
        .create(&folder)
        .map_err(Error::io("create", &folder))?;
    Ok(Some(Journal {
        folder,
        _lock: lock,
    }))
}

impl Journal {
    /// Writes it; on the disk when this returns.
    pub(super) fn write(&self, record: &Record) -> Result<(), Error> {
        let path = self.folder.join(RECORD);
        let failed = || Error::io("write", &path);
        let bytes = serde_json::to_vec(record).map_err(|error| failed()(error.into()))?;
        let mut temp = tempfile::NamedTempFile::new_in(&self.folder).map_err(failed())?;
        temp.write_all(&bytes).map_err(failed())?;
        temp.as_file().sync_all().map_err(failed())?;
        temp.persist(&path).map_err(|error| failed()(error.error))?;
        // The names have to be there too after a loss of power.
        sync_folder(&self.folder).map_err(failed())?;
        sync_folder(self.folder.parent().unwrap_or(&self.folder)).map_err(failed())
    }

    /// Where working files of the restack go.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The copy of the database as it was.
    pub(super) fn copy(&self) -> PathBuf {
        self.folder.join("before.db")
    }

    /// There is one.
    pub(super) fn has_copy(&self) -> bool {
        self.copy().exists()
    }

    /// A place for a copy of the database that is to stay.
    pub(super) fn kept(&self, context: &Context, what: &str) -> Result<PathBuf, Error> {
        let folder = self.folder.with_file_name("kept");
        fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
        let time = context.now.strftime("%Y-%m-%dT%H%M%SZ");
        let names = (0_u32..).map(|n| match n {
            0 => format!("{what}-{time}.db"),
            n => format!("{what}-{time}-{n}.db"),
        });
        let mut paths = names.map(|name| folder.join(name));
        let free = paths.find(|path| !path.exists());
        Ok(free.unwrap_or_else(|| folder.join(what)))
    }

    /// Takes the copy out of the journal's folder, where there is one; gives its place.
    pub(super) fn keep_copy(&self, context: &Context) -> Result<Option<PathBuf>, Error> {
        let copy = self.copy();
        if !copy.exists() {
            return Ok(None);
        }
        let kept = self.kept(context, "before-restack")?;
        fs::rename(&copy, &kept).map_err(Error::io("move", &copy))?;
        Ok(Some(kept))
    }

    /// The same for what the database held until it was taken back, where that may be missed.
    pub(super) fn keep_meanwhile(&self, context: &Context) -> Result<Option<PathBuf>, Error> {
        let meanwhile = self.folder.join(MEANWHILE);
        if !meanwhile.exists() {
            return Ok(None);
        }
        let kept = self.kept(context, "before-take-back")?;
        fs::rename(&meanwhile, &kept).map_err(Error::io("move", &meanwhile))?;
        Ok(Some(kept))
    }

    /// The restack is over, and with it its journal.
    pub(super) fn end(self) -> Result<(), Error> {
        let record = self.folder.join(RECORD);
        match fs::remove_file(&record) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Error::io("remove", &record)(error));
            }
            _ => {}
        }
        // What is left without a record means nothing, and goes the next time.
        let _ = fs::remove_dir_all(&self.folder);
        Ok(())
    }
}

/// Where the journal of a project is. Two projects of a repository, and two
/// `databases:` of one, can be restacked apart from each other.
fn folder(context: &Context) -> PathBuf {
    let base = match context.repo_if_any() {
        Some(repo) => repo.git_dir().join("teammig"),
        None => context.config.root.join(".teammig"),
    };
    let project = context.prefix().unwrap_or_default();
    let database = context.config.database.as_deref().unwrap_or_default();
    let digest = Sha256::digest(format!("{project}\0{database}"));
    let id = digest
        .iter()
        .take(6)
        .fold(0_u64, |id, byte| id << 8 | u64::from(*byte));
    base.join(format!("restack-{id:012x}"))
}

/// Locks it for as long as the process lives; `None` = somebody else has.
fn lock(folder: &Path) -> Result<Option<File>, Error> {
    let path = folder.with_extension("lock");
    let failed = || Error::io("lock", &path);
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    let file = options.open(&path).map_err(failed())?;
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(failed()(error)),
        }
    }
    Ok(None)
}

fn read(folder: &Path) -> Result<Option<Record>, Error> {
    let path = folder.join(RECORD);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io("read", &path)(error)),
    };
    let record: Result<Record, _> = serde_json::from_slice(&bytes);
    match record {
        Ok(record) if record.version == VERSION => Ok(Some(record)),
        _ => Err(Error::UnreadableJournal { path }),
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere a folder cannot be opened, and needs not.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
