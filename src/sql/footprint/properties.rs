//! What must hold for every script, tried with random ones.

use proptest::prelude::*;

use super::footprint;
use crate::model::{
    Dialect, RevId,
    conflict::{Ancestor, Clash, conflicts},
    footprint::{Act, Seen},
};

const PIECES: &[&str] = &[
    "CREATE ",
    "OR REPLACE ",
    "TABLE ",
    "IF NOT EXISTS ",
    "VIEW ",
    "INDEX ",
    "ON ",
    "t ",
    "u ",
    "app.",
    "\"T\" ",
    "(a int) ",
    "(a, b) ",
    "AS ",
    "SELECT ",
    "* ",
    "a.b ",
    "FROM ",
    "t, u ",
    "WHERE ",
    "a = 1 ",
    "ALTER ",
    "ADD ",
    "COLUMN ",
    "DROP ",
    "RENAME ",
    "TO ",
    "CONSTRAINT ",
    "PRIMARY KEY ",
    "REFERENCES ",
    "FOREIGN KEY ",
    "CHECK ",
    "TYPE ",
    "SET ",
    "NOT NULL ",
    "DEFAULT ",
    "INSERT INTO ",
    "VALUES ",
    "UPDATE ",
    "DELETE ",
    "search_path ",
    "FUNCTION ",
    "f() ",
    "RETURNS ",
    "LANGUAGE plpgsql ",
    "$$ BEGIN ",
    "END $$ ",
    "DO ",
    "EXECUTE ",
    "'x' ",
    "TRIGGER ",
    "POLICY ",
    "ENUM ",
    "COMMENT ",
    "IS ",
    "GRANT ",
    "WITH ",
    ";",
    ";",
    "(",
    ")",
    ",",
    ".",
    "--",
    "\n",
    "/*",
    "*/",
    "'",
    "\"",
    "$$",
    "é",
    "\0",
];

fn script() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        12 => prop::sample::select(PIECES).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Statements that make sense, so that something is to be compared.
fn sense() -> impl Strategy<Value = String> {
    let name = || prop::sample::select(&["a", "b", "c"]);
    let statement = prop_oneof![
        name().prop_map(|n| format!("CREATE TABLE {n} (id int)")),
        name().prop_map(|n| format!("DROP TABLE {n}")),
        (name(), name()).prop_map(|(n, c)| format!("ALTER TABLE {n} ADD {c} int")),
        (name(), name()).prop_map(|(n, c)| format!("ALTER TABLE {n} DROP {c}")),
        (name(), name()).prop_map(|(n, m)| format!("ALTER TABLE {n} RENAME TO {m}")),
        (name(), name()).prop_map(|(n, c)| format!("CREATE INDEX ON {n} ({c})")),
        (name(), name()).prop_map(|(n, c)| format!("CREATE VIEW v{n} AS SELECT {c} FROM {n}")),
        (name(), name()).prop_map(|(n, c)| format!("UPDATE {n} SET {c} = 1")),
    ];
    prop::collection::vec(statement, 1..6).prop_map(|statements| statements.join(";\n"))
}

proptest! {
    #[test]
    fn no_script_panics(script in script()) {
        for dialect in [Dialect::Postgres, Dialect::Sqlite] {
            let footprint = footprint(&script, dialect, &[]);
            for statement in &footprint.statements {
                prop_assert!(script.get(statement.span.clone()).is_some());
                if let Seen::Opaque { at } | Seen::Unread { at } = &statement.seen {
                    prop_assert!(script.get(at.clone()).is_some());
                }
            }
        }
    }

    #[test]
    fn both_ways_round_are_the_same(left in sense(), right in sense()) {
        let (a, b) = (RevId::trusted("a"), RevId::trusted("b"));
        let (ours, theirs) = (
            footprint(&left, Dialect::Postgres, &[]),
            footprint(&right, Dialect::Postgres, &[]),
        );
        let judge = |ours: (&RevId, _), theirs: (&RevId, _)| {
            conflicts(&[ours], &[theirs], &Ancestor::default())
        };
        let there = judge((&a, &ours), (&b, &theirs));
        let back = judge((&b, &theirs), (&a, &ours));
        prop_assert_eq!(there.worst(), back.worst());
        prop_assert_eq!(&there.remarks, &back.remarks);
        let mut one: Vec<_> = there.collisions.iter().map(|c| (c.clash, c.left.span.clone(), c.right.span.clone())).collect();
        let mut other: Vec<_> = back.collisions.iter().map(|c| (c.clash, c.right.span.clone(), c.left.span.clone())).collect();
        one.sort_by_key(|c| (c.1.start, c.2.start));
        other.sort_by_key(|c| (c.1.start, c.2.start));
        prop_assert_eq!(one, other);
    }

    /// Whatever is created and stays collides with the same in another revision.
    #[test]
    fn a_script_collides_with_itself_where_it_creates(script in sense()) {
        let own = footprint(&script, Dialect::Postgres, &[]);
        let (a, b) = (RevId::trusted("a"), RevId::trusted("b"));
        let found = conflicts(&[(&a, &own)], &[(&b, &own)], &Ancestor::default());
        let creates = own.accesses().any(|(_, access)| access.act == Act::Create);
        let removes = own.accesses().any(|(_, access)| access.act.removes());
        if creates && !removes {
            prop_assert_eq!(found.worst(), Clash::Never);
        }
    }
}
