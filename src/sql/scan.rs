//! Where a lexical element ends: the byte-level rules that the dialects share.
//!
//! Each function takes the whole text and offsets into it, looks at every byte
//! at most once and never steps out of the text. `None` = it does not end.
//! Bytes outside ASCII are parts of words in both engines, so no function here
//! can stop inside a character.

const SPACE: u8 = 1;
const WORD_START: u8 = 2;
const WORD: u8 = 4;

/// The classes of all bytes: most of a script's bytes are asked for theirs.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0u8;
    loop {
        classes[byte as usize] = match byte {
            b' ' | b'\t'..=b'\r' => SPACE,
            b'A'..=b'Z' | b'a'..=b'z' | b'_' | 0x80.. => WORD_START | WORD,
            b'0'..=b'9' | b'$' => WORD,
            _ => 0,
        };
        if byte == u8::MAX {
            break classes;
        }
        byte += 1;
    }
};

/// White space of both engines (scan.l `space`, SQLite's `sqlite3Isspace`).
///
/// The vertical tab is among it, though PostgreSQL before 16 and SQLite at the
/// start of a gap refuse it: a text they refuse cannot be misread.
pub(super) fn is_space(byte: u8) -> bool {
    CLASSES[usize::from(byte)] & SPACE != 0
}

/// scan.l `ident_start`; SQLite's character classes `CC_KYWD` and `CC_ID`.
pub(super) fn is_word_start(byte: u8) -> bool {
    CLASSES[usize::from(byte)] & WORD_START != 0
}

/// scan.l `ident_cont`; SQLite's `IdChar`.
pub(super) fn is_word(byte: u8) -> bool {
    CLASSES[usize::from(byte)] & WORD != 0
}

/// The offset of the first byte from `from` on that is not `wanted`.
pub(super) fn run(bytes: &[u8], from: usize, wanted: impl Fn(u8) -> bool) -> usize {
    bytes
        .get(from..)
        .and_then(|rest| rest.iter().position(|byte| !wanted(*byte)))
        .map_or(bytes.len(), |length| from + length)
}

/// The end of a text in `quote`s that stand for themselves when doubled; `from`
/// is behind the opening one.
pub(super) fn quoted(bytes: &[u8], from: usize, quote: u8) -> Option<usize> {
    let mut at = from;
    loop {
        at = run(bytes, at, |byte| byte != quote) + 1;
        match bytes.get(at) {
            Some(byte) if *byte == quote => at += 1,
            _ => return (at <= bytes.len()).then_some(at),
        }
    }
}

/// The end of an `E'…'` string (scan.l state `xe`); `from` is behind the quote.
pub(super) fn escaped(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at = run(bytes, at, |byte| byte != b'\'' && byte != b'\\');
        match (bytes.get(at)?, bytes.get(at + 1)) {
            (b'\\', _) | (_, Some(b'\'')) => at += 2,
            _ => return Some(at + 1),
        }
    }
}

/// The end of the `$tag$` that begins at `at` (scan.l `dolqdelim`).
pub(super) fn dollar_tag(bytes: &[u8], at: usize) -> Option<usize> {
    let tag = at + 1;
    let end = run(bytes, tag, |byte| is_word(byte) && byte != b'$');
    let tag_may_start = bytes.get(tag).is_none_or(|byte| !byte.is_ascii_digit());
    (tag_may_start && bytes.get(end) == Some(&b'$')).then_some(end + 1)
}

/// The end of the comment that begins at `at`, with comments inside counted
/// (scan.l state `xc`).
pub(super) fn nested_comment(bytes: &[u8], at: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = at;
    loop {
        match (bytes.get(at)?, bytes.get(at + 1)) {
            (b'/', Some(b'*')) => {
                depth += 1;
                at += 2;
            }
            (b'*', Some(b'/')) => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => at += 1,
        }
    }
}

/// The end of the comment that begins at `at` and knows no comments inside.
pub(super) fn flat_comment(text: &str, at: usize) -> Option<usize> {
    let body = at + 2;
    text.get(body..)?.find("*/").map(|length| body + length + 2)
}

