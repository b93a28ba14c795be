//! What footprints alone say of each pair, and that the pairs cover the table of conflicts.

use std::collections::BTreeSet;

use teammig::model::{
    Dialect, Footprint,
    conflict::{Collision, Conflicts},
    footprint::Act,
};

use super::case::{Verdict, cases, said};

const BOTH: [Dialect; 2] = [Dialect::Postgres, Dialect::Sqlite];

#[test]
fn footprints_say_what_is_labelled() {
    let mut wrong = Vec::new();
    for dialect in BOTH {
        for case in cases(dialect) {
            let found = case.judged(dialect);
            let unread = found.unknown.iter().any(|one| !one.opaque);
            if unread || said(found.worst()) != case.said {
                let said = said(found.worst());
                wrong.push(format!("{dialect:?} {}: {said} {}", case.name, why(&found)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n", wrong.join("\n"));
}

fn why(found: &Conflicts) -> String {
    let told = |one: &Collision| {
        let objects: Vec<String> = one.objects.iter().map(ToString::to_string).collect();
        let (left, right) = (one.left.act.verb(), one.right.act.verb());
        format!("{} / {}: {}", left, right, objects.join(", "))
    };
    let told: Vec<String> = found.collisions.iter().map(told).collect();
    format!("{told:?} {:?}", found.unknown)
}

/// A label that is not what a database would make one expect has a reason.
#[test]
fn what_does_not_fit_has_a_reason() {
    let mut wrong = Vec::new();
    for dialect in BOTH {
        for case in cases(dialect) {
            let independent = case.verdict == Some(Verdict::Independent);
            let fits = match case.said.as_str() {
                "none" => independent,
                "possible" => true,
                "order" => !independent,
                _ => case.verdict == Some(Verdict::FailsBoth),
            };
            if fits == case.why.is_some() {
                wrong.push(format!("{dialect:?} {}", case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n", wrong.join("\n"));
}

/// What no pair can have: PostgreSQL's scripts have no rebuilds, SQLite makes up no names,
/// has no bodies that are read later and alters nothing of a table as a whole; and what has
/// a made up name holds no rows. A table that is there is not made if it is missing.
const NOWHERE: &[(Act, Act)] = &[
    (Act::CreateUnnamed, Act::Rebuild),
    (Act::CreateUnnamed, Act::Demand),
    (Act::CreateUnnamed, Act::Write),
    (Act::Ensure, Act::Rebuild),
    (Act::Alter, Act::Rebuild),
    (Act::Rebuild, Act::Mention),
];

#[test]
fn every_cell_of_the_table_has_a_pair() {
    let mut met = BTreeSet::new();
    for dialect in BOTH {
        for case in cases(dialect) {
            let [_, left, right] = case.footprints(dialect);
            for (_, one) in left.iter().flat_map(Footprint::accesses) {
                for (_, other) in right.iter().flat_map(Footprint::accesses) {
                    if one.object.is(&other.object) {
                        met.insert((one.act.min(other.act), one.act.max(other.act)));
                    }
                }
            }
        }
    }
    let all = Act::ALL.into_iter().flat_map(|one| {
        let others = Act::ALL.into_iter().filter(move |other| one <= *other);
        others.map(move |other| (one, other))
    });
    let missing: Vec<(Act, Act)> = all
        .filter(|cell| !met.contains(cell) && !NOWHERE.contains(cell))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
