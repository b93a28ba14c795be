//! What a script asks a table before it makes it again: whether it has more than is known.

use teammig::schema::plan::{Decisions, plan};

use super::Bench;

/// What the last column of a table says, and how many constraints that is.
const CHECKS: &[(&str, usize)] = &[
    ("", 0),
    ("/* no check (1), no 'check ( */", 0),
    ("/*/ check (1) */ -- don't check (1), \"check (1)", 0),
    (" DEFAULT 'it''s no check (1)' -- check (1)", 0),
    (
        " REFERENCES \"check\" (\"check\"), FOREIGN KEY (check_in) REFERENCES x_check (`check`)",
        0,
    ),
    (" CHECK (email<>'check (')", 1),
    (" CHECK(`check` > 0)--check", 1),
    (", cHeCk\n([check] > \"check\")", 1),
    (
        " CONSTRAINT \"check\" CHECK (email <> 'a'), CONSTRAINT [check (1)] CHECK (email <> '''check (')",
        2,
    ),
    (
        " CONSTRAINT check_1 CHECK--\n(email <> 'b') CONSTRAINT é CHECK/* check */(email <> \"check\")",
        2,
    ),
];

fn table(email: &str, last: &str) -> String {
    format!(
        "CREATE TABLE \"Users\" (id INTEGER PRIMARY KEY, {email}, check_in INT, \"check\", é_check, checké, écheck, check$, last{last}\n)"
    )
}

#[test]
fn constraints_are_counted_and_words_are_not() {
    for (known, few) in CHECKS {
        let schema = |email: &str| Bench::new(&table(email, known)).schema();
        let (a, b) = (
            schema("email TEXT"),
            schema("email TEXT NOT NULL DEFAULT ''"),
        );
        let plan = plan(&a, &b, &Decisions::default()).unwrap();
        assert!(plan.parts[0].script().contains("'another CHECK'"));
        for (there, many) in CHECKS {
            let ran = Bench::new(&table("email TEXT", there)).try_run(&plan);
            let told = ran
                .as_ref()
                .is_err_and(|error| error.contains("another CHECK"));
            assert_eq!(told, few < many, "{known} | {there}: {ran:?}");
        }
    }
}
