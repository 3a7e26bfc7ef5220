//! Values that have been replaced by others, looked up by the old or the new one.

use std::collections::{BTreeSet, HashMap};

use crate::consequence::sources::{Cause, Leaf};
use crate::json::{Path, Value};

/// The fewest characters that make a value telling. `1`, `true`, `8080` or `web` turn up
/// anywhere; an address, an id or a host name doesn't.
const TELLING: usize = 6;

/// What a text has been replaced by, and by what cause.
type Entries = HashMap<String, Vec<(Option<String>, Cause)>>;

/// The replaced values that an expression may have read.
#[derive(Debug, Default)]
pub(super) struct Table {
    forward: Entries,
    backward: Entries,
    lengths: BTreeSet<usize>,
    lengths_backward: BTreeSet<usize>,
}

/// Which way a text is rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Forward,
    Backward,
}

impl Table {
    /// Adds what a reference to `attribute` sees of a leaf.
    pub(super) fn add(&mut self, leaf: &Leaf, attribute: &Path) {
        let Some((before, after)) = leaf.seen_at(attribute) else {
            return;
        };
        let (before, after) = (key(&before), after.as_ref().map(key));
        if after.as_ref() == Some(&before) {
            return;
        }
        // An empty text has no place in another one, so it is looked for by the new value.
        if let Some(after) = after
            .as_ref()
            .filter(|after| before.is_empty() && is_telling(after))
        {
            self.lengths_backward.insert(after.len());
            let entry = (Some(before.clone()), leaf.cause.clone());
            self.backward.entry(after.clone()).or_default().push(entry);
        }
        if is_telling(&before) {
            self.lengths.insert(before.len());
        }
        let entry = (after, leaf.cause.clone());
        self.forward.entry(before).or_default().push(entry);
    }

    fn entries(&self, way: Way) -> (&Entries, &BTreeSet<usize>) {
        match way {
            Way::Forward => (&self.forward, &self.lengths),
            Way::Backward => (&self.backward, &self.lengths_backward),
        }
    }
}

/// The cause that replaced one whole value by another, if that is telling.
pub(super) fn replaced<'t>(
    tables: impl Iterator<Item = &'t Table>,
    before: &Value<'_>,
    after: &Value<'_>,
) -> Option<Cause> {
    let (before, after) = (key(before), key(after));
    if !(is_telling(&before) || is_telling(&after)) {
        return None;
    }
    tables
        .filter_map(|table| table.forward.get(&before))
        .flatten()
        .find(|(new, _)| new.as_deref() == Some(after.as_str()))
        .map(|(_, cause)| cause.clone())
}

/// The causes that turn one text into another by replacing values inside of it: the old
/// ones by the new ones, or read backwards, where an old one was empty.
pub(super) fn rewritten(tables: &[&Table], before: &str, after: &str) -> Option<Vec<Cause>> {
    let try_way = |way, from: &str, to: &str| {
        let (text, causes) = rewrite(tables, from, way);
        (text == to && !causes.is_empty()).then_some(causes)
    };
    try_way(Way::Forward, before, after).or_else(|| try_way(Way::Backward, after, before))
}

/// What a text becomes when every telling value in it is replaced.
pub(super) fn rewrite_forward(tables: &[&Table], text: &str) -> (String, Vec<Cause>) {
    rewrite(tables, text, Way::Forward)
}

/// The changes whose old value, still without a new one, is in the text.
pub(super) fn unsettled(tables: &[&Table], before: &Value<'_>) -> Vec<Cause> {
    let open = |text: &str| {
        tables
            .iter()
            .filter_map(|table| table.forward.get(text))
            .flatten()
            .find(|(new, _)| new.is_none())
            .map(|(_, cause)| cause.clone())
    };
    // What was nothing before was not read from anywhere.
    if before.is_empty() {
        return Vec::new();
    }
    let whole = key(before);
    if let Some(cause) = open(&whole) {
        return vec![cause];
    }
    let mut causes = Vec::new();
    scan(tables, &whole, Way::Forward, |_, found| {
        if let Some(cause) = found.and_then(open) {
            causes.push(cause);
        }
    });
    causes
}

fn rewrite(tables: &[&Table], text: &str, way: Way) -> (String, Vec<Cause>) {
    let mut out = String::with_capacity(text.len());
    let mut causes = Vec::new();
    scan(tables, text, way, |plain, found| {
        out.push_str(plain);
        let Some(old) = found else { return };
        match unambiguous(tables, old, way) {
            Some((new, cause)) => {
                out.push_str(new);
                causes.push(cause.clone());
            }
            None => out.push_str(old),
        }
    });
    (out, causes)
}

/// The one text that replaces `old`. None, if there are several: which one is meant inside
/// a longer text cannot be told.
fn unambiguous<'t>(tables: &[&'t Table], old: &str, way: Way) -> Option<(&'t str, &'t Cause)> {
    let mut found: Option<(&str, &Cause)> = None;
    for (new, cause) in tables
        .iter()
        .filter_map(|table| table.entries(way).0.get(old))
        .flatten()
    {
        let new = new.as_deref()?;
        match found {
            Some((other, _)) if other != new => return None,
            Some(_) => {}
            None => found = Some((new, cause)),
        }
    }
    found
}

