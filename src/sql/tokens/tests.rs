use super::{Construct, TokenKind as K, tokens};
use crate::model::Dialect::{self, Postgres, Sqlite};

const ALL: [Option<Dialect>; 3] = [Some(Postgres), Some(Sqlite), None];
const PG: Option<Dialect> = Some(Postgres);
const LITE: Option<Dialect> = Some(Sqlite);

/// The tokens but for white space.
fn read(text: &str, dialect: Option<Dialect>) -> Vec<(K, &str)> {
    tokens(text, dialect)
        .filter(|token| token.kind != K::Space)
        .map(|token| (token.kind, token.text(text)))
        .collect()
}

/// A text whose parts, divided by `|`, are its tokens.
#[track_caller]
fn splits(dialects: &[Option<Dialect>], parts: &str) {
    let parts: Vec<&str> = parts.split('|').collect();
    let text = parts.concat();
    for dialect in dialects {
        let found: Vec<&str> = read(&text, *dialect).iter().map(|token| token.1).collect();
        let wanted: Vec<&str> = parts
            .iter()
            .map(|part| part.trim())
            .filter(|part| !part.is_empty())
            .collect();
        assert_eq!(found, wanted, "{text:?} as {dialect:?}");
    }
}

/// A text that is one token of one kind.
#[track_caller]
fn is(dialects: &[Option<Dialect>], kind: K, texts: &[&str]) {
    for text in texts {
        for dialect in dialects {
            assert_eq!(read(text, *dialect), [(kind, *text)], "{dialect:?}");
        }
    }
}

