//! Tables, their columns and their constraints.

use super::{
    names::{Full, made_up},
    query::Scope,
    reader::{Reader, creation, made, plain, removal},
    tree::{Is, Node},
};
use crate::model::footprint::{Access, Act, Kind, Object, Part};

/// The table that a constraint or a column belongs to.
pub(super) struct Owner<'a> {
    pub(super) full: &'a Full,
    /// It is created by the same statement: it has no rows, and nobody else knows it.
    pub(super) is_new: bool,
}

impl Owner<'_> {
    fn table(&self) -> Object {
        Object::table(&self.full.0, &self.full.1)
    }

    fn column(&self, name: &str) -> Object {
        Object::column(&self.full.0, &self.full.1, name)
    }

    fn part(&self, kind: Kind, name: &str) -> Object {
        Object::part(kind, &self.full.0, &self.full.1, name)
    }

    /// What a foreign key needs of its parent; no columns = the primary key.
    fn key(&self, columns: &[String]) -> Object {
        key(self.full, columns)
    }

    fn scope(&self) -> Scope {
        Scope::of(std::slice::from_ref(self.full))
    }
}

/// A key is its columns, in whatever order they are written.
fn key(table: &Full, columns: &[String]) -> Object {
    let word = if columns.is_empty() {
        "primary key"
    } else {
        "unique key"
    };
    let mut columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    columns.sort_unstable();
    Object::part(
        Kind::Other(word.to_owned()),
        &table.0,
        &table.1,
        &columns.join("_"),
    )
}

impl Reader {
    pub(super) fn create_table(&mut self, node: &Node) {
        let Some(full) = self.new_table(node) else {
            return;
        };
        self.table_parts(node, &full);
        if let Some(of) = node.child(Is::PARTITION_OF) {
            for (schema, table) in self.table_of(&of) {
                let part = Part::Other(format!("partition {}", full.1));
                self.alter(Object::table(&schema, &table), part, node);
            }
        }
        if let Some(inherits) = node.child(Is::INHERITS) {
            self.names_below(&inherits, Act::Reference);
        }
        self.types_below(node);
    }

    fn new_table(&mut self, node: &Node) -> Option<Full> {
        let path = node.child(Is::TABLE_NAME)?.path();
        let full = if node.has(Is::TEMP) {
            self.names.temporary(&path)
        } else {
            self.names.created(&path)
        };
        let table = Object::table(&full.0, &full.1);
        self.add(Access::new(creation(node), table).saying(made(node)));
        Some(full)
    }

    fn table_parts(&mut self, node: &Node, full: &Full) {
        let owner = Owner { full, is_new: true };
        let Some(arguments) = node.child(Is::TABLE_ARG_LIST) else {
            return;
        };
        for argument in arguments.children() {
            match argument.kind() {
                Is::COLUMN => self.column(&argument, &owner),
                Is::LIKE_CLAUSE => {
                    for (schema, table) in self.table_of(&argument) {
                        self.refer(Object::table(&schema, &table));
                        self.refer(Object::columns(&schema, &table));
                    }
                }
                _ => self.constraint(&argument, &owner, None),
            }
        }
    }

    pub(super) fn create_table_as(&mut self, node: &Node) {
        let _ = self.new_table(node);
        let query = node
            .children()
            .filter(|child| !matches!(child.kind(), Is::TABLE_NAME | Is::TABLE_ARG_LIST));
        for query in query {
            self.query(&query, Act::Read);
        }
    }

    /// A column's type and its constraints.
    fn column(&mut self, node: &Node, owner: &Owner<'_>) {
        let Some(name) = node.child(Is::COLUMN_NAME).map(|name| name.name()) else {
            return;
        };
        let typed = node.child(Is::PATH_TYPE);
        let default = node
            .child(Is::DEFAULT_CONSTRAINT)
            .and_then(|one| one.child(Is::LITERAL)?.string());
        if let (Some(typed), Some(value)) = (&typed, &default) {
            self.label_used(typed, value);
        }
        let word = typed
            .map(|one| one.text().to_lowercase())
            .unwrap_or_default();
        let is_serial = [
            "serial",
            "bigserial",
            "smallserial",
            "serial4",
            "serial8",
            "serial2",
        ]
        .contains(&word.trim());
        let is_identity = node.find(Is::GENERATED_IDENTITY).is_some();
        if is_serial || is_identity {
            let sequence = made_up(&owner.full.1, Some(&name), "seq");
            self.act(Act::CreateUnnamed, owner.part(Kind::Sequence, &sequence));
        }
        for one in node.children() {
            self.constraint(&one, owner, Some(&name));
        }
        let filled = is_serial
            || is_identity
            || node.has(Is::DEFAULT_CONSTRAINT)
            || node.has(Is::GENERATED_CONSTRAINT);
        let wants = node.has(Is::NOT_NULL_CONSTRAINT) || node.has(Is::PRIMARY_KEY_CONSTRAINT);
        if wants && !filled && !owner.is_new {
            // A row that another script fills in does not have it.
            self.act(Act::Demand, owner.table());
        }
        self.types_below(node);
    }

