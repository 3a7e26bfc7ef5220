//! Walks over JSON text, and checks all that it passes.

use std::borrow::Cow;

use super::{Members, Value, block};

/// How many lists and objects may stand inside each other. It is the limit that
/// `serde_json` sets by itself, and far above what a Terraform type can be.
pub(super) const DEEPEST: usize = 128;

/// A place in a text.
///
/// Whatever passes over a value checks its syntax by RFC 8259, to the byte as `serde_json`
/// does: a document that is damaged in a part that nobody reads is damaged.
#[derive(Debug, Clone)]
pub(crate) struct Scan<'a> {
    text: &'a str,
    at: usize,
}

/// Text that is not JSON, or is nested beyond 128 levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Damaged;

impl<'a> Scan<'a> {
    /// At the start of `text`.
    pub(crate) fn new(text: &'a str) -> Self {
        Self::at(text, 0)
    }

    /// At a place further on.
    pub(super) fn at(text: &'a str, at: usize) -> Self {
        Self { text, at }
    }

    /// The place, in bytes from the start of the text.
    pub(super) fn place(&self) -> usize {
        self.at
    }

    /// How much of the text there is from here on.
    pub(super) fn left(&self) -> usize {
        self.text.len().saturating_sub(self.at)
    }

    /// Goes to a place further on.
    pub(super) fn go_to(&mut self, place: usize) {
        self.at = place;
    }

