//! Somebody else's pairs of schemas (`tests/tooling/plan_pairs.py`).

use std::{fs, path::Path};

use teammig::schema::plan::{Decisions, plan};

use super::{Bench, asked};

/// Not a part of the test suite: the pairs are not in this repository.
#[test]
#[ignore = "needs a folder of pairs in TEAMMIG_PAIRS"]
fn pairs_of_others() {
    let folder = std::env::var("TEAMMIG_PAIRS").expect("TEAMMIG_PAIRS");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            name.strip_suffix(".a.sql").map(str::to_owned)
        })
        .collect();
    names.sort();
    let mut bench = Bench::in_schema("public");
    let (mut passed, mut refused, mut wrong, mut unusable) = (0, 0, 0, 0);
    for name in &names {
        let text = |side: &str| {
            fs::read_to_string(Path::new(&folder).join(format!("{name}.{side}.sql"))).unwrap()
        };
        let (a, b) = (text("a"), text("b"));
        let (Some(first), Some(second)) = (read(&mut bench, &a), read(&mut bench, &b)) else {
            unusable += 1;
            println!(
                "UNUSABLE {name}: {:?} {:?}",
                bench.make_outside(&a),
                bench.make_outside(&b)
            );
            continue;
        };
        for (from, a, b, way) in [
            (&a, &first, &second, "there"),
            (&b, &second, &first, "back"),
        ] {
            let decisions = Decisions::default();
            if let Err(questions) = plan(a, b, &decisions) {
                refused += 1;
                println!("REFUSED {name} {way}: {}", asked(&questions));
                let anyway = Decisions {
                    may_lose: true,
                    ..decisions
                };
                if plan(a, b, &anyway).is_err() {
                    continue;
                }
                if let Err(what) = bench.check_outside(from, a, b, &anyway) {
                    wrong += 1;
                    println!("WRONG {name} {way}: {what}");
                }
                continue;
            }
            match bench.check_outside(from, a, b, &decisions) {
                Ok(()) => passed += 1,
                Err(what) => {
                    wrong += 1;
                    println!("WRONG {name} {way}: {what}");
                }
            }
        }
    }
    println!(
        "{} pairs: {passed} ways passed, {refused} refused with a reason, {wrong} wrong, {unusable} pairs unusable",
        names.len()
    );
}

fn read(bench: &mut Bench, script: &str) -> Option<teammig::schema::Schema> {
    bench.make_outside(script).ok()?;
    Some(bench.read())
}
