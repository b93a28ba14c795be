//! Bytes of a cache that tell whether they are what was written: what a disk made of
//! them otherwise is not taken.

use std::hash::{DefaultHasher, Hasher as _};

const ROOM: usize = size_of::<u64>();

/// Where to write behind; [`close`] fills in what is left free in front.
pub(super) fn begin() -> Vec<u8> {
    vec![0; ROOM]
}

/// Seals what was written since [`begin`].
pub(super) fn close(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    let (print, written) = bytes.split_first_chunk_mut()?;
    *print = print_of(written);
    Some(bytes)
}

/// What was written. `None` = it is something else, or damaged.
pub(super) fn open(bytes: &[u8]) -> Option<&[u8]> {
    let (print, written) = bytes.split_first_chunk()?;
    (*print == print_of(written)).then_some(written)
}

/// Another Rust's may differ; then what is kept is made again.
fn print_of(bytes: &[u8]) -> [u8; ROOM] {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish().to_le_bytes()
}
