//! Times as people say them.

use jiff::Timestamp;

/// How long before `now` something was: `just now`, `5 minutes ago`, `yesterday`, `3 days ago`.
pub fn ago(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second() - then.as_second();
    match seconds / (24 * 60 * 60) {
        _ if seconds < 60 => "just now".to_owned(),
        1 => "yesterday".to_owned(),
        _ => format!("{} ago", between(then, now)),
    }
}

/// How long it is from one time to another: `12 seconds`, `5 minutes`, `1 day`, `3 months`.
pub fn between(from: Timestamp, to: Timestamp) -> String {
    let seconds = to.as_second() - from.as_second();
    let minutes = seconds / 60;
    let hours = minutes / 60;
    let days = hours / 24;
    match () {
        () if seconds < 60 => count(seconds, "second"),
        () if minutes < 60 => count(minutes, "minute"),
        () if hours < 24 => count(hours, "hour"),
        () if days < 30 => count(days, "day"),
        () if days < 365 => count(days / 30, "month"),
        () => count(days / 365, "year"),
    }
}

fn count(n: i64, unit: &str) -> String {
    if n == 1 {
        format!("1 {unit}")
    } else {
        format!("{n} {unit}s")
    }
}

/// A length of time: `12 ms`, `3.4 s`, `2 min 5 s`.
pub fn took(duration: std::time::Duration) -> String {
    let ms = duration.as_millis();
    if ms < 1000 {
        return format!("{ms} ms");
    }
    let seconds = duration.as_secs();
    if seconds < 60 {
        return format!("{:.1} s", duration.as_secs_f64());
    }
    format!("{} min {} s", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn words() {
        let now: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let table = [
            ("2026-11-22T09:59:30Z", "just now"),
            ("2026-11-22T09:59:00Z", "1 minute ago"),
            ("2026-11-22T05:00:00Z", "5 hours ago"),
            ("2026-11-21T09:00:00Z", "yesterday"),
            ("2026-11-19T09:00:00Z", "3 days ago"),
            ("2026-08-19T09:00:00Z", "3 months ago"),
            ("2020-08-19T09:00:00Z", "6 years ago"),
            ("2026-11-23T09:00:00Z", "just now"),
        ];
        for (then, want) in table {
            assert_eq!(ago(then.parse().unwrap(), now), want);
        }
        assert_eq!(took(Duration::from_millis(12)), "12 ms");
        assert_eq!(took(Duration::from_millis(3400)), "3.4 s");
        assert_eq!(took(Duration::from_secs(125)), "2 min 5 s");
    }
}
