//! Calls: which of them reach a database, and which only make a value.

use std::ops::Range;

use ruff_python_ast::{self as ast};

use super::{
    eval::shown,
    harmless::{is_class, is_expression, is_harmless},
    operation::{self, Made},
    rows, typed,
    value::{Arg, Call, HOLE, Sql, Value, What},
    walk::Walk,
};
use crate::{
    model::Dialect,
    sql::{self, TokenKind},
};

/// Methods of a connection, a session or the context that leave the database as it is.
const QUIET: [&str; 24] = [
    "autocommit_block", "begin", "begin_nested", "begin_transaction", "close", "commit", "connect",
    "connection", "cursor", "detach", "execution_options", "expire_all", "expunge_all", "flush",
    "get_bind", "get_context", "get_isolation_level", "get_nested_transaction", "get_transaction",
    "in_transaction", "invalidate", "no_autoflush", "refresh", "rollback",
];

/// Methods of it that run a statement.
const RUNS: [&str; 6] = ["exec", "exec_driver_sql", "execute", "executemany", "scalar", "scalars"];

/// Methods of a session that read or write objects.
const ORM: [&str; 9] = [
    "add", "add_all", "bulk_insert_mappings", "bulk_save_objects", "bulk_update_mappings", "delete",
    "get", "merge", "query",
];

/// What a connection or a session is made by.
const SESSIONS: [&str; 5] = ["AsyncSession", "Session", "scoped_session", "sessionmaker", "Connection"];

impl<'a> Walk<'a> {
    pub(super) fn call(&mut self, one: &'a ast::ExprCall) -> Value {
        let is_bare = std::mem::take(&mut self.is_bare);
        let callee = self.eval(&one.func);
        let mut call = self.arguments(one);
        match callee {
            Value::Path(path) => {
                let name = path.rsplit('.').next().unwrap_or(&path);
                name.clone_into(&mut call.name);
                self.named(&path, call, is_bare)
            }
            Value::Function(name) => match self.functions.get(&name).copied() {
                Some(function) => self.enter(function, &call),
                None => Value::UNKNOWN,
            },
            Value::Attribute(one) => {
                let (of, name) = (*one).clone();
                call.name = name;
                self.method(of, call)
            }
            // sessionmaker(…)()
            Value::Bind => Value::Bind,
            // A method of what rows hold; of a class of the module; of what was computed.
            Value::Mix(parts) if !call.args.iter().any(|arg| arg.value.holds_bind()) => {
                let is_method = matches!(&*one.func, ast::Expr::Attribute(_));
                if !is_method {
                    self.unknown(&call);
                }
                Value::Mix(parts)
            }
            Value::Call(class) => {
                // An object of a class with a table: a row, which only a session writes.
                Value::Mix(vec![Value::Call(class)])
            }
            _ => {
                self.unknown(&call);
                Value::UNKNOWN
            }
        }
    }

    fn unknown(&mut self, call: &Call) {
        let words = call.args.iter().filter_map(|arg| match &arg.value {
            Value::Text(text) | Value::Holed(text) => Some(text.as_str()),
            _ => None,
        });
        let words: Vec<&str> = words.collect();
        self.unread(&call.span, &call.span, &words.join("; "));
    }

    /// A call by an imported name.
    fn named(&mut self, path: &str, mut call: Call, is_bare: bool) -> Value {
        if let Some(name) = path.strip_prefix("alembic.op.") {
            return self.operation(name, call, None);
        }
        if let Some(name) = path.strip_prefix("alembic.context.") {
            return match name {
                "is_offline_mode" => Value::Bool(false),
                "get_context" | "get_bind" => Value::Bind,
                _ => Value::UNKNOWN,
            };
        }
        if let Some(name) = path.strip_prefix("builtins.") {
            return self.builtin(name, &call);
        }
        if is_expression(path) {
            if SESSIONS.contains(&call.name.as_str()) {
                return Value::Bind;
            }
            if path.contains("Inspector") || call.name == "inspect" {
                return Value::UNKNOWN;
            }
            if !path.starts_with("sqlalchemy.") && call.args.iter().any(|arg| arg.value.holds_bind())
            {
                self.unknown(&call);
                return Value::UNKNOWN;
            }
            call.path = Some(path.to_owned());
            return Value::Call(call.into());
        }
        if is_harmless(path) {
            let first = call.args.first().map(|arg| &arg.value);
            if let (true, Some(text @ (Value::Text(_) | Value::Holed(_)))) = (
                matches!(path, "textwrap.dedent" | "inspect.cleandoc"),
                first,
            ) {
                return text.clone();
            }
            return mixed(&call);
        }
        // A class of the module or of the application: an enum, a type, a row.
        if is_class(path) && !call.args.iter().any(|arg| arg.value.holds_bind()) {
            call.path = Some(path.to_owned());
            return Value::Call(call.into());
        }
        // What is called for its value has none to change; what somebody else wrote can do so.
        let has_bind = call.args.iter().any(|arg| arg.value.holds_bind());
        if is_bare || has_bind {
            self.unknown(&call);
        } else {
            self.emit(&call.span, What::Opaque);
        }
        mixed(&call)
    }

