//! `cargo xtask setup`: everything that the tests and the demo run on.
//!
//! What belongs to the project goes under `target/tools`. What belongs to the system is
//! installed only where that is certain to be wanted: as root, on a system with apt.

mod hosts;
mod programs;
mod provider;
mod python;

use std::fs;

use anyhow::{Context as _, Result};
use camino::Utf8PathBuf;
use infra_testkit::Tools;

/// Installs what is missing and writes down where everything is. Quick when all is there.
pub(crate) fn run() -> Result<Tools> {
    install(false)
}

/// Does the same, and makes the image of the booted hosts. An error also where they can't be booted.
pub(crate) fn run_with_hosts() -> Result<Tools> {
    install(true)
}

/// Returns the program checkov, after installing it if need be.
pub(crate) fn checkov(tools: &Tools) -> Result<Utf8PathBuf> {
    let python = tools.venv_bin.join("python");
    let bin = python::environment(&Tools::directory(), &python, &python::CHECKOV)?;
    Ok(bin.join("checkov"))
}

fn install(with_hosts: bool) -> Result<Tools> {
    let directory = Tools::directory();
    fs::create_dir_all(&directory).with_context(|| format!("cannot create {directory}"))?;
    // Two test runs may start at once.
    let lock = fs::File::create(directory.join("lock"))?;
    lock.lock()?;

    let programs = programs::require()?;
    let venv_bin = python::environment(&directory, &programs.python, &python::TESTS)?;
    let terraform_config = provider::configuration(&directory, &programs.terraform)?;
    let host_image = if with_hosts {
        Some(hosts::prepare(&directory, &programs.python)?)
    } else {
        // One that was made before stays known.
        Tools::read().ok().and_then(|tools| tools.host_image)
    };
    let tools = Tools {
        host_image,
        venv_bin,
        terraform: programs.terraform,
        terraform_config,
    };

    // Written last and in one step: whoever reads it finds all that it names.
    let text = serde_json::to_string_pretty(&tools)?;
    let mut file = tempfile::NamedTempFile::new_in(&directory)?;
    std::io::Write::write_all(&mut file, text.as_bytes())?;
    file.persist(Tools::file())?;
    Ok(tools)
}
