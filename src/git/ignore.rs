//! What Git is told to leave alone: `.gitignore`.
//!
//! Reads through the repository, so that a rule anywhere (also the user's own)
//! counts; what a file should say is worked out here as text, and written elsewhere.

use std::path::Path;

use super::{GitError, Repo, error::Doing as _};

impl Repo {
    /// Whether some rule leaves this path (below the working tree) out. The file
    /// need not exist.
    pub fn is_ignored(&self, path: &Path) -> Result<bool, GitError> {
        self.graph()
            .is_path_ignored(path)
            .doing(format!("look up whether Git ignores {}", path.display()))
    }
}

/// The line that means just this path, relative to the folder of the `.gitignore`,
/// with forward slashes; `rest` is a pattern that follows it.
pub fn ignore_line(path: &str, rest: &str) -> String {
    let mut line = String::from("/");
    for c in path.chars() {
        if matches!(c, '*' | '?' | '[' | '\\') {
            line.push('\\');
        }
        line.push(c);
    }
    // A blank at the end of a line is none of the pattern's.
    if rest.is_empty() && line.ends_with(' ') {
        line.insert(line.len() - 1, '\\');
    }
    line + rest
}

/// A `.gitignore` with more lines at its end; everything before stays as it is,
/// and its line ends are those of the file.
pub fn with_ignore_lines(text: &[u8], lines: &[String]) -> Vec<u8> {
    let end: &[u8] = if text.windows(2).any(|pair| pair == b"\r\n") {
        b"\r\n"
    } else {
        b"\n"
    };
    let mut out = text.to_vec();
    if !out.is_empty() && !out.ends_with(b"\n") {
        out.extend(end);
    }
    for line in lines {
        out.extend(line.as_bytes());
        out.extend(end);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_mean_one_path() {
        let table = [
            ("dev.db", "", "/dev.db"),
            ("dev.db", "-*", "/dev.db-*"),
            ("var/a b.db", "", "/var/a b.db"),
            ("a[1]*.db", "", "/a\\[1]\\*.db"),
            ("#1.db", "", "/#1.db"),
            ("end ", "", "/end\\ "),
        ];
        for (path, rest, want) in table {
            assert_eq!(ignore_line(path, rest), want);
        }
    }

    #[test]
    fn what_was_there_stays() {
        let lines = ["/a".to_owned(), "/b".to_owned()];
        let table: [(&[u8], &[u8]); 5] = [
            (b"", b"/a\n/b\n"),
            (b"x\n", b"x\n/a\n/b\n"),
            (b"x", b"x\n/a\n/b\n"),
            (b"x\r\ny", b"x\r\ny\r\n/a\r\n/b\r\n"),
            (b"\xff\n\n", b"\xff\n\n/a\n/b\n"),
        ];
        for (text, want) in table {
            assert_eq!(with_ignore_lines(text, &lines), want, "{text:?}");
        }
    }
}
