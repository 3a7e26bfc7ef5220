//! Walks over JSON text whose syntax has been checked, without checking it again.

use std::borrow::Cow;

use super::{Members, Value};

/// How many lists and objects may stand inside each other. It is the limit that
/// `serde_json` sets by itself, and far above what a Terraform type can be.
const DEEPEST: usize = 128;

/// A place in JSON text whose syntax has been checked.
///
/// `serde_json` checks while it reads; a document is read once that way, as a whole, and
/// leaves attributes as text. Checking them again each time some are asked for was most
/// of the time that a large state took. On text that isn't JSON the result is arbitrary,
/// but there is no panic and no endless loop.
#[derive(Debug, Clone)]
pub(crate) struct Scan<'a> {
    text: &'a str,
    at: usize,
}

/// Text that is nested beyond 128 levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooDeep;

impl<'a> Scan<'a> {
    /// At the start of `text`.
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Enters the object that begins here; false if there is none.
    pub(crate) fn enter(&mut self) -> bool {
        let found = self.next() == Some(b'{');
        if found {
            self.at += 1;
        }
        found
    }

    /// The next key of the object that was entered, and past the colon; none at its end.
    pub(crate) fn key(&mut self) -> Option<Cow<'a, str>> {
        if self.next() == Some(b',') {
            self.at += 1;
        }
        if self.next() != Some(b'"') {
            return None;
        }
        let key = self.string();
        if self.next() == Some(b':') {
            self.at += 1;
        }
        Some(key)
    }

    /// Passes over the value that begins here.
    pub(crate) fn skip(&mut self) {
        match self.next() {
            Some(b'"') => {
                self.pass_string();
            }
            Some(b'{' | b'[') => {
                let mut open = 0_usize;
                while let Some(byte) = self.peek() {
                    match byte {
                        b'"' => {
                            self.pass_string();
                            continue;
                        }
                        b'{' | b'[' => open += 1,
                        b'}' | b']' => open = open.saturating_sub(1),
                        b'\n' => {
                            self.pass_spaces();
                            continue;
                        }
                        _ => {}
                    }
                    self.at += 1;
                    if open == 0 {
                        break;
                    }
                }
            }
            _ => self.pass_word(),
        }
    }

    /// Passes over the value that begins here, and returns its text.
    fn raw(&mut self) -> &'a str {
        self.next();
        let start = self.at;
        self.skip();
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Reads the value that begins here. Nested beyond 128 levels, which no Terraform type
    /// is, it stays one string: it can still be compared.
    pub(crate) fn value_or_text(&mut self) -> Value<'a> {
        let start = self.at;
        self.value().unwrap_or_else(|TooDeep| {
            self.at = start;
            Value::String(Cow::Borrowed(self.raw()))
        })
    }

    /// Reads the value that begins here.
    pub(crate) fn value(&mut self) -> Result<Value<'a>, TooDeep> {
        self.levels(DEEPEST)
    }

    fn levels(&mut self, left: usize) -> Result<Value<'a>, TooDeep> {
        Ok(match self.next() {
            Some(b'"') => Value::String(self.string()),
            Some(b'{') => {
                let deeper = left.checked_sub(1).ok_or(TooDeep)?;
                self.at += 1;
                let mut entries = Vec::new();
                while let Some(key) = self.key() {
                    entries.push((key, self.levels(deeper)?));
                }
                self.at += 1;
                Value::Object(Members::of_entries(entries))
            }
            Some(b'[') => {
                let deeper = left.checked_sub(1).ok_or(TooDeep)?;
                self.at += 1;
                let mut items = Vec::new();
                while !matches!(self.next(), None | Some(b']')) {
                    items.push(self.levels(deeper)?);
                    if self.next() == Some(b',') {
                        self.at += 1;
                    }
                }
                self.at += 1;
                Value::Array(items)
            }
            _ => {
                let start = self.at;
                self.pass_word();
                match self.text.get(start..self.at).unwrap_or_default() {
                    "null" | "" => Value::Null,
                    "true" => Value::Bool(true),
                    "false" => Value::Bool(false),
                    number => Value::Number(Cow::Borrowed(number)),
                }
            }
        })
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is no space; it is not passed.
    #[inline]
    fn next(&mut self) -> Option<u8> {
        match self.peek() {
            Some(byte) if byte > b' ' => Some(byte),
            _ => {
                self.pass_spaces();
                self.peek()
            }
        }
    }

    /// Passes over spaces and line ends: in a raw state they are a quarter of the text.
    fn pass_spaces(&mut self) {
        while let Some(byte) = self.peek() {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return;
            }
            self.at += 1;
            while self.eight() == Some(EVERY * u64::from(b' ')) {
                self.at += 8;
            }
        }
    }

    /// The next eight bytes, the first of them the lowest.
    #[inline]
    fn eight(&self) -> Option<u64> {
        let rest = self.text.as_bytes().get(self.at..)?;
        rest.first_chunk().copied().map(u64::from_le_bytes)
    }

    /// The string that begins here.
    fn string(&mut self) -> Cow<'a, str> {
        let start = self.at;
        let escaped = self.pass_string();
        let literal = self.text.get(start..self.at).unwrap_or_default();
        if escaped {
            return Cow::Owned(serde_json::from_str(literal).unwrap_or_default());
        }
        let end = literal.len().saturating_sub(1);
        Cow::Borrowed(literal.get(1..end).unwrap_or_default())
    }

    /// Passes over a string, and says whether it has escapes.
    fn pass_string(&mut self) -> bool {
        let mut escaped = false;
        self.at += 1;
        loop {
            while let Some(bytes) = self.eight() {
                let found = holds(bytes, b'"') | holds(bytes, b'\\');
                self.at += found.trailing_zeros() as usize / 8;
                if found != 0 {
                    break;
                }
            }
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return escaped;
                }
                Some(b'\\') => {
                    escaped = true;
                    self.at += 2;
                }
                Some(_) => self.at += 1,
                None => return escaped,
            }
        }
    }

    /// Passes over a number or a word, one byte at least, so that a walk always ends.
    fn pass_word(&mut self) {
        let start = self.at;
        while let Some(byte) = self.peek() {
            if matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t') && self.at > start
            {
                break;
            }
            self.at += 1;
        }
    }
}

