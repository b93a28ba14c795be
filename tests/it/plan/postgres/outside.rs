//! Pairs of schemas in files: our own, or a folder of somebody else's
//! (`tests/tooling/plan_pairs.py`), which is named by `TEAMMIG_PAIRS`.

use std::{fs, path::Path};

use teammig::schema::plan::{Decisions, plan};

use super::{Bench, asked};

#[test]
fn pairs_in_files() {
    let folder =
        std::env::var("TEAMMIG_PAIRS").unwrap_or_else(|_| "tests/cases/plan/postgres".to_owned());
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            name.strip_suffix(".a.sql").map(str::to_owned)
        })
        .collect();
    names.sort();
    let mut bench = Bench::in_schema("public");
    let (mut passed, mut refused, mut wrong, mut unusable, mut same) = (0, 0, 0, 0, 0);
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
            let planned = plan(a, b, &decisions);
            let is_same = text("a") == text("b");
            same += usize::from(is_same);
            if is_same
                && planned
                    .as_ref()
                    .map_or(true, |way| way.statements().next().is_some())
            {
                wrong += 1;
                println!("WRONG {name} {way}: there is no difference");
                continue;
            }
            if let Err(questions) = planned {
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
        "{} pairs: {passed} ways passed ({same} without a difference), {refused} refused with a reason, {wrong} wrong, {unusable} pairs unusable",
        names.len()
    );
    let is_ours = std::env::var_os("TEAMMIG_PAIRS").is_none();
    assert!(
        passed > 0 && (refused > 0 || !is_ours),
        "{folder} holds too little"
    );
    assert_eq!((wrong, unusable), (0, 0), "see above");
}

fn read(bench: &mut Bench, script: &str) -> Option<teammig::schema::Schema> {
    loop {
        match bench.make_outside(script) {
            Ok(()) => return Some(bench.read()),
            Err(error) => {
                // Roles belong to the cluster, which they do not make.
                let role = error
                    .strip_prefix("role \"")?
                    .strip_suffix("\" does not exist")?;
                let role = role.replace('"', "\"\"");
                bench.psql.run(&format!("CREATE ROLE \"{role}\""));
            }
        }
    }
}
