//! Passes over objects that resemble one seen before, mostly by comparing the two.

use super::block;
use super::scan::{Damaged, Scan};

/// How many levels of objects are compared; below that, each is passed over by itself.
const COMPARED: usize = 10;

/// An object that was passed over, and where its members begin.
///
/// The instances of a resource have the same attributes in the same order, and many of the
/// same values. Before each member the syntax is in the same state in all of them, so as
/// far as the text goes on alike, what was checked once is checked.
#[derive(Debug, Default)]
pub(crate) struct Shape<'a> {
    /// From brace to brace
    text: &'a str,
    /// The places in it after the brace or comma before each member
    members: Vec<usize>,
    /// Whether the object before that one had the same keys in the same order
    same_keys: bool,
    /// Memory for the next list of places
    spare: Vec<usize>,
}

/// The last object of each kind. A kind is a guess: a wrong one costs time only.
#[derive(Debug)]
pub(super) struct Shapes<'a>([Shape<'a>; 64]);

impl Default for Shapes<'_> {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Shape::default()))
    }
}

impl<'a> Shape<'a> {
    /// Takes the shape of the object in `text`, and forgets the one from before. False if
    /// there is no object.
    pub(crate) fn take(&mut self, text: &'a str) -> bool {
        let mut scan = Scan::new(text);
        let taken =
            scan.next() == Some(b'{') && self.pass(&mut scan, &mut |scan, _| scan.skip()).is_ok();
        if !taken {
            *self = Self::default();
        }
        taken
    }

    /// The members of the object, each from before its key.
    pub(crate) fn members(&self) -> impl Iterator<Item = Scan<'a>> {
        self.members.iter().map(|at| Scan::at(self.text, *at))
    }

    /// The member with this number, from before its key.
    pub(crate) fn member(&self, number: usize) -> Option<Scan<'a>> {
        Some(Scan::at(self.text, *self.members.get(number)?))
    }

    /// Whether the object that was passed over before had the same keys in the same order.
    pub(crate) fn has_same_keys(&self) -> bool {
        self.same_keys
    }

    /// Whether the member with this number began like this, key and colon, before.
    fn begins_with(&self, number: usize, key: &str) -> bool {
        let known = self.members.get(number).and_then(|at| self.text.get(*at..));
        known.is_some_and(|known| known.starts_with(key))
    }

    /// Passes over the object at whose brace `scan` stands, which becomes the one to
    /// compare with. A member that is not like before is left to `value`, past its key.
    fn pass(
        &mut self,
        scan: &mut Scan<'a>,
        value: &mut impl FnMut(&mut Scan<'a>, &'a str) -> Result<(), Damaged>,
    ) -> Result<(), Damaged> {
        let start = scan.place();
        scan.go_to(start + 1);
        let mut members = std::mem::take(&mut self.spare);
        members.clear();
        let mut same_keys = true;
        loop {
            members.push(scan.place() - start);
            if self.pass_alike(scan, start, &mut members) {
                break;
            }
            let first = members.len() == 1;
            if first && scan.next() == Some(b'}') {
                scan.expect(b'}')?;
                members.clear();
                break;
            }
            let key = scan.place();
            scan.skip_key()?;
            if let Some(last) = members.last() {
                same_keys &= self.begins_with(members.len() - 1, scan.since(start + last)?);
            }
            value(scan, scan.since(key)?)?;
            if !scan.more(false, b'}')? {
                break;
            }
        }
        self.text = scan.since(start)?;
        self.same_keys = same_keys && members.len() == self.members.len();
        self.spare = std::mem::replace(&mut self.members, members);
        Ok(())
    }

    /// Passes over the members that are as before, from the last of `members` on, and adds
    /// the places of those after them. True at the end of the object.
    fn pass_alike(&self, scan: &mut Scan<'a>, start: usize, members: &mut Vec<usize>) -> bool {
        let number = members.len() - 1;
        let Some(before) = self.members.get(number..) else {
            return false;
        };
        let Some((&from, after)) = before.split_first() else {
            return false;
        };
        let known = self.text.as_bytes().get(from..).unwrap_or_default();
        let same = block::common(scan.rest(), known);
        let here = scan.place() - start;
        let alike = after.iter().take_while(|at| **at - from <= same);
        members.extend(alike.map(|at| at - from + here));
        if same == known.len() {
            scan.go_to(start + here + same);
            return true;
        }
        if let Some(last) = members.last() {
            scan.go_to(start + last);
        }
        false
    }
}

