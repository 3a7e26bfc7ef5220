//! The modules under `terraform/`: their format, and their own tests on a mocked provider.

use std::fs;

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};
use infra_testkit::{Tools, workspace_root};

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
    let environment = tools.environment();
    let command = environment
        .iter()
        .fold(command, |command, (name, value)| command.env(name, value));
    let output = command
        .stdin_null()
        .stderr_to_stdout()
        .stdout_capture()
        .unchecked()
        .run()
        .with_context(|| tools.terraform.to_string())?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stdout);
        bail!("{directory}: terraform {}\n{said}", arguments.join(" "));
    }
    Ok(())
}
