//! The fingerprint of what a Python module does: unmoved by how it is written down.
//!
//! The guard compares fingerprints of months-old revisions, so this format is for ever.
//! What counts is the syntax tree, as a formatter, an import sorter and a pass of type
//! annotations leave it: not comments, layout, quotes, parentheses, docstrings, imports,
//! annotations, nor how a string is put together of literals. What Alembic reads of the
//! module besides its functions (`revision`, `down_revision`, …) is the revision's header,
//! which is compared as such.
//!
//! A module that is no Python of today (`print "…"`) is compared by its tokens.
//!
//! It must not name a node by anything but [`NodeKind`]'s names, which a test pins: the
//! parser's next version may order them otherwise.

use std::{fmt, io::Write as _};

use ruff_python_ast::{
    self as ast, AnyNodeRef, Expr, FStringPart, InterpolatedStringElement, NodeKind, Number, Stmt,
    visitor::source_order::{SourceOrderVisitor, TraversalSignal},
};
use ruff_python_parser::Parsed;
use ruff_text_size::{Ranged, TextRange};
use sha2::{Digest, Sha256};

use super::module::header_key;
use crate::model::Checksum;

/// Named in front, so that another format can never give the same sums.
const FORMAT: &[u8] = b"teammig python checksum 1";

/// A byte that UTF-8 never holds: no text can imitate the end of one.
const END: u8 = 0xff;

/// What counts of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// All but `downgrade()`.
    WithoutDowngrade,
}

/// The fingerprint of a module's text, as it was parsed.
pub(super) fn checksum(text: &str, parsed: &Parsed<ast::ModModule>, part: Part) -> Checksum {
    let mut shape = Shape {
        out: Vec::with_capacity(text.len()),
        part,
        depth: 0,
        docstring: true,
    };
    shape.out.extend_from_slice(FORMAT);
    let module = parsed.syntax();
    if parsed.has_invalid_syntax() {
        shape.tokens(text, parsed);
    } else {
        shape.visit_body(&module.body);
    }
    Checksum(Sha256::digest(&shape.out).into())
}

struct Shape {
    out: Vec<u8>,
    part: Part,
    /// Bodies around the statement.
    depth: usize,
    /// The body that follows may begin with a docstring.
    docstring: bool,
}

impl Shape {
    fn word(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
        self.out.push(END);
    }

    fn flag(&mut self, name: &str, is_set: bool) {
        if is_set {
            self.word(name);
        }
    }

    fn open(&mut self, kind: impl fmt::Debug) {
        // Writing into memory does not fail.
        let _ = write!(self.out, "({kind:?}");
        self.out.push(END);
    }

    fn close(&mut self) {
        self.out.push(b')');
    }

    /// A statement that changes nothing of what the module does.
    fn is_left_out(&self, statement: &Stmt) -> bool {
        match statement {
            Stmt::Import(_) | Stmt::ImportFrom(_) => true,
            // `x: int` declares a type and no more.
            Stmt::AnnAssign(one) if one.value.is_none() => true,
            // `if TYPE_CHECKING:` around imports.
            Stmt::If(one) => {
                let is_import = |one: &Stmt| matches!(one, Stmt::Import(_) | Stmt::ImportFrom(_));
                one.body.iter().all(is_import) && one.elif_else_clauses.is_empty()
            }
            Stmt::FunctionDef(one) => {
                self.depth == 1
                    && self.part == Part::WithoutDowngrade
                    && one.name.as_str() == "downgrade"
            }
            _ => self.depth == 1 && header_key(statement).is_some(),
        }
    }

    /// Literals beside each other are one text, as they are to Python.
    fn formatted(&mut self, value: &ast::FStringValue) {
        let mut literal = String::new();
        for part in value {
            match part {
                FStringPart::Literal(text) => literal.push_str(&text.value),
                FStringPart::FString(text) => {
                    self.elements(text.elements.iter(), &mut literal);
                }
            }
        }
        self.word(&literal);
    }

