//! What makes the new values of a column: once, and only where its type changes.

use insta::assert_snapshot;

use super::create::file;
#[cfg(unix)]
use super::postgres;
use crate::support::Sandbox;

/// Prices were numbers with a fraction, and are cents since `bbbb00000002`.
fn cents() -> (Sandbox, rusqlite::Connection) {
    let sandbox = super::project(&[(
        "p.sql",
        "CREATE TABLE users (id integer PRIMARY KEY, fullname text);
CREATE TABLE p (id integer PRIMARY KEY, price real);\n",
    )]);
    sandbox.ok("project", &["create", "P", "--rev-id", "bbbb00000001"]);
    sandbox.ok("project", &["upgrade"]);
    let connection = rusqlite::Connection::open(sandbox.at("project/dev.db")).unwrap();
    connection
        .execute_batch("INSERT INTO p VALUES (1, 1.5)")
        .unwrap();
    sandbox.edit(
        "project/models/p.sql",
        "price real);",
        "price integer -- teammig: using CAST(price*100 AS integer)\n);",
    );
    sandbox.ok("project", &["create", "Cents", "--rev-id", "bbbb00000002"]);
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(price(&connection), 150);
    (sandbox, connection)
}

fn price(connection: &rusqlite::Connection) -> i64 {
    connection
        .query_row("SELECT price FROM p", [], |row| row.get(0))
        .unwrap()
}

const NOTE: [&str; 4] = ["create", "Note", "--rev-id", "bbbb00000003"];

#[test]
fn a_remark_that_stays_does_nothing_where_the_type_stays() {
    let (sandbox, connection) = cents();
    sandbox.edit(
        "project/models/p.sql",
        "integer)\n)",
        "integer)\n, note text UNIQUE)",
    );
    sandbox.ok("project", &NOTE);
    assert!(!file(&sandbox, "bbbb00000003").contains("100"));
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(price(&connection), 150);
}

#[test]
fn an_option_for_a_column_whose_type_stays_is_refused() {
    let (sandbox, _) = cents();
    sandbox.edit(
        "project/models/p.sql",
        "integer)\n)",
        "integer)\n, note text UNIQUE)",
    );
    let using = ["--using", "p.price:price * 2"];
    let run = sandbox.teammig("project", &[&["diff"], &using[..]].concat());
    assert!(run.stderr.contains("its type does not change"), "{run}");
    assert_snapshot!(sandbox.teammig("project", &[&NOTE[..], &using].concat()), @"
    exit 2
    --- stderr
    error: `--using` says what makes the values of p.price where its type changes, and its type does not change. Leave the option out; values alone are changed by a revision that is filled in by hand (`teammig create --empty`)
    ");
}

#[test]
fn a_remark_is_not_used_twice() {
    let (sandbox, connection) = cents();
    sandbox.edit("project/models/p.sql", "price integer", "price bigint");
    assert_snapshot!(sandbox.teammig("project", &NOTE), @r#"
    exit 3
    --- stderr
    error: there is one thing to decide first
      p.price changes its type once more, and its remark (`using CAST(price*100 AS integer)`) made its values in bbbb00000002 already
    hint: `--using "p.price:price"` takes the values as they are, `--using "p.price:CAST(price*100 AS integer)"` does the same once more; or take the remark out of the models
    "#);
    sandbox.ok(
        "project",
        &[&NOTE[..], &["--using", "p.price:price"]].concat(),
    );
    sandbox.ok("project", &["upgrade"]);
    assert_eq!(price(&connection), 150);
}

#[cfg(unix)]
#[test]
fn a_remark_is_not_used_twice_on_postgresql() {
    let (sandbox, _) = postgres::project(&[(
        "p.sql",
        "CREATE TABLE p (id integer PRIMARY KEY, price numeric\n);\n",
    )]);
    sandbox.ok("project", &["create", "P", "--rev-id", "bbbb00000001"]);
    sandbox.edit(
        "project/models/p.sql",
        "numeric",
        "integer -- teammig: using (price*100)::integer",
    );
    sandbox.ok("project", &["create", "Cents", "--rev-id", "bbbb00000002"]);
    sandbox.edit("project/models/p.sql", "price integer", "price bigint");
    assert_snapshot!(sandbox.teammig("project", &NOTE), @r#"
    exit 3
    --- stderr
    error: there is one thing to decide first
      public.p.price changes its type once more, and its remark (`using (price*100)::integer`) made its values in bbbb00000002 already
    hint: `--using "public.p.price:price"` takes the values as they are, `--using "public.p.price:(price*100)::integer"` does the same once more; or take the remark out of the models
    "#);
    sandbox.ok(
        "project",
        &[&NOTE[..], &["--using", "p.price:price"]].concat(),
    );
    let file = postgres::newest(&sandbox, "bbbb00000003");
    assert!(file.contains("TYPE bigint USING price;"), "{file}");
}

/// It is lost, as the script says; and no proof says that it comes back.
#[test]
fn a_way_back_that_gives_other_values_is_not_called_one_that_returns() {
    let (sandbox, _) = cents();
    let text = file(&sandbox, "bbbb00000002");
    let (up, down) = text.split_once("-- migrate:down").unwrap();
    assert!(up.contains("-- teammig: loses p.price"), "{text}");
    assert!(
        down.contains("-- does not bring back the values of p.price ("),
        "{text}"
    );
    let said = sandbox.ok("project", &["verify", "bbbb00000002"]);
    assert!(
        said.contains("lost, as the script says: 2 of 2 values of p.price are not kept"),
        "{said}"
    );
    let (document, _) = sandbox.json("project", &["verify", "bbbb00000002"]);
    let notes = document["revisions"][0]["notes"].as_array().unwrap();
    let note = notes.iter().find(|note| note["said"] == true).unwrap();
    assert_eq!(note["kind"], "values-changed");
}

/// The same on PostgreSQL, and with `create`'s own words; a cast that keeps the value returns.
#[cfg(unix)]
#[test]
fn numbers_that_come_back_as_others_are_named() {
    for (expression, returns) in [("x * 100", false), ("x::bigint", true)] {
        let (sandbox, _) = postgres::project(&[(
            "t.sql",
            "CREATE TABLE t (id integer PRIMARY KEY, x numeric);\n",
        )]);
        sandbox.ok("project", &["create", "T", "--rev-id", "cccc00000001"]);
        sandbox.edit(
            "project/models/t.sql",
            "x numeric",
            &format!("x bigint -- teammig: using {expression}\n"),
        );
        let run = sandbox.teammig("project", &["create", "X", "--rev-id", "cccc00000002"]);
        assert_eq!(run.code, 0, "{run}");
        let other = "down returns, but not the values of public.t.x (";
        assert_eq!(run.stderr.contains(other), !returns, "{run}");
        let text = postgres::newest(&sandbox, "cccc00000002");
        let told = "-- does not bring back the values of public.t.x (";
        assert_eq!(text.contains(told), !returns, "{text}");
    }
}
