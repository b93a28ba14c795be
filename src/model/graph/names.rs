//! What people write for a revision: ids, prefixes, labels, `head`, `L@X`.
//!
//! After Alembic, script/revision.py, `_resolve_revision_number`,
//! `_revision_for_ident`, `filter_for_lineage` and `get_revisions`.

use super::{
    Graph, GraphError,
    nodes::{Node, NodeSet},
    relative::{Place, Walked, parse_steps},
};
use crate::model::revision::RevId;

/// A name with its symbols resolved.
pub(super) enum Symbol<'a> {
    /// `head`, `heads` and `base` (none).
    Nodes(Vec<Node>),
    /// Anything else, to be looked up.
    Name(&'a str),
}

impl Graph {
    /// The revisions that a name means, with Alembic's rules: `heads` (nobody's
    /// parent or dependency), `head` (the only one that is nobody's parent),
    /// `base` (none), an id, a unique prefix, a label, `L@X` with any of these
    /// on the line of the label or revision `L`, and `-N`: N below every head.
    pub fn resolve(&self, symbol: &str) -> Result<Vec<RevId>, GraphError> {
        self.many(symbol).map(|nodes| self.ids(&nodes))
    }

    /// The one revision that a name means; `None` is the base.
    pub fn resolve_one(&self, symbol: &str) -> Result<Option<RevId>, GraphError> {
        Ok(self.one(symbol)?.map(|node| self.id(node).clone()))
    }

    /// [`Graph::resolve`] by numbers.
    pub(super) fn many(&self, text: &str) -> Result<Vec<Node>, GraphError> {
        if let Some(places) = self.below_heads(text)? {
            let mut nodes = Vec::new();
            for walked in places {
                match walked.place {
                    Place::At(node) => nodes.push(node),
                    Place::Base => {}
                    Place::Outside => return Err(out_of_range(text, Some(walked.steps))),
                }
            }
            return Ok(nodes);
        }
        match self.symbol(text)? {
            (Symbol::Nodes(nodes), _) => Ok(nodes),
            (Symbol::Name(name), label) => Ok(vec![self.ident(name, label)?]),
        }
    }

    /// [`Graph::resolve_one`] by numbers.
    pub(super) fn one(&self, text: &str) -> Result<Option<Node>, GraphError> {
        match self.symbol(text)? {
            (Symbol::Nodes(nodes), _) if nodes.len() > 1 => Err(self.several(text, &nodes)),
            (Symbol::Nodes(nodes), _) => Ok(nodes.first().copied()),
            (Symbol::Name(name), label) => self.ident(name, label).map(Some),
        }
    }

    /// `-N` and `L@-N` as names: N below every head (that answers to L),
    /// whatever is applied. `None` for every other text.
    pub(super) fn below_heads(&self, text: &str) -> Result<Option<Vec<Walked>>, GraphError> {
        let (label, name) = split_label(text);
        let Some(steps) = parse_steps(name).filter(|&steps| steps < 0) else {
            return Ok(None);
        };
        if self.exact(name).is_some() {
            return Ok(None);
        }
        let mut tops = self.real_head_nodes();
        if let Some(label) = label {
            let on_branch = self.labelled(label);
            tops.retain(|&top| on_branch.contains(top));
        }
        tops.into_iter()
            .map(|top| self.walk(text, Some(top), steps, None))
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// Resolves `head`, `heads` and `base`, and splits off the label.
    pub(super) fn symbol<'a>(
        &self,
        text: &'a str,
    ) -> Result<(Symbol<'a>, Option<&'a str>), GraphError> {
        let (label, name) = split_label(text);
        let symbol = match name {
            "heads" => Symbol::Nodes(match label {
                Some(label) => self.on_lineage(self.head_nodes(), label, Lineage::Parents)?,
                None => self.real_head_nodes(),
            }),
            "head" => {
                let mut heads = self.head_nodes();
                if let Some(label) = label {
                    heads = self.on_lineage(heads, label, Lineage::Parents)?;
                }
                if heads.len() > 1 {
                    return Err(self.several(text, &heads));
                }
                Symbol::Nodes(heads)
            }
            "base" => Symbol::Nodes(Vec::new()),
            name => Symbol::Name(name),
        };
        Ok((symbol, label))
    }

    /// Those of `nodes` that are an ancestor, a descendant or one of what
    /// `name` means (of its label, too).
    pub(super) fn on_lineage(
        &self,
        mut nodes: Vec<Node>,
        name: &str,
        over: Lineage,
    ) -> Result<Vec<Node>, GraphError> {
        if let Some(lineage) = self.lineage(name, over, nodes.is_empty())? {
            nodes.retain(|&node| lineage.contains(node));
        }
        Ok(nodes)
    }