    fn builtin(&mut self, name: &str, call: &Call) -> Value {
        let first = call.args.first().map(|arg| &arg.value);
        match (name, first) {
            ("str", Some(value)) => shown(value).map_or_else(|| mixed(call), Value::Text),
            ("list" | "tuple" | "set" | "sorted" | "iter" | "frozenset", Some(value)) => value
                .elements()
                .map_or_else(|| mixed(call), Value::List),
            ("reversed", Some(Value::List(all))) => {
                Value::List(all.iter().rev().cloned().collect())
            }
            ("list" | "tuple" | "set", None) => Value::List(Vec::new()),
            ("dict", _) if call.args.is_empty() && call.more.is_none() => {
                let items = call.keywords.iter();
                let item = |(key, arg): &(String, Arg)| {
                    (Value::Text(key.clone()), arg.value.clone())
                };
                Value::Dict(items.map(item).collect())
            }
            ("len", Some(Value::List(all))) => {
                i64::try_from(all.len()).map_or(Value::UNKNOWN, Value::Int)
            }
            ("enumerate", Some(Value::List(all))) if call.args.len() == 1 => {
                let pair = |(at, value): (i64, &Value)| {
                    Value::List(vec![Value::Int(at), value.clone()])
                };
                Value::List((0..).zip(all).map(pair).collect())
            }
            ("zip", Some(Value::List(left))) => match call.args.get(1).map(|arg| &arg.value) {
                Some(Value::List(right)) if call.args.len() == 2 => {
                    let pairs = left.iter().zip(right);
                    Value::List(
                        pairs
                            .map(|(one, other)| Value::List(vec![one.clone(), other.clone()]))
                            .collect(),
                    )
                }
                _ => mixed(call),
            },
            ("range", Some(Value::Int(end))) if call.args.len() == 1 && *end <= 200 => {
                Value::List((0..*end).map(Value::Int).collect())
            }
            // What runs another text, or finds a function by a computed name.
            ("exec" | "eval", _) => {
                self.unknown(call);
                Value::UNKNOWN
            }
            _ => mixed(call),
        }
    }

    /// `of.name(…)`.
    fn method(&mut self, of: Value, mut call: Call) -> Value {
        let name = call.name.clone();
        match &of {
            Value::Bind => self.of_connection(&call),
            Value::Batch(batch) => self.operation(&name, call, Some(batch)),
            Value::Text(text) => of_text(text, &call),
            Value::Holed(_) if matches!(name.as_str(), "strip" | "lstrip" | "rstrip") => of,
            Value::Dict(all) => {
                let pair = |(key, value): &(Value, Value)| {
                    Value::List(vec![key.clone(), value.clone()])
                };
                match (name.as_str(), call.args.first()) {
                    ("items", _) => Value::List(all.iter().map(pair).collect()),
                    ("keys", _) => Value::List(all.iter().map(|(key, _)| key.clone()).collect()),
                    ("values", _) => {
                        Value::List(all.iter().map(|(_, value)| value.clone()).collect())
                    }
                    ("get", Some(key)) => all
                        .iter()
                        .find(|(known, _)| *known == key.value)
                        .map_or_else(|| mixed(&call), |(_, value)| value.clone()),
                    _ => mixed(&call),
                }
            }
            Value::Call(made) if matches!(name.as_str(), "create" | "drop") => {
                self.made_or_dropped(made, &call);
                Value::None
            }
            Value::Call(made) if name == "with_variant" => Value::Call(made.clone()),
            Value::Call(_) | Value::Attribute(_) => {
                let foreign = of
                    .call()
                    .and_then(|made| made.path.as_deref())
                    .is_some_and(|path| !is_expression(path) && !is_harmless(path));
                let all = matches!(name.as_str(), "create_all" | "drop_all" | "reflect");
                let bound = call.args.iter().any(|arg| arg.value.holds_bind())
                    || call.keywords.iter().any(|(_, arg)| arg.value.holds_bind());
                if name != "reflect" && (all || bound && name != "compile" || foreign && bound) {
                    self.unknown(&call);
                    return Value::UNKNOWN;
                }
                call.of = Some(of);
                Value::Call(call.into())
            }
            _ => mixed(&call),
        }
    }

