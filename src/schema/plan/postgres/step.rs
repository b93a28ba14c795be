//! A step as statements.

use super::{
    Scene, column, comment, constraint, index, line::Line, rights, routine, sequence, steps::Step,
    table, types,
};
use crate::schema::{Fact, FactId, Kind};

/// The statements of a step.
pub(super) fn written(scene: &Scene, step: &Step) -> Vec<Line> {
    let of_b = |id: &FactId| scene.b.facts.get(id);
    match step {
        Step::Rename { from, to } => {
            of_b(to).map_or_else(Vec::new, |fact| constraint::rename(scene, from, fact))
        }
        Step::Loosen(id) => column::loosen(scene, id),
        Step::Drop(id) => scene
            .a
            .facts
            .get(id)
            .map_or_else(Vec::new, |fact| dropped(scene, fact)),
        Step::Aside(id) => vec![types::aside(scene, id)],
        Step::DropAside(id) => vec![types::drop_aside(scene, id)],
        Step::Create(id) => of_b(id).map_or_else(Vec::new, |fact| {
            let mut lines = created(scene, fact);
            lines.extend(rights::taken_back(scene, fact));
            lines
        }),
        Step::Alter(id) => match (scene.work.origin(id), of_b(id)) {
            (Some(before), Some(after)) => altered(scene, before, after),
            _ => Vec::new(),
        },
        Step::Late(id) => of_b(id).map_or_else(Vec::new, |fact| match id.kind {
            Kind::Column => vec![column::set_default(scene, fact)],
            Kind::Sequence => sequence::own(scene, fact),
            _ => table::late(scene, fact),
        }),
    }
}

fn created(scene: &Scene, fact: &Fact) -> Vec<Line> {
    let with_comment = |mut lines: Vec<Line>| {
        lines.extend(comment::first(scene, fact));
        lines
    };
    match fact.id.kind {
        Kind::Schema | Kind::Extension => types::create_outer(scene, fact),
        Kind::Enum | Kind::Domain | Kind::CompositeType | Kind::RangeType => {
            types::create(scene, fact)
        }
        Kind::Sequence => sequence::create(scene, fact),
        Kind::Function | Kind::Procedure => with_comment(routine::create(scene, fact, false)),
        Kind::Aggregate => with_comment(routine::create_aggregate(scene, fact)),
        Kind::Table => table::create(scene, fact),
        Kind::Column => column::create(scene, fact),
        Kind::Constraint => constraint::create(scene, fact),
        Kind::View | Kind::MaterializedView => {
            with_comment(routine::create_view(scene, fact, false))
        }
        Kind::Index => index::create(scene, fact),
        Kind::Statistics => constraint::create_statistics(scene, fact),
        Kind::Rule | Kind::Trigger => routine::create_on_table(scene, fact),
        Kind::Policy => rights::create_policy(scene, fact),
        Kind::Grant => rights::grant(scene, None, Some(fact)),
        Kind::VirtualTable => Vec::new(),
    }
}

fn altered(scene: &Scene, before: &Fact, after: &Fact) -> Vec<Line> {
    match after.id.kind {
        Kind::Schema | Kind::Extension => types::change_outer(scene, before, after),
        Kind::Enum | Kind::Domain | Kind::CompositeType | Kind::RangeType => {
            types::change(scene, before, after)
        }
        Kind::Sequence => sequence::change(scene, before, after),
        Kind::Function | Kind::Procedure => routine::change(scene, before, after),
        Kind::Aggregate => comment::change(scene, before, after).into_iter().collect(),
        Kind::Table => table::change(scene, before, after),
        Kind::Column => column::change(scene, before, after),
        Kind::Constraint => constraint::change(scene, before, after),
        Kind::View | Kind::MaterializedView => routine::change_view(scene, before, after),
        Kind::Index => index::change(scene, before, after),
        Kind::Statistics => constraint::change_statistics(scene, before, after),
        Kind::Rule | Kind::Trigger => routine::change_on_table(scene, before, after),
        Kind::Policy => rights::change_policy(scene, before, after),
        Kind::Grant => rights::grant(scene, Some(before), Some(after)),
        Kind::VirtualTable => Vec::new(),
    }
}

fn dropped(scene: &Scene, fact: &Fact) -> Vec<Line> {
    match fact.id.kind {
        Kind::Schema
        | Kind::Extension
        | Kind::Enum
        | Kind::Domain
        | Kind::CompositeType
        | Kind::RangeType => vec![types::drop(scene, fact)],
        Kind::Sequence => sequence::drop(scene, fact),
        Kind::Function | Kind::Procedure | Kind::Aggregate => vec![routine::drop(scene, fact)],
        Kind::Table => table::drop(scene, fact),
        Kind::Column => column::drop(scene, fact),
        Kind::Constraint => vec![constraint::drop(scene, fact)],
        Kind::View | Kind::MaterializedView => routine::drop_view(scene, fact),
        Kind::Index => index::drop(scene, fact),
        Kind::Statistics => vec![constraint::drop_statistics(scene, fact)],
        Kind::Rule | Kind::Trigger | Kind::Policy => vec![routine::drop_on_table(scene, fact)],
        Kind::Grant => rights::grant(scene, Some(fact), None),
        Kind::VirtualTable => Vec::new(),
    }
}
