//! What one statement of PostgreSQL touches: which code reads which statement, and
//! where the accesses are gathered.

use super::{
    kinds,
    names::{Full, Names},
    tree::{Is, Node},
};
use crate::{
    model::{
        Dialect,
        footprint::{Access, Act, Kind, Object, Part},
    },
    sql::{token::TokenKind, tokens::tokens},
};

/// When what stands in a text happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// As the script runs.
    Now,
    /// Somewhen, but the database looks at it now: a body in SQL.
    Checked,
    /// Somewhen, and nobody looks before: a body in another language.
    Later,
}

/// Reads statements one after the other, since a `SET search_path` means those behind it.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) names: Names,
    pub(super) when: When,
    /// A failure is caught, or the statement stands behind a condition.
    pub(super) softly: bool,
    /// What is used has to keep its type: a view, a policy, a trigger.
    pub(super) holds_types: bool,
    /// It can do more than is seen.
    pub(super) opaque: bool,
    out: Vec<Access>,
}

impl Reader {
    pub(super) fn new(names: Names) -> Self {
        Self {
            names,
            when: When::Now,
            softly: false,
            holds_types: false,
            opaque: false,
            out: Vec::new(),
        }
    }

    /// What was gathered since the last time, and whether that is all.
    pub(super) fn take(&mut self) -> (Vec<Access>, bool) {
        let opaque = std::mem::take(&mut self.opaque);
        (std::mem::take(&mut self.out), opaque)
    }

    /// Adds an access, as far as it happens now.
    pub(super) fn add(&mut self, access: Access) {
        let act = match (self.when, access.act) {
            (When::Now, Act::Create) if self.softly => Act::Ensure,
            (When::Now, Act::Drop) if self.softly => Act::DropIfExists,
            (When::Now, act) => act,
            (When::Checked, act) if act != Act::Mention => Act::Reference,
            (When::Checked | When::Later, _) => Act::Mention,
        };
        let beside = match act {
            Act::Mention | Act::Demand => act,
            _ => Act::Reference,
        };
        let owner = access.object.owner();
        let schema = (access.act.creates() && has_to_be_made(&access.object.schema))
            .then(|| Object::new(Kind::Schema, "", &access.object.schema));
        let holds = self.holds_types
            && matches!(act, Act::Reference | Act::Read)
            && access.object.kind == Kind::Column;
        let part = if holds { Part::Type } else { access.part };
        self.put(Access {
            act,
            part,
            ..access
        });
        for object in owner.into_iter().chain(schema) {
            self.put(Access::new(beside, object));
        }
    }

    fn put(&mut self, access: Access) {
        if !self.out.contains(&access) {
            self.out.push(access);
        }
    }

    pub(super) fn act(&mut self, act: Act, object: Object) {
        self.add(Access::new(act, object));
    }

    pub(super) fn refer(&mut self, object: Object) {
        self.act(Act::Reference, object);
    }

    pub(super) fn alter(&mut self, object: Object, part: Part, says: &Node) {
        self.add(
            Access::new(Act::Alter, object)
                .of(part)
                .saying(plain(&says.text())),
        );
    }

    /// Reads one statement.
    pub(super) fn statement(&mut self, node: &Node) {
        match node.kind() {
            Is::CREATE_TABLE | Is::CREATE_FOREIGN_TABLE => self.create_table(node),
            Is::CREATE_TABLE_AS => self.create_table_as(node),
            Is::ALTER_TABLE | Is::ALTER_FOREIGN_TABLE => self.alter_table(node),
            Is::CREATE_INDEX => self.create_index(node),
            Is::CREATE_VIEW | Is::CREATE_MATERIALIZED_VIEW => self.create_view(node),
            Is::CREATE_FUNCTION | Is::CREATE_PROCEDURE | Is::CREATE_AGGREGATE => {
                self.create_function(node);
            }
            Is::CREATE_TRIGGER | Is::CREATE_POLICY | Is::CREATE_RULE => {
                self.create_on_table(node);
            }
            Is::CREATE_SCHEMA => self.create_schema(node),
            Is::CREATE_TYPE | Is::CREATE_DOMAIN => self.create_type(node),
            Is::ALTER_TYPE | Is::ALTER_DOMAIN => self.alter_type(node),
            Is::DO => self.run_block(node),
            Is::CALL => {
                self.opaque = true;
                self.names_below(node, Act::Reference);
            }
            Is::SELECT
            | Is::SELECT_INTO
            | Is::COMPOUND_SELECT
            | Is::PAREN_SELECT
            | Is::VALUES
            | Is::TABLE
            | Is::INSERT
            | Is::UPDATE
            | Is::DELETE
            | Is::MERGE => {
                self.run_query(node);
            }
            Is::TRUNCATE | Is::REFRESH => self.names_below(node, Act::Write),
            Is::COPY => self.copy(node),
            Is::SET | Is::RESET => self.set(node),
            Is::COMMENT_ON | Is::SECURITY_LABEL => self.comment(node),
            Is::GRANT | Is::REVOKE => self.grant(node),
            Is::ALTER_DEFAULT_PRIVILEGES => self.default_privileges(node),
            Is::EXECUTE | Is::DROP_OWNED | Is::REASSIGN => self.opaque = true,
            _ => self.other(node),
        }
    }

