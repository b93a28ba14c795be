use proptest::prelude::*;

use super::*;
use crate::model::RevId;

fn file(text: &str) -> SourceFile {
    SourceFile::new("migrations/a.sql", text)
}

fn read(text: &str) -> Result<Revision, Box<Finding>> {
    parse(&file(text)).map(|header| header.revision)
}

/// `line:column message / label`, as a person would read the finding.
fn complaint(text: &str) -> String {
    let finding = read(text).unwrap_err();
    let place = finding.place.unwrap();
    let at = place.file.position(place.span.start);
    format!(
        "{}:{} {} / {}",
        at.line, at.column, finding.message, place.label
    )
}

#[test]
fn the_written_form() {
    let revision = read(
        "-- teammig:\n--   revision: 7f3a9c21e4b0\n--   parents: [9209a434d045, ab]\n--   \
         depends_on: [billing]\n--   labels: [net-2]\n--   message: Add phone_number to users\n--   \
         created: 2026-11-22T10:30:00Z\n--   proved: independent from ab\n\n-- migrate:up\n",
    )
    .unwrap();
    assert_eq!(revision.id.as_str(), "7f3a9c21e4b0");
    assert_eq!(revision.parents.len(), 2);
    assert_eq!(revision.depends_on, ["billing"]);
    assert_eq!(revision.labels, ["net-2"]);
    assert_eq!(revision.message, "Add phone_number to users");
    assert_eq!(revision.proved.as_deref(), Some("independent from ab"));
    assert_eq!(
        revision.created.unwrap().to_string(),
        "2026-11-22T10:30:00Z"
    );
}

#[test]
fn all_of_yaml_is_understood() {
    let revision = read(
        "-- Copyright somebody\n--\n\n--teammig:\n--  revision: 'a1'   # comment\n--  parents:\n--    - b1\n--    \
         - \"c1\"\n--  message: >\n--    two\n--    lines\n--  amended: [{was: 01234567, reason: typo}]\n",
    )
    .unwrap();
    assert_eq!(revision.parents.len(), 2);
    assert_eq!(revision.message.trim_end(), "two lines");
    // As written, also where YAML takes it for a number.
    assert_eq!(revision.amended[0].was, "01234567");
    assert_eq!(revision.amended[0].reason, "typo");
}

#[test]
fn numbers_are_ids_too() {
    for text in [
        "-- teammig:\n--   revision: 123456789012\n",
        "-- teammig:\n--   revision: 123456789012 # a comment\n",
    ] {
        assert_eq!(read(text).unwrap().id.as_str(), "123456789012");
    }
}

#[test]
fn complaints_point_at_the_place() {
    let table = [
        ("", "1:1 the file is empty / "),
        (
            "SELECT 1;\n",
            "1:1 no teammig header / expected `-- teammig:` in the leading comment",
        ),
        (
            "-- teammig:\n--   parents: []\n",
            "1:3 the header has no `revision` / the header starts here",
        ),
        (
            "-- teammig:\n--   revision: a-b\n",
            "2:16 character '-' is not allowed in a revision id; use letters, digits and _ / in this id",
        ),
        (
            "-- teammig:\n--   revision: a\n--   parent: [b]\n",
            "3:6 unknown key `parent` in the header / not a key of a revision",
        ),
        (
            "-- teammig:\n--   revision: a\n--   revision: b\n",
            "3:6 the header has `revision` twice / the second one",
        ),
        (
            "-- teammig:\n--   revision: a\n--   parents: b\n",
            "3:15 the header cannot be read as YAML / parents: invalid type: string \"b\", expected a sequence",
        ),
        (
            "-- teammig:\n--   revision: a\n--   parents: [b, b]\n",
            "3:16 parent b is named twice / ",
        ),
        (
            "-- teammig:\n--   revision: a\n--   parents: [b\n-- migrate:up\n",
            "3:3 the header cannot be read as YAML / did not find expected ',' or ']'",
        ),
        (
            "-- teammig:\n--   revision: a\n--   labels: [4x]\n",
            "3:15 `4x` cannot be a label / ",
        ),
        (
            "-- teammig:\n--   revision: a\n--   amended: [{was: 1234567, reason: x}]\n",
            "3:22 `1234567` is no beginning of a checksum / ",
        ),
        (
            "-- teammig:\n--   revision: a\n--   amended: [{was: 1234567g, reason: x}]\n",
            "3:22 `1234567g` is no beginning of a checksum / ",
        ),
        (
            "-- teammig:\n--   revision: a\n--   amended: [{was: 12345678, reason: ' '}]\n",
            "3:22 an entry of `amended` gives no reason / this one",
        ),
        (
            "-- teammig:\n--   revision: a\n--   amended: [{was: 12345678}]\n",
            "3:16 the header cannot be read as YAML / amended[0]: missing field `reason`",
        ),
        (
            "-- teammig:\r\n--   revision: a\r\n--   created: yesterday\r\n",
            "3:15 `yesterday` is not a point in time / failed to parse",
        ),
    ];
    for (text, want) in table {
        let got = complaint(text);
        assert!(got.starts_with(want), "{text:?}\n want {want}\n got  {got}");
    }
}

