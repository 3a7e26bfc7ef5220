//! A directory that holds the AWS provider, so that each `terraform init` links to one copy
//! instead of downloading 600 MB.

use std::{env, fs};

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};
use duct::cmd;

/// Names a directory laid out as `HOSTNAME/NAMESPACE/TYPE/VERSION`, for machines without network.
const MIRROR_VARIABLE: &str = "INFRA_TEST_PROVIDER_MIRROR";

/// How far below a prefix a mirror is looked for.
const DEPTH: usize = 4;

/// Writes Terraform's CLI configuration and returns where it is.
pub(crate) fn configuration(directory: &Utf8Path, terraform: &Utf8Path) -> Result<Utf8PathBuf> {
    let source = if terraform.file_name() == Some("tofu") {
        "registry.opentofu.org/hashicorp/aws"
    } else {
        "registry.terraform.io/hashicorp/aws"
    };
    let mirror = match mirror(source)? {
        Some(mirror) => mirror,
        None => download(directory, terraform, source)?,
    };
    let file = directory.join("terraform.tfrc");
    let text = format!(
        "provider_installation {{
  filesystem_mirror {{
    path    = {mirror:?}
    include = [{source:?}]
  }}
  direct {{
    exclude = [{source:?}]
  }}
}}
",
        mirror = mirror.as_str()
    );
    if fs::read_to_string(&file).ok().as_deref() != Some(&text) {
        fs::write(&file, text).with_context(|| format!("cannot write {file}"))?;
    }
    Ok(file)
}

fn mirror(source: &str) -> Result<Option<Utf8PathBuf>> {
    if let Ok(named) = env::var(MIRROR_VARIABLE) {
        let named = Utf8PathBuf::from(named);
        if !named.join(source).is_dir() {
            bail!("{MIRROR_VARIABLE} names {named}, which has no {source}");
        }
        return Ok(Some(named));
    }
    Ok(prefixes()
        .iter()
        .find_map(|prefix| search(prefix, source, DEPTH)))
}

/// Where people put mirrors, Terraform's own places first:
/// <https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories>
fn prefixes() -> Vec<Utf8PathBuf> {
    let home = env::var("HOME").map(Utf8PathBuf::from);
    let data = env::var("XDG_DATA_HOME").map(Utf8PathBuf::from);
    let data_directories = env::var("XDG_DATA_DIRS").unwrap_or_default();
    let mut prefixes = Vec::new();
    if let Ok(home) = &home {
        prefixes.push(home.join(".terraform.d"));
        prefixes.push(home.join(".local/share/terraform"));
    }
    prefixes.extend(data.map(|data| data.join("terraform")));
    let named = data_directories
        .split(':')
        .filter(|directory| !directory.is_empty());
    prefixes.extend(named.map(|directory| Utf8Path::new(directory).join("terraform")));
    prefixes.extend(
        ["/usr/local/share/terraform", "/usr/share/terraform", "/opt"].map(Utf8PathBuf::from),
    );
    prefixes
}

/// Returns the shallowest directory at or below `prefix` in which `source` is a directory.
fn search(prefix: &Utf8Path, source: &str, depth: usize) -> Option<Utf8PathBuf> {
    let mut level = vec![prefix.to_owned()];
    for _ in 0..=depth {
        if let Some(found) = level
            .iter()
            .find(|directory| directory.join(source).is_dir())
        {
            return Some(found.clone());
        }
        let mut next: Vec<_> = level
            .iter()
            .filter_map(|directory| directory.read_dir_utf8().ok())
            .flatten()
            .flatten()
            // Links are not followed: they may lead anywhere, and round in circles.
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .map(camino::Utf8DirEntry::into_path)
            .collect();
        next.sort();
        level = next;
    }
    None
}

/// Lets Terraform fetch the provider once: what `init` unpacks has the layout of a mirror.
fn download(directory: &Utf8Path, terraform: &Utf8Path, source: &str) -> Result<Utf8PathBuf> {
    let project = directory.join("provider");
    let mirror = project.join(".terraform/providers");
    if mirror.join(source).is_dir() {
        return Ok(mirror);
    }
    anstream::println!("Fetching the AWS provider for Terraform");
    fs::create_dir_all(&project)?;
    let text = "terraform {
  required_providers {
    aws = { source = \"hashicorp/aws\", version = \"5.100.0\" }
  }
}
";
    fs::write(project.join("main.tf"), text)?;
    let none = project.join("empty.tfrc");
    fs::write(&none, "")?;
    let output = cmd!(terraform.as_str(), "init", "-input=false", "-no-color")
        .dir(&project)
        .env("TF_CLI_CONFIG_FILE", none)
        .env_remove("TF_PLUGIN_CACHE_DIR")
        .env_remove("TF_DATA_DIR")
        .stdin_null()
        .stderr_to_stdout()
        .stdout_capture()
        .unchecked()
        .run()
        .with_context(|| format!("cannot run {terraform}"))?;
    if !output.status.success() || !mirror.join(source).is_dir() {
        bail!(
            "cannot fetch the AWS provider; without network, name a directory that has it in \
             {MIRROR_VARIABLE}\n{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
    Ok(mirror)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "registry.terraform.io/hashicorp/aws";

    fn prefix_with(mirrors: &[&str]) -> (tempfile::TempDir, Utf8PathBuf) {
        let temporary = tempfile::tempdir().unwrap();
        let prefix = Utf8PathBuf::from_path_buf(temporary.path().to_owned()).unwrap();
        for mirror in mirrors {
            fs::create_dir_all(prefix.join(mirror).join(SOURCE)).unwrap();
        }
        (temporary, prefix)
    }

    #[test]
    fn the_shallowest_mirror_is_found() {
        let (_temporary, prefix) = prefix_with(&["a/deep/one", "plugins"]);
        assert_eq!(search(&prefix, SOURCE, DEPTH), Some(prefix.join("plugins")));
    }

    #[test]
    fn a_prefix_that_is_itself_the_mirror_is_found() {
        let (_temporary, prefix) = prefix_with(&["."]);
        assert_eq!(search(&prefix, SOURCE, DEPTH), Some(prefix));
    }

    #[test]
    fn the_search_ends_at_its_depth() {
        let (_temporary, prefix) = prefix_with(&["1/2/3/4/5"]);
        assert_eq!(search(&prefix, SOURCE, DEPTH), None);
    }

    #[test]
    fn a_prefix_that_is_not_there_has_no_mirror() {
        assert_eq!(search(Utf8Path::new("/nonexistent"), SOURCE, DEPTH), None);
    }
}
