//! Pairs that have a foreign key or a table in common, and no row of which one minds what the
//! other does: proved, and not called in doubt.

use super::{Bench, words};

const S: &str = "UPDATE users SET status = 'done' WHERE status = 'new';";

/// The tables of users, their profiles, and a copy.
fn below(key: &str) -> String {
    format!(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, status TEXT);
CREATE TABLE profiles (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id){key}, x TEXT);
CREATE TABLE copies (id INTEGER PRIMARY KEY, name TEXT);"
    )
}

fn hold(bench: &Bench) {
    for key in ["", " ON DELETE CASCADE", " ON DELETE SET NULL"] {
        let below = below(key);
        for other in [
            "UPDATE profiles SET x = (SELECT name FROM users WHERE users.id = profiles.user_id);",
            "UPDATE profiles SET x = u.name FROM users u WHERE u.id = profiles.user_id;",
            "UPDATE profiles SET x = 'z' WHERE x = 'q';",
            "UPDATE profiles SET user_id = 1;",
            "DELETE FROM profiles WHERE x = 'q';",
            "INSERT INTO copies SELECT id, name FROM users;",
        ] {
            for (left, right) in [(S, other), (other, S)] {
                let said = words(&bench.prove(&below, &[&[left], &[right]]));
                assert_eq!(said, "independent", "{key}: {left} / {right}");
            }
        }
        // What the key is about, or which rows there are, is a matter.
        for (left, right) in [
            (
                "UPDATE users SET id = id + 5000 WHERE id > 77;",
                "UPDATE profiles SET user_id = 5080 WHERE x = 'q';",
            ),
            (
                "DELETE FROM users WHERE status = 'seldom';",
                "UPDATE profiles SET user_id = 78 WHERE x = 'seldom';",
            ),
            (
                "INSERT INTO copies SELECT id, name FROM users;",
                "UPDATE users SET name = 'x' WHERE length(name) = 77;",
            ),
            (
                "INSERT INTO copies SELECT id, status FROM users;",
                "UPDATE users SET status = 'x' WHERE length(status) = 77;",
            ),
            (
                "INSERT INTO copies SELECT id, name FROM users;",
                "UPDATE copies SET id = id + 7000 WHERE length(name) = 77;",
            ),
        ] {
            for (left, right) in [(left, right), (right, left)] {
                let said = words(&bench.prove(&below, &[&[left], &[right]]));
                assert_ne!(said, "independent", "{key}: {left} / {right}");
            }
        }
    }
}

#[test]
fn columns_that_no_key_is_about_on_sqlite() {
    hold(&Bench::sqlite());
}

#[cfg(unix)]
#[test]
fn columns_that_no_key_is_about_on_postgres() {
    hold(&Bench::postgres());
}

/// What a large object holds is compared by nobody.
#[cfg(unix)]
#[test]
fn large_objects_are_not_compared() {
    let bench = Bench::postgres();
    let below = "CREATE TABLE files (id int PRIMARY KEY, body oid, kind text);
SELECT lo_from_bytea(5077, 'x');";
    // Rows that were made up may name none that is there, which is told first.
    let doubt = "unproved: ";
    for (left, right, wanted) in [
        (
            "SELECT lo_put(5077, 0, 'a');",
            "SELECT lo_put(5077, 0, 'b');",
            doubt,
        ),
        (
            "SELECT lo_unlink(5077);",
            "INSERT INTO files SELECT 1, 5077, 'a';",
            doubt,
        ),
        (
            "ALTER LARGE OBJECT 5077 OWNER TO CURRENT_USER;",
            "SELECT lo_put(5077, 0, 'b');",
            doubt,
        ),
        (
            "SELECT lo_unlink(body) FROM files WHERE kind = 'old';",
            "INSERT INTO files VALUES (1, 5077, 'old');",
            doubt,
        ),
        (
            "DO $$ BEGIN PERFORM lo_put(5077, 0, 'a'); END $$;",
            "SELECT lo_put(5077, 0, 'b');",
            doubt,
        ),
        (
            "SELECT lo_put(5077, 0, 'a');",
            "CREATE TABLE other (id int);",
            "independent",
        ),
        (
            "SELECT lo_put(5077, 0, 'a');",
            "ALTER TABLE files ADD lo_note text;",
            "independent",
        ),
    ] {
        for (left, right) in [(left, right), (right, left)] {
            let said = words(&bench.prove(below, &[&[left], &[right]]));
            assert!(said.starts_with(wanted), "{left} / {right}: {said}");
        }
    }
}
