//! Whether Terraform's state can be read.

use infra_core::document::read_state;
use infra_core::hint::Hint as _;
use infra_exec::terraform::{Failure, Trouble};

use super::answer::{Check, Status};
use crate::Project;
use crate::context::Context;
use crate::verbs::{LiveError, live};

const NAME: &str = "state";

/// The check of the digest that Terraform keeps of a state in S3.
pub(super) const DIGEST: &str = "state digest";

/// Reads the state, as Terraform gives it out.
pub(super) async fn check(context: &Context<'_>, project: &Project) -> Check {
    let pulled = match live::state(context, project).await {
        Ok(pulled) => pulled,
        // What Terraform says of it is a page, and the hint is what it comes to.
        Err(LiveError::State(Failure::Terraform(error)))
            if error.trouble == Trouble::NotInitialized =>
        {
            let message = "Terraform can't read it: the root module is not initialised";
            return Check::new(NAME, Status::Error, message).hints(error.hints());
        }
        Err(error) => return Check::failed(NAME, &error),
    };
    let text = match pulled.text() {
        Ok(text) => text,
        Err(error) => return Check::failed(NAME, &error),
    };
    match read_state(&text) {
        Err(error) => Check::failed(NAME, &pulled.error(error)),
        Ok(state) => {
            let objects = state.objects.len();
            let message = match (state.lineage, state.serial) {
                (Some(lineage), Some(serial)) => {
                    format!("serial {serial} of lineage {lineage}, {objects} objects")
                }
                _ => "there is none yet".to_owned(),
            };
            Check::new(NAME, Status::Ok, message)
        }
    }
}
