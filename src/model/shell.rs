//! Commands that hints show, as a shell takes them: a path with a blank in it would be two.

/// Paths as arguments, one after the other.
pub fn words<'a>(paths: impl IntoIterator<Item = &'a str>) -> String {
    paths.into_iter().map(word).collect::<Vec<_>>().join(" ")
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
