//! Texts: as Python puts them together, and as SQL and `SQLAlchemy` read them.

use super::{
    methods::mixed,
    value::{Call, HOLE, Value},
};
use crate::{
    model::Dialect,
    sql::{self, TokenKind},
};

/// A value as `str()` writes it.
pub(super) fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) | Value::Number(text) => Some(text.clone()),
        Value::Int(value) => Some(value.to_string()),
        Value::Bool(true) => Some("True".to_owned()),
        Value::Bool(false) => Some("False".to_owned()),
        Value::None => Some("None".to_owned()),
        // f"… {sa.text('x')} …" writes its text.
        Value::Call(_) => value
            .called(&["text"])
            .and_then(|call| shown(&call.args.first()?.value)),
        _ => None,
    }
}

/// `"… %s …" % value`.
pub(super) fn percent(text: &str, value: Value) -> Value {
    let mut positional = match value {
        Value::List(all) => all,
        other => vec![other],
    }
    .into_iter();
    let named = match positional.as_slice() {
        [Value::Dict(all)] => all.clone(),
        _ => Vec::new(),
    };
    let (mut out, mut is_whole, mut rest) = (String::new(), true, text);
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let (name, behind) = match rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
            Some((name, behind)) => (Some(name), behind),
            None => (None, rest),
        };
        let mut characters = behind.chars();
        match characters.next() {
            Some('%') => out.push('%'),
            Some('s' | 'd' | 'i') => {
                let value = match name {
                    Some(name) => {
                        let mut named = named.iter();
                        named
                            .find(|(key, _)| key.text() == Some(name))
                            .map(|(_, value)| value.clone())
                    }
                    None => positional.next(),
                };
                if let Some(shown) = value.as_ref().and_then(shown) {
                    out.push_str(&shown);
                } else {
                    out.push(HOLE);
                    is_whole = false;
                }
            }
            _ => is_whole = false,
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
    if is_whole {
        Value::Text(out)
    } else {
        Value::Holed(out)
    }
}

/// A text's holes are all within texts of SQL: whatever stands there, is a value. Any other one can
/// be a name, or a part of the statement.
pub(super) fn is_only_values(text: &str, dialect: Dialect) -> bool {
    let is_text = |kind: TokenKind| {
        matches!(
            kind,
            TokenKind::String | TokenKind::EscapeString | TokenKind::DollarString
        )
    };
    let mut tokens = sql::tokens(text, Some(dialect));
    tokens.all(|token| is_text(token.kind) || !token.text(text).contains(HOLE))
}

/// The parameters of a text (`:name`) as NULL, as `SQLAlchemy` finds them: not after a colon, a
/// letter or a backslash.
pub(super) fn bound(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut previous = ' ';
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        if character == '\\' && rest.peek() == Some(&':') {
            continue;
        }
        let begins = character == ':'
            && rest
                .peek()
                .is_some_and(|next| next.is_alphanumeric() || *next == '_')
            && previous != ':'
            && previous != '\\'
            && !previous.is_alphanumeric();
        if !begins {
            out.push(character);
            previous = character;
            continue;
        }
        let mut name = String::new();
        while let Some(next) = rest.next_if(|next| next.is_alphanumeric() || *next == '_') {
            name.push(next);
        }
        if rest.peek() == Some(&':') && !name.is_empty() {
            out.push(':');
            out.push_str(&name);
            previous = 'x';
        } else {
            // In parentheses, since it can be a list: `IN :ids`.
            out.push_str("(NULL)");
            previous = ')';
        }
    }
    out
}

/// What a text's methods make of it.
pub(super) fn of_text(text: &str, call: &Call) -> Value {
    let first = call.args.first().map(|arg| &arg.value);
    match (call.name.as_str(), first) {
        ("lower" | "casefold", None) => Value::Text(text.to_lowercase()),
        ("upper", None) => Value::Text(text.to_uppercase()),
        ("strip", None) => Value::Text(text.trim().to_owned()),
        ("join", Some(Value::List(all))) => {
            let texts: Option<Vec<&str>> = all.iter().map(Value::text).collect();
            texts.map_or_else(
                || Value::Holed(HOLE.to_string()),
                |texts| Value::Text(texts.join(text)),
            )
        }
        ("replace", Some(Value::Text(from))) => match call.args.get(1).map(|arg| &arg.value) {
            Some(Value::Text(to)) if call.args.len() == 2 => Value::Text(text.replace(from, to)),
            _ => Value::Holed(format!("{text}{HOLE}")),
        },
        ("format", _) => formatted(text, call),
        _ => mixed(call),
    }
}

/// `"… {} {name} …".format(…)`.
fn formatted(text: &str, call: &Call) -> Value {
    let (mut out, mut is_whole, mut next) = (String::new(), call.more.is_none(), 0);
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(behind) = rest.strip_prefix(brace) {
            out.push_str(brace);
            rest = behind;
            continue;
        }
        let Some((field, behind)) = rest.split_once('}') else {
            is_whole = false;
            break;
        };
        rest = behind;
        let value = match field.parse::<usize>() {
            Ok(at) => call.args.get(at),
            Err(_) if field.is_empty() => {
                next += 1;
                call.args.get(next - 1)
            }
            Err(_) => call.keyword(field),
        };
        if let Some(shown) = value.and_then(|arg| shown(&arg.value)) {
            out.push_str(&shown);
        } else {
            out.push(HOLE);
            is_whole = false;
        }
    }
    out.push_str(rest);
    if is_whole {
        Value::Text(out)
    } else {
        Value::Holed(out)
    }
}

/// A name as SQL has it; one with a NUL character has no place there.
pub(super) fn ident(name: &str) -> String {
    sql::ident(name, Dialect::Postgres).unwrap_or_else(|_| "\"\"".to_owned())
}

pub(super) fn literal(text: &str) -> String {
    sql::literal(text, Dialect::Postgres).unwrap_or_else(|_| "''".to_owned())
}
