//! How near a mistyped name is to one that there is.
//!
//! For "did you mean": of branches, of rules.

/// How far a typed name is from a real one: 0 where it is the same but for its
/// case or its remote, 1 where it is a part of it, else the number of typing
/// errors; `None` where it is another name.
pub fn distance(typed: &str, real: &str) -> Option<usize> {
    let (typed, real) = (typed.to_lowercase(), real.to_lowercase());
    let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    if last(&typed) == last(&real) {
        return Some(0);
    }
    if typed.len() > 2 && real.contains(&typed) {
        return Some(1);
    }
    [(typed.clone(), real.clone()), (last(&typed), last(&real))]
        .into_iter()
        .map(|(typed, real)| (edits(&typed, &real), typed.chars().count().div_ceil(3)))
        .filter_map(|(edits, allowed)| (edits <= allowed).then_some(edits))
        .min()
}

/// Those of `names` that may have been meant by one that there is not, nearest first.
pub fn nearest<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let far = |name: &'a str| Some((distance(typed, name)?, name));
    let mut near: Vec<(usize, &str)> = names.into_iter().filter_map(far).collect();
    near.sort_unstable();
    near.dedup();
    // One that is much nearer than the others is the one that was meant.
    let best = near.first().map_or(0, |(distance, _)| *distance);
    near.retain(|(distance, _)| *distance <= best + 1);
    near.into_iter().take(3).map(|(_, name)| name).collect()
}

/// Levenshtein's distance.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names() {
        for (typed, real, expected) in [
            ("main", "origin/main", Some(0)),
            ("origin/Main", "main", Some(0)),
            ("login", "feature/login-index", Some(1)),
            ("mian", "main", Some(2)),
            ("origin/mani", "origin/main", Some(2)),
            ("relase", "release", Some(1)),
            ("origin/main", "v1.0", None),
            ("x", "main", None),
            ("", "main", None),
        ] {
            assert_eq!(distance(typed, real), expected, "{typed} {real}");
        }
    }
}