    /// A constraint of a table, or of one of its columns.
    pub(super) fn constraint(&mut self, node: &Node, owner: &Owner<'_>, column: Option<&str>) {
        let scope = owner.scope();
        match node.kind() {
            Is::PRIMARY_KEY_CONSTRAINT => self.key_constraint(node, owner, column, "pkey"),
            Is::UNIQUE_CONSTRAINT => self.key_constraint(node, owner, column, "key"),
            Is::EXCLUDE_CONSTRAINT => {
                self.expression(node, &scope, Act::Reference);
                self.key_constraint(node, owner, column, "excl");
            }
            Is::CHECK_CONSTRAINT => {
                let used = used_columns(node);
                let of = match (column, used.as_slice()) {
                    (Some(column), _) => Some(column),
                    (None, [only]) => Some(only.as_str()),
                    _ => None,
                };
                self.new_constraint(node, owner, of, "check");
                self.expression(node, &scope, Act::Reference);
                self.demand(owner, &used);
            }
            Is::REFERENCES_CONSTRAINT | Is::FOREIGN_KEY_CONSTRAINT => {
                self.foreign_key(node, owner, column);
            }
            Is::NOT_NULL_CONSTRAINT => {
                let named = node.child(Is::COLUMN_NAME_REF).map(|one| one.name());
                if let (Some(column), true) = (named.as_deref(), column.is_none()) {
                    self.alter(owner.column(column), Part::Null, node);
                    self.demand(owner, &[column.to_owned()]);
                }
            }
            Is::DEFAULT_CONSTRAINT => self.expression(node, &scope, Act::Reference),
            Is::GENERATED_CONSTRAINT => {
                self.holds_types = true;
                self.expression(node, &scope, Act::Reference);
                self.holds_types = false;
            }
            _ => {}
        }
    }

    fn demand(&mut self, owner: &Owner<'_>, columns: &[String]) {
        if owner.is_new {
            return;
        }
        for column in columns {
            self.act(Act::Demand, owner.column(column));
        }
    }

    /// The constraint itself; its name, and whether PostgreSQL made it up.
    fn new_constraint(
        &mut self,
        node: &Node,
        owner: &Owner<'_>,
        columns: Option<&str>,
        label: &str,
    ) -> (Act, String) {
        let (act, name) = match constraint_name(node) {
            Some(name) => (Act::Create, name),
            None => (Act::CreateUnnamed, made_up(&owner.full.1, columns, label)),
        };
        let constraint = owner.part(Kind::Constraint, &name);
        self.add(Access::new(act, constraint).saying(plain(&node.text())));
        (act, name)
    }

    fn key_constraint(
        &mut self,
        node: &Node,
        owner: &Owner<'_>,
        column: Option<&str>,
        label: &str,
    ) {
        let columns = match (listed_columns(node), column) {
            (columns, _) if !columns.is_empty() => columns,
            (_, Some(column)) => vec![column.to_owned()],
            _ => Vec::new(),
        };
        let joined = columns.join("_");
        let is_primary = label == "pkey";
        let of = (!is_primary).then_some(joined.as_str());
        let (act, name) = self.new_constraint(node, owner, of, label);
        if let Some(index) = node.find(Is::INDEX_REF) {
            for object in self.objects(Kind::Index, &index) {
                self.add(Access::new(Act::Alter, object));
            }
        } else {
            self.act(act, owner.part(Kind::Index, &name));
        }
        for column in &columns {
            if !owner.is_new {
                self.refer(owner.column(column));
            }
        }
        self.demand(owner, &columns);
        self.demand(owner, &condition_columns(node));
        if is_primary {
            self.act(Act::Create, owner.key(&[]));
        }
        if label != "excl" && !columns.is_empty() {
            self.act(Act::CreateUnnamed, owner.key(&columns));
        }
    }

