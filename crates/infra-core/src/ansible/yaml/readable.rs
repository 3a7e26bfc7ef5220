//! A text as the parser can read it.
//!
//! `libyaml-safer` ends the process where `libyaml`, and so Ansible, reads on: in a block scalar
//! that the text ends in the middle of, and after a tag of nothing in a flow collection.

use std::borrow::Cow;

use super::load::YamlError;

/// A text without what the parser can't get past.
pub(super) struct Readable<'b> {
    pub(super) bytes: Cow<'b, [u8]>,
    /// Where the line ends that was given an end; of no text with one
    unended: Option<usize>,
}

/// Makes a text readable, if it is UTF-8. Blanks after the last line are left out.
pub(super) fn readable(bytes: &[u8]) -> Result<Readable<'_>, YamlError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n');
        let last = line.clone().next_back().unwrap_or_default();
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        YamlError {
            line: number(line.count()),
            column: number(String::from_utf8_lossy(last).chars().count() + 1),
            problem: "the file is not UTF-8".to_owned(),
        }
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (rest, last) = text.rsplit_once('\n').map_or(("", text), |(rest, last)| {
        (text.get(..=rest.len()).unwrap_or(rest), last)
    });
    let blank = last.chars().all(|c| matches!(c, ' ' | '\t'));
    let text = if blank { rest } else { text };
    let mut whole = ended_tags(text);
    let unended = (!blank).then_some(whole.len());
    if !blank {
        whole.to_mut().push('\n');
    }
    Ok(Readable {
        bytes: match whole {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        },
        unended,
    })
}

impl Readable<'_> {
    /// Takes the end of line from a block scalar that it isn't part of.
    pub(super) fn correct(&self, value: &mut String, end: u64) {
        let at_end = |length: usize| usize::try_from(end).is_ok_and(|end| end > length);
        if self.unended.is_some_and(at_end) && value.ends_with('\n') {
            value.pop();
        }
    }
}

/// The text with a blank between a tag and a comma after it: `[!tag, x]`.
fn ended_tags(text: &str) -> Cow<'_, str> {
    let mut ended = String::new();
    let mut copied = 0;
    for (at, _) in text.match_indices('!') {
        let begins = text.get(..at).unwrap_or_default().chars().next_back();
        if begins.is_some_and(|c| !matches!(c, ' ' | '\t' | '\n' | '\r' | '[' | '{' | ',' | ':')) {
            continue;
        }
        let tag = text.get(at..).unwrap_or_default();
        let Some(length) = tag.find([' ', '\t', '\n', '\r', ',']) else {
            break;
        };
        if tag.get(length..).is_some_and(|rest| rest.starts_with(',')) {
            ended.push_str(text.get(copied..at + length).unwrap_or_default());
            ended.push(' ');
            copied = at + length;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    ended.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(ended)
}
