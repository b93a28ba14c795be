//! The hook scripts themselves: in the shells that people have, and with names that no
//! shell may take for its own.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use super::guarded;
use crate::support::Sandbox;

const EVENTS: [&str; 7] = [
    "pre-commit",
    "pre-merge-commit",
    "pre-push",
    "post-merge",
    "post-checkout",
    "post-rewrite",
    "post-commit",
];

/// A stand-in for teammig that notes how it was called and ends with 3.
fn stand_in(sandbox: &Sandbox, place: &str) {
    let text = "#!/bin/sh\nfor word in \"$@\"; do printf '<%s>' \"$word\" >>\"$NOTE\"; done\n\
                cat >>\"$NOTE\"\nexit 3\n";
    sandbox.write(place, text);
    executable(&sandbox.at(place));
}

fn executable(path: &Path) {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
}

/// Runs a script with some input; its exit code, what the stand-in and a foreign hook
/// noted, and what was said.
fn run(sandbox: &Sandbox, shell: &[&str], script: &str, input: &str) -> (i32, String, String) {
    let note = sandbox.at("note");
    let _ = fs::remove_file(&note);
    let mut child = Command::new(shell[0])
        .args(&shell[1..])
        .arg(sandbox.at(script))
        .args(["it's", "$(touch gone)", "-f", "a\nb"])
        .current_dir(sandbox.path())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("NOTE", &note)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Whoever does not read it closes it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    assert!(!sandbox.at("gone").exists());
    (
        output.status.code().unwrap(),
        fs::read_to_string(note).unwrap_or_default(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

const SHELLS: [&[&str]; 4] = [
    &["dash"],
    &["dash", "-eu"],
    &["bash", "--posix", "-eu", "-o", "pipefail"],
    &["bash"],
];

#[test]
fn in_every_shell_they_hand_over_and_blocking_ones_refuse() {
    let sandbox = Sandbox::new();
    stand_in(&sandbox, "it's/team mig");
    let program = sandbox.at("it's/team mig").display().to_string();
    let program = program.replace('\'', r"'\''");
    let called = "<it's><$(touch gone)><-f><a\nb>";
    for event in EVENTS {
        let script = fs::read_to_string(Path::new("hooks").join(event)).unwrap();
        let own = script.replace("@TEAMMIG@", &program);
        sandbox.write("own", &own);
        let missing = script.replace("@TEAMMIG@", "/nowhere/teammig");
        sandbox.write("missing", &missing);
        let blocks = event.starts_with("pre-");
        for shell in SHELLS {
            let (code, note, said) = run(&sandbox, shell, "own", "one\ntwo\n");
            assert_eq!(code, if blocks { 3 } else { 0 }, "{event} {shell:?} {said}");
            // What comes on standard input is for those that read it.
            let input = if event == "pre-push" {
                "one\ntwo\n"
            } else {
                ""
            };
            assert_eq!(
                note,
                format!("<hooks><run><{event}>{called}{input}"),
                "{shell:?}"
            );
            let (code, _, said) = run(&sandbox, shell, "missing", "");
            if blocks {
                assert_eq!(code, 1, "{event} {shell:?}");
                assert!(said.contains("--no-verify") && said.contains("to remove the hook"));
            } else {
                assert_eq!((code, said.as_str()), (0, ""), "{event} {shell:?}");
            }
        }
    }
}

/// In front of another hook, which gets the same arguments and the same input: one that was
/// there, and one whose lines came behind ours.
#[test]
fn in_front_of_another_hook_nothing_is_taken_from_it() {
    let foreign = "printf '[%s]' \"$@\" >>\"$NOTE\"\ncat >>\"$NOTE\"\n";
    for was_there in [true, false] {
        let sandbox = Sandbox::team();
        let places = EVENTS.map(|event| format!("ann/.git/hooks/{event}"));
        if was_there {
            for place in &places {
                sandbox.write(place, format!("#!/bin/sh\n{foreign}"));
                executable(&sandbox.at(place));
            }
        }
        sandbox.ok("ann", &["hooks", "install"]);
        if !was_there {
            for place in &places {
                sandbox.write(place, sandbox.read(place) + foreign);
            }
        }
        nothing_is_taken(&sandbox);
    }
}

fn nothing_is_taken(sandbox: &Sandbox) {
    stand_in(sandbox, "teammig");
    let installed = env!("CARGO_BIN_EXE_teammig");
    let stand_in = sandbox.at("teammig").display().to_string();
    let many = "refs/heads/x $(touch gone) `touch gone` \\n %s\n".repeat(5_000);
    for event in EVENTS {
        let place = format!("ann/.git/hooks/{event}");
        let text = sandbox.read(&place).replace(installed, &stand_in);
        sandbox.write("refusing", &text);
        // One that lets pass.
        sandbox.write("passing", text.replace(&stand_in, "/bin/true"));
        for shell in SHELLS {
            for input in ["", "a line\n", &many] {
                let (code, note, said) = run(sandbox, shell, "passing", input);
                assert_eq!(code, 0, "{event} {shell:?} {said}");
                let want = format!("[it's][$(touch gone)][-f][a\nb]{input}");
                assert!(note == want, "{event} {shell:?} {} bytes", input.len());
            }
            let (code, note, _) = run(sandbox, shell, "refusing", "a line\n");
            let blocks = event.starts_with("pre-");
            assert_eq!(code, if blocks { 3 } else { 0 }, "{event} {shell:?}");
            assert_eq!(note.contains("[-f]"), !blocks, "{event} {shell:?} {note}");
            assert_eq!(
                note.contains("a line"),
                !blocks || event == "pre-push",
                "{note}"
            );
        }
    }
}

/// Names that a shell would take apart reach no shell.
#[test]
fn file_and_branch_names_reach_no_shell() {
    let sandbox = guarded();
    let names = [
        "a b.sql",
        "$(touch gone).sql",
        "`touch gone`.sql",
        "-f.sql",
        "it's.sql",
        "\"quoted\".sql",
        "new\nline.sql",
        "semi;touch gone.sql",
        "ä\u{1f600}.sql",
    ];
    let mut parent = "9209a434d045".to_owned();
    for (n, name) in names.iter().enumerate() {
        let id = format!("cccc0000000{n}");
        let path = sandbox.column("ann", &id, &[&parent], &format!("c{n}"));
        fs::rename(
            sandbox.at(&format!("ann/{path}")),
            sandbox.at("ann/migrations").join(name),
        )
        .unwrap();
        parent = id;
    }
    sandbox.ok("ann", &["upgrade"]);
    sandbox.git("ann", &["add", "-A"]);
    sandbox.git("ann", &["commit", "-qm", "names"]);
    for name in names {
        let path = format!("ann/migrations/{name}");
        sandbox.edit(&path, "text;", "blob;");
        let run = sandbox.try_git("ann", &["commit", "-qam", "edit"]);
        assert_eq!(run.code, 1, "{name:?} {run}");
        sandbox.git("ann", &["checkout", "-q", "."]);
    }
    for branch in ["$(touch${IFS}gone)", "it's", "a;touch${IFS}gone", "ä"] {
        sandbox.git(
            "ann",
            &["push", "-q", "origin", &format!("HEAD:refs/heads/{branch}")],
        );
        sandbox.git("ann", &["switch", "-q", "-c", branch]);
    }
    assert!(!sandbox.at("ann/gone").exists() && !sandbox.at("gone").exists());
}

/// As Git, which does not read what somebody else may have put there.
#[test]
fn a_repository_of_somebody_else_is_refused() {
    let sandbox = guarded();
    let git = sandbox.at("ann/.git");
    let owned = Command::new("chown")
        .args(["-R", "12345:12345"])
        .arg(sandbox.at("ann"))
        .status();
    if !owned.is_ok_and(|status| status.success()) {
        // Only root can give files away. What such a repository then is, is looked at where
        // the tests run as root, as in CI; here only that Git and teammig agree on this one.
        sandbox.git("ann", &["status"]);
        sandbox.ok("ann", &["hooks", "status"]);
        return;
    }
    assert!(git.exists());
    let run = sandbox.try_git("ann", &["status"]);
    assert!(
        run.code != 0 && run.stderr.contains("dubious ownership"),
        "{run}"
    );
    for event in EVENTS {
        let run = sandbox.teammig("ann", &["hooks", "run", event]);
        let blocks = event.starts_with("pre-");
        assert_eq!(run.code != 0, blocks, "{event} {run}");
        let said = if blocks {
            "safe.directory"
        } else {
            "belongs to another user"
        };
        assert!(run.stderr.contains(said), "{event} {run}");
    }
    assert_ne!(sandbox.teammig("ann", &["hooks", "install"]).code, 0);
    // Allowed, it works for both.
    sandbox.write("allow", "[safe]\n\tdirectory = *\n");
    let run = sandbox.run(
        sandbox
            .command(env!("CARGO_BIN_EXE_teammig"), "ann")
            .args(["hooks", "run", "pre-commit"])
            .env("GIT_CONFIG_GLOBAL", sandbox.at("allow")),
    );
    assert_eq!(run.code, 0, "{run}");
}
