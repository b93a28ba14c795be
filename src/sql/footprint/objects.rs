//! Views, types, and the many kinds of objects that are created, altered and dropped
//! in the same few ways; comments and privileges.

use super::{
    kinds,
    names::Full,
    query::Scope,
    reader::{Reader, When, creation, made, plain, removal, role},
    tree::{Is, Node},
};
use crate::model::footprint::{Access, Act, Kind, Object, Part};

impl Reader {
    pub(super) fn create_view(&mut self, node: &Node) {
        let Some(path) = node.child(Is::VIEW).map(|view| view.path()) else {
            return;
        };
        let full = if node.has(Is::TEMP) {
            self.names.temporary(&path)
        } else {
            self.names.created(&path)
        };
        let view = Object::new(Kind::View, &full.0, &full.1);
        self.add(Access::new(creation(node), view).saying(made(node)));
        self.holds_types = true;
        for child in node.children().filter(|child| !child.is(Is::VIEW)) {
            self.query(&child, Act::Reference);
        }
        self.holds_types = false;
        if node.is(Is::CREATE_MATERIALIZED_VIEW) {
            self.reads_rows(node);
        }
    }

    /// Triggers, policies and rules.
    pub(super) fn create_on_table(&mut self, node: &Node) {
        let tables = self.table_of(node);
        self.holds_types = true;
        let name = node.children().find_map(|child| {
            let kind = kinds::defined(child.kind())?;
            Some((kind, child.name()))
        });
        for (schema, table) in &tables {
            if let Some((kind, name)) = &name {
                let object = Object::part(kind.clone(), schema, table, name);
                self.add(Access::new(creation(node), object).saying(made(node)));
            }
            self.refer(Object::table(schema, table));
            if node.is(Is::CREATE_TRIGGER) {
                // Rows become something else from now on.
                self.act(Act::Demand, Object::table(schema, table));
            }
            for column in node
                .below()
                .filter(|one| one.is(Is::COLUMN_NAME_REF) && one.is_in(Is::TRIGGER_EVENT_UPDATE))
            {
                self.refer(Object::column(schema, table, &column.name()));
            }
        }
        let scope = Scope::of(&tables);
        let before = std::mem::replace(&mut self.when, When::Checked);
        for query in outermost_queries(node) {
            self.query(&query, Act::Reference);
        }
        self.when = before;
        for child in node.children() {
            self.expression(&child, &scope, Act::Reference);
        }
        self.holds_types = false;
    }

    pub(super) fn create_schema(&mut self, node: &Node) {
        let name = node.find(Is::SCHEMA).or_else(|| node.find(Is::ROLE));
        let Some(name) = name.map(|name| name.name()) else {
            return;
        };
        let schema = Object::new(Kind::Schema, "", &name);
        self.add(Access::new(creation(node), schema).saying(made(node)));
        let before = self.names.path();
        self.names.set_path(Some(vec![name]));
        let elements = node.children().filter(Node::is_statement);
        for element in elements {
            self.statement(&element);
        }
        self.names.set_path(Some(before));
    }

    pub(super) fn create_type(&mut self, node: &Node) {
        self.create_other(node);
        self.types_below(node);
        let scope = Scope::default();
        for child in node.children() {
            self.expression(&child, &scope, Act::Reference);
        }
    }

    pub(super) fn alter_type(&mut self, node: &Node) {
        let Some(name) = node
            .children()
            .find(|child| matches!(child.kind(), Is::TYPE_NAME_REF | Is::DOMAIN_REF))
        else {
            return;
        };
        for full in self.names.meant(&name.path()) {
            let object = Object::new(Kind::Type, &full.0, &full.1);
            for action in node.children().skip(1) {
                match action.kind() {
                    Is::ADD_VALUE => self.add_label(&action, &full, &object),
                    Is::RENAME_VALUE => {
                        let mut labels = action.each(Is::LITERAL).filter_map(|one| one.string());
                        if let (Some(from), Some(to)) = (labels.next(), labels.next()) {
                            self.refer(object.clone());
                            self.act(Act::Rename, label(&full, &from));
                            self.act(Act::Create, label(&full, &to));
                        }
                    }
                    _ => self.domain_action(&action, &full, &object),
                }
            }
        }
        self.types_below(node);
    }

