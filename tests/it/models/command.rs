//! Models that a command prints, and who may say that it is run.

use insta::assert_snapshot;

use super::{USERS, project};
use crate::support::Sandbox;

const CONFIG: &str =
    "models: {command: [sh, -e, print.sh, \"an argument\"]}\nenvironments:\n  dev: sqlite:dev.db\n";

fn printing(script: &str) -> Sandbox {
    let sandbox = project(&[]);
    sandbox.write("project/teammig.yaml", CONFIG);
    sandbox.write("project/print.sh", script);
    sandbox
}

fn prints(text: &str) -> String {
    format!("echo ran >> ran.txt\ncat <<'END'\n{text}END\n")
}

fn ran(sandbox: &Sandbox) -> usize {
    std::fs::read_to_string(sandbox.at("project/ran.txt")).map_or(0, |text| text.lines().count())
}

#[test]
fn nothing_is_run_that_nobody_allowed() {
    let sandbox = printing(&prints(USERS));
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"
    exit 3
    --- stderr
    error: the models come from a command that nobody allowed in this clone
      sh -e print.sh 'an argument'
    A command of teammig.yaml may come from anybody who can change that file.
    hint: look at what it runs; then `teammig diff --allow-command` runs it, and remembers for this clone that it may be run
    ");
    assert_snapshot!(sandbox.teammig("project", &["check", "--only", "models"]), @"
    exit 4
    --- stdout
    not evaluated
    --- stderr
    error: the models come from a command that nobody allowed in this clone
      sh -e print.sh 'an argument'
    A command of teammig.yaml may come from anybody who can change that file.
    hint: look at what it runs; then `teammig diff --allow-command` runs it, and remembers for this clone that it may be run
    ");
    assert_eq!(sandbox.teammig("project", &["create", "x"]).code, 3);
    // Nor does a hook, or anything else that speaks of the project.
    sandbox.commit("project", "all");
    sandbox.ok("project", &["hooks", "install"]);
    for args in [&["status"][..], &["check"], &["sync"], &["drift"]] {
        let _ = sandbox.teammig("project", args);
    }
    sandbox.git("project", &["commit", "-q", "--allow-empty", "-m", "x"]);
    assert_eq!(ran(&sandbox), 0);
}

/// As with direnv: what was allowed is the command line.
#[test]
fn allowed_once_it_is_run_until_the_command_changes() {
    let sandbox = printing(&prints(USERS));
    let run = sandbox.teammig("project", &["diff", "--allow-command"]);
    assert_eq!(run.code, 0, "{run}");
    sandbox.ok("project", &["diff"]);
    sandbox.ok("project", &["check", "--only", "models"]);
    assert_eq!(ran(&sandbox), 3);
    // Its files may change, as those of one's tests do.
    sandbox.write("project/print.sh", prints(USERS) + "# other\n");
    sandbox.ok("project", &["diff"]);
    // In another worktree of the clone, too.
    sandbox.commit("project", "all");
    sandbox.git("project", &["worktree", "add", "-q", "../other"]);
    let run = sandbox.teammig("other", &["diff", "--against", "revisions"]);
    assert_eq!(run.code, 0, "{run}");
    sandbox.edit("project/teammig.yaml", "an argument", "another");
    let run = sandbox.teammig("project", &["diff"]);
    assert_eq!(run.code, 3, "{run}");
    assert_eq!(ran(&sandbox), 4);
    // A clone is another place.
    sandbox.edit("project/teammig.yaml", "another", "an argument");
    sandbox.git(".", &["clone", "-q", "project", "clone"]);
    assert_eq!(sandbox.teammig("clone", &["diff"]).code, 3);
}

/// No shell: what looks like more than a word is a word.
#[test]
fn arguments_are_words_and_the_folder_is_the_project_s() {
    let sandbox = printing(
        "printf '%s\\n' \"-- $1; $PWD\" 'CREATE TABLE users (id integer PRIMARY KEY, fullname text);' > seen.txt; cat seen.txt\n",
    );
    sandbox.edit(
        "project/teammig.yaml",
        "an argument",
        "$(touch pwned); `touch pwned`",
    );
    std::fs::create_dir(sandbox.at("project/below")).unwrap();
    let run = sandbox.teammig("project/below", &["diff", "--allow-command"]);
    assert_eq!(run.code, 0, "{run}");
    let seen = sandbox.read("project/seen.txt");
    assert!(
        seen.contains("-- $(touch pwned); `touch pwned`; "),
        "{seen}"
    );
    assert!(!sandbox.at("project/pwned").exists() && !sandbox.at("project/below/pwned").exists());
}

#[test]
fn commands_that_fail() {
    let sandbox = printing("echo 'Traceback: no module named app' >&2; exit 3\n");
    assert_snapshot!(sandbox.teammig("project", &["diff", "--allow-command"]), @"
    exit 1
    --- stderr
    Traceback: no module named app
    error: `sh -e print.sh 'an argument'` ended with exit status: 3
    What it said on stderr, if anything, stands above.
    ");
    assert_snapshot!(sandbox.teammig("project", &["check", "--only", "models"]), @"
    exit 4
    --- stdout
    not evaluated
    --- stderr
    Traceback: no module named app
    error: `sh -e print.sh 'an argument'` ended with exit status: 3
    What it said on stderr, if anything, stands above.
    ");
    sandbox.write("project/print.sh", "exit 4\n");
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"
    exit 1
    --- stderr
    error: `sh -e print.sh 'an argument'` ended with exit status: 4
    What it said on stderr, if anything, stands above.
    ");
    sandbox.write("project/print.sh", "echo\n");
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"
    exit 1
    --- stderr
    error: `sh -e print.sh 'an argument'` printed nothing
    hint: it has to print DDL on stdout: `CREATE TABLE …;`
    ");
    sandbox.write("project/print.sh", "echo 'CREATE TABLE a ('\n");
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"
    exit 1
    --- stderr
    error: the models cannot be loaded: a statement fails, whatever comes before it
     --> output of sh -e print.sh 'an argument':1:1
      |
    1 | CREATE TABLE a (
      | ^^^^^^^^^^^^^^^^ incomplete input
    ");
    sandbox.write("project/print.sh", "printf 'CREATE \\377'\n");
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"
    exit 1
    --- stderr
    error: output of sh -e print.sh 'an argument' is not UTF-8 (line 1)
    hint: it has to print UTF-8
    ");
    sandbox.edit("project/teammig.yaml", "[sh,", "[no-such-program,");
    assert_snapshot!(sandbox.teammig("project", &["diff", "--allow-command"]), @"
    exit 1
    --- stderr
    error: cannot run `no-such-program -e print.sh 'an argument'`: No such file or directory (os error 2)
    hint: is it installed, and in PATH? It is run in the folder of teammig.yaml, and without a shell: each word is an entry of the list
    ");
    sandbox.write("project/teammig.yaml", "models: {command: []}\n");
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"
    exit 1
    --- stderr
    error: models: `command:` names no program
     --> [DIR]/project/teammig.yaml:1:9
      |
    1 | models: {command: []}
      |         ^
    ");
    sandbox.write("project/teammig.yaml", "models: {comand: [x]}\n");
    assert_snapshot!(sandbox.teammig("project", &["diff"]), @"
    exit 1
    --- stderr
    error: models: unknown field `comand`, expected `command`
     --> [DIR]/project/teammig.yaml:1:10
      |
    1 | models: {comand: [x]}
      |          ^
    ");
}