impl<'a> Shapes<'a> {
    /// Passes over the value that begins here, the member called `key` of its object.
    pub(super) fn skip(&mut self, scan: &mut Scan<'a>, key: &str) -> Result<(), Damaged> {
        self.skip_within(scan, slot(key), COMPARED)
    }

    fn skip_within(
        &mut self,
        scan: &mut Scan<'a>,
        slot: usize,
        levels: usize,
    ) -> Result<(), Damaged> {
        let Some(levels) = levels.checked_sub(1) else {
            return scan.skip();
        };
        match scan.next() {
            Some(b'{') => {
                // Inside of it there may be another of its kind, which then stands alone.
                let mut shape = std::mem::take(&mut self.0[slot]);
                let passed = shape.pass(scan, &mut |scan, key| {
                    self.skip_within(scan, self::slot(key), levels)
                });
                self.0[slot] = shape;
                passed
            }
            Some(b'[') => {
                scan.expect(b'[')?;
                let mut first = true;
                while scan.more(first, b']')? {
                    first = false;
                    self.skip_within(scan, slot, levels)?;
                }
                Ok(())
            }
            _ => scan.skip(),
        }
    }
}

/// The kind of what stands under a key, from the text of the key.
fn slot(key: &str) -> usize {
    let bytes = key.trim_ascii_end().as_bytes();
    let byte = |at: usize| bytes.get(at).copied().map_or(0, usize::from);
    (bytes.len() * 5 + byte(1) * 3 + byte(bytes.len().saturating_sub(3))) % 64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Passes over a text after others, and says whether that went well to its end.
    fn passes(before: &[&str], text: &str) -> bool {
        let mut shapes = Shapes::default();
        for text in before {
            shapes.skip(&mut Scan::new(text), "").unwrap();
        }
        let mut scan = Scan::new(text);
        shapes.skip(&mut scan, "").is_ok() && scan.is_at_end()
    }

    #[test]
    fn what_was_seen_before_makes_no_difference_to_what_is_damaged() {
        let known = [
            r#"{"a": 1, "b": [{"c": "x\n", "d": true}], "e": {"f": null, "g": -0.5e1}}"#,
            r#"{"a": 12, "b": [{"c": "x\n", "d": true}, {}], "e": {}}"#,
            "{}",
            r#"{"a": 1}"#,
        ];
        for one in known {
            for other in known {
                assert!(passes(&[one], other), "{other} after {one}");
                for end in 0..other.len() {
                    let cut = &other[..end];
                    assert!(!passes(&[one], cut), "{cut} after {one}");
                    for byte in b"\"\\{}[]:,1tx \n\x01" {
                        let mut bytes = other.as_bytes().to_vec();
                        bytes[end] = *byte;
                        let changed = String::from_utf8(bytes).unwrap();
                        let valid = serde_json::from_str::<serde::de::IgnoredAny>(&changed).is_ok();
                        assert_eq!(passes(&[one], &changed), valid, "{changed} after {one}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_members_of_an_object_are_found_whatever_came_before() {
        let mut shape = Shape::default();
        for (text, same_keys) in [
            (r#"{"id":"1","tags":{"a":"b"},"x":null}"#, false),
            (r#"{"id":"1","tags":{"a":"c"},"x":null}"#, true),
            (r#"{"id":"1","tags":{"a":"c"},"y":null}"#, false),
            (r#"{"id":"2","tags":{"b":"c"},"y":[ ]}"#, true),
            (r#"{"ib":"2","tags":{"b":"c"},"y":[ ]}"#, false),
            (r#"{"id":"1","tags":{"a":"c"}}"#, false),
            ("{ }", false),
            ("{ }", true),
            (r#"{"id":"1","tags":{"a":"c"},"x":null,"y":1}"#, false),
            (r#"{"id":"1","tags":{"a":"c"},"x":null,"y":{}}"#, true),
        ] {
            assert!(shape.take(text));
            assert_eq!(shape.has_same_keys(), same_keys, "{text}");
            let members = shape
                .members()
                .map(|mut at| (at.key().unwrap(), at.value().unwrap()));
            let found = super::super::Value::Object(members.collect());
            assert_eq!(found.to_string(), text.replace(' ', ""));
        }
        assert!(!shape.take("[]") && shape.members().next().is_none());
    }
}
