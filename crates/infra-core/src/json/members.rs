//! The members of a JSON object, in order.

use std::borrow::Cow;

use super::Value;

/// Above this many members a lookup goes through an index.
const FEW: usize = 64;

/// The members of a JSON object, in the order of the document; each key once.
///
/// Nearly all objects of Terraform's are small (a tag, a block, a mask), and a state has
/// hundreds of thousands of them. A hash table for each costs more time and memory than
/// all else that is done with them, so a few members are one list, searched from its
/// start, and only objects larger than those of any resource have an index beside it.
#[derive(Debug, Clone, Default)]
pub struct Members<'a> {
    entries: Vec<Entry<'a>>,
    /// The places of the entries in the order of their keys, where there are many
    #[allow(clippy::box_collection, reason = "one word keeps `Value` at four")]
    sorted: Option<Box<Vec<usize>>>,
}

type Entry<'a> = (Cow<'a, str>, Value<'a>);

impl<'a> Members<'a> {
    /// No members.
    pub fn new() -> Self {
        Self::default()
    }

    /// No members, with room for this many.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            entries: Vec::with_capacity(capacity),
            sorted: None,
        }
    }

    /// Members of which a key may be there more than once: the last value counts, at the
    /// place of the first.
    pub(crate) fn of_entries(entries: Vec<Entry<'a>>) -> Self {
        // Terraform writes keys in order, which leaves nothing to be found.
        let unique = entries.is_sorted_by(|(one, _), (other, _)| one < other);
        if unique {
            let mut members = Self {
                entries,
                sorted: None,
            };
            members.index();
            members
        } else {
            entries.into_iter().collect()
        }
    }

    /// The same members, owning their text.
    pub(super) fn into_owned(self) -> Members<'static> {
        let entries = self.entries.into_iter();
        Members {
            entries: entries
                .map(|(key, value)| (Cow::Owned(key.into_owned()), value.into_owned()))
                .collect(),
            sorted: self.sorted,
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        Some(&self.entries.get(self.find(key).ok()?)?.1)
    }

    /// The value of `key`, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value<'a>> {
        let at = self.find(key).ok()?;
        Some(&mut self.entries.get_mut(at)?.1)
    }

    /// Whether there is a member called `key`.
    pub fn contains_key(&self, key: &str) -> bool {
        self.find(key).is_ok()
    }

    /// Sets the value of `key`, at its place if it has one, and returns the one it had.
    pub fn insert(&mut self, key: Cow<'a, str>, value: Value<'a>) -> Option<Value<'a>> {
        match self.find(&key) {
            Ok(at) => self
                .entries
                .get_mut(at)
                .map(|(_, old)| std::mem::replace(old, value)),
            Err(at) => {
                if let Some(sorted) = &mut self.sorted {
                    sorted.insert(at, self.entries.len());
                }
                self.entries.push((key, value));
                if self.sorted.is_none() {
                    self.index();
                }
                None
            }
        }
    }

    /// The value of `key`, null if there was none.
    pub fn get_or_null(&mut self, key: Cow<'a, str>) -> &mut Value<'a> {
        let at = if let Ok(at) = self.find(&key) {
            at
        } else {
            self.insert(key, Value::Null);
            self.entries.len() - 1
        };
        // A place that was just found or made.
        &mut self.entries[at].1
    }

    /// Takes a member out; the order of the others stays.
    pub fn remove(&mut self, key: &str) -> Option<Value<'a>> {
        let at = self.find(key).ok()?;
        let (_, value) = self.entries.remove(at);
        self.index();
        Some(value)
    }

    /// Keeps the members of which `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut Value<'a>) -> bool) {
        self.entries.retain_mut(|(key, value)| keep(key, value));
        self.index();
    }

    /// Puts the members in the order of their keys.
    pub fn sort_keys(&mut self) {
        self.entries
            .sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        self.index();
    }

    /// The members in order.
    pub fn iter(&self) -> Iter<'_, 'a> {
        self.entries.iter().map(pair)
    }

    /// The keys in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Cow<'a, str>> + ExactSizeIterator {
        self.entries.iter().map(|(key, _)| key)
    }

    /// The values in order.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value<'a>> + ExactSizeIterator {
        self.entries.iter().map(|(_, value)| value)
    }

    /// The values in order, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value<'a>> {
        self.entries.iter_mut().map(|(_, value)| value)
    }

    /// The values in order.
    pub fn into_values(self) -> impl Iterator<Item = Value<'a>> {
        self.entries.into_iter().map(|(_, value)| value)
    }

    /// The place of `key`, or else the place in the index where it belongs.
    fn find(&self, key: &str) -> Result<usize, usize> {
        let Some(sorted) = &self.sorted else {
            return self
                .entries
                .iter()
                .position(|(known, _)| known == key)
                .ok_or(0);
        };
        sorted
            .binary_search_by(|at| self.entries[*at].0.as_ref().cmp(key))
            .map(|found| sorted[found])
    }

    fn index(&mut self) {
        self.sorted = (self.entries.len() > FEW).then(|| {
            let mut sorted: Vec<usize> = (0..self.entries.len()).collect();
            sorted.sort_by(|one, other| self.entries[*one].0.cmp(&self.entries[*other].0));
            Box::new(sorted)
        });
    }
}

