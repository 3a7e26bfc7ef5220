//! The cloud edge: what `infra` asks of AWS.
//!
//! [`Cloud`] is AWS as one [`Access`](infra_core::aws::Access) reaches it. It starts nothing
//! until something is asked of it; then it finds credentials as Terraform and all SDKs do, and
//! gives out one client per service. Each request has time limits and is sent again with
//! jittered pauses. What fails is an [`AwsError`], which says what to do about it.
//!
//! Each service is a feature, so that nobody compiles an SDK that they don't use.

mod cloud;
mod credentials;
#[cfg(feature = "dynamodb")]
pub mod dynamodb;
#[cfg(feature = "ec2")]
pub mod ec2;
mod endpoint;
mod error;
mod limits;
#[cfg(feature = "route53")]
pub mod route53;
#[cfg(feature = "s3")]
pub mod s3;

pub use cloud::Cloud;
pub use error::{AwsError, Cause};
