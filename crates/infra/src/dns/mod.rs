//! Static names in Route 53: looking at the zones of a stack, and changing them.

mod error;
#[cfg(feature = "aws")]
mod zones;

pub use error::NamesError;
pub(crate) use error::refuse_foreign;

use infra_core::ledger::Index;

use crate::Project;

#[cfg(feature = "aws")]
pub(crate) use zones::look;

/// Whether a stack has names to look after: by its `dns` blocks, or because it once had some.
pub(crate) fn has_names(project: &Project, index: &Index) -> bool {
    // A build that knows no Route 53 can't take away what another made, and leaves it.
    !project.stack.dns.is_empty() || (cfg!(feature = "aws") && !index.names.is_empty())
}

#[cfg(not(feature = "aws"))]
pub(crate) use without::look;

/// What stands in where this build knows no AWS.
#[cfg(not(feature = "aws"))]
mod without {
    use std::collections::{BTreeMap, BTreeSet};

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
    pub(crate) async fn look(
        _: &Project,
        _: &[Target],
        _: Option<&str>,
        _: &BTreeMap<String, BTreeSet<String>>,
    ) -> Result<Names, NamesError> {
        Err(NamesError::NotBuilt)
    }
}
