use super::{Construct, Unclosed, statements};
use crate::model::Dialect::{self, Postgres, Sqlite};

fn split(text: &str, dialect: Dialect) -> Vec<&str> {
    statements(text, dialect)
        .iter()
        .map(|statement| statement.text(text))
        .collect()
}

#[track_caller]
fn both(text: &str, wanted: &[&str]) {
    assert_eq!(split(text, Sqlite), wanted);
    assert_eq!(split(text, Postgres), wanted);
}

/// Statements that contain semicolons, and one behind to see them end.
#[track_caller]
fn whole(dialect: Dialect, texts: &[&str]) {
    for text in texts {
        let script = format!("{text};\nSELECT 1");
        assert_eq!(split(&script, dialect), [text, "SELECT 1"]);
        let parts = statements(&script, dialect);
        assert!(parts.iter().all(|part| part.unclosed.is_none()), "{text}");
    }
}

#[test]
fn semicolons_divide() {
    both("", &[]);
    both(" -- a;\n ;; /* b; */ ;", &[]);
    both("a", &["a"]);
    both("a;b;", &["a", "b"]);
    both("-- x\n a /* y */ b -- z\n ; -- end", &["a /* y */ b"]);
    both(
        "a ';' b; \"c;\"; 'it''s;';",
        &["a ';' b", "\"c;\"", "'it''s;'"],
    );
    assert_eq!(split("`a;`; [b;]; $c;", Sqlite), ["`a;`", "[b;]", "$c"]);
    assert_eq!(
        split("DO $$ BEGIN; END $$; E'\\';'; a$$;b$$;", Postgres),
        ["DO $$ BEGIN; END $$", "E'\\';'", "a$$", "b$$"]
    );
}

#[test]
fn parentheses_hold_semicolons_in_postgres() {
    whole(
        Postgres,
        &["CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM (b))"],
    );
    assert_eq!(split("a); b", Postgres), ["a)", "b"]);
    assert_eq!(split("a (b; c", Sqlite), ["a (b", "c"]);
}

#[test]
fn bodies_of_routines() {
    whole(
        Postgres,
        &[
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END",
            "create or replace procedure p() begin atomic end",
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; \
             SELECT (CASE WHEN b THEN (2) END); END",
            "CREATE FUNCTION f() RETURNS int BEGIN /* c */ ATOMIC SELECT 1 AS end; SELECT a.case; END",
            "CREATE FUNCTION begin() RETURNS begin LANGUAGE sql RETURN 1",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1; END'",
            "CREATE FUNCTION f(a int = CASE WHEN true THEN 1 END) RETURNS int RETURN a",
        ],
    );
    assert_eq!(
        split("CREATE TABLE begin; atomic; BEGIN; END", Postgres).len(),
        4
    );
}

#[test]
fn triggers() {
    whole(
        Sqlite,
        &[
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; SELECT 2; END",
            "create temp trigger t after insert on a begin select 1 ; /* c */ end",
            "CREATE TEMPORARY TRIGGER IF NOT EXISTS t AFTER UPDATE ON a WHEN CASE WHEN 1 THEN 2 END \
             BEGIN SELECT CASE 1 WHEN 2 THEN 3 END; UPDATE a SET b = CASE WHEN c THEN d ELSE e END; END",
            "EXPLAIN QUERY PLAN CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END",
        ],
    );
    assert_eq!(split("CREATE TABLE trigger (a); END; b", Sqlite).len(), 3);
    assert_eq!(
        split("CREATE TRIGGER t AFTER INSERT ON a BEGIN; END; b", Postgres).len(),
        3
    );
    let last = "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END";
    assert_eq!(statements(last, Sqlite)[0].unclosed, None);
}

#[test]
fn what_is_not_closed_is_in_the_last_statement() {
    let cases = [
        ("a; b 'c; d", Sqlite, Construct::String, 5),
        ("a; b $x$c; d", Postgres, Construct::DollarString, 5),
        ("a; b \"c; d", Postgres, Construct::QuotedIdent, 5),
        ("a; b /* c; d", Postgres, Construct::Comment, 5),
        ("a; /* b; c", Postgres, Construct::Comment, 3),
        ("a; (b (c); d", Postgres, Construct::Parenthesis, 3),
        (
            "a; create function f() begin atomic b; c",
            Postgres,
            Construct::Body,
            23,
        ),
        (
            "a; create trigger b begin c; d;",
            Sqlite,
            Construct::Body,
            3,
        ),
    ];
    for (text, dialect, what, at) in cases {
        let parts = statements(text, dialect);
        assert_eq!(parts.len(), 2, "{text}");
        assert_eq!(parts[0].unclosed, None);
        assert_eq!(parts[1].unclosed, Some(Unclosed { what, at }), "{text}");
        assert_eq!(parts[1].span.end, text.len());
    }
    assert_eq!(split("a; /* b", Sqlite), ["a"]);
}

#[test]
fn first_words() {
    let text = "/* a */ create -- b\n Unique\tindex \"x\" on t";
    let statement = &statements(text, Sqlite)[0];
    assert_eq!(statement.keywords(text, 9), ["CREATE", "UNIQUE", "INDEX"]);
    assert_eq!(statement.keywords(text, 2), ["CREATE", "UNIQUE"]);
    assert!(statement.starts_with(text, &["Create", "UNIQUE"]));
    assert!(!statement.starts_with(text, &["create", "index"]));
    assert!(!statement.starts_with(text, &["create", "unique", "index", "x"]));
    assert!(statement.starts_with(text, &[]));
}
