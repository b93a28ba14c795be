use super::*;
use crate::model::Dialect::Postgres;

/// The accesses of a script as people read them, one a line.
fn touched(script: &str) -> String {
    let footprint = footprint(script, Postgres, &[]);
    let mut lines = Vec::new();
    for statement in &footprint.statements {
        assert_eq!(
            matches!(statement.seen, Seen::Unread { .. }),
            false,
            "{script}: {statement:?}"
        );
        for access in &statement.accesses {
            lines.push(access.to_string());
        }
        if matches!(statement.seen, Seen::Opaque { .. }) {
            lines.push("…".to_owned());
        }
    }
    lines.join("\n")
}

#[test]
fn show() {
    let Ok(text) = std::env::var("SHOW") else {
        return;
    };
    for s in text.split(";;") {
        eprintln!("-- {s}\n{}\n", touched(s));
    }
}