    /// Everything on the lines of what `name` means; `None` = everything.
    ///
    /// Alembic looks a name up only when there is something to compare with;
    /// `idle` says that there is nothing.
    pub(super) fn lineage(
        &self,
        name: &str,
        over: Lineage,
        idle: bool,
    ) -> Result<Option<NodeSet>, GraphError> {
        let (symbol, label) = self.symbol(name)?;
        if idle {
            return Ok(None);
        }
        let mut against = Vec::new();
        if let Some(label) = label {
            against.push(self.branch(label)?);
        }
        match symbol {
            Symbol::Nodes(nodes) => against.extend(nodes),
            // By parents it is a branch that is looked for, else a target.
            Symbol::Name(name) => against.push(match over {
                Lineage::Parents => self.branch(name)?,
                Lineage::Dependencies => self.ident(name, None)?,
            }),
        }
        Ok((!against.is_empty()).then(|| self.related(&against, over)))
    }

    /// The ancestors and the descendants of `nodes`, with themselves.
    pub(super) fn related(&self, nodes: &[Node], over: Lineage) -> NodeSet {
        let (up, down) = match over {
            Lineage::Parents => (&self.parents, &self.children),
            Lineage::Dependencies => (&self.edges, &self.dependents),
        };
        let mut set = self.none();
        set.reach(nodes.iter().copied(), up);
        let mut below = self.none();
        below.reach(nodes.iter().copied(), down);
        set.add(below.iter());
        set
    }

    /// The revision that stands for a branch: a label, an id or a prefix.
    pub(super) fn branch(&self, label: &str) -> Result<Node, GraphError> {
        self.ident(label, None).map_err(|error| match error {
            GraphError::NotFound { name } => GraphError::NoSuchBranch { label: name },
            other => other,
        })
    }

    /// The revision with this id or label, or the only one with an id or label
    /// that starts like this; with a label, the only one on its line.
    ///
    /// Alembic refuses a prefix that fits an id and a label of one revision;
    /// here that is no ambiguity. The stored name must have more than three
    /// characters, the prefix need not.
    pub(super) fn ident(&self, name: &str, label: Option<&str>) -> Result<Node, GraphError> {
        let root = label.map(|label| self.branch(label)).transpose()?;
        let node = match self.exact(name) {
            Some(node) => node,
            None => self.prefix(name, root)?,
        };
        match (root, label) {
            (Some(root), Some(label))
                if !self.related(&[root], Lineage::Parents).contains(node) =>
            {
                Err(GraphError::NotOnBranch {
                    name: name.to_owned(),
                    label: label.to_owned(),
                })
            }
            _ => Ok(node),
        }
    }

    fn prefix(&self, name: &str, root: Option<Node>) -> Result<Node, GraphError> {
        let fits = |stored: &str| {
            !name.is_empty() && stored.starts_with(name) && stored.chars().count() > 3
        };
        let mut hits = self.nodes_where(|node| {
            let revision = &self.revisions[node];
            fits(revision.id.as_str())
                || revision
                    .labels
                    .iter()
                    .any(|label| fits(label) && self.exact(label) == Some(node))
        });
        if let (Some(root), false) = (root, hits.is_empty()) {
            let line = self.related(&[root], Lineage::Parents);
            hits.retain(|&hit| line.contains(hit));
        }
        match hits.as_slice() {
            [] => Err(GraphError::NotFound {
                name: name.to_owned(),
            }),
            &[node] => Ok(node),
            _ => Err(GraphError::Ambiguous {
                name: name.to_owned(),
                candidates: self.ids(&hits),
            }),
        }
    }

    pub(super) fn several(&self, argument: &str, heads: &[Node]) -> GraphError {
        GraphError::MultipleHeads {
            argument: argument.to_owned(),
            heads: self.ids(heads),
        }
    }
}

/// What makes a line of revisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lineage {
    /// Parents alone: what people mean by a branch.
    Parents,
    /// Dependencies too: what `stamp` has to respect.
    Dependencies,
}

/// `L@X` at the first `@`; an empty label is none.
fn split_label(text: &str) -> (Option<&str>, &str) {
    match text.split_once('@') {
        Some((label, name)) => (Some(label).filter(|label| !label.is_empty()), name),
        None => (None, text),
    }
}

/// The error for a relative text that leads out of the graph; `there` is how
/// many steps there are.
pub(super) fn out_of_range(text: &str, there: Option<u64>) -> GraphError {
    let steps = text
        .rfind(['+', '-'])
        .and_then(|at| parse_steps(&text[at..]))
        .unwrap_or_default();
    GraphError::RelativeOutOfRange {
        text: text.to_owned(),
        steps: steps.unsigned_abs(),
        there,
    }
}
