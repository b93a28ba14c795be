//! The replay says what the slow reference says, on any history.

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;
use proptest::{collection::vec, prelude::*};

use super::{
    facts::{Change, Content, FileFact, Outline, Place},
    reference::{self, Said, State},
    replay::Replay,
    report::{Commit, ProblemKind, Report},
};
use crate::model::{
    migration::Checksum,
    options::Options,
    revision::{RevId, Revision},
};

/// What becomes of a file.
#[derive(Debug, Clone)]
enum Fate {
    Gone,
    Unreadable,
    Missing,
    Revision {
        id: u8,
        parents: Vec<u8>,
        depends_on: Vec<u8>,
        label: Option<u8>,
        scripts: (u8, u8),
        comment: u8,
    },
}

type Landing = Vec<(u8, Fate)>;

fn id(n: u8) -> RevId {
    // Numbered, as those who rename them have them.
    RevId::trusted(&format!("{n}_r{}", n % 4))
}

fn label(n: u8) -> String {
    format!("line{n}")
}

/// A dependency's name: an id or a label.
fn name(n: u8) -> String {
    if n < 8 {
        id(n).to_string()
    } else {
        label(n - 8)
    }
}

fn fate(orderly: bool) -> impl Strategy<Value = Fate> {
    let revision = (
        0_u8..8,
        vec(0_u8..8, 0..3),
        prop_oneof![6 => Just(vec![]), 1 => vec(0_u8..10, 1..2)],
        prop_oneof![6 => Just(None), 1 => (0_u8..2).prop_map(Some)],
        (0_u8..2, 0_u8..2),
        0_u8..2,
    )
        .prop_map(
            move |(id, mut parents, mut depends_on, label, scripts, comment)| {
                if orderly {
                    parents.retain(|parent| *parent < id);
                    depends_on.retain(|on| *on < id);
                }
                Fate::Revision {
                    id,
                    parents,
                    depends_on,
                    label,
                    scripts,
                    comment,
                }
            },
        );
    prop_oneof![
        12 => revision,
        3 => Just(Fate::Gone),
        1 => Just(Fate::Unreadable),
        1 => Just(Fate::Missing),
    ]
}

/// Orderly ones have no cycles, and as a rule a file of its own for each revision.
fn landings(orderly: bool) -> impl Strategy<Value = Vec<Landing>> {
    let file = (0_u8..8, fate(orderly)).prop_map(move |(mut place, fate)| {
        if let (true, Fate::Revision { id, comment, .. }) = (orderly, &fate)
            && (place + comment) % 4 != 0
        {
            place = *id;
        }
        (place, fate)
    });
    vec(vec(file, 0..4), 1..10)
}

fn checksum(a: u8, b: u8) -> Checksum {
    let mut bytes = [0; 32];
    (bytes[0], bytes[1]) = (a, b);
    Checksum(bytes)
}

/// Another version of a file may have other options.
fn options(n: u8) -> Options {
    let text = ["none", "up transaction:false", "down transaction:false"];
    text[usize::from(n) % 3].parse().unwrap()
}

fn fact(place: &Place, fate: &Fate) -> Option<FileFact> {
    let content = match fate {
        Fate::Gone => return None,
        Fate::Unreadable => Content::Unreadable,
        Fate::Missing => Content::Missing,
        Fate::Revision {
            id: own,
            parents,
            depends_on,
            label: line,
            scripts: (up, down),
            comment,
            ..
        } => Content::Revision(Arc::new(Outline::of(
            Revision {
                depends_on: depends_on.iter().map(|n| name(*n)).collect(),
                labels: line.iter().map(|n| label(*n)).collect(),
                ..Revision::new(id(*own), parents.iter().map(|n| id(*n)).collect())
            },
            checksum(*up, *down + 1),
            checksum(*up, 0),
            options(*comment),
        ))),
    };
    Some(FileFact {
        path: Arc::clone(&place.name),
        blob: format!("{fate:?}").into(),
        content,
    })
}

fn place(n: u8) -> Place {
    Place {
        folder: usize::from(n > 5),
        name: format!("{n}.sql").into(),
    }
}

fn commit(n: usize) -> Arc<Commit> {
    Arc::new(Commit {
        id: n.to_string(),
        at: Timestamp::UNIX_EPOCH,
        author: String::new(),
        summary: String::new(),
    })
}

/// Every state after a landing, and what the replay says of them.
fn replay(landings: &[Landing]) -> (Vec<State>, Report) {
    let mut states = Vec::new();
    let mut state = State::new();
    let mut replay = Replay::new(false);
    for (at, landing) in landings.iter().enumerate() {
        // Several commits of one landing: only what is there in the end counts.
        for (n, file) in landing.iter().enumerate() {
            let place = place(file.0);
            let mut change = Change::default();
            match fact(&place, &file.1) {
                None => {
                    if state.remove(&place).is_some() {
                        change.removed.push(place);
                    }
                }
                Some(fact) => {
                    state.insert(place.clone(), fact.clone());
                    change.put.push((place, fact));
                }
            }
            replay.commit(&commit(at), &change, n + 1 == landing.len());
        }
        if landing.is_empty() {
            replay.commit(&commit(at), &Change::default(), true);
        }
        states.push(state.clone());
    }
    (states, replay.report())
}

fn said(report: &Report) -> Said {
    let number = |commit: &Arc<Commit>| commit.id.parse().unwrap_or(usize::MAX);
    Said {
        divergences: report
            .divergences
            .iter()
            .map(|one| {
                let heads = one.heads.iter().map(|head| head.revision.to_string());
                (
                    number(&one.commit),
                    one.repaired_by.as_ref().map(number),
                    heads.collect(),
                    one.most_heads,
                )
            })
            .collect(),
        edits: report
            .edits
            .iter()
            .map(|one| (number(&one.commit), one.revision.to_string(), one.kind))
            .collect(),
        problems: report
            .problems
            .iter()
            .map(|one| {
                let until = one.repaired_by.as_ref().map(number);
                (one.kind, one.revisions.clone(), number(&one.commit), until)
            })
            .collect(),
    }
}

/// Cycles of several are shown as one shortest way each, which is the graph's own
/// choice: the reference only says whether there is one.
fn without_cycles(said: &mut Said) {
    said.problems
        .retain(|(kind, names, ..)| *kind != ProblemKind::Cycle || names.len() == 1);
}

fn check(landings: &[Landing]) -> Result<(), TestCaseError> {
    let (states, report) = replay(landings);
    let (mut expected, cyclic) = reference::judge(&states);
    let mut got = said(&report);
    for (at, cyclic) in cyclic.iter().enumerate() {
        let shown = got.problems.iter().any(|(kind, names, since, until)| {
            *kind == ProblemKind::Cycle
                && names.len() > 1
                && *since <= at
                && until.is_none_or(|until| at < until)
        });
        prop_assert_eq!(shown, *cyclic, "landing {}", at);
    }
    without_cycles(&mut got);
    without_cycles(&mut expected);
    prop_assert_eq!(got, expected);
    prop_assert_eq!(report.revisions, {
        let last = states.last().cloned().unwrap_or_default();
        let ids: BTreeSet<_> = last
            .values()
            .filter_map(|fact| fact.outline().map(|outline| outline.revision.clone()))
            .collect();
        ids.len()
    });
    Ok(())
}

proptest! {
    #[test]
    fn orderly_histories(landings in landings(true)) {
        check(&landings)?;
    }

    #[test]
    fn wild_histories(landings in landings(false)) {
        check(&landings)?;
    }
}