/// A one in each of eight bytes.
const EVERY: u64 = 0x0101_0101_0101_0101;

/// The high bit of each of the eight `bytes` that is `wanted`; those above the lowest may
/// be wrong ("Determine if a word has a byte equal to n" of Anderson's Bit Twiddling Hacks).
#[inline]
fn holds(bytes: u64, wanted: u8) -> u64 {
    let zeros = bytes ^ (EVERY * u64::from(wanted));
    zeros.wrapping_sub(EVERY) & !zeros & (EVERY << 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_finds_each_key_and_passes_over_values_of_all_kinds() {
        let text = r#" { "a" : [ 1, {"x":"]}\""} ] , "b\n":"\\", "c":-1.5e3,"d":null , "e":{} }"#;
        let mut scan = Scan::new(text);
        assert!(scan.enter());
        let mut found = Vec::new();
        while let Some(key) = scan.key() {
            let mut here = scan.clone();
            scan.skip();
            found.push(format!("{key}={}", here.value().unwrap()));
        }
        assert_eq!(
            found,
            [
                r#"a=[1,{"x":"]}\""}]"#,
                "b\n=\"\\\\\"",
                "c=-1.5e3",
                "d=null",
                "e={}"
            ]
        );
    }

    #[test]
    fn a_string_ends_at_its_quote_wherever_that_stands() {
        for length in 0..40 {
            for filler in ["a", "é", "\u{1}", "\\\"", "\\\\", "\\n"] {
                let inner = filler.repeat(length);
                let text = format!("\"{inner}\"  ,{}1", " ".repeat(length));
                let mut scan = Scan::new(&text);
                assert_eq!(scan.raw(), format!("\"{inner}\""));
                assert_eq!(scan.next(), Some(b','));
                scan.at += 1;
                assert_eq!(scan.raw(), "1");
            }
        }
    }

    #[test]
    fn text_that_is_not_json_ends_the_walk_without_a_panic() {
        let text = r#"{"a":[1,{"b":"é\u00e9"}],"d":nul"#;
        for start in 0..text.len() {
            for end in start..text.len() {
                if let Some(part) = text.get(start..end) {
                    let mut scan = Scan::new(part);
                    drop(scan.value());
                    scan.enter();
                    while scan.key().is_some() {
                        scan.skip();
                    }
                }
            }
        }
    }
}
