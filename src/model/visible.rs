//! Characters that do not show as what they are: a message comes from a file
//! that a stranger may have written.

/// A control, or a mark that turns the direction of writing for what follows.
///
/// Line ends and tabs count too: whoever keeps them asks first.
pub fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
