//! Objects that a comparison is not about.

use std::collections::BTreeSet;

use super::{Fact, FactId, Schema};

/// Names of objects that are read past, with all that is in them. The database's
/// own objects, those of extensions and teammig's ledger need not be named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeaveOut {
    /// `name`, in any schema, or `schema.name`; `*` stands for any text. The name of
    /// a schema leaves out all that is in it.
    pub patterns: Vec<String>,
}

impl LeaveOut {
    /// Whether an object is left out, be it there or not.
    pub fn covers(&self, id: &FactId) -> bool {
        let path = id.path.join(".");
        !id.kind.is_part()
            && self.patterns.iter().any(|pattern| {
                let name = if pattern.contains('.') {
                    &path
                } else {
                    id.name()
                };
                matches(pattern, name)
            })
    }

    /// Takes what is left out of a schema.
    pub fn apply(&self, schema: &mut Schema) {
        if self.patterns.is_empty() {
            return;
        }
        schema.remove(|fact| self.covers(&fact.id));
        schema.unmodelled.retain(|object| {
            let mut patterns = self.patterns.iter();
            !patterns.any(|pattern| matches(pattern, &object.name))
        });
    }
}

impl Schema {
    /// Takes facts out, with their parts and all edges to and from them.
    pub fn remove(&mut self, which: impl Fn(&Fact) -> bool) {
        let named: BTreeSet<FactId> = self
            .facts
            .values()
            .filter(|fact| which(fact))
            .map(|fact| fact.id.clone())
            .collect();
        let gone: BTreeSet<FactId> = self
            .facts
            .values()
            .filter(|fact| {
                named.contains(&fact.id) || self.ancestors(fact).any(|id| named.contains(id))
            })
            .map(|fact| fact.id.clone())
            .collect();
        self.facts.retain(|id, _| !gone.contains(id));
        self.edges
            .retain(|edge| !gone.contains(&edge.from) && !gone.contains(&edge.to));
    }
}

/// Whether a name fits a pattern with `*` in it.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(name) = name.strip_prefix(head) else {
        return false;
    };
    (0..=name.len())
        .filter_map(|at| name.get(at..))
        .any(|tail| matches(rest, tail))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns() {
        for (pattern, name, fits) in [
            ("users", "users", true),
            ("users", "users2", false),
            ("user*", "users", true),
            ("*_old", "users_old", true),
            ("*_old", "users_older", false),
            ("a*b*c", "a.xbx.c", true),
            ("*", "", true),
            ("é*", "éà", true),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }
}
