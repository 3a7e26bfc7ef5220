//! Static names in Route 53: looking at the zones of a stack, and changing them.

mod error;
#[cfg(feature = "aws")]
mod zones;

pub use error::NamesError;
pub(crate) use error::refuse_foreign;

#[cfg(feature = "aws")]
pub(crate) use zones::look;

#[cfg(not(feature = "aws"))]
pub(crate) use without::look;

/// What stands in where this build knows no AWS.
#[cfg(not(feature = "aws"))]
mod without {
    use infra_core::dns::{DnsChange, Target};

    use super::NamesError;
    use crate::Project;

    /// Nothing to do.
    pub(crate) struct Names;

    impl Names {
        pub(crate) fn changes(&self) -> Vec<DnsChange> {
            Vec::new()
        }
    }

    /// Refuses, unless there is no name to look after.
    #[expect(clippy::unused_async, reason = "nothing to ask")]
    pub(crate) async fn look(
        _: &Project,
        _: &[Target],
        _: Option<&str>,
    ) -> Result<Names, NamesError> {
        Err(NamesError::NotBuilt)
    }
}
