//! Passwords in a piece of configuration that is about to be shown.

use std::ops::Range;

/// The same text with every URL's user and password, and every value of a
/// `password`, made of `*`. As long as before in bytes, so that places in it
/// stay right. Rather too much than too little.
pub(super) fn mask(text: &str) -> String {
    text.split_inclusive('\n').map(mask_line).collect()
}

fn mask_line(line: &str) -> String {
    let mut hidden: Vec<Range<usize>> = Vec::new();
    for (at, sign) in line.match_indices("://") {
        let start = at + sign.len();
        // A password that is not quoted as it should be may hold anything, also an @.
        if let Some(end) = line[start..].rfind('@') {
            hidden.push(start..start + end);
        }
    }
    let lower = line.to_ascii_lowercase();
    for key in ["password", "passwd", "pwd"] {
        for (at, _) in lower.match_indices(key) {
            hidden.extend(value_after(line, at + key.len()));
        }
    }
    let mut out = String::with_capacity(line.len());
    for (at, c) in line.char_indices() {
        if hidden.iter().any(|range| range.contains(&at)) && c != '\n' {
            out.extend(std::iter::repeat_n('*', c.len_utf8()));
        } else {
            out.push(c);
        }
    }
    out
}

/// What stands behind `=` (of a URL or of libpq's keywords) or `:` (of YAML).
fn value_after(line: &str, from: usize) -> Option<Range<usize>> {
    let rest = line[from..].trim_start_matches(['"', '\'', ' ', '\t']);
    let at = line.len() - rest.len();
    let value = rest.strip_prefix(['=', ':'])?;
    let value = value.trim_start_matches([' ', '\t']);
    let start = line.len() - value.len();
    if line[at..].starts_with(':') {
        return Some(start..line.len());
    }
    // A quoted one ends at the last quote: YAML doubles those inside.
    if value.starts_with('\'') {
        let end = value.rfind('\'').filter(|end| *end > 0);
        return Some(start..end.map_or(line.len(), |end| start + end + 1));
    }
    let in_url = line[..from].contains("://");
    let mut escaped = false;
    let end = value.find(|c: char| {
        let ends = !escaped && (c.is_whitespace() || (in_url && c == '&'));
        escaped = c == '\\' && !escaped;
        ends
    });
    Some(start..end.map_or(line.len(), |end| start + end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden() {
        let table = [
            ("dev: sqlite:dev.db\n", "dev: sqlite:dev.db\n"),
            (
                "dev: postgres://bob:topsecret@host/db",
                "dev: postgres://*************@host/db",
            ),
            (
                "dev: postgres://bob:top@se/cret@host/db",
                "dev: postgres://***************@host/db",
            ),
            ("a: postgres://host/db", "a: postgres://host/db"),
            (
                "a: postgres:///db?user=bob&password=top&x=1",
                "a: postgres:///db?user=bob&password=***&x=1",
            ),
            (
                "a: \"host=x password=top dbname=y\"",
                "a: \"host=x password=*** dbname=y\"",
            ),
            (
                "a: 'host=x password=''t p'' dbname=y'",
                "a: 'host=x password=*****************",
            ),
            (
                "a: host=x password=t&o\\ p\"'q d=y",
                "a: host=x password=********* d=y",
            ),
            (
                "a: host=x password = 'a \\'b' dbname=y",
                "a: host=x password = ******* dbname=y",
            ),
            ("a: PGPASSWORD=top", "a: PGPASSWORD=***"),
            (
                "  password: top secret\nb: c\n",
                "  password: **********\nb: c\n",
            ),
            (
                "invalid type: string \"postgres://b:t@h/d\", expected x",
                "invalid type: string \"postgres://***@h/d\", expected x",
            ),
            (
                "unknown field `password`, expected y",
                "unknown field `password`, expected y",
            ),
            ("a: postgres://b:ä@h", "a: postgres://****@h"),
        ];
        for (text, want) in table {
            let masked = mask(text);
            assert_eq!(masked, want);
            assert_eq!(masked.len(), text.len());
        }
    }
}