    /// What can be done to a domain beside what can be done to any type.
    fn domain_action(&mut self, action: &Node, full: &Full, object: &Object) {
        let part =
            |name: &Node| Object::part(Kind::Constraint, &full.0, &full.1, &name.name_or_path());
        match action.kind() {
            Is::SET_DEFAULT | Is::DROP_DEFAULT => self.alter(object.clone(), Part::Default, action),
            Is::SET_NOT_NULL | Is::DROP_NOT_NULL => self.alter(object.clone(), Part::Null, action),
            Is::ADD_CONSTRAINT => {
                self.refer(object.clone());
                if let Some(name) = action.find(Is::CONSTRAINT_NAME) {
                    let access = Access::new(Act::Create, part(&name));
                    self.add(access.saying(plain(&action.text())));
                }
            }
            Is::DROP_CONSTRAINT => {
                self.refer(object.clone());
                if let Some(name) = action.child(Is::CONSTRAINT_NAME_REF) {
                    self.act(removal(action), part(&name));
                }
            }
            _ => self.alteration(action, object),
        }
    }

    fn add_label(&mut self, action: &Node, full: &Full, object: &Object) {
        self.refer(object.clone());
        if let Some(name) = action.child(Is::LITERAL).and_then(|one| one.string()) {
            let access = Access::new(creation(action), label(full, &name));
            self.add(access.saying(made(action)));
        }
        let place = action
            .children()
            .find(|one| matches!(one.kind(), Is::BEFORE_VALUE | Is::AFTER_VALUE));
        if let Some(beside) = place.and_then(|one| one.below().find_map(|one| one.string())) {
            self.refer(label(full, &beside));
        }
    }

    /// `CREATE SEQUENCE`, `CREATE EXTENSION`, `CREATE PUBLICATION` …
    pub(super) fn create_other(&mut self, node: &Node) {
        let name = node.children().find_map(|child| {
            let inner = if child.is(Is::NAMED_SCHEMA) {
                child.child(Is::SCHEMA)?
            } else {
                child
            };
            Some((kinds::defined(inner.kind())?, inner))
        });
        let Some((kind, name)) = name else {
            // Casts, operators, transforms: by their text alone.
            self.whole_statement(node, creation(node));
            return;
        };
        let path = name.path();
        let object = if kinds::is_in_schema(&kind) {
            let (schema, name) = self.names.created(&path);
            Object::new(kind, &schema, &name)
        } else {
            Object::new(kind, "", &path.join("."))
        };
        self.add(Access::new(creation(node), object).saying(made(node)));
        self.names_below(node, Act::Reference);
        self.owned_by(node);
    }

    /// `OWNED BY table.column` of a sequence.
    fn owned_by(&mut self, node: &Node) {
        for name in node
            .below()
            .filter(|one| one.is(Is::QUALIFIED_COLUMN_NAME_REF))
        {
            for column in self.column_named(&name) {
                if let Some(table) = column.owner() {
                    self.refer(table);
                }
                self.refer(column);
            }
        }
    }

    fn column_named(&self, name: &Node) -> Vec<Object> {
        let mut path = name.path();
        let Some(column) = path.pop() else {
            return Vec::new();
        };
        let tables = self.names.meant(&path).into_iter();
        tables
            .map(|(schema, table)| Object::column(&schema, &table, &column))
            .collect()
    }

    pub(super) fn drop_objects(&mut self, node: &Node) {
        let act = removal(node);
        let says = if node.has(Is::CASCADE) { "cascade" } else { "" };
        let mut any = false;
        if let Some((kind, name)) = part_of_table(node) {
            for (schema, table) in self.table_of(node) {
                self.refer(Object::table(&schema, &table));
                let object = Object::part(kind.clone(), &schema, &table, &name);
                self.add(Access::new(act, object).saying(says));
                if kind == Kind::Trigger {
                    self.act(Act::Demand, Object::table(&schema, &table));
                }
            }
            return;
        }
        let lists = [
            Is::FUNCTION_SIG_LIST,
            Is::PROCEDURE_SIG_LIST,
            Is::ROUTINE_SIG_LIST,
        ];
        let names = node.children().flat_map(|child| {
            if lists.contains(&child.kind()) {
                child.children().collect::<Vec<_>>()
            } else {
                vec![child]
            }
        });
        for name in names {
            for object in self.named(&name) {
                any = true;
                self.add(Access::new(act, object).saying(says));
            }
        }
        if !any {
            self.whole_statement(node, act);
        }
    }

