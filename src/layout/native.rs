//! teammig's own layout: one `.sql` file per revision, a YAML header in the
//! leading comment, dbmate's markers around the two scripts.

use std::ops::Range;

use super::{Body, Layout, header, header_edit, render};
use crate::{
    model::{
        Amended, Finding, Language, Migration, RevId, Revision, Script, SourceFile, near::distance,
    },
    sql,
};

/// The native layout (DESIGN 4.1).
#[derive(Debug, Clone, Copy)]
pub struct Native;

impl Layout for Native {
    fn name(&self) -> &'static str {
        "native"
    }

    fn language(&self) -> Language {
        Language::Sql
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["sql"]
    }

    fn default_template(&self) -> &'static str {
        "{date}_{revision}_{slug}.sql"
    }

    fn parse(&self, file: SourceFile) -> Result<Migration, Box<Finding>> {
        let header = header::parse(&file)?;
        let sections = sections(&file, header.span.end)?;
        Ok(Migration {
            revision: header.revision,
            language: Language::Sql,
            header: header.span,
            up: sections.up,
            down: sections.down,
            down_marker: sections.down_marker,
            file,
        })
    }

    fn locate(&self, migration: &Migration, key: &str, text: &str) -> Range<usize> {
        header::locate(&migration.file, key, text)
    }

    fn with_parents(&self, migration: &Migration, parents: &[RevId]) -> Option<String> {
        let text =
            header_edit::with_parents(&migration.file, &migration.revision.parents, parents)?;
        let wanted = Revision {
            parents: parents.to_vec(),
            ..migration.revision.clone()
        };
        self.says(migration, &wanted, &text).then_some(text)
    }

    fn with_amended(&self, migration: &Migration, entry: &Amended) -> Option<String> {
        let text = header_edit::with_amended(&migration.file, entry)?;
        let mut wanted = migration.revision.clone();
        wanted.amended.push(entry.clone());
        self.says(migration, &wanted, &text).then_some(text)
    }

    fn render(&self, revision: &Revision, body: &Body) -> String {
        render::render(revision, body)
    }
}

impl Native {
    /// The edited text says just what was wanted, with the scripts as they were.
    fn says(self, before: &Migration, wanted: &Revision, text: &str) -> bool {
        let file = SourceFile::new(std::sync::Arc::clone(&before.file.path), text);
        self.parse(file).is_ok_and(|read| {
            read.revision == *wanted
                && read.up_text() == before.up_text()
                && read.down_text() == before.down_text()
        })
    }
}

#[derive(Debug)]
struct Sections {
    up: Script,
    down: Option<Script>,
    down_marker: Option<Range<usize>>,
}

/// A line `-- migrate:up …` or `-- migrate:down …`.
#[derive(Debug)]
struct Marker {
    up: bool,
    /// The whole line without its end.
    line: Range<usize>,
    /// The first byte of the next line.
    next: usize,
    options: Options,
}

#[derive(Debug)]
struct Options {
    transaction: bool,
    foreign_keys_off: bool,
    irreversible: bool,
}

fn sections(file: &SourceFile, from: usize) -> Result<Sections, Box<Finding>> {
    let text = &*file.text;
    if let Some(finding) = nearly(file, from) {
        return Err(finding);
    }
    let markers = markers(file, from)?;
    let Some((first, rest)) = markers.split_first() else {
        return Err(Box::new(
            header::bad("no line `-- migrate:up`")
                .at(file, from..from, "expected below the header")
                .help(
                    "put `-- migrate:up` above the SQL, and `-- migrate:down` above the way back",
                ),
        ));
    };
    if !first.up {
        return Err(Box::new(
            header::bad("`-- migrate:down` stands before `-- migrate:up`")
                .at(file, first.line.clone(), "")
                .help("write the way up first"),
        ));
    }
    if let Some(at) = first_sql(text, from..first.line.start) {
        return Err(Box::new(
            header::bad("SQL above `-- migrate:up`")
                .at(file, at, "this would never run")
                .see(file, first.line.clone(), "the up section starts here")
                .help("move it below the marker"),
        ));
    }
    let extra = match rest {
        [] | [Marker { up: false, .. }] => None,
        [Marker { up: true, .. }, ..] => Some((&rest[0], first)),
        [down, again, ..] => Some((again, if again.up { first } else { down })),
    };
    if let Some((again, before)) = extra {
        return Err(Box::new(
            header::bad("a section stands here twice")
                .at(file, again.line.clone(), "the second one")
                .see(file, before.line.clone(), "the first one")
                .help("a revision has one up and one down section"),
        ));
    }
    let down_marker = rest.first();
    let up_end = down_marker.map_or(text.len(), |marker| marker.line.start);
    let mut down = None;
    if let Some(marker) = down_marker {
        if !marker.options.irreversible {
            down = Some(script(text, marker, text.len()));
        } else if let Some(at) = first_sql(text, marker.next..text.len()) {
            return Err(Box::new(
                header::bad("the down section says `irreversible` and holds SQL")
                    .at(file, at, "")
                    .see(file, marker.line.clone(), "irreversible")
                    .help("remove the word, or the SQL"),
            ));
        }
    }
    Ok(Sections {
        up: script(text, first, up_end),
        down,
        down_marker: down_marker.map(|marker| marker.line.clone()),
    })
}

