//! Variables: of the process, and of the `.env` file beside the configuration.

use std::{fmt, fs, path::Path};

/// The environment of the process, as far as teammig looks at it.
#[derive(Clone)]
pub struct Env {
    process: Vec<(String, String)>,
    dotenv: Vec<(String, String)>,
    unread: Option<String>,
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Env")
    }
}

impl Env {
    /// The environment that this process was started with.
    pub fn process() -> Self {
        Self::new(
            std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
        )
    }

    /// An environment made of pairs, for tests.
    pub fn of(pairs: &[(&str, &str)]) -> Self {
        Self::new(
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    fn new(process: Vec<(String, String)>) -> Self {
        Self {
            process,
            dotenv: Vec::new(),
            unread: None,
        }
    }

    /// The value of a variable: of the process, else of the project's `.env`.
    pub fn get(&self, name: &str) -> Option<&str> {
        find(&self.process, name).or_else(|| find(&self.dotenv, name))
    }

    /// What of `.env` could not be read, in words that hold nothing of its
    /// content. It matters only to those who miss a variable.
    pub(super) fn unread(&self) -> Option<String> {
        self.unread.clone()
    }

    /// Adds the variables of `<folder>/.env`, where there is one. The file is
    /// the application's: lines that are none to us are passed over.
    pub(super) fn read_dotenv(&mut self, folder: &Path) {
        let path = folder.join(".env");
        // Some call the folder of their Python so.
        if !path.is_file() {
            return;
        }
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.unread = Some(format!(".env cannot be read: {error}"));
                return;
            }
        };
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim_start_matches('\u{feff}');
        for pair in dotenvy::from_read_iter(text.as_bytes()) {
            match pair {
                Ok(pair) => self.dotenv.push(pair),
                Err(dotenvy::Error::LineParse(bad, _)) => {
                    self.unread.get_or_insert_with(|| unread_line(text, &bad));
                }
                Err(_) => {
                    self.unread
                        .get_or_insert_with(|| ".env cannot be read".to_owned());
                    break;
                }
            }
        }
    }
}

/// Names the line by its number alone: it may hold a password.
fn unread_line(text: &str, bad: &str) -> String {
    let complains = |line: &str| {
        let first = dotenvy::from_read_iter(line.as_bytes()).next();
        matches!(first, Some(Err(dotenvy::Error::LineParse(same, _))) if same == bad)
    };
    match text.lines().position(complains) {
        Some(at) => format!("line {} of .env does not read as NAME=value", at + 1),
        None => "a line of .env does not read as NAME=value".to_owned(),
    }
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_none_hides_nothing_else() {
        let table = [
            ("A=1\nB=2\n", None),
            (
                "A=1\nAPP_NAME=My App\nB=2\n",
                Some("line 2 of .env does not read as NAME=value"),
            ),
            (
                "\u{feff}A=1\n\nnonsense\nB=2\n",
                Some("line 3 of .env does not read as NAME=value"),
            ),
        ];
        for (text, unread) in table {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join(".env"), text).unwrap();
            let mut env = Env::of(&[]);
            env.read_dotenv(folder.path());
            assert_eq!(
                (env.get("A"), env.get("B")),
                (Some("1"), Some("2")),
                "{text}"
            );
            assert_eq!(env.unread().as_deref(), unread, "{text}");
        }
    }
}
