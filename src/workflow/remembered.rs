//! Answers kept under the common directory. Most stay true for ever: where two
//! commits part, what differs between two folders.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::git::Repo;

/// Counts up with the meaning of what is remembered.
const VERSION: u32 = 1;
/// More are those of branches and protected states that are gone.
const MOST: usize = 20_000;

/// A cache under the common directory, and whether it is worth writing.
#[derive(Debug)]
pub(super) struct Remembered<T> {
    name: &'static str,
    pub(super) known: HashMap<String, T>,
    grew: bool,
}

impl<T: Serialize + for<'de> Deserialize<'de>> Remembered<T> {
    pub(super) fn load(repo: &Repo, name: &'static str) -> Self {
        let known: HashMap<String, T> = repo
            .cache()
            .load(name, VERSION)
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        let full = known.len() > MOST;
        Self {
            name,
            known: if full { HashMap::new() } else { known },
            grew: false,
        }
    }

    pub(super) fn put(&mut self, key: String, value: T) {
        self.known.insert(key, value);
        self.grew = true;
    }

    pub(super) fn store(&mut self, repo: &Repo) {
        if self.grew
            && let Ok(bytes) = serde_json::to_vec(&self.known)
        {
            repo.cache().store(self.name, VERSION, &bytes);
        }
    }
}
