//! What a cache keeps in bytes that anything could be read out of, with a print of them.
//!
//! A disk may make something else of a file, and so may anybody who writes to it: of that,
//! nothing is taken.

/// The bytes as they are kept.
pub(super) fn seal(mut bytes: Vec<u8>) -> Vec<u8> {
    let print = print_of(&bytes);
    bytes.extend(print);
    bytes
}

/// The bytes that were kept. `None` = they are something else, or damaged.
pub(super) fn open(kept: &[u8]) -> Option<&[u8]> {
    let (bytes, print) = kept.split_last_chunk()?;
    (*print == print_of(bytes)).then_some(bytes)
}

/// Each step leads from different prints to different ones, so that a single change is never
/// lost. It is taken of a megabyte before each commit, eight bytes at a time.
fn print_of(bytes: &[u8]) -> [u8; size_of::<u64>()] {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let step = |print: u64, word: u64| (print ^ word).wrapping_mul(SPREAD).rotate_left(29);
    let (words, rest) = bytes.as_chunks();
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let print = words.iter().fold(step(SPREAD, length), |print, word| {
        step(print, u64::from_le_bytes(*word))
    });
    let print = rest
        .iter()
        .fold(print, |print, byte| step(print, u64::from(*byte)));
    (print ^ (print >> 32)).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_was_sealed_is_opened() {
        for bytes in [&b""[..], b"bytes"] {
            let sealed = seal(bytes.to_vec());
            assert_eq!(open(&sealed), Some(bytes));
        }
    }

    proptest! {
        #[test]
        fn the_start_of_it_is_nothing(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let sealed = seal(bytes);
            for length in 0..sealed.len() {
                prop_assert!(open(&sealed[..length]).is_none(), "{length}");
            }
        }

        #[test]
        fn nothing_is_taken_of_what_is_damaged(
            bytes in proptest::collection::vec(any::<u8>(), 0..40),
            at in any::<prop::sample::Index>(),
            bits in 1_u8..,
        ) {
            let mut sealed = seal(bytes);
            let at = at.index(sealed.len());
            sealed[at] ^= bits;
            prop_assert!(open(&sealed).is_none());
        }
    }
}
