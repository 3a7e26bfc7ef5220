//! JSON on many lines, as `serde_json` writes it, in fewer and larger writes.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// A line end and as many spaces as nearly all lines begin with.
const LINE: &[u8; 65] = b"\n                                                                ";

/// Writes a value as one document of many lines, with a line end behind it.
pub(crate) fn to_writer(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let indent = Indent {
        depth: 0,
        has_items: false,
    };
    value.serialize(&mut Serializer::with_formatter(&mut *out, indent))?;
    out.write_all(b"\n")
}

struct Indent {
    depth: usize,
    /// Whether there is anything between the brackets that close next
    has_items: bool,
}

impl Indent {
    fn open<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.has_items = false;
        out.write_all(bracket)
    }

    fn item<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if !first {
            out.write_all(b",")?;
        }
        self.line(out)
    }

    fn close<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.has_items {
            self.line(out)?;
        }
        out.write_all(bracket)
    }

    fn line<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        let spaces = self.depth * 2;
        if let Some(line) = LINE.get(..=spaces) {
            return out.write_all(line);
        }
        out.write_all(LINE)?;
        (LINE.len() - 1..spaces).try_for_each(|_| out.write_all(b" "))
    }
}

impl Formatter for Indent {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.item(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_items = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.item(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_items = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_document_looks_as_serde_json_writes_it() {
        let mut deep = json!([1]);
        for _ in 0..50 {
            deep = json!({"a": [deep, {}, []], "b": "x\"\n"});
        }
        for value in [
            json!({}),
            json!([]),
            json!(null),
            json!([[], {"a": {}}]),
            deep,
        ] {
            let mut written = Vec::new();
            to_writer(&mut written, &value).unwrap();
            let expected = serde_json::to_string_pretty(&value).unwrap() + "\n";
            assert_eq!(String::from_utf8(written).unwrap(), expected);
            assert_eq!(serde_json::from_str::<Value>(&expected).unwrap(), value);
        }
    }
}