    fn elements<'a>(
        &mut self,
        elements: impl Iterator<Item = &'a InterpolatedStringElement>,
        literal: &mut String,
    ) {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(text) => literal.push_str(&text.value),
                InterpolatedStringElement::Interpolation(one) => {
                    self.word(&std::mem::take(literal));
                    self.open(NodeKind::InterpolatedElement);
                    self.visit_expr(&one.expression);
                    self.word(&format!("{:?}", one.conversion));
                    self.flag("=", one.debug_text.is_some());
                    if let Some(spec) = &one.format_spec {
                        self.open(NodeKind::InterpolatedStringFormatSpec);
                        let mut inner = String::new();
                        self.elements(spec.elements.iter(), &mut inner);
                        self.word(&inner);
                        self.close();
                    }
                    self.close();
                }
            }
        }
    }

    /// What stands behind an `if`. An `else` with nothing but an `if` is an `elif`, as it is to
    /// Python.
    fn clauses(&mut self, clauses: &[ast::ElifElseClause]) {
        for clause in clauses {
            if clause.test.is_none()
                && let [Stmt::If(inner)] = clause.body.as_slice()
                && !self.is_left_out(&clause.body[0])
            {
                self.open(NodeKind::ElifElseClause);
                self.visit_expr(&inner.test);
                self.visit_body(&inner.body);
                self.close();
                self.clauses(&inner.elif_else_clauses);
            } else {
                self.visit_elif_else_clause(clause);
            }
        }
    }

    /// The leaf values of a node, which the tree below it does not hold.
    fn values(&mut self, node: AnyNodeRef<'_>) {
        match node {
            AnyNodeRef::StmtFunctionDef(one) => self.flag("async", one.is_async),
            AnyNodeRef::StmtFor(one) => self.flag("async", one.is_async),
            AnyNodeRef::StmtWith(one) => self.flag("async", one.is_async),
            AnyNodeRef::Comprehension(one) => self.flag("async", one.is_async),
            AnyNodeRef::StmtTry(one) => self.flag("star", one.is_star),
            AnyNodeRef::Identifier(one) => self.word(one.as_str()),
            AnyNodeRef::ExprName(one) => self.word(one.id.as_str()),
            AnyNodeRef::ExprBooleanLiteral(one) => {
                self.word(if one.value { "True" } else { "False" });
            }
            AnyNodeRef::ExprNumberLiteral(one) => {
                let text = match &one.value {
                    Number::Int(value) => value.to_string(),
                    Number::Float(value) => format!("{value:?}"),
                    Number::Complex { real, imag } => format!("{real:?}+{imag:?}j"),
                };
                self.word(&text);
            }
            AnyNodeRef::ExprStringLiteral(one) => self.word(one.value.to_str()),
            AnyNodeRef::ExprBytesLiteral(one) => {
                for byte in one.value.bytes() {
                    // Writing into memory does not fail.
                    let _ = write!(self.out, "{byte:02x}");
                }
                self.out.push(END);
            }
            AnyNodeRef::ExprDict(one) => {
                for item in &one.items {
                    self.flag("**", item.key.is_none());
                }
            }
            AnyNodeRef::ExprSlice(one) => {
                self.flag("lower", one.lower.is_some());
                self.flag("upper", one.upper.is_some());
                self.flag("step", one.step.is_some());
            }
            AnyNodeRef::Parameters(one) => {
                let counts = (one.posonlyargs.len(), one.args.len(), one.kwonlyargs.len());
                self.word(&format!("{counts:?}"));
                self.flag("*", one.vararg.is_some());
                self.flag("**", one.kwarg.is_some());
            }
            AnyNodeRef::ExceptHandlerExceptHandler(ast::ExceptHandlerExceptHandler {
                type_,
                name,
                ..
            }) => {
                self.flag("type", type_.is_some());
                self.flag("name", name.is_some());
            }
            AnyNodeRef::MatchCase(one) => self.flag("guard", one.guard.is_some()),
            AnyNodeRef::PatternMatchMapping(one) => self.flag("rest", one.rest.is_some()),
            AnyNodeRef::PatternMatchAs(one) => self.flag("pattern", one.pattern.is_some()),
            _ => {}
        }
    }

    fn tokens(&mut self, text: &str, parsed: &Parsed<ast::ModModule>) {
        use ruff_python_ast::token::TokenKind;

        self.word("tokens");
        self.depth = 1;
        let body = &parsed.syntax().body;
        let mut left_out: Vec<TextRange> = body
            .iter()
            .filter(|one| self.is_left_out(one))
            .map(Ranged::range)
            .collect();
        left_out.extend(body.first().filter(|one| is_text(one)).map(Ranged::range));
        for token in parsed.tokens() {
            let is_layout = matches!(
                token.kind(),
                TokenKind::Comment | TokenKind::NonLogicalNewline | TokenKind::EndOfFile
            );
            if is_layout || left_out.iter().any(|one| one.contains_range(token.range())) {
                continue;
            }
            match token.kind() {
                TokenKind::Newline => self.word("\n"),
                TokenKind::Indent => self.word("indent"),
                TokenKind::Dedent => self.word("dedent"),
                _ => {
                    let written = &text[std::ops::Range::<usize>::from(token.range())];
                    self.word(&written.replace("\r\n", "\n"));
                }
            }
        }
    }
}

