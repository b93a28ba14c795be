//! Alembic's layout: one Python module per revision, as `alembic revision` writes it.
//!
//! Modules are parsed and never run, so a commit of anybody can be read. What Alembic would
//! take from a module by importing it is taken from what is written there; where it would
//! have to be computed, that is said, and the graph is not guessed.

mod calls;
mod docstring;
mod edit;
mod env;
mod evidence;
mod module;
mod render;
mod shape;

pub use env::version_table;
pub use evidence::python_evidence;

use std::ops::Range;

pub(super) use self::calls::{footprint, linted};
use self::{
    docstring::Docstring,
    module::{Assigned, Function, Module, Value},
    shape::Part,
};
use super::{Body, Layout, header};
use crate::model::{
    Amended, Checksum, Finding, Language, Migration, RevId, Revision, Script, SourceFile,
};

/// The characters that Alembic does not take in an id (script/revision.py,
/// `_revision_illegal_chars`), and white space, which no command line could name.
const ILLEGAL: [char; 4] = ['@', '-', '+', ':'];

/// The comments of ours in a module begin with this.
const OURS: &str = "teammig:";

/// Alembic's layout (DESIGN 10).
#[derive(Debug, Clone, Copy)]
pub struct Alembic;

/// Why a module is no Python of today, and where: Alembic cannot import it.
pub fn syntax_error(text: &str) -> Option<(Range<usize>, String)> {
    let module = Module::read(text);
    let error = module.parsed.errors().first()?;
    let (start, end) = (error.location.start(), error.location.end());
    Some((start.to_usize()..end.to_usize(), error.error.to_string()))
}

/// Whether a function of a module does anything, by its text alone; `None` = that is none.
pub fn acts(script: &str) -> Option<bool> {
    if !["def ", "async ", "@"]
        .iter()
        .any(|start| script.starts_with(start))
    {
        return None;
    }
    let module = Module::read(script);
    Some(module.upgrade.or(module.downgrade)?.acts)
}

impl Layout for Alembic {
    fn name(&self) -> &'static str {
        "alembic"
    }

    fn language(&self) -> Language {
        Language::Python
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["py"]
    }

    fn default_template(&self) -> &'static str {
        "{revision}_{slug}.py"
    }

    fn parse(&self, file: SourceFile) -> Result<Migration, Box<Finding>> {
        let module = Module::read(&file.text);
        let revision = read(&file, &module)?;
        let end = file.text.len();
        let script = |function: Option<&Function>| Script {
            span: function.map_or(end..end, |one| one.span.clone()),
            transaction: true,
            foreign_keys_off: false,
            has_statement: function.is_some_and(|one| one.acts),
        };
        let down = module.downgrade.as_ref();
        Ok(Migration {
            revision,
            language: Language::Python,
            header: 0..module.header_end(),
            up: script(module.upgrade.as_ref()),
            down: down.filter(|one| !one.raises).map(|one| script(Some(one))),
            down_marker: down.map(|one| one.span.clone()),
            file,
        })
    }

    fn locate(&self, migration: &Migration, key: &str, text: &str) -> Range<usize> {
        let module = Module::read(&migration.file.text);
        if key == "proved" {
            return ours(&module, key).next().map_or(0..0, |(_, span)| span);
        }
        let key = match key {
            "parents" => "down_revision",
            "labels" => "branch_labels",
            key => key,
        };
        let Some(assigned) = module.assigned(key) else {
            return 0..0;
        };
        let named = assigned.value.texts().iter();
        let mut named = named.filter(|one| one.value.as_deref() == Some(text));
        match named.next() {
            Some(one) => one.span.clone(),
            None => assigned.span.clone(),
        }
    }

    fn with_parents(&self, migration: &Migration, parents: &[RevId]) -> Option<String> {
        let text = edit::with_parents(migration, parents)?;
        let wanted = Revision {
            parents: parents.to_vec(),
            ..migration.revision.clone()
        };
        self.says(migration, &wanted, &text).then_some(text)
    }

    fn with_amended(&self, migration: &Migration, entry: &Amended) -> Option<String> {
        let text = edit::with_amended(migration, entry);
        let mut wanted = migration.revision.clone();
        wanted.amended.push(Amended {
            reason: edit::one_line(&entry.reason),
            ..entry.clone()
        });
        self.says(migration, &wanted, &text).then_some(text)
    }

    fn render(&self, revision: &Revision, body: &Body) -> String {
        render::render(revision, body)
    }
}

impl Alembic {
    /// The text with what was tried of a merge revision's sides; `None` = it would not be
    /// read back.
    pub fn with_proved(self, migration: &Migration, proved: &str) -> Option<String> {
        let text = edit::with_proved(migration, proved);
        let wanted = Revision {
            proved: Some(proved.to_owned()),
            ..migration.revision.clone()
        };
        self.says(migration, &wanted, &text).then_some(text)
    }

    /// The edited text says just what was wanted, and does what it did.
    fn says(self, before: &Migration, wanted: &Revision, text: &str) -> bool {
        let file = SourceFile::new(std::sync::Arc::clone(&before.file.path), text);
        self.parse(file)
            .is_ok_and(|read| read.revision == *wanted && checksum(&read) == checksum(before))
    }
}

/// The checksum of a revision's module.
pub(super) fn checksum(migration: &Migration) -> Checksum {
    fingerprint(&migration.file.text, Part::Whole)
}

