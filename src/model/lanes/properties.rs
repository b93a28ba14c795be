//! What holds for every drawing.

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

/// Any acyclic graph: each row with some of the rows below it.
fn graphs() -> impl Strategy<Value = Vec<Ties>> {
    prop::collection::vec(
        prop::collection::vec((1_usize..12, prop::bool::weighted(0.8)), 0..4),
        0..60,
    )
    .prop_map(|rows| {
        let len = rows.len();
        rows.iter()
            .enumerate()
            .map(|(at, steps)| Ties {
                to: steps
                    .iter()
                    .map(|&(step, parent)| {
                        let tie = if parent { Tie::Parent } else { Tie::Dependency };
                        (at + step, tie)
                    })
                    .filter(|&(to, _)| to < len)
                    .collect(),
                cut: false,
                rank: 0,
            })
            .collect()
    })
}

proptest! {
    /// Every tie can be followed: out of the row, down its lane, into the row it leads to.
    #[test]
    fn every_edge_is_drawn(ties in graphs()) {
        let rows = lay_out(&ties);
        prop_assert_eq!(rows.len(), ties.len());
        for (at, (row, ties)) in rows.iter().zip(&ties).enumerate() {
            let wanted: HashSet<usize> = ties.to.iter().map(|tie| tie.0).collect();
            let drawn: HashSet<usize> = row.links.iter().map(|link| link.to).collect();
            prop_assert_eq!(&wanted, &drawn);
            for link in &row.links {
                let mut column = link.column;
                for (between, other) in rows.iter().enumerate().take(link.to).skip(at) {
                    if between > at && other.shifted == Some(column) {
                        prop_assert!(other.column < column);
                        column = other.column;
                    }
                    let lane = other.below.iter().find(|lane| lane.column == column);
                    prop_assert_eq!(lane.map(|lane| lane.to), Some(link.to));
                    prop_assert!(lane.is_some_and(|lane| lane.tie >= link.tie));
                }
                prop_assert_eq!(rows[link.to].column, column);
            }
        }
    }

    /// A lane in a revision's column leads to that revision; columns hold one lane.
    #[test]
    fn no_line_meets_a_revision_that_it_does_not_lead_to(ties in graphs()) {
        let rows = lay_out(&ties);
        for (at, row) in rows.iter().enumerate() {
            if let Some(lane) = row.incoming() {
                prop_assert_eq!(lane.to, at);
            }
            for lanes in [&row.above, &row.below] {
                let columns: Vec<usize> = lanes.iter().map(|lane| lane.column).collect();
                prop_assert!(columns.is_sorted_by(|one, next| one < next));
            }
            // What passes stays where it is, but for the one that is shifted.
            for lane in row.passing() {
                let column = if row.shifted == Some(lane.column) { row.column } else { lane.column };
                let below = row.below.iter().find(|other| other.column == column);
                prop_assert_eq!(below.map(|other| other.to), Some(lane.to));
            }
        }
        for (one, next) in rows.iter().zip(rows.iter().skip(1)) {
            prop_assert_eq!(&one.below, &next.above);
        }
    }

    /// Every lane was asked for, and there are no more columns than lines at once.
    #[test]
    fn nothing_is_drawn_that_was_not_asked_for(ties in graphs()) {
        let rows = lay_out(&ties);
        let most = rows.iter().map(|row| row.above.len().max(row.below.len()) + 1).max();
        for (at, row) in rows.iter().enumerate() {
            for lane in &row.below {
                prop_assert!(lane.from <= at && at < lane.to);
                prop_assert!(ties[lane.from].to.iter().any(|tie| tie.0 == lane.to));
            }
            prop_assert!(row.width() <= most.unwrap_or(0) + 1);
        }
    }
}
