//! A repository with many open branches: what the radar is measured with.

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// Every so many commits a revision lands; the others change something else.
const EVERY: usize = 5;
/// Branches part from so many of the newest commits.
const NEWEST: usize = 2_000;

/// A branch `origin/main` with so many commits and one line of revisions, and branches
/// off it with a revision each, as a fetch leaves them.
pub(crate) struct Branches(TempDir);

impl Branches {
    pub(crate) fn new(commits: usize, branches: usize) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("teammig-bench-")
            .tempdir()
            .unwrap();
        let git = |args: &[&str], input: Stdio| {
            let mut command = Command::new("git");
            let command = command.args(args).current_dir(folder.path()).stdin(input);
            assert!(command.status().unwrap().success(), "git {args:?}");
        };
        git(&["init", "-q", "-b", "main"], Stdio::null());
        let stream = folder.path().join("stream");
        fs::write(&stream, stream_of(commits, branches)).unwrap();
        let input = fs::File::open(&stream).unwrap();
        git(&["fast-import", "--quiet"], input.into());
        fs::remove_file(stream).unwrap();
        git(&["remote", "add", "origin", "nowhere"], Stdio::null());
        git(&["pack-refs", "--all"], Stdio::null());
        git(
            &["reset", "-q", "--hard", "refs/remotes/origin/main"],
            Stdio::null(),
        );
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// As in a clone that was never looked at.
    pub(crate) fn forget(&self) {
        let _ = fs::remove_dir_all(self.path().join(".git/teammig"));
    }
}

fn stream_of(commits: usize, branches: usize) -> String {
    let mut out = String::new();
    // The mark and the head of each commit of the main branch.
    let mut marks: Vec<(usize, String)> = Vec::with_capacity(commits);
    let mut head = String::new();
    for k in 0..commits {
        commit(&mut out, "main", k + 1, None);
        let _ = write!(
            out,
            "M 100644 inline src/{}.txt\ndata <<END\n{k}\nEND\n\n",
            k % 50
        );
        if k % EVERY == 0 {
            let id = id(k);
            revision(&mut out, &id, &head);
            head = id;
        }
        marks.push((k + 1, head.clone()));
    }
    for n in 0..branches {
        let at = commits - 1 - n * NEWEST.min(commits) / branches;
        let (from, head) = &marks[at];
        let branch = format!("branch{n}");
        commit(&mut out, &branch, commits + n + 1, Some(*from));
        revision(&mut out, &id(commits + n), head);
    }
    out
}

fn id(n: usize) -> String {
    format!(
        "{:012x}",
        (n + 1) * 0x9e_3779_b97f_4a7c_usize % 0xffff_ffff_ffff
    )
}

fn commit(out: &mut String, branch: &str, mark: usize, from: Option<usize>) {
    let _ = write!(
        out,
        "commit refs/remotes/origin/{branch}\nmark :{mark}\ncommitter Ann <ann@example.org> {} +0000\ndata 5\nwork\n",
        1_700_000_000 + mark * 60
    );
    if let Some(from) = from {
        let _ = writeln!(out, "from :{from}");
    }
}

fn revision(out: &mut String, id: &str, parent: &str) {
    let parents = if parent.is_empty() {
        String::new()
    } else {
        format!("\"{parent}\"")
    };
    let _ = write!(
        out,
        "M 100644 inline migrations/{id}.sql\ndata <<END\n-- teammig:\n--   revision: \"{id}\"\n--   parents: [{parents}]\n\
         --   message: Create table {id}\n\n-- migrate:up\nCREATE TABLE t{id} (id integer PRIMARY KEY);\n\n\
         -- migrate:down\nDROP TABLE t{id};\nEND\n\n"
    );
}