    fn of_connection(&mut self, call: &Call) -> Value {
        let name = call.name.as_str();
        if RUNS.contains(&name) {
            if let Some(arg) = call.args.first().or_else(|| call.keyword("statement")) {
                self.execute(arg, &call.span, name == "exec_driver_sql");
            }
            return Value::UNKNOWN;
        }
        if QUIET.contains(&name) {
            return Value::Bind;
        }
        if ORM.contains(&name)
            && let Some(made) = rows::of_objects(call)
        {
            let Made { texts, opaque } = made;
            self.emit(&call.span, What::Sql { texts, opaque });
            return Value::UNKNOWN;
        }
        let asks = name.starts_with("has_") || name.starts_with("get_");
        if !asks {
            self.unknown(call);
        }
        Value::UNKNOWN
    }

    /// `op.name(…)`, or the same of a batch.
    fn operation(&mut self, name: &str, mut call: Call, batch: Option<&Call>) -> Value {
        name.clone_into(&mut call.name);
        let first = call.args.first();
        match (name, first) {
            ("f" | "inline_literal", Some(arg)) => return arg.value.clone(),
            ("get_bind" | "get_context", _) => return Value::Bind,
            ("batch_alter_table", _) => return Value::Batch(call.into()),
            ("execute", _) => {
                let sql = first.or_else(|| call.keyword("sqltext")).cloned();
                match sql {
                    Some(arg) => self.execute(&arg, &call.span, false),
                    None => self.unknown(&call),
                }
                return Value::None;
            }
            _ => {}
        }
        match operation::made(&call, batch, self.dialect) {
            Ok(Made { texts, opaque }) if !texts.is_empty() || opaque.is_some() => {
                self.emit(&call.span, What::Sql { texts, opaque });
            }
            Ok(_) => {}
            Err(at) => {
                let named = call.args.iter().take(3).filter_map(|arg| arg.value.text());
                let words: Vec<String> = named.map(|name| format!("TABLE \"{name}\"")).collect();
                self.unread(&call.span, &at, &words.join(" "));
            }
        }
        if name == "create_table" {
            "table".clone_into(&mut call.name);
            return Value::Call(call.into());
        }
        Value::None
    }

    /// A statement is run on a connection.
    fn execute(&mut self, arg: &Arg, span: &Range<usize>, is_driver: bool) {
        let mut opaque = None;
        let text = match plain(&arg.value) {
            Plain::Text(text) => text,
            Plain::Holed(text) => {
                if !is_only_values(&text, self.dialect) {
                    opaque = Some(arg.span.clone());
                }
                // Where a name stands for a hole, this makes no sense, and is unread.
                let hole = if opaque.is_some() { " NULL " } else { "" };
                text.replace(HOLE, hole)
            }
            Plain::Other(Value::Either(ways)) => {
                return self.perhaps_done(|walk| {
                    for value in ways {
                        let span_of = arg.span.clone();
                        let arg = Arg {
                            value,
                            span: span_of,
                        };
                        walk.execute(&arg, span, is_driver);
                    }
                });
            }
            Plain::Other(value) => {
                match rows::sql(&value, self.dialect) {
                    Some(Made { texts, opaque }) => self.emit(span, What::Sql { texts, opaque }),
                    None => self.unread(span, &arg.span, ""),
                }
                return;
            }
        };
        let text = if is_driver {
            text.replace("%%", "%")
        } else {
            bound(&text)
        };
        let texts = vec![Sql::new(text)];
        self.emit(
            span,
            What::Sql { texts, opaque },
        );
    }

