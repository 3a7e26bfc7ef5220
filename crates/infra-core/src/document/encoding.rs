//! From bytes to text: UTF-8, with or without a mark, and UTF-16.

use std::borrow::Cow;

/// Bytes that are no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodingError {
    /// Not UTF-8
    #[error("byte {offset} (line {line}) is not UTF-8")]
    Utf8 {
        /// The first offending byte, from 0
        offset: usize,
        /// Its line, from 1
        line: usize,
    },
    /// Not UTF-16 although it starts as such
    #[error("the text starts as UTF-16 but breaks off or breaks its rules at byte {offset}")]
    Utf16 {
        /// The first offending byte, from 0
        offset: usize,
    },
}

/// Decodes a document.
///
/// Windows PowerShell redirects output as UTF-16 with a byte-order mark, and some editors
/// put one before UTF-8. Without a mark, a zero byte beside the first character tells
/// UTF-16, since JSON starts with an ASCII character.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, EncodingError> {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest, 3),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, 2, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, 2, u16::from_be_bytes),
        [first, 0, ..] if *first != 0 => utf16(bytes, 0, u16::from_le_bytes),
        [0, second, ..] if *second != 0 => utf16(bytes, 0, u16::from_be_bytes),
        _ => utf8(bytes, 0),
    }
}

fn utf8(bytes: &[u8], skipped: usize) -> Result<Cow<'_, str>, EncodingError> {
    // The other one also keeps track of the place, which takes longer.
    if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
        return Ok(Cow::Borrowed(text));
    }
    simdutf8::compat::from_utf8(bytes)
        .map(Cow::Borrowed)
        .map_err(|error| {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            EncodingError::Utf8 {
                offset: skipped + valid.len(),
                line: 1 + valid.iter().filter(|byte| **byte == b'\n').count(),
            }
        })
}

fn utf16(
    bytes: &[u8],
    skipped: usize,
    unit: fn([u8; 2]) -> u16,
) -> Result<Cow<'_, str>, EncodingError> {
    let (units, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(units.len());
    let mut offset = skipped;
    for decoded in char::decode_utf16(units.iter().map(|pair| unit(*pair))) {
        let Ok(character) = decoded else {
            return Err(EncodingError::Utf16 { offset });
        };
        offset += 2 * character.len_utf16();
        text.push(character);
    }
    if rest.is_empty() {
        Ok(Cow::Owned(text))
    } else {
        Err(EncodingError::Utf16 { offset })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_bytes(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn every_form_that_a_shell_writes_is_read() {
        let text = "{\"é\":\"😀\"}";
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            utf16_bytes(text, u16::to_le_bytes),
            utf16_bytes(text, u16::to_be_bytes),
            utf16_bytes(&format!("\u{feff}{text}"), u16::to_le_bytes),
            utf16_bytes(&format!("\u{feff}{text}"), u16::to_be_bytes),
        ] {
            assert_eq!(decode(&bytes).unwrap(), text);
        }
    }

    #[test]
    fn damage_is_placed() {
        assert_eq!(
            decode(b"{\n\"a\": \xff}"),
            Err(EncodingError::Utf8 { offset: 7, line: 2 })
        );
        assert_eq!(
            decode(b"\xff\xfe{\0\0"),
            Err(EncodingError::Utf16 { offset: 4 })
        );
        assert_eq!(
            decode(b"\xff\xfe\x00\xd8{\0"),
            Err(EncodingError::Utf16 { offset: 2 })
        );
    }
}
