//! Whether a state can have come after the one that was last seen.

use infra_core::ledger::StateId;

use super::{AcceptState, StateRefused, in_bucket, in_root_module};
use crate::Project;

/// What is known of the state before anything is decided.
#[derive(Debug, Clone, Default)]
pub(crate) struct StateGuard {
    /// The state that the ledger saw last
    pub(crate) remembered: Option<StateId>,
    /// The state that whoever runs infra says is the right one
    pub(crate) accepted: Option<AcceptState>,
}

/// Why a state was let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admitted {
    /// It may well come after the one remembered
    Follows,
    /// Only because a person said so: from here on this is the one to remember
    ByHand,
}

impl StateGuard {
    /// Judges the state that a plan starts from; none, or one without a lineage, is no state.
    ///
    /// # Errors
    ///
    /// If there is none, it has another lineage, or a lower serial than is remembered, and
    /// nobody accepted exactly this. The error names the copies in the root module and the
    /// bucket.
    pub(crate) async fn admit(
        &self,
        project: &Project,
        found: Option<&StateId>,
    ) -> Result<Admitted, StateRefused> {
        let refused = match self.judge(found) {
            Ok(admitted) => return Ok(admitted),
            Err(refused) => refused.with_copies(in_root_module(project, found)),
        };
        Err(refused.with_copies(in_bucket(project).await))
    }

    fn judge(&self, found: Option<&StateId>) -> Result<Admitted, StateRefused> {
        let found = there(found);
        let Some(remembered) = &self.remembered else {
            return Ok(Admitted::Follows);
        };
        if found.is_some_and(|found| found.can_follow(remembered)) {
            return Ok(Admitted::Follows);
        }
        match &self.accepted {
            Some(accepted) if accepted.id() == found => Ok(Admitted::ByHand),
            _ => Err(StateRefused::before(remembered, found)),
        }
    }
}

/// Judges the state that an apply left behind.
///
/// # Errors
///
/// If there is none, or it can't have come from the state that was there before: what
/// Terraform says of a good apply is then not to be believed.
pub(crate) fn written(
    before: Option<&StateId>,
    after: Option<&StateId>,
) -> Result<(), StateRefused> {
    let (before, after) = (there(before), there(after));
    match (before, after) {
        (_, None) => Err(StateRefused::after(before, None)),
        (Some(before), Some(after)) if !after.can_follow(before) => {
            Err(StateRefused::after(Some(before), Some(after)))
        }
        _ => Ok(()),
    }
}

/// Terraform writes a state that isn't there as one without a lineage.
fn there(id: Option<&StateId>) -> Option<&StateId> {
    id.filter(|id| !id.lineage.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_that_cannot_have_come_after_is_refused() {
        let guard = StateGuard {
            remembered: Some(StateId::new("a", 4)),
            accepted: None,
        };
        for serial in [4, 5, 900] {
            assert_eq!(
                guard.judge(Some(&StateId::new("a", serial))).unwrap(),
                Admitted::Follows
            );
        }
        for found in [
            None,
            Some(StateId::new("", 0)),
            Some(StateId::new("", 9)),
            Some(StateId::new("a", 3)),
            Some(StateId::new("b", 5)),
        ] {
            assert!(guard.judge(found.as_ref()).is_err(), "{found:?}");
        }
        let knows_nothing = StateGuard::default();
        assert_eq!(knows_nothing.judge(None).unwrap(), Admitted::Follows);
    }

    #[test]
    fn only_exactly_what_was_accepted_passes() {
        let guard = |accepted: &str| StateGuard {
            remembered: Some(StateId::new("a", 4)),
            accepted: Some(accepted.parse().unwrap()),
        };
        assert_eq!(
            guard("b:1").judge(Some(&StateId::new("b", 1))).unwrap(),
            Admitted::ByHand
        );
        assert_eq!(guard("none").judge(None).unwrap(), Admitted::ByHand);
        assert!(guard("b:1").judge(Some(&StateId::new("b", 2))).is_err());
        assert!(guard("b:1").judge(None).is_err());
        assert!(guard("none").judge(Some(&StateId::new("a", 3))).is_err());
        assert_eq!(
            guard("none").judge(Some(&StateId::new("a", 4))).unwrap(),
            Admitted::Follows
        );
    }

    #[test]
    fn an_apply_leaves_a_state_that_follows_the_one_before() {
        let (a3, a4, b4) = (
            StateId::new("a", 3),
            StateId::new("a", 4),
            StateId::new("b", 4),
        );
        assert!(written(Some(&a3), Some(&a4)).is_ok());
        assert!(written(Some(&StateId::new("", 0)), Some(&a3)).is_ok());
        assert!(written(None, Some(&a3)).is_ok());
        for (before, after) in [
            (Some(&a4), Some(&a3)),
            (Some(&a3), Some(&b4)),
            (Some(&a3), None),
            (None, None),
        ] {
            assert!(written(before, after).is_err(), "{before:?} {after:?}");
        }
    }
}