/// A quoted key was passed over, so a revision with quoted parents became a base.
#[test]
fn quoted_keys_are_keys() {
    let revision = read("-- teammig:\n--   \"revision\": a1\n--   'parents': [b1]\n").unwrap();
    assert_eq!(revision.id.as_str(), "a1");
    assert_eq!(revision.parents.len(), 1);
    let revision = read("-- teammig:\n--   revision: a1\n--   \"parents\": [b1]\n").unwrap();
    assert_eq!(revision.parents.len(), 1);
    for text in [
        "-- teammig:\n--   revision: a1\n--   \"parnts\": [b1]\n",
        "-- teammig:\n--   \"parnts\": [b1]\n--   revision: a1\n",
    ] {
        assert!(complaint(text).contains("unknown field `parnts`"), "{text}");
    }
    read("-- teammig:\n--   revision: a1\n--   parents [b1]\n").unwrap_err();
}

/// `0o17` became `15` as soon as another field went over two lines.
#[test]
fn ids_are_taken_as_written() {
    let revision = read(
        "-- teammig:\n--   revision: 0o17\n--   parents:\n--     - 12e4 # not a float\n--     - 0x1f\n--     - \
         true\n--   depends_on: [1_0,\n--     1.50]\n--   message: 007\n",
    )
    .unwrap();
    assert_eq!(revision.id.as_str(), "0o17");
    let parents: Vec<&str> = revision.parents.iter().map(RevId::as_str).collect();
    assert_eq!(parents, ["12e4", "0x1f", "true"]);
    assert_eq!(revision.depends_on, ["1_0", "1.50"]);
    assert_eq!(revision.message, "007");
    let text = "-- teammig:\n--   revision: a1\n--   parents:\n--     - 0x10\n--     - 16\n";
    assert!(complaint(text).contains("not a text"), "{text}");
}

proptest! {
    #[test]
    fn never_panics(text in "(-- ?teammig:\n)?(--[ \ta-z:\\[\\]{}#&*!|>'\"%@`,0-9ä-]{0,20}\r?\n){0,6}") {
        let _ = read(&text);
    }

    /// Where the direct reading and YAML both accept a text, they agree on it.
    #[test]
    fn plain_and_yaml_agree(value in "[ -~äß]{1,24}") {
        let text = format!("-- teammig:\n--   revision: a1\n--   message: {value}\n");
        let file = file(&text);
        let block = find_block(&text).unwrap();
        let plain = read_plain(&text, &block).and_then(|raw| raw.message);
        let yaml = read_yaml(&file, &block).ok().and_then(|raw| raw.message);
        if let (Some(plain), Some(yaml)) = (plain, yaml) {
            prop_assert_eq!(plain, yaml);
        }
    }
}
