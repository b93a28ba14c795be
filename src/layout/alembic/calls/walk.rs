//! Walks through a module's statements as Python would run them, with what is known.
//!
//! Where it is not known which way a module goes, it goes both, and what happens there happens
//! softly. A loop over what is written out goes round as often; any other goes round once.

use std::{collections::HashMap, ops::Range};

use ruff_python_ast::{self as ast, Expr, PySourceType, Stmt};
use ruff_python_parser::parse_unchecked_source;
use ruff_text_size::{Ranged, TextRange};

use super::{
    eval::HEAVIEST,
    value::{Arg, Call, Done, HOLE, Value, What},
};
use crate::model::Dialect;

/// How many statements a module may take: its loops over what is written out go round.
const STEPS: usize = 10_000;
/// How much of values it may make on the way.
const WORK: usize = 500_000;
/// How deep functions may call each other, and expressions may go.
pub(super) const DEPTH: usize = 150;

pub(super) type Names = HashMap<String, Value>;

/// A module, and where in it one is.
pub(super) struct Walk<'a> {
    pub(super) dialect: Dialect,
    pub(super) functions: HashMap<usize, &'a ast::StmtFunctionDef>,
    globals: Names,
    /// Those of the functions that are being called.
    scopes: Vec<Names>,
    softly: usize,
    /// In blocks outside of the transaction.
    outside: usize,
    /// A call stands alone, for what it does.
    pub(super) is_bare: bool,
    /// It is being imported: what is called there is no migration.
    importing: bool,
    steps: usize,
    pub(super) work: usize,
    /// That it took too long was said.
    is_told: bool,
    pub(super) depth: usize,
    returned: Vec<Value>,
    done: Vec<Done>,
}

/// Where a statement leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    /// Out of the loop, or to its next round.
    Loop,
    /// Out of the function.
    Left,
    /// The migration fails.
    Raised,
}

/// What `upgrade()` does, call by call.
pub(super) fn upgrade(text: &str, dialect: Dialect) -> Vec<Done> {
    let parsed = parse_unchecked_source(text, PySourceType::Python);
    let mut walk = Walk {
        dialect,
        functions: HashMap::new(),
        globals: HashMap::new(),
        scopes: Vec::new(),
        softly: 0,
        outside: 0,
        is_bare: false,
        importing: true,
        steps: 0,
        work: 0,
        is_told: false,
        depth: 0,
        returned: Vec::new(),
        done: Vec::new(),
    };
    let module = parsed.syntax();
    if parsed.has_invalid_syntax() {
        walk.importing = false;
        walk.unread(&(0..text.len()), &(0..text.len()), text);
        return walk.done;
    }
    walk.body(&module.body);
    walk.importing = false;
    if walk.is_spent() {
        walk.unread(&(0..text.len()), &(0..text.len()), "");
    }
    if let Some(Value::Function(at)) = walk.globals.get("upgrade")
        && let Some(function) = walk.functions.get(at).copied()
    {
        walk.enter(function, &Call::nothing());
        let at = span(function.range());
        if walk.is_spent() && !walk.is_told {
            walk.unread(&at, &at, "");
        }
    }
    walk.done
}

impl<'a> Walk<'a> {
    /// Something reached a database.
    pub(super) fn emit(&mut self, span: &Range<usize>, what: What) {
        if !self.importing {
            self.done.push(Done {
                span: span.clone(),
                what,
                softly: self.softly > 0,
                outside: self.outside > 0,
            });
        }
    }

    /// The same, where it is not known whether.
    pub(super) fn perhaps_done(&mut self, what: impl FnOnce(&mut Self)) {
        self.softly += 1;
        what(self);
        self.softly -= 1;
    }

    /// Something may have, and it is not known what it does. `at` is what hides it.
    pub(super) fn unread(&mut self, span: &Range<usize>, at: &Range<usize>, words: &str) {
        let (at, words) = (at.clone(), words.replace(HOLE, "?"));
        self.emit(span, What::Unread { at, words });
    }

