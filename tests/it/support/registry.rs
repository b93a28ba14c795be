//! Programs from npm and `PyPI` that tests need, installed once below `target/`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Mutex,
};

use super::debian;

/// The folder with the programs of these packages of npm.
pub(crate) fn npm(packages: &[&str]) -> PathBuf {
    once("npm", packages, |folder| {
        if !succeeds(Command::new("npm").arg("--version")) {
            debian::install(&["npm"]);
        }
        // One of them would write hooks into the repository that we are in.
        let quiet = [
            "install",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--silent",
            "--prefix",
        ];
        succeeds(Command::new("npm").args(quiet).arg(folder).args(packages))
    })
    .join("node_modules/.bin")
}

/// The folder with the programs of these packages of `PyPI`.
pub(crate) fn pypi(packages: &[&str]) -> PathBuf {
    once("pypi", packages, |folder| {
        pip(folder, &["install"], packages)
    })
    .join("bin")
}

/// The Python that has these packages of `PyPI`, apart from the programs of other tests.
pub(crate) fn python_with(packages: &[&str]) -> PathBuf {
    once("python", packages, |folder| {
        pip(folder, &["install"], packages)
    })
    .join("bin/python")
}

/// The folder with the sources of a package of `PyPI`: what it has for its own tests, too.
pub(crate) fn pypi_sources(name: &str, version: &str) -> PathBuf {
    let package = format!("{name}=={version}");
    once("sources", &[&package], |folder| {
        let to = folder.to_str().unwrap();
        let download = ["download", "--no-deps", "--no-binary", name, "--dest", to];
        let archive = folder.join(format!("{name}-{version}.tar.gz"));
        pip(folder, &download, &[&package])
            && succeeds(
                Command::new("tar")
                    .arg("-xzf")
                    .arg(archive)
                    .current_dir(folder),
            )
    })
    .join(format!("{name}-{version}"))
}

/// Runs `pip` in a Python of its own.
fn pip(folder: &Path, arguments: &[&str], packages: &[&str]) -> bool {
    let made = || succeeds(Command::new("python3").args(["-m", "venv"]).arg(folder));
    if !made() {
        debian::install(&["python3-venv"]);
        made();
    }
    let quiet = ["-m", "pip", "--quiet", "--disable-pip-version-check"];
    succeeds(
        Command::new(folder.join("bin/python"))
            .args(quiet)
            .args(arguments)
            .args(packages),
    )
}

/// A folder that `fill` filled, now or in an earlier run of the tests.
fn once(registry: &str, packages: &[&str], fill: impl Fn(&Path) -> bool) -> PathBuf {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock();
    let name = packages
        .concat()
        .replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("tools-{registry}-{name}"));
    let done = folder.join("complete");
    let wanted = packages.join("\n");
    if fs::read_to_string(&done).is_ok_and(|had| had == wanted) {
        return folder;
    }
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    assert!(
        fill(&folder),
        "install these packages of {registry} and look why that fails: {packages:?}"
    );
    fs::write(done, wanted).unwrap();
    folder
}

fn succeeds(command: &mut Command) -> bool {
    let run = command.stdin(Stdio::null()).output();
    run.is_ok_and(|output| output.status.success())
}
