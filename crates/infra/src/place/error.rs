//! What keeps the place of the records and the lock from being known or used.

use std::error::Error;
use std::io;

use camino::Utf8PathBuf;
use infra_core::aws::SettingError;
use infra_core::hint::Hint;

/// Why it isn't known where records and lock are.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlaceError {
    /// Neither `infra.hcl` nor Terraform's backend block names a bucket or a key
    #[error("backend \"s3\" of stack {stack:?} has no {what:?}")]
    Missing {
        /// The stack
        stack: String,
        /// The attribute
        what: &'static str,
        /// Where it was looked for besides
        looked: String,
    },
    /// A setting of Terraform's backend block that can't be followed
    #[error("the backend block of {module}: {source}")]
    Setting {
        /// The root module
        module: Utf8PathBuf,
        /// What is wrong
        #[source]
        source: SettingError,
    },
    /// A setting of the AWS provider's that can't be followed
    #[error("the block provider \"aws\" of {module}: {source}")]
    Provider {
        /// The root module
        module: Utf8PathBuf,
        /// What is wrong
        #[source]
        source: SettingError,
    },
    /// A file of Terraform's can't be read
    #[error("can't read {path}")]
    Read {
        /// The file
        path: Utf8PathBuf,
        /// Why
        #[source]
        source: io::Error,
    },
    /// A file of Terraform's isn't what it should be
    #[error("{path} is not what `terraform init` writes")]
    DataDirectory {
        /// The file
        path: Utf8PathBuf,
        /// What is wrong
        #[source]
        source: serde_json::Error,
    },
    /// This build knows no S3
    #[error("backend \"s3\" is not part of this build of infra")]
    NotBuilt,
    /// The state does not fit the digest that Terraform keeps of it
    #[cfg(feature = "aws")]
    #[error(transparent)]
    Digest(#[from] super::witness::DigestMismatch),
    /// AWS does not do what is asked
    #[cfg(feature = "aws")]
    #[error(transparent)]
    Aws(#[from] infra_aws::AwsError),
    /// A record of the spool can't be read
    #[error("record {sequence} in the spool {spool} is damaged: {message}")]
    Spool {
        /// Its number
        sequence: u64,
        /// The directory
        spool: Utf8PathBuf,
        /// What is wrong
        message: String,
    },
}

impl Hint for PlaceError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Missing { what, looked, .. } => vec![
                format!("{looked}, which does not say it either"),
                format!(
                    "add `{what} = \"…\"` to it, or to Terraform's block `backend \"s3\"`, and run `terraform init`"
                ),
            ],
            Self::Setting {
                source: SettingError::Type { .. },
                ..
            } => {
                vec!["correct it and run `terraform init -reconfigure`".to_owned()]
            }
            Self::Setting { .. } | Self::Provider { .. } | Self::Read { .. } => Vec::new(),
            Self::DataDirectory { .. } => {
                vec!["run `terraform init -reconfigure` in the root module".to_owned()]
            }
            Self::NotBuilt => vec!["build it with the feature `aws`, as by default".to_owned()],
            #[cfg(feature = "aws")]
            Self::Aws(error) => error.hints(),
            #[cfg(feature = "aws")]
            Self::Digest(error) => error.hints(),
            Self::Spool {
                spool, sequence, ..
            } => vec![
                format!(
                    "the records of a run that could not reach S3 wait there; restore {spool}/{sequence:010}.json from a backup"
                ),
                format!(
                    "or move {spool} away: what that run did is then not known, and its playbooks run once more"
                ),
            ],
        }
    }
}

/// What to do about the error of a store or a lock, if it is one of AWS.
pub(crate) fn hints_of(source: &(dyn Error + Send + Sync + 'static)) -> Option<Vec<String>> {
    #[cfg(feature = "aws")]
    if let Some(error) = source.downcast_ref::<infra_aws::AwsError>() {
        return Some(error.hints());
    }
    let _ = source;
    None
}