/// The members of an object in order.
pub(super) type Iter<'m, 'a> = std::iter::Map<
    std::slice::Iter<'m, Entry<'a>>,
    fn(&'m Entry<'a>) -> (&'m Cow<'a, str>, &'m Value<'a>),
>;

fn pair<'m, 'a>((key, value): &'m Entry<'a>) -> (&'m Cow<'a, str>, &'m Value<'a>) {
    (key, value)
}

/// Two objects are the same whatever the order of their members.
impl PartialEq for Members<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self.entries.iter().enumerate().all(|(at, (key, value))| {
                // Nearly always they are in the same order.
                let beside = other.entries.get(at).filter(|(known, _)| known == key);
                let other = beside.map(|(_, other)| other).or_else(|| other.get(key));
                other.is_some_and(|other| other == value)
            })
    }
}

impl Eq for Members<'_> {}

impl<'a> FromIterator<Entry<'a>> for Members<'a> {
    fn from_iter<I: IntoIterator<Item = Entry<'a>>>(entries: I) -> Self {
        let entries = entries.into_iter();
        let mut members = Self::with_capacity(entries.size_hint().0);
        members.extend(entries);
        members
    }
}

impl<'a> Extend<Entry<'a>> for Members<'a> {
    fn extend<I: IntoIterator<Item = Entry<'a>>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<'a> IntoIterator for Members<'a> {
    type Item = Entry<'a>;
    type IntoIter = std::vec::IntoIter<Entry<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<'m, 'a> IntoIterator for &'m Members<'a> {
    type Item = (&'m Cow<'a, str>, &'m Value<'a>);
    type IntoIter = Iter<'m, 'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(count: usize) -> Members<'static> {
        // Not in the order of the keys.
        (0..count)
            .map(|n| {
                (
                    format!("k{}", n * 7 % count).into(),
                    Value::from(i64::try_from(n).unwrap()),
                )
            })
            .collect()
    }

    #[test]
    fn few_and_many_members_are_found_alike() {
        for count in [1, FEW, FEW + 1, 5 * FEW] {
            let mut members = object(count);
            let len = members.len();
            assert!((0..count).all(|n| members.contains_key(&format!("k{n}")) || count % 7 == 0));
            assert_eq!(members.insert("new".into(), Value::Null), None);
            assert_eq!(members.insert("new".into(), true.into()), Some(Value::Null));
            assert_eq!(members.get("new"), Some(&Value::Bool(true)));
            assert_eq!(members.remove("k0"), Some(Value::from(0)));
            assert!(!members.contains_key("k0"));
            assert_eq!(members.len(), len);
            assert_eq!(members.keys().next_back().unwrap(), "new");
        }
    }

    #[test]
    fn a_repeated_key_keeps_its_place_and_the_last_value_counts() {
        let entries = |keys: &[&'static str]| -> Vec<Entry<'static>> {
            keys.iter()
                .enumerate()
                .map(|(n, key)| ((*key).into(), Value::from(i64::try_from(n).unwrap())))
                .collect()
        };
        let members = Members::of_entries(entries(&["b", "a", "b"]));
        assert_eq!(Value::Object(members).to_string(), r#"{"b":2,"a":1}"#);
        let members = Members::of_entries(entries(&["a", "a"]));
        assert_eq!(Value::Object(members).to_string(), r#"{"a":1}"#);
    }

    #[test]
    fn the_order_of_members_makes_no_difference_to_equality() {
        let mut sorted = object(FEW * 2);
        sorted.sort_keys();
        assert_eq!(sorted, object(FEW * 2));
        assert!(sorted.keys().is_sorted());
        sorted.retain(|key, _| key != "k1");
        assert_ne!(sorted, object(FEW * 2));
    }

    #[test]
    fn a_value_is_small() {
        assert_eq!(size_of::<Value<'_>>(), 32);
    }
}