    /// Statements that are like each other: the first word says what they do.
    fn other(&mut self, node: &Node) {
        let word = format!("{:?}", node.kind());
        if word.starts_with("CREATE_") {
            self.create_other(node);
        } else if word.starts_with("DROP_") {
            self.drop_objects(node);
        } else if word.starts_with("ALTER_") {
            self.alter_other(node);
        } else {
            self.names_below(node, Act::Reference);
        }
    }

    /// Everything that is named below a node, the columns left out.
    pub(super) fn names_below(&mut self, node: &Node, act: Act) {
        for name in node.below() {
            for object in self.named(&name) {
                self.act(act, object);
            }
        }
    }

    /// What a node names, if it is a name of something that is there.
    pub(super) fn named(&self, node: &Node) -> Vec<Object> {
        let Some(kind) = kinds::named(node.kind()) else {
            return Vec::new();
        };
        if matches!(
            kind,
            Kind::Trigger | Kind::Policy | Kind::Rule | Kind::Constraint
        ) {
            // They are a part of something, which the caller knows.
            return Vec::new();
        }
        self.objects(kind, node)
    }

    /// The objects that a name of that kind can mean.
    pub(super) fn objects(&self, kind: Kind, node: &Node) -> Vec<Object> {
        let path = match kind {
            Kind::Function => node
                .children()
                .find(|child| {
                    matches!(
                        child.kind(),
                        Is::FUNCTION_NAME_REF | Is::PROCEDURE_NAME_REF | Is::ROUTINE_NAME_REF
                    )
                })
                .unwrap_or_else(|| node.clone())
                .path(),
            Kind::Other(ref word) if word == "role" => vec![role(node)],
            _ => node.path(),
        };
        if !kinds::is_in_schema(&kind) {
            let name = path.last().cloned().unwrap_or_default();
            return vec![Object::new(kind, "", &name)];
        }
        let arguments = match kind {
            Kind::Function => super::routine::arguments(node),
            _ => None,
        };
        self.names
            .meant(&path)
            .into_iter()
            .map(|(schema, name)| Object {
                arguments: arguments.clone(),
                ..Object::new(kind.clone(), &schema, &name)
            })
            .collect()
    }

    /// The table that a statement is about, with what it can mean.
    pub(super) fn table_of(&self, node: &Node) -> Vec<Full> {
        let name = node.below().find(|one| {
            matches!(
                one.kind(),
                Is::TABLE_NAME_REF | Is::RELATION_NAME_REF | Is::VIEW_REF
            )
        });
        name.map_or_else(Vec::new, |name| self.names.meant(&name.path()))
    }
}

/// `Create`, or `Ensure` where the statement allows for what is there.
pub(super) fn creation(node: &Node) -> Act {
    if node.has(Is::IF_NOT_EXISTS) || node.has(Is::OR_REPLACE) {
        Act::Ensure
    } else {
        Act::Create
    }
}

pub(super) fn removal(node: &Node) -> Act {
    if node.has(Is::IF_EXISTS) {
        Act::DropIfExists
    } else {
        Act::Drop
    }
}

/// Schemas that are not there by themselves.
fn has_to_be_made(schema: &str) -> bool {
    !matches!(schema, "" | "public" | "pg_temp")
}

/// A role's name; `GROUP` before it says nothing.
pub(super) fn role(node: &Node) -> String {
    let name = node.find(Is::ROLE_NAME_REF).unwrap_or_else(|| node.clone());
    name.name()
}

/// What a creation makes, however it deals with what is there.
pub(super) fn made(node: &Node) -> String {
    let mut text = plain(&node.text());
    for words in [" or replace ", " if not exists ", " concurrently "] {
        text = text.replacen(words, " ", 1);
    }
    text
}

/// A text without what does not matter: layout, comments, the case of words.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::new();
    for token in tokens(text, Some(Dialect::Postgres)).filter(|token| !token.is_trivia()) {
        if token.kind == TokenKind::Semicolon {
            continue;
        }
        if !plain.is_empty() {
            plain.push(' ');
        }
        match token.kind {
            TokenKind::Word => plain.push_str(&token.text(text).to_lowercase()),
            TokenKind::QuotedIdent => plain.push_str(unquoted(token.text(text))),
            _ => plain.push_str(token.text(text)),
        }
    }
    plain
}

/// A quoted name without its quotes where they change nothing.
fn unquoted(name: &str) -> &str {
    let inner = name
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let is_plain = |inner: &&str| {
        let mut bytes = inner.bytes();
        bytes
            .next()
            .is_some_and(|first| first.is_ascii_lowercase() || first == b'_')
            && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    inner.filter(is_plain).unwrap_or(name)
}
