//! The few words that stand beside a revision, the same in every drawing.

use std::ops::Range;

use super::{Holder, Node, Picture};

/// A word beside a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// What it speaks of, for colours.
    pub kind: TagKind,
    /// The word.
    pub text: String,
}

/// What a [`Tag`] speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagKind {
    /// Its place in the graph.
    Place,
    /// A label.
    Label,
    /// Who has it.
    Holder,
    /// A database that stands here.
    Database,
    /// A revision of another line whose script collides.
    Collision,
}

/// More branches than this are counted.
const NAMED: usize = 2;

impl Picture {
    /// The words for one of the nodes.
    ///
    /// What is published and nothing else gets none: that is the rule, and the
    /// words are for the exceptions.
    pub fn tags(&self, node: &Node) -> Vec<Tag> {
        let mut tags = Vec::new();
        let mut tag = |kind, text: String| tags.push(Tag { kind, text });
        let place = node.place;
        for (is, word) in [
            (place.head, "head"),
            (place.branch_point, "branchpoint"),
            (place.merge, "mergepoint"),
            (place.base, "base"),
        ] {
            if is {
                tag(TagKind::Place, word.to_owned());
            }
        }
        for label in &node.labels {
            tag(TagKind::Label, label.clone());
        }
        for name in &node.head_of {
            tag(TagKind::Holder, name.clone());
        }
        match &node.holder {
            // Where nothing can be published, all would have it.
            Holder::Mine(_) if !self.protects && !place.head => {}
            Holder::Mine(Some(branch)) => tag(TagKind::Holder, branch.clone()),
            Holder::Mine(None) if self.protects => {
                tag(TagKind::Holder, "not published".to_owned());
            }
            Holder::Uncommitted => tag(TagKind::Holder, "not committed".to_owned()),
            Holder::Branches(of) => {
                let names = of.iter().filter_map(|&at| self.branches.get(at));
                for name in names
                    .filter(|name| !node.head_of.contains(name))
                    .take(NAMED)
                {
                    tag(TagKind::Holder, name.clone());
                }
                if of.len() > NAMED {
                    tag(TagKind::Holder, format!("+{} branches", of.len() - NAMED));
                }
            }
            Holder::Unread => tag(TagKind::Holder, "cannot be read".to_owned()),
            Holder::LedgerOnly => tag(TagKind::Holder, "phantom".to_owned()),
            Holder::Mine(None) | Holder::Published(_) | Holder::Unknown => {}
        }
        let names: Vec<&str> = node
            .stands
            .iter()
            .filter_map(|&at| self.environments.get(at))
            .map(|environment| environment.name.as_str())
            .collect();
        if !names.is_empty() {
            tag(TagKind::Database, format!("current: {}", names.join(", ")));
        }
        let collisions = self.collisions_of(node);
        for (other, objects) in collisions.iter().take(NAMED) {
            tag(
                TagKind::Collision,
                format!("collides with {}: {objects}", other.id),
            );
        }
        if collisions.len() > NAMED {
            let more = collisions.len() - NAMED;
            tag(TagKind::Collision, format!("collides with {more} more"));
        }
        tags
    }

    /// Whose scripts collide with a node's, and over what.
    fn collisions_of(&self, node: &Node) -> Vec<(&Node, String)> {
        let of = self.collisions.iter().filter_map(|collision| {
            let (one, other) = (
                self.nodes.get(collision.one)?,
                self.nodes.get(collision.other)?,
            );
            let with = match (one.id == node.id, other.id == node.id) {
                (true, _) => other,
                (_, true) => one,
                _ => return None,
            };
            Some((with, collision.words()))
        });
        of.collect()
    }

    /// The words for several of the nodes in one row, `… 37 revisions, 9209a434d045
    /// to 7f3a9c21e4b0 …`.
    pub fn stretch(&self, nodes: &Range<usize>) -> String {
        let id = |at: usize| self.nodes.get(at).map_or("", |node| node.id.as_str());
        format!(
            "… {} revisions, {} to {} …",
            nodes.len(),
            id(nodes.end.saturating_sub(1)),
            id(nodes.start)
        )
    }
}
