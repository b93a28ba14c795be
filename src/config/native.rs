//! An Alembic project whose revisions are imported: both of its sides, and `teammig.yaml`
//! for the new one.
//!
//! The key `alembic:` stays in a native project as long as databases are left to be adopted:
//! it says where the revisions came from, and that URLs are `SQLAlchemy`'s.

use std::path::Path;

use super::{
    Alembic, Config, ConfigError, DEFAULT_FOLDER, FILE_NAME, Folders, Layout,
    alembic::{self, RawAlembic},
    file::parse,
};
use crate::model::{SourceFile, shell};

/// `alembic:` of a native project.
pub(super) fn imported(root: &Path, raw: &RawAlembic) -> Result<Alembic, ConfigError> {
    let alembic = alembic::read(root, raw)?;
    if alembic.file.is_none() {
        return Err(ConfigError::NoAlembic);
    }
    Ok(alembic)
}

impl Config {
    /// The Alembic project that is here, whether or not it was imported already; `None` where
    /// there is none.
    pub fn as_alembic(&self) -> Result<Option<Self>, ConfigError> {
        if self.layout == Layout::Alembic {
            return Ok(Some(self.clone()));
        }
        let alembic = match self.alembic.file {
            Some(_) => Some(self.alembic.clone()),
            None => alembic::find(&self.root, "alembic")?,
        };
        let Some(alembic) = alembic else {
            return Ok(None);
        };
        Ok(Some(Self {
            layout: Layout::Alembic,
            folders: alembic.version_locations.clone(),
            alembic,
            ..self.clone()
        }))
    }

    /// The native project that an Alembic project becomes, in a folder relative to the root
    /// where one is named.
    #[must_use]
    pub fn as_native(&self, theirs: &Self, folder: Option<String>) -> Self {
        let folders = match (folder, self.layout) {
            (Some(folder), _) => vec![folder],
            (None, Layout::Native) => self.folders.clone(),
            // Flask-Migrate keeps its own files in the usual one.
            (None, Layout::Alembic) if self.root.join(DEFAULT_FOLDER).exists() => {
                vec!["revisions".to_owned()]
            }
            (None, Layout::Alembic) => vec![DEFAULT_FOLDER.to_owned()],
        };
        let file_template = match self.layout {
            Layout::Native => self.file_template.clone(),
            Layout::Alembic => None,
        };
        Self {
            layout: Layout::Native,
            folders,
            file_template,
            alembic: theirs.alembic.clone(),
            ..self.clone()
        }
    }

    /// The text of `teammig.yaml` that says what this native project is, made of what stands
    /// there (`None` = no file); `None` where that takes more than lines of its own.
    pub fn native_file(&self, before: Option<&str>) -> Option<String> {
        let folder = self.folders.first()?;
        let ini = self.alembic.file.as_deref()?;
        let mut lines = vec![
            "layout: native".to_owned(),
            format!("migrations: {}", quoted(folder)),
        ];
        let text = before.unwrap_or("# teammig: database migrations that know about Git\n");
        let mut out = String::with_capacity(text.len() + 200);
        let (mut has_alembic, mut dropping) = (false, false);
        for line in text.split_inclusive('\n') {
            let key = line.split_once(':').map(|(key, _)| key);
            if line.starts_with([' ', '\t', '-']) && dropping {
                continue;
            }
            dropping = matches!(key, Some("layout" | "migrations" | "file_template"));
            has_alembic |= key == Some("alembic");
            if !dropping {
                out.push_str(line);
            } else if !lines.is_empty() {
                // Where the first of them stood.
                out.push_str(&lines.join("\n"));
                out.push('\n');
                lines.clear();
            }
        }
        if !out.ends_with('\n') {
            out.push('\n');
        }
        if !has_alembic {
            lines.push(
                "# Where the revisions were imported from; goes when Alembic's files go."
                    .to_owned(),
            );
            lines.push(format!("alembic: {{config: {}}}", quoted(ini)));
        }
        for line in lines {
            out.push_str(&line);
            out.push('\n');
        }
        let read = parse(&SourceFile::new(FILE_NAME, out.as_str())).ok()?;
        let says = read.layout == Some(Layout::Native)
            && read.databases().is_empty()
            && matches!(&read.migrations, Some(Folders(all)) if *all == self.folders);
        says.then_some(out)
    }
}

/// A path as YAML takes it.
fn quoted(path: &str) -> String {
    if shell::word(path) == path {
        path.to_owned()
    } else {
        format!("{path:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Env, defaults};

    fn native(before: Option<&str>) -> Option<String> {
        let config = Config {
            alembic: Alembic {
                file: Some("alembic.ini".to_owned()),
                ..Alembic::default()
            },
            ..defaults("/p".into(), vec!["revisions".to_owned()], Env::of(&[]))
        };
        config.native_file(before)
    }

    #[test]
    fn the_rest_of_the_file_stays() {
        let head = "# teammig: database migrations that know about Git\n";
        let tail = "# Where the revisions were imported from; goes when Alembic's files go.\nalembic: {config: alembic.ini}\n";
        let both = "layout: native\nmigrations: revisions\n";
        for (before, want) in [
            (None, format!("{head}{both}{tail}")),
            (
                Some(
                    "layout: alembic\nmigrations:\n  - a\n  - b\nenvironments:\n  dev: sqlite:///x\n",
                ),
                format!("{both}environments:\n  dev: sqlite:///x\n{tail}"),
            ),
            (
                Some("# why\nalembic:\n  command: [x]\nlayout: alembic"),
                format!("# why\nalembic:\n  command: [x]\n{both}"),
            ),
            (
                Some("environments:\n  dev: sqlite:x"),
                format!("environments:\n  dev: sqlite:x\n{both}{tail}"),
            ),
        ] {
            assert_eq!(native(before), Some(want), "{before:?}");
        }
        // Which of them it is about is for a person to say.
        assert_eq!(native(Some("databases:\n  a: {layout: alembic}\n")), None);
    }
}