    /// The text, or the bytes of it, from here on.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// The text from `start` to here.
    pub(super) fn since(&self, start: usize) -> Result<&'a str, Damaged> {
        self.text.get(start..self.at).ok_or(Damaged)
    }

    /// The next byte that is no space; it is not passed.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<u8> {
        match self.peek() {
            Some(byte) if byte > b' ' => Some(byte),
            Some(b' ') if self.text.as_bytes().get(self.at + 1) > Some(&b' ') => {
                self.at += 1;
                self.peek()
            }
            _ => self.pass_spaces(),
        }
    }

    /// Passes over `byte`, which must be the next that is no space.
    #[inline]
    pub(crate) fn expect(&mut self, byte: u8) -> Result<(), Damaged> {
        if self.next() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(Damaged)
        }
    }

    /// Whether another member or element follows in what `close` ends, and past the comma
    /// before it, or past the end. The `first` has no comma before it.
    #[inline]
    pub(crate) fn more(&mut self, first: bool, close: u8) -> Result<bool, Damaged> {
        match self.next() {
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(false)
            }
            Some(b',') if !first => {
                self.at += 1;
                // A list that ends after the comma is found by who reads the element.
                Ok(true)
            }
            Some(_) if first => Ok(true),
            _ => Err(Damaged),
        }
    }

    /// The key that begins here, and past the colon.
    #[inline]
    pub(crate) fn key(&mut self) -> Result<Cow<'a, str>, Damaged> {
        let key = self.text()?;
        self.expect(b':')?;
        Ok(key)
    }

    /// The string that begins here.
    #[inline]
    pub(super) fn string(&mut self) -> Result<Cow<'a, str>, Damaged> {
        let (inner, escaped) = self.literal()?;
        if escaped {
            unescaped(inner)
        } else {
            Ok(inner.into())
        }
    }

    /// The string that begins here. Half of a surrogate pair, which JSON lets pass though it
    /// is no text, leaves it as it is written.
    #[inline]
    fn text(&mut self) -> Result<Cow<'a, str>, Damaged> {
        let (inner, escaped) = self.literal()?;
        if escaped {
            return Ok(unescaped(inner).unwrap_or(inner.into()));
        }
        Ok(inner.into())
    }

    /// What stands between the quotes of the string that begins here, and whether it has
    /// escapes.
    #[inline]
    fn literal(&mut self) -> Result<(&'a str, bool), Damaged> {
        if self.next() != Some(b'"') {
            return Err(Damaged);
        }
        let start = self.at + 1;
        let escaped = self.pass_string()?;
        let inner = self.text.get(start..self.at - 1).ok_or(Damaged)?;
        Ok((inner, escaped))
    }

    /// Passes over a key and the colon after it.
    #[inline]
    pub(crate) fn skip_key(&mut self) -> Result<(), Damaged> {
        if self.next() != Some(b'"') {
            return Err(Damaged);
        }
        self.pass_string()?;
        self.expect(b':')
    }

    /// Passes over the value that begins here.
    #[inline]
    pub(crate) fn skip(&mut self) -> Result<(), Damaged> {
        self.skip_within(DEEPEST)
    }

    #[inline]
    fn skip_within(&mut self, levels: usize) -> Result<(), Damaged> {
        match self.next() {
            Some(b'"') => self.pass_string().map(drop),
            Some(b'{') => self.skip_object(levels),
            Some(b'[') => self.skip_array(levels),
            Some(first) => self.pass_word(first),
            None => Err(Damaged),
        }
    }

    fn skip_object(&mut self, levels: usize) -> Result<(), Damaged> {
        let levels = levels.checked_sub(1).ok_or(Damaged)?;
        self.at += 1;
        let mut first = true;
        while self.more(first, b'}')? {
            first = false;
            self.skip_key()?;
            self.skip_within(levels)?;
        }
        Ok(())
    }

    fn skip_array(&mut self, levels: usize) -> Result<(), Damaged> {
        let levels = levels.checked_sub(1).ok_or(Damaged)?;
        self.at += 1;
        let mut first = true;
        while self.more(first, b']')? {
            first = false;
            self.skip_within(levels)?;
        }
        Ok(())
    }

    /// Passes over the value that begins here, and returns its text.
    pub(crate) fn raw(&mut self) -> Result<&'a str, Damaged> {
        self.next();
        let start = self.at;
        self.skip()?;
        self.since(start)
    }

    /// Whether nothing but spaces is left.
    pub(crate) fn is_at_end(&mut self) -> bool {
        self.next().is_none() && self.rest().is_empty()
    }

    /// Reads the value that begins here. Nested beyond 128 levels, which no Terraform type
    /// is, it stays one string: it can still be compared.
    pub(crate) fn value_or_text(&mut self) -> Value<'a> {
        self.next();
        let start = self.at;
        self.value().unwrap_or_else(|Damaged| {
            self.at = start;
            // What can't be passed over is the rest.
            let text = self.raw().ok().or_else(|| self.text.get(start..));
            Value::String(Cow::Borrowed(text.unwrap_or_default()))
        })
    }

    /// Reads the value that begins here.
    pub(crate) fn value(&mut self) -> Result<Value<'a>, Damaged> {
        self.value_within(DEEPEST)
    }

    fn value_within(&mut self, levels: usize) -> Result<Value<'a>, Damaged> {
        Ok(match self.next().ok_or(Damaged)? {
            b'"' => Value::String(self.text()?),
            b'{' => {
                let levels = levels.checked_sub(1).ok_or(Damaged)?;
                self.at += 1;
                let mut entries = Vec::new();
                while self.more(entries.is_empty(), b'}')? {
                    entries.push((self.key()?, self.value_within(levels)?));
                }
                Value::Object(Members::of_entries(entries))
            }
            b'[' => {
                let levels = levels.checked_sub(1).ok_or(Damaged)?;
                self.at += 1;
                let mut items = Vec::new();
                while self.more(items.is_empty(), b']')? {
                    items.push(self.value_within(levels)?);
                }
                Value::Array(items)
            }
            first => {
                let start = self.at;
                self.pass_word(first)?;
                match first {
                    b'n' => Value::Null,
                    b't' => Value::Bool(true),
                    b'f' => Value::Bool(false),
                    _ => Value::Number(Cow::Borrowed(self.since(start)?)),
                }
            }
        })
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes over spaces and line ends, a quarter of the text of a raw state, and returns
    /// the byte after them.
    #[inline(never)]
    fn pass_spaces(&mut self) -> Option<u8> {
        loop {
            match self.peek()? {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                other => return Some(other),
            }
            while let Some(block) = self.rest().first_chunk() {
                let spaces = block::spaces(block);
                self.at += spaces;
                if spaces < block::WIDTH {
                    break;
                }
            }
        }
    }

    /// Passes over the string whose quote is here, and says whether it has escapes.
    #[inline]
    fn pass_string(&mut self) -> Result<bool, Damaged> {
        self.at += 1;
        // Most strings are short and plain.
        if let Some(block) = self.rest().first_chunk() {
            self.at += block::plain(block);
            if self.peek() == Some(b'"') {
                self.at += 1;
                return Ok(false);
            }
        }
        self.pass_rest_of_string()
    }

    #[inline(never)]
    fn pass_rest_of_string(&mut self) -> Result<bool, Damaged> {
        let mut escaped = false;
        loop {
            while let Some(block) = self.rest().first_chunk() {
                let plain = block::plain(block);
                self.at += plain;
                if plain < block::WIDTH {
                    break;
                }
            }
            match self.peek().ok_or(Damaged)? {
                b'"' => {
                    self.at += 1;
                    return Ok(escaped);
                }
                b'\\' => {
                    escaped = true;
                    self.pass_escape()?;
                }
                ..b' ' => return Err(Damaged),
                _ => self.at += 1,
            }
        }
    }

    fn pass_escape(&mut self) -> Result<(), Damaged> {
        let is_hex = |digits: &[u8]| digits.iter().all(u8::is_ascii_hexdigit);
        self.at += match self.rest() {
            [_, b'u', digits @ ..] if digits.get(..4).is_some_and(is_hex) => 6,
            [
                _,
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't',
                ..,
            ] => 2,
            _ => return Err(Damaged),
        };
        Ok(())
    }

    /// Passes over a number, `true`, `false` or `null`, of which `first` is the first byte.
    #[inline]
    fn pass_word(&mut self, first: u8) -> Result<(), Damaged> {
        let word = match first {
            b't' => "true",
            b'f' => "false",
            b'n' => "null",
            _ => return self.pass_number(),
        };
        if !self.rest().starts_with(word.as_bytes()) {
            return Err(Damaged);
        }
        self.at += word.len();
        Ok(())
    }

    fn pass_number(&mut self) -> Result<(), Damaged> {
        self.pass_any(b"-");
        if !self.pass_any(b"0") {
            self.pass_digits()?;
        }
        if self.pass_any(b".") {
            self.pass_digits()?;
        }
        if self.pass_any(b"eE") {
            self.pass_any(b"+-");
            self.pass_digits()?;
        }
        Ok(())
    }

    fn pass_any(&mut self, of: &[u8]) -> bool {
        let found = self.peek().is_some_and(|byte| of.contains(&byte));
        self.at += usize::from(found);
        found
    }

    fn pass_digits(&mut self) -> Result<(), Damaged> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start {
            Err(Damaged)
        } else {
            Ok(())
        }
    }
}

