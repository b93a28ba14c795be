//! `SELECT *` in the text of a view: a column that is added comes last in its table, whatever
//! its place in the models, and the server puts the columns down in the order that they have
//! when the view is made. Then the view is written with the columns that the models' one has.

use super::{Scene, work::uses};
use crate::{
    model::Dialect,
    schema::{COLUMN_ORDER, Fact, FactId, Kind},
    sql,
};

/// Whether a view's text would make another view here than in the models.
pub(super) fn is_else(scene: &Scene, view: &Fact, text: &str) -> bool {
    if !names_all(text) {
        return false;
    }
    let tables = uses(scene.b, &view.id).map(|id| match id.kind {
        Kind::Column => id.path.get(..2).unwrap_or_default(),
        _ => id.path.as_slice(),
    });
    let mut tables = tables.map(|path| FactId {
        kind: Kind::Table,
        path: path.to_vec(),
    });
    tables.any(|table| is_moved(scene, &table))
}

/// Where a new column is among those of its table in the models.
pub(super) fn position(scene: &Scene, column: &FactId) -> usize {
    let fact = scene.b.facts.get(column);
    let table = fact.and_then(|fact| scene.b.facts.get(fact.parent.as_ref()?));
    let at = table.and_then(|table| order(table).position(|name| name == column.name()));
    at.unwrap_or_default()
}

fn order(table: &Fact) -> impl Iterator<Item = &str> {
    table.get(COLUMN_ORDER).unwrap_or_default().lines()
}

/// The columns of a table that stays are in another order afterwards than in the models.
fn is_moved(scene: &Scene, table: &FactId) -> bool {
    let work = scene.work;
    let (Some(before), Some(after)) = (work.origin(table), work.of_b(table)) else {
        return false;
    };
    if work.create.contains(table) {
        return false;
    }
    let wanted: Vec<&str> = order(after).collect();
    let is_new = |name: &str| {
        let mut path = table.path.clone();
        path.push(name.to_owned());
        let kind = Kind::Column;
        work.create.contains(&FactId { kind, path })
    };
    let stay = order(before).filter(|name| wanted.contains(name) && !is_new(name));
    let new = wanted.iter().copied().filter(|name| is_new(name));
    !stay.chain(new).eq(wanted.iter().copied())
}

/// `*` stands for columns: behind `SELECT`, a comma or a dot. In `count(*)` it does not, nor
/// between numbers.
fn names_all(text: &str) -> bool {
    let tokens = sql::tokens(text, Some(Dialect::Postgres)).filter(|token| !token.is_trivia());
    let mut before = "";
    for token in tokens {
        let word = token.text(text);
        if word == "*" {
            let is_column = ["select", "distinct", "all", ",", ".", ")"]
                .iter()
                .any(|one| before.eq_ignore_ascii_case(one));
            if is_column {
                return true;
            }
        }
        before = word;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::names_all;

    #[test]
    fn which_stars_stand_for_columns() {
        for text in [
            "SELECT * FROM t",
            "select distinct * from t",
            "SELECT a, t.* FROM t",
            "SELECT DISTINCT ON (a) * FROM t",
            "SELECT a FROM (SELECT a, * FROM t) t",
            "SELECT/* all */* FROM t",
        ] {
            assert!(names_all(text), "{text}");
        }
        for text in [
            "SELECT count(*) FROM t",
            "SELECT a * 2 FROM t",
            "SELECT '*', \"*\" FROM t",
            "SELECT a FROM t -- t.*",
        ] {
            assert!(!names_all(text), "{text}");
        }
    }
}
