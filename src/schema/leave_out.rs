//! Objects that a comparison is not about.

use std::collections::BTreeSet;

use super::{Fact, FactId, Kind, Schema};

/// Names of objects that are read past, with all that is in them. The database's
/// own objects, those of extensions and teammig's ledger need not be named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeaveOut {
    /// `name`, in any schema, or `schema.name`; `*` stands for any text. The name of
    /// a schema leaves out all that is in it, and `schema.*` is the schema, too. Triggers,
    /// policies and rules are also called `schema.table.name`; columns, constraints and rights
    /// belong to their tables and have no name of their own here.
    pub patterns: Vec<String>,
}

impl LeaveOut {
    /// Whether an object is left out, be it there or not.
    pub fn covers(&self, id: &FactId) -> bool {
        let is_named = matches!(id.kind, Kind::Trigger | Kind::Policy | Kind::Rule);
        if id.kind.is_part() && !is_named {
            return false;
        }
        // What a routine takes is no part of its name.
        let names = match id.path.as_slice() {
            [schema, name, _] if id.kind.takes_arguments() => &[schema.clone(), name.clone()][..],
            all => all,
        };
        let path = names.join(".");
        // All that is in a schema is the schema: nobody could make the one without the other.
        let whole = (id.kind == Kind::Schema).then(|| format!("{path}.*"));
        let short = match id.path.as_slice() {
            [schema, _, name] if is_named => Some(format!("{schema}.{name}")),
            _ => None,
        };
        self.patterns.iter().any(|pattern| {
            if !pattern.contains('.') {
                return names.last().is_some_and(|name| matches(pattern, name));
            }
            let short = short.as_ref().is_some_and(|name| matches(pattern, name));
            whole.as_ref() == Some(pattern) || short || matches(pattern, &path)
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
    use super::{FactId, Kind, LeaveOut, matches};

    #[test]
    fn what_is_covered() {
        for (pattern, kind, path, covered) in [
            ("legacy.*", Kind::Schema, "legacy", true),
            ("legacy.*", Kind::Schema, "legacy2", false),
            ("legacy.a*", Kind::Schema, "legacy", false),
            ("legacy.*", Kind::Table, "legacy.a", true),
            ("audit_*", Kind::Trigger, "public.users.audit_users", true),
            (
                "public.audit_*",
                Kind::Trigger,
                "public.users.audit_users",
                true,
            ),
            (
                "public.users.audit_*",
                Kind::Trigger,
                "public.users.audit_users",
                true,
            ),
            (
                "other.audit_*",
                Kind::Trigger,
                "public.users.audit_users",
                false,
            ),
            ("audit_*", Kind::Trigger, "audit_users", true),
            ("audit_*", Kind::Function, "public.audit_it.integer", true),
            ("public.audit_it", Kind::Function, "public.audit_it.", true),
            ("audit_*", Kind::Policy, "public.users.audit_all", true),
            ("audit_*", Kind::Column, "public.users.audit_at", false),
            ("public.users.*", Kind::Column, "public.users.name", false),
            (
                "audit_*",
                Kind::Constraint,
                "public.users.audit_at_check",
                false,
            ),
        ] {
            let patterns = vec![pattern.to_owned()];
            let id = FactId::new(kind, path.split('.'));
            assert_eq!(
                LeaveOut { patterns }.covers(&id),
                covered,
                "{pattern} {path}"
            );
        }
    }

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
