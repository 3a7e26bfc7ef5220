//! `backend init`: the bucket and the table that Terraform's S3 backend needs.

mod answer;
mod look;
mod verb;

pub use answer::{BackendReport, Condition, Part};
pub(crate) use look::look;
pub use verb::{BackendError, Repair, init};
