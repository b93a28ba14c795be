//! The labelled suite of pairs, each tried by the engine: what it says is what is true.

use std::time::{Duration, Instant};

use teammig::model::{Dialect, verdict::Verdict};

use super::{Bench, words};
use crate::conflict_suite::case::{self, Case, Verdict as Truth};

/// Whether a verdict says the truth: `None` where it says that it does not know.
fn is_true(case: &Case, verdict: &Verdict) -> Option<bool> {
    let truth = case.verdict.unwrap();
    Some(match verdict {
        Verdict::Independent => truth == Truth::Independent,
        Verdict::OrderMatters(_) => truth == Truth::OrderMatters,
        Verdict::Fails(fails) => {
            let left = fails
                .failures
                .iter()
                .any(|one| one.order[0].as_str().starts_with('b'));
            let right = fails
                .failures
                .iter()
                .any(|one| one.order[0].as_str().starts_with('c'));
            truth
                == match (left, right) {
                    (true, true) => Truth::FailsBoth,
                    (true, false) => Truth::FailsLeftFirst,
                    _ => Truth::FailsRightFirst,
                }
        }
        Verdict::Unproved(_) => return None,
    })
}

/// What the scripts of a case run with.
fn options(case: &Case) -> &'static str {
    if case.foreign_keys_off {
        "foreign_keys:off"
    } else {
        ""
    }
}

fn hold(dialect: Dialect, mut bench: Bench, at_most_unknown: usize) {
    let (mut wrong, mut unknown) = (Vec::new(), Vec::new());
    let (mut count, mut time, mut slowest) = (0, Duration::ZERO, (Duration::ZERO, String::new()));
    for case in case::cases(dialect) {
        bench = bench.with(options(&case));
        let below = format!("{}\n{}", case.before, case.rows);
        let left: Vec<&str> = case.left.iter().map(String::as_str).collect();
        let right: Vec<&str> = case.right.iter().map(String::as_str).collect();
        let heads = bench.lines(&below, &[&left, &right]);
        let begin = Instant::now();
        let proved = match bench.try_heads(&heads) {
            Ok(proved) => proved,
            Err(error) => {
                wrong.push(format!("{}: {error:?}", case.name));
                continue;
            }
        };
        let took = begin.elapsed();
        count += 1;
        time += took;
        if took > slowest.0 {
            slowest = (took, case.name.clone());
        }
        let said = || {
            format!(
                "{}: is {}, said {}",
                case.name,
                case.verdict.unwrap().words(),
                words(&proved)
            )
        };
        // Here it is the owner alone that the order decides, which counts.
        if case.why.as_deref() == Some("who owns it is a remark of a comparison") {
            assert_eq!(proved.verdict.word(), "order-matters", "{}", said());
            continue;
        }
        match is_true(&case, &proved.verdict) {
            Some(true) => {}
            // The suite has other rows than those that were made up.
            Some(false) if matches!(&proved.verdict, Verdict::Fails(fails) if fails.on_rows) => {
                unknown.push(said());
            }
            Some(false) => wrong.push(said()),
            None => unknown.push(said()),
        }
    }
    println!(
        "{count} pairs, {:?} each, the slowest {:?} ({}); not proved: {}",
        time / count.max(1),
        slowest.0,
        slowest.1,
        unknown.join("\n  ")
    );
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(unknown.len() <= at_most_unknown, "{unknown:#?}");
}

#[cfg(unix)]
#[test]
fn each_pair_on_postgres() {
    let cluster = crate::support::postgres::Cluster::shared();
    // The suite's roles.
    for role in ["reader", "writer"] {
        let _ = cluster
            .psql("postgres")
            .try_run(&format!("CREATE ROLE {role}"));
    }
    hold(Dialect::Postgres, Bench::postgres(), 6);
}

#[test]
fn each_pair_on_sqlite() {
    hold(Dialect::Sqlite, Bench::sqlite(), 2);
}

/// No rows but those that are made up: what the true rows show may stay unknown, but is
/// never called independent.
fn hold_without_rows(dialect: Dialect, mut bench: Bench, at_most_unknown: usize) {
    let (mut wrong, mut unknown, mut count) = (Vec::new(), Vec::new(), 0);
    let all = case::cases(dialect).into_iter();
    for case in all.chain(case::hidden(dialect)) {
        bench = bench.with(options(&case));
        let left: Vec<&str> = case.left.iter().map(String::as_str).collect();
        let right: Vec<&str> = case.right.iter().map(String::as_str).collect();
        let heads = bench.lines(&case.before, &[&left, &right]);
        let proved = match bench.try_heads(&heads) {
            Ok(proved) => proved,
            Err(error) => {
                wrong.push(format!("{}: {error:?}", case.name));
                continue;
            }
        };
        count += 1;
        let truth = case.verdict.unwrap();
        let said = format!(
            "{}: is {}, said {}",
            case.name,
            truth.words(),
            words(&proved)
        );
        match (&proved.verdict, truth) {
            (Verdict::Independent, Truth::Independent) => {}
            (Verdict::Independent, _) => wrong.push(said),
            (Verdict::Unproved(_), Truth::Independent) => unknown.push(said),
            _ => {}
        }
    }
    println!("{count} pairs; independent, and not proved to be: {unknown:#?}");
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(unknown.len() <= at_most_unknown, "{unknown:#?}");
}

#[cfg(unix)]
#[test]
fn no_pair_on_postgres_is_independent_for_want_of_rows() {
    let cluster = crate::support::postgres::Cluster::shared();
    for role in ["reader", "writer"] {
        let _ = cluster
            .psql("postgres")
            .try_run(&format!("CREATE ROLE {role}"));
    }
    hold_without_rows(Dialect::Postgres, Bench::postgres(), 20);
}

#[test]
fn no_pair_on_sqlite_is_independent_for_want_of_rows() {
    hold_without_rows(Dialect::Sqlite, Bench::sqlite(), 5);
}
