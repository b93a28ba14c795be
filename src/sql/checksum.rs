//! The fingerprint of what a revision does: unmoved by how it is written down.
//!
//! The guard compares fingerprints of months-old revisions, so this format is
//! for ever; a change of it would make every applied revision look edited.
//! It must not depend on a database, on settings or on the machine.
//!
//! What counts is the neutral token stream (see [`super::tokens`]):
//!
//! * Comments, white space and line endings do not count; `a=1` and `a = 1`
//!   are the same, `a b` and `ab` are not.
//! * A token counts byte by byte: the case of keywords and names is an edit, as
//!   are a redundant `;` and everything inside a literal. The body of a
//!   dollar-quoted function is a literal, with its comments and white space.
//! * Only carriage returns before a line feed do not count inside of tokens
//!   either: Git converts those also in literals.
//! * No way back (`None`) and an empty one (`Some("")`) differ: whether a
//!   revision can be undone is a part of what it says.
//!
//! It protects from oversights, not from an author who builds a text that one
//! database and the neutral reading understand differently. Two texts do so by
//! themselves, and may hide an edit in SQLite scripts: a name in brackets with a
//! quote or a comment's beginning in it (`[a--b]`), and a line comment with a
//! lone carriage return.

use sha2::{Digest, Sha256};

use super::tokens::neutral_significant;
use crate::model::Checksum;

/// Bytes that UTF-8 never holds: no text can imitate them.
const END_OF_TOKEN: u8 = 0xff;
const END_OF_SCRIPT: u8 = 0xfe;
const NO_SCRIPT: u8 = 0xfd;

/// Named in front, so that another format can never give the same sums.
const FORMAT: &[u8] = b"teammig checksum 1";

const BUFFER: usize = 4096;

/// The checksum of a revision's scripts.
pub fn checksum(up: &str, down: Option<&str>) -> Checksum {
    let mut hasher = Hasher {
        sha: Sha256::new(),
        buffer: Vec::with_capacity((up.len() + down.map_or(0, str::len) + 64).min(2 * BUFFER)),
    };
    hasher.bytes(FORMAT);
    hasher.script(up);
    match down {
        Some(down) => hasher.script(down),
        None => hasher.bytes(&[NO_SCRIPT]),
    }
    hasher.sha.update(&hasher.buffer);
    Checksum(hasher.sha.finalize().into())
}

/// SHA-256 behind a buffer: tokens are too short to hand over one by one.
struct Hasher {
    sha: Sha256,
    buffer: Vec<u8>,
}

impl Hasher {
    fn script(&mut self, text: &str) {
        let carriage_returns = text.contains('\r');
        for token in neutral_significant(text) {
            let token = token.text(text).as_bytes();
            if carriage_returns {
                self.without_carriage_returns(token);
            } else {
                self.bytes(token);
            }
            self.bytes(&[END_OF_TOKEN]);
        }
        self.bytes(&[END_OF_SCRIPT]);
    }

    fn without_carriage_returns(&mut self, mut token: &[u8]) {
        while let Some(at) = token.iter().position(|byte| *byte == b'\r') {
            let end = super::scan::run(token, at, |byte| byte == b'\r');
            let kept = if token.get(end) == Some(&b'\n') {
                at
            } else {
                end
            };
            self.bytes(&token[..kept]);
            token = &token[end..];
        }
        self.bytes(token);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER {
            self.sha.update(&self.buffer);
            self.buffer.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::checksum;

    fn same(a: &str, b: &str) -> bool {
        checksum(a, None) == checksum(b, None)
    }

    #[test]
    fn the_way_it_is_written_does_not_count() {
        for (a, b) in [
            ("a b", "a  b"),
            ("a=1", "a = 1"),
            ("a b", "a\r\n\tb"),
            ("a", "\u{feff}a"),
            ("a b", "a/* c */b"),
            ("a b", "a -- it's\n b"),
            ("a b", "a -- it's\r\n b"),
            ("a b", "a /* /* nested */ */ b"),
            ("a b", "a /* outer /* it's */ -- */ b"),
            ("", " -- nothing\n/**/"),
            ("'x\ny'", "'x\r\ny'"),
            ("$$x\ny$$", "$$x\r\ny$$"),
            ("\"x\ny\"", "\"x\r\r\ny\""),
            ("f(a,b)", "f (\n  a,\n  b\n)"),
            // One literal in PostgreSQL, wherever the line feed between them stands.
            ("'a'\n'b'", "'a' -- c\n\r\n  'b'"),
        ] {
            assert!(same(a, b), "{a:?} {b:?}");
        }
    }

    #[test]
    fn what_it_says_counts() {
        for (a, b) in [
            ("a b", "ab"),
            ("a", "A"),
            ("a", "a;"),
            ("a;", "a;;"),
            ("'a'", "'b'"),
            ("'a  b'", "'a b'"),
            ("'--a'", "'--b'"),
            ("'a' 'b'", "'a''b'"),
            ("'a'\n'b'", "'ab'"),
            ("'x\ry'", "'x\ny'"),
            ("'x\r'", "'x'"),
            ("\"a b\"", "\"a  b\""),
            ("$$ a $$", "$$ a  $$"),
            ("$$ a -- b\n$$", "$$ a -- c\n$$"),
            ("$a$ $a$", "$b$ $b$"),
            ("< >", "<>"),
            ("a - - b", "a -- b"),
            ("1 2", "12"),
            ("E'a'", "E 'a'"),
            ("'never ends ", "'never ends"),
            ("/* never ends", ""),
        ] {
            assert!(!same(a, b), "{a:?} {b:?}");
        }
    }

    #[test]
    fn a_comment_that_sqlite_would_run_counts() {
        assert!(!same(
            "/* /* */ drop table t; select '*/'",
            "/* /* */ select '*/'"
        ));
        assert!(!same("/* /* */ drop table t; -- */\n", ""));
    }

    #[test]
    fn the_two_scripts_are_kept_apart() {
        assert_ne!(checksum("a", None), checksum("a", Some("")));
        assert_ne!(checksum("a", Some("b")), checksum("a b", Some("")));
        assert_ne!(checksum("a", Some("b")), checksum("b", Some("a")));
        assert_eq!(checksum("a", Some("")), checksum("a", Some(" -- none\n")));
    }

    /// Ledgers hold these sums: they may never change.
    #[test]
    fn the_format_is_pinned() {
        let sum = checksum(
            "CREATE TABLE a (b text DEFAULT 'x'); -- c",
            Some("DROP TABLE a;"),
        );
        assert_eq!(
            sum.to_string(),
            "f428264059622445b2ca8a4bd9b3aadc6826916dcdaac871967df9365082912a"
        );
        assert_eq!(
            checksum("", None).to_string(),
            "726d46833d3b6c002dfee19ab028f744f60f8788f4e67abf1dbe649c688593e2"
        );
    }

    #[test]
    fn long_scripts_are_hashed_whole() {
        let long = "insert into a values ('b');\n".repeat(5_000);
        let edited = format!("{}insert into a values ('c');", &long[..long.len() - 28]);
        assert!(same(&long, &long.replace('\n', " ")));
        assert!(!same(&long, &edited));
    }
}
