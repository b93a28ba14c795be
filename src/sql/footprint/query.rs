//! Queries and the statements that write rows: relations, columns, functions.
//!
//! A column without its table is taken for one of every table of the statement: only
//! the database knows better, and a name that a table does not have collides with nothing.

use std::collections::BTreeSet;

use super::{
    kinds,
    names::{Full, dotted, listed},
    reader::{Reader, When, plain},
    tree::{Is, Node},
};
use crate::model::footprint::{Access, Act, Kind, Object};

/// The tables of a statement, by the names that they have in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    tables: Vec<(String, Full)>,
    hidden: BTreeSet<String>,
}

impl Scope {
    /// One table and nothing else: a CHECK, an index, a policy.
    pub(super) fn of(tables: &[Full]) -> Self {
        let mut scope = Self::default();
        for full in tables {
            for alias in [full.1.as_str(), "new", "old", "excluded"] {
                scope.tables.push((alias.to_owned(), full.clone()));
            }
        }
        scope
    }

    fn called(&self, alias: &str) -> impl Iterator<Item = &Full> {
        self.tables
            .iter()
            .filter(move |(name, _)| name == alias)
            .map(|(_, full)| full)
    }

    fn all(&self) -> BTreeSet<&Full> {
        self.tables.iter().map(|(_, full)| full).collect()
    }
}

impl Reader {
    /// A query that is run for what it returns, or for what it writes.
    pub(super) fn run_query(&mut self, node: &Node) {
        let writes = node.below().any(|one| is_dml(one.kind()));
        if !writes && node.is(Is::SELECT) {
            self.call(node);
        }
        if let Some(into) = node
            .find(Is::INTO_CLAUSE)
            .and_then(|into| into.child(Is::TABLE_NAME))
        {
            let (schema, name) = self.names.created(&into.path());
            self.act(Act::Create, Object::table(&schema, &name));
        }
        self.query(node, if writes { Act::Read } else { Act::Reference });
    }

    /// Everything that a query uses. `act` is what it means to use something.
    pub(super) fn query(&mut self, node: &Node, act: Act) {
        let mut scope = Scope::default();
        for name in node.below().filter(|one| one.is(Is::CTE_NAME)) {
            scope.hidden.insert(name.name());
        }
        for one in node.below() {
            match one.kind() {
                Is::RELATION_FROM_ITEM | Is::TABLE => self.from(&one, act, &mut scope),
                kind if is_dml(kind) => self.written(&one, &mut scope),
                _ => {}
            }
        }
        self.expression(node, &scope, act);
    }

    fn from(&mut self, item: &Node, act: Act, scope: &mut Scope) {
        let Some(name) = item.below().find(|one| one.is(Is::RELATION_NAME_REF)) else {
            return;
        };
        let path = name.path();
        if path.len() == 1 && scope.hidden.contains(&path[0]) {
            return;
        }
        let alias = item
            .child(Is::FROM_ALIAS)
            .and_then(|alias| alias.child(Is::TABLE_ALIAS));
        for full in self.tables_of_ours(&path) {
            self.act(act, Object::table(&full.0, &full.1));
            let called = alias.as_ref().map_or_else(|| full.1.clone(), Node::name);
            scope.tables.push((called, full));
        }
    }

    /// The tables that a name can mean, PostgreSQL's own left out.
    fn tables_of_ours(&self, path: &[String]) -> Vec<Full> {
        let mut all = self.names.meant(path);
        if path.len() == 1 {
            all.retain(|(_, name)| !name.starts_with("pg_"));
        }
        all
    }

    /// The table that a statement writes to, and which of its columns.
    fn written(&mut self, node: &Node, scope: &mut Scope) {
        let target = node.children().find_map(|child| match child.kind() {
            Is::RELATION_NAME_REF => Some(child),
            Is::RELATION_NAME | Is::TABLE_RELATION_NAME => child
                .below()
                .find(|one| matches!(one.kind(), Is::RELATION_NAME_REF | Is::TABLE_NAME_REF)),
            _ => None,
        });
        let Some(target) = target else { return };
        let alias = node.children().find_map(|child| match child.kind() {
            Is::OPTIONAL_AS_ALIAS | Is::REQUIRED_AS_ALIAS => child.child(Is::TABLE_ALIAS),
            _ => None,
        });
        let says = said(node).filter(|_| self.when == When::Now);
        for full in self.names.meant(&target.path()) {
            let (schema, table) = &full;
            let act = if node.is(Is::UPDATE) {
                Act::Read
            } else {
                Act::Write
            };
            let access = Access::new(act, Object::table(schema, table));
            self.add(Access {
                says: says.clone(),
                ..access
            });
            let act = if node.is(Is::UPDATE) {
                Act::Write
            } else {
                Act::Reference
            };
            for column in targets(node) {
                self.act(act, Object::column(schema, table, &column));
            }
            let called = alias.as_ref().map_or_else(|| table.clone(), Node::name);
            scope.tables.push((called, full.clone()));
            scope.tables.push(("excluded".to_owned(), full));
        }
    }