fn script(text: &str, marker: &Marker, end: usize) -> Script {
    Script {
        has_statement: sql::has_statement(&text[marker.next..end]),
        span: marker.next..end,
        transaction: marker.options.transaction,
        foreign_keys_off: marker.options.foreign_keys_off,
    }
}

fn markers(file: &SourceFile, from: usize) -> Result<Vec<Marker>, Box<Finding>> {
    let text = &*file.text;
    let mut found = Vec::new();
    // Looking for the word first skips the lines of a long script quickly.
    for (at, _) in text[from..].match_indices("migrate:") {
        let at = from + at;
        let start = text[..at].rfind('\n').map_or(0, |n| n + 1);
        let before = text[start..at].trim_start_matches('\u{feff}');
        let Some(between) = before.strip_prefix("--") else {
            continue;
        };
        if !between.trim().is_empty() {
            continue;
        }
        let end = text[at..].find('\n').map_or(text.len(), |n| at + n);
        let next = (end + 1).min(text.len());
        let end = start + text[start..end].trim_end().len();
        let words = &text[at..end];
        let (up, options) = if let Some(options) = words.strip_prefix("migrate:up") {
            (true, options)
        } else if let Some(options) = words.strip_prefix("migrate:down") {
            (false, options)
        } else {
            continue;
        };
        if !options.is_empty() && !options.starts_with(char::is_whitespace) {
            continue;
        }
        found.push(Marker {
            up,
            line: start..end,
            next,
            options: parse_options(file, end - options.len(), options, up)?,
        });
    }
    Ok(found)
}

/// The first line that was meant as a marker and is none: as a comment, it would leave what
/// is below it to the section above, and a way back would run with the way up.
fn nearly(file: &SourceFile, from: usize) -> Option<Box<Finding>> {
    let mut at = from;
    for line in file.text[from..].split_inclusive('\n') {
        let start = at + (line.len() - line.trim_start().len());
        at += line.len();
        let line = line.trim();
        let Some(comment) = line.strip_prefix("--") else {
            continue;
        };
        if let Some(meant) = meant_as(comment.trim_start()) {
            return Some(Box::new(
                header::bad(format!("`{line}` is no marker, and nearly one"))
                    .at(file, start..start + line.len(), "")
                    .help(format!(
                        "write `-- migrate:{meant}`; a comment has to be called otherwise"
                    )),
            ));
        }
    }
    None
}

