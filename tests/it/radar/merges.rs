//! The radar beside what Git really makes of each merge, over random histories.
//!
//! Slow and obviously right: `git merge-tree` merges whole trees, the result becomes
//! a commit, and `teammig heads --at` reads it like any other.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::Sandbox;

/// Numbers that look random and are the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

const REPO: &str = "project";
const BRANCHES: usize = 5;

fn git(sandbox: &Sandbox, args: &[&str]) -> String {
    sandbox.git(REPO, args).trim().to_owned()
}

/// The revision files of the working tree.
fn files(sandbox: &Sandbox) -> Vec<String> {
    let listed = git(sandbox, &["ls-files", "migrations"]);
    listed.lines().map(str::to_owned).collect()
}

fn id_in(sandbox: &Sandbox, path: &str) -> String {
    let text = sandbox.read(&format!("{REPO}/{path}"));
    let line = text
        .lines()
        .find(|line| line.contains("revision:"))
        .unwrap();
    line.rsplit(' ').next().unwrap().to_owned()
}

/// One commit on the branch that is checked out.
fn work(sandbox: &Sandbox, dice: &mut Dice, number: &mut usize) {
    let files = files(sandbox);
    let pick = |dice: &mut Dice| files.get(dice.roll(files.len().max(1))).cloned();
    match (dice.roll(12), pick(dice)) {
        (0, Some(path)) => {
            // Some lines apart, so that Git merges some of these and not others.
            let file = format!("{REPO}/{path}");
            let text = sandbox.read(&file);
            *number += 1;
            let edited = match dice.roll(3) {
                0 => text.replace("-- migrate:up\n", &format!("-- migrate:up\n-- {number}\n")),
                1 => format!("{text}-- {number}\n"),
                _ => text.replace("integer", "text"),
            };
            sandbox.write(&file, edited);
        }
        (1, Some(path)) => {
            *number += 1;
            git(
                sandbox,
                &["mv", &path, &format!("migrations/renamed{number}.sql")],
            );
        }
        (2, Some(path)) if files.len() > 2 => {
            git(sandbox, &["rm", "-q", &path]);
        }
        (3, _) => {
            // Conflicts that are none of ours.
            *number += 1;
            sandbox.write(&format!("{REPO}/other"), number.to_string());
        }
        (4, Some(path)) => {
            // Hand-made ids and names collide.
            let (id, parent) = (format!("aaaa{}", dice.roll(4)), id_in(sandbox, &path));
            if id != parent {
                sandbox.revision(REPO, &id, &[&parent], "again", "SELECT 1;", "");
            }
        }
        (5 | 6, _) => {
            // Somebody joins the heads.
            let (document, _) = sandbox.json(REPO, &["heads"]);
            let heads = document["heads"].as_array().unwrap();
            let heads: Vec<&str> = heads
                .iter()
                .filter_map(|one| one["revision"].as_str())
                .collect();
            *number += 1;
            sandbox.revision(REPO, &format!("m{number:04}"), &heads, "join", "", "");
        }
        (7, _) => {
            *number += 1;
            sandbox.write(&format!("{REPO}/src{number}"), "x");
        }
        (_, path) => {
            *number += 1;
            let parent = path.map(|path| id_in(sandbox, &path));
            let parents: Vec<&str> = parent.iter().map(String::as_str).collect();
            let (id, up) = (
                format!("r{number:04}"),
                format!("CREATE TABLE t{number} (x integer);"),
            );
            sandbox.revision(
                REPO,
                &id,
                &parents,
                "more",
                &up,
                "SELECT 1;\nSELECT 2;\nSELECT 3;",
            );
        }
    }
    git(sandbox, &["add", "-A"]);
    git(sandbox, &["commit", "-q", "--allow-empty", "-m", "work"]);
}

/// A main branch and branches off it, some of which were merged with it or with each
/// other on the way; remote branches as a fetch leaves them.
fn history(seed: u64) -> Sandbox {
    let sandbox = Sandbox::project();
    let mut dice = Dice(seed);
    let mut number = 0;
    sandbox.revision(REPO, "base1", &[], "first", "SELECT 1;", "SELECT 2;");
    sandbox.commit(REPO, "first");
    let mut branches = vec!["main".to_owned()];
    for _ in 0..40 {
        let at = branches[dice.roll(branches.len())].clone();
        git(&sandbox, &["switch", "-q", &at]);
        match dice.roll(8) {
            0 | 1 if branches.len() <= BRANCHES => {
                let name = format!("b{}", branches.len());
                git(&sandbox, &["switch", "-q", "-c", &name]);
                branches.push(name);
                work(&sandbox, &mut dice, &mut number);
            }
            2 => {
                let other = branches[dice.roll(branches.len())].clone();
                if sandbox
                    .try_git(REPO, &["merge", "-q", "-m", "merge", &other])
                    .code
                    != 0
                {
                    let _ = sandbox.try_git(REPO, &["merge", "--abort"]);
                }
            }
            _ => work(&sandbox, &mut dice, &mut number),
        }
    }
    git(&sandbox, &["remote", "add", "origin", "../nowhere"]);
    for name in &branches {
        git(
            &sandbox,
            &["update-ref", &format!("refs/remotes/origin/{name}"), name],
        );
    }
    git(
        &sandbox,
        &[
            "symbolic-ref",
            "refs/remotes/origin/HEAD",
            "refs/remotes/origin/main",
        ],
    );
    sandbox
}

