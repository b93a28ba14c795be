//! Layouts by hand: `column | lanes above > lanes below`.

use super::*;

fn ties(to: &[usize]) -> Ties {
    Ties {
        to: to.iter().map(|&to| (to, Tie::Parent)).collect(),
        cut: false,
        rank: 0,
    }
}

/// One line a row: the column, and each lane as `column→row`.
fn table(rows: &[Row]) -> String {
    let lanes = |lanes: &[Lane]| {
        let mark = |lane: &Lane| match lane.tie {
            Tie::Parent => '→',
            Tie::Dependency => '⇢',
        };
        let lanes: Vec<String> = lanes
            .iter()
            .map(|lane| format!("{}{}{}", lane.column, mark(lane), lane.to))
            .collect();
        lanes.join(" ")
    };
    let rows: Vec<String> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| format!("{at} in {}: {}", row.column, lanes(&row.below)))
        .collect();
    rows.join("\n")
}

#[test]
fn a_chain_is_one_column() {
    let rows = lay_out(&[ties(&[1]), ties(&[2]), ties(&[])]);
    insta::assert_snapshot!(table(&rows), @"
    0 in 0: 0→1
    1 in 0: 0→2
    2 in 0:
    ");
    assert_eq!(rows[1].above, rows[0].below);
}

#[test]
fn children_of_one_parent_share_its_line() {
    let rows = lay_out(&[ties(&[3]), ties(&[3]), ties(&[3]), ties(&[])]);
    insta::assert_snapshot!(table(&rows), @"
    0 in 0: 0→3
    1 in 1: 0→3
    2 in 1: 0→3
    3 in 0:
    ");
}

#[test]
fn a_merge_opens_a_line_for_each_parent() {
    let rows = lay_out(&[
        ties(&[1, 2, 4]),
        ties(&[3]),
        ties(&[3]),
        ties(&[]),
        ties(&[]),
    ]);
    insta::assert_snapshot!(table(&rows), @"
    0 in 0: 0→1 1→2 2→4
    1 in 0: 0→3 1→2 2→4
    2 in 1: 0→3 2→4
    3 in 0: 2→4
    4 in 2:
    ");
}

/// A line is a dependency's until a child by parents joins it.
#[test]
fn a_dependency_that_a_parent_joins() {
    let dependency = Ties {
        to: vec![(1, Tie::Parent), (3, Tie::Dependency)],
        cut: false,
        rank: 0,
    };
    let rows = lay_out(&[dependency, ties(&[]), ties(&[3]), ties(&[])]);
    insta::assert_snapshot!(table(&rows), @"
    0 in 0: 0→1 1⇢3
    1 in 0: 1⇢3
    2 in 0: 0→3
    3 in 0:
    ");
}

#[test]
fn ties_that_lead_nowhere_are_left_out() {
    let rows = lay_out(&[ties(&[0, 1, 1]), ties(&[0])]);
    assert_eq!(rows[0].links.len(), 1);
    assert!(rows[1].links.is_empty() && rows[1].below.is_empty());
    assert!(lay_out(&[]).is_empty());
}