    pub(super) fn lookup(&self, name: &str) -> Option<Value> {
        // A function within another one has the names of that one.
        let mut scopes = self.scopes.iter().rev();
        let local = scopes.find_map(|scope| scope.get(name));
        local.or_else(|| self.globals.get(name)).cloned()
    }

    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.names().insert(name.to_owned(), value);
    }

    fn names(&mut self) -> &mut Names {
        self.scopes.last_mut().unwrap_or(&mut self.globals)
    }

    /// Calls a function of the module.
    pub(super) fn enter(&mut self, function: &'a ast::StmtFunctionDef, call: &Call) -> Value {
        if self.depth >= DEPTH || self.scopes.len() > 20 {
            self.unread(&call.span, &call.span, "");
            return Value::UNKNOWN;
        }
        let names = self.bound(function, call);
        self.scopes.push(names);
        let (softly, returned) = (self.softly, std::mem::take(&mut self.returned));
        self.body(&function.body);
        self.softly = softly;
        self.scopes.pop();
        let mut values = std::mem::replace(&mut self.returned, returned);
        match values.len() {
            0 => Value::None,
            1 => values.remove(0),
            _ => Value::Either(values),
        }
    }

    /// A function is handed to somebody who may call it.
    pub(super) fn handed(&mut self, call: &Call) {
        let args = call
            .args
            .iter()
            .chain(call.keywords.iter().map(|(_, arg)| arg));
        for arg in args {
            match &arg.value {
                Value::Function(at) => {
                    if let Some(function) = self.functions.get(at).copied() {
                        let call = Call {
                            span: arg.span.clone(),
                            ..Call::nothing()
                        };
                        self.perhaps_done(|walk| {
                            walk.enter(function, &call);
                        });
                    }
                }
                Value::Path(path) if path.starts_with("alembic.op.") => {
                    self.unread(&call.span, &arg.span, "");
                }
                _ => {}
            }
        }
    }

    fn bound(&mut self, function: &'a ast::StmtFunctionDef, call: &Call) -> Names {
        let parameters = &function.parameters;
        let mut given = call.args.iter();
        let mut names = Names::new();
        for one in parameters.posonlyargs.iter().chain(&parameters.args) {
            let name = one.parameter.name.as_str();
            let value = match (given.next(), call.keyword(name), &one.default) {
                (Some(arg), _, _) | (None, Some(arg), _) => arg.value.clone(),
                (None, None, Some(default)) => self.eval(default),
                _ => Value::UNKNOWN,
            };
            names.insert(name.to_owned(), value);
        }
        for one in &parameters.kwonlyargs {
            let name = one.parameter.name.as_str();
            let value = match (call.keyword(name), &one.default) {
                (Some(arg), _) => arg.value.clone(),
                (None, Some(default)) => self.eval(default),
                _ => Value::UNKNOWN,
            };
            names.insert(name.to_owned(), value);
        }
        if let Some(rest) = &parameters.vararg {
            let rest_of: Vec<Value> = given.map(|arg| arg.value.clone()).collect();
            names.insert(rest.name.to_string(), Value::List(rest_of));
        }
        if let Some(rest) = &parameters.kwarg {
            names.insert(rest.name.to_string(), Value::UNKNOWN);
        }
        names
    }

    /// It took too long, and nothing more is looked at.
    pub(super) fn is_spent(&self) -> bool {
        self.steps > STEPS || self.work > WORK
    }

    fn body(&mut self, body: &'a [Stmt]) -> Flow {
        for statement in body {
            let at = span(statement.range());
            if self.depth >= DEPTH {
                self.unread(&at, &at, "");
                return Flow::On;
            }
            self.steps += 1;
            if self.is_spent() {
                if !self.is_told {
                    self.is_told = true;
                    self.unread(&at, &at, "");
                }
                return Flow::Raised;
            }
            self.depth += 1;
            let flow = self.statement(statement);
            self.depth -= 1;
            if flow != Flow::On {
                return flow;
            }
        }
        Flow::On
    }

    fn statement(&mut self, statement: &'a Stmt) -> Flow {
        match statement {
            Stmt::Expr(one) => {
                self.is_bare = one.value.is_call_expr();
                self.eval(&one.value);
                self.changed_in_place(&one.value);
            }
            Stmt::Assign(one) => {
                let value = self.eval(&one.value);
                for target in &one.targets {
                    self.bind(target, &value);
                }
            }
            Stmt::AnnAssign(one) => {
                if let Some(value) = &one.value {
                    let value = self.eval(value);
                    self.bind(&one.target, &value);
                }
            }
            Stmt::AugAssign(one) => {
                let (left, right) = (self.eval(&one.target), self.eval(&one.value));
                let value = super::eval::operated(left, one.op, right);
                self.bind(&one.target, &value);
            }
            Stmt::FunctionDef(one) => {
                let at = span(one.range()).start;
                self.functions.insert(at, one);
                self.set(&one.name, Value::Function(at));
            }
            Stmt::ClassDef(one) => {
                let value = self.class(one);
                self.set(&one.name, value);
            }
            Stmt::Import(one) => {
                for alias in &one.names {
                    let whole = alias.name.as_str();
                    if let Some(name) = &alias.asname {
                        self.set(name, Value::Path(whole.to_owned()));
                    } else {
                        let first = whole.split('.').next().unwrap_or(whole);
                        self.set(first, Value::Path(first.to_owned()));
                    }
                }
            }
            Stmt::ImportFrom(one) => {
                let module = one.module.as_ref().map_or(".", ast::Identifier::as_str);
                for alias in &one.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.set(name, Value::Path(format!("{module}.{}", alias.name)));
                }
            }
            Stmt::If(one) => return self.branches(one),
            Stmt::For(one) => return self.round(one),
            Stmt::While(one) => {
                self.eval(&one.test);
                return self.perhaps(&[&one.body, &one.orelse], true);
            }
            Stmt::With(one) => return self.with(one),
            Stmt::Try(one) => return self.tried(one),
            Stmt::Match(one) => {
                self.eval(&one.subject);
                let bodies: Vec<&[Stmt]> = one.cases.iter().map(|case| &*case.body).collect();
                return self.perhaps(&bodies, false);
            }
            Stmt::Return(one) => {
                let value = one.value.as_ref().map_or(Value::None, |one| self.eval(one));
                self.returned.push(value);
                return Flow::Left;
            }
            Stmt::Raise(_) => return Flow::Raised,
            Stmt::Break(_) | Stmt::Continue(_) => return Flow::Loop,
            Stmt::Assert(one) => {
                self.eval(&one.test);
            }
            _ => {}
        }
        Flow::On
    }

    pub(super) fn bind(&mut self, target: &'a Expr, value: &Value) {
        let many: &[Expr] = match target {
            Expr::Name(name) => return self.set(&name.id, value.clone()),
            Expr::Tuple(one) => &one.elts,
            Expr::List(one) => &one.elts,
            Expr::Subscript(one) => return self.forget(&one.value),
            _ => return,
        };
        let known = value.elements().filter(|all| all.len() == many.len());
        for (at, target) in many.iter().enumerate() {
            let value = match &known {
                Some(all) => all[at].clone(),
                None => Value::Mix(vec![value.clone()]),
            };
            self.bind(target, &value);
        }
    }

    /// `rows.append(…)`: what a name stands for is another value now.
    fn changed_in_place(&mut self, value: &'a Expr) {
        if let Expr::Call(call) = value
            && let Expr::Attribute(method) = &*call.func
        {
            self.forget(&method.value);
        }
    }

    fn forget(&mut self, target: &'a Expr) {
        if let Expr::Name(name) = target
            && let Some(value @ (Value::List(_) | Value::Dict(_))) = self.lookup(&name.id)
        {
            self.set(&name.id, Value::Mix(vec![value]));
        }
    }

    fn branches(&mut self, one: &'a ast::StmtIf) -> Flow {
        let mut open: Vec<&'a [Stmt]> = Vec::new();
        let first = std::iter::once((Some(&*one.test), &*one.body));
        let others = one.elif_else_clauses.iter();
        let all = first.chain(others.map(|clause| (clause.test.as_ref(), &*clause.body)));
        let mut has_else = false;
        for (test, body) in all {
            let truth = test.map_or(Some(true), |test| self.eval(test).truth());
            match truth {
                Some(false) => {}
                Some(true) if open.is_empty() => return self.body(body),
                Some(true) => {
                    open.push(body);
                    has_else = true;
                    break;
                }
                None => open.push(body),
            }
        }
        if !has_else {
            open.push(&[]);
        }
        self.perhaps(&open, false)
    }

    /// One of these happens, and it is not known which.
    fn perhaps(&mut self, bodies: &[&'a [Stmt]], is_loop: bool) -> Flow {
        let before = self.names().clone();
        let weights = before.values().map(|value| value.weight(HEAVIEST, DEPTH));
        self.work += weights.sum::<usize>() * (bodies.len() + 1);
        let mut after: Option<Names> = is_loop.then(|| before.clone());
        let mut flows = Vec::new();
        self.softly += 1;
        for body in bodies {
            self.names().clone_from(&before);
            let softly = self.softly;
            let mut flow = self.body(body);
            if is_loop {
                self.softly = softly;
                flow = if flow == Flow::Loop { Flow::On } else { flow };
            }
            flows.push(flow);
            if matches!(flow, Flow::On | Flow::Loop) {
                let names = std::mem::take(self.names());
                after = Some(match after {
                    Some(known) => either(known, names),
                    None => names,
                });
            }
        }
        self.softly -= 1;
        *self.names() = after.unwrap_or(before);
        flows.retain(|flow| *flow != Flow::Raised);
        let Some(first) = flows.first().copied() else {
            return if is_loop { Flow::On } else { Flow::Raised };
        };
        if flows.iter().all(|flow| *flow == first) && !is_loop {
            return first;
        }
        if flows.iter().any(|flow| *flow != Flow::On) {
            // What stands behind is done in some cases only, up to the end of the loop or
            // of the function.
            self.softly += 1;
        }
        Flow::On
    }

    fn round(&mut self, one: &'a ast::StmtFor) -> Flow {
        let over = self.eval(&one.iter);
        if let Value::Either(ways) = &over
            && ways.iter().all(|way| way.elements().is_some())
        {
            self.softly += 1;
            for element in ways.iter().filter_map(Value::elements).flatten() {
                self.bind(&one.target, &element);
                self.body(&one.body);
            }
            self.softly -= 1;
            return Flow::On;
        }
        let Some(elements) = over.elements() else {
            self.bind(&one.target, &Value::Mix(vec![over]));
            return self.perhaps(&[&one.body, &one.orelse], true);
        };
        let softly = self.softly;
        for element in elements {
            self.bind(&one.target, &element);
            let flow = self.body(&one.body);
            if matches!(flow, Flow::Left | Flow::Raised) {
                return flow;
            }
        }
        self.softly = softly;
        self.body(&one.orelse)
    }

    fn with(&mut self, one: &'a ast::StmtWith) -> Flow {
        let mut commits = false;
        for item in &one.items {
            commits |= matches!(&item.context_expr, Expr::Call(call) if matches!(
                &*call.func, Expr::Attribute(method) if method.attr.as_str() == "autocommit_block"));
            let value = self.eval(&item.context_expr);
            if let Some(target) = &item.optional_vars {
                self.bind(target, &value);
            }
        }
        self.outside += usize::from(commits);
        let flow = self.body(&one.body);
        self.outside -= usize::from(commits);
        flow
    }

    /// What is caught may fail, and what catches it may happen.
    fn tried(&mut self, one: &'a ast::StmtTry) -> Flow {
        let handlers = one.handlers.iter().map(|handler| {
            let ast::ExceptHandler::ExceptHandler(handler) = handler;
            &*handler.body
        });
        let handlers: Vec<&'a [Stmt]> = handlers.collect();
        let raises = |body: &[Stmt]| matches!(body.last(), Some(Stmt::Raise(_)));
        let catches = !handlers.iter().all(|body| raises(body));
        self.softly += usize::from(catches);
        let flow = self.body(&one.body);
        self.softly -= usize::from(catches);
        if !handlers.is_empty() {
            let mut bodies = handlers;
            bodies.push(&[]);
            self.perhaps(&bodies, false);
        }
        let flow = if flow == Flow::On {
            self.body(&one.orelse)
        } else {
            flow
        };
        match self.body(&one.finalbody) {
            Flow::On => flow,
            last => last,
        }
    }

    /// A class with a `__tablename__` is that table; of any other its name counts.
    fn class(&mut self, one: &'a ast::StmtClassDef) -> Value {
        self.scopes.push(Names::new());
        self.body(&one.body);
        let names = self.scopes.pop().unwrap_or_default();
        let Some(Value::Text(table)) = names.get("__tablename__") else {
            return Value::Path(format!("{}", one.name));
        };
        let arg = |value: Value| Arg {
            value,
            span: span(one.name.range()),
        };
        let mut args = vec![arg(Value::Text(table.clone()))];
        let is_column = |value: &Value| value.called(&["Column", "mapped_column"]).is_some();
        let mut columns: Vec<_> = names.iter().filter(|(_, value)| is_column(value)).collect();
        columns.sort_by(|one, other| one.0.cmp(other.0));
        for (name, value) in columns {
            let mut column = value.call().cloned().unwrap_or_else(Call::nothing);
            "column".clone_into(&mut column.name);
            if column
                .args
                .first()
                .is_none_or(|first| first.value.text().is_none())
            {
                column.args.insert(0, arg(Value::Text(name.clone())));
            }
            args.push(arg(Value::Call(column.into())));
        }
        Value::Call(
            Call {
                name: "table".to_owned(),
                args,
                ..Call::nothing()
            }
            .into(),
        )
    }
}

impl Call {
    /// A call without anything.
    pub(super) fn nothing() -> Self {
        Self {
            name: String::new(),
            path: None,
            of: None,
            args: Vec::new(),
            keywords: Vec::new(),
            more: None,
            span: 0..0,
        }
    }
}

/// What names stand for after one of two ways.
fn either(one: Names, mut other: Names) -> Names {
    let mut names = Names::new();
    for (name, value) in one {
        let value = match other.remove(&name) {
            Some(same) if same == value => value,
            Some(unlike) => Value::Either(vec![value, unlike]),
            None => value,
        };
        names.insert(name, value);
    }
    names.extend(other);
    names
}

pub(super) fn span(range: TextRange) -> Range<usize> {
    range.into()
}
