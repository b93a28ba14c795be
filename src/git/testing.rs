//! Real repositories for tests, made by the real `git`, away from the
//! developer's own settings.
//!
//! libgit2 reads the process's environment and the user's configuration, and
//! neither can be changed safely inside a running process. So a test that opens
//! a repository begins with `isolated!()`, which runs that one test again in a
//! process of its own with an environment made for it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tempfile::TempDir;

use super::{CommitId, Event, Folders, Installed, Repo, Tip};
use crate::model::Snapshot;

const ISOLATED: &str = "TEAMMIG_TEST_ISOLATED";
const PROBE: &str = "TEAMMIG_TEST_PROBE";
const INSTALL: &str = "TEAMMIG_TEST_INSTALL";

/// Runs the test around it in a process with a clean environment.
macro_rules! isolated {
    () => {
        fn here() {}
        if !crate::git::testing::in_clean_process(std::any::type_name_of_val(&here)) {
            return;
        }
    };
}
pub(super) use isolated;

/// Whether this is the clean process. If not, runs the test (named by a
/// function inside it) in one, and fails if it fails there.
pub(super) fn in_clean_process(here: &str) -> bool {
    if env::var_os(ISOLATED).is_some() {
        return true;
    }
    let name = here.strip_suffix("::here").unwrap();
    let name = name.split_once("::").unwrap().1;
    let home = tempfile::tempdir().unwrap();
    let output = clean(Command::new(env::current_exe().unwrap()), home.path())
        .args(["--exact", name, "--nocapture"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    false
}

/// Nothing of the developer's environment but what programs need to start.
fn clean(mut command: Command, home: &Path) -> Command {
    command.env_clear();
    for name in ["PATH", "TMPDIR", "LLVM_PROFILE_FILE", "SystemRoot", "TEMP"] {
        if let Some(value) = env::var_os(name) {
            command.env(name, value);
        }
    }
    let null = if cfg!(windows) { "NUL" } else { "/dev/null" };
    command
        .env("HOME", home)
        .env("GIT_CONFIG_GLOBAL", null)
        .env("GIT_CONFIG_SYSTEM", null)
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        .env(ISOLATED, "1");
    command
}

/// A repository in a temporary folder.
pub(super) struct TestRepo {
    /// Dropped with the last repository in it.
    room: Arc<TempDir>,
    pub(super) path: PathBuf,
}

impl TestRepo {
    /// An empty one, on the unborn branch `main`.
    pub(super) fn new() -> Self {
        Self::with(&[])
    }

    /// The same, with more arguments for `git init`.
    pub(super) fn with(init: &[&str]) -> Self {
        assert!(env::var_os(ISOLATED).is_some(), "begin with isolated!()");
        let room = Arc::new(tempfile::tempdir().unwrap());
        let path = fs::canonicalize(room.path()).unwrap().join("repo");
        fs::create_dir(&path).unwrap();
        let repo = Self { room, path };
        repo.git(&[&["init", "--quiet", "-b", "main"], init].concat());
        repo.identify();
        repo
    }

    fn identify(&self) {
        self.git(&["config", "user.name", "Ada"]);
        self.git(&["config", "user.email", "ada@example.org"]);
    }

    /// A place beside the repository, gone with it.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.path.parent().unwrap().join(name)
    }

    /// A clone beside it, with more arguments for `git clone`.
    pub(super) fn cloned(&self, name: &str, more: &[&str]) -> Self {
        let path = self.beside(name);
        let url = format!("file://{}", self.path.display());
        let place = path.to_str().unwrap();
        self.git(&[&["clone", "--quiet"], more, &[&url, place]].concat());
        let room = Arc::clone(&self.room);
        let clone = Self { room, path };
        clone.identify();
        clone
    }

    /// Another folder as a repository: a linked working tree, a submodule.
    pub(super) fn at(&self, path: PathBuf) -> Self {
        let room = Arc::clone(&self.room);
        Self { room, path }
    }

    /// `git` in this repository, prepared and not run.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        // Every command a minute later than the one before.
        static CLOCK: AtomicU64 = AtomicU64::new(1_700_000_000);
        let now = CLOCK.fetch_add(60, Ordering::Relaxed);
        let mut command = clean(Command::new("git"), &self.beside("home"));
        command
            .current_dir(&self.path)
            .env("GIT_AUTHOR_DATE", format!("{now} +0000"))
            .env("GIT_COMMITTER_DATE", format!("{now} +0000"))
            .env("GIT_EDITOR", "true")
            .args(["-c", "protocol.file.allow=always"])
            .args(arguments);
        command
    }

    /// Runs `git`, whatever comes of it.
    pub(super) fn try_git(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs `git`, which must succeed; its output without the last newline.
    pub(super) fn git(&self, arguments: &[&str]) -> String {
        let output = self.try_git(arguments);
        assert!(
            output.status.success(),
            "git {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let text = String::from_utf8(output.stdout).unwrap();
        text.trim_end_matches('\n').to_owned()
    }

    pub(super) fn write(&self, path: &str, text: &str) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes a file, commits everything, and gives the commit.
    pub(super) fn commit(&self, path: &str, text: &str) -> CommitId {
        self.write(path, text);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "-m", &format!("add {path}")]);
        self.id("HEAD")
    }

    pub(super) fn id(&self, name: &str) -> CommitId {
        CommitId::from_hex(&self.git(&["rev-parse", &format!("{name}^{{commit}}")])).unwrap()
    }

    pub(super) fn open(&self) -> Repo {
        Repo::open(&self.path).unwrap()
    }

    /// What installing the hook does in another process, with variables set.
    pub(super) fn probe_install(&self, variables: &[(&str, &str)]) -> String {
        self.probe(&self.path, &[variables, &[(INSTALL, "1")]].concat())
    }

    /// What `Repo::open` finds in another process: from a folder, with variables set.
    pub(super) fn probe(&self, start: &Path, variables: &[(&str, &str)]) -> String {
        let report = self.beside("probe");
        let mut command = clean(
            Command::new(env::current_exe().unwrap()),
            &self.beside("home"),
        );
        let output = command
            .args(PROBE_ARGUMENTS)
            .current_dir(start)
            .env(PROBE, &report)
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        fs::read_to_string(report).unwrap()
    }

    /// Makes a hook that goes to a folder and reports what `Repo::open` finds there.
    pub(super) fn probing_hook(&self, event: &str, folder: &str, report: &Path) {
        let program = env::current_exe().unwrap();
        let text = format!(
            "#!/bin/sh\ncd {folder}\n{PROBE}='{}' '{}' {} >/dev/null\n",
            report.display(),
            program.display(),
            PROBE_ARGUMENTS.join(" ")
        );
        self.hook(&format!(".git/hooks/{event}"), &text);
    }

    /// Writes an executable file.
    pub(super) fn hook(&self, path: &str, text: &str) {
        self.write(path, text);
        set_executable(&self.path.join(path), true);
    }
}

