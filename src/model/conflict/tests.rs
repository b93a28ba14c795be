use super::*;
use crate::model::footprint::{Part, Touched};

fn footprint(statements: &[&[Access]]) -> Footprint {
    let statements = statements.iter().enumerate().map(|(at, accesses)| Touched {
        span: at * 10..at * 10 + 9,
        accesses: accesses.to_vec(),
        seen: Seen::Whole,
    });
    Footprint {
        statements: statements.collect(),
    }
}

fn table(act: Act, name: &str) -> Access {
    Access::new(act, Object::table("public", name))
}

fn column(act: Act, table: &str, name: &str) -> Access {
    Access::new(act, Object::column("public", table, name))
}

fn judge(left: &[&Footprint], right: &[&Footprint], ancestor: &Ancestor) -> Conflicts {
    let ids: Vec<RevId> = (0..left.len() + right.len())
        .map(|at| RevId::trusted(&format!("r{at}")))
        .collect();
    let (ours, theirs) = ids.split_at(left.len());
    let left: Vec<Member<'_>> = ours.iter().zip(left.iter().copied()).collect();
    let right: Vec<Member<'_>> = theirs.iter().zip(right.iter().copied()).collect();
    conflicts(&left, &right, ancestor)
}

#[test]
fn a_collision_names_statements_and_objects() {
    let left = footprint(&[&[table(Act::Reference, "u")], &[table(Act::Drop, "t")]]);
    let right = footprint(&[&[table(Act::Reference, "t"), column(Act::Create, "t", "a")]]);
    let found = judge(&[&left], &[&right], &Ancestor::default());
    let place = |revision: &str, span, act| Place {
        revision: RevId::trusted(revision),
        span,
        act,
    };
    assert_eq!(
        found.collisions,
        [Collision {
            clash: Clash::Order,
            objects: vec![Object::table("public", "t")],
            left: place("r0", 10..19, Act::Drop),
            right: place("r1", 0..9, Act::Reference),
        }]
    );
    assert_eq!(found.worst(), Clash::Order);
    assert!(!found.is_none());
}

#[test]
fn the_worst_of_two_statements_is_said_and_comes_first() {
    let rows = [table(Act::Write, "t")];
    let left = footprint(&[&rows, &[table(Act::Create, "a"), table(Act::Write, "t")]]);
    let right = footprint(&[&rows, &[table(Act::Create, "a"), table(Act::Write, "t")]]);
    let found = judge(&[&left], &[&right], &Ancestor::default());
    let clashes: Vec<Clash> = found.collisions.iter().map(|one| one.clash).collect();
    assert_eq!(clashes, [Clash::Never, Clash::Possible]);
    assert_eq!(found.collisions[0].objects, [Object::table("public", "a")]);
}

#[test]
fn what_a_line_makes_itself_is_its_own_matter() {
    // Two revisions of one side: the second one works on what the first one made.
    let makes = footprint(&[&[table(Act::Create, "a")]]);
    let goes_on = footprint(&[&[
        table(Act::Reference, "a"),
        column(Act::Create, "a", "x"),
        table(Act::Write, "a"),
    ]]);
    let other = footprint(&[&[column(Act::Create, "a", "x"), table(Act::Write, "a")]]);
    let found = judge(&[&makes, &goes_on], &[&other], &Ancestor::default());
    let revisions: Vec<&str> = found
        .collisions
        .iter()
        .map(|one| one.left.revision.as_str())
        .collect();
    assert_eq!(revisions, ["r0"]);
}

#[test]
fn what_is_made_and_taken_away_again_stays_out_of_it() {
    let helper = footprint(&[&[table(Act::Create, "h")], &[table(Act::Drop, "h")]]);
    let keeps = footprint(&[&[table(Act::Create, "h")]]);
    assert!(judge(&[&helper], &[&helper], &Ancestor::default()).is_none());
    let found = judge(&[&helper], &[&keeps], &Ancestor::default());
    assert_eq!(found.worst(), Clash::Never);
}

