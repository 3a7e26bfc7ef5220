//! A state that is refused, and the way out.

use infra_core::hint::Hint;
use infra_core::ledger::StateId;

use super::{AcceptState, StateCopy};

/// A state that is not the one that must be there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct StateRefused {
    when: When,
    /// The state that must be there, or one that comes after it
    expected: Option<StateId>,
    /// The state that is there
    found: Option<StateId>,
    /// What it could be put right with, best first
    copies: Vec<StateCopy>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    Before,
    After,
}

impl StateRefused {
    pub(super) fn before(remembered: &StateId, found: Option<&StateId>) -> Self {
        Self {
            when: When::Before,
            expected: Some(remembered.clone()),
            found: found.cloned(),
            copies: Vec::new(),
        }
    }

    pub(super) fn after(before: Option<&StateId>, found: Option<&StateId>) -> Self {
        Self {
            when: When::After,
            expected: before.cloned(),
            found: found.cloned(),
            copies: Vec::new(),
        }
    }

    /// Adds what it could be put right with. Copies of other states are left out.
    pub(crate) fn with_copies(mut self, copies: Vec<StateCopy>) -> Self {
        let lineage = self
            .expected
            .as_ref()
            .map(|expected| expected.lineage.as_str());
        let more = copies
            .into_iter()
            .filter(|copy| lineage.is_none_or(|lineage| lineage == copy.id.lineage))
            .filter(|copy| Some(&copy.id) != self.found.as_ref());
        self.copies.extend(more);
        self.copies
            .sort_by(|a, b| (b.id.serial, &a.place).cmp(&(a.id.serial, &b.place)));
        self
    }

    fn sentence(&self) -> String {
        let left = match self.when {
            When::Before => "Terraform's state",
            When::After => "the state after terraform apply",
        };
        match (&self.found, &self.expected) {
            (None, Some(expected)) => format!(
                "{left} is not there: the last one seen had serial {} of lineage {}",
                expected.serial, expected.lineage
            ),
            (None, None) => format!("{left} is not there"),
            (Some(found), Some(expected)) if found.lineage != expected.lineage => format!(
                "{left} is another one: it has the lineage {}, and the last one seen had {}",
                found.lineage, expected.lineage
            ),
            (Some(found), Some(expected)) => format!(
                "{left} is older than it was: it has serial {}, and the last one seen had {}",
                found.serial, expected.serial
            ),
            (Some(found), None) => format!("{left} has serial {}", found.serial),
        }
    }

    fn put_back(&self) -> String {
        let wanted = self.expected.as_ref();
        match (self.copies.first(), wanted) {
            (Some(copy), Some(wanted)) if copy.id.serial >= wanted.serial => {
                format!("{} holds it: `{}`", copy.place, copy.restore)
            }
            (Some(copy), _) => format!(
                "the newest copy at hand is {}, with serial {}: `{}`, and what was made since must \
                 be imported",
                copy.place, copy.id.serial, copy.restore
            ),
            (None, Some(wanted)) => format!(
                "put the state with serial {} of lineage {} back where the backend keeps it, from \
                 the backend's own versions or a backup, with `terraform state push FILE`",
                wanted.serial, wanted.lineage
            ),
            (None, None) => {
                "look for errored.tfstate in the root module: `terraform state push errored.tfstate`"
                    .to_owned()
            }
        }
    }
}

impl Hint for StateRefused {
    fn hints(&self) -> Vec<String> {
        let mut hints = vec![
            match self.when {
                When::Before => "nothing was changed",
                When::After => "no playbook was run; the next apply does the rest",
            }
            .to_owned(),
            self.put_back(),
        ];
        if self.when == When::Before {
            hints.push(
                "see as well that `terraform { dir workspace env }` in infra.hcl name the right state"
                    .to_owned(),
            );
        }
        hints.push(format!(
            "if this is as it should be: `infra apply --accept-state {}`",
            AcceptState::of(self.found.as_ref())
        ));
        hints
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(place: &str, lineage: &str, serial: u64) -> StateCopy {
        StateCopy {
            place: place.to_owned(),
            id: StateId::new(lineage, serial),
            restore: format!("restore {place}"),
        }
    }

    #[test]
    fn the_repair_names_the_newest_copy_of_this_state() {
        let refused = StateRefused::before(&StateId::new("a", 4), None);
        let whole = refused.clone().with_copies(vec![
            copy("other", "b", 9),
            copy("old", "a", 3),
            copy("new", "a", 4),
        ]);
        assert_eq!(
            whole.to_string(),
            "Terraform's state is not there: the last one seen had serial 4 of lineage a"
        );
        assert_eq!(whole.hints()[1], "new holds it: `restore new`");
        assert_eq!(
            whole.hints().last().unwrap(),
            "if this is as it should be: `infra apply --accept-state none`"
        );
        let old = refused.clone().with_copies(vec![copy("old", "a", 3)]);
        assert!(old.hints()[1].starts_with("the newest copy at hand is old, with serial 3"));
        assert!(refused.hints()[1].starts_with("put the state with serial 4 of lineage a back"));
    }

    #[test]
    fn what_is_wrong_is_said_in_one_sentence() {
        let before =
            |found: StateId| StateRefused::before(&StateId::new("a", 4), Some(&found)).to_string();
        assert_eq!(
            before(StateId::new("b", 1)),
            "Terraform's state is another one: it has the lineage b, and the last one seen had a"
        );
        assert_eq!(
            before(StateId::new("a", 2)),
            "Terraform's state is older than it was: it has serial 2, and the last one seen had 4"
        );
        let after = StateRefused::after(None, None);
        assert_eq!(
            after.to_string(),
            "the state after terraform apply is not there"
        );
    }
}