    fn foreign_key(&mut self, node: &Node, owner: &Owner<'_>, column: Option<&str>) {
        let mut lists = node.each(Is::FOREIGN_KEY_COLUMN_LIST);
        let (own, parents) = if let Some(column) = column {
            let named = node.child(Is::COLUMN_NAME_REF).map(|one| one.name());
            (vec![column.to_owned()], named.into_iter().collect())
        } else {
            let own = lists
                .next()
                .map(|list| columns_in(&list))
                .unwrap_or_default();
            (
                own,
                lists
                    .next()
                    .map(|list| columns_in(&list))
                    .unwrap_or_default(),
            )
        };
        self.new_constraint(node, owner, Some(&own.join("_")), "fkey");
        let keyed = |column: Object| Access::new(Act::Reference, column).of(Part::Key);
        for column in &own {
            if !owner.is_new {
                self.add(keyed(owner.column(column)));
            }
        }
        self.demand(owner, &own);
        let Some(parent) = node.child(Is::TABLE_NAME_REF) else {
            return;
        };
        for full in self.names.meant(&parent.path()) {
            if full == *owner.full && owner.is_new {
                continue;
            }
            self.refer(Object::table(&full.0, &full.1));
            for column in &parents {
                self.add(keyed(Object::column(&full.0, &full.1, column)));
            }
            self.refer(key(&full, &parents));
            if !owner.is_new {
                self.act(Act::Read, Object::table(&full.0, &full.1));
            }
        }
    }

    pub(super) fn alter_table(&mut self, node: &Node) {
        for full in self.table_of(node) {
            let owner = Owner {
                full: &full,
                is_new: false,
            };
            self.refer(owner.table());
            for action in node.children() {
                if !matches!(action.kind(), Is::TABLE_RELATION_NAME | Is::IF_EXISTS) {
                    self.table_action(&action, &owner);
                }
            }
        }
    }

    fn table_action(&mut self, action: &Node, owner: &Owner<'_>) {
        match action.kind() {
            Is::ADD_COLUMN => self.add_column(action, owner),
            Is::DROP_COLUMN => {
                if let Some(name) = action.child(Is::COLUMN_NAME_REF) {
                    let says = if action.has(Is::CASCADE) {
                        "cascade"
                    } else {
                        ""
                    };
                    let access = Access::new(removal(action), owner.column(&name.name()));
                    self.add(access.saying(says));
                }
            }
            Is::ALTER_COLUMN => self.alter_column(action, owner),
            Is::ADD_CONSTRAINT => {
                for constraint in action.children() {
                    self.constraint(&constraint, owner, None);
                }
            }
            Is::DROP_CONSTRAINT => self.drop_constraint(action, owner),
            Is::RENAME_CONSTRAINT => {
                self.rename(action, owner, Kind::Constraint);
            }
            Is::RENAME_COLUMN => self.rename(action, owner, Kind::Column),
            Is::TABLE_RENAME_TO => {
                self.act(Act::Rename, owner.table());
                if let Some(name) = action.child(Is::TABLE_NAME) {
                    let new = Object::table(&owner.full.0, &name.path().join("."));
                    self.act(Act::Create, new);
                }
            }
            Is::SET_SCHEMA => self.move_to(action, owner.table()),
            Is::VALIDATE_CONSTRAINT | Is::ALTER_CONSTRAINT => {
                if let Some(name) = action.child(Is::CONSTRAINT_NAME_REF) {
                    let object = owner.part(Kind::Constraint, &name.name_or_path());
                    self.alter(object, Part::Other("state".to_owned()), action);
                }
            }
            Is::ATTACH_PARTITION | Is::DETACH_PARTITION => {
                for (schema, name) in self.table_of(action) {
                    if action.is(Is::ATTACH_PARTITION) {
                        self.same_columns(owner, &schema, &name);
                    }
                    self.alter(
                        owner.table(),
                        Part::Other(format!("partition {name}")),
                        action,
                    );
                    self.alter(
                        Object::table(&schema, &name),
                        Part::Other("parent".to_owned()),
                        action,
                    );
                }
            }
            Is::OWNER_TO => self.alter(owner.table(), Part::Owner, action),
            _ => self.switch(action, owner),
        }
    }

