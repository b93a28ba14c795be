//! Cases of the guard, as a table: what is committed, what would be, what is fixed, and
//! what is said of it.

use std::{collections::HashMap, sync::Arc};

use super::*;
use crate::model::{
    finding::{Finding, Rule, Severity},
    graph::Graph,
    migration::{Migration, Script},
    options::{Options, RunOptions},
    revision::Revision,
    snapshot::Origin,
    source::SourceFile,
};

/// Scripts are a hex digit each: the checksum is the way up 32 times and then the way down.
struct Digits;

fn digits(text: &str) -> (char, char) {
    let mut digits = text.chars();
    (digits.next().unwrap(), digits.next().unwrap())
}

fn checksum(text: &str) -> Checksum {
    let (up, down) = digits(text);
    let text = [up, down]
        .map(|digit| digit.to_string().repeat(32))
        .concat();
    Checksum::from_hex(&text).unwrap()
}

fn up(text: &str) -> Checksum {
    let (up, _) = digits(text);
    checksum(&format!("{up}{up}"))
}

impl Reading for Digits {
    fn checksum(&self, project: &Project, id: &RevId) -> Option<Checksum> {
        Some(checksum(project.migration(id.as_str())?.up_text()))
    }
    fn up(&self, project: &Project, id: &RevId) -> Option<Checksum> {
        Some(up(project.migration(id.as_str())?.up_text()))
    }
    fn locate(&self, _: &Project, _: &RevId, _: &str, _: &str) -> Span {
        0..0
    }
    fn is_error(&self, finding: &Finding) -> bool {
        finding.severity == Severity::Error
    }
    fn restored(&self, path: &str) -> (String, String) {
        ("HEAD".to_owned(), path.to_owned())
    }
}

/// The options that `11/t` has: `t` and `f` are another way up, `d` another way down; `i` is none at all.
fn options(letter: &str) -> Options {
    let text = match letter {
        "t" => "up transaction:false",
        "f" => "up foreign_keys:off",
        "d" => "down foreign_keys:off",
        _ => "none",
    };
    text.parse().unwrap()
}

/// `b:11/t a ~c ! 11111111/-` is the revision b with the scripts 11 and the options t on a, which
/// depends on c, with a recorded decision that names options.
fn revision(text: &str) -> (Revision, String) {
    let (head, amended) = text.split_once('!').unwrap_or((text, ""));
    let mut words = head.split_whitespace();
    let (id, scripts) = words.next().unwrap().split_once(':').unwrap();
    let mut revision = Revision::new(RevId::trusted(id), Vec::new());
    for word in words {
        match word.strip_prefix('~') {
            Some(needed) => revision.depends_on.push(needed.to_owned()),
            None => revision.parents.push(RevId::trusted(word)),
        }
    }
    revision.amended = amended
        .split_whitespace()
        .map(|was| (was, was.split_once('/')))
        .map(|(was, parts)| Amended {
            was: parts.map_or(was, |(was, _)| was).to_owned(),
            options: parts.map(|(_, letter)| options(letter)),
            reason: format!("why {was}"),
        })
        .collect();
    (revision, scripts.to_owned())
}

/// The cells of a row: what it is about, what is committed, what would be, what is fixed,
/// what is expected.
fn cells(row: &str) -> [&str; 5] {
    let cells: Vec<&str> = row.split('|').map(str::trim).collect();
    cells.try_into().unwrap()
}

