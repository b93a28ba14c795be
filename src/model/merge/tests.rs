use super::*;
use crate::model::{audit::Outline, migration::Checksum, options::Options, revision::Revision};

/// `a.sql:id#blob`: a path, the revision in it (`!` = none), and what else it holds.
fn file(word: &str) -> FileFact {
    let (path, rest) = word.split_once(':').unwrap();
    let (id, blob) = rest.split_once('#').unwrap();
    let outline = || {
        let revision = Revision::new(RevId::trusted(id), Vec::new());
        let checksum = Checksum([0; 32]);
        Outline::of(revision, checksum, checksum, Options::default())
    };
    FileFact {
        path: path.into(),
        blob: rest.into(),
        content: match (id, blob) {
            ("!", _) => Content::Unreadable,
            _ => Content::Revision(Arc::new(outline())),
        },
    }
}

fn files(words: &str) -> Files {
    Files::new(words.split_whitespace().map(file))
}

fn shown(files: &Files) -> String {
    let words: Vec<String> = files
        .iter()
        .map(|file| format!("{}:{}", file.path, file.blob))
        .collect();
    words.join(" ")
}

/// The merged files, then what is to be blended, then conflicts.
fn outcome(base: &str, ours: &str, theirs: &str) -> String {
    let ours = files(ours);
    let merge = merge(&ours, &files(base).changes(&files(theirs)));
    let mut parts = vec![shown(&ours.merged(&merge))];
    for blend in &merge.blends {
        parts.push(format!(
            "blend {} {}+{}",
            blend.path, blend.ours, blend.theirs
        ));
    }
    for conflict in &merge.conflicts {
        parts.push(format!(
            "{} {}",
            conflict.kind.name(),
            conflict.paths.join(",")
        ));
    }
    parts.join("; ")
}

#[test]
fn what_comes_of_a_file() {
    for (base, ours, theirs, expected) in [
        // One side alone.
        ("a:x#1", "a:x#1", "a:x#1", "a:x#1"),
        ("a:x#1", "a:x#1", "a:x#2", "a:x#2"),
        ("a:x#1", "a:x#2", "a:x#1", "a:x#2"),
        ("a:x#1", "a:x#1", "", ""),
        ("a:x#1", "", "a:x#1", ""),
        ("", "", "a:x#1", "a:x#1"),
        ("", "a:x#1", "b:y#1", "a:x#1 b:y#1"),
        // Both the same.
        ("a:x#1", "a:x#2", "a:x#2", "a:x#2"),
        ("a:x#1", "", "", ""),
        ("", "a:x#1", "a:x#1", "a:x#1"),
        // Both, differently.
        ("a:x#1", "a:x#2", "a:x#3", "a:x#2; blend a x#2+x#3"),
        ("a:x#1", "a:x#2", "", "a:x#2; modify/delete a"),
        ("a:x#1", "", "a:x#2", "a:x#2; modify/delete a"),
        ("", "a:x#1", "a:y#1", "a:x#1; add/add a"),
        ("", "a:x#1", "a:x#2", "a:x#1; add/add a"),
        // Two files with one id: a matter of the graph.
        ("", "a:x#1", "b:x#1", "a:x#1 b:x#1"),
        // Renamed: the id says so.
        ("a:x#1", "a:x#1", "b:x#1", "b:x#1"),
        ("a:x#1", "a:x#1", "b:x#2", "b:x#2"),
        ("a:x#1", "a:x#2", "b:x#1", "b:x#2"),
        ("a:x#1", "b:x#1", "a:x#2", "b:x#2"),
        ("a:x#1", "b:x#1", "b:x#1", "b:x#1"),
        ("a:x#1", "b:x#1", "b:x#2", "b:x#2"),
        ("a:x#1", "b:x#2", "b:x#1", "b:x#2"),
        ("a:x#1", "a:x#2", "b:x#3", "; blend b x#2+x#3"),
        ("a:x#1", "b:x#2", "a:x#3", "b:x#2; blend b x#2+x#3"),
        ("a:x#1", "b:x#2", "b:x#3", "b:x#2; blend b x#2+x#3"),
        ("a:x#1", "b:x#1", "c:x#1", "b:x#1; rename/rename b,c"),
        ("a:x#1", "b:x#1", "", "b:x#1; modify/delete b"),
        ("a:x#1", "", "b:x#1", "b:x#1; modify/delete b"),
        ("a:x#1", "a:x#1 b:y#1", "b:x#1", "b:y#1; add/add b"),
        // Alike, and yet another revision: a renumbering is no rename.
        ("a:x#1", "a:x#1", "b:y#1", "b:y#1"),
        ("a:x#1", "a:x#2", "b:y#1", "a:x#2 b:y#1; modify/delete a"),
        // At one place, Git sees one file, whatever id it has.
        ("a:x#1", "a:x#1", "a:y#1", "a:y#1"),
        ("a:x#1", "a:x#2", "a:y#1", "a:x#2; blend a x#2+y#1"),
        // Two candidates are none.
        (
            "a:x#1",
            "a:x#2",
            "b:x#1 c:x#1",
            "a:x#2 b:x#1 c:x#1; modify/delete a",
        ),
        // Files that hold no revision are followed by their paths alone.
        ("a:!#1", "a:!#2", "b:!#1", "a:!#2 b:!#1; modify/delete a"),
        ("a:!#1", "a:!#1", "a:x#1", "a:x#1"),
    ] {
        assert_eq!(
            outcome(base, ours, theirs),
            expected,
            "base {base}, ours {ours}, theirs {theirs}"
        );
    }
}

#[test]
fn what_git_made_of_a_blend() {
    let ours = files("a:x#2");
    let changes = files("a:x#1").changes(&files("b:x#3"));
    for (result, expected) in [(Some("b:x#4"), "b:x#4"), (None, "b:x#2 content")] {
        let mut merge = merge(&ours, &changes);
        for blend in std::mem::take(&mut merge.blends) {
            merge.blended(&blend, &ours, result.map(file));
        }
        let mut seen = shown(&ours.merged(&merge));
        for conflict in &merge.conflicts {
            seen = format!("{seen} {}", conflict.kind.name());
        }
        assert_eq!(seen, expected);
    }
}

#[test]
fn changes_lead_from_one_state_to_another() {
    let (from, to) = (files("a:x#1 b:y#1 c:z#1"), files("a:x#1 b:y#2 d:w#1"));
    let changes = from.changes(&to);
    let merged = from.merged(&merge(&from, &changes));
    assert_eq!(shown(&merged), shown(&to));
    assert_eq!(merged.holding(&RevId::trusted("z")).count(), 0);
    assert_eq!(merged.holding(&RevId::trusted("w")).count(), 1);
}
