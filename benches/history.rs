//! A long made-up history in a repository: what audits are measured with.

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// Every so many commits a revision lands; the others change something else.
const EVERY: usize = 5;

/// A branch `main` with so many commits. Among its revisions are divergences, all
/// repaired by merge revisions, and edits.
pub(crate) struct History(TempDir);

impl History {
    pub(crate) fn new(commits: usize) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("teammig-bench-")
            .tempdir()
            .unwrap();
        let run = |args: &[&str], input: Stdio| {
            let status = Command::new("git")
                .args(args)
                .current_dir(folder.path())
                .stdin(input)
                .status()
                .unwrap();
            assert!(status.success(), "git {args:?}");
        };
        run(&["init", "-q", "-b", "main"], Stdio::null());
        let stream = folder.path().join("stream");
        fs::write(&stream, stream_of(commits)).unwrap();
        let input = fs::File::open(&stream).unwrap();
        run(&["fast-import", "--quiet"], input.into());
        fs::remove_file(stream).unwrap();
        run(&["reset", "-q", "--hard"], Stdio::null());
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

fn stream_of(commits: usize) -> String {
    let mut out = String::new();
    let mut number = 0;
    let mut heads: Vec<String> = Vec::new();
    // The last revision with its parents: now and then it is edited after it landed.
    let mut last: Option<(String, Vec<String>)> = None;
    for k in 0..commits {
        let _ = write!(
            out,
            "commit refs/heads/main\ncommitter Ann <ann@example.org> {} +0000\ndata 5\nwork\n\
             M 100644 inline src/{}.txt\ndata <<END\n{k}\nEND\n\n",
            1_400_000_000 + k * 3_600,
            k % 50
        );
        if k % EVERY != 0 {
            continue;
        }
        if k % (50 * EVERY) == 0
            && let Some((id, parents)) = &last
        {
            revision(&mut out, id, parents, k);
        }
        let mut add = |parents: &[String]| {
            number += 1;
            let id = format!("{:012x}", number * 0x9e37_79b9_usize % 0xffff_ffff_ffff);
            revision(&mut out, &id, parents, k);
            id
        };
        // One line, and now and then two heads that the next revision joins.
        let parents = std::mem::take(&mut heads);
        heads.push(add(&parents));
        if k % (100 * EVERY) == 100 {
            heads.push(add(&parents));
        }
        last = heads.first().map(|id| (id.clone(), parents));
    }
    out
}

fn revision(out: &mut String, id: &str, parents: &[String], text: usize) {
    let _ = write!(
        out,
        "M 100644 inline migrations/{id}.sql\ndata <<END\n-- teammig:\n--   revision: \"{id}\"\n--   parents: [{}]\n\
         --   message: Create table {text}\n\n-- migrate:up\nCREATE TABLE t{text} (id integer PRIMARY KEY);\n\n\
         -- migrate:down\nDROP TABLE t{text};\nEND\n\n",
        parents
            .iter()
            .map(|parent| format!("\"{parent}\""))
            .collect::<Vec<_>>()
            .join(", ")
    );
}
