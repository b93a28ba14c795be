//! A new native revision as the text of its file.

use std::fmt::Write as _;

use crate::model::Revision;

/// What goes into a new file besides the header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Body {
    /// The up section.
    pub up: Section,
    /// The down section; `None` writes `irreversible`.
    pub down: Option<Section>,
}

/// One section's SQL and options.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Section {
    /// The SQL, with or without a final line end.
    pub sql: String,
    /// `transaction:false`.
    pub no_transaction: bool,
    /// `foreign_keys:off`.
    pub foreign_keys_off: bool,
}

impl Section {
    /// SQL without options.
    pub fn sql(sql: impl Into<String>) -> Self {
        Self {
            sql: sql.into(),
            ..Self::default()
        }
    }

    /// What stands behind `-- migrate:up`, after a blank; nothing where there is none.
    pub fn options(&self) -> &'static str {
        match (self.no_transaction, self.foreign_keys_off) {
            (false, false) => "",
            (true, _) => " transaction:false",
            (false, true) => " foreign_keys:off",
        }
    }
}

/// The text of a new revision's file.
pub fn render(revision: &Revision, body: &Body) -> String {
    let mut out = String::from("-- teammig:\n");
    // Writing to a String cannot fail.
    let _ = writeln!(out, "--   revision: {}", scalar(revision.id.as_str()));
    let _ = writeln!(out, "--   parents: {}", list(&revision.parents));
    for (key, values) in [
        ("depends_on", &revision.depends_on),
        ("labels", &revision.labels),
    ] {
        if !values.is_empty() {
            let _ = writeln!(out, "--   {key}: {}", list(values));
        }
    }
    if !revision.message.is_empty() {
        let _ = writeln!(out, "--   message: {}", scalar(&revision.message));
    }
    if let Some(created) = revision.created {
        let _ = writeln!(out, "--   created: {created}");
    }
    if let Some(proved) = &revision.proved {
        let _ = writeln!(out, "--   proved: {}", scalar(proved));
    }
    let _ = writeln!(out, "\n-- migrate:up{}", body.up.options());
    section(&mut out, &body.up.sql);
    match &body.down {
        Some(down) => {
            let _ = writeln!(out, "\n-- migrate:down{}", down.options());
            section(&mut out, &down.sql);
        }
        None => out.push_str("\n-- migrate:down irreversible\n"),
    }
    out
}

fn section(out: &mut String, sql: &str) {
    let sql = sql.trim_end();
    if !sql.is_empty() {
        out.push_str(sql.trim_start_matches(['\n', '\r']));
        out.push('\n');
    }
}

/// Texts as a YAML flow list.
pub fn list(items: &[impl AsRef<str>]) -> String {
    let items: Vec<String> = items.iter().map(|item| scalar(item.as_ref())).collect();
    format!("[{}]", items.join(", "))
}

/// A text as a YAML scalar: plain where that is safe, else double-quoted.
///
/// A JSON string is a valid YAML double-quoted scalar (YAML 1.2, 1.3).
pub fn scalar(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// A text as a double-quoted YAML scalar.
pub fn quoted(text: &str) -> String {
    // YAML ends a line at these three, JSON lets them stand.
    serde_json::Value::from(text)
        .to_string()
        .replace('\u{85}', "\\u0085")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

fn is_plain(text: &str) -> bool {
    let starts = text.chars().next().is_some_and(char::is_alphabetic);
    let safe = text.chars().all(|c| {
        c.is_alphanumeric()
            || matches!(
                c,
                ' ' | '_' | '-' | '.' | '/' | '(' | ')' | '\'' | '+' | ';'
            )
    });
    let typed = matches!(
        text.to_ascii_lowercase().as_str(),
        "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "y" | "n"
    );
    // `1234`, `12e4` and `0x1f` are numbers to YAML, so ids that begin with a digit
    // need quotes only when every character could belong to a number.
    let digits = text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && text
            .chars()
            .any(|c| matches!(c.to_ascii_lowercase(), 'a' | 'b' | 'c' | 'd' | 'f' | 'g'..='n' | 'p'..='w' | 'y' | 'z'))
        && !text.starts_with("0x");
    (starts && safe && !typed && text.trim() == text && !text.ends_with(':')) || digits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        layout::{Layout as _, Native},
        model::{RevId, SourceFile},
    };

    fn revision(message: &str) -> Revision {
        Revision {
            message: message.to_owned(),
            created: Some("2026-11-22T10:30:00Z".parse().unwrap()),
            ..Revision::new(
                RevId::trusted("7f3a9c21e4b0"),
                vec![
                    RevId::trusted("123456789012"),
                    RevId::trusted("9209a434d045"),
                ],
            )
        }
    }

    #[test]
    fn the_written_form() {
        let body = Body {
            up: Section::sql("ALTER TABLE users ADD COLUMN phone_number text;\n"),
            down: Some(Section::sql("ALTER TABLE users DROP COLUMN phone_number;")),
        };
        let text = render(&revision("Add phone_number: users"), &body);
        assert_eq!(
            text,
            "-- teammig:\n--   revision: 7f3a9c21e4b0\n--   parents: [\"123456789012\", 9209a434d045]\n--   \
             message: \"Add phone_number: users\"\n--   created: 2026-11-22T10:30:00Z\n\n-- migrate:up\nALTER TABLE \
             users ADD COLUMN phone_number text;\n\n-- migrate:down\nALTER TABLE users DROP COLUMN phone_number;\n"
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            message in "[ -~äß\u{2028}\t]{0,40}",
            id in "[0-9a-f_]{1,12}",
            label in "[a-z][a-z0-9_./-]{0,8}",
            depends in proptest::collection::vec("[0-9a-zA-Z_]{1,8}", 0..3),
        ) {
            let mut written = revision(&message);
            written.id = RevId::trusted(&id);
            written.labels = vec![label];
            written.depends_on = depends;
            written.proved = (message.len() % 2 == 0).then(|| format!("independent from {id}"));
            let text = render(&written, &Body { up: Section::sql("SELECT 1;"), down: None });
            let read = Native.parse(SourceFile::new("a.sql", text)).map_err(|f| {
                TestCaseError::fail(format!("{f:?}"))
            })?;
            prop_assert_eq!(read.revision, written);
        }
    }
}
