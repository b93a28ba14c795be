//! Keys at a pseudo-terminal.

use std::time::{Duration, Instant};

use expectrl::{Expect as _, session::OsSession};

/// Presses a key as soon as the program reads keys, which it does without echo. One
/// that comes earlier is a line being typed, and waits for its end.
pub(crate) fn press(session: &mut OsSession, key: &str) {
    let start = Instant::now();
    while session.get_process().get_echo().unwrap_or(false) {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "nobody reads keys"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    session.send(key).unwrap();
}
