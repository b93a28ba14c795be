//! Ids, messages and times of imported revisions.
//!
//! The id is the version that people know from the file's name, so that
//! `teammig show 20240313` finds what `ls` shows:
//!
//! * a version that begins with a date stays as it is (`20240313170000`,
//!   `20240313`, `00000000000000`): it is long, and nobody reads it as a count;
//! * every other one gets a `v` (`1` → `v1`, `000042` → `v000042`, `2024.01.2` →
//!   `v2024_01_2`), so that it cannot be read as a step count nor as `head`.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil, tz::TimeZone};

use crate::model::RevId;

/// Versions from this many digits on are dates, by their look.
const STAMP_DIGITS: usize = 8;

/// An id for a version that no other revision of the import has.
pub(super) fn id(label: &str, part: Option<usize>, taken: &BTreeSet<String>) -> RevId {
    let mut base: String = label
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    let stamp = base.len() >= STAMP_DIGITS
        && base
            .bytes()
            .take(STAMP_DIGITS)
            .all(|byte| byte.is_ascii_digit());
    if !stamp {
        base.insert(0, 'v');
    }
    if let Some(part) = part {
        base = format!("{base}_{part}");
    }
    let mut id = base.clone();
    let mut n = 2;
    // Two ids that differ by case alone would be one file name on some systems.
    while taken.contains(&id.to_ascii_lowercase()) {
        id = format!("{base}_{n}");
        n += 1;
    }
    RevId::trusted(&id)
}

/// The message: the words of the name in one line.
pub(super) fn message(name: &str, label: &str) -> String {
    let words: Vec<&str> = name
        .split(|c: char| c == '_' || c == '-' || c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    if words.is_empty() {
        format!("version {label}")
    } else {
        words.join(" ")
    }
}

/// A number without the zeros before it.
pub(super) fn canonical_number(text: &str) -> &str {
    let bare = text.trim_start_matches('0');
    if bare.is_empty() && !text.is_empty() {
        "0"
    } else {
        bare
    }
}

/// The point in time that a version names: `YYYYMMDD[hhmm[ss]]`, with or without
/// signs between, or seconds since 1970. Such versions are UTC in all the tools.
pub(super) fn created(version: &str) -> Option<Timestamp> {
    let digits: String = version
        .chars()
        .filter(|c| !matches!(c, '-' | '_' | '.'))
        .collect();
    // diesel puts random hex digits behind the seconds.
    let leading = digits.bytes().take_while(u8::is_ascii_digit).count();
    let digits = digits.get(..leading.min(14))?;
    match digits.len() {
        14 => stamp(digits).or_else(|| stamp(digits.get(..8)?)),
        8 | 12 => stamp(digits),
        10 => digits
            .parse::<i64>()
            .ok()
            .filter(|seconds| (1_000_000_000..4_102_444_800).contains(seconds))
            .and_then(|seconds| Timestamp::from_second(seconds).ok()),
        _ => None,
    }
}

fn stamp(digits: &str) -> Option<Timestamp> {
    let number = |from: usize, to: usize| digits.get(from..to).map_or(Some(0), |d| d.parse().ok());
    let year: i16 = digits.get(..4)?.parse().ok()?;
    // `00000000`, or a count that happens to be long.
    if !(1990..=2100).contains(&year) {
        return None;
    }
    let date = civil::Date::new(year, number(4, 6)?, number(6, 8)?).ok()?;
    let time = civil::Time::new(number(8, 10)?, number(10, 12)?, number(12, 14)?, 0).ok()?;
    let zoned = date.to_datetime(time).to_zoned(TimeZone::UTC).ok()?;
    Some(zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids() {
        let mut taken = BTreeSet::new();
        let table = [
            ("20240313170000", None, "20240313170000"),
            ("20240313", None, "20240313"),
            ("00000000000000", None, "00000000000000"),
            ("20240313170000a1b2", None, "20240313170000a1b2"),
            ("1", None, "v1"),
            ("000042", None, "v000042"),
            ("2024.01.2", None, "v2024_01_2"),
            ("head", None, "vhead"),
            ("1.1", None, "v1_1"),
            ("1_1", None, "v1_1_2"),
            ("20240101", Some(1), "20240101_1"),
            ("20240101", Some(2), "20240101_2"),
        ];
        for (label, part, want) in table {
            let id = id(label, part, &taken);
            assert_eq!(id.as_str(), want);
            assert!(RevId::parse(id.as_str()).is_ok());
            taken.insert(want.to_owned());
        }
        assert_eq!(id("HEAD", None, &taken).as_str(), "vHEAD_2");
    }

    #[test]
    fn messages() {
        assert_eq!(message("create_users-table", "1"), "create users table");
        assert_eq!(message("__", "7"), "version 7");
        assert_eq!(message("a\nb", "7"), "a b");
    }

    #[test]
    fn times() {
        let table = [
            ("20240313170000", Some("2024-03-13T17:00:00Z")),
            ("20240313170000a1b2", Some("2024-03-13T17:00:00Z")),
            ("2024-03-13-170000", Some("2024-03-13T17:00:00Z")),
            ("20240313", Some("2024-03-13T00:00:00Z")),
            ("202403131742", Some("2024-03-13T17:42:00Z")),
            ("2024.03.13", Some("2024-03-13T00:00:00Z")),
            // Vaultwarden has minutes and seconds that no clock shows; the day is right.
            ("20190526216651", Some("2019-05-26T00:00:00Z")),
            ("1500360784", Some("2017-07-18T06:53:04Z")),
            ("20241399", None),
            ("00000000000000", None),
            ("000001", None),
            ("1.2.3", None),
            ("1", None),
            ("", None),
        ];
        for (version, want) in table {
            let got = created(version).map(|at| at.to_string());
            assert_eq!(got.as_deref(), want, "{version}");
        }
        assert_eq!(canonical_number("000"), "0");
        assert_eq!(canonical_number("0010"), "10");
    }
}
