//! Expressions: what they are worth, as far as it is written out, and what they call.

use ruff_python_ast::{
    self as ast, CmpOp, Expr, FStringPart, InterpolatedStringElement, Number, Operator, UnaryOp,
};
use ruff_text_size::Ranged;

use super::{
    harmless::{BUILTINS, is_expression},
    texts::{percent, shown},
    value::{Arg, Call, HOLE, Value},
    walk::{DEPTH, Walk, span},
};

/// How much there may be of a value.
pub(super) const HEAVIEST: usize = 50_000;

impl<'a> Walk<'a> {
    /// The value of an expression; its calls happen.
    pub(super) fn eval(&mut self, expr: &'a Expr) -> Value {
        if self.depth >= DEPTH {
            let at = span(expr.range());
            self.unread(&at, &at, "");
            return Value::UNKNOWN;
        }
        if self.is_spent() {
            return Value::UNKNOWN;
        }
        self.depth += 1;
        let value = self.expression(expr);
        self.depth -= 1;
        let weight = value.weight(HEAVIEST, DEPTH);
        self.work += weight;
        if weight < HEAVIEST {
            value
        } else {
            Value::UNKNOWN
        }
    }

    fn expression(&mut self, expr: &'a Expr) -> Value {
        match expr {
            Expr::NoneLiteral(_) | Expr::EllipsisLiteral(_) => Value::None,
            Expr::BooleanLiteral(one) => Value::Bool(one.value),
            Expr::NumberLiteral(one) => match &one.value {
                Number::Int(value) => value.as_i64().map_or(Value::UNKNOWN, Value::Int),
                Number::Float(value) => Value::Number(value.to_string()),
                Number::Complex { .. } => Value::UNKNOWN,
            },
            Expr::StringLiteral(one) => Value::Text(one.value.to_str().to_owned()),
            Expr::FString(one) => self.formatted(one),
            Expr::List(one) => self.list(&one.elts),
            Expr::Tuple(one) => self.list(&one.elts),
            Expr::Set(one) => self.list(&one.elts),
            Expr::Dict(one) => self.dict(one),
            Expr::Name(one) => self.name(&one.id),
            Expr::Attribute(one) => {
                let of = self.eval(&one.value);
                self.attribute(of, &one.attr)
            }
            Expr::Call(one) => self.call(one),
            Expr::Await(one) => self.eval(&one.value),
            Expr::BinOp(one) => {
                let (left, right) = (self.eval(&one.left), self.eval(&one.right));
                operated(left, one.op, right)
            }
            Expr::UnaryOp(one) => {
                let value = self.eval(&one.operand);
                match (one.op, value.truth(), value) {
                    (UnaryOp::Not, Some(truth), _) => Value::Bool(!truth),
                    (UnaryOp::USub, _, Value::Int(value)) => Value::Int(value.wrapping_neg()),
                    (_, _, value) => Value::Mix(vec![value]),
                }
            }
            Expr::BoolOp(one) => self.both(one),
            Expr::Compare(one) => self.compared(one),
            Expr::If(one) => match self.eval(&one.test).truth() {
                Some(true) => self.eval(&one.body),
                Some(false) => self.eval(&one.orelse),
                None => Value::Either(vec![self.eval(&one.body), self.eval(&one.orelse)]),
            },
            Expr::Subscript(one) => {
                let (of, at) = (self.eval(&one.value), self.eval(&one.slice));
                subscripted(of, at)
            }
            Expr::Named(one) => {
                let value = self.eval(&one.value);
                self.bind(&one.target, &value);
                value
            }
            Expr::Starred(one) => Value::Mix(vec![self.eval(&one.value)]),
            Expr::ListComp(one) => self.comprehended(&one.elt, &one.generators),
            Expr::SetComp(one) => self.comprehended(&one.elt, &one.generators),
            Expr::Generator(one) => self.comprehended(&one.elt, &one.generators),
            Expr::DictComp(one) => {
                let values = self.comprehended(&one.value, &one.generators);
                Value::Mix(vec![values])
            }
            Expr::Yield(one) => {
                let value = one.value.as_ref().map(|value| self.eval(value));
                Value::Mix(value.into_iter().collect())
            }
            Expr::Lambda(one) => {
                // Whoever gets it may call it.
                let parameters = one.parameters.as_deref();
                let names = parameters.into_iter().flat_map(|all| all.iter());
                for parameter in names {
                    self.set(parameter.name(), Value::UNKNOWN);
                }
                self.perhaps_done(|walk| {
                    walk.eval(&one.body);
                });
                Value::UNKNOWN
            }
            _ => Value::UNKNOWN,
        }
    }

    fn name(&self, name: &str) -> Value {
        match self.lookup(name) {
            Some(value) => value,
            None if BUILTINS.contains(&name) => Value::Path(format!("builtins.{name}")),
            // `from app.helpers import *`: somebody else's.
            None => Value::Path(name.to_owned()),
        }
    }

