//! How deep a YAML text goes. A library that reads it takes time that grows with the square of
//! that, and a text of nothing but brackets would keep a hook busy for minutes.

/// Deeper than anybody writes.
const DEEPEST: usize = 100;

/// Where a text opens more brackets, or begins more lists on one line, than anybody means.
pub fn too_deep(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    let mut lists = 0_usize;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        // Only before a blank do these begin anything: a line of dashes is a comment's.
        let begins = chars.peek().is_none_or(|(_, next)| next.is_whitespace());
        match c {
            '[' | '{' => open += 1,
            ']' | '}' => open = open.saturating_sub(1),
            '-' | '?' | ':' if begins => lists += 1,
            ' ' | '\t' => {}
            _ => lists = 0,
        }
        if open > DEEPEST || lists > DEEPEST {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_means() {
        for (text, deep) in [
            ("parents: [a, b]".to_owned(), false),
            ("a: {b: [c]}\n".repeat(1000), false),
            (format!("# {}\n- a\n- b", "-".repeat(200)), false),
            ("- a\n".repeat(1000), false),
            ("parents: ".to_owned() + &"[".repeat(1000), true),
            ("{a: ".repeat(1000), true),
            ("- ".repeat(1000), true),
            ("? ".repeat(1000), true),
        ] {
            assert_eq!(
                too_deep(&text).is_some(),
                deep,
                "{}",
                &text[..20.min(text.len())]
            );
        }
    }
}
