//! Strange texts inside documents.

use crate::model::visible::is_hidden;

/// For XML and HTML, as text and in attributes with double quotes.
pub fn xml(text: &str) -> String {
    escape(text, |c| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&#39;"),
        _ => None,
    })
}

/// For XML as [`xml`], with the line ends kept.
pub fn xml_lines(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(xml).collect();
    lines.join("\n")
}

/// Inside a DOT string in double quotes, where a backslash begins an escape
/// and Graphviz reads HTML entities.
pub(super) fn dot(text: &str) -> String {
    escape(text, |c| match c {
        '\\' => Some("\\\\"),
        '"' => Some("\\\""),
        '&' => Some("&amp;"),
        _ => None,
    })
}

/// Inside a Mermaid label in double quotes, which is HTML with entities
/// written `#name;`, and Markdown between backticks.
pub(super) fn mermaid(text: &str) -> String {
    escape(text, |c| match c {
        '"' => Some("#quot;"),
        '&' => Some("#amp;"),
        '<' => Some("#lt;"),
        '>' => Some("#gt;"),
        '#' => Some("#35;"),
        '`' => Some("#96;"),
        // `\n` would be a new line even when its backslash is an entity.
        '\\' => Some("#92;#8203;"),
        // `%%{init: …}%%` anywhere in the text would configure the page's Mermaid.
        '%' => Some("#37;"),
        ';' => Some("#59;"),
        _ => None,
    })
}

/// Replaces what `special` names; what would not show, or is not allowed in
/// XML, is spelled out, and white space becomes a space.
fn escape(text: &str, special: impl Fn(char) -> Option<&'static str>) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if let Some(entity) = special(c) {
            out.push_str(entity);
        } else if c.is_whitespace() {
            out.push(' ');
        } else if is_hidden(c) || matches!(c, '\u{fffe}' | '\u{ffff}') {
            for c in c.escape_unicode() {
                match special(c) {
                    Some(entity) => out.push_str(entity),
                    None => out.push(c),
                }
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        let hostile =
            "</title><script>alert(\"1\")</script> & 'x'\n\u{1b}[31m \u{202e}gnp 🦀 \\N `#_*";
        assert_eq!(
            xml(hostile),
            "&lt;/title&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39; \
             \\u{1b}[31m \\u{202e}gnp 🦀 \\N `#_*"
        );
        assert_eq!(dot("a\"b\\N&lt;\u{7}"), "a\\\"b\\\\N&amp;lt;\\\\u{7}");
        assert_eq!(
            mermaid("a\"b<br>#\n`c` %%{init}%% \\n"),
            "a#quot;b#lt;br#gt;#35; #96;c#96; #37;#37;{init}#37;#37; #92;#8203;n"
        );
        assert_eq!(xml("\u{ffff}"), "\\u{ffff}");
    }
}
