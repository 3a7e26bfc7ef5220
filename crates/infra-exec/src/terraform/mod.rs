//! Terraform and OpenTofu: what they are asked, under which settings, and what they answer.

mod apply;
mod command;
mod diagnostic;
mod error;
mod init;
mod lock_info;
mod plan;
mod read;
mod stream;
mod workspace;

pub use apply::{Apply, ApplyOutcome};
pub use command::{Locking, Terraform};
pub use diagnostic::{Diagnostic, Position, Severity};
pub use error::{Failure, TerraformError, Trouble};
pub use init::Init;
pub use lock_info::LockInfo;
pub use plan::{Plan, PlanOutcome};
pub use read::ToolVersion;
pub use stream::{EventSink, TerraformEvent};