    /// `x.name`.
    pub(super) fn attribute(&self, of: Value, name: &str) -> Value {
        match (&of, name) {
            // Flask-SQLAlchemy's `db.session`.
            (Value::Path(path), "session") if !is_expression(path) => Value::Bind,
            (Value::Path(path), _) => Value::Path(format!("{path}.{name}")),
            (Value::Bind, "name") => Value::Text(
                match self.dialect {
                    crate::model::Dialect::Postgres => "postgresql",
                    crate::model::Dialect::Sqlite => "sqlite",
                }
                .to_owned(),
            ),
            (Value::Bind, "as_sql") => Value::Bool(false),
            (Value::Bind, "dialect" | "engine" | "connection" | "bind" | "impl") => Value::Bind,
            // What rows have, columns and methods of it alike.
            (Value::Mix(_) | Value::Either(_), _) => of,
            _ => Value::Attribute((of, name.to_owned()).into()),
        }
    }

    fn list(&mut self, elements: &'a [Expr]) -> Value {
        let mut all = Vec::with_capacity(elements.len());
        let mut is_whole = true;
        for element in elements {
            if let Expr::Starred(starred) = element {
                let value = self.eval(&starred.value);
                if let Some(elements) = value.elements() {
                    all.extend(elements);
                } else {
                    is_whole = false;
                    all.push(value);
                }
            } else {
                all.push(self.eval(element));
            }
        }
        if is_whole {
            Value::List(all)
        } else {
            Value::Mix(all)
        }
    }

    fn dict(&mut self, one: &'a ast::ExprDict) -> Value {
        let mut items = Vec::with_capacity(one.items.len());
        for item in &one.items {
            let value = self.eval(&item.value);
            match (&item.key, value) {
                (Some(key), value) => items.push((self.eval(key), value)),
                (None, Value::Dict(more)) => items.extend(more),
                (None, other) => {
                    let known = Value::Dict(items);
                    return Value::Mix(vec![known, other]);
                }
            }
        }
        Value::Dict(items)
    }

    fn formatted(&mut self, one: &'a ast::ExprFString) -> Value {
        let mut text = String::new();
        let mut is_whole = true;
        for part in &one.value {
            match part {
                FStringPart::Literal(literal) => text.push_str(&literal.value),
                FStringPart::FString(part) => {
                    for element in &part.elements {
                        match element {
                            InterpolatedStringElement::Literal(literal) => {
                                text.push_str(&literal.value);
                            }
                            InterpolatedStringElement::Interpolation(inner) => {
                                let value = self.eval(&inner.expression);
                                let plain = inner.format_spec.is_none()
                                    && inner.conversion == ast::ConversionFlag::None;
                                if let Some(shown) = shown(&value).filter(|_| plain) {
                                    text.push_str(&shown);
                                } else {
                                    text.push(HOLE);
                                    is_whole = false;
                                }
                            }
                        }
                    }
                }
            }
        }
        if is_whole {
            Value::Text(text)
        } else {
            Value::Holed(text)
        }
    }

    fn both(&mut self, one: &'a ast::ExprBoolOp) -> Value {
        let decides = one.op == ast::BoolOp::Or;
        let mut mixed = Vec::new();
        for value in &one.values {
            let value = self.eval(value);
            match value.truth() {
                Some(truth) if truth == decides && mixed.is_empty() => return value,
                // Whatever the others are, this one settles it.
                Some(truth) if truth == decides => return Value::Bool(truth),
                Some(_) => {}
                None => mixed.push(value),
            }
        }
        if mixed.is_empty() {
            Value::Bool(!decides)
        } else {
            Value::Mix(mixed)
        }
    }

    fn compared(&mut self, one: &'a ast::ExprCompare) -> Value {
        let left = self.eval(&one.left);
        let mut all = vec![left];
        for other in &one.comparators {
            all.push(self.eval(other));
        }
        let ([left, right], [op]) = (all.as_slice(), &*one.ops) else {
            return Value::Mix(all);
        };
        let is_plain = |value: &Value| {
            matches!(
                value,
                Value::None | Value::Bool(_) | Value::Int(_) | Value::Text(_)
            )
        };
        let known = match (op, left, right) {
            (CmpOp::Eq | CmpOp::Is, left, right) if is_plain(left) && is_plain(right) => {
                Some(left == right)
            }
            (CmpOp::NotEq | CmpOp::IsNot, left, right) if is_plain(left) && is_plain(right) => {
                Some(left != right)
            }
            (CmpOp::In | CmpOp::NotIn, left, Value::List(all))
                if is_plain(left) && all.iter().all(is_plain) =>
            {
                Some(all.contains(left) == (*op == CmpOp::In))
            }
            (CmpOp::In | CmpOp::NotIn, Value::Text(part), Value::Text(text)) => {
                Some(text.contains(part.as_str()) == (*op == CmpOp::In))
            }
            _ => None,
        };
        known.map_or_else(|| Value::Mix(all.clone()), Value::Bool)
    }