/// The marker that a comment is nearly: in other case, with blanks in it or a `+` before it,
/// or mistyped.
fn meant_as(comment: &str) -> Option<&'static str> {
    const WORD: &str = "migrate";
    let bare = comment.strip_prefix('+').unwrap_or(comment);
    let word = bare.get(..WORD.len())?;
    if !word.eq_ignore_ascii_case(WORD) {
        return None;
    }
    let rest = bare[WORD.len()..].trim_start();
    let (colon, rest) = match rest.strip_prefix(':') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let rest = rest.trim_start();
    let (section, options) = match rest.find(char::is_whitespace) {
        Some(end) => rest.split_at(end),
        None => (rest, ""),
    };
    let is_option = |word: &str| word.contains(':') || word.eq_ignore_ascii_case("irreversible");
    if !options.split_whitespace().all(is_option) {
        // A sentence.
        return None;
    }
    let all = ["up", "down"];
    let same = all
        .into_iter()
        .find(|name| section.eq_ignore_ascii_case(name));
    if let Some(name) = same {
        let is_one = comment
            .strip_prefix(WORD)
            .and_then(|rest| rest.strip_prefix(':'))
            .is_some_and(|rest| rest.starts_with(name));
        return (!is_one).then_some(name);
    }
    // Without the colon it is any two words.
    let letters = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters
    };
    let is_near = |name: &&str| {
        letters(section) == letters(name) || distance(section, name).is_some_and(|far| far < 2)
    };
    all.into_iter().filter(|_| colon).find(is_near)
}

fn parse_options(
    file: &SourceFile,
    offset: usize,
    text: &str,
    up: bool,
) -> Result<Options, Box<Finding>> {
    let mut options = Options {
        transaction: true,
        foreign_keys_off: false,
        irreversible: false,
    };
    for word in text.split_whitespace() {
        let start = offset + (word.as_ptr() as usize - text.as_ptr() as usize);
        match word {
            "transaction:true" => options.transaction = true,
            "transaction:false" => options.transaction = false,
            "foreign_keys:on" => options.foreign_keys_off = false,
            "foreign_keys:off" => options.foreign_keys_off = true,
            "irreversible" if !up => options.irreversible = true,
            _ => {
                return Err(Box::new(
                    header::bad(format!("unknown option `{word}`"))
                        .at(file, start..start + word.len(), "")
                        .help(if up {
                            "the options are transaction:false and foreign_keys:off"
                        } else {
                            "the options are transaction:false, foreign_keys:off and irreversible"
                        }),
                ));
            }
        }
    }
    if options.foreign_keys_off && !options.transaction {
        return Err(Box::new(
            header::bad("foreign_keys:off needs a transaction")
                .at(file, offset..offset + text.len(), "")
                .help("remove transaction:false: foreign keys are checked before the commit"),
        ));
    }
    Ok(options)
}

