//! Connection service files: named sets of connection parameters.
//!
//! The rules: PostgreSQL manual, "The Connection Service File". The user's file
//! first (`PGSERVICEFILE`, else `~/.pg_service.conf`), then the system's.

use std::{fs, path::PathBuf};

use super::keywords::{Keyword, bad};
use crate::db::error::DbError;

/// The parameters of service `name`, from the first of `files` that defines it.
pub(super) fn load(name: &str, files: &[PathBuf]) -> Result<Vec<(&'static str, String)>, DbError> {
    for path in files {
        let Ok(text) = fs::read_to_string(path) else {
            continue;
        };
        if let Some(found) = find(&text, name, &path.display().to_string())? {
            return Ok(found);
        }
    }
    Err(bad(format!(
        "no service file defines the PostgreSQL service `{name}`"
    )))
}

fn find(
    text: &str,
    name: &str,
    path: &str,
) -> Result<Option<Vec<(&'static str, String)>>, DbError> {
    let mut found = None;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        let place = format!("{path}, line {}", number + 1);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(section) = line.strip_prefix('[') {
            if found.is_some() {
                break;
            }
            if section.strip_suffix(']') == Some(name) {
                found = Some(Vec::new());
            }
            continue;
        }
        let Some(values) = &mut found else { continue };
        let (key, value) = line
            .split_once('=')
            .ok_or_else(|| bad(format!("syntax error in the service file ({place})")))?;
        let keyword = Keyword::find(key)?;
        if keyword.name == "service" || keyword.name == "servicefile" {
            return Err(bad(format!(
                "a service cannot name another service ({place})"
            )));
        }
        keyword.check(value, &place)?;
        values.push((keyword.name, value.to_owned()));
    }
    Ok(found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_section_and_stops_at_the_next() {
        let text = "# x\n[a]\nhost=one\n[b]\nhost=two\nport=5433\n\n[c]\nhost=three\n";
        assert_eq!(
            find(text, "b", "f").unwrap().unwrap(),
            [("host", "two".to_owned()), ("port", "5433".to_owned())]
        );
        assert_eq!(find(text, "d", "f").unwrap(), None);
        for broken in ["[b]\nhost", "[b]\nservice=a", "[b]\nhots=a"] {
            assert!(find(broken, "b", "f").is_err());
        }
    }
}