/// A statement that is only a text.
fn is_text(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Expr(one) if one.value.is_string_literal_expr())
}

impl<'a> SourceOrderVisitor<'a> for Shape {
    fn enter_node(&mut self, node: AnyNodeRef<'a>) -> TraversalSignal {
        let kind = match node.kind() {
            // An annotation is not what makes it another statement.
            NodeKind::StmtAnnAssign => NodeKind::StmtAssign,
            kind => kind,
        };
        self.open(kind);
        self.values(node);
        match node {
            AnyNodeRef::StmtFunctionDef(_) | AnyNodeRef::StmtClassDef(_) => self.docstring = true,
            AnyNodeRef::ExprStringLiteral(_) | AnyNodeRef::ExprBytesLiteral(_) => {
                return TraversalSignal::Skip;
            }
            AnyNodeRef::StmtIf(one) => {
                self.visit_expr(&one.test);
                self.visit_body(&one.body);
                self.clauses(&one.elif_else_clauses);
                return TraversalSignal::Skip;
            }
            AnyNodeRef::ExprFString(one) => {
                self.formatted(&one.value);
                return TraversalSignal::Skip;
            }
            AnyNodeRef::ExprTString(one) => {
                let mut literal = String::new();
                for part in &one.value {
                    self.elements(part.elements.iter(), &mut literal);
                }
                self.word(&literal);
                return TraversalSignal::Skip;
            }
            _ => {}
        }
        TraversalSignal::Traverse
    }

    fn leave_node(&mut self, _node: AnyNodeRef<'a>) {
        self.close();
    }

    fn visit_body(&mut self, body: &'a [Stmt]) {
        self.out.push(b'[');
        let documented = std::mem::take(&mut self.docstring);
        let skip = usize::from(documented && body.first().is_some_and(is_text));
        self.depth += 1;
        for statement in &body[skip..] {
            if !self.is_left_out(statement) {
                self.visit_stmt(statement);
            }
        }
        self.depth -= 1;
        self.out.push(b']');
    }

    fn visit_annotation(&mut self, _annotation: &'a Expr) {}

    fn visit_type_params(&mut self, _parameters: &'a ast::TypeParams) {}

    fn visit_bool_op(&mut self, operator: &'a ast::BoolOp) {
        self.word(operator.as_str());
    }

    fn visit_operator(&mut self, operator: &'a ast::Operator) {
        self.word(operator.as_str());
    }

    fn visit_unary_op(&mut self, operator: &'a ast::UnaryOp) {
        self.word(operator.as_str());
    }

    fn visit_cmp_op(&mut self, operator: &'a ast::CmpOp) {
        self.word(operator.as_str());
    }

    fn visit_singleton(&mut self, value: &'a ast::Singleton) {
        self.word(&format!("{value:?}"));
    }
}