/// The same of all but `downgrade()`.
pub(super) fn up_checksum(migration: &Migration) -> Checksum {
    fingerprint(&migration.file.text, Part::WithoutDowngrade)
}

fn fingerprint(text: &str, part: Part) -> Checksum {
    shape::checksum(text, &Module::read(text).parsed, part)
}

/// What a module says of its revision.
fn read(file: &SourceFile, module: &Module) -> Result<Revision, Box<Finding>> {
    let id = identifier(file, module)?;
    let parents = match module.assigned("down_revision") {
        None => Vec::new(),
        Some(assigned) => {
            let names = names(file, assigned, "down_revision")?;
            names
                .into_iter()
                .map(|(name, span)| rev_id(file, &name, span))
                .collect::<Result<_, _>>()?
        }
    };
    let depends_on = match module.assigned("depends_on") {
        None => Vec::new(),
        Some(assigned) => {
            let names = names(file, assigned, "depends_on")?;
            names.into_iter().map(|(name, _)| name).collect()
        }
    };
    let said = Docstring::read(module.docstring.as_ref().map_or("", |(text, _)| text));
    Ok(Revision {
        depends_on,
        labels: labels(file, module),
        message: said.message,
        created: said.created,
        proved: ours(module, "proved").next().map(|(text, _)| text),
        amended: amended(module),
        ..Revision::new(id, parents)
    })
}

fn identifier(file: &SourceFile, module: &Module) -> Result<RevId, Box<Finding>> {
    let Some(assigned) = module.assigned("revision") else {
        return Err(Box::new(
            header::bad("no `revision` is assigned in this file")
                .at(file, 0..0, "")
                .help("Alembic stops at such a file, too; a revision begins with `revision = \"…\"`, and other modules belong outside of the versions folder"),
        ));
    };
    match &assigned.value {
        Value::Text(one) => match &one.value {
            Some(id) => rev_id(file, id, one.span.clone()),
            None => Err(computed(file, assigned.span.clone(), "revision")),
        },
        Value::Computed => Err(computed(file, assigned.span.clone(), "revision")),
        Value::None | Value::Many(_) => Err(Box::new(
            header::bad("`revision` is one text")
                .at(file, assigned.span.clone(), "")
                .help("write `revision = \"…\"`"),
        )),
    }
}

fn rev_id(file: &SourceFile, text: &str, span: Range<usize>) -> Result<RevId, Box<Finding>> {
    let illegal = |c: char| ILLEGAL.contains(&c) || c.is_whitespace() || c.is_control();
    let message = match text.chars().find(|c| illegal(*c)) {
        None if !text.is_empty() => return Ok(RevId::trusted(text)),
        None => "a revision id may not be empty".to_owned(),
        Some(c) => format!("character {c:?} is not allowed in a revision id"),
    };
    Err(Box::new(
        header::bad(message)
            .at(file, span, "")
            .help("Alembic refuses it, too; use letters, digits and _"),
    ))
}

/// The texts of a value, with their places; an empty one is none.
fn names(
    file: &SourceFile,
    assigned: &Assigned,
    key: &str,
) -> Result<Vec<(String, Range<usize>)>, Box<Finding>> {
    if assigned.value == Value::Computed {
        return Err(computed(file, assigned.span.clone(), key));
    }
    let mut out = Vec::new();
    for one in assigned.value.texts() {
        match &one.value {
            Some(name) if name.is_empty() => {}
            Some(name) => out.push((name.clone(), one.span.clone())),
            None => return Err(computed(file, one.span.clone(), key)),
        }
    }
    Ok(out)
}

/// The labels; one that is computed is known by how it is written.
fn labels(file: &SourceFile, module: &Module) -> Vec<String> {
    let Some(assigned) = module.assigned("branch_labels") else {
        return Vec::new();
    };
    let written = |span: &Range<usize>| file.text[span.clone()].to_owned();
    if assigned.value == Value::Computed {
        return vec![written(&assigned.span)];
    }
    let texts = assigned.value.texts().iter();
    texts
        .map(|one| one.value.clone().unwrap_or_else(|| written(&one.span)))
        .filter(|name| !name.is_empty())
        .collect()
}

fn computed(file: &SourceFile, span: Range<usize>, key: &str) -> Box<Finding> {
    Box::new(
        header::bad(format!(
            "`{key}` is computed; teammig does not run migrations to read them"
        ))
        .at(file, span, "not a text that is written here")
        .help(format!("write the value itself: `{key} = \"…\"`")),
    )
}

/// The comments of ours with a key, and what they say.
fn ours<'a>(module: &'a Module, key: &'a str) -> impl Iterator<Item = (String, Range<usize>)> + 'a {
    module.comments.iter().filter_map(move |(text, span)| {
        let rest = text.strip_prefix(OURS)?.trim_start().strip_prefix(key)?;
        rest.starts_with(char::is_whitespace)
            .then(|| (rest.trim().to_owned(), span.clone()))
    })
}

/// The decisions to change it: `# teammig: amended <checksum> <reason>`.
fn amended(module: &Module) -> Vec<Amended> {
    ours(module, "amended")
        .filter_map(|(text, _)| {
            let (was, reason) = text.split_once(char::is_whitespace).unwrap_or((&text, ""));
            let is_sum = was.len() >= Amended::FEWEST && was.chars().all(|c| c.is_ascii_hexdigit());
            is_sum.then(|| Amended {
                was: was.to_ascii_lowercase(),
                options: None,
                reason: reason.trim().to_owned(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
