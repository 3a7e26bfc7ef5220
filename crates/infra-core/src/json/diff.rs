//! What differs between two values of a resource, leaf by leaf.

use indexmap::IndexSet;

use crate::json::diff_list::diff_lists;
use crate::json::{Order, Path, Value, equal_in};

/// A leaf that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference<'v, 'a> {
    /// Where
    pub path: Path,
    /// The value before; `None` if there was none
    pub before: Option<&'v Value<'a>>,
    /// The value after; `None` if there is none, or it isn't known
    pub after: Option<&'v Value<'a>>,
    /// Whether both values mean the same ([`equal_in`]); never so for what isn't known
    pub equal: bool,
    /// Whether any of it is sensitive, before or after
    pub sensitive: bool,
    /// Whether the value after is only known after apply
    pub unknown: bool,
}

/// The masks that come with two values: `true` where something holds, covering all below it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Masks<'v, 'a> {
    /// What is only known after apply
    pub unknown: Option<&'v Value<'a>>,
    /// What is sensitive before
    pub before_sensitive: Option<&'v Value<'a>>,
    /// What is sensitive after
    pub after_sensitive: Option<&'v Value<'a>>,
}

/// Where a comparison stands.
#[derive(Clone, Copy)]
pub(super) struct Place<'v, 'a> {
    pub(super) before: Option<&'v Value<'a>>,
    pub(super) after: Option<&'v Value<'a>>,
    pub(super) masks: Masks<'v, 'a>,
    pub(super) order: Order,
}

/// Returns the leaves in which two values differ, in the order of the document.
///
/// A path names the smallest thing that changed: a member of an object, an element of a
/// list. It doesn't go into what a mask covers as a whole, so that not even the keys of a
/// sensitive map are seen, nor into JSON that is held in a string.
pub fn diff<'v, 'a>(
    before: &'v Value<'a>,
    after: &'v Value<'a>,
    masks: Masks<'v, 'a>,
) -> Vec<Difference<'v, 'a>> {
    let mut found = Vec::new();
    let place = Place {
        before: Some(before),
        after: Some(after),
        masks,
        order: Order::Free,
    };
    place.compare(&Path::root(), &mut found);
    found
}

impl<'v, 'a> Place<'v, 'a> {
    pub(super) fn compare(self, path: &Path, found: &mut Vec<Difference<'v, 'a>>) {
        if is_true(self.masks.unknown) {
            return found.push(self.leaf(path, true));
        }
        if self.before == self.after && !has_true(self.masks.unknown) {
            return;
        }
        if is_true(self.masks.before_sensitive) || is_true(self.masks.after_sensitive) {
            return found.push(self.leaf(path, has_true(self.masks.unknown)));
        }
        match (self.before, self.after) {
            (Some(Value::Object(_)), Some(Value::Object(_))) => self.members(path, found),
            // Against nothing, an object is told member by member: the path of a tag that
            // appeared is the tag's. At the root that would be a whole resource.
            (Some(Value::Object(members)), None | Some(Value::Null))
            | (None | Some(Value::Null), Some(Value::Object(members)))
                if !path.steps().is_empty() && !members.is_empty() =>
            {
                self.members(path, found);
            }
            (Some(Value::Array(before)), Some(Value::Array(after))) => {
                diff_lists(self, before, after, path, found);
            }
            (None | Some(Value::Null), None | Some(Value::Null)) => {
                if has_true(self.masks.unknown) {
                    self.members(path, found);
                }
            }
            _ => found.push(self.leaf(path, has_true(self.masks.unknown))),
        }
    }

    fn members(self, path: &Path, found: &mut Vec<Difference<'v, 'a>>) {
        if let Some(both) = self.side_by_side() {
            for (key, before, after) in both {
                // Most are the same, and not worth a path.
                if before == after {
                    continue;
                }
                let mask = |value: Option<&'v Value<'a>>| below(value, |value| value.get(key));
                Self {
                    before: Some(before),
                    after: Some(after),
                    masks: self.masks.below(mask),
                    order: self.order.under(key),
                }
                .compare(&path.key(key), found);
            }
            return;
        }
        let mut keys: IndexSet<&str> = IndexSet::new();
        // What is unknown is absent from the value after, and only in the mask.
        for value in [self.before, self.after, self.masks.unknown] {
            if let Some(Value::Object(members)) = value {
                keys.extend(members.keys().map(AsRef::as_ref));
            }
        }
        for key in keys {
            let at = |value: Option<&'v Value<'a>>| value.and_then(|value| value.get(key));
            let mask = |value: Option<&'v Value<'a>>| below(value, |value| value.get(key));
            Self {
                before: at(self.before),
                after: at(self.after),
                masks: self.masks.below(mask),
                order: self.order.under(key),
            }
            .compare(&path.key(key), found);
        }
    }

    /// The members of both values, where they have the same keys in the same order and all of
    /// them are known, as the values of an object that drifted are.
    fn side_by_side(self) -> Option<impl Iterator<Item = (&'v str, &'v Value<'a>, &'v Value<'a>)>> {
        let (before, after) = (self.before?.as_object()?, self.after?.as_object()?);
        let alike = !has_true(self.masks.unknown) && before.keys().eq(after.keys());
        let both = before.iter().zip(after.values());
        alike.then(|| both.map(|((key, before), after)| (key.as_ref(), before, after)))
    }

    pub(super) fn leaf(self, path: &Path, unknown: bool) -> Difference<'v, 'a> {
        let value = |value: Option<&'v Value<'a>>| value.unwrap_or(&Value::Null);
        // A key that came or went, such as a tag without a value.
        let appears = self.before.is_none() && !value(self.after).is_null();
        let goes = self.after.is_none() && !value(self.before).is_null();
        Difference {
            path: path.clone(),
            before: self.before,
            after: self.after,
            equal: !(unknown || appears || goes)
                && equal_in(value(self.before), value(self.after), self.order),
            sensitive: has_true(self.masks.before_sensitive)
                || has_true(self.masks.after_sensitive),
            unknown,
        }
    }
}