    /// Everything that sets one side of a table: triggers, row security, options.
    fn switch(&mut self, action: &Node, owner: &Owner<'_>) {
        if let Some(trigger) = action.child(Is::TRIGGER_REF) {
            let object = owner.part(Kind::Trigger, &trigger.name());
            self.alter(object, Part::Other("state".to_owned()), action);
            return;
        }
        let side = match action.kind() {
            Is::ENABLE_RLS | Is::DISABLE_RLS => "row security",
            Is::FORCE_RLS | Is::NO_FORCE_RLS => "forced row security",
            Is::ENABLE_TRIGGER | Is::DISABLE_TRIGGER => "triggers",
            Is::SET_OPTIONS | Is::RESET_OPTIONS => "options",
            Is::SET_LOGGED | Is::SET_UNLOGGED => "persistence",
            Is::REPLICA_IDENTITY => "replica identity",
            Is::SET_TABLESPACE => "tablespace",
            Is::CLUSTER_ON | Is::SET_WITHOUT_CLUSTER => "clustering",
            Is::SET_ACCESS_METHOD => "access method",
            Is::INHERIT_TABLE | Is::NO_INHERIT_TABLE => "parents",
            _ => "definition",
        };
        self.names_below(action, Act::Reference);
        if action.is(Is::INHERIT_TABLE) {
            for (schema, name) in self.table_of(action) {
                self.same_columns(owner, &schema, &name);
            }
        }
        self.alter(owner.table(), Part::Other(side.to_owned()), action);
    }

    /// A table becomes another one's child, which takes the same columns in both.
    fn same_columns(&mut self, owner: &Owner<'_>, schema: &str, table: &str) {
        self.refer(Object::columns(&owner.full.0, &owner.full.1));
        self.refer(Object::columns(schema, table));
    }

    fn add_column(&mut self, action: &Node, owner: &Owner<'_>) {
        if let Some(name) = action.child(Is::COLUMN_NAME) {
            let access = Access::new(creation(action), owner.column(&name.name()));
            self.add(access.saying(made(action)));
        }
        self.column(action, owner);
    }

    fn alter_column(&mut self, action: &Node, owner: &Owner<'_>) {
        let Some(name) = action.child(Is::COLUMN_NAME_REF).map(|one| one.name()) else {
            return;
        };
        let column = owner.column(&name);
        for option in action.children().skip(1) {
            let part = match option.kind() {
                Is::SET_TYPE => Part::Type,
                Is::SET_NOT_NULL | Is::DROP_NOT_NULL => Part::Null,
                Is::SET_DEFAULT
                | Is::DROP_DEFAULT
                | Is::ADD_GENERATED
                | Is::DROP_IDENTITY
                | Is::SET_GENERATED
                | Is::SET_GENERATED_OPTIONS
                | Is::SET_EXPRESSION
                | Is::DROP_EXPRESSION
                | Is::SET_SEQUENCE_OPTION
                | Is::RESTART => Part::Default,
                Is::SET_STATISTICS => Part::Other("statistics".to_owned()),
                Is::SET_STORAGE => Part::Other("storage".to_owned()),
                Is::SET_COMPRESSION => Part::Other("compression".to_owned()),
                _ => Part::Other("options".to_owned()),
            };
            if matches!(part, Part::Type | Part::Null | Part::Default) {
                self.act(Act::Demand, column.clone());
            }
            if option.is(Is::ADD_GENERATED) {
                let sequence = made_up(&owner.full.1, Some(&name), "seq");
                self.act(Act::CreateUnnamed, owner.part(Kind::Sequence, &sequence));
            }
            self.alter(column.clone(), part, &option);
            self.expression(&option, &owner.scope(), Act::Reference);
        }
    }

    fn drop_constraint(&mut self, action: &Node, owner: &Owner<'_>) {
        let Some(name) = action.child(Is::CONSTRAINT_NAME_REF) else {
            return;
        };
        let name = name.name_or_path();
        let says = if action.has(Is::CASCADE) {
            "cascade"
        } else {
            ""
        };
        let constraint = owner.part(Kind::Constraint, &name);
        self.add(Access::new(removal(action), constraint).saying(says));
        // Rows that it keeps out can come in.
        self.act(Act::Demand, owner.table());
        // It may have an index of the same name, which nobody else can drop.
        self.act(Act::DropIfExists, owner.part(Kind::Index, &name));
        let table = &owner.full.1;
        if name == made_up(table, None, "pkey") {
            self.act(Act::DropIfExists, owner.key(&[]));
        }
        let of_table = name.strip_prefix(&format!("{table}_"));
        if let Some(columns) = of_table.and_then(|rest| rest.strip_suffix("_key")) {
            self.act(Act::DropIfExists, owner.key(&[columns.to_owned()]));
        }
    }

