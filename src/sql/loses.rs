//! `-- teammig: loses orders, users.name`: a script says that rows or values go with it.

use super::{TokenKind, tokens};

/// The tables and columns that the comments of a script name so, as they are written.
pub fn loses(text: &str) -> Vec<String> {
    let comments = tokens(text, None).filter(|token| token.kind == TokenKind::LineComment);
    comments
        .filter_map(|token| {
            let words = token.text(text).strip_prefix("--")?.trim_start();
            let rest = words.strip_prefix("teammig:")?.trim_start();
            rest.strip_prefix("loses ")
        })
        .flat_map(|names| names.split(','))
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::loses;

    #[test]
    fn comments_alone_say_it() {
        for (text, names) in [
            ("-- teammig: loses orders", vec!["orders"]),
            ("DELETE FROM a; --teammig:loses a, b.c ,", vec!["a", "b.c"]),
            ("SELECT '\n-- teammig: loses a'", vec![]),
            ("-- loses a\n-- teammig: losesa", vec![]),
            (
                "-- teammig: loses a\nSELECT 1;\n-- teammig: loses \"B\"",
                vec!["a", "\"B\""],
            ),
        ] {
            assert_eq!(loses(text), names, "{text}");
        }
    }
}
