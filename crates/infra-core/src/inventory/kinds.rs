//! What is known of each type of resource, found fast for one object after the other.

use std::collections::HashMap;

/// A value for each of some names, made when it is first asked for. Names come in runs: the
/// objects of a state are in the order of their resources.
#[derive(Debug)]
pub(super) struct Kinds<'s, T> {
    values: Vec<(&'s str, T)>,
    places: HashMap<&'s str, usize>,
    /// The place of the name that was asked for last
    last: usize,
}

impl<T> Default for Kinds<'_, T> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            places: HashMap::new(),
            last: 0,
        }
    }
}

impl<'s, T> Kinds<'s, T> {
    /// The value for `name`.
    pub(super) fn get(&mut self, name: &'s str, make: impl FnOnce(&'s str) -> T) -> &mut T {
        if self
            .values
            .get(self.last)
            .is_none_or(|(last, _)| *last != name)
        {
            self.last = *self.places.entry(name).or_insert_with(|| {
                self.values.push((name, make(name)));
                self.values.len() - 1
            });
        }
        // A place that was just found or made.
        &mut self.values[self.last].1
    }

    /// All names and values.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'s str, &T)> {
        self.values.iter().map(|(name, value)| (*name, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_has_one_value_in_whatever_order_they_come() {
        let mut kinds = Kinds::default();
        for name in ["a", "a", "b", "a", "c", "c", "b"] {
            *kinds.get(name, |_| 0) += 1;
        }
        assert!(kinds.iter().eq([("a", &3), ("b", &2), ("c", &2)]));
    }
}
