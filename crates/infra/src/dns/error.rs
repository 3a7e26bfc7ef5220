//! Names that can't be looked after.

use infra_core::dns::{DnsAction, DnsChange};
use infra_core::hint::Hint;

use crate::place::PlaceError;

/// Names that can't be looked after.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NamesError {
    /// This build knows no Route 53
    #[error("the block `dns` is not part of this build of infra")]
    NotBuilt,
    /// It isn't known how AWS is reached
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// Route 53 does not answer as it should
    #[cfg(feature = "aws")]
    #[error(transparent)]
    Aws(#[from] infra_aws::AwsError),
    /// There is no such zone
    #[cfg(feature = "aws")]
    #[error(transparent)]
    Zone(#[from] infra_aws::route53::ZoneError),
    /// Records are somebody else's
    #[error("{}", .0.iter().map(told).collect::<Vec<_>>().join("; "))]
    Refused(Vec<DnsChange>),
}

/// An error if any of the changes would touch somebody else's record.
pub(crate) fn refuse_foreign(changes: &[DnsChange]) -> Result<(), NamesError> {
    let refused: Vec<DnsChange> = (changes.iter())
        .filter(|change| change.action == DnsAction::Refuse)
        .cloned()
        .collect();
    if refused.is_empty() {
        Ok(())
    } else {
        Err(NamesError::Refused(refused))
    }
}

fn told(change: &DnsChange) -> String {
    format!(
        "the record {} {} is not this stack's: {}",
        change.name,
        change.kind.as_deref().unwrap_or_default(),
        change.reason.as_deref().unwrap_or_default()
    )
}

impl Hint for NamesError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::NotBuilt => vec!["build it with the feature `aws`, as by default".to_owned()],
            Self::Place(error) => error.hints(),
            #[cfg(feature = "aws")]
            Self::Aws(error) => error.hints(),
            #[cfg(feature = "aws")]
            Self::Zone(error) => error.hints(),
            Self::Refused(_) => vec![
                "nothing was changed; give the hosts another `name`, or remove the record".to_owned(),
                "or say `adopt = true` in the dns block to take it over, and take that out again afterwards".to_owned(),
            ],
        }
    }
}
