//! How divergences begin and end, and what is an edit, case by case.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use jiff::Timestamp;

use super::{
    facts::{Change, Content, FileFact, Outline, Place},
    replay::Replay,
    report::{Commit, EditKind, ProblemKind, Report},
};
use crate::model::{
    migration::Checksum,
    options::Options,
    revision::{RevId, Revision},
};

/// A file per word: `name=id<parent,parent@label+dependency#scripts/down~comment`, or `name=!` for
/// one that cannot be read; the name is that of the revision where it is left out.
fn file(word: &str) -> (Place, FileFact) {
    let (name, text) = word.split_once('=').unwrap_or_else(|| {
        let end = word.find(['<', '@', '+', '#', '~']).unwrap_or(word.len());
        (&word[..end], word)
    });
    let cut = |text: &str, at: char| -> (String, String) {
        let (head, tail) = text.split_once(at).unwrap_or((text, ""));
        (head.to_owned(), tail.to_owned())
    };
    let (rest, _) = cut(text, '~');
    let (rest, scripts) = cut(&rest, '#');
    let (rest, on) = cut(&rest, '+');
    let (rest, label) = cut(&rest, '@');
    let (id, parents) = cut(&rest, '<');
    let (up, down) = cut(&scripts, '/');
    let sum = |text: &str| {
        let mut bytes = [0; 32];
        for (byte, letter) in bytes.iter_mut().zip(text.bytes()) {
            *byte = letter;
        }
        Checksum(bytes)
    };
    // Without a script of its own, each revision has another one.
    let up = if up.is_empty() { id.clone() } else { up };
    let words = |text: &str| -> Vec<String> {
        let words = text.split(',').filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    };
    let content = if id == "!" {
        Content::Unreadable
    } else {
        let parents = words(&parents);
        let parents = parents.iter().map(|parent| RevId::trusted(parent));
        Content::Revision(Arc::new(Outline::of(
            Revision {
                depends_on: words(&on),
                labels: words(&label),
                ..Revision::new(RevId::trusted(&id), parents.collect())
            },
            sum(&format!("{up}/{down}")),
            sum(&up),
            Options::default(),
        )))
    };
    let place = Place {
        folder: 0,
        name: name.into(),
    };
    let fact = FileFact {
        path: name.into(),
        blob: text.into(),
        content,
    };
    (place, fact)
}

/// Replays branches that are given as all the files after each landing.
fn replay(landings: &[&str]) -> Report {
    let mut replay = Replay::new(false);
    let mut before: BTreeMap<Place, FileFact> = BTreeMap::new();
    for (at, landing) in landings.iter().enumerate() {
        let after: BTreeMap<Place, FileFact> = landing.split_whitespace().map(file).collect();
        let change = Change {
            removed: before
                .keys()
                .filter(|place| !after.contains_key(*place))
                .cloned()
                .collect(),
            put: after
                .iter()
                .filter(|(place, fact)| before.get(*place) != Some(*fact))
                .map(|(place, fact)| (place.clone(), fact.clone()))
                .collect(),
        };
        let commit = Commit {
            id: at.to_string(),
            at: Timestamp::UNIX_EPOCH,
            author: String::new(),
            summary: String::new(),
        };
        replay.commit(&Arc::new(commit), &change, true);
        before = after;
    }
    replay.report()
}

/// `b c 1-2 merge-revision; …`
fn divergences(landings: &[&str]) -> String {
    let all = replay(landings).divergences;
    let shown = all.iter().map(|one| {
        let heads: Vec<&str> = one
            .heads
            .iter()
            .map(|head| head.revision.as_str())
            .collect();
        let until = one.repaired_by.as_ref().map_or("", |by| &by.id);
        format!(
            "{} {}-{until} {}",
            heads.join(" "),
            one.commit.id,
            one.how.name()
        )
    });
    shown.collect::<Vec<_>>().join("; ")
}

/// `1 b scripts; …`
fn edits(landings: &[&str]) -> String {
    let all = replay(landings).edits;
    let shown = all.iter().map(|one| {
        let mut text = format!("{} {} {}", one.commit.id, one.revision, one.kind.name());
        if let Some(other) = &one.replaced_by {
            let _ = write!(text, " now {other}");
        }
        if let Some(by) = &one.restored_by {
            let _ = write!(text, " back in {}", by.id);
        }
        if one.restores {
            text += " as at first";
        }
        text
    });
    shown.collect::<Vec<_>>().join("; ")
}