/// Splits a text into what is plain and the telling values in it, the longest first.
///
/// A value counts only as a whole word: `10.0.0.1` is not in `10.0.0.12`.
fn scan<'s>(
    tables: &[&Table],
    text: &'s str,
    way: Way,
    mut emit: impl FnMut(&'s str, Option<&'s str>),
) {
    let lengths: BTreeSet<usize> = tables
        .iter()
        .flat_map(|table| table.entries(way).1.iter().copied())
        .collect();
    let bytes = text.as_bytes();
    let is_word = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(u8::is_ascii_alphanumeric)
    };
    let (mut plain, mut at) = (0, 0);
    while at < text.len() {
        let starts = !(is_word(at.checked_sub(1)) && is_word(Some(at)));
        let found = lengths.iter().rev().find_map(|length| {
            let word = text.get(at..at + length).filter(|_| starts)?;
            let ends = !(is_word(Some(at + length)) && is_word(Some(at + length - 1)));
            let known = || {
                tables
                    .iter()
                    .any(|table| table.entries(way).0.contains_key(word))
            };
            (ends && known()).then_some(word)
        });
        match found {
            Some(word) => {
                emit(text.get(plain..at).unwrap_or_default(), Some(word));
                at += word.len();
                plain = at;
            }
            None => at += 1,
        }
    }
    emit(text.get(plain..).unwrap_or_default(), None);
}

/// The text by which a value is found. Numbers and booleans are found as strings too, since
/// that is what a map of strings makes of them.
fn key(value: &Value<'_>) -> String {
    match value {
        // Not the empty string: an argument that is given for the first time had no value.
        Value::Null => "\u{0}".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(text) | Value::String(text) => text.clone().into_owned(),
        Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

fn is_telling(text: &str) -> bool {
    let is_number = text
        .chars()
        .all(|char| char.is_ascii_digit() || "[]{}\", ".contains(char));
    // The ids of null_resource are numbers of up to 19 digits.
    text.chars().count() >= if is_number { 2 * TELLING } else { TELLING }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(pairs: &[(&str, Option<&str>)]) -> Table {
        let mut table = Table::default();
        for (number, (before, after)) in pairs.iter().enumerate() {
            let leaf = Leaf {
                path: Path::root(),
                before: Value::from((*before).to_owned()),
                after: after.map(|after| Value::from(after.to_owned())),
                cause: Cause::Drift {
                    entry: number,
                    attribute: 0,
                },
            };
            table.add(&leaf, &Path::root());
        }
        table
    }

    #[test]
    fn values_inside_a_text_are_replaced_all_at_once() {
        let table = table(&[
            ("10.0.0.1", Some("10.0.0.2")),
            ("10.0.0.2", Some("10.0.0.1")),
        ]);
        let causes = rewritten(
            &[&table],
            "a 10.0.0.1,10.0.0.2:80",
            "a 10.0.0.2,10.0.0.1:80",
        );
        assert_eq!(causes.unwrap().len(), 2);
        assert!(rewritten(&[&table], "10.0.0.1 v1", "10.0.0.2 v2").is_none());
        assert!(rewritten(&[&table], "10.0.0.12", "10.0.0.22").is_none());
    }

    #[test]
    fn a_short_value_proves_nothing() {
        let table = table(&[
            ("1", Some("2")),
            ("true", Some("false")),
            ("8080", Some("9090")),
        ]);
        assert!(rewritten(&[&table], "step 1", "step 2").is_none());
        assert!(rewritten(&[&table], "port 8080", "port 9090").is_none());
        assert!(replaced([&table].into_iter(), &"1".into(), &"2".into()).is_none());
        assert!(replaced([&table].into_iter(), &"true".into(), &"false".into()).is_none());
    }

    #[test]
    fn an_empty_value_is_replaced_only_where_the_other_is_telling() {
        let table = table(&[("", Some("203.0.113.9"))]);
        assert!(replaced([&table].into_iter(), &"".into(), &"203.0.113.9".into()).is_some());
        assert!(rewritten(&[&table], "http://:80", "http://203.0.113.9:80").is_some());
        assert!(rewritten(&[&table], "http://:80", "http://203.0.113.9:81").is_none());
    }

    #[test]
    fn two_new_values_for_one_old_are_ambiguous_inside_a_text() {
        let table = table(&[
            ("203.0.113.1", Some("203.0.113.2")),
            ("203.0.113.1", Some("203.0.113.3")),
        ]);
        assert!(rewritten(&[&table], "x 203.0.113.1", "x 203.0.113.2").is_none());
        assert!(
            replaced(
                [&table].into_iter(),
                &"203.0.113.1".into(),
                &"203.0.113.3".into()
            )
            .is_some()
        );
    }

    #[test]
    fn what_is_not_known_yet_is_found_by_its_old_value() {
        let table = table(&[("7531", None), ("203.0.113.1", Some("203.0.113.2"))]);
        assert_eq!(unsettled(&[&table], &Value::from("7531")).len(), 1);
        assert!(unsettled(&[&table], &Value::from("203.0.113.1")).is_empty());
    }
}