/// The first line in a range that is neither blank nor a `--` comment.
fn first_sql(text: &str, within: Range<usize>) -> Option<Range<usize>> {
    let mut at = within.start;
    for line in text[within].split_inclusive('\n') {
        let bare = line.trim();
        if !bare.is_empty() && !bare.starts_with("--") {
            let start = at + (line.len() - line.trim_start().len());
            return Some(start..start + bare.len());
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::NoWayBack;

    fn parse(body: &str) -> Result<Migration, Box<Finding>> {
        let text = format!("-- teammig:\n--   revision: a1\n{body}");
        Native.parse(SourceFile::new("migrations/a.sql", text))
    }

    fn complaint(body: &str) -> String {
        let finding = parse(body).unwrap_err();
        let place = finding.place.unwrap();
        let at = place.file.position(place.span.start);
        format!("{}:{} {}", at.line, at.column, finding.message)
    }

    #[test]
    fn both_sections_with_options() {
        let migration = parse(
            "\n-- migrate:up transaction:false\r\nCREATE INDEX;\n\n--migrate:down foreign_keys:off\nDROP INDEX;\n",
        )
        .unwrap();
        assert_eq!(migration.up_text(), "CREATE INDEX;\n\n");
        assert!(!migration.up.transaction);
        assert_eq!(migration.down_text(), Some("DROP INDEX;\n"));
        assert!(migration.down.unwrap().foreign_keys_off);
    }

    #[test]
    fn no_way_back() {
        let without = parse("-- migrate:up\nSELECT 1;").unwrap();
        assert_eq!(without.no_way_back(), Some(NoWayBack::NoSection));
        let on_purpose = parse("-- migrate:up\n-- migrate:down irreversible\n-- sorry\n").unwrap();
        assert_eq!(on_purpose.no_way_back(), Some(NoWayBack::OnPurpose));
        assert_eq!(on_purpose.up_text(), "");
        for (body, expected) in [
            (
                "-- migrate:up\nSELECT 1;\n-- migrate:down\n",
                Some(NoWayBack::EmptySection),
            ),
            (
                "-- migrate:up\nSELECT 1;\n-- migrate:down\n-- later\n/* DROP */;\n",
                Some(NoWayBack::EmptySection),
            ),
            // As a merge revision is written.
            ("-- migrate:up\n\n-- migrate:down\n", None),
            ("-- migrate:up\n-- nothing\n-- migrate:down", None),
            ("-- migrate:up\nSELECT 1;\n--migrate:down\nSELECT 1", None),
        ] {
            assert_eq!(parse(body).unwrap().no_way_back(), expected, "{body}");
        }
        // It stays a part of what the checksum says.
        let empty = parse("-- migrate:up\nSELECT 1;\n-- migrate:down \n-- x").unwrap();
        assert_eq!(empty.down_text(), Some("-- x"));
        let marker = empty.down_marker.clone().unwrap();
        assert_eq!(&empty.file.text[marker], "-- migrate:down");
    }

    #[test]
    fn a_marker_is_a_line_of_its_own() {
        let migration =
            parse("-- migrate:up\nSELECT '-- migrate:down'; -- migrate:down\n-- migrate:rows\n-- Migrate up to \
             ten rows at once\n")
                .unwrap();
        assert!(migration.down.is_none());
    }

    /// The way back ran with the way up.
    #[test]
    fn a_marker_that_is_written_otherwise() {
        for (line, meant) in [
            ("-- MIGRATE:DOWN", "down"),
            ("-- Migrate:Up", "up"),
            ("-- migrate: down", "down"),
            ("--migrate :down", "down"),
            ("  -- migrate: up transaction:false", "up"),
            ("-- migrate down", "down"),
            ("-- +migrate Down", "down"),
            ("-- migrate:dwon", "down"),
            ("-- migrate:downs Irreversible", "down"),
        ] {
            let body = format!("-- migrate:up\nSELECT 1;\n{line}\nSELECT 2;\n");
            let finding = parse(&body).unwrap_err();
            let said = format!("`{}` is no marker, and nearly one", line.trim());
            assert_eq!(finding.message, said);
            assert!(
                finding
                    .help
                    .unwrap()
                    .contains(&format!("`-- migrate:{meant}`")),
                "{line}"
            );
            let place = finding.place.unwrap();
            assert_eq!(place.file.position(place.span.start).line, 5, "{line}");
        }
        for line in [
            "-- migrate the rows",
            "-- migrate:users",
            "-- Migrate: up to ten rows at once",
            "-- migrated: down",
            "SELECT 'migrate: down'",
        ] {
            let body = format!("-- migrate:up\nSELECT 1;\n{line}\n-- migrate:down\n");
            assert!(parse(&body).is_ok(), "{line}");
        }
    }

    #[test]
    fn complaints_point_at_the_place() {
        let table = [
            ("SELECT 1;\n", "2:18 no line `-- migrate:up`"),
            (
                "-- migrate:down\n",
                "3:1 `-- migrate:down` stands before `-- migrate:up`",
            ),
            (
                "SELECT 1;\n-- migrate:up\n",
                "3:1 SQL above `-- migrate:up`",
            ),
            (
                "-- migrate:up\n-- migrate:up\n",
                "4:1 a section stands here twice",
            ),
            (
                "-- migrate:up\n-- migrate:down\n-- migrate:down\n",
                "5:1 a section stands here twice",
            ),
            (
                "-- migrate:up\n-- migrate:down\n-- migrate:up\n",
                "5:1 a section stands here twice",
            ),
            (
                "-- migrate:up transactions:no\n",
                "3:15 unknown option `transactions:no`",
            ),
            (
                "-- migrate:up irreversible\n",
                "3:15 unknown option `irreversible`",
            ),
            (
                "-- migrate:up\n-- migrate:down irreversible\nSELECT 1;\n",
                "5:1 the down section says `irreversible` and holds SQL",
            ),
            (
                "-- migrate:up transaction:false foreign_keys:off\n",
                "3:14 foreign_keys:off needs a transaction",
            ),
        ];
        for (body, want) in table {
            assert_eq!(complaint(body), want, "{body:?}");
        }
    }
}