#[test]
fn how_a_divergence_ends() {
    for (landings, expected) in [
        (&["a b<a"][..], ""),
        (&["a b<a c<a"], "b c 0- open"),
        (
            &["a b<a", "a b<a c<a", "a b<a c<a m<b,c"],
            "b c 1-2 merge-revision",
        ),
        (&["a b<a c<a", "a b<a c<b"], "b c 0-1 reparented"),
        // The other one goes below: what changed is no head.
        (&["a b<a c<a d<c", "a b<a c<b d<c"], "b d 0-1 reparented"),
        (
            &["a 2_b<a 2_c<a", "a 2_b<a 3_c<2_b#other"],
            "2_b 2_c 0-1 renumbered",
        ),
        (&["a b<a c<a#s", "a b<a x<b#s"], "b c 0-1 renumbered"),
        // Under another id and still beside the other head.
        (
            &["a b<a c<a#s", "a b<a x<a#s", "a b<a x<b#s"],
            "b c 0-2 reparented",
        ),
        (&["a b<a c<a", "a b<a"], "b c 0-1 deleted"),
        (&["a b<a c<a", "a b<a@x c<a@y"], "b c 0-1 labelled"),
        // A head of another line is no divergence.
        (&["a@x b<a c@y d<c"], ""),
        (&["a@x b<a c<a d@y"], "b c 0- open"),
        // The revision between them was missing.
        (&["a b<a d<c", "a b<a c<b d<c"], "b d 0-1 other"),
        // Built upon by both sides before it is repaired.
        (
            &["a b<a c<a", "a b<a c<a d<c", "a b<a c<a d<c m<b,d"],
            "b c 0-2 merge-revision",
        ),
        // A third head, merged one after the other.
        (
            &[
                "a b<a c<a",
                "a b<a c<a d<a",
                "a b<a c<a d<a m<b,c",
                "a b<a c<a d<a m<b,c n<m,d",
            ],
            "b c 0-3 merge-revision",
        ),
        // Repaired in the landing that makes the next one.
        (
            &["a b<a c<a", "a b<a c<a m<b,c d<a"],
            "b c 0-1 merge-revision; d m 1- open",
        ),
        (&["a b<a c<a", "a b<a c=!"], "b c 0-1 other"),
        (&["a b<c c<b", "a b<a c<b"], "a b c 0-1 reparented"),
    ] {
        assert_eq!(divergences(landings), expected, "{landings:?}");
    }
}

#[test]
fn heads_that_came_later_are_counted() {
    let report = replay(&["a b<a c<a", "a b<a c<a d<a", "a b<a c<a d<a m<b,c,d"]);
    let one = &report.divergences[0];
    assert_eq!(one.most_heads, 3);
    assert_eq!(one.grew.len(), 1);
    assert_eq!(one.grew[0].id, "1");
    assert_eq!(one.parts_at, [RevId::trusted("a")]);
}

#[test]
fn what_was_edited() {
    for (landings, expected) in [
        (&["a b<a", "a b<a~reformatted"][..], "1 b comments"),
        (&["a b<a", "a b<a#new"], "1 b scripts"),
        (&["a b<a#s/d", "a b<a#s/e"], "1 b down"),
        (&["a b<a#s/d", "a b<a#t/e"], "1 b scripts"),
        (&["a b<a c<a", "a b<a c<b"], "1 c parents"),
        (&["a b<a c<a", "a b<a c<b#new"], "1 c scripts; 1 c parents"),
        (&["a b<a", "a"], "1 b deleted"),
        (&["a b<a", "a", "a b<a"], "1 b deleted back in 2"),
        (
            &["a b<a", "a", "a b<a#new"],
            "1 b deleted back in 2; 2 b scripts",
        ),
        (
            &["a b<a", "a b<a#new", "a b<a"],
            "1 b scripts; 2 b scripts as at first",
        ),
        (&["a 2_b<a", "a 3_b<a#x"], "1 2_b deleted now 3_b"),
        // Followed by its id.
        (&["a b<a", "a z=b<a"], ""),
        // Not gone: nobody can read it now.
        (&["a b<a", "a b=!", "a b<a"], ""),
        (&["a b<a", "a b=!", "a"], "2 b deleted"),
        (&["a b<a", "a b=!", "a b<a#new"], "2 b scripts"),
        // Of two files with one id, the one that was there is still there.
        (&["a b<a", "a b<a aa=b<a#new"], ""),
    ] {
        assert_eq!(edits(landings), expected, "{landings:?}");
    }
}

