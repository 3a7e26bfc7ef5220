//! Looking around, and writing the file.

use std::fs::File;
use std::io::{self, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use infra_core::config::{Runner, write_config};
use infra_core::decision::FORMAT_VERSION;
use infra_core::hint::Hint;

use super::answer::{FoundRunner, Initialised};
use super::choose::{Chosen, choose};
use super::look::look;
use crate::FILE_NAME;

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
    let shown = if dir.as_str().is_empty() {
        Utf8Path::new(".")
    } else {
        dir
    };
    let root = shown
        .canonicalize_utf8()
        .map_err(|source| InitError::Look {
            path: shown.to_owned(),
            source,
        })?;
    let file = root.join(FILE_NAME);
    // Before the looking, so that nobody waits for a refusal.
    if file.symlink_metadata().is_ok() {
        return Err(InitError::Exists(file));
    }
    let Chosen { found, unread } = choose(&look(&root)?, root.file_name().unwrap_or("main"));
    if found.terraform_dirs.is_empty() {
        return Err(InitError::NoTerraform(root));
    }
    write(&file, &write_config(&found))?;
    let runners: Vec<FoundRunner> = found.runners.iter().map(FoundRunner::from).collect();
    Ok(Initialised {
        format_version: FORMAT_VERSION,
        hints: hints(&runners),
        file,
        terraform_dirs: found.terraform_dirs,
        playbooks: found
            .playbooks
            .into_iter()
            .map(|playbook| playbook.path)
            .collect(),
        runners,
        unread,
    })
}

/// A configuration is for everybody who works on the stack, so it has the mode of any new
/// file. One that can't be written whole isn't left behind.
fn write(file: &Utf8Path, text: &str) -> Result<(), InitError> {
    let failed = |source: io::Error| InitError::Write {
        path: file.to_owned(),
        source,
    };
    let mut new = File::options()
        .write(true)
        .create_new(true)
        .open(file)
        .map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => InitError::Exists(file.to_owned()),
            _ => failed(source),
        })?;
    let written = new.write_all(text.as_bytes()).and_then(|()| new.sync_all());
    written.map_err(|source| {
        if let Err(error) = std::fs::remove_file(file) {
            tracing::debug!(%file, %error, "half a file stays behind");
        }
        failed(source)
    })
}

fn hints(runners: &[FoundRunner]) -> Vec<String> {
    let mut hints: Vec<String> = runners
        .iter()
        .map(|runner| {
            format!(
                "take {} out of {}:{}, and add its `removed` block in its place",
                runner.address, runner.file, runner.line
            )
        })
        .collect();
    hints.push("look through infra.hcl, then run `infra validate` and `infra plan`".to_owned());
    hints
}

impl From<&Runner> for FoundRunner {
    fn from(runner: &Runner) -> Self {
        Self {
            address: runner.address.clone(),
            file: runner.file.clone(),
            line: runner.line,
            playbooks: runner.playbooks.clone(),
            removed_block: runner.removed_block(),
        }
    }
}
