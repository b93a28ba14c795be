use super::*;
use crate::model::{merge::merge, migration::Checksum, options::Options, revision::Revision};

/// `id<parent,parent`, with `@label`, `+dependency` and `#scripts`; `path=` before it where
/// the file is not called as the id; `path=!` = no revision.
pub(super) fn file(word: &str) -> FileFact {
    let (path, rest) = word.split_once('=').unwrap_or(("", word));
    let at = |c: char| rest.find(c);
    let end = |from: usize| {
        let tail = &rest[from + 1..];
        from + 1 + tail.find(['<', '@', '+', '#']).unwrap_or(tail.len())
    };
    let part = |c: char| at(c).map(|from| &rest[from + 1..end(from)]);
    let list = |c: char| -> Vec<String> {
        part(c).map_or_else(Vec::new, |text| {
            text.split(',').map(str::to_owned).collect()
        })
    };
    let id = &rest[..rest.find(['<', '@', '+', '#']).unwrap_or(rest.len())];
    let path = if path.is_empty() { id } else { path };
    let scripts = Checksum([part('#').map_or(0, |text| text.as_bytes()[0]); 32]);
    FileFact {
        path: path.into(),
        blob: rest.into(),
        content: if id == "!" {
            Content::Unreadable
        } else {
            let parents = list('<');
            let parents = parents.iter().map(|id| RevId::trusted(id)).collect();
            let revision = Revision {
                depends_on: list('+'),
                labels: list('@'),
                ..Revision::new(RevId::trusted(id), parents)
            };
            Content::Revision(Arc::new(Outline::of(
                revision,
                scripts,
                scripts,
                Options::default(),
            )))
        },
    }
}

pub(super) fn files(words: &str) -> Files {
    Files::new(words.split_whitespace().map(file))
}

fn judged(base: &str, ours: &str, theirs: &str) -> Judgement {
    let ours = files(&format!("{base} {ours}"));
    let base = files(base);
    let theirs = files(theirs);
    let merge = merge(&ours, &base.changes(&theirs));
    Standing::new(ours).judge(&merge)
}

fn shown(collisions: &[Collision]) -> String {
    let words: Vec<String> = collisions
        .iter()
        .map(|one| {
            let ids: Vec<&str> = one.revisions.iter().map(RevId::as_str).collect();
            let parts: Vec<&str> = one.parts_at.iter().map(RevId::as_str).collect();
            let mut word = format!("{} {}", one.kind.name(), ids.join(","));
            if !parts.is_empty() {
                word = format!("{word} at {}", parts.join(","));
            }
            if !one.paths.is_empty() {
                word = format!("{word} in {}", one.paths.join(","));
            }
            word
        })
        .collect();
    words.join("; ")
}

#[test]
fn verdicts() {
    for (base, ours, theirs, expected) in [
        ("a", "", "a", ""),
        ("a", "", "a b<a", ""),
        ("a", "b<a", "a", ""),
        ("a", "b<a", "a c<a", "diverges b,c at a"),
        ("a b<a", "c<b", "a b<a d<a", "diverges c,d at a"),
        // Several of theirs, one line.
        ("a", "b<a", "a c<a d<c", "diverges b,d at a"),
        ("a", "b<a", "a c<a d<a", "diverges b,c,d at a"),
        // They diverge all alone.
        ("a", "", "a c<a d<a", "diverges c,d at a"),
        // They join heads, mine or their own.
        ("a b<a c<a", "", "a b<a c<a m<b,c", ""),
        ("a", "b<a", "a c<a d<a m<c,d", "diverges b,m at a"),
        // An old divergence is nobody's fault, a third head is.
        ("a b<a c<a", "", "a b<a c<a d<b", ""),
        ("a b<a c<a", "", "a b<a c<a d<a", "diverges b,c,d at a"),
        // Separate lines.
        ("a@x b@y", "c<a", "a@x b@y d<b", ""),
        ("a@x b@y", "c<a", "a@x b@y d<a", "diverges c,d at a"),
        ("a", "b<a", "a c<a@y", ""),
        ("a", "", "a c@y", ""),
        ("a", "", "a c", "diverges a,c"),
        // Twice.
        ("a", "b<a", "a z=b<a#t", "duplicate-revision b"),
        ("a", "b<a", "a b<a#t", "duplicate-revision b in b"),
        ("a", "b<a", "a b=c<a", "conflict b,c in b"),
        // Once, by two ways: restacked when it was merged.
        ("a", "c<a b<c", "a b<a", "conflict b in b"),
        ("a", "b<a", "a b<a", ""),
        (
            "a",
            "b<a@x",
            "a c<a@x",
            "duplicate-label b,c; diverges b,c at a",
        ),
        // What is not there any more.
        ("a b<a", "c<b", "a", "missing-parent c,b; diverges a,c"),
        ("a b<a", "", "a", ""),
        ("a b<a", "b<a#t", "a", "conflict b in b"),
        // Each alone is a graph.
        ("a b<a c<a", "b<c", "a b<a c<b", "cycle b,c"),
        ("a", "", "a b=!", "unreadable-revision  in b"),
        // Already wrong: no fault of theirs.
        ("a b<zz", "", "a b<zz c<b", ""),
        ("b<zz", "", "b<zz c<b", ""),
        ("b<zz", "", "b<zz zz", ""),
        ("a=!", "", "a=! b", ""),
        // Dependencies order, they do not descend.
        ("a b<a", "", "a b<a c<a+b", "diverges b,c at b"),
        ("a", "", "a b<a+nobody", "missing-parent b"),
    ] {
        assert_eq!(
            shown(&judged(base, ours, theirs).collisions),
            expected,
            "base {base}, ours {ours}, theirs {theirs}"
        );
    }
}

