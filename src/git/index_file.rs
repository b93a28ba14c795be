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
    pub(super) path: &'a [u8],
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
/// The path's length, or this where it is longer.
const LENGTH: u16 = 0x0fff;

/// Calls `each` with every line of which something is staged, in the order of the file.
pub(super) fn scan(bytes: &[u8], mut each: impl FnMut(Entry<'_>)) -> Option<()> {
    let end = bytes.len().checked_sub(CHECKSUM)?;
    if bytes.get(..4)? != SIGNATURE {
        return None;
    }
    let version = number(bytes, 4)?;
    if !(2..=4).contains(&version) {
        return None;
    }
    let mut at = 12;
    // Version 4 says of a path what it does not share with the one before.
    let mut built: Vec<u8> = Vec::new();
    for _ in 0..number(bytes, 8)? {
        let id = bytes.get(at + STAT..at + STAT + 20)?.try_into().ok()?;
        let flags = at + STAT + 20;
        let word = u16::from_be_bytes(bytes.get(flags..flags + 2)?.try_into().ok()?);
        let mut name = flags + 2;
        let mut meant = false;
        if word & EXTENDED != 0 {
            let more = u16::from_be_bytes(bytes.get(name..name + 2)?.try_into().ok()?);
            meant = more & INTENT_TO_ADD != 0;
            name += 2;
        }
        let mut entry = Entry {
            mode: number(bytes, at + MODE)?,
            id,
            stage: (word >> 12) & 3,
            path: &[],
        };
        if version == 4 {
            let (dropped, from) = offset(bytes, name)?;
            let length = zero(bytes.get(from..end)?)?;
            built.truncate(built.len().checked_sub(dropped)?);
            built.extend_from_slice(&bytes[from..from + length]);
            entry.path = &built;
            if !meant {
                each(entry);
            }
            at = from + length + 1;
        } else {
            let length = match word & LENGTH {
                LENGTH => zero(bytes.get(name..end)?)?,
                length => usize::from(length),
            };
            entry.path = bytes.get(name..name + length)?;
            if !meant {
                each(entry);
            }
            // One zero at least, and as many as make the line a multiple of eight.
            at += (name + length - at) / 8 * 8 + 8;
        }
    }
    extensions(bytes, at, end)
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
            let _ = scan(&bytes, |_| lines += 1);
            prop_assert!(lines <= usize::from(count));
        }
    }
}
