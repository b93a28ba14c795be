//! Verdicts that were found before, under the Git common directory: by what all the
//! revisions say to the letter (a verdict points into them), what they run on, and who judged.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::sides::Sides;
use crate::{
    db::Likeness,
    model::{
        Language,
        verdict::{Remark, Verdict},
    },
    workflow::{Context, Prepared, remembered::Remembered},
};

/// Counts up with what an experiment can tell.
const FORMAT: u32 = 6;

/// The verdicts of this clone, and the name of the one that is asked for.
pub(super) struct Kept<'a> {
    context: &'a Context,
    key: String,
    verdicts: Option<Remembered<(Verdict, Vec<Remark>)>>,
}

impl<'a> Kept<'a> {
    pub(super) fn load(context: &'a Context, sides: &Sides, on: &Likeness) -> Self {
        let repo = context.repo_if_any();
        Self {
            context,
            key: key(
                sides,
                &on.fingerprint(),
                &format!("{:?}\n{}", context.leave_out(), env_py(context)),
            ),
            verdicts: repo.map(|repo| Remembered::load(repo, "verdicts")),
        }
    }

    pub(super) fn get(&self) -> Option<(Verdict, Vec<Remark>)> {
        self.verdicts.as_ref()?.known.get(&self.key).cloned()
    }

    pub(super) fn put(&mut self, verdict: &Verdict, remarks: &[Remark]) {
        if let (Some(verdicts), Some(repo)) = (&mut self.verdicts, self.context.repo_if_any()) {
            let value = (verdict.clone(), remarks.to_vec());
            verdicts.put(self.key.clone(), value);
            verdicts.store(repo);
        }
    }
}

/// The module that says how Alembic runs the others.
fn env_py(context: &Context) -> String {
    let alembic = &context.config.alembic;
    let folder = alembic.script_location.as_ref();
    let path = folder.map(|folder| context.config.root.join(folder).join("env.py"));
    let text = path.and_then(|path| std::fs::read_to_string(path).ok());
    text.unwrap_or_default()
}

/// All that a verdict depends on, in short.
fn key(sides: &Sides, on: &str, leave_out: &str) -> String {
    let mut text = format!(
        "{FORMAT} {}\n{on}\n{leave_out}\n",
        env!("CARGO_PKG_VERSION")
    );
    let mut add = |what: &str, steps: &[Prepared]| {
        for step in steps {
            let script = step.script();
            // A module means all that stands in it.
            let whole = match sides.language {
                Language::Sql => &script.text,
                Language::Python => step.file_text(),
            };
            let _ = writeln!(
                text,
                "{what} {} {} {} {}\n{}",
                step.step.revision,
                script.transaction,
                script.foreign_keys_off,
                whole.len(),
                whole
            );
        }
    };
    add("below", &sides.history);
    for line in 0..sides.count() {
        add(&format!("line {line}"), sides.line(line));
    }
    let mut hex = String::new();
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
