//! The states of a schema in files: our own, or those of a real project
//! (`tests/tooling/sqlite_steps.py`) in the folder that `SQLITE_STEPS` names.

use teammig::schema::plan::{Decisions, Plan, plan};

use super::Bench;

/// A folder of scripts, each of which makes one state; neighbours are brought to each
/// other, both ways.
#[test]
fn neighbours() {
    let folder =
        std::env::var("SQLITE_STEPS").unwrap_or_else(|_| "tests/cases/plan/sqlite".to_owned());
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let scripts: Vec<String> = paths
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let decisions = Decisions {
        may_lose: true,
        ..Decisions::default()
    };
    let (mut steps, mut statements, mut rebuilds) = (0, 0, 0);
    let mut failed = Vec::new();
    for (at, pair) in scripts.windows(2).enumerate() {
        for (from, to) in [(&pair[0], &pair[1]), (&pair[1], &pair[0])] {
            let mut bench = Bench::new(from);
            let wanted = Bench::new(to).schema();
            let same = bench.schema();
            assert_eq!(plan(&same, &same, &decisions), Ok(Plan::default()));
            steps += 1;
            let outcome = plan(&same, &wanted, &decisions)
                .map_err(|asked| format!("{asked:?}"))
                .and_then(|plan| {
                    statements += plan.statements().count();
                    rebuilds += plan
                        .statements()
                        .filter(|statement| statement.sql.starts_with("INSERT INTO _teammig_new_"))
                        .count();
                    bench.try_run(&plan)?;
                    match plan_again(&bench, &wanted, &decisions) {
                        Ok(again) if again.is_empty() => Ok(()),
                        other => Err(format!("{other:?}")),
                    }
                });
            if let Err(error) = outcome {
                failed.push(format!("{}: {error}", paths[at].display()));
            }
        }
    }
    println!("{steps} steps, {statements} statements, {rebuilds} tables made again");
    assert!(steps > 0 && rebuilds > 0, "too little is in it");
    assert!(failed.is_empty(), "{failed:#?}");
}

fn plan_again(
    bench: &Bench,
    wanted: &teammig::schema::Schema,
    decisions: &Decisions,
) -> Result<Plan, Vec<teammig::schema::plan::Undecided>> {
    plan(&bench.schema(), wanted, decisions)
}