fn project(text: &str) -> Project {
    let revisions: Vec<_> = text
        .split(';')
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(revision)
        .collect();
    let migrations: HashMap<RevId, Migration> = revisions
        .iter()
        .map(|(revision, scripts)| {
            let (scripts, letter) = scripts.split_once('/').unwrap_or((scripts, ""));
            let options = options(letter);
            let script = |options: RunOptions, span| Script {
                span,
                transaction: options.transaction,
                foreign_keys_off: options.foreign_keys_off,
                has_statement: true,
            };
            let migration = Migration {
                revision: revision.clone(),
                language: crate::model::Language::Sql,
                file: SourceFile::new(format!("{}.sql", revision.id), scripts),
                header: 0..0,
                up: script(options.up, 0..scripts.len()),
                down: (letter != "i").then(|| script(options.down, 0..scripts.len())),
                down_marker: None,
            };
            (revision.id.clone(), migration)
        })
        .collect();
    let all = revisions.into_iter().map(|(revision, _)| revision);
    let (graph, problems) = Graph::build(all.collect());
    // Of the problems, the cycles alone matter here.
    let findings = problems.iter().flat_map(|problem| match problem {
        crate::model::graph::Problem::Cycle { members } => members.clone(),
        _ => Vec::new(),
    });
    let findings =
        findings.map(|id| Finding::error(Rule::Cycle, "").at(&migrations[&id].file, 0..0, ""));
    Project {
        origin: Origin::Index,
        findings: findings.collect(),
        graph: Arc::new(graph),
        migrations,
        repeated: Vec::new(),
        head_file: None,
        unread: Vec::new(),
    }
}

fn content(text: &str) -> Content {
    let (revision, scripts) = revision(text);
    let (scripts, letter) = scripts.split_once('/').unwrap_or((&scripts, ""));
    Content {
        options: (letter != "?").then(|| options(letter)),
        checksum: checksum(scripts),
        up: Some(up(scripts)),
        parents: revision.parents,
        depends_on: Some(revision.depends_on),
        amended: revision.amended,
    }
}

/// `main b:22 a < b:11 a` is published in main, where it was something else at first;
/// `< ?` is in a clone that does not know. `tag`, `prod` (protected) and `dev` have no
/// first version.
fn fixed(text: &str) -> Fixed {
    let (place, rest) = text.trim().split_once(' ').unwrap();
    let (now, first) = rest
        .split_once('<')
        .map_or((rest, None), |(now, first)| (now, Some(first.trim())));
    let applied = |protected| Evidence::Applied {
        environment: place.to_owned(),
        sync: "teammig sync".to_owned(),
        at: Some(Timestamp::UNIX_EPOCH),
        by: "ann@host".to_owned(),
        protected,
    };
    Fixed {
        revision: revision(now).0.id,
        content: Content {
            // A ledger's row knows no more.
            up: (!matches!(place, "dev" | "prod"))
                .then(|| content(now).up)
                .flatten(),
            ..content(now)
        },
        first: match first {
            None => First::Same,
            Some("?") => First::Unknown,
            Some(first) => First::Was(Box::new(content(first))),
        },
        evidence: match place {
            "tag" => Evidence::Released {
                tag: "v1".to_owned(),
            },
            "dev" => applied(false),
            "prod" => applied(true),
            name => Evidence::Published {
                name: name.to_owned(),
            },
        },
    }
}

fn all_fixed(text: &str) -> Vec<Fixed> {
    let texts = text.split(';').map(str::trim);
    texts.filter(|text| !text.is_empty()).map(fixed).collect()
}

