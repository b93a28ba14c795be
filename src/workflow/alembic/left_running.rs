//! An Alembic that goes on after the teammig that started it was killed, and with that teammig
//! its lock.
//!
//! What it gets as its input is a file that is locked. Such a lock belongs to the file as it
//! was opened: it is held as long as anybody has that, and so by Alembic, and by whatever that
//! started. The file says who it is, for people; it is handed on from far behind its end, where
//! there is nothing to read. One who cannot have such a file here goes on without.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Seek as _, SeekFrom},
    path::PathBuf,
    sync::Arc,
};

use sha2::{Digest as _, Sha256};

use crate::{
    config::Target,
    db::{
        DbError, ErrorKind,
        file_wait::{Attempt, Patience, until_had},
    },
    workflow::{Context, known},
};

/// No text of ours is as long.
const BEHIND: u64 = 1 << 30;

/// The file of a database, shared by all working trees of a clone.
#[derive(Debug)]
pub(super) struct LeftRunning {
    path: PathBuf,
    held: Option<Arc<File>>,
}

/// What a call gets as its input.
#[derive(Debug, Clone)]
pub(super) struct Input {
    file: Arc<File>,
    path: PathBuf,
    /// The call, as people know it.
    shown: String,
}

impl LeftRunning {
    /// Of a database; none where there is no place for it, or no such lock.
    pub(super) fn of(context: &Context, target: &Target) -> Option<Self> {
        if !cfg!(unix) {
            return None;
        }
        let folder = context.repo_if_any()?.common_dir().join("teammig");
        let digest = Sha256::digest(known::location(target)?);
        let id = digest
            .iter()
            .take(6)
            .fold(0_u64, |id, byte| id << 8 | u64::from(*byte));
        Some(Self {
            path: folder.join(format!("alembic-{id:012x}.lock")),
            held: None,
        })
    }

    /// Waits for one that an earlier teammig left running.
    pub(super) fn wait(&mut self, patience: Patience<'_>) -> Result<(), DbError> {
        let Ok(file) = self.open() else {
            return Ok(());
        };
        let this = &*self;
        let attempt = || {
            Ok(match file.try_lock() {
                Ok(()) => Attempt::Had(true),
                Err(TryLockError::WouldBlock) => Attempt::Held(this.holder().0),
                Err(TryLockError::Error(_)) => Attempt::Had(false),
            })
        };
        let seconds = patience.timeout.as_secs();
        let is_locked = until_had(patience, attempt, |holder| {
            let message = format!("{holder}, still works on the database; waited {seconds} s");
            let stop = this.holder().1.map(|group| {
                format!(
                    "`kill -s INT -- -{group}` asks it to stop, and Python rolls back what it can; whether it is still there, \
                     `fuser {}` says",
                    this.path.display()
                )
            });
            DbError {
                advice: stop,
                ..DbError::new(ErrorKind::Locked, message)
            }
        })?;
        self.held = is_locked.then(|| Arc::new(file));
        Ok(())
    }

    /// What is started from now on gets this.
    pub(super) fn input(&self) -> Option<Input> {
        Some(Input {
            file: Arc::clone(self.held.as_ref()?),
            path: self.path.clone(),
            shown: String::new(),
        })
    }

    /// What ran has ended: whatever it left behind is nobody's matter.
    pub(super) fn let_go(&mut self) {
        if let Some(file) = self.held.take() {
            // Where that fails, it is free when this process ends.
            let _ = file.unlock();
        }
    }

    fn open(&self) -> io::Result<File> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut options = File::options();
        options.append(true).create(true).open(&self.path)?;
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(BEHIND))?;
        Ok(file)
    }

    /// Who has it, for people, and the process group.
    fn holder(&self) -> (String, Option<u32>) {
        let text = fs::read_to_string(&self.path).unwrap_or_default();
        let said = text.split_once('\t').and_then(|(group, shown)| {
            let group: u32 = group.parse().ok()?;
            Some((group, shown.trim_end()))
        });
        match said {
            Some((group, shown)) => (
                format!(
                    "`{shown}` (process {group}), which a teammig that was killed left running"
                ),
                Some(group),
            ),
            None => (
                "an Alembic, which a teammig that was killed left running".to_owned(),
                None,
            ),
        }
    }
}

impl Input {
    /// The same for a call.
    pub(super) fn of_call(&self, shown: &str) -> Self {
        Self {
            shown: shown.to_owned(),
            ..self.clone()
        }
    }

    /// The file for a child.
    pub(super) fn file(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// Says who has it from now on.
    pub(super) fn sign(&self, process: u32) {
        // Only for the eyes of others: a lock without a name is still a lock.
        let _ = fs::write(&self.path, format!("{process}\t{}\n", self.shown));
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::{
        io::{BufRead as _, BufReader},
        process::{Command, Stdio},
        time::Duration,
    };

    use super::*;

    #[test]
    fn whoever_was_given_it_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let database = || LeftRunning {
            path: folder.path().join("made/alembic.lock"),
            held: None,
        };
        let wait = |one: &mut LeftRunning, timeout| {
            let mut who = String::new();
            let outcome = one.wait(Patience {
                timeout,
                waiting: &mut |holder| holder.clone_into(&mut who),
                stopped: &|| false,
            });
            outcome.map(|()| who)
        };
        let mut one = database();
        assert_eq!(wait(&mut one, Duration::ZERO).unwrap(), "");
        let input = one.input().unwrap().of_call("alembic upgrade head");
        let mut child = Command::new("sh")
            .args(["-c", "cat; echo read; exec sleep 30"])
            .stdin(input.file().unwrap())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        input.sign(child.id());
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // There was nothing to read.
        assert_eq!(lines.next().unwrap().unwrap(), "read");
        // As where its process is killed: nobody unlocks it.
        drop((one, input));
        let error = wait(&mut database(), Duration::ZERO).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Locked);
        let process = format!("`alembic upgrade head` (process {})", child.id());
        assert!(error.message.contains(&process), "{error:?}");
        let stopped = database().wait(Patience {
            timeout: Duration::from_mins(1),
            waiting: &mut |_| {},
            stopped: &|| true,
        });
        assert_eq!(stopped.unwrap_err().kind, ErrorKind::Interrupted);
        child.kill().unwrap();
        child.wait().unwrap();
        let mut one = database();
        wait(&mut one, Duration::from_secs(5)).unwrap();
        // One that came to its end holds nothing, whatever it left behind.
        let left = one.input().unwrap();
        one.let_go();
        wait(&mut database(), Duration::ZERO).unwrap();
        drop(left);
    }
}
