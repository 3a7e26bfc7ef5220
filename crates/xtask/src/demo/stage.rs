//! The folder of the demo: the example, a key, a cloud, and what a reader needs to go on.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};
use duct::cmd;
use infra_testkit::{Tools, aws_environment, copy_tree, target_directory, workspace_root};

use super::typist::Typist;
use crate::quiet::quiet;

/// The folder, with a cloud running.
pub(crate) struct Stage {
    folder: Utf8PathBuf,
    environment: BTreeMap<String, String>,
}

/// Says that a folder is one of ours, and may be cleared.
const MARK: &str = ".cloud";

impl Stage {
    /// Makes the folder afresh and starts its cloud.
    pub(crate) fn set(folder: &Utf8Path, tools: &Tools) -> Result<Self> {
        clear(folder)?;
        copy_tree(&workspace_root().join("examples/federation"), folder);
        let folder = folder.canonicalize_utf8()?;
        fs::create_dir(folder.join(MARK))?;
        let key = folder.join("id_ed25519");
        cmd!(
            "ssh-keygen",
            "-q",
            "-t",
            "ed25519",
            "-N",
            "",
            "-C",
            "demo",
            "-f",
            &key
        )
        .run()?;

        let script = folder.join("cloud");
        let python = tools.python_program("python");
        let program = workspace_root().join("tools/cloud.py");
        fs::write(&script, cloud_script(&python, &program))?;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
        cmd!(script.as_str(), "start")
            .run()
            .context("cannot start the simulated AWS")?;

        let environment = environment(&folder, tools)?;
        fs::write(folder.join("env.sh"), env_script(&environment))?;
        fs::write(folder.join("README.md"), README)?;
        initialise(&folder, tools)?;
        Ok(Self {
            folder,
            environment,
        })
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Utf8Path {
        &self.folder
    }

    /// Somebody who works in it.
    pub(crate) fn typist(&self) -> Typist<'_> {
        Typist::new(&self.folder, &self.environment)
    }
}

/// Removes what an earlier demo left, and nothing else.
fn clear(folder: &Utf8Path) -> Result<()> {
    if !folder.exists() || folder.read_dir_utf8()?.next().is_none() {
        return Ok(());
    }
    if !folder.join(MARK).is_dir() {
        bail!("{folder} is not empty, and not of a demo: name another with --dir");
    }
    let script = folder.join("cloud");
    if script.exists() {
        cmd!(script.as_str(), "end")
            .run()
            .context("cannot end the cloud of an earlier demo")?;
    }
    fs::remove_dir_all(folder).with_context(|| format!("cannot remove {folder}"))
}

/// Runs `terraform init`, which has much to say and nothing to show.
fn initialise(folder: &Utf8Path, tools: &Tools) -> Result<()> {
    let init = cmd!(
        tools.terraform.as_str(),
        "init",
        "-input=false",
        "-no-color"
    )
    .dir(folder.join("terraform"))
    .env("TF_CLI_CONFIG_FILE", &tools.terraform_config);
    quiet(&init, "terraform init")
}

/// What a terminal needs: the tools, infra itself, and the way to the cloud.
fn environment(folder: &Utf8Path, tools: &Tools) -> Result<BTreeMap<String, String>> {
    let file = folder.join(MARK).join("cloud.json");
    let text = fs::read_to_string(&file).with_context(|| file.to_string())?;
    let cloud: serde_json::Value = serde_json::from_str(&text)?;
    let port = cloud["port"]
        .as_u64()
        .and_then(|port| u16::try_from(port).ok());
    let port = port.with_context(|| format!("{file} has no port"))?;

    let mut environment = tools.environment();
    let binaries = target_directory().join("debug");
    if let Some(path) = environment.get_mut("PATH") {
        path.insert_str(0, &format!("{binaries}:"));
    }
    environment.extend(aws_environment(port));
    Ok(environment)
}

fn env_script(environment: &BTreeMap<String, String>) -> String {
    let mut text = "# Read by a shell: `. ./env.sh`\n".to_owned();
    for (name, value) in environment {
        // What comes after the own directories is the reader's path, whatever it is then.
        let value = if name == "PATH" {
            own_directories(value) + ":$PATH"
        } else {
            value.clone()
        };
        writeln!(text, "export {name}=\"{value}\"").expect("a String takes all");
    }
    text
}

/// The directories of a path that belong to this checkout.
fn own_directories(path: &str) -> String {
    let target = target_directory();
    let own: Vec<_> = path
        .split(':')
        .filter(|directory| directory.starts_with(target.as_str()))
        .collect();
    own.join(":")
}

fn cloud_script(python: &Utf8Path, program: &Utf8Path) -> String {
    format!(
        "#!/bin/sh\n# The simulated AWS of this folder; `./cloud --help` says what it can do.\nexec '{python}' '{program}' --dir \"$(dirname \"$0\")\" \"$@\"\n"
    )
}

const README: &str = "\
# A federation to play with

`infra.hcl`, `terraform/` and `ansible/` are yours to change. The AWS is simulated: each instance
is an sshd on this computer, whose `~` is a directory below `.cloud/`.

    . ./env.sh          # in each new terminal
    infra plan

Things to try, each followed by `infra plan`:

| do | and see |
|---|---|
| `./cloud restart leaf-1` | one address has changed; who reads it? |
| change `retention` in `ansible/host_vars/leaf-2.yml` | one host runs |
| change `shard` in `ansible/host_vars/leaf-1.yml` | the host runs, and the two that read it |
| change `leaves` in `terraform/variables.tf` to 4 | Terraform has something to do |
| `./cloud terminate leaf-3` | drift that is not benign |
| `./cloud cut leaf-2`, change a template, `infra apply` | the host is named, and retried alone after `./cloud join` |

Also: `infra inputs ansible/site.yml`, `infra explain site primary`, `infra history`.

`./cloud end` ends the cloud; it ends by itself after eight hours. It keeps nothing: after
`./cloud start`, `infra apply` makes everything anew.
";
