//! Circles among objects that each have to end before the next one.
//!
//! Found once for all of them: every key of a table asks, and a walk for each would go
//! through all tables that refer to each other again and again. Knows nothing of schemas.

use std::collections::{BTreeMap, BTreeSet};

/// The number of the circle that each object is in; two are in the same one where each leads
/// to the other by `after`. One that is in none has a number of its own.
pub(super) fn circles<'a, T: Ord>(
    all: impl Iterator<Item = &'a T>,
    after: impl Fn(&'a T) -> Vec<&'a T>,
) -> BTreeMap<&'a T, usize> {
    let mut edges: BTreeMap<&T, Vec<&T>> = BTreeMap::new();
    let mut next: Vec<&T> = all.collect();
    while let Some(at) = next.pop() {
        if !edges.contains_key(at) {
            let to = after(at);
            next.extend(to.iter().copied());
            edges.insert(at, to);
        }
    }
    let mut back: BTreeMap<&T, Vec<&T>> = BTreeMap::new();
    for (from, all) in &edges {
        for to in all {
            back.entry(*to).or_default().push(*from);
        }
    }
    // Kosaraju's: what is done last leads, backwards, to all that leads to it.
    let mut numbers = BTreeMap::new();
    for (number, start) in done(&edges).into_iter().rev().enumerate() {
        let mut next = vec![start];
        while let Some(at) = next.pop() {
            if !numbers.contains_key(at) {
                numbers.insert(at, number);
                next.extend(back.get(at).into_iter().flatten().copied());
            }
        }
    }
    numbers
}

/// All objects, each behind those that it leads to, as far as there is no circle.
fn done<'a, T: Ord>(edges: &BTreeMap<&'a T, Vec<&'a T>>) -> Vec<&'a T> {
    let (mut done, mut seen) = (Vec::new(), BTreeSet::new());
    for start in edges.keys() {
        let mut next = vec![(*start, false)];
        while let Some((at, is_left)) = next.pop() {
            if is_left {
                done.push(at);
            } else if seen.insert(at) {
                next.push((at, true));
                let to = edges.get(at).into_iter().flatten();
                next.extend(to.map(|to| (*to, false)));
            }
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::circles;

    #[test]
    fn what_leads_to_itself_through_others_is_in_one() {
        let all: Vec<usize> = (0..8).collect();
        // 0 → 1 → 2 → 0, 2 → 3 → 4 → 3, 5 → 0, 6 → 7.
        let edges = [
            (0, 1),
            (1, 2),
            (2, 0),
            (2, 3),
            (3, 4),
            (4, 3),
            (5, 0),
            (6, 7),
        ];
        let after = |at: &usize| -> Vec<&usize> {
            let own = edges.iter().filter(|(from, _)| from == at);
            own.map(|(_, to)| &all[*to]).collect()
        };
        let found = circles(all.iter(), after);
        let same = |one: usize, other: usize| found[&all[one]] == found[&all[other]];
        assert!(same(0, 1) && same(1, 2) && same(3, 4));
        for (one, other) in [(0, 3), (0, 5), (5, 6), (6, 7), (4, 7)] {
            assert!(!same(one, other), "{one} {other}");
        }
    }

    /// A walk for each of them would take minutes.
    #[test]
    fn a_long_row_takes_no_time() {
        let all: Vec<usize> = (0..20_000).collect();
        let begin = std::time::Instant::now();
        let found = circles(all.iter(), |at| all.get(at + 1).into_iter().collect());
        assert_eq!(found.len(), all.len());
        assert!(begin.elapsed() < std::time::Duration::from_secs(20));
    }
}
