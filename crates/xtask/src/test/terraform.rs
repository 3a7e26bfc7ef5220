//! The modules under `terraform/`: their format, and their own tests on a mocked provider.

use std::fs;

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};
use duct::cmd;
use infra_testkit::{Tools, workspace_root};

use crate::quiet::quiet;
use crate::setup;

/// Begins what checkov is to leave out: `checkov:skip=ID: reason`.
const SKIP: &str = "checkov:skip=";

/// Checks all of them; the error is what Terraform said of the first that fails.
pub(crate) fn check(tools: &Tools) -> Result<()> {
    let root = workspace_root().join("terraform");
    run(tools, &root, &["fmt", "-check", "-recursive", "-diff"])?;
    for module in modules(&root)? {
        run(
            tools,
            &module,
            &["init", "-backend=false", "-input=false", "-no-color"],
        )?;
        run(tools, &module, &["validate", "-no-color"])?;
        run(tools, &module, &["test", "-no-color"])?;
    }
    Ok(())
}

/// Has checkov look at all of them. What it would complain about and is meant, the sources skip
/// with a reason.
pub(crate) fn policies(tools: &Tools) -> Result<()> {
    let root = workspace_root().join("terraform");
    for file in sources(&root)? {
        let text = fs::read_to_string(&file).with_context(|| file.to_string())?;
        let skips = text.lines().filter_map(|line| line.split_once(SKIP));
        for (_, skip) in skips {
            // A few words at least: an identifier alone tells nobody why.
            let reason = skip.split_once(':').map_or("", |(_, reason)| reason);
            if reason.split_whitespace().count() < 5 {
                bail!("{file}: {SKIP}{skip} gives no reason");
            }
        }
    }
    let checkov = setup::checkov(tools)?;
    let output = cmd!(
        checkov.as_str(),
        "--directory=.",
        "--framework=terraform",
        "--compact",
        "--quiet",
        "--skip-download",
        "--download-external-modules=false"
    )
    .dir(&root)
    .stdin_null()
    .stderr_null()
    .stdout_capture()
    .unchecked()
    .run()
    .with_context(|| checkov.to_string())?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() || !said.contains("Passed checks: ") {
        bail!("checkov:\n{said}");
    }
    Ok(())
}

/// The Terraform sources below a directory, without what `init` has put there.
fn sources(root: &Utf8Path) -> Result<Vec<Utf8PathBuf>> {
    let mut files = Vec::new();
    for module in modules(root)? {
        for entry in module.read_dir_utf8().with_context(|| module.to_string())? {
            let path = entry?.into_path();
            if path.extension() == Some("tf") {
                files.push(path);
            }
        }
    }
    Ok(files)
}

/// The reusable modules and the live stacks.
fn modules(root: &Utf8Path) -> Result<Vec<Utf8PathBuf>> {
    let mut modules = Vec::new();
    for kind in ["modules", "live"] {
        let directory = root.join(kind);
        for entry in directory
            .read_dir_utf8()
            .with_context(|| directory.to_string())?
        {
            modules.push(entry?.into_path());
        }
    }
    modules.sort();
    for module in &modules {
        // A module without tests would pass them.
        let tests = module.join("tests");
        let has_tests = fs::read_dir(&tests).is_ok_and(|mut entries| entries.next().is_some());
        if !has_tests {
            bail!("{module} has no tests");
        }
    }
    Ok(modules)
}

fn run(tools: &Tools, directory: &Utf8Path, arguments: &[&str]) -> Result<()> {
    let command = duct::cmd(tools.terraform.as_str(), arguments).dir(directory);
    let command = (tools.environment().iter())
        .fold(command, |command, (name, value)| command.env(name, value));
    quiet(&command, &format!("terraform {}", arguments.join(" ")))
        .with_context(|| directory.to_string())
}
