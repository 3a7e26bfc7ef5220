//! Which of what was seen is for `infra.hcl`.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use infra_core::config::{Found, FoundPlaybook, Runner, find_runners, read_module};

use super::look::Seen;

/// What goes into the file, and what could not be read.
pub(super) struct Chosen {
    pub(super) found: Found,
    pub(super) unread: Vec<String>,
}

/// Chooses the root modules, their runners and the playbooks.
pub(super) fn choose(seen: &Seen, stack_name: &str) -> Chosen {
    let called = called_modules(seen);
    let mut roots: Vec<Root> = seen
        .modules
        .iter()
        .filter(|(dir, _)| !called.contains(Utf8Path::new(dir)))
        .map(|(dir, files)| Root::read(dir, files))
        .collect();
    // A module that says where its state is, or that runs playbooks, is a root for certain.
    roots.sort_by_key(|root| {
        (
            !root.is_certain(),
            root.dir.matches('/').count(),
            root.dir.clone(),
        )
    });
    let imported = imported(seen);
    let unread = roots.iter().flat_map(|root| root.unread.clone());
    let unread = seen.unread.iter().cloned().chain(unread).collect();
    let first = roots.first();
    let resource_types = first.map(|root| root.resource_types.clone());
    let runners = first.map(|root| root.runners.clone());
    let backend = first.and_then(|root| root.backend.clone());
    Chosen {
        found: Found {
            stack_name: stack_name.to_owned(),
            backend,
            resource_types: resource_types.unwrap_or_default(),
            runners: runners.unwrap_or_default(),
            terraform_dirs: roots
                .into_iter()
                .map(|root| {
                    if root.dir.is_empty() {
                        ".".to_owned()
                    } else {
                        root.dir
                    }
                })
                .collect(),
            playbooks: seen
                .playbooks
                .iter()
                .filter(|(path, _)| !imported.contains(Utf8Path::new(path)))
                .map(|(path, plays)| FoundPlaybook {
                    path: path.clone(),
                    hosts: plays.hosts.clone(),
                })
                .collect(),
        },
        unread,
    }
}

/// A directory that could be a root module.
struct Root {
    dir: String,
    resource_types: Vec<String>,
    backend: Option<String>,
    has_provider: bool,
    runners: Vec<Runner>,
    unread: Vec<String>,
}

impl Root {
    fn read(dir: &str, files: &[(String, String)]) -> Self {
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        let module = read_module(&files);
        Self {
            dir: dir.to_owned(),
            resource_types: module.resource_types,
            backend: module.backend,
            has_provider: files.iter().any(|(_, text)| has_provider(text)),
            runners: find_runners(&files),
            unread: module.unread,
        }
    }

    fn is_certain(&self) -> bool {
        self.backend.is_some() || self.has_provider || !self.runners.is_empty()
    }
}

/// Whether a file configures a provider, which is for root modules
/// ([providers within modules](https://developer.hashicorp.com/terraform/language/modules/develop/providers)).
fn has_provider(text: &str) -> bool {
    text.lines().any(|line| {
        line.strip_prefix("provider")
            .is_some_and(|rest| rest.trim_start().starts_with('"'))
    })
}

/// The directories that other modules call, by the local paths under `source`.
fn called_modules(seen: &Seen) -> BTreeSet<Utf8PathBuf> {
    let mut called = BTreeSet::new();
    for (dir, files) in &seen.modules {
        for line in files.iter().flat_map(|(_, text)| text.lines()) {
            let Some(value) = line.trim_start().strip_prefix("source") else {
                continue;
            };
            let value = value.trim_start().trim_start_matches('=').trim();
            let path = value.trim_start_matches('"').split('"').next();
            let local = path.filter(|path| path.starts_with("./") || path.starts_with("../"));
            called.extend(local.map(|path| joined(Utf8Path::new(dir), path)));
        }
    }
    called
}

/// The playbooks that others import: those run with the others.
fn imported(seen: &Seen) -> BTreeSet<Utf8PathBuf> {
    seen.playbooks
        .iter()
        .flat_map(|(path, plays)| {
            let dir = Utf8Path::new(path).parent().unwrap_or(Utf8Path::new(""));
            plays.imports.iter().map(move |import| joined(dir, import))
        })
        .collect()
}

/// A relative path from a directory, without `.` and `..`.
fn joined(dir: &Utf8Path, path: &str) -> Utf8PathBuf {
    let mut parts: Vec<&str> = dir
        .as_str()
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_without_dots() {
        assert_eq!(
            joined("live/web".into(), "../../modules/./vpc"),
            "modules/vpc"
        );
        assert_eq!(joined("".into(), "./m/"), "m");
    }
}
