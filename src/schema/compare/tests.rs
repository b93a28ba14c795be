use super::*;
use crate::schema::Edge;

fn fact(kind: Kind, path: &[&str], payload: &[(&'static str, &str)]) -> Fact {
    let parent = match path {
        [table, _] => Some(FactId::new(Kind::Table, [*table])),
        _ => None,
    };
    let mut fact = Fact::new(FactId::new(kind, path.iter().copied()), parent);
    for (key, value) in payload {
        fact.set(key, Value::new(*value));
    }
    fact
}

fn made_up(mut fact: Fact) -> Fact {
    fact.generated_name = true;
    fact
}

fn schema(facts: impl IntoIterator<Item = Fact>) -> Schema {
    let mut schema = Schema::empty(Dialect::Postgres);
    for fact in facts {
        schema.add(fact);
    }
    schema
}

fn users(order: &str) -> Vec<Fact> {
    vec![
        fact(Kind::Table, &["users"], &[(COLUMN_ORDER, order)]),
        fact(Kind::Column, &["users", "id"], &[("type", "integer")]),
        fact(Kind::Column, &["users", "name"], &[("type", "text")]),
    ]
}

fn told(differences: &[Difference]) -> Vec<String> {
    let told = differences.iter().map(|difference| {
        let kind = difference.id.kind.name();
        format!("{kind} {}: {}", difference.name, difference.words())
    });
    told.collect()
}

fn both(a: &[Fact], b: &[Fact]) -> (Vec<String>, Vec<String>) {
    let comparison = compare(&schema(a.to_vec()), &schema(b.to_vec()));
    (told(&comparison.differences), told(&comparison.remarks))
}

#[test]
fn the_same() {
    let a = schema(users("id\nname"));
    assert_eq!(compare(&a, &a), Comparison::default());
    assert!(compare(&a, &a).is_equal());
}

#[test]
fn a_table_comes_and_goes_with_its_parts() {
    let (differences, remarks) = both(&[], &users("id\nname"));
    assert_eq!(differences, ["table users: added"]);
    assert!(remarks.is_empty());
    let comparison = compare(&schema(users("id\nname")), &schema([]));
    assert_eq!(told(&comparison.differences), ["table users: removed"]);
    let What::Removed { parts, .. } = &comparison.differences[0].what else {
        panic!("{comparison:?}");
    };
    assert_eq!(parts.len(), 2);
}

#[test]
fn a_column_of_a_table_that_stays() {
    let mut more = users("id\nphone\nname");
    more.push(fact(Kind::Column, &["users", "phone"], &[("type", "text")]));
    // The new column is in nobody's way: the others stand as they stood.
    let (differences, remarks) = both(&users("id\nname"), &more);
    assert_eq!(differences, ["column users.phone: added"]);
    assert!(remarks.is_empty(), "{remarks:?}");
}

#[test]
fn the_order_of_columns_is_a_remark() {
    let (differences, remarks) = both(&users("id\nname"), &users("name\nid"));
    assert!(differences.is_empty(), "{differences:?}");
    assert_eq!(remarks, ["table users: changed: column order"]);
}

#[test]
fn keys_that_differ_have_both_values() {
    let a = [fact(
        Kind::Column,
        &["t", "a"],
        &[("type", "integer"), ("default", "1")],
    )];
    let b = [fact(
        Kind::Column,
        &["t", "a"],
        &[("type", "bigint"), ("not null", "yes")],
    )];
    let comparison = compare(&schema(a), &schema(b));
    let What::Changed(changes) = &comparison.differences[0].what else {
        panic!("{comparison:?}");
    };
    let shown: Vec<(&str, &str, &str)> = changes
        .iter()
        .map(|change| {
            let text = |value: &Option<Value>| {
                value
                    .as_ref()
                    .map_or("", |value| Box::leak(value.text.clone().into_boxed_str()))
            };
            (change.key, text(&change.before), text(&change.after))
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("type", "integer", "bigint"),
            ("not null", "", "yes"),
            ("default", "1", "")
        ]
    );
}

/// Both orders of two unnamed checks: `u_id_check` is the other one's name then.
#[test]
fn names_that_the_database_made_up_may_swap() {
    let check = |name, text| {
        made_up(fact(
            Kind::Constraint,
            &["u", name],
            &[("definition", text)],
        ))
    };
    let (differences, remarks) = both(
        &[check("u_id_check", "a"), check("u_id_check1", "b")],
        &[check("u_id_check", "b"), check("u_id_check1", "a")],
    );
    assert!(differences.is_empty(), "{differences:?}");
    assert_eq!(
        remarks,
        [
            "constraint u.u_id_check: renamed from u_id_check1",
            "constraint u.u_id_check1: renamed from u_id_check"
        ]
    );
}

#[test]
fn a_name_that_was_given_counts() {
    let check = |name, text| fact(Kind::Constraint, &["u", name], &[("definition", text)]);
    let (differences, remarks) = both(&[check("one", "a")], &[check("two", "a")]);
    assert_eq!(differences, ["constraint u.two: renamed from one"]);
    assert!(remarks.is_empty());
    // Another content under another name is another constraint.
    let (differences, _) = both(&[check("one", "a")], &[check("two", "b")]);
    assert_eq!(
        differences,
        ["constraint u.one: removed", "constraint u.two: added"]
    );
}

/// A column is told by its name alone: that it has the type of another says nothing.
#[test]
fn columns_are_never_taken_for_renamed() {
    let (differences, _) = both(
        &[fact(Kind::Column, &["t", "fullname"], &[("type", "text")])],
        &[fact(Kind::Column, &["t", "full_name"], &[("type", "text")])],
    );
    assert_eq!(
        differences,
        ["column t.full_name: added", "column t.fullname: removed"]
    );
}

#[test]
fn two_of_the_same_content_are_two() {
    let index = |name| made_up(fact(Kind::Index, &["t", name], &[("columns", "(a)")]));
    let (differences, remarks) = both(&[index("t_a_idx")], &[index("t_a_idx1"), index("t_a_idx2")]);
    assert_eq!(differences, ["index t.t_a_idx2: added"]);
    assert_eq!(remarks, ["index t.t_a_idx1: renamed from t_a_idx"]);
}

#[test]
fn what_was_taken_out_is_gone_with_its_edges() {
    let mut schema = schema(users("id\nname"));
    let view = fact(Kind::View, &["v"], &[]);
    schema.edges.insert(Edge {
        from: view.id.clone(),
        to: FactId::new(Kind::Column, ["users", "id"]),
    });
    schema.add(view);
    crate::schema::LeaveOut {
        patterns: vec!["use*".to_owned()],
    }
    .apply(&mut schema);
    assert_eq!(schema.facts.len(), 1);
    assert!(schema.edges.is_empty());
}
