//! Text from other programs and from the cloud, made safe to show.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text with control characters, and those that change the direction of text,
/// written out (`\x1b`, `\u{202e}`), so that it can't steer a terminal or forge a line.
/// Newlines and tabs are kept.
pub fn multiline(text: &str) -> Cow<'_, str> {
    escape(text, |c| c == '\n' || c == '\t')
}

/// As [`multiline`], for text that must stay on one line: newlines and tabs are written
/// out too.
pub fn printable(text: &str) -> Cow<'_, str> {
    escape(text, |_| false)
}

fn escape(text: &str, keep: fn(char) -> bool) -> Cow<'_, str> {
    let harmless = |c: char| keep(c) || !(c.is_control() || steers(c));
    if text.chars().all(harmless) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            c if harmless(c) => safe.push(c),
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            c if c.is_ascii() => {
                // Writing to a String cannot fail.
                let _ = write!(safe, "\\x{:02x}", u32::from(c));
            }
            c => {
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    Cow::Owned(safe)
}

/// Whether a character reorders or separates the text around it: the bidirectional
/// controls of Unicode's UAX 9, and its line and paragraph separators.
fn steers(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_sequence_and_a_forged_line_stay_visible_text() {
        assert_eq!(
            printable("a\x1b[2J\r\nError: x\u{202e}"),
            "a\\x1b[2J\\r\\nError: x\\u{202e}"
        );
        assert_eq!(multiline("a\n\tb\r"), "a\n\tb\\r");
        assert!(matches!(printable("Zürich 東京"), Cow::Borrowed(_)));
    }
}