    /// The names in an expression.
    pub(super) fn expression(&mut self, node: &Node, scope: &Scope, act: Act) {
        match node.kind() {
            Is::CALL_EXPR => {
                let mut children = node.children();
                if let Some(function) = children.next() {
                    if matches!(function.kind(), Is::NAME_REF | Is::FIELD_EXPR) {
                        self.function(&dots(&function));
                    } else {
                        self.expression(&function, scope, act);
                    }
                }
                self.sequence(node);
                for child in children {
                    self.expression(&child, scope, act);
                }
            }
            Is::FIELD_EXPR => self.field(node, scope, act),
            Is::NAME_REF => self.unqualified(node, scope, act),
            Is::COLUMN_NAME_REF if node.is_in(Is::JOIN_USING_CLAUSE) => {
                self.bare_column(&node.name(), scope, act);
            }
            Is::TARGET if node.has_token(Is::STAR) => self.star(node, act, scope),
            Is::PATH_TYPE => self.type_used(node),
            Is::CAST_EXPR => {
                let typed = node.child(Is::PATH_TYPE);
                let value = node.child(Is::LITERAL).and_then(|one| one.string());
                if let (Some(typed), Some(value)) = (typed, value) {
                    self.label_used(&typed, &value);
                }
                for child in node.children() {
                    self.expression(&child, scope, act);
                }
            }
            Is::RELATION_NAME_REF | Is::TABLE_NAME_REF | Is::COLUMN_TARGET => {}
            _ => {
                for child in node.children() {
                    self.expression(&child, scope, act);
                }
            }
        }
    }

    /// A column without its table: most likely one of the nearest FROM. One of a FROM
    /// further out is possible, and no more than that.
    fn unqualified(&mut self, node: &Node, scope: &Scope, act: Act) {
        let name = node.name();
        let near = self.nearest(node, scope);
        if near.is_empty() || is_value(&name) || !matches!(act, Act::Reference | Act::Read) {
            self.bare_column(&name, scope, act);
            return;
        }
        for (schema, table) in &near {
            self.act(act, Object::column(schema, table, &name));
        }
        for full in scope.all().into_iter().filter(|full| !near.contains(full)) {
            self.act(Act::Mention, Object::column(&full.0, &full.1, &name));
        }
    }

    /// The tables of the innermost SELECT with a FROM; none where that is not of tables alone.
    fn nearest(&self, node: &Node, scope: &Scope) -> Vec<Full> {
        let mut above = node.parent();
        while let Some(at) = above {
            let from = at.child(Is::FROM_CLAUSE).filter(|_| at.is(Is::SELECT));
            if let Some(from) = from {
                let items = from.below().filter(|one| one.is(Is::RELATION_FROM_ITEM));
                let names = items
                    .filter(|item| is_own(item, &from))
                    .filter_map(|item| item.child(Is::RELATION_NAME_REF))
                    .map(|name| name.path());
                let mut near = Vec::new();
                for path in names {
                    let is_hidden = path.len() == 1 && scope.hidden.contains(&path[0]);
                    let tables = self.tables_of_ours(&path);
                    if is_hidden || tables.is_empty() {
                        return Vec::new();
                    }
                    near.extend(tables);
                }
                return near;
            }
            above = at.parent();
        }
        Vec::new()
    }

    /// Its rows are taken over, not only its columns.
    pub(super) fn reads_rows(&mut self, node: &Node) {
        for item in node.below().filter(|one| one.is(Is::RELATION_FROM_ITEM)) {
            if let Some(name) = item.child(Is::RELATION_NAME_REF) {
                for (schema, table) in self.tables_of_ours(&name.path()) {
                    self.act(Act::Read, Object::table(&schema, &table));
                }
            }
        }
    }

    fn bare_column(&mut self, name: &str, scope: &Scope, act: Act) {
        if name.is_empty() || is_value(name) {
            return;
        }
        for (schema, table) in scope.all() {
            self.act(act, Object::column(schema, table, name));
        }
    }