    /// `ALTER VIEW`, `ALTER INDEX`, `ALTER SEQUENCE` …
    pub(super) fn alter_other(&mut self, node: &Node) {
        if let Some((kind, name)) = part_of_table(node) {
            for (schema, table) in self.table_of(node) {
                self.refer(Object::table(&schema, &table));
                let object = Object::part(kind.clone(), &schema, &table, &name);
                for action in node.children().skip(2) {
                    self.alteration(&action, &object);
                }
            }
            return;
        }
        let name = node
            .children()
            .find(|child| kinds::named(child.kind()).is_some());
        let Some(name) = name else {
            self.whole_statement(node, Act::Alter);
            return;
        };
        for object in self.named(&name) {
            let actions = node
                .children()
                .filter(|one| !one.is_same(&name) && !one.is(Is::IF_EXISTS));
            for action in actions {
                self.alteration(&action, &object);
            }
        }
        self.owned_by(node);
    }

    /// One action of an `ALTER`.
    fn alteration(&mut self, action: &Node, object: &Object) {
        match action.kind() {
            Is::OWNER_TO => self.alter(object.clone(), Part::Owner, action),
            Is::SET_SCHEMA => self.move_to(action, object.clone()),
            Is::RENAME_COLUMN => {
                let mut names = action
                    .children()
                    .filter(|one| matches!(one.kind(), Is::COLUMN_NAME | Is::COLUMN_NAME_REF));
                if let (Some(from), Some(to)) = (names.next(), names.next()) {
                    let column =
                        |one: &Node| Object::column(&object.schema, &object.name, &one.name());
                    self.act(Act::Rename, column(&from));
                    self.act(Act::Create, column(&to));
                }
            }
            _ if format!("{:?}", action.kind()).ends_with("RENAME_TO") => {
                self.act(Act::Rename, object.clone());
                if let Some(name) = action.children().next() {
                    let new = Object {
                        name: name.name_or_path(),
                        ..object.clone()
                    };
                    self.act(Act::Create, new);
                }
            }
            _ => {
                self.names_below(action, Act::Reference);
                self.alter(object.clone(), Part::Whole, action);
            }
        }
    }

    /// `SET SCHEMA`: gone from one, new in the other.
    pub(super) fn move_to(&mut self, action: &Node, object: Object) {
        let Some(schema) = action.child(Is::SCHEMA_REF).map(|one| one.name()) else {
            return;
        };
        self.refer(Object::new(Kind::Schema, "", &schema));
        self.act(
            Act::Create,
            Object {
                schema,
                ..object.clone()
            },
        );
        self.act(Act::Rename, object);
    }

    /// What has no name of its own is called as the statement is.
    fn whole_statement(&mut self, node: &Node, act: Act) {
        let word = format!("{:?}", node.kind())
            .to_lowercase()
            .replace('_', " ");
        let words = word.split(' ').count();
        let word = word.split_once(' ').map_or("", |(_, rest)| rest).to_owned();
        let text = plain(&node.text());
        let rest: Vec<&str> = text.split(' ').skip(words).collect();
        // A cast is known by its parentheses, an operator by its sign and them.
        let end = rest.iter().position(|token| *token == ")");
        let name = rest
            .get(..=end.unwrap_or(rest.len()))
            .unwrap_or(&rest)
            .join(" ");
        let object = Object::new(Kind::Other(word), "", &name);
        self.names_below(node, Act::Reference);
        self.add(Access::new(act, object).saying(text));
    }

    pub(super) fn comment(&mut self, node: &Node) {
        let Some(target) = node.children().next() else {
            return;
        };
        for object in self.commented(&target) {
            self.alter(object, Part::Comment, node);
        }
    }

