//! What does not work says what to write instead.

use insta::assert_snapshot;

use crate::support::Sandbox;

/// They said "didn't produce 9 migrations" and nothing else.
#[test]
fn relative_steps_out_of_range() {
    let sandbox = Sandbox::project();
    let mut parents: Vec<&str> = Vec::new();
    for id in [
        "aaaa00000001",
        "aaaa00000002",
        "aaaa00000003",
        "aaaa00000004",
    ] {
        sandbox.revision("project", id, &parents, id, "SELECT 1;", "SELECT 1;");
        parents = vec![id];
    }
    sandbox.ok("project", &["upgrade", "aaaa00000001"]);
    assert_snapshot!(sandbox.teammig("project", &["upgrade", "+5"]), @"
    exit 1
    --- stderr
    error: Relative revision +5 didn't produce 5 migrations
      there are only 3 in that direction
    hint: `teammig upgrade` goes all the way up
    ");
    assert_snapshot!(sandbox.teammig("project", &["downgrade", "-9"]), @"
    exit 1
    --- stderr
    error: Relative revision -9 didn't produce 9 migrations
      there is only 1 in that direction
    hint: `base` is all the way down; `teammig history -i` shows the revisions and where the database stands
    ");
    assert_snapshot!(sandbox.teammig("project", &["downgrade", "aaaa00000003-4"]), @"
    exit 1
    --- stderr
    error: Relative revision aaaa00000003-4 didn't produce 4 migrations
      there are only 3 in that direction
    hint: `teammig history` shows the revisions; `base` is below the first one
    ");
    assert_snapshot!(sandbox.teammig("project", &["upgrade", "head+1"]), @"
    exit 1
    --- stderr
    error: Relative revision head+1 didn't produce 1 migrations
      there is none in that direction
    hint: `teammig history` shows the revisions; `heads` are the last ones
    ");
    assert_snapshot!(sandbox.teammig("project", &["upgrade", "-1"]), @"
    exit 1
    --- stderr
    error: Relative revision -1 didn't produce 1 migrations
    hint: steps up are written +N; `teammig downgrade -1` goes down
    ");
    assert_snapshot!(sandbox.teammig("project", &["downgrade", "+1"]), @"
    exit 1
    --- stderr
    error: Relative revision +1 didn't produce 1 migrations
    hint: steps down are written -N; `teammig upgrade +1` goes up
    ");
    assert_snapshot!(sandbox.teammig("project", &["stamp", "head-1"]), @"
    exit 1
    --- stderr
    error: Can't locate revision identified by 'head-1'
    hint: steps (+N, -N, X-N) go with `upgrade`, `downgrade` and the upper end of `history -r`; name the revision here
    ");
    assert_snapshot!(sandbox.teammig("project", &["show", "-9"]), @"
    exit 1
    --- stderr
    error: Relative revision -9 didn't produce 9 migrations
      there are only 4 in that direction
    hint: `base` is all the way down; `teammig history -i` shows the revisions and where the database stands
    ");
    sandbox.ok("project", &["downgrade"]);
    assert_snapshot!(sandbox.teammig("project", &["downgrade"]), @"
    exit 1
    --- stderr
    error: Relative revision -1 didn't produce 1 migrations
      there is none in that direction
    hint: nothing is applied there; `teammig current` shows where the database stands
    ");
}

/// Every target that does not work says what to write instead.
#[test]
fn targets_that_do_not_work() {
    let sandbox = Sandbox::project();
    for (id, parents) in [
        ("aaaa00000001", &[][..]),
        ("aaaa00000002", &["aaaa00000001"]),
        ("bbbb00000002", &["aaaa00000001"]),
    ] {
        sandbox.revision("project", id, parents, id, "SELECT 1;", "");
    }
    sandbox.ok("project", &["upgrade", "aaaa00000001"]);
    let mut said = String::new();
    let mut say = |args: &[&str]| {
        let run = sandbox.teammig("project", args);
        assert_eq!(run.code, 1, "{run}");
        said += &args.join(" ");
        said += "\n";
        said += &run.stderr;
    };
    say(&["upgrade", "aaaa00000001+1"]);
    say(&["upgrade", "nolabel@head"]);
    say(&["upgrade", "aaaa00000002@bbbb00000002"]);
    say(&["upgrade", "aaaa00000001-1"]);
    say(&["downgrade", "bbbb00000002"]);
    say(&["history", "-r", "abc"]);
    say(&["history", "-r", "current:current"]);
    say(&["history", "-r", "aaaa00000002:bbbb00000002"]);
    sandbox.ok("project", &["upgrade", "heads"]);
    say(&["upgrade", "+1"]);
    assert_snapshot!(said, @"
    upgrade aaaa00000001+1
    error: Ambiguous walk: aaaa00000001 could lead to aaaa00000002, bbbb00000002
    hint: name the revision to end at; one way leads over aaaa00000002
    upgrade nolabel@head
    error: No such branch: 'nolabel'
    hint: before the `@` stands a label or a revision; `teammig history` shows both
    upgrade aaaa00000002@bbbb00000002
    error: Revision bbbb00000002 is not a member of branch 'aaaa00000002'
    hint: `bbbb00000002` alone means it, on whatever branch it is
    upgrade aaaa00000001-1
    error: Destination aaaa00000001-1 is not a valid upgrade target from current head(s)
    hint: it lies below the first revision; `teammig downgrade base` goes there
    downgrade bbbb00000002
    error: Destination bbbb00000002 is not a valid downgrade target from current head(s)
    hint: it is not applied, or on another line; `teammig current` shows where the database stands
    history -r abc
    error: History range requires [start]:[end], [start]:, or :[end]
    hint: for example `-r base:head`, `-r current:`, or `-r :REVISION`
    history -r current:current
    error: 'current' can stand at one end of a range only
    hint: `-r current:` shows what is above, `-r :current` what is below
    history -r aaaa00000002:bbbb00000002
    error: Requested range aaaa00000002:bbbb00000002 does not refer to ancestor/descendant revisions along the same branch
    hint: neither builds on the other, or the lower end stands last (`bbbb00000002:aaaa00000002`?); `teammig history` shows how they are related
    upgrade +1
    error: Ambiguous upgrade from multiple current revisions: aaaa00000002, bbbb00000002
    hint: `aaaa00000002@+1` goes on from one of them; or name the revision to end at
    ");
}

/// `vi` drew its screen into the log.
#[test]
fn an_editor_needs_a_terminal() {
    let sandbox = Sandbox::project();
    sandbox.revision("project", "aaaa00000001", &[], "one", "SELECT 1;", "");
    assert_snapshot!(sandbox.teammig("project", &["edit", "aaaa"]), @"
    exit 1
    --- stderr
    error: cannot start an editor: there is no terminal for `vi`, and neither $VISUAL nor $EDITOR is set
    ");
}
