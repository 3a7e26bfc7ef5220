//! Finds a string, bracket or heredoc that is opened and never closed.
//!
//! The parser says "unexpected token" at the start of what contains it; a person wants to
//! see the quote that is missing its partner.

use std::ops::Range;

use super::operands::Operands;

/// What is open at the end of the text, or of the line for a string.
pub(super) struct Unclosed {
    /// What opened it
    pub(super) range: Range<usize>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Quote,
    Comment,
    Heredoc,
    Stray,
    Mismatched,
    Bracket,
}

impl Unclosed {
    pub(super) fn message(&self) -> String {
        match self.kind {
            Kind::Quote => "this string has no closing quote on its line",
            Kind::Comment => "this comment is never closed",
            Kind::Heredoc => "this heredoc has no line with its end word alone",
            Kind::Stray => "this bracket closes nothing",
            Kind::Mismatched => "this bracket is closed by one of another kind",
            Kind::Bracket => "this bracket is never closed",
        }
        .to_owned()
    }

    pub(super) fn hints(&self) -> Vec<String> {
        match self.kind {
            Kind::Quote => vec!["a text of several lines is a heredoc: <<-EOT … EOT".to_owned()],
            _ => Vec::new(),
        }
    }
}

/// Looks for the first string or bracket without its partner.
pub(super) fn unclosed(text: &str) -> Option<Unclosed> {
    scan(text, &mut Operands::default())
}

/// Goes through a text, and says to `operands` which brackets and operators there are.
pub(super) fn scan(text: &str, operands: &mut Operands) -> Option<Unclosed> {
    let bytes = text.as_bytes();
    // What is open: brackets, `${` and `%{` of templates, and the strings around those.
    let mut open: Vec<(u8, usize)> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        if let Some((b'"', start)) = open.last().copied() {
            match (byte, next) {
                (b'\\', Some(_)) => at += 1,
                (b'$' | b'%', Some(b'{')) if at == 0 || bytes.get(at - 1) != Some(&byte) => {
                    open.push((b'{', at));
                    operands.open(at);
                    at += 1;
                }
                (b'"', _) => {
                    open.pop();
                    operands.close();
                }
                (b'\n', _) => {
                    return Some(Unclosed {
                        range: start..at,
                        kind: Kind::Quote,
                    });
                }
                _ => {}
            }
            at += 1;
            continue;
        }
        match (byte, next) {
            (b'#', _) | (b'/', Some(b'/')) => at += line_length(bytes, at),
            (b'/', Some(b'*')) => match text.get(at + 2..).and_then(|rest| rest.find("*/")) {
                Some(length) => at += 2 + length + 1,
                None => {
                    return Some(Unclosed {
                        range: at..at + 2,
                        kind: Kind::Comment,
                    });
                }
            },
            (b'<', Some(b'<')) => match heredoc_length(text, at) {
                Ok(length) => at += length.saturating_sub(1),
                Err(header) => {
                    return Some(Unclosed {
                        range: at..at + header,
                        kind: Kind::Heredoc,
                    });
                }
            },
            (b'"' | b'(' | b'[' | b'{', _) => {
                open.push((byte, at));
                operands.open(at);
            }
            (b')' | b']' | b'}', _) => match open.pop() {
                Some((opener, start)) if partner(opener) != byte => {
                    return Some(Unclosed {
                        range: start..start + 1,
                        kind: Kind::Mismatched,
                    });
                }
                Some(_) => operands.close(),
                None => {
                    return Some(Unclosed {
                        range: at..at + 1,
                        kind: Kind::Stray,
                    });
                }
            },
            _ => {
                // Within parentheses and lists an expression goes on on the next line.
                let ends = byte != b'\n' || open.last().is_none_or(|(of, _)| *of == b'{');
                operands.pass(at, byte, next, ends);
            }
        }
        at += 1;
    }
    let (byte, start) = open.pop()?;
    let kind = if byte == b'"' {
        Kind::Quote
    } else {
        Kind::Bracket
    };
    Some(Unclosed {
        range: start..start + 1,
        kind,
    })
}

fn partner(opener: u8) -> u8 {
    match opener {
        b'(' => b')',
        b'[' => b']',
        _ => b'}',
    }
}

/// Up to, not including, the end of the line.
fn line_length(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or(&[]);
    rest.iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(rest.len())
        .saturating_sub(1)
}

/// The length of the heredoc that starts here, or of its first line if it has no end.
/// Text that isn't a heredoc has length 1.
fn heredoc_length(text: &str, at: usize) -> Result<usize, usize> {
    let rest = text.get(at..).unwrap_or("");
    let header = rest.lines().next().unwrap_or("");
    let word = header
        .trim_start_matches("<<")
        .trim_start_matches('-')
        .trim_end();
    if word.is_empty() || word.contains(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')) {
        return Ok(1);
    }
    let mut length = 0;
    for (number, line) in rest.split_inclusive('\n').enumerate() {
        length += line.len();
        // What closes the brackets around a heredoc may follow its end word.
        let end = line.trim_start().strip_prefix(word);
        if number > 0
            && end
                .is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        {
            let after = end.unwrap_or("").len();
            return Ok(length - after);
        }
    }
    Err(header.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(&str, String)> {
        unclosed(text).map(|open| (text.get(open.range.clone()).unwrap_or(""), open.message()))
    }

    #[test]
    fn closed_text_has_nothing_open() {
        for text in [
            "a = \"${f(\"x}\")}\" # (\n",
            "a = [<<E\n ( \"\nE\n]\n",
            "a = \"$${ %%{ \\\"\"",
            "/* ( */ b { // {\n}",
            "a = 1 << 2",
        ] {
            assert!(found(text).is_none(), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn the_opener_is_named() {
        assert_eq!(found("a = \"b\nc = 1").unwrap().0, "\"b");
        assert_eq!(found("a {\n b = [1\n}\n").unwrap().0, "[");
        assert_eq!(found("a {\n").unwrap().0, "{");
        assert_eq!(found("}").unwrap().1, "this bracket closes nothing");
        assert_eq!(found("a = <<EOT\nx\n").unwrap().0, "<<EOT");
        assert_eq!(found("/* x").unwrap().0, "/*");
    }
}