    fn commented(&self, target: &Node) -> Vec<Object> {
        if let Some(column) = target.child(Is::QUALIFIED_COLUMN_NAME_REF) {
            return self.column_named(&column);
        }
        if let Some((kind, name)) = part_of_table(target) {
            let tables = self.table_of(target).into_iter();
            return tables
                .map(|(schema, table)| Object::part(kind.clone(), &schema, &table, &name))
                .collect();
        }
        target
            .children()
            .flat_map(|child| self.named(&child))
            .collect()
    }

    pub(super) fn grant(&mut self, node: &Node) {
        let gives = node.is(Is::GRANT);
        let roles: Vec<String> = node
            .child(Is::ROLE_REF_LIST)
            .map(|list| list.children().map(|one| role(&one)).collect())
            .unwrap_or_default();
        let on = node.child(Is::ON_PRIVILEGE_OBJECTS_CLAUSE).map(|clause| {
            clause
                .below()
                .flat_map(|one| self.named(&one))
                .collect::<Vec<_>>()
        });
        // `GRANT role TO role`.
        let on = on.unwrap_or_else(|| {
            let roles = node.child(Is::REVOKE_COMMAND_LIST);
            roles
                .map(|list| {
                    let names = list.below().filter(|one| one.is(Is::ROLE_NAME_REF));
                    names
                        .map(|one| Object::new(Kind::Other("role".to_owned()), "", &one.name()))
                        .collect()
                })
                .unwrap_or_default()
        });
        let all_in = [
            Is::PRIVILEGE_ALL_TABLES_IN_SCHEMA,
            Is::PRIVILEGE_ALL_SEQUENCES_IN_SCHEMA,
            Is::PRIVILEGE_ALL_FUNCTIONS_IN_SCHEMA,
            Is::PRIVILEGE_ALL_PROCEDURES_IN_SCHEMA,
            Is::PRIVILEGE_ALL_ROUTINES_IN_SCHEMA,
        ];
        let means_all = node.below().any(|one| all_in.contains(&one.kind()));
        for object in on {
            if means_all {
                self.act(Act::Read, object);
                continue;
            }
            for role in &roles {
                let part = if gives {
                    Part::Granted(role.clone())
                } else {
                    Part::Revoked(role.clone())
                };
                self.add(Access::new(Act::Alter, object.clone()).of(part));
            }
        }
    }

    /// `ALTER DEFAULT PRIVILEGES`: what is created from now on has others.
    pub(super) fn default_privileges(&mut self, node: &Node) {
        let schemas = node.below().filter(|one| one.is(Is::SCHEMA_REF));
        let mut schemas: Vec<String> = schemas.map(|one| one.name()).collect();
        if schemas.is_empty() {
            schemas.push(self.names.default_schema());
        }
        for name in schemas {
            let schema = Object::new(Kind::Schema, "", &name);
            self.act(Act::Demand, schema.clone());
            let part = Part::Other("default privileges".to_owned());
            self.alter(schema, part, node);
        }
    }
}

fn label((schema, name): &Full, label: &str) -> Object {
    Object::part(Kind::Label, schema, name, label)
}

/// A trigger, a policy, a rule, a constraint: its name, where a table is named too.
fn part_of_table(node: &Node) -> Option<(Kind, String)> {
    node.children().find_map(|child| match child.kind() {
        Is::TRIGGER_REF => Some((Kind::Trigger, child.name())),
        Is::POLICY_REF => Some((Kind::Policy, child.name())),
        Is::RULE_REF => Some((Kind::Rule, child.name())),
        Is::CONSTRAINT_NAME_REF => Some((Kind::Constraint, child.name_or_path())),
        _ => None,
    })
}

/// The queries below a node that stand in no other one.
fn outermost_queries(node: &Node) -> Vec<Node> {
    let mut found = Vec::new();
    for child in node.children() {
        if is_query(&child) {
            found.push(child);
        } else {
            found.extend(outermost_queries(&child));
        }
    }
    found
}

fn is_query(node: &Node) -> bool {
    matches!(
        node.kind(),
        Is::SELECT | Is::COMPOUND_SELECT | Is::INSERT | Is::UPDATE | Is::DELETE
    )
}