#[test]
fn dropped_and_made_again_is_replaced() {
    let replace = |says: &str| {
        footprint(&[
            &[table(Act::Drop, "v")],
            &[table(Act::Create, "v").saying(says)],
        ])
    };
    let worst = |left: &Footprint, right: &Footprint| {
        judge(&[left], &[right], &Ancestor::default()).worst()
    };
    assert_eq!(worst(&replace("a"), &replace("a")), Clash::None);
    assert_eq!(worst(&replace("a"), &replace("b")), Clash::Order);
    let drop = footprint(&[&[table(Act::Drop, "v")]]);
    assert_eq!(worst(&replace("a"), &drop), Clash::Order);
    let uses = footprint(&[&[table(Act::Reference, "v")]]);
    assert_eq!(worst(&replace("a"), &uses), Clash::Order);
}

#[test]
fn a_rebuild_loses_what_is_done_to_the_table_meanwhile() {
    let rebuild = footprint(&[&[table(Act::Rebuild, "t")]]);
    let index = Object::part(Kind::Index, "public", "t", "i");
    for (access, clash) in [
        (column(Act::Create, "t", "a"), Clash::Order),
        (column(Act::Drop, "t", "a"), Clash::Order),
        (column(Act::Alter, "t", "a").of(Part::Null), Clash::Order),
        (Access::new(Act::Create, index.clone()), Clash::Order),
        (Access::new(Act::DropIfExists, index), Clash::Order),
        (column(Act::Reference, "t", "a"), Clash::None),
        (column(Act::Create, "u", "a"), Clash::None),
    ] {
        let other = footprint(&[std::slice::from_ref(&access)]);
        for (left, right) in [(&rebuild, &other), (&other, &rebuild)] {
            let found = judge(&[left], &[right], &Ancestor::default());
            assert_eq!(found.worst(), clash, "{access}");
        }
    }
}

#[test]
fn what_is_created_if_it_is_missing_counts_where_it_is_known_to_be_missing() {
    let ensures = footprint(&[&[table(Act::Ensure, "t")]]);
    let uses = footprint(&[&[table(Act::Reference, "t")]]);
    let makes = footprint(&[&[table(Act::Create, "t")]]);
    let with = |ancestor: &Ancestor| judge(&[&ensures], &[&uses], ancestor).worst();
    assert_eq!(with(&Ancestor::default()), Clash::None);
    assert_eq!(with(&Ancestor::of([], true)), Clash::Order);
    assert_eq!(with(&Ancestor::of([&makes], true)), Clash::None);
    assert_eq!(with(&Ancestor::of([], false)), Clash::None);
}

#[test]
fn an_ancestor_can_be_filled_in_by_hand() {
    let mut ancestor = Ancestor::default();
    let view = Object::new(Kind::View, "public", "v");
    ancestor.add(&view, vec![Object::column("public", "t", "a")]);
    let drops = footprint(&[&[Access::new(Act::Drop, view)]]);
    let column_goes = footprint(&[&[column(Act::Drop, "t", "a")]]);
    let column_moves = footprint(&[&[column(Act::Rename, "t", "a")]]);
    let worst = |other: &Footprint| judge(&[&drops], &[other], &ancestor).worst();
    assert_eq!(worst(&column_goes), Clash::Order);
    assert_eq!(worst(&column_moves), Clash::None);
}

#[test]
fn what_could_not_be_read_is_handed_on() {
    let mut left = footprint(&[&[], &[]]);
    left.statements[0].seen = Seen::Unread { at: 3..5 };
    left.statements[1].seen = Seen::Opaque { at: 10..19 };
    let right = footprint(&[]);
    let found = judge(&[&left], &[&right], &Ancestor::default());
    assert!(found.collisions.is_empty() && !found.is_none());
    let seen: Vec<(bool, Span)> = found
        .unknown
        .iter()
        .map(|one| (one.opaque, one.at.clone()))
        .collect();
    assert_eq!(seen, [(false, 3..5), (true, 10..19)]);
    left.statements.remove(0);
    assert!(judge(&[&left], &[&right], &Ancestor::default()).is_none());
}