#[cfg(unix)]
pub(super) fn set_executable(path: &Path, executable: bool) {
    use std::os::unix::fs::PermissionsExt;
    let mode = if executable { 0o755 } else { 0o644 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
pub(super) fn set_executable(_: &Path, _: bool) {}

const PROBE_ARGUMENTS: &[&str] = &["--exact", "git::testing::probe", "--nocapture"];

/// Not a test of its own: what the other processes run.
#[test]
fn probe() {
    let Some(report) = env::var_os(PROBE) else {
        return;
    };
    let text = match Repo::open(Path::new(".")) {
        Err(error) => format!("error: {error}\n"),
        Ok(repo) if env::var_os(INSTALL).is_some() => {
            let program = Path::new("/usr/bin/teammig");
            let dir = repo.hooks_dir().unwrap();
            match dir.install(Event::PreCommit, program).unwrap() {
                Installed::Created(_) => "created\n".into(),
                Installed::LeftAlone(left) => format!("left alone: {}\n", left.why),
                other => format!("{other:?}\n"),
            }
        }
        Ok(repo) => {
            let staged = repo.index_snapshot("", &folders()).unwrap();
            format!(
                "git dir: {}\ncommon dir: {}\nwork dir: {}\nstaged: {}\n",
                repo.git_dir().display(),
                repo.common_dir().display(),
                repo.work_dir()
                    .map_or("none".into(), |dir| dir.display().to_string()),
                shown(&staged.snapshot)
            )
        }
    };
    fs::write(report, text).unwrap();
}

/// The folder and the ending that the tests use.
pub(super) fn folders() -> Folders {
    Folders::new(["migrations"], ["sql"])
}

/// The files of a snapshot with their contents: `migrations/a.sql=text, …`.
pub(super) fn shown(snapshot: &Snapshot) -> String {
    let files: Vec<String> = snapshot
        .files
        .iter()
        .map(|file| match &file.content {
            Ok(bytes) => format!("{}={}", file.path, String::from_utf8_lossy(bytes)),
            Err(error) => format!("{}: {error}", file.path),
        })
        .collect();
    files.join(", ")
}

pub(super) fn names(tips: &[Tip]) -> Vec<&str> {
    tips.iter().map(Tip::short).collect()
}
