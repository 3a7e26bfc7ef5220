//! The tools that `cargo xtask setup` has found or installed.

use std::collections::BTreeMap;
use std::{env, fs};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

/// Where each tool is. Written by `cargo xtask setup`, read by tests and by the demo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tools {
    /// `bin` of the Python environment that has ansible-core and moto
    pub venv_bin: Utf8PathBuf,
    /// The `terraform` or `tofu` program
    pub terraform: Utf8PathBuf,
    /// Terraform's CLI configuration, which names the directory that holds the AWS provider
    pub terraform_config: Utf8PathBuf,
    /// The image that booted hosts run; None where they can't be booted, or weren't asked for
    #[serde(default)]
    pub host_image: Option<Utf8PathBuf>,
}

impl Tools {
    /// Returns the tools of this checkout.
    ///
    /// # Panics
    ///
    /// Says what to run if `cargo xtask setup` has not been run, or something it
    /// installed is gone.
    pub fn locate() -> Self {
        let tools = Self::read().unwrap_or_else(|error| panic!("{error}"));
        for path in [&tools.venv_bin, &tools.terraform, &tools.terraform_config] {
            assert!(
                path.exists(),
                "{path} is gone: run `cargo xtask setup` again"
            );
        }
        tools
    }

    /// Reads what setup has written down, whether or not it is still there.
    ///
    /// # Errors
    ///
    /// Says what to run if there is nothing, or nothing that makes sense.
    pub fn read() -> Result<Self, String> {
        let file = Self::file();
        let text = fs::read_to_string(&file)
            .map_err(|error| format!("{file}: {error}\nrun `cargo xtask setup` first"))?;
        serde_json::from_str(&text)
            .map_err(|error| format!("{file}: {error}\nrun `cargo xtask setup` again"))
    }

    /// The directory that holds what setup makes.
    pub fn directory() -> Utf8PathBuf {
        target_directory().join("tools")
    }

    /// The file that this is read from.
    pub fn file() -> Utf8PathBuf {
        Self::directory().join("tools.json")
    }

    /// The program of this name in the Python environment.
    pub fn python_program(&self, name: &str) -> Utf8PathBuf {
        self.venv_bin.join(name)
    }

    /// The environment variables under which the tools find each other.
    pub fn environment(&self) -> BTreeMap<String, String> {
        let mut path = vec![self.venv_bin.clone().into_std_path_buf()];
        path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        let path = env::join_paths(path).expect("each part came from a PATH or is free of colons");
        BTreeMap::from([
            ("PATH".to_owned(), path.to_string_lossy().into_owned()),
            (
                "TF_CLI_CONFIG_FILE".to_owned(),
                self.terraform_config.to_string(),
            ),
            // Terraform would ask the network whether there is a newer one.
            ("CHECKPOINT_DISABLE".to_owned(), "1".to_owned()),
            ("PYTHONDONTWRITEBYTECODE".to_owned(), "1".to_owned()),
        ])
    }
}

/// The root of the checkout.
pub fn workspace_root() -> Utf8PathBuf {
    let manifest = Utf8Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest
        .ancestors()
        .nth(2)
        .expect("this crate is two directories below the root")
        .to_owned()
}

/// Where cargo puts what it builds.
pub fn target_directory() -> Utf8PathBuf {
    let root = workspace_root();
    match env::var("CARGO_TARGET_DIR") {
        Ok(directory) => root.join(directory),
        Err(_) => root.join("target"),
    }
}
