//! What is below a directory: Terraform's modules, and playbooks.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use infra_core::ansible::{Plays, read_plays};

use super::verb::InitError;

/// Deeper than this nobody keeps a stack, and somebody else's tree begins.
const DEEPEST: usize = 8;
/// A larger file was not written by a person.
const LARGEST: u64 = 1 << 20;

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The `.tf` files of each directory that has any: path and text
    pub(super) modules: BTreeMap<String, Vec<(String, String)>>,
    /// The playbooks, with what their plays say
    pub(super) playbooks: BTreeMap<String, Plays>,
    /// Files that can't be read as text
    pub(super) unread: Vec<String>,
}

/// Looks at everything below a directory. Paths are relative to it.
pub(super) fn look(root: &Utf8Path) -> Result<Seen, InitError> {
    let mut seen = Seen::default();
    let mut waiting = vec![(Utf8PathBuf::new(), 0)];
    while let Some((dir, depth)) = waiting.pop() {
        let listing = match root.join(&dir).read_dir_utf8() {
            Ok(listing) => listing,
            // A directory of somebody else's further down is none of ours.
            Err(_) if depth > 0 => continue,
            Err(source) => {
                return Err(InitError::Look {
                    path: root.to_owned(),
                    source,
                });
            }
        };
        for entry in listing.flatten() {
            let path = dir.join(entry.file_name());
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && depth < DEEPEST && is_ours(entry.file_name()) => {
                    waiting.push((path, depth + 1));
                }
                Ok(kind) if kind.is_file() => seen.file(root, &path),
                _ => {}
            }
        }
    }
    Ok(seen)
}

/// Whether a directory can hold a stack: not what Terraform, Ansible, git and others keep
/// for themselves, nor roles, whose lists of tasks are no playbooks.
fn is_ours(name: &str) -> bool {
    const OTHERS: [&str; 9] = [
        "roles",
        "collections",
        "group_vars",
        "host_vars",
        "molecule",
        "node_modules",
        "vendor",
        "venv",
        "target",
    ];
    !name.starts_with('.') && !OTHERS.contains(&name)
}

impl Seen {
    fn file(&mut self, root: &Utf8Path, path: &Utf8Path) {
        let terraform = matches!(path.extension(), Some("tf" | "tofu"));
        let yaml = matches!(path.extension(), Some("yml" | "yaml"));
        if !terraform && !yaml {
            return;
        }
        let whole = root.join(path);
        let small = whole.metadata().is_ok_and(|found| found.len() <= LARGEST);
        let text = small
            .then(|| std::fs::read_to_string(&whole).ok())
            .flatten();
        let Some(text) = text else {
            if terraform {
                self.unread.push(path.to_string());
            }
            return;
        };
        if terraform {
            let dir = path.parent().unwrap_or(Utf8Path::new(""));
            let files = self.modules.entry(dir.to_string()).or_default();
            files.push((path.to_string(), text));
            files.sort();
        } else if let Some(plays) = read_plays(text.as_bytes()) {
            self.playbooks.insert(path.to_string(), plays);
        }
    }
}