#[test]
fn words_names_and_numbers() {
    is(
        &ALL,
        K::Word,
        &["a", "SELECT", "_x1", "a$b", "größe", "日本", "e", "X", "u"],
    );
    is(
        &ALL,
        K::QuotedIdent,
        &[r#""a""#, r#""a;""b""#, "\"a\nb\"", r#""""#],
    );
    is(&[LITE, None], K::QuotedIdent, &["`a``b`", "`a;b`"]);
    is(&[LITE], K::QuotedIdent, &["[a b]", "[it's; --]", "[a[b]"]);
    is(
        &[PG, None],
        K::QuotedIdent,
        &[r#"U&"d\0061t\+000061""#, r#"u&"a""b""#],
    );
    is(
        &ALL,
        K::Number,
        &[
            "1", "1.", ".5", "1.5", "1e5", "1.5E-3", "2e+7", "0x1F", "1_000", "1_0.5",
        ],
    );
    is(&ALL, K::Number, &["12ab", "1e", "1.e5"]);
    splits(&ALL, "1.5|+|2|,|a|.|b|(|c|)|;");
    splits(&ALL, "1e5|-|2 |1e|+");
    splits(&[PG, None], "1|..|10");
    splits(&[LITE], "1.|.10");
    splits(&ALL, "a|.5");
}

#[test]
fn strings() {
    is(
        &ALL,
        K::String,
        &[
            "'a'", "''", "''''", "'it''s'", "'a;--b'", r"'\'", "'a\nb'", "x'ab'", "X'AB'",
        ],
    );
    is(
        &[PG, None],
        K::String,
        &["b'01'", "N'a'", "n'it''s'", r"U&'\0441'", "u&'a''b'"],
    );
    is(
        &[PG, None],
        K::EscapeString,
        &[
            "E'a'",
            r"e'it\'s'",
            r"E'it''s\\'",
            r"E'\''",
            "E''",
            "E'é\\é'",
        ],
    );
    splits(&[PG, None], r"E'a\\'|b");
    splits(&[LITE], r"E|'a\'|b");
    splits(&[LITE], "N|'a' |B|'01' |U|&|'x'");
}

#[test]
fn a_word_that_ends_in_a_prefix_is_no_prefix() {
    splits(&ALL, r"name|'\'|;");
    splits(&ALL, r"_e|'\'|;");
    splits(&ALL, r"1e|'\'|;");
    splits(&[PG, None], r"bu|&|'\'|;");
    splits(&[PG, None], r"u |&|'\'|;|u|&|a");
    splits(&[PG, None], r"E |'\'|;");
}

#[test]
fn an_escape_string_goes_on_after_a_line_end() {
    splits(&[PG, None], "E'a'\n|'b\\''|;");
    splits(&[PG, None], "E'a' |-- it's\n|'b\\''|;");
    splits(&[PG, None], "E'a'\r\n\t|'b\\''\n|'c\\''|;");
    splits(&[PG, None], r"E'a' |'b\'|;");
    splits(&[PG, None], "E'a'|/* */|\n|'b\\'|;");
    splits(&[PG, None], "'a'\n|'b\\'|;");
    assert_eq!(read("E'a'\n'b'", PG)[1].0, K::EscapeString);
}

#[test]
fn dollar_quotes() {
    is(
        &[PG, None],
        K::DollarString,
        &[
            "$$$$",
            "$$a$$",
            "$$it's; $1 $x$ \n--$$",
            "$a$ $$ $b$ $a$",
            "$é1_$x$é1_$",
            "$a$ $b$a$",
        ],
    );
    splits(&[PG, None], "$$a$a$$|$1|a |$ |1a");
    splits(&[PG, None], "a$b$ |$1|,|$22 |$|a |$");
    splits(&[PG, None], "$1|$$a$$");
    splits(&[PG, None], "\"a\"|$$;$$|b");
    splits(&[PG, None], "1|$$;$$");
    is(&[PG], K::Parameter, &["$1"]);
    is(
        &[LITE],
        K::Parameter,
        &["$a", "$1", "$a::b", "$a(x;y)", "?", "?12", ":a", "@a", "#a"],
    );
    splits(&[LITE], "$|+|: |$ |$a(b| c");
}

#[test]
fn comments() {
    is(&ALL, K::LineComment, &["--", "-- it's /* $$"]);
    is(
        &ALL,
        K::BlockComment,
        &["/**/", "/* it's -- ; */", "/***/", "/*/ */", "/* \n */"],
    );
    splits(&ALL, "a|--b\n|c");
    splits(&[PG, None], "a|--b\r\n|c");
    splits(&ALL, "a|/*b*/|c");
    splits(&ALL, "a|-|1|/|2|*|3");
    splits(&[PG, None], "a|--b\r|c");
    assert_eq!(
        read("--b\rc\r\na", LITE),
        [(K::LineComment, "--b\rc\r"), (K::Word, "a")]
    );
    splits(&[PG, None], "a|/* /* b */ */|c|/*/**/*/");
    splits(&[LITE], "a|/* /* b */| |*|/|c");
    splits(&[PG, None], "+|/* */|- |-- x");
    splits(&[LITE, None], "a|/* /* b */|c|/* /* d */|e");
    assert_eq!(
        read("a /* /* b */ c", PG)[1].0,
        K::Unterminated(Construct::Comment)
    );
    is(&[LITE], K::BlockComment, &["/* a", "/* /*"]);
    splits(&[LITE], "a|/|*");
}

#[test]
fn operators() {
    splits(&ALL, "a|=|-|1");
    splits(&ALL, "a|=|1|<|2|>=|3|<>|4|!=|5");
    splits(&ALL, "a|->>|'b'|->|'c'|<<|1|>>|2|~|3");
    splits(
        &[PG, None],
        "a|::|int|:=|:|b|@>|c|@-|1|&&|d|?|e|#>>|f|!~~*|g|<->|h",
    );
    splits(&[PG, None], "a|<|-- b");
    splits(&[PG, None], "a|*|+|-|+|1|@*+|2|*/|3");
    splits(&[LITE], "a|*|/|b|==|=|c|!=|d|<>|e|<|-|1");
    splits(&[PG], "a|`|b|`|c");
    splits(&[PG, None], "a|[|1|:|2|]");
    splits(&ALL, "\\|a|{|}");
    assert_eq!(read("\\", PG), [(K::Other, "\\")]);
    assert_eq!(read("\0", LITE), [(K::Other, "\0")]);
}

#[test]
fn what_never_ends_reaches_to_the_end() {
    let cases = [
        ("'a;", Construct::String, &ALL[..]),
        ("'a''", Construct::String, &ALL),
        ("x'a", Construct::String, &ALL),
        ("\"a;", Construct::QuotedIdent, &ALL),
        (r"E'a\'", Construct::String, &[PG, None]),
        (r"E'a\", Construct::String, &[PG, None]),
        ("U&'", Construct::String, &[PG, None]),
        ("U&\"", Construct::QuotedIdent, &[PG, None]),
        ("`a", Construct::QuotedIdent, &[LITE, None]),
        ("[a", Construct::QuotedIdent, &[LITE]),
        ("$a$ $b$ $$", Construct::DollarString, &[PG, None]),
        ("/* a", Construct::Comment, &[PG, None]),
        ("/*", Construct::Comment, &[PG, None]),
        ("/*/", Construct::Comment, &[PG, None]),
        ("/* /* */", Construct::Comment, &[PG]),
    ];
    for (text, what, dialects) in cases {
        is(dialects, K::Unterminated(what), &[text]);
    }
}

#[test]
fn byte_order_marks() {
    let kinds =
        |text, dialect| -> Vec<K> { tokens(text, dialect).map(|token| token.kind).collect() };
    for dialect in ALL {
        assert_eq!(kinds("\u{feff}a", dialect), [K::Space, K::Word]);
        assert_eq!(
            kinds(";\u{feff}a", dialect),
            [K::Semicolon, K::Space, K::Word]
        );
        assert_eq!(kinds("a\u{feff}b", dialect), [K::Word]);
    }
}

/// Each of these made an obvious implementation quadratic.
#[test]
fn time_is_linear_in_hostile_texts() {
    for unit in [
        "+-",
        "/* ",
        "/* /* */ x ",
        "$a",
        "$a$",
        "<+-",
        "'",
        "E'\\",
        "1e",
        "::",
        "$a(",
        "[",
        "a/*b*/ /*/**/*/",
    ] {
        let text = unit.repeat(200_000);
        for dialect in ALL {
            let length: usize = tokens(&text, dialect).map(|token| token.span.len()).sum();
            assert_eq!(length, text.len());
        }
    }
}
