//! What an `env.py` gives to `context.configure(…)`, where that is written out.

use ruff_python_ast::{
    Expr, ExprCall, PySourceType,
    visitor::{Visitor, walk_expr},
};
use ruff_python_parser::parse_unchecked_source;

/// The version table and its schema, as every call of `configure()` that names them has them;
/// what is computed, or differs from call to call, is left open.
pub fn version_table(text: &str) -> (Option<String>, Option<String>) {
    let parsed = parse_unchecked_source(text, PySourceType::Python);
    let mut calls = Calls::default();
    calls.visit_body(&parsed.syntax().body);
    (one(&calls.tables), one(&calls.schemas))
}

/// The text that all of them are.
fn one(found: &[Option<String>]) -> Option<String> {
    let first = found.first()?.as_ref()?;
    let same = found.iter().all(|other| other.as_ref() == Some(first));
    same.then(|| first.clone())
}

#[derive(Default)]
struct Calls {
    tables: Vec<Option<String>>,
    schemas: Vec<Option<String>>,
}

impl Calls {
    fn look(&mut self, call: &ExprCall) {
        let Expr::Attribute(function) = &*call.func else {
            return;
        };
        if function.attr.as_str() != "configure" {
            return;
        }
        for keyword in &call.arguments.keywords {
            let into = match keyword
                .arg
                .as_ref()
                .map(ruff_python_ast::Identifier::as_str)
            {
                Some("version_table") => &mut self.tables,
                Some("version_table_schema") => &mut self.schemas,
                _ => continue,
            };
            into.push(match &keyword.value {
                Expr::StringLiteral(text) => Some(text.value.to_str().to_owned()),
                _ => None,
            });
        }
    }
}

impl<'a> Visitor<'a> for Calls {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            self.look(call);
        }
        walk_expr(self, expr);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_written_out() {
        let some = |text: &str| Some(text.to_owned());
        for (text, want) in [
            (
                "def f():\n    context.configure(url=u, version_table=\"v\", version_table_schema='s')\n",
                (some("v"), some("s")),
            ),
            (
                "with a as b:\n    context.configure(version_table=NAME)\n",
                (None, None),
            ),
            (
                "context.configure(version_table='a')\ncontext.configure(version_table='b')\n",
                (None, None),
            ),
            (
                "context.configure(version_table='a')\ncontext.configure(x=1)\n",
                (some("a"), None),
            ),
            ("other(version_table='a')\n", (None, None)),
            ("def (", (None, None)),
        ] {
            assert_eq!(version_table(text), want, "{text}");
        }
    }
}
