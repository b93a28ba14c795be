//! Git's index file, read in place: of tens of thousands of lines a hook wants a few, and
//! the library makes a copy of each.
//!
//! The format is that of `gitformat-index(5)`, versions 2 to 4. What is not plainly
//! understood is `None`, and left to the library and to the `git` program: a split or a
//! sparse index, a file that was cut off. The checksum at its end is not verified, as Git
//! itself does not when it reads.

/// One line, as it stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    pub(super) mode: u32,
    /// SHA-1.
    pub(super) id: &'a [u8; 20],
    /// 0 = merged, 1 = the common ancestor, 2 = ours, 3 = theirs.
    pub(super) stage: u16,
    /// A sparse checkout leaves it out of the working tree.
    pub(super) left_out: bool,
    /// That of the path, as far as the flags say it.
    length: u16,
    pub(super) path: &'a [u8],
}

impl Entry<'_> {
    fn is_link(&self) -> bool {
        self.mode & 0o170_000 == 0o120_000
    }
}

const SIGNATURE: &[u8] = b"DIRC";
/// Times, device, owner and size of the file; `mode` is in the middle of them.
const STAT: usize = 40;
const MODE: usize = 24;
const CHECKSUM: usize = 20;
/// There are two more bytes of flags.
const EXTENDED: u16 = 0x4000;
/// `git add -N`: nothing of the file is staged.
const INTENT_TO_ADD: u16 = 0x2000;
/// The working tree need not have the file.
const SKIP_WORKTREE: u16 = 0x4000;
/// The path's length, or this where it is longer.
const LENGTH: u16 = 0x0fff;

/// An index file, and where its lines begin: what was looked at once is found again.
pub(super) struct IndexFile {
    bytes: Vec<u8>,
    /// The lines of which something is staged, which are in the order of their paths; nothing
    /// in version 4, whose lines can only be read one after the other.
    starts: Vec<u32>,
    /// Those of them that are symbolic links.
    links: Vec<u32>,
}

