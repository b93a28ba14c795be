//! A folder with a world of its own: no environment, no settings, no clock from
//! outside. Times come from a counter, so output can be compared as a whole.

use std::{
    cell::Cell,
    fmt, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// The time of a sandbox's first command, 2026-11-22T10:00:00Z.
const START: i64 = 1_795_341_600;

pub(crate) struct Sandbox {
    folder: TempDir,
    seconds: Cell<i64>,
}

/// What a command said and how it ended. Its `Display` is made for snapshots:
/// paths, durations and versions are replaced.
#[must_use = "look at the exit code or the output"]
pub(crate) struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    folder: PathBuf,
}

impl Sandbox {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("teammig-it-")
            .tempdir()
            .unwrap();
        let sandbox = Self {
            folder,
            seconds: Cell::new(0),
        };
        fs::create_dir(sandbox.path().join("home")).unwrap();
        sandbox
    }

    /// A sandbox with a project in a Git repository, `project`, and a `teammig.yaml`.
    pub(crate) fn project() -> Self {
        let sandbox = Self::new();
        sandbox.git(".", &["init", "-q", "-b", "main", "project"]);
        sandbox.write(
            "project/teammig.yaml",
            "environments:\n  dev: sqlite:dev.db\n",
        );
        sandbox.write("project/.gitignore", "*.db*\n");
        fs::create_dir(sandbox.path().join("project/migrations")).unwrap();
        sandbox
    }

    /// Two clones, `ann` and `bob`, of `origin.git`, whose main branch has one
    /// applied revision.
    pub(crate) fn team() -> Self {
        let sandbox = Self::new();
        sandbox.git(".", &["init", "-q", "--bare", "-b", "main", "origin.git"]);
        sandbox.git(".", &["clone", "-q", "origin.git", "ann"]);
        sandbox.git("ann", &["checkout", "-q", "-B", "main"]);
        sandbox.write("ann/teammig.yaml", "environments:\n  dev: sqlite:dev.db\n");
        sandbox.write("ann/.gitignore", "*.db*\n");
        sandbox.revision(
            "ann",
            "9209a434d045",
            &[],
            "Initial migration",
            "CREATE TABLE users (id integer PRIMARY KEY, name text);",
            "DROP TABLE users;",
        );
        sandbox.commit("ann", "Initial migration");
        sandbox.git("ann", &["push", "-q", "-u", "origin", "main"]);
        sandbox.git(".", &["clone", "-q", "origin.git", "bob"]);
        for (clone, name) in [("ann", "Ann"), ("bob", "Bob")] {
            sandbox.git(clone, &["config", "user.name", name]);
            sandbox.git(
                clone,
                &["config", "user.email", &format!("{clone}@example.org")],
            );
            sandbox.ok(clone, &["upgrade"]);
        }
        sandbox
    }

    /// The team after both added a revision: Bob's is on the server, Ann's is
    /// committed and applied in her clone.
    pub(crate) fn diverged() -> Self {
        let sandbox = Self::team();
        sandbox.revision(
            "bob",
            "c01d9e88ab12",
            &["9209a434d045"],
            "Add login index",
            "CREATE INDEX users_name ON users (name);",
            "DROP INDEX users_name;",
        );
        sandbox.commit("bob", "Add login index");
        sandbox.git("bob", &["push", "-q"]);
        sandbox.revision(
            "ann",
            "7f3a9c21e4b0",
            &["9209a434d045"],
            "Add phone_number to users",
            "ALTER TABLE users ADD COLUMN phone_number text;",
            "ALTER TABLE users DROP COLUMN phone_number;",
        );
        sandbox.ok("ann", &["upgrade"]);
        sandbox.commit("ann", "Add phone_number to users");
        sandbox
    }

    /// The same after Ann's `git pull`: two heads in her files.
    pub(crate) fn diverged_and_pulled() -> Self {
        let sandbox = Self::diverged();
        sandbox.git("ann", &["pull", "-q", "--no-rebase", "--no-edit"]);
        sandbox
    }

    /// A project with the table `one` and, on top of it, `aaaa00000002` with the given
    /// sections, which may be broken.
    pub(crate) fn with_second(body: &str) -> Self {
        let sandbox = Self::project();
        sandbox.table("project", "aaaa00000001", &[], "one");
        sandbox.raw_revision("project", "aaaa00000002", "aaaa00000001", body);
        sandbox
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Puts `new` in the place of `old`, which the file has.
    pub(crate) fn edit(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert!(text.contains(old), "{old} is not in {path}:\n{text}");
        self.write(path, text.replace(old, new));
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap()
    }

    /// Writes a native revision; the file is named after the id.
    pub(crate) fn revision(
        &self,
        project: &str,
        id: &str,
        parents: &[&str],
        message: &str,
        up: &str,
        down: &str,
    ) -> String {
        let path = format!("migrations/{id}.sql");
        self.write(
            &format!("{project}/{path}"),
            format!(
                "-- teammig:\n--   revision: {id}\n--   parents: [{}]\n--   message: {message}\n\n-- \
                 migrate:up\n{up}\n\n-- migrate:down\n{down}\n",
                parents.join(", ")
            ),
        );
        path
    }

    /// Writes a revision that makes a table, and is named after it.
    pub(crate) fn table(&self, project: &str, id: &str, parents: &[&str], name: &str) -> String {
        let up = format!("CREATE TABLE {name} (x);");
        let down = format!("DROP TABLE {name};");
        self.revision(project, id, parents, name, &up, &down)
    }

    /// Writes a revision that adds a column to the table `users` of a team.
    pub(crate) fn column(&self, project: &str, id: &str, parents: &[&str], name: &str) -> String {
        let message = format!("Add {name}");
        let up = format!("ALTER TABLE users ADD COLUMN {name} text;");
        let down = format!("ALTER TABLE users DROP COLUMN {name};");
        self.revision(project, id, parents, &message, &up, &down)
    }

    /// Writes a file of migrations with everything but the id left to the caller.
    pub(crate) fn raw_revision(&self, project: &str, id: &str, parents: &str, body: &str) {
        self.write(
            &format!("{project}/migrations/{id}.sql"),
            format!("-- teammig:\n--   revision: {id}\n--   parents: [{parents}]\n--   message: {id}\n\n{body}"),
        );
    }

    /// Runs `teammig` in a folder of the sandbox.
    pub(crate) fn teammig(&self, folder: &str, args: &[&str]) -> Run {
        self.run(
            self.command(env!("CARGO_BIN_EXE_teammig"), folder)
                .args(args),
        )
    }

    /// Runs `teammig`, which has to succeed; returns its stdout.
    pub(crate) fn ok(&self, folder: &str, args: &[&str]) -> String {
        let run = self.teammig(folder, args);
        assert_eq!(run.code, 0, "teammig {args:?}\n{run}");
        run.stdout
    }

    /// Runs `teammig --format json`; returns the document and the exit code.
    pub(crate) fn json(&self, folder: &str, args: &[&str]) -> (serde_json::Value, i32) {
        let run = self.run(
            self.command(env!("CARGO_BIN_EXE_teammig"), folder)
                .args(["--format", "json"])
                .args(args),
        );
        let document = serde_json::from_str(&run.stdout)
            .unwrap_or_else(|error| panic!("teammig {args:?} printed no JSON: {error}\n{run}"));
        (document, run.code)
    }

    /// Runs `git`, which has to succeed; returns its stdout.
    pub(crate) fn git(&self, folder: &str, args: &[&str]) -> String {
        let run = self.try_git(folder, args);
        assert_eq!(run.code, 0, "git {args:?}\n{run}");
        run.stdout
    }

    pub(crate) fn try_git(&self, folder: &str, args: &[&str]) -> Run {
        self.run(self.command("git", folder).args(args))
    }

    /// Stages everything and commits it.
    pub(crate) fn commit(&self, folder: &str, message: &str) {
        self.git(folder, &["add", "-A"]);
        self.git(folder, &["commit", "-q", "--no-verify", "-m", message]);
    }

    /// Lets days pass before the next command.
    pub(crate) fn pass_days(&self, days: i64) {
        self.seconds.set(self.seconds.get() + days * 86_400);
    }

    /// A command in the sandbox's world.
    pub(crate) fn command(&self, program: &str, folder: &str) -> Command {
        let seconds = self.seconds.get() + 60;
        self.seconds.set(seconds);
        let now = START + seconds;
        let mut command = Command::new(program);
        command
            .current_dir(self.at(folder))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.at("home"))
            .env("USER", "ann")
            .env("TEAMMIG_HOST", "host")
            .env("TEAMMIG_NOW", rfc3339(now))
            .env("TZ", "UTC")
            .env("LC_ALL", "C.UTF-8")
            .env("COLUMNS", "100")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env("GIT_AUTHOR_DATE", format!("{now} +0000"))
            .env("GIT_COMMITTER_DATE", format!("{now} +0000"))
            .env("GIT_EDITOR", "true");
        if !self.at(folder).join(".git/config").exists() || !self.has_identity(folder) {
            command
                .env("GIT_AUTHOR_NAME", "Test")
                .env("GIT_AUTHOR_EMAIL", "test@example.org")
                .env("GIT_COMMITTER_NAME", "Test")
                .env("GIT_COMMITTER_EMAIL", "test@example.org");
        }
        command
    }

    fn has_identity(&self, folder: &str) -> bool {
        fs::read_to_string(self.at(folder).join(".git/config"))
            .is_ok_and(|text| text.contains("[user]"))
    }

    pub(crate) fn run(&self, command: &mut Command) -> Run {
        let output = command.stdin(Stdio::null()).output().unwrap();
        Run {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            folder: self.path().to_owned(),
        }
    }

    /// Rows of a query on an SQLite file, columns joined with `|`.
    pub(crate) fn sqlite(&self, path: &str, sql: &str) -> Vec<String> {
        let connection = rusqlite::Connection::open(self.at(path)).unwrap();
        let mut statement = connection.prepare(sql).unwrap();
        let columns = statement.column_count();
        statement
            .query_map([], |row| {
                (0..columns)
                    .map(|n| {
                        Ok(match row.get_ref(n)? {
                            rusqlite::types::ValueRef::Null => "NULL".to_owned(),
                            rusqlite::types::ValueRef::Integer(value) => value.to_string(),
                            rusqlite::types::ValueRef::Real(value) => value.to_string(),
                            rusqlite::types::ValueRef::Text(text) => {
                                String::from_utf8_lossy(text).into_owned()
                            }
                            rusqlite::types::ValueRef::Blob(_) => "BLOB".to_owned(),
                        })
                    })
                    .collect::<Result<Vec<_>, rusqlite::Error>>()
                    .map(|values| values.join("|"))
            })
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap()
    }
}

fn rfc3339(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).unwrap().to_string()
}

impl Run {
    /// The output with everything taken out that differs from run to run.
    fn stable(&self, text: &str) -> String {
        let canonical = self
            .folder
            .canonicalize()
            .unwrap_or_else(|_| self.folder.clone());
        let text = text
            .replace(&canonical.display().to_string(), "[DIR]")
            .replace(&self.folder.display().to_string(), "[DIR]");
        let mut out = String::new();
        for line in text.lines() {
            out.push_str(&replace_durations(line));
            out.push('\n');
        }
        out
    }
}

/// `12 ms` and `3.4 s` at the end of a line.
fn replace_durations(line: &str) -> String {
    for unit in [" ms", " s"] {
        if let Some(before) = line.strip_suffix(unit)
            && let Some((rest, number)) = before.rsplit_once(' ')
            && number.chars().all(|c| c.is_ascii_digit() || c == '.')
            && !number.is_empty()
        {
            return format!("{rest} [TIME]");
        }
    }
    line.to_owned()
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "exit {}", self.code)?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                write!(f, "--- {name}\n{}", self.stable(text))?;
            }
        }
        Ok(())
    }
}
