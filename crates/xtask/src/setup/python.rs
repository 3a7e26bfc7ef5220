//! The Python environment with ansible-core and moto.

use std::fs;

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};
use duct::cmd;
use infra_testkit::workspace_root;

/// Returns `bin` of the environment, after making it if it isn't what the requirements say.
pub(crate) fn environment(directory: &Utf8Path, python: &Utf8Path) -> Result<Utf8PathBuf> {
    let venv = directory.join("venv");
    let bin = venv.join("bin");
    let requirements = workspace_root().join("tools/requirements.txt");
    let wanted = fs::read_to_string(&requirements).with_context(|| requirements.to_string())?;

    // The stamp is the list itself, and is written when all of it is installed.
    let stamp = venv.join("installed.txt");
    let is_current = fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted);
    if is_current && runs(&bin) {
        return Ok(bin);
    }

    anstream::println!("Installing ansible-core and the AWS simulator into {venv}");
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
fn runs(bin: &Utf8Path) -> bool {
    cmd!(bin.join("python").as_str(), "-c", "import ansible, moto")
        .stdout_null()
        .stderr_null()
        .run()
        .is_ok()
}

fn quiet(command: &duct::Expression, name: &str) -> Result<()> {
    let output = command
        .stdin_null()
        .stderr_to_stdout()
        .stdout_capture()
        .unchecked()
        .run()
        .with_context(|| name.to_owned())?;
    if !output.status.success() {
        bail!(
            "{name} failed:\n{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
    Ok(())
}