fn said(before: &str, after: &str, facts: &str) -> String {
    let findings = judge(
        &project(before),
        &project(after),
        &all_fixed(facts),
        &Digits,
    );
    let word = |finding: &Finding| match finding.severity {
        Severity::Error => finding.rule.name().to_owned(),
        Severity::Warning => format!("({})", finding.rule.name()),
    };
    findings.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_an_edit_and_what_is_not() {
    let table = [
        "nothing changes | b:11 | b:11 | main b:11 | ",
        "nobody has it | b:11 | b:22 |  | ",
        "edited | b:11 | b:22 | main b:11 | edited-revision",
        "deleted | b:11 |  | main b:11 | deleted-revision",
        "not here yet, as on a branch that is behind | a:11 | a:11 | main b:11 | ",
        "edited on main since, and mine untouched | b:11 | b:11 | main b:22 < b:11 | ",
        "mine merges main with its edit | b:11 | b:22 | main b:22 < b:11 | ",
        "mine brings it in for the first time |  | b:22 | main b:22 < b:11 | ",
        "mine edits further | b:22 | b:33 | main b:22 < b:11 | edited-revision",
        "mine edits what main has edited since | b:11 | b:33 | main b:22 < b:11 | edited-revision",
        "mine goes back to what was first | b:22 | b:11 | main b:22 < b:11 | ",
        "mine carries an edit that main had in between | b:11 | b:22 | main b:33 < b:11; main b:22 | ",
        "first added again as something else |  | b:22 | main b:11 | edited-revision",
        "first not known, and as main has it | b:11 | b:22 | main b:22 < ? | ",
        "first not known, and different | b:22 | b:33 | main b:22 < ? | not-evaluated",
        "in one of two protected refs | b:11 | b:22 | main b:11; release b:22 | ",
        "in neither of two | b:11 | b:33 | main b:11; release b:22 | edited-revision",
        "of a tag | b:11 | b:22 | tag b:11 | edited-revision",
        "as another tag has it | b:11 | b:22 | tag b:11; tag b:22 | ",
        "applied where others are | b:11 | b:22 | prod b:11 | edited-revision",
        "applied at home | b:11 | b:22 | dev b:11 | edited-revision",
        "redone at home | b:11 | b:22 | dev b:22 | ",
        "redone at home does not count | b:11 | b:22 | main b:11; dev b:22 | edited-revision",
        "stale at home does not count | b:22 | b:11 | main b:22 < b:11; dev b:33 | ",
        "its way back alone | b:11 | b:12 | main b:11 | (edited-down)",
        "its way back at home | b:11 | b:12 | dev b:11 | (edited-down)",
        "its way back, and not known from what | b:22 | b:12 | dev b:11 | edited-revision",
        "its way back since it was first | b:22 | b:12 | main b:22 < b:11 | (edited-down)",
    ];
    for [name, before, after, facts, want] in table.map(cells) {
        assert_eq!(said(before, after, facts), want, "{name}");
    }
}

#[test]
fn other_parents() {
    let base = "a:11; t:11 a; ";
    let table = [
        "at home | b:11 a | b:11 t | dev b:11 a | ",
        "nobody has it | b:11 a | b:11 t |  | ",
        "published | b:11 a | b:11 t | main b:11 a | reparented-revision",
        "published, on purpose | b:11 a | b:11 t ! 11111111 | main b:11 a | (reparented-revision)",
        "restored | b:11 t | b:11 a | main b:11 t < b:11 a | ",
        "carried | b:11 a | b:11 t | main b:11 t < b:11 a | ",
        "first not known | b:11 t | b:11 a | main b:11 t < ? | not-evaluated",
        "loses t, on purpose | b:11 t | b:11 a ! 11111111 | main b:11 t | reparented-revision",
        "cycle, on purpose | b:11 a | b:11 c ! 11111111; c:11 b | main b:11 a | reparented-revision",
        "in a tag, on purpose | b:11 a | b:11 t ! 11111111 | main b:11 a; tag b:11 a | reparented-revision",
        "in production, on purpose | b:11 a | b:11 t ! 11111111 | main b:11 a; prod b:11 a | reparented-revision",
        "the same in another order | b:11 a t | b:11 t a | main b:11 a t | ",
        "depends on another | b:11 a | b:11 a ~t | main b:11 a | reparented-revision",
        "depends on another, on purpose | b:11 a | b:11 a ~t ! 11111111 | main b:11 a | (reparented-revision)",
        "no longer depends, on purpose | b:11 a ~t | b:11 a ! 11111111 | main b:11 a ~t | reparented-revision",
        "both | b:11 a | b:22 t | main b:11 a | edited-revision reparented-revision",
        "both on purpose | b:11 a | b:22 t ! 11111111 | main b:11 a | (edited-revision) (reparented-revision)",
    ];
    for [name, before, after, facts, want] in table.map(cells) {
        let with = |text: &str| format!("{base}{text}");
        assert_eq!(said(&with(before), &with(after), facts), want, "{name}");
    }
    // Of a branch, the radar has the changed files alone: what lies below is not known.
    assert_eq!(
        said("b:11 a", "b:11 t ! 11111111", "main b:11 a"),
        "(reparented-revision)"
    );
}

#[test]
fn what_was_decided_passes_and_is_said() {
    let table = [
        "on purpose | b:11 | b:22 ! 11111111 | main b:11 | (edited-revision)",
        "in a tag as well | b:11 | b:22 ! 11111111 | tag b:11 | (edited-revision)",
        "in production as well | b:11 | b:22 ! 11111111 | main b:11; prod b:11 | (edited-revision)",
        "the next commit of it | b:22 ! 11111111 | b:33 ! 11111111 | main b:11 | (edited-revision)",
        "an old decision is not about this | b:22 ! 11111111 | b:33 ! 11111111 | main b:22 ! 11111111 < b:11 | edited-revision",
        "a second one is | b:22 ! 11111111 | b:33 ! 11111111 22222222 | main b:22 ! 11111111 < b:11 | (edited-revision)",
        "production has yet another | b:22 | b:33 ! 22222222 | main b:22; prod b:11 | edited-revision",
        "both were decided | b:22 | b:33 ! 22222222 11111111 | main b:22; prod b:11 | (edited-revision)",
        "of something else | b:11 | b:22 ! 33333333 | main b:11 | edited-revision wrong-amendment",
        "of something else, without an edit | b:11 | b:11 ! 33333333 | main b:11 | wrong-amendment",
        "recorded where it is deployed |  | b:22 ! 11111111 | prod b:22 | ",
        "recorded there, and published as it was |  | b:22 ! 33333333 | prod b:22; main b:11 | wrong-amendment",
        "recorded in one of two |  | b:22 ! 11111111 | prod b:22; prod b:11 | ",
        "of something else in one of two |  | b:22 ! 33333333 | prod b:22; prod b:11 | wrong-amendment",
        "said of an edit that is there already | b:22 | b:22 ! 11111111 | main b:22 < b:11 | ",
        "what nobody has | b:11 | b:22 ! 33333333 |  | ",
        "not known what it was | b:22 | b:33 ! 44444444 | main b:22 < ? | not-evaluated",
        "first not known, and it does not matter | b:22 | b:33 ! 22222222 | main b:22 < ? | (edited-revision)",
        "its way back | b:11 | b:12 ! 11111111 | main b:11 | (edited-down)",
        "an old decision taken out | b:22 ! 11111111 | b:22 | main b:22 ! 11111111 < b:11 | wrong-amendment",
        "replaced by nothing that it was | b:22 ! 11111111 | b:22 ! 44444444 | main b:22 ! 11111111 < b:11 | wrong-amendment",
        "replaced by what it is | b:22 ! 11111111 | b:22 ! 22222222 | main b:22 ! 11111111 < b:11 | wrong-amendment",
        "one of two taken out | b:33 ! 11111111 22222222 | b:33 ! 11111111 | main b:33 ! 11111111 22222222 < b:11 | wrong-amendment",
        "one of two that say the same | b:33 ! 11111111 11111111 | b:33 ! 11111111 | main b:33 ! 11111111 11111111 < b:11 | wrong-amendment",
        "taken out where first is not known | b:22 ! 11111111 | b:22 | main b:22 ! 11111111 < ? | wrong-amendment",
        "more digits of the same | b:22 ! 11111111 | b:22 ! 1111111111 | main b:22 ! 11111111 < b:11 | ",
        "all of it taken back | b:22 ! 11111111 | b:11 | main b:22 ! 11111111 < b:11 | ",
        "one about nothing is put right | b:22 ! 44444444 | b:22 ! 11111111 | main b:22 ! 44444444 < b:11 | ",
        "a branch from before it | b:22 | b:22 | main b:22 ! 11111111 < b:11 | ",
        "nobody else has the decision | b:22 ! 11111111 | b:22 | dev b:22 ! 11111111 | ",
    ];
    for [name, before, after, facts, want] in table.map(cells) {
        assert_eq!(said(before, after, facts), want, "{name}");
    }
}

/// What stands behind the markers changes what runs, and no checksum sees it.
#[test]
fn other_options() {
    let table = [
        "added | b:11 | b:11/t | main b:11 | edited-revision",
        "removed | b:11/t | b:11 | main b:11/t | edited-revision",
        "of the way back | b:11 | b:11/d | main b:11 | (edited-down)",
        "no way back any more | b:11 | b:12/i | main b:11 | (edited-down)",
        "nobody has it | b:11 | b:11/t |  | ",
        "of a tag | b:11 | b:11/t | tag b:11 | edited-revision",
        "applied at home | b:11 | b:11/t | dev b:11 | edited-revision",
        "redone at home | b:11 | b:11/t | dev b:11/t | ",
        "applied, and not remembered how | b:11 | b:11/t | dev b:11/? | ",
        "merged | b:11 | b:11/t | main b:11/t < b:11 | ",
        "a repair | b:11/t | b:11 | main b:11/t < b:11 | ",
        "further | b:11/t | b:11/d | main b:11/t < b:11 | (edited-down)",
        "first not known | b:11/t | b:11 | main b:11/t < ? | not-evaluated",
        "with the way back | b:11 | b:12/t | main b:11 | edited-revision",
        "on purpose | b:11 | b:11/t ! 11111111/- | main b:11 | (edited-revision)",
        "a decision that does not name them | b:11 | b:11/t ! 11111111 | main b:11 | edited-revision",
        "a decision of other options | b:11 | b:11/t ! 11111111/d | main b:11 | edited-revision wrong-amendment",
        "with the scripts, on purpose | b:11 | b:22/t ! 11111111/- | main b:11 | (edited-revision)",
        "with the scripts, half on purpose | b:11 | b:22/t ! 11111111 | main b:11 | edited-revision",
        "with the parents, on purpose | b:11 | b:11/t a ! 11111111/-; a:11 | main b:11 | (edited-revision) (reparented-revision)",
        "the scripts later | b:11/t ! 11111111/- | b:22/t ! 11111111/- | main b:11/t ! 11111111/- < b:11 | edited-revision",
        "an old decision is not about this | b:11/t ! 11111111/- | b:11/f ! 11111111/- | main b:11/t ! 11111111/- < b:11 | edited-revision",
        "production runs the first | b:11/t | b:22/t ! 11111111/t 11111111/- | main b:11/t; prod b:11 | (edited-revision)",
    ];
    for [name, before, after, facts, want] in table.map(cells) {
        assert_eq!(said(before, after, facts), want, "{name}");
    }
    let message = |before: &str, after: &str, facts: &str| {
        let (before, after) = (project(before), project(after));
        let found = judge(&before, &after, &all_fixed(facts), &Digits);
        found.into_iter().next().unwrap().message
    };
    assert_eq!(
        message("b:11", "b:11/t", "main b:11"),
        "b is edited, and it was published in main; its options changed: transaction:false was added"
    );
    assert_eq!(
        message("b:11", "b:11/d", "main b:11"),
        "b has another way back than when it was published in main; its options changed: foreign_keys:off of its \
         way back was added"
    );
}

#[test]
fn what_amend_would_write() {
    let base = "a:11; t:11 a; ";
    let table = [
        "nobody has it | b:11 a | b:22 a |  | not fixed",
        "as it was | b:11 a | b:11 a | main b:11 a | not edited",
        "edited | b:11 a | b:22 a | main b:11 a | 11111111",
        "said already | b:11 a | b:22 a ! 11111111 | main b:11 a | said",
        "again | b:22 a | b:33 a ! 11111111 | main b:22 a ! 11111111 < b:11 a | 22222222",
        "main edited it, unsaid | b:22 a | b:22 a | main b:22 a < b:11 a | 11111111",
        "main edited it, said | b:22 a | b:22 a ! 11111111 | main b:22 a ! 11111111 < b:11 a | said",
        "a repair | b:22 a | b:11 a | main b:22 a < b:11 a | not edited",
        "production has another | b:22 a | b:33 a | main b:22 a; prod b:11 a | 22222222 11111111",
        "at home | b:11 a | b:22 a | dev b:11 a | 11111111",
        "other options | b:11 a | b:11/t a | main b:11 a | 11111111 none",
        "other options, said already | b:11 a | b:11/t a ! 11111111/- | main b:11 a | said",
        "other options, not said | b:11 a | b:11/t a ! 11111111 | main b:11 a | 11111111 none",
        "other options and scripts | b:11/t a | b:22 a | main b:11/t a | 11111111 up transaction:false",
        "other options in production | b:11/t a | b:22/t a | main b:11/t a; prod b:11 a | 11111111 11111111 none",
        "moved at home | b:11 a | b:11 t | dev b:11 a | not edited",
        "moved | b:11 a | b:11 t | main b:11 a | 11111111",
        "moved and lost | b:11 t | b:11 a | main b:11 t | it would no longer build on t",
        "moved in a tag | b:11 a | b:11 t | tag b:11 a | it was released in the tag v1",
    ];
    for [name, before, after, facts, want] in table.map(cells) {
        let with = |text: &str| project(&format!("{base}{text}"));
        let (before, after) = (with(before), with(after));
        let id = RevId::trusted("b");
        let said = match amendment(&before, &after, &id, &all_fixed(facts), &Digits) {
            Ok(found) if found.was.is_empty() => "said".to_owned(),
            Ok(found) => {
                let short = |was: &Was| {
                    let options = was
                        .options
                        .map_or(String::new(), |options| format!(" {options}"));
                    format!("{}{options}", &was.checksum.short()[..8])
                };
                found.was.iter().map(short).collect::<Vec<_>>().join(" ")
            }
            Err(NoAmendment::NotFixed) => "not fixed".to_owned(),
            Err(NoAmendment::NotEdited) => "not edited".to_owned(),
            Err(NoAmendment::Refused(refused)) => refused.words(),
        };
        assert_eq!(said, want, "{name}");
    }
}

#[test]
fn help_says_what_can_be_done() {
    let help = |before: &str, after: &str, facts: &str| {
        let found = judge(
            &project(before),
            &project(after),
            &all_fixed(facts),
            &Digits,
        );
        found.into_iter().next().unwrap().help.unwrap()
    };
    assert_eq!(
        help("b:11", "b:22", "main b:11"),
        "take the edit back (`git restore --source=HEAD --staged --worktree b.sql`), and write a new revision for the \
         change: `teammig create \"…\"`; if this one has to change all the same, `teammig amend b --reason \"…\"` \
         records why"
    );
    // What is committed is not what it was: nothing is restored from there.
    let why = help("b:22", "b:33", "main b:11");
    assert!(
        why.contains("the edit back (`teammig why b` says how)"),
        "{why}"
    );
    assert!(!why.contains("git restore"), "{why}");
    // The file was committed without a way back, so nothing can be redone.
    assert_eq!(
        help("b:11/i", "b:22/i", "dev b:11/i"),
        "`teammig sync` cannot redo it, since it has no down section: take the edit back (`git restore --source=HEAD \
         --staged --worktree b.sql`), and write a new revision; or `teammig amend b --reason \"…\"` and then `teammig \
         sync --record` record in dev what it is now; it does not run again"
    );
    assert!(help("b:22", "b:33", "main b:22 < ?").contains("--unshallow"));
}
