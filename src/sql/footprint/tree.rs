//! The tree that squawk's parser makes of a statement, as far as footprints need it.
//!
//! The only place here that names squawk's crates, as `lint/squawk.rs` is for the lint:
//! they promise nothing to others, and are pinned. What a node means is decided in the
//! modules beside this one.

use std::panic::{AssertUnwindSafe, catch_unwind};

pub(super) use squawk_syntax::SyntaxKind as Is;
use squawk_syntax::{
    SourceFile, SyntaxNode,
    ast::{self, AstNode},
};

/// A node of the tree.
#[derive(Debug, Clone)]
pub(super) struct Node(SyntaxNode);

/// A text as a tree, and where it stopped making sense.
pub(super) struct Parsed {
    pub(super) root: Node,
    pub(super) error: Option<usize>,
}

/// Reads a text of SQL; `None` where the parser itself fails.
pub(super) fn parse(text: &str) -> Option<Parsed> {
    // A fault of the parser must not take the command down that asks it.
    catch_unwind(AssertUnwindSafe(|| {
        let parsed = SourceFile::parse(text);
        let error = parsed.errors().first().map(|error| {
            let at = usize::from(error.range().start()).min(text.len());
            (0..=at)
                .rev()
                .find(|at| text.is_char_boundary(*at))
                .unwrap_or(0)
        });
        let root = Node(parsed.syntax_node());
        Parsed { root, error }
    }))
    .ok()
}

/// The body of a `DO` or of a routine.
pub(super) struct Body {
    pub(super) root: Node,
    /// A plain SQL body: the database reads it when the routine is created.
    pub(super) is_sql: bool,
    pub(super) has_error: bool,
}

impl Node {
    pub(super) fn kind(&self) -> Is {
        self.0.kind()
    }

    pub(super) fn is(&self, kind: Is) -> bool {
        self.kind() == kind
    }

    /// It is a statement of SQL, wherever it stands.
    pub(super) fn is_statement(&self) -> bool {
        ast::Stmt::can_cast(self.kind())
    }

    pub(super) fn children(&self) -> impl Iterator<Item = Self> + use<> {
        self.0.children().map(Self)
    }

    /// The first child of a kind.
    pub(super) fn child(&self, kind: Is) -> Option<Self> {
        self.children().find(|child| child.is(kind))
    }

    /// The children of a kind.
    pub(super) fn each(&self, kind: Is) -> impl Iterator<Item = Self> + use<> {
        self.children().filter(move |child| child.is(kind))
    }

    pub(super) fn has(&self, kind: Is) -> bool {
        self.child(kind).is_some()
    }

    /// Itself and everything below it, in the order of the text.
    pub(super) fn below(&self) -> impl Iterator<Item = Self> + use<> {
        self.0.descendants().map(Self)
    }

    /// The first of a kind at any depth.
    pub(super) fn find(&self, kind: Is) -> Option<Self> {
        self.below().find(|node| node.is(kind))
    }

    pub(super) fn parent(&self) -> Option<Self> {
        self.0.parent().map(Self)
    }

    /// It stands below a node of that kind.
    pub(super) fn is_in(&self, kind: Is) -> bool {
        self.0.ancestors().skip(1).any(|node| node.kind() == kind)
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    /// Whether a word or a sign stands right in it.
    pub(super) fn has_token(&self, kind: Is) -> bool {
        let mut tokens = self.0.children_with_tokens();
        tokens.any(|one| one.as_token().is_some_and(|token| token.kind() == kind))
    }

    /// Its name as the database stores it: without quotes, else in lower case.
    pub(super) fn name(&self) -> String {
        ast::normalize_name_node(&self.0)
    }

    /// The name, or the names between dots, that stand in it.
    pub(super) fn path(&self) -> Vec<String> {
        let mut names = Vec::new();
        self.read_path(&mut names);
        if names.is_empty() {
            names.push(self.name());
        }
        names.retain(|name| !name.is_empty());
        names
    }

    /// The last of the names in it.
    pub(super) fn name_or_path(&self) -> String {
        self.path().pop().unwrap_or_default()
    }

    fn read_path(&self, names: &mut Vec<String>) {
        for child in self.children() {
            match child.kind() {
                Is::PATH | Is::PATH_REF => child.read_path(names),
                Is::PATH_SEGMENT | Is::PATH_SEGMENT_REF => names.push(child.name()),
                _ => {}
            }
        }
    }

    pub(super) fn text(&self) -> String {
        self.0.text().to_string()
    }

    /// The value of the string that it is.
    pub(super) fn string(&self) -> Option<String> {
        let literal = ast::Literal::cast(self.0.clone())?;
        Some(literal.decoded_value()?.into_text())
    }

    /// The body of the `DO` or the routine that it is.
    pub(super) fn body(&self) -> Option<Body> {
        catch_unwind(AssertUnwindSafe(|| self.read_body())).ok()?
    }

    fn read_body(&self) -> Option<Body> {
        let node = || self.0.clone();
        let plpgsql = ast::Do::cast(node())
            .and_then(|it| it.plpgsql())
            .or_else(|| ast::CreateFunction::cast(node()).and_then(|it| it.plpgsql()))
            .or_else(|| ast::CreateProcedure::cast(node()).and_then(|it| it.plpgsql()));
        if let Some(body) = plpgsql {
            return Some(Body {
                root: Self(body.syntax()),
                is_sql: false,
                has_error: !body.errors().is_empty(),
            });
        }
        let sql = ast::CreateFunction::cast(node())
            .and_then(|it| it.sql_body())
            .or_else(|| ast::CreateProcedure::cast(node()).and_then(|it| it.sql_body()))?;
        Some(Body {
            root: Self(sql.syntax()),
            is_sql: true,
            has_error: !sql.errors().is_empty(),
        })
    }
}