    /// What a comprehension makes, element by element where it goes over what is written.
    fn comprehended(&mut self, element: &'a Expr, all: &'a [ast::Comprehension]) -> Value {
        let [one, rest @ ..] = all else {
            return Value::List(vec![self.eval(element)]);
        };
        let over = self.eval(&one.iter);
        let Some(elements) = over.elements().filter(|all| all.len() <= 500) else {
            self.bind(&one.target, &Value::Mix(vec![over]));
            for test in &one.ifs {
                self.eval(test);
            }
            return Value::Mix(vec![self.comprehended(element, rest)]);
        };
        let (mut made, mut is_whole) = (Vec::new(), true);
        for value in elements {
            self.bind(&one.target, &value);
            let mut passes = Some(true);
            for test in &one.ifs {
                passes = match (passes, self.eval(test).truth()) {
                    (Some(true), truth) => truth,
                    (other, _) => other,
                };
            }
            is_whole &= passes.is_some();
            if passes != Some(false) {
                match self.comprehended(element, rest) {
                    Value::List(more) => made.extend(more),
                    other => {
                        is_whole = false;
                        made.push(other);
                    }
                }
            }
        }
        if is_whole {
            Value::List(made)
        } else {
            Value::Mix(made)
        }
    }

    /// A call as it is written, with its arguments' values.
    pub(super) fn arguments(&mut self, call: &'a ast::ExprCall) -> Call {
        let mut args = Vec::new();
        let mut keywords = Vec::new();
        let mut more = None;
        for arg in &call.arguments.args {
            let at = span(arg.range());
            let Expr::Starred(starred) = arg else {
                let value = self.eval(arg);
                args.push(Arg { value, span: at });
                continue;
            };
            let value = self.eval(&starred.value);
            match value.elements() {
                Some(elements) => args.extend(elements.into_iter().map(|value| Arg {
                    value,
                    span: at.clone(),
                })),
                None => more = Some(at),
            }
        }
        for keyword in &call.arguments.keywords {
            let value = self.eval(&keyword.value);
            let at = span(keyword.value.range());
            match (&keyword.arg, value) {
                (Some(name), value) => {
                    keywords.push((name.to_string(), Arg { value, span: at }));
                }
                (None, Value::Dict(items)) => {
                    for (key, value) in items {
                        let span = at.clone();
                        match key {
                            Value::Text(name) => keywords.push((name, Arg { value, span })),
                            _ => more = Some(span),
                        }
                    }
                }
                (None, _) => more = Some(at),
            }
        }
        Call {
            args,
            keywords,
            more,
            span: span(call.range()),
            ..Call::nothing()
        }
    }
}

/// `left op right`.
pub(super) fn operated(left: Value, op: Operator, right: Value) -> Value {
    match (left, op, right) {
        (Value::Text(left), Operator::Add, Value::Text(right)) => Value::Text(left + &right),
        (
            Value::Text(left) | Value::Holed(left),
            Operator::Add,
            Value::Text(right) | Value::Holed(right),
        ) => Value::Holed(left + &right),
        (Value::Text(left) | Value::Holed(left), Operator::Add, _) => {
            Value::Holed(format!("{left}{HOLE}"))
        }
        (_, Operator::Add, Value::Text(right) | Value::Holed(right)) => {
            Value::Holed(format!("{HOLE}{right}"))
        }
        (Value::List(mut left), Operator::Add, Value::List(right)) => {
            left.extend(right);
            Value::List(left)
        }
        (Value::Int(left), Operator::Add, Value::Int(right)) => {
            left.checked_add(right).map_or(Value::UNKNOWN, Value::Int)
        }
        (Value::Text(text), Operator::Mod, value) => percent(&text, value),
        (Value::Dict(mut left), Operator::BitOr, Value::Dict(right)) => {
            left.extend(right);
            Value::Dict(left)
        }
        (left, _, right) => Value::Mix(vec![left, right]),
    }
}

fn subscripted(of: Value, at: Value) -> Value {
    match (&of, &at) {
        (Value::List(all), Value::Int(at)) => {
            let length = i64::try_from(all.len()).unwrap_or(i64::MAX);
            let at = if *at < 0 { at + length } else { *at };
            let found = usize::try_from(at).ok().and_then(|at| all.get(at));
            found.cloned().unwrap_or(Value::UNKNOWN)
        }
        (Value::Dict(all), key) => {
            let found = all.iter().rev().find(|(known, _)| known == key);
            found.map_or(Value::UNKNOWN, |(_, value)| value.clone())
        }
        // metadata.tables["schema.name"]
        (Value::Attribute(one), Value::Text(name)) if one.1 == "tables" => {
            let arg = |text: &str| Arg {
                value: Value::Text(text.to_owned()),
                span: 0..0,
            };
            let (schema, name) = match name.rsplit_once('.') {
                Some((schema, name)) => (Some(schema), name),
                None => (None, name.as_str()),
            };
            let schema = schema.map(|schema| ("schema".to_owned(), arg(schema)));
            Value::Call(
                Call {
                    name: "table".to_owned(),
                    args: vec![arg(name)],
                    keywords: schema.into_iter().collect(),
                    ..Call::nothing()
                }
                .into(),
            )
        }
        // table.c["name"]
        (Value::Attribute(_), Value::Text(name)) => {
            let name = name.clone();
            Value::Attribute((of, name).into())
        }
        _ => Value::Mix(vec![of, at]),
    }
}