/// The end of a number, with whatever is glued to it.
///
/// SQLite takes `12ab` as one illegal token, PostgreSQL 15 refuses it, older
/// ones read `12 ab`: nobody means it, and one token keeps `12ab` and `12 ab`
/// apart. The same rule covers `0x1F` and `1_000`.
pub(super) fn number(bytes: &[u8], at: usize, double_dot: bool) -> usize {
    let digits = |from| run(bytes, from, |byte| byte.is_ascii_digit() || byte == b'_');
    let is = |at: usize, wanted: fn(&u8) -> bool| bytes.get(at).is_some_and(wanted);
    let mut end = digits(at);
    if is(end, |byte| *byte == b'.') && !(double_dot && is(end + 1, |byte| *byte == b'.')) {
        end = digits(end + 1);
    }
    if is(end, |byte| matches!(byte, b'e' | b'E')) {
        let signed = usize::from(is(end + 1, |byte| matches!(byte, b'+' | b'-')));
        if is(end + 1 + signed, u8::is_ascii_digit) {
            end = digits(end + 1 + signed);
        }
    }
    if is(end, |byte| is_word_start(*byte)) {
        end = run(bytes, end, is_word);
    }
    end
}

/// An operator of PostgreSQL that begins at `at`: its end, and the end of the
/// `+` and `-` behind it that are operators of one character each.
///
/// scan.l `operator`: as long as possible, but not into a comment, and with a
/// `+` or `-` at its end only where a character stands before that standard
/// SQL does not use in operators. The second offset saves looking at a long
/// run of signs again for each of them.
pub(super) fn operator(bytes: &[u8], at: usize, backtick: bool) -> (usize, usize) {
    let mut end = at + 1;
    let mut free_form = bytes.get(at).is_some_and(|byte| is_free_form(*byte));
    while let Some(byte) = bytes.get(end) {
        let comment = matches!(
            (byte, bytes.get(end + 1)),
            (b'-', Some(b'-')) | (b'/', Some(b'*'))
        );
        if comment || !is_operator(*byte) || (*byte == b'`' && !backtick) {
            break;
        }
        free_form |= is_free_form(*byte);
        end += 1;
    }
    let signs = end;
    while !free_form && end > at + 1 && matches!(bytes.get(end - 1), Some(b'+' | b'-')) {
        end -= 1;
    }
    (end, signs)
}

/// scan.l `op_chars`.
pub(super) fn is_operator(byte: u8) -> bool {
    is_free_form(byte) || matches!(byte, b'+' | b'-' | b'*' | b'/' | b'<' | b'>' | b'=')
}

/// The characters of `op_chars` that the SQL standard has no operators with.
fn is_free_form(byte: u8) -> bool {
    matches!(
        byte,
        b'~' | b'!' | b'@' | b'#' | b'^' | b'&' | b'|' | b'`' | b'?' | b'%'
    )
}

/// The end of an operator of SQLite (tokenize.c, `sqlite3GetToken`).
pub(super) fn sqlite_operator(bytes: &[u8], at: usize) -> Option<usize> {
    let length = match bytes.get(at..)? {
        [b'-', b'>', b'>', ..] => 3,
        [b'-', b'>', ..]
        | [b'=' | b'!', b'=', ..]
        | [b'<', b'=' | b'>' | b'<', ..]
        | [b'>', b'=' | b'>', ..]
        | [b'|', b'|', ..] => 2,
        [
            b'-' | b'+' | b'*' | b'/' | b'%' | b'=' | b'<' | b'>' | b'|' | b'&' | b'~',
            ..,
        ] => 1,
        _ => return None,
    };
    Some(at + length)
}

/// The end of a named parameter of SQLite (`:a`, `@a`, `$a`, `#a`, with Tcl's
/// `::` and `(…)`), and whether it is a legal one (tokenize.c, `CC_VARALPHA`).
pub(super) fn sqlite_variable(bytes: &[u8], at: usize) -> (usize, bool) {
    let mut named = false;
    let mut end = at + 1;
    while let Some(byte) = bytes.get(end) {
        match byte {
            byte if is_word(*byte) => {
                named = true;
                end += 1;
            }
            b'(' if named => {
                end = run(bytes, end + 1, |byte| !is_space(byte) && byte != b')');
                let closed = bytes.get(end) == Some(&b')');
                return (end + usize::from(closed), closed);
            }
            b':' if bytes.get(end + 1) == Some(&b':') => end += 2,
            _ => break,
        }
    }
    (end, named)
}
