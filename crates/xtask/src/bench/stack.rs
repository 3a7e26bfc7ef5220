//! A root module on which there is nothing to do, planned by real Terraform.

use std::fs;

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};
use duct::cmd;

const MODULE: &str = r#"resource "terraform_data" "host" {
  count = 50
  input = { name = "host-${count.index}", address = "192.0.2.${count.index}" }
}
"#;

const CONFIGURATION: &str = r#"stack "bench" {
  terraform { dir = "." }
  backend "local" {}
}
"#;

/// Makes the stack, and applies it so that nothing is left to do.
pub(super) fn prepare(dir: &Utf8Path) -> Result<Utf8PathBuf> {
    let dir = dir.join("stack");
    if dir.exists() {
        fs::remove_dir_all(&dir).with_context(|| format!("can't empty {dir}"))?;
    }
    fs::create_dir_all(&dir).with_context(|| format!("can't create {dir}"))?;
    fs::write(dir.join("main.tf"), MODULE)?;
    fs::write(dir.join("infra.hcl"), CONFIGURATION)?;
    cmd!("terraform", "init", "-input=false")
        .dir(&dir)
        .stdout_null()
        .run()?;
    cmd!("terraform", "apply", "-input=false", "-auto-approve")
        .dir(&dir)
        .stdout_null()
        .run()?;
    Ok(dir)
}
