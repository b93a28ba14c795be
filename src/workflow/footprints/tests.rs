use std::{cell::RefCell, fs};

use super::*;
use crate::{
    config::Env,
    workflow::{Interrupt, Options},
};

/// A repository with nothing in it, for its cache.
fn repository() -> (tempfile::TempDir, Context) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("migrations")).unwrap();
    let git = std::process::Command::new("git")
        .args(["init", "-q"])
        .current_dir(folder.path())
        .status();
    assert!(git.unwrap().success());
    let context = Context::new(
        folder.path().to_owned(),
        Env::of(&[]),
        Options::default(),
        Interrupt::default(),
    );
    (folder, context.unwrap())
}

/// Scripts by their keys, and which of them were asked for.
struct Library {
    scripts: Vec<&'static str>,
    asked: RefCell<Vec<&'static str>>,
}

impl Library {
    fn new(scripts: &[&'static str]) -> Self {
        Self {
            scripts: scripts.to_vec(),
            asked: RefCell::default(),
        }
    }

    fn text(&self, key: ScriptKey) -> Option<Cow<'_, str>> {
        let script = self
            .scripts
            .iter()
            .find(|one| ScriptKey::of(one, false) == key)?;
        self.asked.borrow_mut().push(script);
        Some(Cow::Borrowed(script))
    }

    fn asked(&self) -> Vec<&'static str> {
        self.asked.take()
    }
}

fn keys(scripts: &[&str]) -> Vec<ScriptKey> {
    scripts
        .iter()
        .map(|script| ScriptKey::of(script, false))
        .collect()
}

fn said(footprints: &[Arc<Footprint>]) -> Vec<String> {
    let one = |footprint: &Arc<Footprint>| {
        let accesses = footprint.accesses().map(|(_, access)| access.to_string());
        accesses.collect::<Vec<_>>().join("; ")
    };
    footprints.iter().map(one).collect()
}

const A: &str = "CREATE TABLE t (a INT)";
const B: &str = "ALTER TABLE t ADD COLUMN b INT";
const C: &str = "ALTER TABLE t RENAME TO u";
const D: &str = "CREATE VIEW v AS SELECT a FROM t";

#[test]
fn what_was_read_once_is_kept_for_the_next_call() {
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        let (_folder, context) = repository();
        let library = Library::new(&[A, B, C]);
        let text = |key| library.text(key);
        let all = keys(&[A, B, C]);
        let mut footprints = Footprints::new(&context, dialect);
        let first = footprints.along(&[], &all, &text).unwrap();
        assert_eq!(library.asked(), [A, B, C], "{dialect}");
        assert_eq!(said(&first).len(), 3);
        assert!(first.iter().all(|one| one.is_known()));
        footprints.along(&[], &all, &text).unwrap();
        footprints.remember();
        let mut again = Footprints::new(&context, dialect);
        assert_eq!(again.along(&[], &all, &text).unwrap(), first);
        assert!(library.asked().is_empty(), "{dialect}");
    }
}

#[test]
fn in_sqlite_a_script_stands_behind_those_before_it() {
    let (_folder, context) = repository();
    let library = Library::new(&[A, B, C, D]);
    let text = |key| library.text(key);
    let mut footprints = Footprints::new(&context, Dialect::Sqlite);
    let mut along = |before: &[&str], scripts: &[&str]| {
        said(
            &footprints
                .along(&keys(before), &keys(scripts), &text)
                .unwrap(),
        )
    };
    along(&[], &[A]);
    library.asked();
    // Two sides of one branch point: what is below is not run again for either.
    let left = along(&[A], &[B]);
    let right = along(&[A], &[C]);
    assert_eq!(library.asked(), [B, C]);
    assert!(left[0].contains("column t.b"), "{left:?}");
    assert!(right[0].contains("renames table t"), "{right:?}");
    // The same script behind others is another one: there, there is no such table.
    let known = along(&[A], &[D]);
    let gone = along(&[A, C], &[D]);
    assert!(known[0].contains("creates view v"), "{known:?}");
    assert_ne!(known, gone);
    // One that is known is run again where one behind it is not.
    library.asked();
    along(&[], &[A, B, D]);
    assert_eq!(library.asked(), [B, D]);
}

#[test]
fn a_script_that_is_not_here_is_unread_and_not_kept() {
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        let (_folder, context) = repository();
        let missing = [ScriptKey::NONE];
        let mut footprints = Footprints::new(&context, dialect);
        let found = footprints.along(&[], &missing, &|_| None).unwrap();
        assert!(!found[0].is_known());
        footprints.remember();
        let cache = context.repo().unwrap().cache();
        assert_eq!(cache.load(file(dialect), VERSION), None);
    }
}

#[test]
fn a_damaged_cache_is_empty() {
    let (_folder, context) = repository();
    let text = |key| {
        Library::new(&[A])
            .text(key)
            .map(|text| Cow::Owned(text.into_owned()))
    };
    let mut footprints = Footprints::new(&context, Dialect::Postgres);
    footprints.along(&[], &keys(&[A]), &text).unwrap();
    footprints.remember();
    let cache = context.repo().unwrap().cache();
    let name = file(Dialect::Postgres);
    let bytes = cache.load(name, VERSION).unwrap();
    assert_eq!(Kept::read(bytes.clone()).unwrap().rows.len(), 1);
    for length in 0..bytes.len() {
        assert!(Kept::read(bytes[..length].to_vec()).is_none(), "{length}");
    }
}
