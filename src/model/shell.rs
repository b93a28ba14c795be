//! Commands that hints show, as a shell takes them: a path with a blank in it would be two.

use std::path::{Component, Path, PathBuf};

/// The way from one folder to another (both absolute, their links followed); `None` where
/// it is the same one. Where nothing is shared, it is the absolute path.
pub fn way(from: &Path, to: &Path) -> Option<String> {
    if from == to {
        return None;
    }
    let mut shared = from.components().zip(to.components());
    let shared = shared.by_ref().take_while(|(a, b)| a == b).count();
    if shared <= 1 && from.components().count() > 1 {
        return Some(to.display().to_string());
    }
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    let way: PathBuf = up.chain(to.components().skip(shared)).collect();
    Some(way.display().to_string())
}

/// Paths as arguments, one after the other.
pub fn words<'a>(paths: impl IntoIterator<Item = &'a str>) -> String {
    paths.into_iter().map(word).collect::<Vec<_>>().join(" ")
}

/// A program with its arguments, options among them.
pub fn line<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let one = |text: &str| match text.strip_prefix('-') {
        // A dash is what makes it an option.
        Some(rest)
            if !rest.is_empty()
                && word(rest.trim_start_matches('-')) == rest.trim_start_matches('-') =>
        {
            text.to_owned()
        }
        _ => word(text),
    };
    words.into_iter().map(one).collect::<Vec<_>>().join(" ")
}

/// A path as one argument of a command line: in single quotes, where it has to be, as POSIX shells read them.
pub fn word(path: &str) -> String {
    // With a dash in front it would be an option.
    let path = if path.starts_with('-') {
        format!("./{path}")
    } else {
        path.to_owned()
    };
    // `~` and `=` mean something in front of a word (zsh), and there only.
    let plain = |c: char| c.is_alphanumeric() || "/._-+,:@%".contains(c);
    if !path.is_empty() && path.chars().all(plain) {
        return path;
    }
    format!("'{}'", path.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_stay_options() {
        let words = ["alembic", "-x", "a=b c", "--sql", "-", "x@-1"];
        assert_eq!(line(words), "alembic -x 'a=b c' --sql ./- x@-1");
    }

    #[test]
    fn ways_between_folders() {
        for (from, to, want) in [
            ("/a/b", "/a/b", None),
            ("/a/b/migrations", "/a/b", Some("..")),
            ("/a", "/a/b/c", Some("b/c")),
            ("/a/x/y", "/a/b", Some("../../b")),
            ("/home/ann", "/srv/app", Some("/srv/app")),
            ("/", "/srv/app", Some("srv/app")),
        ] {
            let found = way(Path::new(from), Path::new(to));
            assert_eq!(found.as_deref(), want, "{from} {to}");
        }
    }

    #[test]
    fn a_path_is_one_word() {
        for (path, want) in [
            (
                "migrations/2026-11-22_7f3a_a.sql",
                "migrations/2026-11-22_7f3a_a.sql",
            ),
            ("größe/a.sql", "größe/a.sql"),
            ("../a+b.sql", "../a+b.sql"),
            ("my db/HEAD", "'my db/HEAD'"),
            ("it's/HEAD", r"'it'\''s/HEAD'"),
            ("a$b/`c`", "'a$b/`c`'"),
            ("-x/HEAD", "./-x/HEAD"),
            ("-x y", "'./-x y'"),
            ("", "''"),
        ] {
            assert_eq!(word(path), want);
        }
        assert_eq!(words(["a b", "c"]), "'a b' c");
    }
}
