//! The variables whose values are being looked at, one within the other.

use super::own::Whose;
use crate::ansible::jinja::Access;

/// Parts of a variable that refer to other parts of it, so deep.
const MAX_PARTS: usize = 3;
/// A variable with more definitions, such as that of most loops, is looked at once at a time: each
/// could be a part of each other.
const MANY: usize = 16;

/// A variable, or a part of it.
pub(super) struct Met {
    name: String,
    whose: Whose,
    /// The steps into it; None: one that is computed
    part: Vec<Option<String>>,
}

impl Met {
    pub(super) fn new(name: &str, whose: Whose, steps: &[Access<'_>]) -> Self {
        let key = |step: &Access<'_>| match step {
            Access::Key(key) => Some((*key).to_owned()),
            Access::Computed(_) => None,
        };
        Self {
            name: name.to_owned(),
            whose,
            part: steps.iter().map(key).collect(),
        }
    }

    fn is_of(&self, other: &Self) -> bool {
        self.name == other.name && self.whose == other.whose
    }
}

/// Where a variable with so many definitions is looked at already, and has nothing new to say.
/// Another part of it may: each `x.a` that `set_fact` calls `x` can be of the one before.
pub(super) fn again(seen: &[Met], met: &Met, definitions: usize) -> Option<usize> {
    let within = seen.iter().filter(|seen| seen.is_of(met)).count();
    let deep = if definitions > MANY { 1 } else { MAX_PARTS };
    seen.iter()
        .position(|seen| seen.is_of(met) && (within >= deep || seen.part == met.part))
}
