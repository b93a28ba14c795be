//! Calls: which of them reach a database, and which only make a value.

use std::ops::Range;

use ruff_python_ast::{self as ast};

use super::{
    harmless::{is_class, is_expression, is_harmless},
    operation::{self, Made},
    rows,
    texts::{bound, is_only_values, of_text, shown},
    typed,
    value::{Arg, Call, HOLE, Sql, Value, What},
    walk::Walk,
};

/// Methods of a connection, a session or the context that leave the database as it is.
const QUIET: [&str; 24] = [
    "autocommit_block",
    "begin",
    "begin_nested",
    "begin_transaction",
    "close",
    "commit",
    "connect",
    "connection",
    "cursor",
    "detach",
    "execution_options",
    "expire_all",
    "expunge_all",
    "flush",
    "get_bind",
    "get_context",
    "get_isolation_level",
    "get_nested_transaction",
    "get_transaction",
    "in_transaction",
    "invalidate",
    "no_autoflush",
    "refresh",
    "rollback",
];

/// Methods of it that run a statement.
const RUNS: [&str; 6] = [
    "exec",
    "exec_driver_sql",
    "execute",
    "executemany",
    "scalar",
    "scalars",
];

/// Methods of a session that read or write objects.
const ORM: [&str; 9] = [
    "add",
    "add_all",
    "bulk_insert_mappings",
    "bulk_save_objects",
    "bulk_update_mappings",
    "delete",
    "get",
    "merge",
    "query",
];

/// What a connection or a session is made by.
const SESSIONS: [&str; 5] = [
    "AsyncSession",
    "Session",
    "scoped_session",
    "sessionmaker",
    "Connection",
];

impl<'a> Walk<'a> {
    pub(super) fn call(&mut self, one: &'a ast::ExprCall) -> Value {
        let is_bare = std::mem::take(&mut self.is_bare);
        let callee = self.callee(&one.func);
        let mut call = self.arguments(one);
        if !matches!(callee, Value::Function(_)) {
            self.handed(&call);
        }
        match callee {
            Value::Path(path) => {
                let name = path.rsplit('.').next().unwrap_or(&path);
                name.clone_into(&mut call.name);
                self.named(&path, call, is_bare)
            }
            Value::Function(at) => match self.functions.get(&at).copied() {
                Some(function) => self.enter(function, &call),
                None => Value::UNKNOWN,
            },
            Value::Attribute(one) => {
                let (of, name) = (*one).clone();
                call.name = name;
                self.method(of, call, is_bare)
            }
            // sessionmaker(…)()
            Value::Bind => Value::Bind,
            // A method of what rows hold; of a class of the module; of what was computed.
            Value::Mix(parts) | Value::Either(parts) if !has_bind(&call) => {
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

    /// What is called. A statement is run by whatever has such a method.
    fn callee(&mut self, func: &'a ast::Expr) -> Value {
        let ast::Expr::Attribute(method) = func else {
            return self.eval(func);
        };
        match self.eval(&method.value) {
            Value::Mix(_) | Value::Either(_) if RUNS.contains(&method.attr.as_str()) => {
                Value::Attribute((Value::Bind, method.attr.to_string()).into())
            }
            of => self.attribute(of, &method.attr),
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
            if !path.starts_with("sqlalchemy.") && has_bind(&call) {
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
        if is_class(path) && !has_bind(&call) {
            call.path = Some(path.to_owned());
            return Value::Call(call.into());
        }
        self.foreign(&call, is_bare);
        mixed(&call)
    }

    /// What somebody else wrote can change everything. Called for its value, it is likely not to.
    fn foreign(&mut self, call: &Call, is_bare: bool) {
        if is_bare || has_bind(call) {
            self.unknown(call);
        } else {
            self.emit(&call.span, What::Opaque);
        }
    }

    fn builtin(&mut self, name: &str, call: &Call) -> Value {
        let first = call.args.first().map(|arg| &arg.value);
        match (name, first) {
            ("str", Some(value)) => shown(value).map_or_else(|| mixed(call), Value::Text),
            ("list" | "tuple" | "set" | "sorted" | "iter" | "frozenset", Some(value)) => {
                value.elements().map_or_else(|| mixed(call), Value::List)
            }
            ("reversed", Some(Value::List(all))) => {
                Value::List(all.iter().rev().cloned().collect())
            }
            ("list" | "tuple" | "set", None) => Value::List(Vec::new()),
            ("dict", _) if call.args.is_empty() && call.more.is_none() => {
                let items = call.keywords.iter();
                let item =
                    |(key, arg): &(String, Arg)| (Value::Text(key.clone()), arg.value.clone());
                Value::Dict(items.map(item).collect())
            }
            ("len", Some(Value::List(all))) => {
                i64::try_from(all.len()).map_or(Value::UNKNOWN, Value::Int)
            }
            ("enumerate", Some(Value::List(all))) if call.args.len() == 1 => {
                let pair =
                    |(at, value): (i64, &Value)| Value::List(vec![Value::Int(at), value.clone()]);
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
    fn method(&mut self, of: Value, mut call: Call, is_bare: bool) -> Value {
        let name = call.name.clone();
        match &of {
            Value::Bind => self.of_connection(&call),
            Value::Batch(batch) => self.operation(&name, call, Some(batch)),
            Value::Text(text) => of_text(text, &call),
            Value::Holed(_) if matches!(name.as_str(), "strip" | "lstrip" | "rstrip") => of,
            Value::Dict(all) => {
                let pair =
                    |(key, value): &(Value, Value)| Value::List(vec![key.clone(), value.clone()]);
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
            // metadata.create_all(bind)
            _ if matches!(name.as_str(), "create_all" | "drop_all") => {
                self.unknown(&call);
                Value::UNKNOWN
            }
            Value::Call(_) if name == "execute" => {
                let span = call.span.clone();
                let arg = Arg {
                    value: of,
                    span: span.clone(),
                };
                self.execute(&arg, &span, false);
                Value::UNKNOWN
            }
            // User.query.filter(…)
            Value::Attribute(one) if one.1 == "query" => {
                let object = Arg {
                    value: one.0.clone(),
                    span: call.span.clone(),
                };
                call.args.push(object);
                match rows::of_objects(&call) {
                    Some(Made { texts, opaque }) => {
                        self.emit(&call.span, What::Sql { texts, opaque });
                    }
                    None => self.unknown(&call),
                }
                Value::UNKNOWN
            }
            Value::Call(made) if made.is_foreign() => {
                self.foreign(&call, is_bare);
                mixed(&call)
            }
            Value::Call(_) | Value::Attribute(_) => {
                // Only a compiler and a reflection are given a connection and do nothing.
                if has_bind(&call) && !matches!(name.as_str(), "compile" | "reflect") {
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
        self.emit(span, What::Sql { texts, opaque });
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

/// A connection is handed over.
fn has_bind(call: &Call) -> bool {
    let keywords = call.keywords.iter().map(|(_, arg)| arg);
    let mut args = call.args.iter().chain(keywords);
    args.any(|arg| arg.value.holds_bind())
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

/// A value that is computed of the arguments.
pub(super) fn mixed(call: &Call) -> Value {
    let args = call.args.iter().map(|arg| arg.value.clone());
    let keywords = call.keywords.iter().map(|(_, arg)| arg.value.clone());
    Value::Mix(
        call.of
            .iter()
            .cloned()
            .chain(args)
            .chain(keywords)
            .collect(),
    )
}
