//! Which program is the project's own Alembic.
//!
//! The one of the virtual environment that the project's modules live in: another one
//! cannot import `env.py`. Looks only at files and variables; starts nothing.

use std::path::{Path, PathBuf};

use crate::config::Env;

/// The project's Alembic, as it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The program and its first arguments.
    pub words: Vec<String>,
    /// It stands in `teammig.yaml`, which comes from whoever can change that file.
    pub is_configured: bool,
}

/// There is no such program, in the places that were looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFound {
    /// Those, in words.
    pub tried: Vec<String>,
}

/// How a project calls Alembic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// `alembic`.
    Alembic,
    /// `flask db`: Flask-Migrate's env.py works inside of an application alone.
    Flask,
}

impl By {
    /// The program.
    pub fn program(self) -> &'static str {
        match self {
            Self::Alembic => "alembic",
            Self::Flask => "flask",
        }
    }

    fn words(self, program: impl IntoIterator<Item = String>) -> Vec<String> {
        let sub = (self == Self::Flask).then(|| "db".to_owned());
        program.into_iter().chain(sub).collect()
    }
}

/// Programs that run others in a project's environment, with the file that says a project
/// uses them.
const RUNNERS: &[(&str, &str)] = &[
    ("uv.lock", "uv"),
    ("poetry.lock", "poetry"),
    ("pdm.lock", "pdm"),
    ("Pipfile.lock", "pipenv"),
    ("Pipfile", "pipenv"),
];

/// Finds it for a project whose ini stands in `folder`; `top` is the last folder above it
/// that belongs to the project.
pub fn find(
    by: By,
    folder: &Path,
    top: &Path,
    configured: Option<&[String]>,
    env: &Env,
) -> Result<Program, NotFound> {
    if let Some(words) = configured.filter(|words| !words.is_empty()) {
        return Ok(Program {
            words: words.to_vec(),
            is_configured: true,
        });
    }
    let name = by.program();
    let found = |words: Vec<String>| {
        Ok(Program {
            words: by.words(words),
            is_configured: false,
        })
    };
    let mut tried = Vec::new();
    let folders: Vec<&Path> = folder
        .ancestors()
        .take_while(|above| above.starts_with(top))
        .collect();
    for above in &folders {
        for environment in [".venv", "venv"] {
            let program = in_environment(&above.join(environment), name);
            if program.is_file() {
                return found(vec![program.display().to_string()]);
            }
        }
    }
    tried.push(".venv and venv of the project's folders".to_owned());
    if let Some(active) = env.get("VIRTUAL_ENV").filter(|path| !path.is_empty()) {
        let program = in_environment(Path::new(active), name);
        if program.is_file() {
            return found(vec![program.display().to_string()]);
        }
        tried.push(format!("VIRTUAL_ENV ({active})"));
    }
    for (file, runner) in RUNNERS {
        if folders.iter().any(|above| above.join(file).is_file()) {
            if on_path(runner, env).is_some() {
                let words = [*runner, "run", name];
                return found(words.map(str::to_owned).to_vec());
            }
            tried.push(format!(
                "{runner}, which {file} asks for, and which is not in PATH"
            ));
        }
    }
    if on_path(name, env).is_some() {
        return found(vec![name.to_owned()]);
    }
    tried.push("PATH".to_owned());
    Err(NotFound { tried })
}

/// Where a virtual environment has it.
fn in_environment(folder: &Path, name: &str) -> PathBuf {
    if cfg!(windows) {
        folder.join("Scripts").join(format!("{name}.exe"))
    } else {
        folder.join("bin").join(name)
    }
}

fn on_path(name: &str, env: &Env) -> Option<PathBuf> {
    let path = env.get("PATH")?;
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(path)
        .map(|folder| folder.join(&name))
        .find(|program| program.is_file())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::*;

    fn touch(root: &Path, path: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }

    /// The words for a project in `top/app` with these files below `top`, and PATH leading to
    /// `top/path`.
    fn words(files: &[&str]) -> Result<String, NotFound> {
        let top = tempfile::tempdir().unwrap();
        fs::create_dir(top.path().join("app")).unwrap();
        for file in files {
            touch(top.path(), file);
        }
        let path = top.path().join("path");
        let active = top.path().join("active");
        let env = Env::of(&[
            ("PATH", path.to_str().unwrap()),
            ("VIRTUAL_ENV", active.to_str().unwrap()),
        ]);
        let found = find(By::Alembic, &top.path().join("app"), top.path(), None, &env)?;
        let shown = found.words.join(" ");
        Ok(shown.replace(&format!("{}/", top.path().display()), ""))
    }

    #[test]
    #[cfg(unix)]
    fn the_environment_nearest_to_the_project() {
        for (files, want) in [
            (
                &["app/.venv/bin/alembic", ".venv/bin/alembic"][..],
                "app/.venv/bin/alembic",
            ),
            (
                &["venv/bin/alembic", "uv.lock", "path/uv"],
                "venv/bin/alembic",
            ),
            (
                &["active/bin/alembic", "path/alembic"],
                "active/bin/alembic",
            ),
            (&["uv.lock", "path/uv", "path/alembic"], "uv run alembic"),
            (&["app/poetry.lock", "path/poetry"], "poetry run alembic"),
            (&["pdm.lock", "path/pdm"], "pdm run alembic"),
            (&["Pipfile", "path/pipenv"], "pipenv run alembic"),
            (&["path/alembic"], "alembic"),
            // The lock file says what is used, and it is not here.
            (&["uv.lock", "path/alembic"], "alembic"),
        ] {
            assert_eq!(words(files).unwrap(), want, "{files:?}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn flask_has_it_as_a_command_of_its_own() {
        let top = tempfile::tempdir().unwrap();
        touch(top.path(), ".venv/bin/flask");
        let found = find(By::Flask, top.path(), top.path(), None, &Env::of(&[])).unwrap();
        assert!(found.words[0].ends_with(".venv/bin/flask"), "{found:?}");
        assert_eq!(found.words[1..], ["db"]);
    }

    #[test]
    fn what_was_tried_is_told() {
        let tried = words(&["uv.lock"]).unwrap_err().tried.join("; ");
        for part in [
            ".venv and venv",
            "VIRTUAL_ENV (",
            "uv, which uv.lock asks for",
            "PATH",
        ] {
            assert!(tried.contains(part), "{tried}");
        }
    }

    #[test]
    fn what_is_configured_is_taken() {
        let words = ["docker", "exec", "backend", "alembic"].map(str::to_owned);
        let (here, none) = (Path::new("/x"), Env::of(&[]));
        let found = find(By::Flask, here, here, Some(&words), &none);
        assert_eq!(
            found,
            Ok(Program {
                words: words.to_vec(),
                is_configured: true
            })
        );
    }
}
