//! The first `infra.hcl` of a project, with comments that explain it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::runner::Runner;
use crate::config::names;

/// What `infra init` has found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// What to call the stack; characters that a name can't have are replaced
    pub stack_name: String,
    /// Where the first root module keeps its state: the label of its `backend` block
    pub backend: Option<String>,
    /// The root modules, the most likely one first
    pub terraform_dirs: Vec<String>,
    /// The playbooks
    pub playbooks: Vec<FoundPlaybook>,
    /// The types of resources in the root module
    pub resource_types: Vec<String>,
    /// The resources that run playbooks
    pub runners: Vec<Runner>,
}

/// A playbook that `infra init` has found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundPlaybook {
    /// The file
    pub path: String,
    /// What its plays say under `hosts`
    pub hosts: Vec<String>,
}

/// Writes the text of a first `infra.hcl`. [`Config::parse`](crate::config::Config::parse)
/// reads it, whatever was found.
pub fn write_config(found: &Found) -> String {
    let mut text = String::from(
        "# What infra knows of this stack. Paths are relative to this file.\n\
         # `infra validate` checks it; `infra plan` shows what would happen.\n\n",
    );
    // Writing to a String can't fail.
    let _infallible = write_stack(&mut text, found);
    text
}

fn write_stack(text: &mut String, found: &Found) -> std::fmt::Result {
    writeln!(
        text,
        "stack {} {{",
        quoted(&label(&found.stack_name, "main"))
    )?;
    write_terraform(text, found)?;
    text.push_str(if found.backend.as_deref() == Some("s3") {
        "
  # Where infra keeps what it ran: beside Terraform's state, whose lock it holds for the whole
  # run. What isn't said here is read from Terraform's backend block.
  backend \"s3\" {}
"
    } else {
        "
  # Where infra keeps what it ran, and the lock that keeps two runs apart.
  backend \"local\" {}
"
    });
    write_examples(text, found)?;
    write_playbooks(text, found)?;
    text.push_str("}\n");
    Ok(())
}

fn write_terraform(text: &mut String, found: &Found) -> std::fmt::Result {
    let dir = found.terraform_dirs.first().filter(|dir| !dir.is_empty());
    text.push_str(
        "  # The root module. Also: binary, var_files, workspace, env, refresh_after_apply.\n",
    );
    for other in found.terraform_dirs.iter().skip(1) {
        writeln!(
            text,
            "  # Another root module, for a stack of its own: {}",
            comment(other)
        )?;
    }
    writeln!(
        text,
        "  terraform {{\n    dir = {}\n  }}",
        quoted(dir.map_or(".", String::as_str))
    )
}

fn write_examples(text: &mut String, found: &Found) -> std::fmt::Result {
    let Example {
        resource,
        name,
        address,
        changes,
    } = example(found);
    write!(
        text,
        "
  # Drift that is expected. Without a rule, all drift counts as a change.
  # drift {{
  #   benign \"ephemeral-public-ip\" {{
  #     resources  = [\"{resource}.*\"]
  #     attributes = {changes}
  #     reason     = \"no fixed address: a new one at every start\"
  #   }}
  # }}

  # Hosts of the common providers are found without this block. With it, only what it
  # names is a host. `self` is the resource as Terraform knows it.
  # inventory {{
  #   hosts \"{resource}\" {{
  #     when    = try(startswith({name}, \"web-\"), false)
  #     name    = {name}
  #     address = {address}
  #     groups  = [\"web\"]
  #     vars    = {{ machine = self.id }}
  #   }}
  # }}
"
    )
}

fn write_playbooks(text: &mut String, found: &Found) -> std::fmt::Result {
    let mut taken = BTreeSet::new();
    let mut paths = BTreeSet::new();
    let run = found.runners.iter().flat_map(|runner| {
        runner
            .playbooks
            .iter()
            .map(move |path| (Some(runner), path))
    });
    let all = found
        .playbooks
        .iter()
        .map(|playbook| (None, &playbook.path))
        .chain(run);
    for (runner, path) in all {
        if path.is_empty() || !paths.insert(path) {
            continue;
        }
        match runner {
            Some(runner) if path.contains("${") => {
                let (address, path) = (comment(&runner.address), comment(path));
                writeln!(
                    text,
                    "\n  # {address} also runs {path}, whose path only Terraform knows."
                )?;
            }
            _ => write_playbook(text, path, found, &mut taken)?,
        }
    }
    if taken.is_empty() {
        text.push_str(
            "
  # playbook \"site\" {
  #   path  = \"ansible/site.yml\"
  #   hosts = [\"web\"]
  # }
",
        );
    }
    Ok(())
}

