//! Programs of Debian that tests need and that may be missing.

use std::{
    fs, io,
    os::unix::fs::MetadataExt,
    process::{Command, Stdio},
    sync::Mutex,
};

/// Installs packages, as root or with a `sudo` that asks nothing. Whether it
/// worked shows in whether the programs are there afterwards.
pub(crate) fn install(packages: &[&str]) {
    // Two tests may miss something at once, and apt works alone.
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock();
    let root = fs::metadata("/proc/self").is_ok_and(|of| of.uid() == 0);
    let mut install = vec!["apt-get", "install", "-y", "--no-install-recommends"];
    install.extend(packages);
    for mut words in [vec!["apt-get", "update"], install] {
        if !root {
            words.splice(0..0, ["sudo", "-n"]);
        }
        let status: io::Result<_> = Command::new(words[0])
            .args(&words[1..])
            .args(["-o", "DPkg::Lock::Timeout=300"])
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status();
        if !status.is_ok_and(|status| status.success()) {
            return;
        }
    }
}

/// The first of some programs that runs here, asked for its version; where none
/// does, installs a package and looks again. A test is never passed over: `None` is for a panic
/// that says what to install.
pub(crate) fn program(names: &[&str], version: &str, package: &str) -> Option<String> {
    let find = || {
        let runs = |name: &&&str| {
            let run = Command::new(name)
                .arg(version)
                .stdin(Stdio::null())
                .output();
            run.is_ok_and(|output| output.status.success())
        };
        names.iter().find(runs).map(|name| (*name).to_owned())
    };
    find().or_else(|| {
        install(&[package]);
        find()
    })
}
