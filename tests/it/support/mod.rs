//! What the tests stand on.

#[cfg(unix)]
pub(crate) mod browser;
#[cfg(unix)]
pub(crate) mod certificates;
#[cfg(unix)]
pub(crate) mod debian;
#[cfg(unix)]
pub(crate) mod deploy;
#[cfg(unix)]
pub(crate) mod keys;
#[cfg(unix)]
pub(crate) mod postgres;
#[cfg(unix)]
pub(crate) mod proxy;
#[cfg(unix)]
pub(crate) mod registry;
pub(crate) mod sandbox;

pub(crate) use sandbox::Sandbox;

/// Ctrl-C for one process. The shell's own `kill`: minimal machines have no program of that name.
#[cfg(unix)]
pub(crate) fn interrupt(child: &std::process::Child) {
    let sent = std::process::Command::new("sh")
        .args(["-c", "kill -INT \"$0\"", &child.id().to_string()])
        .status()
        .expect("sh runs");
    assert!(sent.success());
}