/// What Git makes of a merge: conflicting files of ours, and the tree.
#[derive(PartialEq)]
struct Result {
    conflicts: Vec<String>,
    tree: String,
}

fn merge(sandbox: &Sandbox, branch: &str, renames: bool) -> Result {
    let renames = if renames {
        "-Xfind-renames=50%"
    } else {
        "-Xfind-renames=100%"
    };
    let run = sandbox.try_git(
        REPO,
        &[
            "-c",
            "merge.directoryRenames=false",
            "merge-tree",
            renames,
            "--write-tree",
            "--no-messages",
            "--name-only",
            "origin/main",
            branch,
        ],
    );
    assert!(run.code == 0 || run.code == 1, "{run}");
    let mut lines = run.stdout.lines();
    let tree = lines.next().unwrap().to_owned();
    let folder = format!("{tree}:migrations");
    Result {
        tree: git(sandbox, &["rev-parse", &folder]),
        conflicts: lines
            .filter(|path| path.starts_with("migrations/"))
            .map(str::to_owned)
            .collect(),
    }
}

/// Heads that are too many, and duplicate ids and the like, of a folder.
fn judged(sandbox: &Sandbox, folder: &str) -> (usize, BTreeMap<String, usize>) {
    // A tree with nothing but the folder is as good as any other.
    let tree = format!("040000 tree {folder}\tmigrations\n");
    sandbox.write("tree", &tree);
    let run = sandbox.run(
        sandbox
            .command("sh", REPO)
            .args(["-c", "git mktree < ../tree"]),
    );
    let commit = git(sandbox, &["commit-tree", "-m", "merged", run.stdout.trim()]);
    let (document, _) = sandbox.json(REPO, &["heads", "--at", &commit]);
    let heads = document["heads"].as_array().unwrap().len();
    let mut rules = BTreeMap::new();
    for finding in document["findings"].as_array().unwrap() {
        *rules
            .entry(finding["rule"].as_str().unwrap().to_owned())
            .or_insert(0) += 1;
    }
    (heads.saturating_sub(1), rules)
}

#[test]
fn the_radar_says_what_git_would_make_of_each_merge() {
    let (mut compared, mut ambiguous, mut not_clean, mut merged) = (0, 0, 0, 0);
    // A long search: `TEAMMIG_SEEDS=100 cargo test --test it radar::merges -- --nocapture`.
    let seeds = std::env::var("TEAMMIG_SEEDS").map_or(4, |seeds| seeds.parse().unwrap());
    for seed in 0..seeds {
        let sandbox = history(seed);
        let folder = git(&sandbox, &["rev-parse", "origin/main:migrations"]);
        let before = judged(&sandbox, &folder);
        let (document, _) = sandbox.json(REPO, &["radar", "--ci"]);
        let branches = document["branches"].as_array().unwrap();
        for n in 1..=BRANCHES {
            let name = format!("origin/b{n}");
            if sandbox
                .try_git(REPO, &["rev-parse", "-q", "--verify", &name])
                .code
                != 0
            {
                continue;
            }
            let (plain, renamed) = (merge(&sandbox, &name, false), merge(&sandbox, &name, true));
            let radar = branches.iter().find(|one| {
                one["refs"]
                    .as_array()
                    .unwrap()
                    .contains(&Value::from(name.as_str()))
            });
            let kinds: Vec<&str> = radar.map_or_else(Vec::new, |one| {
                assert_ne!(one["verdict"], "unknown", "seed {seed} {name}: {one}");
                let all = one["collisions"].as_array().unwrap().iter();
                all.filter_map(|one| one["kind"].as_str()).collect()
            });
            if plain != renamed {
                // Git guesses which file was renamed to which; the radar knows it by the id.
                ambiguous += 1;
                continue;
            }
            compared += 1;
            let stops = kinds.contains(&"conflict")
                || radar.is_some_and(|one| {
                    let all = one["collisions"].as_array().unwrap().iter();
                    all.into_iter().any(|one| one["conflict"] == "add/add")
                });
            assert_eq!(
                stops,
                !plain.conflicts.is_empty(),
                "seed {seed} {name}: {kinds:?} {:?}",
                plain.conflicts
            );
            if stops {
                not_clean += 1;
                continue;
            }
            if radar.is_none() {
                merged += 1;
                assert_eq!(plain.tree, folder, "seed {seed} {name} is left out");
            }
            let after = judged(&sandbox, &plain.tree);
            let diverges = after.0 > before.0 && !after.1.contains_key("cycle");
            assert_eq!(
                kinds.contains(&"diverges"),
                diverges,
                "seed {seed} {name}: {kinds:?} {before:?} {after:?}"
            );
            for rule in ["duplicate-revision", "missing-parent"] {
                let more = after.1.get(rule) > before.1.get(rule);
                assert!(
                    !more || kinds.contains(&rule),
                    "seed {seed} {name}: {kinds:?} {after:?}"
                );
            }
            not_clean += usize::from(diverges);
        }
    }
    println!(
        "{compared} merges compared, {not_clean} not clean, {merged} left out, {ambiguous} ambiguous"
    );
    assert!(
        compared > 10 && not_clean > 4 && ambiguous < compared / 3,
        "{compared} {not_clean} {ambiguous}"
    );
}