    /// `sa.Enum(…).create(bind)`, `table.drop(bind)`.
    fn made_or_dropped(&mut self, made: &Call, call: &Call) {
        let asks = match call.keyword("checkfirst") {
            Some(arg) => arg.value != Value::Bool(false),
            // PostgreSQL's own ENUM looks first by itself.
            None => made.name == "ENUM" || call.args.len() > 1,
        };
        let creates = call.name == "create";
        match typed::type_statement(made, creates, self.dialect) {
            Some(Ok(texts)) => {
                let softly = |sql: Sql| Sql {
                    softly: asks,
                    ..sql
                };
                let texts: Vec<Sql> = texts.into_iter().map(softly).collect();
                if !texts.is_empty() {
                    let opaque = None;
                    self.emit(&call.span, What::Sql { texts, opaque });
                }
            }
            Some(Err(at)) => self.unread(&call.span, &at, ""),
            None => match operation::object(made, creates, asks, self.dialect) {
                Some(Made { texts, opaque }) => self.emit(&call.span, What::Sql { texts, opaque }),
                None => self.unknown(call),
            },
        }
    }
}

/// What is executed, without what only binds values to it.
enum Plain {
    Text(String),
    Holed(String),
    Other(Value),
}

fn plain(value: &Value) -> Plain {
    match value {
        Value::Text(text) => Plain::Text(text.clone()),
        Value::Holed(text) => Plain::Holed(text.clone()),
        Value::Call(call) => match (&call.of, call.args.first()) {
            (None, Some(arg)) if matches!(call.name.as_str(), "text" | "DDL") => {
                match (&arg.value, call.name.as_str()) {
                    (Value::Text(text), "DDL") => Plain::Text(text.replace("%%", "%")),
                    (inner, _) => plain(inner),
                }
            }
            (Some(of), _)
                if matches!(
                    call.name.as_str(),
                    "bindparams" | "execution_options" | "columns" | "params" | "execute_if"
                ) =>
            {
                plain(of)
            }
            _ => Plain::Other(value.clone()),
        },
        other => Plain::Other(other.clone()),
    }
}

/// A text's holes are all within texts of SQL: whatever stands there, is a value. Any other one can
/// be a name, or a part of the statement.
fn is_only_values(text: &str, dialect: Dialect) -> bool {
    let is_text = |kind: TokenKind| {
        matches!(
            kind,
            TokenKind::String | TokenKind::EscapeString | TokenKind::DollarString
        )
    };
    let mut tokens = sql::tokens(text, Some(dialect));
    tokens.all(|token| is_text(token.kind) || !token.text(text).contains(HOLE))
}

/// The parameters of a text (`:name`) as NULL, as SQLAlchemy finds them: not after a colon, a
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
            && rest.peek().is_some_and(|next| next.is_alphanumeric() || *next == '_')
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
            out.push_str("NULL");
            previous = 'L';
        }
    }
    out
}

/// What a text's methods make of it.
fn of_text(text: &str, call: &Call) -> Value {
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
        match value.and_then(|arg| shown(&arg.value)) {
            Some(shown) => out.push_str(&shown),
            None => {
                out.push(HOLE);
                is_whole = false;
            }
        }
    }
    out.push_str(rest);
    if is_whole {
        Value::Text(out)
    } else {
        Value::Holed(out)
    }
}

/// A value that is computed of the arguments.
fn mixed(call: &Call) -> Value {
    let args = call.args.iter().map(|arg| arg.value.clone());
    let keywords = call.keywords.iter().map(|(_, arg)| arg.value.clone());
    Value::Mix(call.of.iter().cloned().chain(args).chain(keywords).collect())
}

/// A name as SQL has it; one with a NUL character has no place there.
pub(super) fn ident(name: &str) -> String {
    sql::ident(name, Dialect::Postgres).unwrap_or_else(|_| "\"\"".to_owned())
}

pub(super) fn literal(text: &str) -> String {
    sql::literal(text, Dialect::Postgres).unwrap_or_else(|_| "''".to_owned())
}
