//! The snippets of docs/ci.md, the action and the hooks of frameworks, as far as they run
//! without their services: their scripts, by the shell that runs them there.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use serde_yaml::Value;

use super::diverging;
use crate::support::{Sandbox, sandbox::Run};

fn file(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The fenced blocks of a language.
fn blocks(language: &str) -> Vec<String> {
    let text = file("docs/ci.md");
    let parts = text.split("```").skip(1).step_by(2);
    let of_language = parts.filter_map(|part| part.strip_prefix(&format!("{language}\n")));
    of_language.map(str::to_owned).collect()
}

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The block of docs/ci.md that begins with the name of that file, and that says something.
fn snippet(name: &str, with: &str) -> Value {
    let all = blocks("yaml");
    let mut found = all
        .iter()
        .filter(|block| block.starts_with(&format!("# {name}\n")) && block.contains(with));
    let text = found
        .next()
        .unwrap_or_else(|| panic!("no {name} with {with}"));
    yaml(text)
}

/// Runs a script with `bash -e`, as a CI's runner does, with the built `teammig` on PATH.
fn bash(sandbox: &Sandbox, folder: &str, script: &str, env: &[(&str, &str)]) -> Run {
    assert!(
        !script.contains("${{"),
        "an expression in a script is an injection: {script}"
    );
    let bin = sandbox.at("bin");
    if !bin.exists() {
        fs::create_dir(&bin).unwrap();
        symlink(env!("CARGO_BIN_EXE_teammig"), bin.join("teammig")).unwrap();
    }
    let path = std::env::var("PATH").unwrap();
    let mut command = sandbox.command("bash", folder);
    command
        .args([
            "--noprofile",
            "--norc",
            "-e",
            "-o",
            "pipefail",
            "-c",
            script,
        ])
        .env("PATH", format!("{}:{path}", bin.display()))
        .envs(env.iter().copied());
    sandbox.run(&mut command)
}

/// What a runner checks out of the pull request of Ann's branch, and of the push to main.
fn checked_out(sandbox: &Sandbox) {
    sandbox.git("ann", &["push", "-q", "origin", "phone"]);
    for (folder, merge) in [("pull", true), ("push", false)] {
        sandbox.git(".", &["clone", "-q", "origin.git", folder]);
        sandbox.git(folder, &["checkout", "-q", "--detach", "origin/main"]);
        if merge {
            sandbox.git(
                folder,
                &["merge", "-q", "--no-ff", "--no-edit", "origin/phone"],
            );
        }
    }
}

#[test]
fn github_with_code_scanning() {
    let sandbox = diverging();
    checked_out(&sandbox);
    let workflow = snippet(".github/workflows/migrations.yml", "upload-sarif");
    let steps = workflow["jobs"]["check"]["steps"].as_sequence().unwrap();
    assert_eq!(steps[0]["with"]["fetch-depth"], Value::from(0));
    let uploaded = steps[2]["with"]["sarif_file"].as_str().unwrap();
    let script = steps[1]["run"].as_str().unwrap();
    let run = bash(&sandbox, "pull", script, &[("GITHUB_BASE_REF", "main")]);
    assert_eq!(run.code, 3, "{run}");
    let log = sandbox.read(&format!("pull/{uploaded}"));
    assert!(log.contains("diverged-heads"), "{log}");
    let run = bash(&sandbox, "push", script, &[("GITHUB_BASE_REF", "")]);
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn gitlab_with_a_test_report() {
    let sandbox = diverging();
    checked_out(&sandbox);
    let pipeline = snippet(".gitlab-ci.yml", "junit");
    let job = &pipeline["migrations"];
    assert_eq!(job["variables"]["GIT_DEPTH"], Value::from(0));
    let lines = job["script"].as_sequence().unwrap().iter();
    let script: Vec<&str> = lines.map(|line| line.as_str().unwrap()).collect();
    let report = job["artifacts"]["reports"]["junit"].as_str().unwrap();
    // GitLab's runner fetches one ref, and knows no branches of the remote.
    for folder in ["pull", "push"] {
        for branch in ["HEAD", "main", "phone"] {
            sandbox.git(
                folder,
                &["update-ref", "-d", &format!("refs/remotes/origin/{branch}")],
            );
        }
    }
    let default = ("CI_DEFAULT_BRANCH", "main");
    let target = ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main");
    let run = bash(&sandbox, "pull", &script.join("\n"), &[default, target]);
    assert_eq!(run.code, 3, "{run}");
    assert!(
        sandbox
            .read(&format!("pull/{report}"))
            .contains("<failure type=\"diverged-heads\"")
    );
    let run = bash(&sandbox, "push", &script.join("\n"), &[default]);
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn a_plain_shell() {
    let sandbox = diverging();
    let scripts = blocks("sh");
    let [script] = scripts.as_slice() else {
        panic!("{scripts:?}");
    };
    let run = bash(&sandbox, "ann", script, &[]);
    assert_eq!(run.code, 3, "{run}");
    sandbox.git("ann", &["switch", "-q", "main"]);
    let run = bash(&sandbox, "ann", script, &[]);
    assert_eq!(run.code, 0, "{run}");
}

/// The steps of the composite action, with what the runner would put in; the first runs at
/// the top of the workspace, the other in the given folder.
fn action(sandbox: &Sandbox, folder: &str, inputs: &[(&str, &str)]) -> Run {
    let action = yaml(&file("action.yml"));
    let steps = action["runs"]["steps"].as_sequence().unwrap();
    let [install, check] = steps.as_slice() else {
        panic!("{steps:?}");
    };
    sandbox.write("github.env", "");
    let shared = sandbox.at("github.env").display().to_string();
    let temp = sandbox.path().display().to_string();
    let mut env: Vec<(&str, &str)> = vec![
        ("GITHUB_ENV", &shared),
        ("GITHUB_ACTION_PATH", env!("CARGO_MANIFEST_DIR")),
        ("RUNNER_TEMP", &temp),
        ("GIVEN", ""),
        ("BASE", ""),
        ("OUTPUT", ""),
        (
            "FORMAT",
            action["inputs"]["format"]["default"].as_str().unwrap(),
        ),
    ];
    env.extend(inputs);
    for step in steps {
        // Whatever a script names comes by its environment.
        let names = step["env"].as_mapping().unwrap().keys();
        for name in names {
            let name = name.as_str().unwrap();
            assert!(env.iter().any(|(known, _)| *known == name), "{name}");
        }
    }
    let workspace = folder.split('/').next().unwrap();
    let run = bash(sandbox, workspace, install["run"].as_str().unwrap(), &env);
    if run.code != 0 {
        return run;
    }
    let program = sandbox.read("github.env");
    let program = program
        .trim()
        .strip_prefix("TEAMMIG_PROGRAM=")
        .unwrap()
        .to_owned();
    env.push(("TEAMMIG_PROGRAM", &program));
    bash(sandbox, folder, check["run"].as_str().unwrap(), &env)
}

#[test]
fn the_action() {
    let sandbox = diverging();
    checked_out(&sandbox);
    let run = action(&sandbox, "pull", &[("BASE", "origin/main")]);
    assert_eq!(run.code, 3, "{run}");
    assert!(
        run.stdout
            .starts_with("::error file=migrations/7f3a9c21e4b0.sql,line=3,"),
        "{run}"
    );
    let given = env!("CARGO_BIN_EXE_teammig");
    let run = action(&sandbox, "push", &[("GIVEN", given)]);
    assert_eq!(run.code, 0, "{run}");
    assert!(sandbox.read("github.env").contains(given));
    // A path that is relative leads from the workspace, wherever the check runs.
    symlink(given, sandbox.at("push/tool")).unwrap();
    let run = action(&sandbox, "push/migrations", &[("GIVEN", "./tool")]);
    assert_eq!(run.code, 0, "{run}");
    let run = action(&sandbox, "pull", &[("OUTPUT", "a file.sarif")]);
    assert_eq!(run.code, 2, "{run}");
    assert_eq!(
        run.stdout,
        "::error::`output` writes a document: set `format` to json, sarif or junit (it is github)\n"
    );
    let inputs = [("FORMAT", "sarif"), ("OUTPUT", "a file.sarif")];
    let run = action(&sandbox, "pull", &inputs);
    assert_eq!(run.code, 3, "{run}");
    assert!(sandbox.read("pull/a file.sarif").contains("diverged-heads"));
    // A branch may be called as a command is; Git has no such branch.
    let run = action(
        &sandbox,
        "pull",
        &[("BASE", "origin/$(touch owned)`touch owned`;touch owned")],
    );
    assert_eq!(run.code, 4, "{run}");
    assert!(!sandbox.at("pull/owned").exists());
}

/// Where there is no `teammig`, the version of the action is built.
#[test]
fn the_action_builds_what_is_not_there() {
    let sandbox = diverging();
    let install = yaml(&file("action.yml"))["runs"]["steps"][0]["run"].clone();
    sandbox.write(
        "cargo/cargo",
        "#!/bin/sh\necho \"$*\" > \"$RUNNER_TEMP/cargo.args\"\nmkdir -p \"$RUNNER_TEMP/teammig/bin\"\nln -s \
         \"$BUILT\" \"$RUNNER_TEMP/teammig/bin/teammig\"\n",
    );
    let mut run = fs::metadata(sandbox.at("cargo/cargo"))
        .unwrap()
        .permissions();
    run.set_mode(0o755);
    fs::set_permissions(sandbox.at("cargo/cargo"), run).unwrap();
    let mut command = sandbox.command("bash", "ann");
    command
        .args(["-e", "-o", "pipefail", "-c", install.as_str().unwrap()])
        .env(
            "PATH",
            format!("{}:/usr/bin:/bin", sandbox.at("cargo").display()),
        )
        .env("BUILT", env!("CARGO_BIN_EXE_teammig"))
        .env("GIVEN", "")
        .env("OUTPUT", "")
        .env("GITHUB_ACTION_PATH", "/the action")
        .env("GITHUB_ENV", sandbox.at("github.env"))
        .env("RUNNER_TEMP", sandbox.path());
    let run = sandbox.run(&mut command);
    assert_eq!(run.code, 0, "{run}");
    let temp = sandbox.path().display();
    assert_eq!(
        sandbox.read("cargo.args"),
        format!("install --quiet --locked --path /the action --root {temp}/teammig\n")
    );
    assert_eq!(
        sandbox.read("github.env"),
        format!("TEAMMIG_PROGRAM={temp}/teammig/bin/teammig\n")
    );
}

#[test]
fn the_hooks_of_frameworks() {
    let hooks = yaml(&file(".pre-commit-hooks.yaml"));
    let hooks = hooks.as_sequence().unwrap();
    let named = snippet(".pre-commit-config.yaml", "teammig-check");
    let named = named["repos"][0]["hooks"].as_sequence().unwrap();
    let ids = |all: &[Value]| -> Vec<String> {
        let id = |hook: &Value| hook["id"].as_str().unwrap().to_owned();
        all.iter().map(id).collect()
    };
    assert_eq!(ids(hooks), ids(named));
    let sandbox = diverging();
    sandbox.edit("ann/migrations/9209a434d045.sql", "name text", "name blob");
    sandbox.git("ann", &["add", "-A"]);
    for hook in hooks {
        assert_eq!(hook["pass_filenames"], Value::from(false));
        // What the framework says of a push of the edit to main.
        let push = [
            ("PRE_COMMIT", "1"),
            ("PRE_COMMIT_REMOTE_NAME", "origin"),
            ("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/main"),
            ("PRE_COMMIT_LOCAL_BRANCH", "HEAD"),
            ("PRE_COMMIT_FROM_REF", "origin/main"),
            ("PRE_COMMIT_TO_REF", "HEAD"),
        ];
        let run = bash(&sandbox, "ann", hook["entry"].as_str().unwrap(), &push);
        assert_eq!(run.code, 3, "{run}");
        sandbox.git(
            "ann",
            &["commit", "-q", "--no-verify", "--allow-empty", "-m", "edit"],
        );
    }
}
