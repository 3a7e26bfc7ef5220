//! A project on disk: its `infra.hcl`, the stack in question, and where its records are.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use infra_core::config::{Backend, Config, ConfigErrors, Stack};
use infra_core::hint::{Hint, did_you_mean};

use crate::files::document::{self, ReadError};

/// The name of the configuration file.
pub const FILE_NAME: &str = "infra.hcl";

/// An opened project: one stack of one `infra.hcl`.
#[derive(Debug, Clone)]
pub struct Project {
    /// The absolute path of the directory of `infra.hcl`, which its paths start from
    pub root: Utf8PathBuf,
    /// The absolute path of `infra.hcl`
    pub file: Utf8PathBuf,
    /// The stack
    pub stack: Stack,
}

/// Which project to open.
#[derive(Debug, Clone, Default)]
pub struct Open {
    /// Where to start looking
    pub dir: Utf8PathBuf,
    /// The configuration file. None: the nearest `infra.hcl` upwards of `dir`
    pub config: Option<Utf8PathBuf>,
    /// The stack. None: the only one
    pub stack: Option<String>,
}

/// A project that can't be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is no `infra.hcl`
    #[error("there is no {FILE_NAME} in {0} or any directory above it")]
    NotFound(Utf8PathBuf),
    /// A directory can't be looked into
    #[error("can't look into {path}")]
    Directory {
        /// The directory
        path: Utf8PathBuf,
        /// Why
        #[source]
        source: io::Error,
    },
    /// It can't be read
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It says what it may not say
    #[error(transparent)]
    Config(#[from] ConfigErrors),
    /// It has no stack
    #[error("{0} has no stack")]
    NoStack(Utf8PathBuf),
    /// It has several stacks and none was named
    #[error("{file} has several stacks: {}", stacks.join(", "))]
    WhichStack {
        /// The file
        file: Utf8PathBuf,
        /// Their names
        stacks: Vec<String>,
    },
    /// It has no stack of the name
    #[error("{file} has no stack {name:?}")]
    UnknownStack {
        /// The file
        file: Utf8PathBuf,
        /// The name
        name: String,
        /// The names that there are
        stacks: Vec<String>,
    },
}

impl Hint for OpenError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::NotFound(_) => vec![
                "run `infra init` to write one for the Terraform and Ansible it finds".to_owned(),
                "or name the directory with -C, or the file with --config".to_owned(),
            ],
            Self::Directory { .. } | Self::Read(_) => Vec::new(),
            Self::Config(errors) => errors.hints(),
            Self::NoStack(_) => vec!["add a block: stack \"NAME\" { … }".to_owned()],
            Self::WhichStack { stacks, .. } => stacks
                .first()
                .map(|name| format!("name one: --stack {name}"))
                .into_iter()
                .collect(),
            Self::UnknownStack { name, stacks, .. } => {
                let meant = did_you_mean(name, stacks.iter().map(String::as_str));
                let meant = meant.map(|meant| format!("did you mean {meant:?}?"));
                meant
                    .into_iter()
                    .chain([format!("there is: {}", stacks.join(", "))])
                    .collect()
            }
        }
    }
}

impl Project {
    /// Finds and reads `infra.hcl` and picks the stack.
    pub fn open(open: &Open) -> Result<Self, OpenError> {
        let dir = absolute(&open.dir)?;
        let file = match &open.config {
            Some(path) => dir.join(path),
            None => find(&dir).ok_or(OpenError::NotFound(dir))?,
        };
        let config = Config::parse_bytes(&document::read(&file)?, &shown(&file))?;
        let root = absolute(file.parent().unwrap_or(Utf8Path::new("/")))?;
        let stack = pick(config, &file, open.stack.as_deref())?;
        Ok(Self { root, file, stack })
    }

    /// The directory of the ledger, the lock and the caches of the stack.
    pub fn state_dir(&self) -> Utf8PathBuf {
        self.local_dir().join(&self.stack.name)
    }

    /// The directory that all stacks of the project share for what stays on this machine.
    pub fn local_dir(&self) -> Utf8PathBuf {
        let path = match &self.stack.backend {
            Backend::Local { path } => path.as_deref(),
            Backend::S3(_) => None,
        };
        self.root.join(path.unwrap_or(Utf8Path::new(".infra")))
    }

    /// The directory of the Terraform root module.
    pub fn terraform_dir(&self) -> Utf8PathBuf {
        self.root.join(&self.stack.terraform.dir)
    }
}

fn pick(config: Config, file: &Utf8Path, name: Option<&str>) -> Result<Stack, OpenError> {
    let stacks: Vec<String> = config.stacks.keys().cloned().collect();
    let file = file.to_owned();
    match name {
        Some(name) => config
            .stacks
            .into_values()
            .find(|stack| stack.name == name)
            .ok_or_else(|| OpenError::UnknownStack {
                file,
                name: name.to_owned(),
                stacks,
            }),
        None if stacks.len() > 1 => Err(OpenError::WhichStack { file, stacks }),
        None => config
            .stacks
            .into_values()
            .next()
            .ok_or(OpenError::NoStack(file)),
    }
}

fn find(dir: &Utf8Path) -> Option<Utf8PathBuf> {
    dir.ancestors()
        .map(|dir| dir.join(FILE_NAME))
        .find(|path| path.is_file())
}

fn absolute(dir: &Utf8Path) -> Result<Utf8PathBuf, OpenError> {
    let path = if dir.as_str().is_empty() {
        Utf8Path::new(".")
    } else {
        dir
    };
    path.canonicalize_utf8()
        .map_err(|source| OpenError::Directory {
            path: path.to_owned(),
            source,
        })
}

/// The file as a message names it: from where the command was started, if it is below.
pub(crate) fn shown(file: &Utf8Path) -> String {
    let here = std::env::current_dir()
        .ok()
        .and_then(|dir| Utf8PathBuf::from_path_buf(dir).ok());
    here.and_then(|here| file.strip_prefix(here).ok())
        .unwrap_or(file)
        .to_string()
}
