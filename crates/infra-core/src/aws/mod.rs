//! How AWS is reached and where Terraform's S3 backend is, in Terraform's own words; and what
//! AWS says of instances and records. Values only: the connections are made in the crate
//! `infra-aws`.

mod access;
mod block;
mod instance;
mod record_set;
mod s3_backend;
mod settings;

pub use access::{Access, AssumeRole, Service};
pub use block::{BackendBlock, block_of_data_directory, block_of_module, provider_of_module};
pub use instance::Instance;
pub use record_set::{RecordSet, plain_name};
pub use s3_backend::{Encryption, S3Backend};
pub use settings::{ATTRIBUTES, SettingError};
