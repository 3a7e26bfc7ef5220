//! The text of a configuration file, and places in it for messages.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// The widest part of a source line that a message shows.
const MAX_SHOWN: usize = 160;

/// A configuration file as it was read.
pub(in crate::config) struct Source {
    name: String,
    text: String,
    line_starts: Vec<usize>,
}

impl Source {
    /// Keeps `text` under the name that messages use for it.
    pub(in crate::config) fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        let text = text.into();
        let line_starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Arc::new(Self {
            name: name.into(),
            text,
            line_starts,
        })
    }

    /// The whole text.
    pub(in crate::config) fn text(&self) -> &str {
        &self.text
    }

    /// The line and column, both from 1, of a byte offset. Columns count characters.
    pub(in crate::config) fn position(&self, offset: usize) -> (usize, usize) {
        let offset = floor_boundary(&self.text, offset);
        let line = self
            .line_starts
            .partition_point(|start| *start <= offset)
            .max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0);
        let column = self.text.get(start..offset).unwrap_or("").chars().count() + 1;
        (line, column)
    }

    /// The place of a range of bytes. A range past the end means the end.
    pub(in crate::config) fn place(&self, range: Range<usize>) -> Place {
        let start = floor_boundary(&self.text, range.start);
        let end = floor_boundary(&self.text, range.end).max(start);
        let (line, column) = self.position(start);
        let from = self.line_starts.get(line - 1).copied().unwrap_or(0);
        let rest = self.text.get(from..).unwrap_or("");
        let text = rest.split('\n').next().unwrap_or("").trim_end_matches('\r');
        let marked = self
            .text
            .get(start..end.min(from + text.len()).max(start))
            .unwrap_or("");
        Place {
            file: self.name.clone(),
            line,
            column,
            width: marked.chars().count().max(1),
            text: text.to_owned(),
        }
    }
}

/// Only the name: each expression points here, and the text may be long.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.name).finish()
    }
}

fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// A place in a configuration file, with the line that stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as it was named to the reader
    pub file: String,
    /// The line, from 1
    pub line: usize,
    /// The column in characters, from 1
    pub column: usize,
    /// How many characters of the line are meant, at least 1
    pub width: usize,
    /// The line itself, without its end
    pub text: String,
}

/// ` --> FILE:LINE:COLUMN`, the line, and carets under what is meant.
///
/// Control characters of the file are replaced, so that no terminal obeys them.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, .. } = self;
        let gutter = line.to_string().len();
        // A very long line is cut around the place.
        let skip = if *column > MAX_SHOWN {
            column - MAX_SHOWN / 2
        } else {
            0
        };
        let shown: String = self
            .text
            .chars()
            .skip(skip)
            .take(MAX_SHOWN)
            .map(visible)
            .collect();
        let indent = " ".repeat((column - 1).saturating_sub(skip));
        let room = (shown.chars().count() + 1)
            .saturating_sub(indent.len())
            .max(1);
        let carets = "^".repeat(self.width.min(room));
        writeln!(f, "{:gutter$}--> {}:{line}:{column}", "", self.file)?;
        writeln!(f, "{:gutter$} |", "")?;
        writeln!(f, "{line} | {}", shown.trim_end())?;
        write!(f, "{:gutter$} | {indent}{carets}", "")
    }
}

fn visible(c: char) -> char {
    match c {
        // One column, so that the caret stands where it should.
        '\t' => ' ',
        c if c.is_control()
            || ('\u{202a}'..='\u{202e}').contains(&c)
            || ('\u{2066}'..='\u{2069}').contains(&c) =>
        {
            char::REPLACEMENT_CHARACTER
        }
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_shows_its_line_with_carets() {
        let source = Source::new("infra.hcl", "a = 1\r\n\tbé = \u{1b}[31m\n");
        insta::assert_snapshot!(source.place(12..16), @r"
         --> infra.hcl:2:5
          |
        2 |  bé = �[31m
          |     ^^^^
        ");
    }

    #[test]
    fn any_offset_has_a_place() {
        let source = Source::new("x", "é\n\u{10000}");
        for start in 0..12 {
            for end in 0..12 {
                assert!(!source.place(start..end).to_string().is_empty());
            }
        }
        assert_eq!(source.position(100), (2, 2));
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let source = Source::new("x", format!("{}here{}", "a".repeat(5000), "b".repeat(5000)));
        let text = source.place(5000..5004).to_string();
        assert!(text.contains("here") && text.len() < 600, "{text}");
    }
}