    /// `RENAME a TO b` of a part of a table.
    fn rename(&mut self, action: &Node, owner: &Owner<'_>, kind: Kind) {
        let mut names = action.children().filter(|one| {
            matches!(
                one.kind(),
                Is::COLUMN_NAME
                    | Is::COLUMN_NAME_REF
                    | Is::CONSTRAINT_NAME
                    | Is::CONSTRAINT_NAME_REF
            )
        });
        if let (Some(from), Some(to)) = (names.next(), names.next()) {
            self.act(Act::Rename, owner.part(kind.clone(), &from.name_or_path()));
            self.act(Act::Create, owner.part(kind, &to.name_or_path()));
        }
    }

    pub(super) fn create_index(&mut self, node: &Node) {
        for full in self.table_of(node) {
            let owner = Owner {
                full: &full,
                is_new: false,
            };
            self.refer(owner.table());
            let items: Vec<Node> = node
                .each(Is::PARTITION_ITEM_LIST)
                .flat_map(|list| list.each(Is::PARTITION_ITEM).collect::<Vec<_>>())
                .collect();
            let (act, name) = if let Some(name) = node.child(Is::INDEX) {
                (creation(node), name.path().join("."))
            } else {
                let columns: Vec<String> = items.iter().map(item_name).collect();
                let name = made_up(&full.1, Some(&columns.join("_")), "idx");
                (Act::CreateUnnamed, name)
            };
            let access = Access::new(act, owner.part(Kind::Index, &name));
            self.add(access.saying(made(node)));
            for child in node.children().filter(|child| !child.is(Is::INDEX)) {
                self.expression(&child, &owner.scope(), Act::Reference);
            }
            if node.has_token(Is::UNIQUE_KW) {
                let columns: Vec<String> = items.iter().flat_map(used_columns).collect();
                self.demand(&owner, &columns);
                self.demand(&owner, &condition_columns(node));
                self.act(Act::CreateUnnamed, owner.key(&columns));
            }
        }
    }
}

fn constraint_name(node: &Node) -> Option<String> {
    let clause = node.child(Is::CONSTRAINT_NAME_CLAUSE)?;
    Some(clause.child(Is::CONSTRAINT_NAME)?.name())
}

/// The columns of a key.
fn listed_columns(node: &Node) -> Vec<String> {
    let list = node.find(Is::CONSTRAINT_COLUMN_REF_LIST);
    let list = list.or_else(|| node.find(Is::CONSTRAINT_EXCLUSION_LIST));
    list.map(|list| columns_in(&list)).unwrap_or_default()
}

fn columns_in(list: &Node) -> Vec<String> {
    list.below()
        .filter(|one| matches!(one.kind(), Is::COLUMN_NAME_REF | Is::NAME_REF))
        .map(|one| one.name())
        .collect()
}

/// The columns in an expression, as they are named there.
fn used_columns(node: &Node) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for one in node.below().filter(|one| one.is(Is::NAME_REF)) {
        let is_function = one.parent().is_some_and(|parent| {
            parent.is(Is::CALL_EXPR)
                && parent
                    .children()
                    .next()
                    .is_some_and(|first| first.is_same(&one))
        });
        let name = one.name();
        if !is_function && !columns.contains(&name) {
            columns.push(name);
        }
    }
    columns
}

/// The columns that say for which rows a key holds: these come under it, or leave it.
fn condition_columns(node: &Node) -> Vec<String> {
    let conditions = node
        .below()
        .filter(|one| matches!(one.kind(), Is::WHERE_CLAUSE | Is::WHERE_CONDITION_CLAUSE));
    conditions.flat_map(|one| used_columns(&one)).collect()
}

/// What PostgreSQL calls an item of an index in the name that it makes up
/// (`FigureIndexColname`): a column or a function as it is called, through casts.
fn item_name(item: &Node) -> String {
    match item.children().next() {
        Some(one) if one.is(Is::NAME_REF) => one.name(),
        Some(one) if one.is(Is::CALL_EXPR) => super::query::dots(&one)
            .first()
            .cloned()
            .unwrap_or_default(),
        Some(one) if matches!(one.kind(), Is::PAREN_EXPR | Is::CAST_EXPR) => item_name(&one),
        _ => "expr".to_owned(),
    }
}