/// The text that a string with escapes stands for.
fn unescaped(inner: &str) -> Result<Cow<'_, str>, Damaged> {
    if let Some(text) = unquoted(inner) {
        return Ok(Cow::Owned(text));
    }
    serde_json::from_str(&format!("\"{inner}\""))
        .map(Cow::Owned)
        .map_err(|_| Damaged)
}

/// The same for a string whose only escapes are of quotes and backslashes, as addresses are.
fn unquoted(inner: &str) -> Option<String> {
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.push_str(plain);
        let escaped = escape.get(..1).filter(|one| matches!(*one, "\"" | "\\"))?;
        text.push_str(escaped);
        rest = escape.get(1..)?;
    }
    text.push_str(rest);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_finds_each_key_and_passes_over_values_of_all_kinds() {
        let text = r#" { "a" : [ 1, {"x":"]}\""} ] , "b\n":"\\", "c":-1.5e3,"d":null , "e":{} }"#;
        let mut scan = Scan::new(text);
        scan.expect(b'{').unwrap();
        let mut found = Vec::new();
        while scan.more(found.is_empty(), b'}').unwrap() {
            let key = scan.key().unwrap();
            let mut here = scan.clone();
            scan.skip().unwrap();
            found.push(format!("{key}={}", here.value().unwrap()));
        }
        assert!(scan.is_at_end());
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
        for length in 0..70 {
            for filler in ["a", "é", "\u{7F}", "\\\"", "\\\\", "\\n", "\\u00e9"] {
                let inner = filler.repeat(length);
                let text = format!("\"{inner}\"  ,{}1", " ".repeat(length));
                let mut scan = Scan::new(&text);
                assert_eq!(scan.raw(), Ok(format!("\"{inner}\"").as_str()));
                assert_eq!(scan.expect(b','), Ok(()));
                assert_eq!(scan.raw(), Ok("1"));
                assert!(scan.is_at_end());
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
                    drop(scan.clone().value());
                    drop(scan.value_or_text());
                }
            }
        }
    }
}