#[test]
fn the_verdict_is_the_worst() {
    let of = |kinds: &[Kind]| {
        let all: Vec<Collision> = kinds
            .iter()
            .map(|kind| Collision::of(*kind, Vec::new()))
            .collect();
        Verdict::of(&all)
    };
    assert_eq!(of(&[]), Verdict::Clean);
    assert_eq!(of(&[Kind::UnreadStatement]), Verdict::Unknown);
    assert_eq!(
        of(&[Kind::UnreadStatement, Kind::Diverges]),
        Verdict::Diverges
    );
    assert_eq!(of(&[Kind::Diverges, Kind::EditsFixed]), Verdict::EditsFixed);
    assert_eq!(of(&[Kind::Diverges, Kind::Cycle]), Verdict::Broken);
    assert_eq!(
        of(&[Kind::Conflict, Kind::DuplicateRevision]),
        Verdict::DuplicateRevision
    );
}

/// Branches on `a`, each given by its files; what they do to each other.
fn clusters(branches: &[&str]) -> String {
    let base = files("a b<a");
    let standing = Standing::new(base.clone());
    let effects: Vec<Effect> = branches
        .iter()
        .map(|branch| {
            let merge = merge(&base, &base.changes(&files(&format!("a b<a {branch}"))));
            standing.judge(&merge).effect
        })
        .collect();
    let all: Vec<&Effect> = effects.iter().collect();
    let words: Vec<String> = among(&all)
        .iter()
        .map(|one| {
            let groups: Vec<String> = one
                .groups
                .iter()
                .map(|group| {
                    group
                        .iter()
                        .map(usize::to_string)
                        .collect::<Vec<_>>()
                        .join("=")
                })
                .collect();
            format!("{} {}", one.kind.name(), groups.join(" "))
        })
        .collect();
    words.join("; ")
}

#[test]
fn branches_among_each_other() {
    for (branches, expected) in [
        (&["c<b"][..], ""),
        (&["c<b", "d<b"], "diverges 0 1"),
        (&["c<b", "d<b", "e<b"], "diverges 0 1 2"),
        // Built on each other.
        (&["c<b", "c<b d<c"], ""),
        (&["c<b", "c<b d<c", "e<b"], "diverges 0 2; diverges 1 2"),
        // The same revisions are one group.
        (&["c<b", "c<b", "d<b"], "diverges 0=1 2"),
        // Separate lines.
        (&["c<b@x", "d<b@y"], ""),
        // Twice.
        (&["c<b", "z=c<b"], "duplicate-revision 0 1"),
        (&["c<b#1", "c<b#2"], "duplicate-revision 0 1"),
        (&["f=c<b", "f=d<b"], "conflict 0 1; diverges 0 1"),
        // One that is behind already collides with the others as well.
        (&["c<a", "d<b"], "diverges 0 1"),
    ] {
        assert_eq!(clusters(branches), expected, "{branches:?}");
    }
}