    /// `alias.column`, `schema.table.column`, `alias.*`.
    fn field(&mut self, node: &Node, scope: &Scope, act: Act) {
        let names = dots(node);
        let star = node.has_token(Is::STAR);
        let is_plain = node
            .below()
            .all(|one| matches!(one.kind(), Is::FIELD_EXPR | Is::NAME_REF));
        if !is_plain {
            for child in node.children().filter(|child| !child.is(Is::NAME_REF)) {
                self.expression(&child, scope, act);
            }
            return;
        }
        let (base, column) = match names.as_slice() {
            [.., base] if star => (base, "*"),
            [.., base, column] => (base, column.as_str()),
            _ => return,
        };
        if star && node.is_in(Is::RETURNING_CLAUSE) {
            return;
        }
        let known: Vec<Full> = scope.called(base).cloned().collect();
        for (schema, table) in &known {
            self.act(act, Object::column(schema, table, column));
        }
        // A field of a composite column: the column is used.
        if let (true, [column, _]) = (known.is_empty(), names.as_slice()) {
            self.bare_column(column, scope, act);
        }
    }

    /// A `*` of a SELECT: all columns of its own FROM.
    fn star(&mut self, target: &Node, act: Act, scope: &Scope) {
        let select = target
            .parent()
            .and_then(|list| list.parent())
            .and_then(|clause| clause.parent());
        let Some(select) = select.filter(|_| !target.is_in(Is::EXISTS_FN)) else {
            return;
        };
        let Some(from) = select.child(Is::FROM_CLAUSE) else {
            return;
        };
        if act == Act::Read && is_picked_from(&select) {
            return;
        }
        let items = from.below().filter(|one| one.is(Is::RELATION_FROM_ITEM));
        for item in items.filter(|item| is_own(item, &from)) {
            let Some(name) = item.child(Is::RELATION_NAME_REF) else {
                continue;
            };
            let path = name.path();
            if path.len() == 1 && scope.hidden.contains(&path[0]) {
                continue;
            }
            for (schema, table) in self.tables_of_ours(&path) {
                self.act(act, Object::columns(&schema, &table));
            }
        }
    }

    /// A function that is called somewhere in an expression.
    fn function(&mut self, path: &[String]) {
        if !kinds::is_own_function(path) {
            for (schema, name) in self.names.meant(path) {
                self.refer(Object::new(Kind::Function, &schema, &name));
            }
        }
    }

    /// `nextval('app.users_id_seq')`.
    fn sequence(&mut self, call: &Node) {
        let names = call
            .children()
            .next()
            .map(|one| dots(&one))
            .unwrap_or_default();
        let is_about_one = names
            .last()
            .is_some_and(|name| matches!(name.as_str(), "nextval" | "setval" | "currval"));
        let argument = call
            .child(Is::ARG_LIST)
            .and_then(|list| list.child(Is::ARG));
        let literal = argument.and_then(|one| one.below().find_map(|one| one.string()));
        if let (true, Some(text)) = (is_about_one, literal) {
            for (schema, name) in self.names.meant(&dotted(&text)) {
                self.refer(Object::new(Kind::Sequence, &schema, &name));
            }
        }
    }

    /// A type of a column, an argument, a cast.
    pub(super) fn type_used(&mut self, node: &Node) {
        let path = node.path();
        if !kinds::is_own_type(&path) {
            for (schema, name) in self.names.meant(&path) {
                self.refer(Object::new(Kind::Type, &schema, &name));
                // A table is a type as well.
                self.refer(Object::table(&schema, &name));
            }
        }
    }

    /// A value of a type that may be an enum.
    pub(super) fn label_used(&mut self, typed: &Node, value: &str) {
        let path = typed.path();
        if !kinds::is_own_type(&path) {
            for (schema, name) in self.names.meant(&path) {
                self.refer(Object::part(Kind::Label, &schema, &name, value));
            }
        }
    }

    /// Types below a node.
    pub(super) fn types_below(&mut self, node: &Node) {
        for one in node.below().filter(|one| one.is(Is::PATH_TYPE)) {
            self.type_used(&one);
        }
    }

    /// A `SELECT` by itself is there for the functions that it calls.
    fn call(&mut self, node: &Node) {
        let calls = node.below().filter(|one| one.is(Is::CALL_EXPR));
        for call in calls {
            let Some(function) = call.children().next() else {
                continue;
            };
            if !matches!(function.kind(), Is::NAME_REF | Is::FIELD_EXPR) {
                continue;
            }
            let path = dots(&function);
            if path.last().is_some_and(|name| name == "set_config") {
                self.set_config(&call);
            }
            self.opaque |= !kinds::is_own_function(&path);
        }
    }

