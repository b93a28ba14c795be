//! What Alembic reads of a revision's module, found in its syntax tree: never by running it.
//!
//! Alembic imports the file and takes `revision`, `down_revision`, `branch_labels` and
//! `depends_on` as they are then, and the module's docstring. Here only what is written as
//! a value counts; a value that would have to be computed is said to be one.

use std::{collections::HashMap, ops::Range};

use ruff_python_ast::{self as ast, Expr, Operator, PySourceType, Stmt, token::TokenKind};
use ruff_python_parser::{Parsed, parse_unchecked_source};
use ruff_text_size::{Ranged, TextRange};

/// The names that Alembic reads.
const KEYS: [&str; 4] = ["revision", "down_revision", "branch_labels", "depends_on"];

/// A value of the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// `None`.
    None,
    /// One text.
    Text(Text),
    /// A tuple, a list or a set.
    Many(Vec<Text>),
    /// It takes running Python to know it.
    Computed,
}

/// A text of the header, and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    /// What it says; `None` = an expression.
    pub(super) value: Option<String>,
    /// The bytes of the expression.
    pub(super) span: Range<usize>,
}

impl Value {
    /// Its texts, in the order written, an empty one aside: to Alembic that is none.
    pub(super) fn texts(&self) -> &[Text] {
        match self {
            Self::None | Self::Computed => &[],
            Self::Text(one) if one.value.as_deref() == Some("") => &[],
            Self::Text(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

/// A name of the header with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Assigned {
    /// The value, where it is written.
    pub(super) value: Value,
    /// The bytes of the value, without parentheses around it.
    pub(super) span: Range<usize>,
    /// The bytes of the statement.
    pub(super) statement: Range<usize>,
}

/// `upgrade()` or `downgrade()`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Function {
    /// The bytes of all of it, decorators too.
    pub(super) span: Range<usize>,
    /// It does more than nothing.
    pub(super) acts: bool,
    /// All that it does is to raise.
    pub(super) raises: bool,
}

/// A revision's module.
pub(super) struct Module {
    pub(super) parsed: Parsed<ast::ModModule>,
    assigned: HashMap<&'static str, Assigned>,
    /// The docstring, and the bytes of its literal.
    pub(super) docstring: Option<(String, Range<usize>)>,
    pub(super) upgrade: Option<Function>,
    pub(super) downgrade: Option<Function>,
    /// The comments that stand alone on their lines, without the `#`.
    pub(super) comments: Vec<(String, Range<usize>)>,
}

impl Module {
    /// Reads a text. A text that is no Python is read as far as it goes: Alembic projects
    /// have modules of Python 2 in their past.
    pub(super) fn read(text: &str) -> Self {
        let parsed = parse_unchecked_source(text, PySourceType::Python);
        let mut module = Self {
            assigned: HashMap::new(),
            docstring: None,
            upgrade: None,
            downgrade: None,
            comments: comments(text, &parsed),
            parsed,
        };
        module.look();
        module
    }

    /// A name of the header; the last assignment holds, as it does in Python.
    pub(super) fn assigned(&self, key: &str) -> Option<&Assigned> {
        self.assigned.get(key)
    }

    /// The first byte behind the header: the docstring and what is assigned.
    pub(super) fn header_end(&self) -> usize {
        let assigned = self.assigned.values().map(|one| one.statement.end);
        let docstring = self.docstring.iter().map(|(_, span)| span.end);
        assigned.chain(docstring).max().unwrap_or_default()
    }

    fn look(&mut self) {
        let body = &self.parsed.syntax().body;
        if let Some(Stmt::Expr(first)) = body.first()
            && let Expr::StringLiteral(literal) = &*first.value
        {
            self.docstring = Some((literal.value.to_str().to_owned(), span(literal.range)));
        }
        // Texts that a name stands for, as far as they were assigned.
        let mut known: HashMap<&str, &Expr> = HashMap::new();
        let mut found = HashMap::new();
        for statement in body {
            match statement {
                Stmt::FunctionDef(one) => {
                    let function = function(one);
                    match one.name.as_str() {
                        "upgrade" => self.upgrade = Some(function),
                        "downgrade" => self.downgrade = Some(function),
                        _ => {}
                    }
                }
                Stmt::Assign(_) | Stmt::AnnAssign(_) if !unpacks(statement) => {
                    for (name, value) in assignments(statement) {
                        if let Some(key) = KEYS.iter().find(|key| **key == name) {
                            let assigned = Assigned {
                                value: read_value(value, &known),
                                span: span(value.range()),
                                statement: span(statement.range()),
                            };
                            found.insert(*key, assigned);
                        }
                        known.insert(name, value);
                    }
                }
                // What is assigned in there depends on what happens.
                _ => {
                    for key in KEYS.iter().filter(|key| assigns_within(statement, key)) {
                        let assigned = Assigned {
                            value: Value::Computed,
                            span: span(statement.range()),
                            statement: span(statement.range()),
                        };
                        found.insert(*key, assigned);
                    }
                    known.retain(|name, _| !assigns_within(statement, name));
                }
            }
        }
        self.assigned = found;
    }
}

/// The name of the header that a statement assigns, and nothing else.
pub(super) fn header_key(statement: &Stmt) -> Option<&'static str> {
    let mut all = assignments(statement);
    let (name, _) = all.next()?;
    let key = KEYS.iter().find(|key| **key == name)?;
    all.all(|(name, _)| KEYS.contains(&name)).then_some(*key)
}

/// `a = b = value` and `a: T = value`, name by name.
fn assignments(statement: &Stmt) -> impl Iterator<Item = (&str, &Expr)> {
    let (targets, value): (&[Expr], Option<&Expr>) = match statement {
        Stmt::Assign(one) => (&one.targets, Some(&one.value)),
        Stmt::AnnAssign(one) => (std::slice::from_ref(&*one.target), one.value.as_deref()),
        _ => (&[], None),
    };
    targets.iter().filter_map(move |target| {
        let name = target.as_name_expr()?;
        Some((name.id.as_str(), value?))
    })
}

/// `a, b = value`, or `globals()["a"] = value`.
fn unpacks(statement: &Stmt) -> bool {
    let is_several =
        |one: &Expr| one.is_tuple_expr() || one.is_list_expr() || one.is_subscript_expr();
    matches!(statement, Stmt::Assign(one) if one.targets.iter().any(is_several))
}

/// A target of an assignment, or one that is in it, has the name.
fn binds(target: &Expr, key: &str) -> bool {
    match target {
        Expr::Name(name) => name.id.as_str() == key,
        Expr::Tuple(one) => one.elts.iter().any(|one| binds(one, key)),
        Expr::List(one) => one.elts.iter().any(|one| binds(one, key)),
        Expr::Starred(one) => binds(&one.value, key),
        // Whatever is called there (`globals()`, `vars()`), it is asked for the name.
        Expr::Subscript(one) => {
            one.value.is_call_expr()
                && matches!(&*one.slice, Expr::StringLiteral(name) if name.value.to_str() == key)
        }
        _ => false,
    }
}

/// A statement of the module that holds others, or that has a name from elsewhere, assigns it.
fn assigns_within(statement: &Stmt, key: &str) -> bool {
    let all = |body: &[Stmt]| {
        body.iter()
            .any(|one| assignments(one).any(|(name, _)| name == key) || assigns_within(one, key))
    };
    let imports = |names: &[ast::Alias]| {
        names
            .iter()
            .any(|one| one.asname.as_ref().unwrap_or(&one.name).as_str() == key)
    };
    match statement {
        Stmt::Assign(one) => one.targets.iter().any(|target| binds(target, key)),
        Stmt::Import(one) => imports(&one.names),
        Stmt::ImportFrom(one) => imports(&one.names),
        Stmt::While(one) => all(&one.body) || all(&one.orelse),
        Stmt::Match(one) => one.cases.iter().any(|case| all(&case.body)),
        Stmt::If(one) => {
            all(&one.body) || one.elif_else_clauses.iter().any(|other| all(&other.body))
        }
        Stmt::Try(one) => {
            let handled = one.handlers.iter().any(|handler| {
                let ast::ExceptHandler::ExceptHandler(handler) = handler;
                all(&handler.body)
            });
            all(&one.body) || all(&one.orelse) || all(&one.finalbody) || handled
        }
        Stmt::With(one) => all(&one.body),
        Stmt::For(one) => binds(&one.target, key) || all(&one.body) || all(&one.orelse),
        Stmt::AugAssign(one) => one
            .target
            .as_name_expr()
            .is_some_and(|name| name.id.as_str() == key),
        _ => false,
    }
}

fn read_value(value: &Expr, known: &HashMap<&str, &Expr>) -> Value {
    let many =
        |elements: &[Expr]| Value::Many(elements.iter().map(|one| read_text(one, known)).collect());
    match value {
        Expr::NoneLiteral(_) => Value::None,
        Expr::Tuple(one) => many(&one.elts),
        Expr::List(one) => many(&one.elts),
        Expr::Set(one) => many(&one.elts),
        Expr::Name(name) => match known.get(name.id.as_str()) {
            // A name for what a name stands for is followed once: no loop can come of it.
            Some(other) if !other.is_name_expr() => read_value(other, known),
            _ => Value::Computed,
        },
        _ => match read_text(value, known) {
            Text { value: None, .. } => Value::Computed,
            one => Value::Text(one),
        },
    }
}

fn read_text(value: &Expr, known: &HashMap<&str, &Expr>) -> Text {
    let literal = match value {
        Expr::Name(name) => known
            .get(name.id.as_str())
            .filter(|other| !other.is_name_expr())
            .and_then(|other| literal(other)),
        other => literal(other),
    };
    Text {
        value: literal,
        span: span(value.range()),
    }
}

/// A text that is written as one, or put together of some.
fn literal(value: &Expr) -> Option<String> {
    match value {
        Expr::StringLiteral(one) => Some(one.value.to_str().to_owned()),
        Expr::BinOp(one) if one.op == Operator::Add => {
            Some(literal(&one.left)? + &literal(&one.right)?)
        }
        _ => None,
    }
}

fn function(one: &ast::StmtFunctionDef) -> Function {
    let acts = |statement: &&Stmt| match statement {
        Stmt::Pass(_) => false,
        Stmt::Expr(one) => {
            !one.value.is_string_literal_expr() && !one.value.is_ellipsis_literal_expr()
        }
        Stmt::Return(one) => one
            .value
            .as_ref()
            .is_some_and(|value| !value.is_none_literal_expr()),
        _ => true,
    };
    let acting: Vec<&Stmt> = one.body.iter().filter(acts).collect();
    Function {
        span: span(one.range),
        acts: !acting.is_empty(),
        raises: matches!(acting.as_slice(), [Stmt::Raise(_)]),
    }
}

fn comments(text: &str, parsed: &Parsed<ast::ModModule>) -> Vec<(String, Range<usize>)> {
    let comments = parsed
        .tokens()
        .iter()
        .filter(|token| token.kind() == TokenKind::Comment);
    comments
        .map(|token| span(token.range()))
        .filter(|span| {
            let line = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
            text[line..span.start].trim().is_empty()
        })
        .map(|span| (text[span.start + 1..span.end].trim().to_owned(), span))
        .collect()
}

fn span(range: TextRange) -> Range<usize> {
    range.into()
}
