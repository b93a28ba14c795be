//! Whether a command from the configuration may be run here.
//!
//! A configuration comes with a clone or a pull, from people who may be strangers. Its
//! command runs only after somebody said once, in this clone, that it may; as direnv does
//! with `.envrc`. What was allowed is the command line and the folder it runs in: other
//! words are another command. The files that it runs may change, as those of one's tests
//! do. Never asks.

use std::{collections::BTreeSet, fmt::Write as _};

use sha2::{Digest as _, Sha256};

use super::super::Context;
use crate::config::Models;

const FILE: &str = "allowed";
const VERSION: u32 = 1;

/// Somebody said that this command may be run in this clone.
pub(in crate::workflow) fn is_allowed(context: &Context, command: &[String]) -> bool {
    known(context).contains(&print(context, command))
}

/// Whether there is a clone to remember it in.
pub fn is_remembered(context: &Context) -> bool {
    context.repo_if_any().is_some()
}

/// Remembers that the configured command may be run in this clone. Without a
/// repository there is nothing to remember it in.
pub fn allow(context: &Context) {
    if let Some(Models::Command(command)) = &context.config.models {
        remember(context, command);
    }
}

/// Remembers it of a command.
pub(in crate::workflow) fn remember(context: &Context, command: &[String]) {
    if let Some(repo) = context.repo_if_any() {
        let mut known = known(context);
        known.insert(print(context, command));
        if let Ok(bytes) = serde_json::to_vec(&known) {
            repo.cache().store(FILE, VERSION, &bytes);
        }
    }
}

fn known(context: &Context) -> BTreeSet<String> {
    let bytes = context
        .repo_if_any()
        .and_then(|repo| repo.cache().load(FILE, VERSION));
    bytes
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

fn print(context: &Context, command: &[String]) -> String {
    let mut sha = Sha256::new();
    let folder = context.prefix().unwrap_or_default();
    for word in std::iter::once(&folder).chain(command) {
        sha.update(word.len().to_le_bytes());
        sha.update(word.as_bytes());
    }
    let mut out = String::new();
    for byte in sha.finalize() {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}