    fn set_config(&mut self, call: &Node) {
        let texts: Vec<Option<String>> = call
            .child(Is::ARG_LIST)
            .map(|list| {
                list.each(Is::ARG)
                    .map(|one| one.below().find_map(|one| one.string()))
                    .collect()
            })
            .unwrap_or_default();
        if let [Some(name), Some(value), ..] = texts.as_slice()
            && name == "search_path"
        {
            self.names.set_path(Some(listed(value)));
        }
    }

    /// `COPY t FROM` fills the table, anything else reads.
    pub(super) fn copy(&mut self, node: &Node) {
        let fills = node.has(Is::COPY_FROM);
        if let Some(query) = node.child(Is::COPY_QUERY) {
            self.query(&query, Act::Reference);
        }
        if let Some(table) = node.child(Is::COPY_TABLE) {
            let act = if fills { Act::Write } else { Act::Reference };
            for (schema, name) in self.table_of(&table) {
                self.act(act, Object::table(&schema, &name));
                for column in table.below().filter(|one| one.is(Is::COLUMN_NAME_REF)) {
                    self.refer(Object::column(&schema, &name, &column.name()));
                }
            }
        }
    }

    /// `SET search_path`, `SET SCHEMA`, and back.
    pub(super) fn set(&mut self, node: &Node) {
        if let Some(value) = node.child(Is::SET_SCHEMA_VALUE) {
            let schema = value.below().find_map(|one| one.string());
            self.names.set_path(schema.map(|schema| vec![schema]));
            return;
        }
        let config = node.child(Is::SET_CONFIG).unwrap_or_else(|| node.clone());
        let is_path = config
            .child(Is::CONFIG_PARAMETER_REF)
            .is_some_and(|name| name.path() == ["search_path"]);
        let resets_all = node.is(Is::RESET) && node.has(Is::ALL);
        if !is_path && !resets_all {
            return;
        }
        let to = config.child(Is::TO_CONFIG_VALUE);
        let values = to.filter(|to| !to.has_token(Is::DEFAULT_KW)).map(|to| {
            to.children()
                .filter_map(|one| match one.kind() {
                    Is::CONFIG_VALUE_NAME => Some(one.name()),
                    _ => one.string(),
                })
                .collect()
        });
        self.names.set_path(values);
    }
}

fn is_dml(kind: Is) -> bool {
    matches!(kind, Is::INSERT | Is::UPDATE | Is::DELETE | Is::MERGE)
}

/// The columns that a statement sets, of its own and not of one inside.
fn targets(node: &Node) -> Vec<String> {
    node.below()
        .filter(|one| one.is(Is::COLUMN_TARGET))
        .filter(|one| {
            let mut above = one.parent();
            while let Some(at) = above {
                if is_dml(at.kind()) {
                    return at.is_same(node);
                }
                above = at.parent();
            }
            false
        })
        .filter_map(|one| one.child(Is::COLUMN_NAME_REF))
        .map(|one| one.name())
        .collect()
}

/// No other SELECT between an item and its FROM.
fn is_own(item: &Node, from: &Node) -> bool {
    let mut above = item.parent();
    while let Some(at) = above {
        if at.is_same(from) {
            return true;
        }
        if at.is(Is::SELECT) {
            return false;
        }
        above = at.parent();
    }
    false
}

/// A SELECT around it names the columns that it takes of it: others do no harm.
fn is_picked_from(select: &Node) -> bool {
    let mut above = select.parent();
    while let Some(at) = above {
        if at.is(Is::SELECT) {
            let list = at
                .child(Is::SELECT_CLAUSE)
                .and_then(|clause| clause.child(Is::TARGET_LIST));
            let mut targets = list.into_iter().flat_map(|list| list.each(Is::TARGET));
            return !targets.any(|target| {
                let field = target.child(Is::FIELD_EXPR);
                target.has_token(Is::STAR) || field.is_some_and(|one| one.has_token(Is::STAR))
            });
        }
        above = at.parent();
    }
    false
}

/// What a statement writes, if it is no list of rows.
fn said(node: &Node) -> Option<String> {
    const LONGEST: usize = 2_000;
    let text = node.text();
    (text.len() <= LONGEST).then(|| plain(&text))
}

/// The names between the dots.
pub(super) fn dots(node: &Node) -> Vec<String> {
    let names = node.below().filter(|one| one.is(Is::NAME_REF));
    names.map(|one| one.name()).collect()
}

/// Names that are values, and no columns.
fn is_value(name: &str) -> bool {
    matches!(
        name,
        "current_catalog"
            | "current_date"
            | "current_role"
            | "current_schema"
            | "current_time"
            | "current_timestamp"
            | "current_user"
            | "localtime"
            | "localtimestamp"
            | "session_user"
            | "system_user"
            | "user"
    )
}
