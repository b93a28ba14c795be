//! What stands for a file's bytes, as a thing that thousands of are compared and kept.

use std::{
    fmt,
    hash::{Hash, Hasher},
};

use git2::Oid;

/// The full id of a blob.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlobId([u8; 20]);

impl BlobId {
    /// As it is kept; `None` = it has another length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.try_into().ok()?))
    }

    /// To keep it.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Hash for BlobId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // It is a hash itself: eight bytes of it are as good as all.
        state.write_u64(
            self.0
                .first_chunk()
                .map_or(0, |part| u64::from_ne_bytes(*part)),
        );
    }
}

/// For tables of blob ids: a hash of theirs would be one of a hash.
#[derive(Debug, Clone, Copy, Default)]
pub struct BlobHasher(u64);

impl Hasher for BlobHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, part: u64) {
        self.0 ^= part;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl From<Oid> for BlobId {
    fn from(id: Oid) -> Self {
        // Repositories with longer ids are not opened.
        Self(id.as_bytes().try_into().unwrap_or_default())
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value & 15)]);
        let digits = self.0.iter().flat_map(|byte| [byte >> 4, *byte]);
        f.write_str(&digits.map(digit).collect::<String>())
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
