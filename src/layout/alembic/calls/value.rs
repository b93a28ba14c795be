//! What is known of a value without running Python.

use std::{ops::Range, rc::Rc};

use super::harmless::{is_expression, is_harmless};

/// Stands in a text for what is computed. No text of anybody's has it: it is of Unicode's private
/// use.
pub(super) const HOLE: char = '\u{E000}';

/// A value, as far as it is written out.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    None,
    Bool(bool),
    Int(i64),
    /// Another number, as it is written.
    Number(String),
    Text(String),
    /// A text with parts that are computed, for which [`HOLE`] stands.
    Holed(String),
    /// A list, a tuple or a set.
    List(Vec<Value>),
    Dict(Vec<(Value, Value)>),
    /// Something imported, by its whole name: `sqlalchemy.text`.
    Path(String),
    /// A function of the module, by where it stands.
    Function(usize),
    /// A connection, a session or the migration context: what is executed there, is.
    Bind,
    /// `with op.batch_alter_table(…) as …`.
    Batch(Rc<Call>),
    /// What a call of a constructor or an expression of `SQLAlchemy`'s makes.
    Call(Rc<Call>),
    /// `table.c`.
    Attribute(Rc<(Value, String)>),
    /// One of these, by what happens.
    Either(Vec<Value>),
    /// Computed of these; which value it is, is not known.
    Mix(Vec<Value>),
}

/// A call, as it is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    /// The last part of the name that is called.
    pub(super) name: String,
    /// The whole name, where it is imported.
    pub(super) path: Option<String>,
    /// What it is a method of.
    pub(super) of: Option<Value>,
    pub(super) args: Vec<Arg>,
    pub(super) keywords: Vec<(String, Arg)>,
    /// `*` and `**` of what is not known: there are more.
    pub(super) more: Option<Range<usize>>,
    pub(super) span: Range<usize>,
}

/// An argument and where it is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Arg {
    pub(super) value: Value,
    pub(super) span: Range<usize>,
}

/// A call that reached a database.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) span: Range<usize>,
    pub(super) what: What,
    /// Whether it happens depends on something.
    pub(super) softly: bool,
    /// It runs outside of the migration's transaction.
    pub(super) outside: bool,
}

/// What is known of it.
#[derive(Debug)]
pub(super) enum What {
    Sql {
        texts: Vec<Sql>,
        /// A part that is computed and can do more.
        opaque: Option<Range<usize>>,
    },
    /// A part of it is computed by others, who can do more.
    Opaque,
    Unread {
        at: Range<usize>,
        /// What it may be about.
        words: String,
    },
}

/// A statement that stands for a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sql {
    pub(super) text: String,
    /// It is not done where it would fail.
    pub(super) softly: bool,
    /// The table that it needs and does not name.
    pub(super) table: Option<Table>,
    /// It makes a constraint without a name, which a `naming_convention` gives one from this.
    pub(super) named_from: Option<String>,
}

/// A table, by what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) schema: Option<String>,
    pub(super) name: String,
    /// It is copied and takes its own place.
    pub(super) is_copied: bool,
}

impl Sql {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            softly: false,
            table: None,
            named_from: None,
        }
    }
}

impl Value {
    /// Nothing is known of it, and it holds no connection.
    pub(super) const UNKNOWN: Self = Self::Mix(Vec::new());

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            // op.f(), which was taken off, has these names elsewhere.
            Self::Call(call) if matches!(call.name.as_str(), "quoted_name" | "conv" | "_") => {
                call.args.first()?.value.text()
            }
            _ => None,
        }
    }

    pub(super) fn call(&self) -> Option<&Call> {
        match self {
            Self::Call(call) => Some(call),
            _ => None,
        }
    }

    /// The call of a constructor with one of these names.
    pub(super) fn called(&self, names: &[&str]) -> Option<&Call> {
        let call = self.call()?;
        (call.of.is_none() && names.contains(&call.name.as_str())).then_some(call)
    }

    /// Whether it counts as true; `None` = that is not known.
    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Self::None => Some(false),
            Self::Bool(value) => Some(*value),
            Self::Int(value) => Some(*value != 0),
            Self::Text(text) => Some(!text.is_empty()),
            Self::List(all) => Some(!all.is_empty()),
            Self::Dict(all) => Some(!all.is_empty()),
            _ => None,
        }
    }

    /// Its parts.
    pub(super) fn parts(&self) -> Vec<&Self> {
        match self {
            Self::List(all) | Self::Mix(all) | Self::Either(all) => all.iter().collect(),
            Self::Dict(all) => all.iter().flat_map(|(key, value)| [key, value]).collect(),
            Self::Attribute(one) => vec![&one.0],
            Self::Call(call) => {
                let args = call.args.iter().map(|arg| &arg.value);
                let keywords = call.keywords.iter().map(|(_, arg)| &arg.value);
                call.of.iter().chain(args).chain(keywords).collect()
            }
            _ => Vec::new(),
        }
    }

    /// How much of it there is, counted up to `most`: a module of anybody's can double a value with
    /// each line. What lies too deep is too much.
    pub(super) fn weight(&self, most: usize, depth: usize) -> usize {
        if depth == 0 {
            return most;
        }
        let mut weight = match self {
            Self::Text(text) | Self::Holed(text) => 1 + text.len() / 64,
            _ => 1,
        };
        for part in self.parts() {
            if weight >= most {
                return most;
            }
            weight += part.weight(most - weight, depth - 1);
        }
        weight
    }

    /// A connection is in it.
    pub(super) fn holds_bind(&self) -> bool {
        match self {
            Self::Bind | Self::Batch(_) => true,
            Self::Path(path) => matches!(path.as_str(), "alembic.op" | "alembic.context"),
            // What was made with one: `MetaData(bind=…)`, a table of it.
            Self::Call(_) | Self::Attribute(_) => false,
            other => other.parts().into_iter().any(Self::holds_bind),
        }
    }

    /// The elements, where all are known.
    pub(super) fn elements(&self) -> Option<Vec<Self>> {
        match self {
            Self::List(all) => Some(all.clone()),
            Self::Dict(all) => Some(all.iter().map(|(key, _)| key.clone()).collect()),
            _ => None,
        }
    }

    /// The imported name's last part.
    pub(super) fn last_name(&self) -> Option<&str> {
        match self {
            Self::Path(path) => path.rsplit('.').next(),
            Self::Call(call) if call.of.is_none() => Some(&call.name),
            _ => None,
        }
    }
}

impl Call {
    pub(super) fn keyword(&self, name: &str) -> Option<&Arg> {
        let mut named = self.keywords.iter().filter(|(known, _)| known == name);
        named.next().map(|(_, arg)| arg)
    }

    /// A keyword that is a flag, and set.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.keyword(name)
            .is_some_and(|arg| arg.value == Value::Bool(true))
    }

    /// It is an object of the application's.
    pub(super) fn is_foreign(&self) -> bool {
        let path = self.path.as_deref();
        path.is_some_and(|path| !is_expression(path) && !is_harmless(path))
    }

    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        self.keyword(name)?.value.text()
    }
}

impl Arg {
    /// A keyword that says as much as none.
    pub(super) fn is_none(&self) -> bool {
        self.value == Value::None
    }
}
