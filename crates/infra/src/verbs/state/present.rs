//! The state that a copy is to take the place of, also one that Terraform refuses to touch.

use infra_exec::terraform::Terraform;

use super::StateError;
use super::copy::{Copy, read_present};
#[cfg(feature = "aws")]
use super::refused::Refused;
use crate::Project;
use crate::context::Context;

/// What a copy is to take the place of.
pub(super) struct Present {
    /// The state. None: there is none, or what is there is no state
    pub(super) copy: Option<Copy>,
    /// What keeps Terraform from replacing it
    #[cfg(feature = "aws")]
    refused: Option<Refused>,
}

impl Present {
    /// Reads the state by Terraform, or, where Terraform would refuse to, from where it is.
    pub(super) async fn read(
        context: &Context<'_>,
        project: &Project,
        terraform: &Terraform,
    ) -> Result<Self, StateError> {
        #[cfg(feature = "aws")]
        if let Some(refused) = Refused::of(project).await? {
            let bytes = refused.bytes();
            return Ok(Self {
                // It can be anything: a half of a state, or what somebody put there.
                copy: read_present(bytes).ok().flatten(),
                refused: Some(refused),
            });
        }
        #[cfg(not(feature = "aws"))]
        let _ = project;
        let pulled = terraform.state_pull(&context.runner).await?;
        Ok(Self {
            copy: read_present(&pulled)?,
            #[cfg(feature = "aws")]
            refused: None,
        })
    }

    /// Sees to it that Terraform takes a state again: where it would refuse, the copy is put
    /// there as it is, so that what Terraform pushes comes after it.
    pub(super) async fn make_way(&self, bytes: &[u8]) -> Result<(), StateError> {
        #[cfg(feature = "aws")]
        if let Some(refused) = &self.refused {
            refused.replace(bytes).await?;
        }
        #[cfg(not(feature = "aws"))]
        let _ = bytes;
        Ok(())
    }

    /// Whether Terraform has to be told that it is another lineage that it replaces.
    pub(super) fn is_foreign_to(&self, lineage: &str) -> bool {
        #[cfg(feature = "aws")]
        if self.refused.is_some() {
            return false;
        }
        let present = self.copy.as_ref();
        present.is_some_and(|present| present.id.lineage != lineage)
    }
}
