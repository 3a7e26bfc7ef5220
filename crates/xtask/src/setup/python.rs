//! The Python environments: one with ansible-core and moto, one with checkov.

use std::fs;

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};
use duct::cmd;
use infra_testkit::workspace_root;

use crate::quiet::quiet;

/// What an environment is for.
pub(crate) struct Purpose {
    /// Its directory
    name: &'static str,
    /// The file that lists what is in it
    requirements: &'static str,
    /// What it is for, in a message
    what: &'static str,
    /// Modules that can be imported from an environment that works
    modules: &'static str,
}

/// What the tests and the demo run on.
pub(crate) const TESTS: Purpose = Purpose {
    name: "venv",
    requirements: "tools/requirements.txt",
    what: "ansible-core and the AWS simulator",
    modules: "ansible, moto",
};

/// What looks over the Terraform modules.
pub(crate) const CHECKOV: Purpose = Purpose {
    name: "checkov",
    requirements: "tools/checkov.txt",
    what: "checkov",
    modules: "checkov",
};

/// Returns `bin` of an environment, after making it if it isn't what the requirements say.
pub(crate) fn environment(
    directory: &Utf8Path,
    python: &Utf8Path,
    purpose: &Purpose,
) -> Result<Utf8PathBuf> {
    let venv = directory.join(purpose.name);
    let bin = venv.join("bin");
    let requirements = workspace_root().join(purpose.requirements);
    let wanted = fs::read_to_string(&requirements).with_context(|| requirements.to_string())?;

    // The stamp is the list itself, and is written when all of it is installed.
    let stamp = venv.join("installed.txt");
    let is_current = fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted);
    if is_current && runs(&bin, purpose.modules) {
        return Ok(bin);
    }

    anstream::println!("Installing {} into {venv}", purpose.what);
    if venv.exists() {
        fs::remove_dir_all(&venv).with_context(|| format!("cannot remove {venv}"))?;
    }
    quiet(
        &cmd!(python.as_str(), "-m", "venv", &venv),
        "python -m venv",
    )?;
    let pip = cmd!(
        bin.join("python").as_str(),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--requirement",
        &requirements
    );
    quiet(&pip, "pip install")?;
    fs::write(&stamp, wanted)?;
    Ok(bin)
}

/// An environment breaks when the Python it was made from goes away.
fn runs(bin: &Utf8Path, modules: &str) -> bool {
    cmd!(
        bin.join("python").as_str(),
        "-c",
        format!("import {modules}")
    )
    .stdout_null()
    .stderr_null()
    .run()
    .is_ok()
}
