//! Functions and `DO` blocks: what their bodies do, as far as the text shows.
//!
//! A `DO` block runs now, and what it does behind a condition or where failures are
//! caught is taken for done softly. A function's body in SQL is looked at by the
//! database when it is created, any other not before it runs. Statements put together
//! at run time are opaque.

use super::{
    reader::{Reader, When, creation, made, plain},
    tree::{self, Is, Node},
};
use crate::model::footprint::{Access, Kind, Object};

impl Reader {
    pub(super) fn create_function(&mut self, node: &Node) {
        let name = node.children().find(|child| {
            matches!(
                child.kind(),
                Is::FUNCTION_NAME | Is::PROCEDURE_NAME | Is::AGGREGATE_NAME
            )
        });
        let Some(name) = name else { return };
        let (schema, name) = self.names.created(&name.path());
        let object = Object {
            arguments: arguments(node),
            ..Object::new(Kind::Function, &schema, &name)
        };
        self.add(Access::new(creation(node), object).saying(made(node)));
        self.types_below(node);
        let Some(body) = node.body() else {
            // `BEGIN ATOMIC` and `RETURN` stand in the statement itself.
            self.body_of_function(node, When::Checked);
            return;
        };
        let when = if body.is_sql && !body.has_error {
            When::Checked
        } else {
            When::Later
        };
        self.body_of_function(&body.root, when);
    }

    fn body_of_function(&mut self, body: &Node, when: When) {
        let before = (self.when, self.opaque, self.names.clone());
        if self.when != When::Later {
            self.when = when;
        }
        for one in statements_in(body) {
            self.statement(&one);
        }
        // Nothing of it happens now.
        (self.when, self.opaque, self.names) = before;
    }

    /// A `DO` block.
    pub(super) fn run_block(&mut self, node: &Node) {
        match node.body() {
            Some(body) if !body.has_error && !body.is_sql => self.block(&body.root),
            _ => self.opaque = true,
        }
    }

    fn block(&mut self, node: &Node) {
        for child in node.children() {
            match child.kind() {
                Is::PLPGSQL_BLOCK => {
                    let catches = child.has(Is::PLPGSQL_EXCEPTION_SECTION);
                    self.within(catches, |reader| reader.block(&child));
                }
                Is::PLPGSQL_IF_STMT | Is::PLPGSQL_CASE_STMT | Is::PLPGSQL_EXCEPTION_SECTION => {
                    self.within(true, |reader| reader.block(&child));
                }
                Is::PLPGSQL_DYN_EXECUTE_STMT => self.execute(&child),
                Is::PLPGSQL_FOR_DYN_STMT
                | Is::PLPGSQL_OPEN_EXECUTE
                | Is::PLPGSQL_CALL_STMT
                | Is::PLPGSQL_DO_STMT => {
                    self.opaque = true;
                    self.block(&child);
                }
                _ if child.is_statement() => self.statement(&child),
                _ => self.block(&child),
            }
        }
    }

    fn within(&mut self, softly: bool, what: impl FnOnce(&mut Self)) {
        let before = self.softly;
        self.softly |= softly;
        what(self);
        self.softly = before;
    }

    /// `EXECUTE 'a plain text'` is as good as the statement itself.
    fn execute(&mut self, node: &Node) {
        let target = node.find(Is::TARGET);
        let literal = target
            .and_then(|target| target.children().next())
            .and_then(|one| one.string());
        let parsed = literal.and_then(|text| tree::parse(&text));
        match parsed {
            Some(parsed) if parsed.error.is_none() => {
                for statement in parsed.root.children() {
                    self.statement(&statement);
                }
            }
            _ => self.opaque = true,
        }
    }
}

/// The outermost statements below a node.
fn statements_in(node: &Node) -> Vec<Node> {
    let mut found = Vec::new();
    for child in node.children() {
        if child.is_statement() {
            found.push(child);
        } else {
            found.extend(statements_in(&child));
        }
    }
    found
}

/// The types of the arguments that tell functions of one name apart.
pub(super) fn arguments(node: &Node) -> Option<String> {
    let list = node.child(Is::PARAM_LIST)?;
    let types: Vec<String> = list
        .each(Is::PARAM)
        .filter(|param| !param.has(Is::PARAM_OUT))
        .filter_map(|param| {
            let mut children = param.children();
            let typed = children.find(|one| {
                let word = format!("{:?}", one.kind());
                word.ends_with("_TYPE")
            })?;
            Some(same_type(&plain(&typed.text())))
        })
        .collect();
    Some(types.join(", "))
}

/// One spelling for types that have several.
fn same_type(text: &str) -> String {
    let short = match text {
        "int" | "int4" => "integer",
        "int8" => "bigint",
        "int2" => "smallint",
        "bool" => "boolean",
        "character varying" => "varchar",
        "timestamp with time zone" => "timestamptz",
        "timestamp without time zone" => "timestamp",
        "float8" => "double precision",
        "decimal" => "numeric",
        other => other.strip_prefix("pg_catalog . ").unwrap_or(other),
    };
    short.to_owned()
}
