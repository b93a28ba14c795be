//! Rows and values through a way up and a way back.

use super::*;
use crate::{
    model::Dialect,
    schema::{Fact, Value},
};

/// `t: a int 1 2 -; b text x y -`: a table, its columns with their types and values.
fn state(text: &str) -> (Schema, Content) {
    let mut schema = Schema::empty(Dialect::Sqlite);
    let mut content = Content::default();
    for table in text.split('|').filter(|table| !table.trim().is_empty()) {
        let (name, columns) = table.split_once(':').unwrap();
        let id = FactId::new(Kind::Table, [name.trim()]);
        schema.add(Fact::new(id.clone(), None));
        let mut of_table = TableContent::default();
        for column in columns.split(';') {
            let mut words = column.split_whitespace();
            let column = words.next().unwrap();
            let column_id = FactId::new(Kind::Column, [name.trim(), column]);
            let mut fact = Fact::new(column_id, Some(id.clone()));
            fact.set("type", Value::new(words.next().unwrap()));
            schema.add(fact);
            let mut values: Vec<_> = words
                .map(|word| (word != "-").then(|| word.to_owned()))
                .collect();
            values.sort();
            of_table.rows = values.len();
            of_table.columns.insert(column.to_owned(), values);
        }
        content.tables.insert(id, of_table);
    }
    (schema, content)
}

fn judged(before: &str, up: &str, back: Option<&str>, said: &[&str]) -> Vec<String> {
    let (before, up) = (state(before), state(up));
    let back = back.map(state);
    let stages = Stages {
        before: (&before.0, &before.1),
        up: (&up.0, &up.1),
        back: back.as_ref().map(|(_, content)| content),
    };
    let losses = survive(stages, &|_, id| said.contains(&id.path.join(".").as_str()));
    let words = |loss: &Loss| {
        format!(
            "{} {} {:?} {}/{}",
            loss.direction.name(),
            loss.name,
            loss.how,
            loss.count,
            loss.of
        )
    };
    losses.iter().filter(|loss| !loss.said).map(words).collect()
}

#[test]
fn what_is_gone_and_how_it_went() {
    let one = "t: a int 1 2; b text x y";
    for (before, up, back, expected) in [
        // Nothing happened.
        (one, one, Some(one), vec![]),
        // More rows than before are no loss.
        (one, "t: a int 1 2 3; b text x y z", Some(one), vec![]),
        // Rows go while the table stays.
        (one, "t: a int 1; b text x", None, vec!["up t Rows 1/2"]),
        (
            one,
            "t: a int 1; b text x",
            Some("t: a int 1; b text x"),
            vec!["up t Rows 1/2"],
        ),
        (one, one, Some("t: a int; b text"), vec!["down t Rows 2/2"]),
        // A column is dropped: in the open, and not back.
        (
            one,
            "t: a int 1 2",
            Some("t: a int 1 2; b text - -"),
            vec!["up t.b NotBack 2/2"],
        ),
        (one, "t: a int 1 2", None, vec![]),
        // It was renamed.
        (one, "t: a int 1 2; c text x y", Some(one), vec![]),
        // A table is dropped, or renamed.
        (one, "", Some("t: a int; b text"), vec!["up t NotBack 2/2"]),
        (one, "", None, vec![]),
        (one, "u: a int 1 2; b text x y", Some(one), vec![]),
        // Values become NULL, or others.
        (
            one,
            "t: a int 1 2; b text - y",
            None,
            vec!["up t.b Nulled 1/2"],
        ),
        (
            one,
            "t: a int 1 2; b text X y",
            Some("t: a int 1 2; b text X y"),
            vec!["up t.b Rewritten 1/2"],
        ),
        (one, "t: a int 1 2; b text X Y", Some(one), vec![]),
        (
            one,
            one,
            Some("t: a int 1 2; b text x -"),
            vec!["down t.b Nulled 1/2"],
        ),
        // Another type: the way back tells.
        (one, "t: a text 1 2; b text x y", Some(one), vec![]),
        (
            "t: b text abc abd",
            "t: b char ab ab",
            Some("t: b text ab ab"),
            vec!["up t.b Changed(Some(\"abc\"), Some(\"ab\")) 2/2"],
        ),
        (
            "t: b text abc abd",
            "t: b char ab ab",
            None,
            vec!["up t.b Changed(Some(\"abc\"), Some(\"ab\")) 1/2"],
        ),
        ("t: b text abc abd", "t: b char abc abd", None, vec![]),
    ] {
        assert_eq!(
            judged(before, up, back, &[]),
            expected,
            "{before} → {up} → {back:?}"
        );
    }
}

#[test]
fn what_was_said_is_left_out() {
    let (before, up) = ("t: a int 1 2; b text x y", "t: a int 1 2; b text - -");
    assert_eq!(judged(before, up, None, &[]).len(), 1);
    assert!(judged(before, up, None, &["t.b"]).is_empty());
    assert!(judged(before, up, None, &["t"]).is_empty());
    assert_eq!(judged(before, up, None, &["t.a"]).len(), 1);
}

/// Said once is known, and still told: a way back that gives other values is not proved
/// to return.
#[test]
fn what_was_said_and_comes_back_as_something_else_is_told() {
    let (before, up) = (state("t: a numeric 1 2"), state("t: a bigint 100 200"));
    let back = state("t: a numeric 100 200");
    let stages = Stages {
        before: (&before.0, &before.1),
        up: (&up.0, &up.1),
        back: Some(&back.1),
    };
    let losses = survive(stages, &|direction, id| {
        direction == Direction::Up && id.name() == "a"
    });
    let [loss] = losses.as_slice() else {
        panic!("{losses:?}");
    };
    assert!(loss.said);
    assert_eq!(
        loss.how,
        How::Changed(Some("1".to_owned()), Some("100".to_owned()))
    );
}

#[test]
fn names_are_those_that_people_write() {
    let (schema, _) = state("orders: a int; b text");
    let names = [
        "orders".to_owned(),
        "Orders.B".to_owned(),
        "other".to_owned(),
    ];
    let (found, unknown) = named(&schema, &names);
    assert_eq!(found.len(), 2);
    assert_eq!(unknown, ["other"]);
}
