//! Comments.

use super::{
    Scene,
    line::Line,
    names::{ident, is_type, literal},
};
use crate::schema::{Fact, Kind};

/// What an object is called after `COMMENT ON`.
fn target(scene: &Scene, fact: &Fact) -> String {
    let id = &fact.id;
    let object = || scene.names.object(id);
    let on = |word: &str| {
        let of = match fact.parent.as_ref().map(|parent| parent.kind) {
            Some(Kind::Domain) => "DOMAIN ",
            _ => "",
        };
        format!(
            "{word} {} ON {of}{}",
            ident(id.name()),
            scene.names.object(id)
        )
    };
    match id.kind {
        Kind::Schema | Kind::Extension => {
            format!("{} {}", id.kind.name().to_uppercase(), ident(id.name()))
        }
        Kind::Column => format!("COLUMN {}.{}", object(), ident(id.name())),
        Kind::Constraint => on("CONSTRAINT"),
        Kind::Rule => on("RULE"),
        Kind::Trigger => on("TRIGGER"),
        Kind::Policy => on("POLICY"),
        Kind::Domain => format!("DOMAIN {}", object()),
        kind if is_type(id) && kind != Kind::Domain => format!("TYPE {}", object()),
        kind if kind.takes_arguments() => {
            format!(
                "{} {}",
                kind.name().to_uppercase(),
                scene.names.routine(fact)
            )
        }
        kind => format!("{} {}", kind.name().to_uppercase(), object()),
    }
}

/// `COMMENT ON …`
pub(super) fn line(scene: &Scene, fact: &Fact) -> Line {
    let text = fact
        .get("comment")
        .map_or_else(|| "NULL".to_owned(), literal);
    Line::new(
        &fact.id,
        format!("COMMENT ON {} IS {text}", target(scene, fact)),
    )
}

/// The comment of an object that begins.
pub(super) fn first(scene: &Scene, fact: &Fact) -> Option<Line> {
    fact.get("comment").map(|_| line(scene, fact))
}

/// Another comment.
pub(super) fn change(scene: &Scene, before: &Fact, after: &Fact) -> Option<Line> {
    (before.get("comment") != after.get("comment")).then(|| line(scene, after))
}