fn commit(id: &str) -> Arc<Commit> {
    Arc::new(Commit {
        id: id.to_owned(),
        at: Timestamp::UNIX_EPOCH,
        author: String::new(),
        summary: String::new(),
    })
}

fn put(word: &str) -> Change {
    Change {
        removed: Vec::new(),
        put: vec![file(word)],
    }
}

/// A hidden revision that came and went between two landings was called deleted.
#[test]
fn a_hidden_revision_that_came_and_went_in_one_landing_is_still_hidden() {
    let mut replay = Replay::new(false);
    replay.commit(&commit("0"), &put("x=a"), true);
    replay.commit(&commit("1"), &put("x=!"), true);
    replay.commit(&commit("2"), &put("y=a"), false);
    replay.commit(&commit("2"), &put("y=b"), true);
    assert_eq!(replay.report().edits, []);
}

/// A file that cannot be read hides the revision that it was last, and one that it was once
/// and that comes and goes meanwhile is no reason to forget that.
#[test]
fn what_a_file_was_before_does_not_take_the_place_of_what_it_was_last() {
    let mut replay = Replay::new(false);
    replay.commit(&commit("0"), &put("x=a"), true);
    replay.commit(&commit("1"), &put("x=b"), true);
    replay.commit(&commit("2"), &put("x=!"), true);
    replay.commit(&commit("3"), &put("y=a"), false);
    replay.commit(&commit("3"), &put("y=c"), true);
    replay.commit(&commit("4"), &put("x=c"), true);
    let edits = replay.report().edits;
    let shown: Vec<_> = edits
        .iter()
        .map(|one| (one.commit.id.as_str(), one.revision.as_str(), one.kind))
        .collect();
    assert_eq!(
        shown,
        [("1", "a", EditKind::Deleted), ("4", "b", EditKind::Deleted)]
    );
}

#[test]
fn problems_have_a_beginning_and_an_end() {
    let report = replay(&["a b<x", "a b<a c<d d<c e<e", "a b<a c=!", "a b<a z=b<a"]);
    let shown: Vec<String> = report
        .problems
        .iter()
        .map(|one| {
            let until = one.repaired_by.as_ref().map_or("", |by| &by.id);
            format!(
                "{} {} {}-{until}",
                one.kind.name(),
                one.revisions.join(" "),
                one.commit.id
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "missing-parent b x 0-1",
            "cycle c d 1-2",
            "cycle e 1-2",
            "unreadable-revision c 2-3",
            "duplicate-revision b 3-",
        ]
    );
}

/// Whom a dependency means can change without a change of either of the two.
#[test]
fn a_label_that_moves_can_close_a_cycle_far_away() {
    let report = replay(&["a@x d+x e<d@x", "a d+x e<d@x", "a@x d+x e<d@x"]);
    let cycle = &report.problems[0];
    assert_eq!(
        (cycle.kind, cycle.revisions.as_slice()),
        (ProblemKind::Cycle, &["d".to_owned(), "e".to_owned()][..])
    );
    assert_eq!(cycle.commit.id, "1");
    assert_eq!(cycle.repaired_by.as_ref().map(|by| &*by.id), Some("2"));
    assert_eq!(report.problems.len(), 1);
}

/// What a shallow clone begins with may be older than its first commit.
#[test]
fn what_is_there_at_the_beginning_may_be_older() {
    let mut replay = Replay::new(true);
    let commit = Arc::new(Commit {
        id: "0".to_owned(),
        at: Timestamp::UNIX_EPOCH,
        author: String::new(),
        summary: String::new(),
    });
    let change = Change {
        removed: Vec::new(),
        put: ["a", "b<a", "c<a"].map(file).into(),
    };
    replay.commit(&commit, &change, true);
    assert!(replay.report().divergences[0].from_before);
}
