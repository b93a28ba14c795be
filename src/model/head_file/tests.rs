use proptest::prelude::*;

use super::*;
use crate::model::{Revision, Severity};

fn id(text: &str) -> RevId {
    RevId::trusted(text)
}

/// `a; b a; c:billing a` : each revision with its label and its parents.
fn graph(text: &str) -> Graph {
    let revisions = text
        .split(';')
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let mut words = line.split_whitespace();
            let (own, label) = words
                .next()
                .map(|own| own.split_once(':').unwrap_or((own, "")))
                .unwrap();
            let mut revision = Revision::new(id(own), words.map(id).collect());
            revision.message = format!("Message of {own}");
            revision.labels = label.split_whitespace().map(str::to_owned).collect();
            revision
        })
        .collect();
    Graph::build(revisions).0
}

fn read(text: &str) -> HeadFile {
    HeadFile::parse(SourceFile::new("migrations/HEAD", text))
}

fn names(file: &HeadFile) -> String {
    file.heads
        .iter()
        .map(|named| {
            let side = match named.side {
                Part::Both => "",
                Part::Ours => "<",
                Part::Base => "|",
                Part::Theirs => ">",
            };
            format!("{side}{}", named.id)
        })
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn reading() {
    // The text; the heads; conflicts and flaws as line:column.
    let table = [
        ("", "", "", ""),
        ("a\n", "a", "", ""),
        ("a", "a", "", ""),
        ("a\r\nb  # x\r\n", "a b", "", ""),
        ("# remark\n\n  \na  # billing: Add # invoice\n", "a", "", ""),
        ("a # x\nb\t# y\nc   \n", "a b c", "", ""),
        ("a b\n", "", "", "1:3"),
        (" a\n", "", "", "1:1"),
        ("ä\n7f3a-9\nb\n", "b", "", "1:1 2:1"),
        (
            "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> main\n",
            "<a >b",
            "1:1",
            "",
        ),
        (
            "x\n<<<<<<< HEAD\na  # A\n||||||| base\no\n=======\nb\nc\n>>>>>>> main\ny\n",
            "x <a |o >b >c y",
            "2:1",
            "",
        ),
        (
            "<<<<<<< HEAD\r\na\r\n=======\r\n>>>>>>> main\r\n",
            "<a",
            "1:1",
            "",
        ),
        // Longer markers, as `conflict-marker-size` asks for.
        (
            "<<<<<<<<<< HEAD\na\n==========\nb\n>>>>>>>>>> m\n",
            "<a >b",
            "1:1",
            "",
        ),
        // Half of a conflict, left by an editor.
        ("a\n=======\nb\n", "a b", "2:1", ""),
        ("a\n>>>>>>> main\n", "a", "2:1", ""),
        ("<<<<<<< HEAD\na\n", "<a", "1:1", ""),
        // Not markers.
        ("<<<<<< a\n<<<<<<<b\n", "", "", "1:1 2:1"),
    ];
    for (text, heads, conflicts, flaws) in table {
        let file = read(text);
        let at = |spans: Vec<Span>| {
            let places = spans.iter().map(|span| file.file.position(span.start));
            places
                .map(|at| format!("{}:{}", at.line, at.column))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(names(&file), heads, "{text:?}");
        assert_eq!(at(file.conflicts.clone()), conflicts, "{text:?}");
        let spans = file.flaws.iter().map(|flaw| flaw.span.clone()).collect();
        assert_eq!(at(spans), flaws, "{text:?}");
    }
}

#[test]
fn writing() {
    let table = [
        ("", ""),
        ("a; b a", "b  # Message of b\n"),
        // Two heads of one line: both, as they are.
        ("a; c a; b a", "b  # Message of b\nc  # Message of c\n"),
        // Separate lines are ordered by label, whatever the order of the files.
        (
            "z:billing; y z; a:users",
            "y  # billing: Message of y\na  # users: Message of a\n",
        ),
        (
            "a:users; z:billing",
            "z  # billing: Message of z\na  # users: Message of a\n",
        ),
    ];
    for (revisions, want) in table {
        assert_eq!(render(&graph(revisions)), want, "{revisions}");
    }
    let mut one = Revision::new(id("a"), Vec::new());
    assert_eq!(render(&Graph::build(vec![one.clone()]).0), "a\n");
    one.message = "two\nlines".to_owned();
    assert_eq!(render(&Graph::build(vec![one]).0), "a  # two lines\n");
}

#[test]
fn comments_at_the_top_stay() {
    let now = graph("a; b a");
    let table = [
        ("a\n", Some("b  # Message of b\n")),
        ("", Some("b  # Message of b\n")),
        (
            "# ours\n\na  # x\n# y\n",
            Some("# ours\n\nb  # Message of b\n"),
        ),
        ("# ours", Some("# ours\nb  # Message of b\n")),
        ("b  # Message of b\n", None),
        // A checkout with `core.autocrlf` is no change.
        ("# ours\r\nb  # Message of b\r\n", None),
        ("b  # an older message\n", Some("b  # Message of b\n")),
        (
            "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> m\n",
            Some("b  # Message of b\n"),
        ),
    ];
    for (text, want) in table {
        assert_eq!(read(text).renewed(&now).as_deref(), want, "{text:?}");
    }
}

#[test]
fn against_a_graph() {
    let table = [
        ("a; b a", "b\n", ""),
        ("", "", ""),
        ("a:x; b:y", "b\na\n", ""),
        ("a; b a", "a\n", "1:1 names a, and the head is b"),
        (
            "a",
            "# x\nz\n",
            "2:1 names z, which is in no file; 1:1 does not name a, which is a head",
        ),
        ("a", "a\na\n", "2:1 names a twice"),
        ("a; b a", "a\nb\n", "1:1 names a, which is not a head"),
        (
            "a; b a; c a",
            "a\n",
            "1:1 names a, and the heads are b and c",
        ),
        ("a", "", "1:1 does not name a, which is a head"),
        (
            "a; b a; c a",
            "b\nc\n",
            "2:1 names several heads of one line",
        ),
        ("a; b a; c a", "b\n", "1:1 does not name c, which is a head"),
        ("a", "a\nb c\n", "2:3 has a line that cannot be read"),
        (
            "a; b a; c a",
            "<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> m\n",
            "1:1 has merge-conflict markers",
        ),
    ];
    for (revisions, text, want) in table {
        let file = read(text);
        let said: Vec<String> = check(&file, &graph(revisions))
            .iter()
            .map(|finding| {
                assert_eq!(finding.severity, Severity::Warning);
                assert!(finding.help.is_some());
                let place = finding.place.as_ref().unwrap();
                let at = file.file.position(place.span.start);
                let message = finding.message.strip_prefix("migrations/HEAD ").unwrap();
                format!("{}:{} {message}", at.line, at.column)
            })
            .collect();
        assert_eq!(said.join("; "), want, "{revisions} {text:?}");
    }
}

#[test]
fn a_file_that_is_no_text() {
    let file = HeadFile::unreadable(SourceFile::new("m/HEAD", ""), "it is not UTF-8");
    let findings = check(&file, &graph("a"));
    assert_eq!(findings[0].message, "cannot read m/HEAD: it is not UTF-8");
    assert_eq!(
        file.renewed(&graph("a")).as_deref(),
        Some("a  # Message of a\n")
    );
    assert!(file.renewed(&graph("")).is_some());
}

#[test]
fn merging_where_it_is_certain() {
    // base, ours, theirs; the outcome's heads.
    let table = [
        // Lines of their own, which stand in neighbouring lines of the file.
        ("a:x; b:y", "a:x; b:y; c a", "a:x; b:y; d b", Some("c d")),
        // Theirs has mine below it already.
        ("a", "a; b a", "a; b a; c b", Some("c")),
        ("a; b a", "a; b a; c a; d b c", "a; b a; c a", Some("d")),
        // Mine merged both, and theirs is one of them.
        ("a", "a; b a; c a; m b c", "a; c a", Some("m")),
        // A restacked pair, picked one after the other.
        ("a; m a", "a; t a; m t", "a; m a; n m", Some("n")),
        // A new line begins.
        ("a", "a; b a", "a; n:new", Some("b n")),
        // The ordinary divergence.
        ("a", "a; b a", "a; c a", None),
        ("", "a", "b", None),
        // Both moved the same revision.
        (
            "a; b a; c a; m",
            "a; b a; c a; m b",
            "a; b a; c a; m c",
            None,
        ),
        // One side took a revision away that the other builds on.
        ("a; b a", "a", "a; b a; c b", None),
        // Diverged before.
        ("a; b a; c a", "a; b a; c a; d b", "a; b a; c a; e c", None),
    ];
    for (base, ours, theirs, want) in table {
        let graphs = [base, ours, theirs].map(graph);
        let files = graphs.each_ref().map(|graph| read(&render(graph)));
        let side = |n: usize| Side {
            file: &files[n],
            graph: &graphs[n],
        };
        let outcome = merged(side(0), side(1), side(2)).map(|text| {
            let mut heads: Vec<String> =
                names(&read(&text)).split(' ').map(str::to_owned).collect();
            heads.sort();
            heads.join(" ")
        });
        assert_eq!(outcome.as_deref(), want, "{base} | {ours} | {theirs}");
    }
}

/// What people wrote at the top is merged too: theirs got lost without a word.
#[test]
fn comments_of_both_sides_are_merged() {
    let graphs = ["a:x; b:y", "a:x; b:y; c a", "a:x; b:y; d b"].map(graph);
    // The comments of base, ours, theirs; those of the outcome.
    let table = [
        ("", "", "", Some("")),
        ("# one\n", "# one\n", "# one\n", Some("# one\n")),
        ("# one\n", "# one\n", "# two\n\n", Some("# two\n\n")),
        ("# one\n", "# two\n", "# one\n", Some("# two\n")),
        ("# one\n", "# two\n", "# two\n", Some("# two\n")),
        ("# one\n", "", "# one\n", Some("")),
        ("# one\n", "# two\n", "# three\n", None),
        ("", "# two\n", "# three\n", None),
    ];
    for (base, ours, theirs, want) in table {
        let texts = [base, ours, theirs];
        let files = [0, 1, 2].map(|n| read(&format!("{}{}", texts[n], render(&graphs[n]))));
        let side = |n: usize| Side {
            file: &files[n],
            graph: &graphs[n],
        };
        let want = want.map(|top| format!("{top}c  # x: Message of c\nd  # y: Message of d\n"));
        let outcome = merged(side(0), side(1), side(2));
        assert_eq!(outcome, want, "{base:?} {ours:?} {theirs:?}");
    }
}

/// Another commit than the one that the file is from would be taken for it.
#[test]
fn a_file_that_is_not_its_commits_is_left_to_a_person() {
    let graphs = ["a:x; b:y", "a:x; b:y; c a", "a:x; b:y; d b"].map(graph);
    let texts = ["a\nb\n", "c\nb\n", "a\nd\n"];
    let outcome = |texts: [&str; 3]| {
        let files = texts.map(read);
        let side = |n: usize| Side {
            file: &files[n],
            graph: &graphs[n],
        };
        merged(side(0), side(1), side(2)).is_some()
    };
    assert!(outcome(texts));
    assert!(outcome(["", texts[1], texts[2]]));
    for (n, other) in [
        (0, "a\n"),
        (1, ""),
        (1, "b\n"),
        (1, "c\nb\nc\n"),
        (2, "a\nd\nx\n"),
        (2, "<<<<<<< x\na\n=======\nd\n>>>>>>> y\n"),
        (0, "# other\n"),
    ] {
        let mut texts = texts;
        texts[n] = other;
        assert!(!outcome(texts), "{n} {other:?}");
    }
}

proptest! {
    /// Whatever stands in it, reading ends, and places are places of the text.
    #[test]
    fn any_text_can_be_read(text in "([<|=>]{0,8}|[a-f0-9 #\r\n\té]{0,12}|\n){0,20}") {
        let file = read(&text);
        for span in file
            .heads
            .iter()
            .map(|named| &named.span)
            .chain(&file.conflicts)
            .chain(file.flaws.iter().map(|flaw| &flaw.span))
        {
            prop_assert!(span.end <= text.len() && span.start <= span.end);
        }
    }

    /// What is written says what the graph is, and is not written again.
    #[test]
    fn what_is_written_fits(parents in proptest::collection::vec(proptest::option::of(0_usize..8), 0..8)) {
        let revisions = parents
            .iter()
            .enumerate()
            .map(|(n, up)| {
                let up = up.filter(|up| *up < n).map(|up| id(&format!("r{up}")));
                Revision::new(id(&format!("r{n}")), up.into_iter().collect())
            })
            .collect();
        let graph = Graph::build(revisions).0;
        let file = read(&render(&graph));
        prop_assert!(file.is_plain());
        prop_assert_eq!(file.renewed(&graph), None);
        if graph.diverged().is_empty() {
            prop_assert!(check(&file, &graph).is_empty());
        }
    }
}
