//! `~/.pgpass`: passwords by host, port, database and user.
//!
//! The rules: PostgreSQL manual, "The Password File", and libpq's
//! `passwordFromFile`. Reads the file and nothing else; a file that others can
//! read is not used, as with libpq, and the caller is told.

use std::{fs, path::Path};

/// What a connection is looked up by.
pub(super) struct Query<'a> {
    /// As in the URL; for a socket in a default folder `localhost`.
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) dbname: &'a str,
    pub(super) user: &'a str,
}

/// The file's text, unless it is absent or must not be used; then `warn` hears why.
pub(super) fn read(path: &Path, warn: &mut dyn FnMut(&str)) -> Option<String> {
    let data = fs::metadata(path).ok()?;
    if !data.is_file() {
        warn(&format!(
            "password file `{}` is not a plain file and is not used",
            path.display()
        ));
        return None;
    }
    if readable_by_others(&data) {
        warn(&format!(
            "password file `{0}` can be read by others and is not used; run: chmod 0600 {0}",
            path.display()
        ));
        return None;
    }
    match fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) => {
            warn(&format!(
                "password file `{}` cannot be read: {error}",
                path.display()
            ));
            None
        }
    }
}

#[cfg(unix)]
fn readable_by_others(data: &fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&data.permissions()) & 0o077 != 0
}

#[cfg(not(unix))]
fn readable_by_others(_: &fs::Metadata) -> bool {
    // libpq does not look either: the folder is the user's own.
    false
}

/// The password in the first line that fits.
pub(super) fn find(text: &str, query: &Query<'_>) -> Option<String> {
    let port = query.port.to_string();
    text.lines()
        .map(|line| line.trim_end_matches('\r'))
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .find_map(|line| {
            let mut rest = line;
            for value in [query.host, &port, query.dbname, query.user] {
                let (field, after) = field(rest);
                if field != "*" && unescape(field) != value {
                    return None;
                }
                rest = after?;
            }
            // The password may hold `:` as it is; libpq still takes off backslashes.
            Some(unescape(rest))
        })
}

/// Text up to the next `:` that no backslash stands before, and what follows it.
fn field(text: &str) -> (&str, Option<&str>) {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'\\' if !escaped => escaped = true,
            b':' if !escaped => return (&text[..at], Some(&text[at + 1..])),
            _ => escaped = false,
        }
    }
    (text, None)
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => plain.extend(chars.next()),
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const FILE: &str = "\
# comment
db.example:5432:app:alice:first
db.example:*:app:alice:second
*:*:*:bob:with:colons\\\\and\\:escapes
h\\:1:5432:a\\\\b:u:escaped\r
localhost:5432:*:carol:socket

short:5432
";

    #[test]
    fn the_first_line_that_fits_wins() {
        let find = |host, port, dbname, user| {
            find(
                FILE,
                &Query {
                    host,
                    port,
                    dbname,
                    user,
                },
            )
        };
        assert_eq!(find("db.example", 5432, "app", "alice").unwrap(), "first");
        assert_eq!(find("db.example", 6432, "app", "alice").unwrap(), "second");
        assert_eq!(
            find("x", 1, "y", "bob").unwrap(),
            "with:colons\\and:escapes"
        );
        assert_eq!(find("h:1", 5432, "a\\b", "u").unwrap(), "escaped");
        assert_eq!(find("localhost", 5432, "x", "carol").unwrap(), "socket");
        assert_eq!(find("db.example", 5432, "other", "alice"), None);
        assert_eq!(find("short", 5432, "x", "y"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_not_used() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".pgpass");
        let mut warnings = Vec::new();
        let mut warn = |text: &str| warnings.push(text.to_owned());

        assert_eq!(read(&path, &mut warn), None);
        fs::write(&path, FILE).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(read(&path, &mut warn).unwrap(), FILE);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(read(&path, &mut warn), None);
        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].contains("chmod 0600"), "{}", warnings[0]);
    }
}