impl<'v, 'a> Masks<'v, 'a> {
    fn below(self, step: impl Fn(Option<&'v Value<'a>>) -> Option<&'v Value<'a>>) -> Self {
        Self {
            unknown: step(self.unknown),
            before_sensitive: step(self.before_sensitive),
            after_sensitive: step(self.after_sensitive),
        }
    }

    /// The masks of an element that has one index before and another one after.
    pub(super) fn element(self, before: Option<usize>, after: Option<usize>) -> Self {
        let at = |mask, index: Option<usize>| below(mask, |value| value.at(index?));
        Self {
            unknown: at(self.unknown, after),
            before_sensitive: at(self.before_sensitive, before),
            after_sensitive: at(self.after_sensitive, after),
        }
    }
}

/// One step into a mask, where a `true` covers all below it.
fn below<'v, 'a>(
    mask: Option<&'v Value<'a>>,
    step: impl Fn(&'v Value<'a>) -> Option<&'v Value<'a>>,
) -> Option<&'v Value<'a>> {
    mask.and_then(|value| {
        if *value == Value::Bool(true) {
            Some(value)
        } else {
            step(value)
        }
    })
}

fn is_true(mask: Option<&Value<'_>>) -> bool {
    mask == Some(&Value::Bool(true))
}

pub(super) fn has_true(mask: Option<&Value<'_>>) -> bool {
    match mask {
        Some(Value::Bool(value)) => *value,
        Some(Value::Array(items)) => items.iter().any(|item| has_true(Some(item))),
        Some(Value::Object(members)) => members.values().any(|member| has_true(Some(member))),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `PATH BEFORE > AFTER`, with `=` for what is equal.
    fn shown(before: &str, after: &str, unknown: &str, sensitive: &str) -> Vec<String> {
        let values = [before, after, unknown, sensitive].map(|text| Value::parse(text).unwrap());
        let [before, after, unknown, sensitive] = &values;
        let masks = Masks {
            unknown: Some(unknown),
            before_sensitive: Some(sensitive),
            after_sensitive: None,
        };
        let text = |value: Option<&Value<'_>>| value.map_or("-".to_owned(), ToString::to_string);
        diff(before, after, masks)
            .into_iter()
            .map(|leaf| {
                format!(
                    "{} {} {} {}{}",
                    leaf.path,
                    text(leaf.before),
                    if leaf.equal { "=" } else { ">" },
                    if leaf.unknown {
                        "?".to_owned()
                    } else {
                        text(leaf.after)
                    },
                    if leaf.sensitive { " sensitive" } else { "" }
                )
            })
            .collect()
    }

    fn plain(before: &str, after: &str) -> Vec<String> {
        shown(before, after, "{}", "{}")
    }

    #[test]
    fn a_path_names_the_smallest_thing_that_changed() {
        assert_eq!(
            plain(
                r#"{"ip":"a","disk":[{"name":"x","size":1},{"name":"y","size":2}],"n":null}"#,
                r#"{"ip":"b","disk":[{"name":"y","size":3},{"name":"x","size":1}],"n":""}"#
            ),
            [r#"ip "a" > "b""#, "disk[1].size 2 > 3", r#"n null = """#]
        );
        assert_eq!(
            plain(r#"{"tags":null}"#, r#"{"tags":{"a b":"c"}}"#),
            [r#"tags["a b"] - > "c""#]
        );
    }

    #[test]
    fn elements_are_added_removed_or_reordered() {
        assert_eq!(
            plain(r#"{"l":["a","b"]}"#, r#"{"l":["b","a"]}"#),
            [r#"l ["a","b"] = ["b","a"]"#]
        );
        assert_eq!(
            plain(r#"{"l":["a","b"]}"#, r#"{"l":["b","c","a"]}"#),
            [r#"l[1] - > "c""#]
        );
        assert_eq!(
            plain(r#"{"l":["a","b"]}"#, r#"{"l":["b"]}"#),
            [r#"l[0] "a" > -"#]
        );
        assert_eq!(
            plain(r#"{"command":["a","b"]}"#, r#"{"command":["b","a"]}"#),
            [r#"command[0] "a" > "b""#, r#"command[1] "b" > "a""#]
        );
    }

    #[test]
    fn what_is_unknown_is_found_by_its_mask_alone() {
        assert_eq!(
            shown(
                r#"{"id":"1","t":["a","b"],"o":{"x":1}}"#,
                r#"{"t":["a",null],"o":{}}"#,
                r#"{"id":true,"t":[false,true],"o":{"x":true}}"#,
                "{}"
            ),
            [r#"id "1" > ?"#, r#"t[1] "b" > ?"#, "o.x 1 > ?"]
        );
    }

    #[test]
    fn a_sensitive_map_is_one_leaf() {
        assert_eq!(
            shown(
                r#"{"m":{"a":1},"l":[{"p":1}]}"#,
                r#"{"m":{"b":2},"l":[{"p":2}]}"#,
                "{}",
                r#"{"m":true,"l":[{"p":true}]}"#
            ),
            [r#"m {"a":1} > {"b":2} sensitive"#, "l[0].p 1 > 2 sensitive"]
        );
    }

    #[test]
    fn a_value_does_not_differ_from_itself() {
        let text = r#"{"a":[1,{"b":null}],"c":"{\"d\":1}"}"#;
        assert!(plain(text, text).is_empty());
    }
}