impl IndexFile {
    /// Understands a file; `each` is called with every line of which something is staged, in
    /// the order of the file.
    pub(super) fn of(bytes: Vec<u8>, mut each: impl FnMut(Entry<'_>)) -> Option<Self> {
        let (mut starts, mut links) = (Vec::new(), Vec::new());
        scan(&bytes, |at, entry| {
            if let Some(at) = at {
                if entry.is_link() {
                    links.push(at);
                }
                starts.push(at);
            }
            each(entry);
        })?;
        Some(Self {
            bytes,
            starts,
            links,
        })
    }

    /// Calls `each` with every line again.
    pub(super) fn all(&self, mut each: impl FnMut(Entry<'_>)) {
        if self.starts.is_empty() {
            // It was understood before.
            let _ = scan(&self.bytes, |_, entry| each(entry));
        }
        for at in &self.starts {
            self.at(*at).into_iter().for_each(&mut each);
        }
    }

    /// Calls `each` with every symbolic link.
    pub(super) fn links(&self, mut each: impl FnMut(Entry<'_>)) {
        if self.starts.is_empty() {
            self.all(|entry| {
                if entry.is_link() {
                    each(entry);
                }
            });
        }
        for at in &self.links {
            self.at(*at).into_iter().for_each(&mut each);
        }
    }

    /// Calls `each` with every line whose path begins so.
    pub(super) fn beginning(&self, start: &[u8], mut each: impl FnMut(Entry<'_>)) {
        if self.starts.is_empty() {
            self.all(|entry| {
                if entry.path.starts_with(start) {
                    each(entry);
                }
            });
        }
        let is_before = |at: &u32| self.at(*at).is_some_and(|entry| entry.path < start);
        let first = self.starts.partition_point(is_before);
        for at in &self.starts[first..] {
            match self.at(*at) {
                Some(entry) if entry.path.starts_with(start) => each(entry),
                _ => break,
            }
        }
    }

    fn at(&self, at: u32) -> Option<Entry<'_>> {
        let end = self.bytes.len().checked_sub(CHECKSUM)?;
        Some(plain(&self.bytes, usize::try_from(at).ok()?, end)?.0)
    }
}

/// Calls `each` with every line of which something is staged, in the order of the file, and
/// with where it begins, where it can be read from there.
fn scan(bytes: &[u8], mut each: impl FnMut(Option<u32>, Entry<'_>)) -> Option<()> {
    let end = bytes.len().checked_sub(CHECKSUM)?;
    if bytes.get(..4)? != SIGNATURE {
        return None;
    }
    let version = number(bytes, 4)?;
    let count = number(bytes, 8)?;
    let mut at = 12;
    match version {
        2 | 3 => {
            for _ in 0..count {
                let (entry, meant, next) = plain(bytes, at, end)?;
                if !meant {
                    each(Some(u32::try_from(at).ok()?), entry);
                }
                at = next;
            }
        }
        4 => {
            // It says of a path what it does not share with the one before.
            let mut path: Vec<u8> = Vec::new();
            for _ in 0..count {
                let (entry, meant, name) = facts(bytes, at)?;
                let (dropped, from) = offset(bytes, name)?;
                let length = zero(bytes.get(from..end)?)?;
                path.truncate(path.len().checked_sub(dropped)?);
                path.extend_from_slice(&bytes[from..from + length]);
                if !meant {
                    each(
                        None,
                        Entry {
                            path: &path,
                            ..entry
                        },
                    );
                }
                at = from + length + 1;
            }
        }
        _ => return None,
    }
    extensions(bytes, at, end)
}

/// A line of version 2 or 3, whether nothing of it is staged, and where the next one begins.
fn plain(bytes: &[u8], at: usize, end: usize) -> Option<(Entry<'_>, bool, usize)> {
    let (entry, meant, name) = facts(bytes, at)?;
    let length = match entry.length {
        LENGTH => zero(bytes.get(name..end)?)?,
        length => usize::from(length),
    };
    let path = bytes.get(name..name + length)?;
    // One zero at least, and as many as make the line a multiple of eight.
    let next = at + (name + length - at) / 8 * 8 + 8;
    Some((Entry { path, ..entry }, meant, next))
}

/// A line without its path, whether nothing of it is staged, and where its path is written.
fn facts(bytes: &[u8], at: usize) -> Option<(Entry<'_>, bool, usize)> {
    let fixed: &[u8; STAT + 22] = bytes.get(at..)?.first_chunk()?;
    let word = u16::from_be_bytes([fixed[STAT + 20], fixed[STAT + 21]]);
    let mut name = at + fixed.len();
    let (mut meant, mut left_out) = (false, false);
    if word & EXTENDED != 0 {
        let more = u16::from_be_bytes(*bytes.get(name..)?.first_chunk()?);
        meant = more & INTENT_TO_ADD != 0;
        left_out = more & SKIP_WORKTREE != 0;
        name += 2;
    }
    let entry = Entry {
        mode: u32::from_be_bytes(*fixed[MODE..].first_chunk()?),
        id: fixed[STAT..].first_chunk()?,
        stage: (word >> 12) & 3,
        length: word & LENGTH,
        left_out,
        path: &[],
    };
    Some((entry, meant, name))
}

/// What follows the lines: a name in capitals may be passed over.
fn extensions(bytes: &[u8], mut at: usize, end: usize) -> Option<()> {
    while at < end {
        if !bytes.get(at)?.is_ascii_uppercase() {
            return None;
        }
        let length = usize::try_from(number(bytes, at + 4)?).ok()?;
        at = at.checked_add(8)?.checked_add(length)?;
    }
    (at == end).then_some(())
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?.try_into().ok()?;
    Some(u32::from_be_bytes(four))
}

fn zero(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == 0)
}

/// A number of as many bytes as it takes, as offsets in packs are written; and what
/// follows it.
fn offset(bytes: &[u8], mut at: usize) -> Option<(usize, usize)> {
    let mut byte = *bytes.get(at)?;
    let mut value = usize::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        at += 1;
        byte = *bytes.get(at)?;
        value = (value.checked_add(1)?.checked_mul(128)?) | usize::from(byte & 0x7f);
    }
    Some((value, at + 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_of_several_bytes() {
        for (bytes, want) in [
            (&[0x00][..], 0),
            (&[0x7f], 127),
            (&[0x80, 0x00], 128),
            (&[0xff, 0x7f], 16_511),
        ] {
            assert_eq!(offset(bytes, 0), Some((want, bytes.len())), "{bytes:?}");
        }
        assert_eq!(offset(&[0x80], 0), None);
    }

    /// A line of version 2, or of version 3 where there are more flags.
    fn line(path: &str, kind: u32, flags: Option<u16>) -> Vec<u8> {
        let mut bytes = vec![0; STAT];
        bytes[MODE..MODE + 4].copy_from_slice(&kind.to_be_bytes());
        bytes.extend([7; 20]);
        let length = u16::try_from(path.len()).unwrap().min(LENGTH);
        let extended = flags.map_or(0, |_| EXTENDED);
        bytes.extend((length | extended).to_be_bytes());
        bytes.extend(flags.into_iter().flat_map(u16::to_be_bytes));
        bytes.extend(path.as_bytes());
        bytes.resize(bytes.len() / 8 * 8 + 8, 0);
        bytes
    }

    fn file(lines: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = b"DIRC\0\0\0\x03\0\0\0".to_vec();
        bytes.push(u8::try_from(lines.len()).unwrap());
        bytes.extend(lines.concat());
        bytes.extend([0; CHECKSUM]);
        bytes
    }

    #[test]
    fn what_was_looked_at_once_is_found_again() {
        let (long, file_mode, link) = ("m/".to_owned() + &"x".repeat(5000), 0o100_644, 0o120_000);
        let lines = [
            line("a", file_mode, None),
            line("l", link, None),
            line("m/1", file_mode, Some(SKIP_WORKTREE)),
            line("m/2", link, None),
            line("m/meant", file_mode, Some(INTENT_TO_ADD)),
            line(&long, file_mode, None),
            line("m2", file_mode, None),
        ];
        let mut all = Vec::new();
        let text = |entry: Entry<'_>| String::from_utf8(entry.path.to_vec()).unwrap();
        let index = IndexFile::of(file(&lines), |entry| all.push(text(entry))).unwrap();
        assert_eq!(all, ["a", "l", "m/1", "m/2", &long, "m2"]);
        let mut again = Vec::new();
        index.all(|entry| again.push(text(entry)));
        assert_eq!(again, all);
        let mut found = Vec::new();
        index.links(|entry| found.push(text(entry)));
        assert_eq!(found, ["l", "m/2"]);
        for (start, want) in [
            ("m/", &["m/1", "m/2", &*long][..]),
            ("m", &["m/1", "m/2", &long, "m2"]),
            ("", &["a", "l", "m/1", "m/2", &long, "m2"]),
            ("b", &[]),
            ("z", &[]),
        ] {
            let mut found = Vec::new();
            index.beginning(start.as_bytes(), |entry| {
                assert_eq!(entry.left_out, entry.path == b"m/1");
                found.push(text(entry));
            });
            assert_eq!(found, want, "{start}");
        }
    }

    proptest! {
        /// It is a file that anybody can write.
        #[test]
        fn no_bytes_are_too_much(
            version in 2u8..5,
            count in 0u8..4,
            rest in proptest::collection::vec(any::<u8>(), 0..400),
        ) {
            let mut bytes = b"DIRC\0\0\0".to_vec();
            bytes.extend([version, 0, 0, 0, count]);
            bytes.extend(rest);
            let mut lines = 0;
            if let Some(index) = IndexFile::of(bytes, |_| lines += 1) {
                let mut again = 0;
                index.all(|_| again += 1);
                prop_assert_eq!(again, lines);
                index.links(|_| {});
                index.beginning(b"a", |_| {});
            }
            prop_assert!(lines <= usize::from(count));
        }
    }
}
