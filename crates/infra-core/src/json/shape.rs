//! Passes over objects that resemble one seen before, mostly by comparing the two.

use super::block;
use super::outline::{self, UNKNOWN};
use super::scan::{Damaged, Scan};

/// How many levels of objects are compared; below that, each is passed over by itself.
const COMPARED: usize = 10;

/// An object that was passed over, and where its members begin.
///
/// The instances of a resource have the same attributes in the same order, and many of the
/// same values. Before each member the syntax is in the same state in all of them, so as
/// far as the text goes on alike, what was checked once is checked.
#[derive(Debug, Default)]
struct Shape<'a> {
    /// From brace to brace
    text: &'a str,
    members: Vec<Member>,
    /// Changes with the keys of the members and their order
    keys: u32,
}

/// A member of an object, by places from the brace on.
#[derive(Debug, Clone, Copy)]
struct Member {
    /// After the brace or comma before it
    start: usize,
    /// After the colon
    value: usize,
    /// The kind of its value
    slot: usize,
}

/// How an object goes on like the one before.
enum Alike {
    /// To its end
    Whole,
    /// To the value of a member, of this kind
    Key(usize),
    /// Not even to the key of a member
    No,
}

/// The last object of each kind. A kind is a guess: a wrong one costs time only.
#[derive(Debug)]
pub(super) struct Shapes<'a> {
    last: [Shape<'a>; 64],
    /// The last number that was given to keys
    keys: u32,
}

impl Default for Shapes<'_> {
    fn default() -> Self {
        Self {
            last: std::array::from_fn(|_| Shape::default()),
            keys: UNKNOWN,
        }
    }
}

impl<'a> Shape<'a> {
    /// Whether the member with this number began like this, key and colon, before.
    fn begins_with(&self, number: usize, key: &str) -> bool {
        let known = self.members.get(number);
        known.is_some_and(|known| self.text.get(known.start..known.value) == Some(key))
    }

    /// Passes over the object at whose brace `scan` stands, which becomes the one to
    /// compare with. A value that is not like before is left to `value`, with its kind.
    /// Returns whether the keys are the same as before, in the same order.
    fn pass(
        &mut self,
        scan: &mut Scan<'a>,
        value: &mut impl FnMut(&mut Scan<'a>, usize) -> Result<(), Damaged>,
    ) -> Result<bool, Damaged> {
        let start = scan.place();
        scan.go_to(start + 1);
        // So many members are those of this object; the others are those of the one before.
        let mut passed = 0;
        let mut same_keys = true;
        loop {
            let slot = match self.pass_alike(scan, start, &mut passed) {
                Alike::Whole => break,
                Alike::Key(slot) => slot,
                Alike::No => {
                    let from = scan.place();
                    if scan.next() == Some(b'}') && passed == 0 {
                        scan.expect(b'}')?;
                        break;
                    }
                    let key = scan.place();
                    scan.skip_key()?;
                    let slot = slot(scan.since(key)?);
                    same_keys &= self.begins_with(passed, scan.since(from)?);
                    let member = Member {
                        start: from - start,
                        value: scan.place() - start,
                        slot,
                    };
                    match self.members.get_mut(passed) {
                        Some(before) => *before = member,
                        None => self.members.push(member),
                    }
                    passed += 1;
                    slot
                }
            };
            value(scan, slot)?;
            if !scan.more(false, b'}')? {
                break;
            }
        }
        self.text = scan.since(start)?;
        same_keys &= passed == self.members.len();
        self.members.truncate(passed);
        Ok(same_keys)
    }

    /// Passes over the members that are as before, and the key of the next one if that is.
    /// All of them are moved to where they stand now, and counted as `passed`.
    fn pass_alike(&mut self, scan: &mut Scan<'a>, start: usize, passed: &mut usize) -> Alike {
        let before = self.members.get_mut(*passed..).unwrap_or_default();
        let Some(first) = before.first().map(|first| first.start) else {
            return Alike::No;
        };
        let known = self.text.as_bytes().get(first..).unwrap_or_default();
        let same = block::common(scan.rest(), known);
        let here = scan.place() - start;
        let is_whole = same == known.len();
        let mut alike = before.partition_point(|member| member.start - first <= same);
        // The last of them is not alike to its end, unless all is.
        let last = alike.checked_sub(1).and_then(|last| before.get(last));
        let last = last.map(|last| Member {
            start: last.start - first + here,
            value: last.value - first + here,
            slot: last.slot,
        });
        let has_key = last.is_some_and(|last| last.value <= here + same);
        alike -= usize::from(!has_key);
        if here != first {
            for member in before.iter_mut().take(alike) {
                member.start = member.start - first + here;
                member.value = member.value - first + here;
            }
        }
        *passed += alike;
        match last {
            _ if is_whole => {
                scan.go_to(start + here + same);
                Alike::Whole
            }
            Some(last) if has_key => {
                scan.go_to(start + last.value);
                Alike::Key(last.slot)
            }
            Some(last) => {
                scan.go_to(start + last.start);
                Alike::No
            }
            None => Alike::No,
        }
    }
}

impl<'a> Shapes<'a> {
    /// Passes over the value that begins here, the member called `key` of its object.
    pub(super) fn skip(&mut self, scan: &mut Scan<'a>, key: &str) -> Result<(), Damaged> {
        self.skip_within(scan, slot(key), COMPARED)
    }

    /// The same, and writes where the members of the object begin. Returns a number that is the
    /// same for objects with the same keys in the same order.
    pub(super) fn outline(
        &mut self,
        scan: &mut Scan<'a>,
        key: &str,
        places: &mut Vec<[u8; 2]>,
    ) -> Result<u32, Damaged> {
        places.clear();
        let is_object = scan.next() == Some(b'{');
        self.skip(scan, key)?;
        let shape = &self.last[slot(key)];
        let starts = shape.members.iter().map(|member| member.start);
        let known = is_object && outline::write(starts, places);
        Ok(if known { shape.keys } else { UNKNOWN })
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
                let mut shape = std::mem::take(&mut self.last[slot]);
                let same_keys = shape.pass(scan, &mut |scan, slot| match scan.next() {
                    Some(b'{' | b'[') => self.skip_within(scan, slot, levels),
                    _ => scan.skip(),
                })?;
                if !same_keys || shape.keys == UNKNOWN {
                    self.keys += 1;
                    shape.keys = self.keys;
                }
                self.last[slot] = shape;
                Ok(())
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
}
