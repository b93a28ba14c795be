//! A large repository with hooks in it: what they are measured with.

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// Every so many commits a revision lands; the others change something else.
const EVERY: usize = 4;

/// A branch `main` with so many commits on top of so many files, and one line of revisions.
/// `HEAD~1` has the same ones.
pub(crate) struct Repository(TempDir);

impl Repository {
    pub(crate) fn new(files: usize, commits: usize) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("teammig-bench-")
            .tempdir()
            .unwrap();
        let repository = Self(folder);
        repository.git(&["init", "-q", "-b", "main"], Stdio::null());
        for (key, value) in [("user.name", "Ann"), ("user.email", "ann@example.org")] {
            repository.git(&["config", key, value], Stdio::null());
        }
        let stream = repository.path().join("stream");
        fs::write(&stream, stream_of(files, commits)).unwrap();
        let input = fs::File::open(&stream).unwrap();
        repository.git(&["fast-import", "--quiet"], input.into());
        fs::remove_file(stream).unwrap();
        repository.git(&["reset", "-q", "--hard"], Stdio::null());
        repository.git(&["remote", "add", "origin", "nowhere"], Stdio::null());
        let published = ["update-ref", "refs/remotes/origin/main", "HEAD"];
        repository.git(&published, Stdio::null());
        repository
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Stages one revision on top of the others.
    pub(crate) fn stage(&self) {
        let last = fs::read_dir(self.path().join("migrations"))
            .unwrap()
            .count()
            - 1;
        let text = revision("ffffffffffff", &format!("\"{}\"", id(last)));
        fs::write(self.path().join("migrations/new.sql"), text).unwrap();
        self.git(&["add", "migrations"], Stdio::null());
    }

    fn git(&self, args: &[&str], input: Stdio) {
        let mut command = Command::new("git");
        let command = command.args(args).current_dir(self.path()).stdin(input);
        assert!(command.status().unwrap().success(), "git {args:?}");
    }
}

fn stream_of(files: usize, commits: usize) -> String {
    let mut out = String::new();
    let mut parents = String::new();
    let mut revisions = 0;
    for k in 0..commits {
        let _ = write!(
            out,
            "commit refs/heads/main\nmark :{}\ncommitter Ann <ann@example.org> {} +0000\ndata 5\nwork\n",
            k + 1,
            1_700_000_000 + k * 60
        );
        let mut file = |path: &str, text: &str| {
            let _ = write!(out, "M 100644 inline {path}\ndata {}\n{text}\n", text.len());
        };
        if k == 0 {
            for n in 0..files {
                file(&format!("src/{}/{}/{n}.txt", n % 300, n % 7), "text\n");
            }
            file("teammig.yaml", "environments:\n  dev: sqlite:dev.db\n");
        }
        file(&format!("src/{}/work.txt", k % 300), &format!("{k}\n"));
        // The last commit brings none.
        if k % EVERY == 0 {
            let id = id(revisions);
            file(&format!("migrations/{id}.sql"), &revision(&id, &parents));
            parents = format!("\"{id}\"");
            revisions += 1;
        }
    }
    out
}

/// In the order of their names, as those with a date are.
fn id(n: usize) -> String {
    format!("{n:012x}")
}

fn revision(id: &str, parents: &str) -> String {
    format!(
        "-- teammig:\n--   revision: \"{id}\"\n--   parents: [{parents}]\n--   message: Create table {id}\n\n-- migrate:up\n\
         CREATE TABLE t{id} (id integer PRIMARY KEY, a text, b text);\nCREATE INDEX i{id} ON t{id} (a, b);\n\n\
         -- migrate:down\nDROP TABLE t{id};\n"
    )
}