fn write_playbook(
    text: &mut String,
    path: &str,
    found: &Found,
    taken: &mut BTreeSet<String>,
) -> std::fmt::Result {
    text.push('\n');
    for runner in found
        .runners
        .iter()
        .filter(|runner| runner.playbooks.iter().any(|known| known == path))
    {
        let (address, file) = (comment(&runner.address), comment(&runner.file));
        writeln!(
            text,
            "  # Until now run by {address} ({file}:{}).",
            runner.line
        )?;
        // Once is enough for a runner of several playbooks.
        if runner.playbooks.first().is_none_or(|first| first != path) {
            continue;
        }
        text.push_str("  # Take that block out, and add in its place:\n  #\n");
        for line in runner.removed_block().lines() {
            writeln!(text, "{}", format!("  #   {}", comment(line)).trim_end())?;
        }
    }
    let name = free_name(path, taken);
    let hosts: BTreeSet<&String> = found
        .playbooks
        .iter()
        .filter(|playbook| playbook.path == path)
        .flat_map(|playbook| &playbook.hosts)
        .collect();
    let plain = |host: &&String| names::is_identifier(host) && !names::is_builtin_group(host);
    let (name, path) = (quoted(&name), quoted(path));
    if !hosts.is_empty() && hosts.iter().all(plain) {
        let hosts: Vec<_> = hosts.into_iter().map(|host| quoted(host)).collect();
        let hosts = hosts.join(", ");
        writeln!(
            text,
            "  playbook {name} {{\n    path  = {path}\n    hosts = [{hosts}]\n  }}"
        )
    } else {
        writeln!(text, "  playbook {name} {{\n    path = {path}\n  }}")
    }
}

/// What the examples say for one type of resource.
struct Example {
    resource: &'static str,
    name: &'static str,
    address: &'static str,
    changes: &'static str,
}

const EXAMPLES: [Example; 6] = [
    Example {
        resource: "aws_instance",
        name: "self.tags.Name",
        address: "self.public_ip",
        changes: r#"["public_ip", "public_dns"]"#,
    },
    Example {
        resource: "google_compute_instance",
        name: "self.name",
        address: "self.network_interface[0].access_config[0].nat_ip",
        changes: r#"["network_interface[0].access_config[0].nat_ip"]"#,
    },
    Example {
        resource: "azurerm_linux_virtual_machine",
        name: "self.name",
        address: "self.public_ip_address",
        changes: r#"["public_ip_address", "public_ip_addresses"]"#,
    },
    Example {
        resource: "digitalocean_droplet",
        name: "self.name",
        address: "self.ipv4_address",
        changes: r#"["ipv4_address"]"#,
    },
    Example {
        resource: "hcloud_server",
        name: "self.name",
        address: "self.ipv4_address",
        changes: r#"["ipv4_address"]"#,
    },
    Example {
        resource: "openstack_compute_instance_v2",
        name: "self.name",
        address: "self.access_ip_v4",
        changes: r#"["access_ip_v4"]"#,
    },
];

/// The example for a type that was found, or the first.
fn example(found: &Found) -> &'static Example {
    let known = |example: &&Example| {
        found
            .resource_types
            .iter()
            .any(|kind| kind == example.resource)
    };
    EXAMPLES.iter().find(known).unwrap_or(&EXAMPLES[0])
}

/// A name from the file's, with a number if another playbook has it.
fn free_name(path: &str, taken: &mut BTreeSet<String>) -> String {
    let file = path.rsplit('/').next().unwrap_or("");
    let stem = file
        .strip_suffix(".yml")
        .or_else(|| file.strip_suffix(".yaml"))
        .unwrap_or(file);
    let base = label(stem, "playbook");
    let numbered = (2..).map(|number| format!("{base}-{number}"));
    let name = std::iter::once(base.clone())
        .chain(numbered)
        .find(|name| !taken.contains(name))
        .unwrap_or_default();
    taken.insert(name.clone());
    name
}

/// A name as labels must be, from any text.
fn label(text: &str, otherwise: &str) -> String {
    let replaced: String = text
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') {
                c
            } else {
                '-'
            }
        })
        .collect();
    let trimmed = replaced.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    if trimmed.is_empty() {
        otherwise.to_owned()
    } else {
        trimmed.to_owned()
    }
}

/// A string of HCL.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let _infallible = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out.replace("${", "$${").replace("%{", "%%{")
}

/// Text on one line of a comment.
fn comment(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
