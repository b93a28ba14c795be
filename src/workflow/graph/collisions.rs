//! Which revisions of different lines collide, for the drawing.

use std::{collections::HashMap, sync::Arc};

use super::others::Others;
use crate::{
    model::{
        Project, RevId,
        conflict::Collision,
        graph::Graph,
        picture::{self, Picture},
    },
    workflow::{Context, Error, conflicts::Scripts},
};

/// More pairs of heads than this are the radar's.
const MOST_PAIRS: usize = 60;

/// What collides between heads, those of other branches included where they are drawn, and
/// how many pairs were left out.
pub(super) fn find(
    context: &Context,
    project: &Project,
    others: &Others,
) -> Result<(Vec<Collision>, usize), Error> {
    let mut all = project.clone();
    if !others.found.is_empty() {
        let mut revisions: Vec<_> = project.graph.iter().cloned().collect();
        for found in &others.found {
            let revision = &found.migration.revision;
            revisions.push(revision.clone());
            all.migrations
                .insert(revision.id.clone(), found.migration.clone());
        }
        all.graph = Arc::new(Graph::build(revisions).0);
    }
    let heads = all.graph.heads();
    // Those here come first: they are in the files' order.
    let pairs = heads.iter().enumerate().flat_map(|(at, one)| {
        let later = heads[at + 1..].iter();
        later.map(move |other| (one, other))
    });
    let mut scripts = None;
    let mut found: Vec<Collision> = Vec::new();
    for (one, other) in pairs.clone().take(MOST_PAIRS) {
        let scripts = scripts.get_or_insert_with(|| Scripts::new(context, &all));
        let (one, other) = (std::slice::from_ref(one), std::slice::from_ref(other));
        let conflicts = scripts.judge(&all.graph.parting(one, other))?;
        // Of lines that part again, the same two are met more than once.
        for one in conflicts.collisions {
            if one.clash.is_serious() && !found.contains(&one) {
                found.push(one);
            }
        }
    }
    if let Some(scripts) = &mut scripts {
        scripts.remember();
    }
    Ok((found, pairs.count().saturating_sub(MOST_PAIRS)))
}

/// Those of them that are in the picture: one for each two revisions.
pub(super) fn drawn(picture: &Picture, found: &[Collision]) -> Vec<picture::Collision> {
    let nodes = picture.nodes.iter().enumerate();
    let at: HashMap<&RevId, usize> = nodes.map(|(at, node)| (&node.id, at)).collect();
    let mut all: Vec<picture::Collision> = Vec::new();
    for one in found {
        let places = (at.get(&one.left.revision), at.get(&one.right.revision));
        let (Some(&left), Some(&right)) = places else {
            continue;
        };
        let (first, second) = (left.min(right), left.max(right));
        let known = all
            .iter_mut()
            .find(|known| (known.one, known.other) == (first, second));
        match known {
            Some(known) => {
                known.clash = known.clash.max(one.clash);
                for object in &one.objects {
                    if !known.objects.contains(object) {
                        known.objects.push(object.clone());
                    }
                }
            }
            None => all.push(picture::Collision {
                one: first,
                other: second,
                clash: one.clash,
                objects: one.objects.clone(),
            }),
        }
    }
    all
}
