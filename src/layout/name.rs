//! File names of new revisions, from the template in the configuration.

use jiff::{Timestamp, tz::TimeZone};

use crate::model::RevId;

/// Longest slug, in characters, as Alembic's `truncate_slug_length`.
const SLUG_LENGTH: usize = 40;

/// The placeholders of a template.
pub const PLACEHOLDERS: [&str; 11] = [
    "date", "time", "epoch", "revision", "slug", "year", "month", "day", "hour", "minute", "second",
];

/// Checks a template of files with that ending; the error says what is wrong with it.
pub fn check_template(template: &str, extension: &str) -> Result<(), String> {
    let mut rest = template;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else {
            return Err("a `{` is not closed".to_owned());
        };
        if !PLACEHOLDERS.contains(&name) {
            return Err(format!(
                "`{{{name}}}` is not a placeholder; there are {}",
                PLACEHOLDERS.map(|name| format!("{{{name}}}")).join(", ")
            ));
        }
        rest = tail;
    }
    if !template.contains("{revision}") {
        return Err("it must contain {revision}, or two files could get one name".to_owned());
    }
    // As the folders are read: other files would be written and never seen.
    let stem = template.strip_suffix(extension);
    if !stem.is_some_and(|stem| stem.ends_with('.')) {
        return Err(format!("it must end in .{extension}"));
    }
    if template.starts_with('.') {
        return Err("it must not begin with a dot: hidden files are not read".to_owned());
    }
    if template.contains(['/', '\\']) {
        return Err("it names a file, not a folder".to_owned());
    }
    Ok(())
}

/// The file name of a revision.
pub fn file_name(template: &str, id: &RevId, message: &str, created: Timestamp) -> String {
    let zoned = created.to_zoned(TimeZone::UTC);
    let slug = slug(message);
    let dates = [
        ("date", "%Y-%m-%d"),
        ("time", "%H%M%S"),
        ("year", "%Y"),
        ("month", "%m"),
        ("day", "%d"),
        ("hour", "%H"),
        ("minute", "%M"),
        ("second", "%S"),
    ];
    let mut name = template.to_owned();
    for (placeholder, format) in dates {
        let placeholder = format!("{{{placeholder}}}");
        if name.contains(&placeholder) {
            name = name.replace(&placeholder, &zoned.strftime(format).to_string());
        }
    }
    let name = name
        .replace("{epoch}", &created.as_second().to_string())
        .replace("{revision}", id.as_str())
        .replace("{slug}", &slug);
    // Without a message the separator before the slug is left over.
    match (slug.is_empty(), name.rsplit_once('.')) {
        (true, Some((stem, ending))) => format!("{}.{ending}", stem.trim_end_matches(['_', '-'])),
        _ => name,
    }
}

/// The words of a message, in lower case, joined with `_`, cut between words.
pub fn slug(message: &str) -> String {
    let mut slug = String::new();
    for word in message
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
    {
        let word = word.to_lowercase();
        let length = slug.chars().count() + word.chars().count() + 1;
        if !slug.is_empty() && length > SLUG_LENGTH {
            break;
        }
        if !slug.is_empty() {
            slug.push('_');
        }
        slug.extend(word.chars().take(SLUG_LENGTH));
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT: &str = "{date}_{revision}_{slug}.sql";

    #[test]
    fn names() {
        let id = RevId::trusted("7f3a9c21e4b0");
        let at: Timestamp = "2026-11-22T10:30:00Z".parse().unwrap();
        let table = [
            (
                DEFAULT,
                "Add phone_number to users",
                "2026-11-22_7f3a9c21e4b0_add_phone_number_to_users.sql",
            ),
            (DEFAULT, "", "2026-11-22_7f3a9c21e4b0.sql"),
            (
                DEFAULT,
                "../../etc/passwd; rm -rf",
                "2026-11-22_7f3a9c21e4b0_etc_passwd_rm_rf.sql",
            ),
            ("{revision}.sql", "x", "7f3a9c21e4b0.sql"),
            (
                "{epoch}_{time}_{revision}_{slug}.sql",
                "Größe",
                "1795343400_103000_7f3a9c21e4b0_größe.sql",
            ),
            (
                "{year}_{month}_{day}_{hour}{minute}{second}-{revision}_{slug}.py",
                "x",
                "2026_11_22_103000-7f3a9c21e4b0_x.py",
            ),
        ];
        for (template, message, want) in table {
            assert_eq!(file_name(template, &id, message, at), want);
        }
        assert_eq!(
            slug("one two three four five six seven eight nine ten"),
            "one_two_three_four_five_six_seven_eight"
        );
    }

    #[test]
    fn templates() {
        assert_eq!(check_template(DEFAULT, "sql"), Ok(()));
        assert_eq!(check_template("{revision}_{slug}.py", "py"), Ok(()));
        for bad in [
            "{slug}.sql",
            "{revision}.txt",
            "{revision}.SQL",
            ".{revision}.sql",
            "{revision}/{slug}.sql",
            "{rev}.sql",
            "{revision.sql",
        ] {
            assert!(check_template(bad, "sql").is_err(), "{bad}");
        }
    }
}
