//! `teammig demo`, as a process.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    process::Stdio,
};

use crate::support::{Sandbox, interrupt};

fn left_behind(sandbox: &Sandbox) -> Vec<String> {
    fs::read_dir(sandbox.at("tmp"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn the_demo_tells_its_story_and_cleans_up() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.at("tmp")).unwrap();
    let run = sandbox.run(
        sandbox
            .command(env!("CARGO_BIN_EXE_teammig"), ".")
            .arg("demo")
            .env("TMPDIR", sandbox.at("tmp")),
    );
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stderr.contains("Came in with the merge: 1 revision"),
        "{run}"
    );
    assert!(run.stderr.contains("[edited-revision]"), "{run}");
    assert_eq!(left_behind(&sandbox), [""; 0]);
}

/// Ctrl-C left the temporary folder behind.
#[test]
fn ctrl_c_removes_the_folder() {
    for keep in [false, true] {
        let sandbox = Sandbox::new();
        fs::create_dir(sandbox.at("tmp")).unwrap();
        let mut command = sandbox.command(env!("CARGO_BIN_EXE_teammig"), ".");
        command.arg("demo").env("TMPDIR", sandbox.at("tmp"));
        if keep {
            command.arg("--keep");
        }
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut reader = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("Ann starts a project") {
            line.clear();
            assert_ne!(reader.read_line(&mut line).unwrap(), 0, "it never began");
        }
        assert_eq!(left_behind(&sandbox).len(), 1);
        interrupt(&child);
        let mut rest = String::new();
        reader.read_to_string(&mut rest).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
        assert!(rest.ends_with("error: stopped\n"), "{rest}");
        // What was asked for stays.
        assert_eq!(left_behind(&sandbox).len(), usize::from(keep), "{rest}");
    }
}
