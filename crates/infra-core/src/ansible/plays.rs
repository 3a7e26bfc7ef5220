//! Whether a file is a playbook, at a glance.

use super::yaml::{Node, load};

/// The plays of a playbook, as far as a look at the file tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plays {
    /// What the plays say under `hosts`, each once, in order
    pub hosts: Vec<String>,
    /// The playbooks that it imports, as written
    pub imports: Vec<String>,
}

/// Reads a file as a playbook: a list whose elements each have `hosts` or import a playbook.
/// None: it is something else, such as a list of tasks.
pub fn read_plays(bytes: &[u8]) -> Option<Plays> {
    let documents = load(bytes).ok()?;
    let items = documents.first()?.items();
    if items.is_empty() {
        return None;
    }
    let mut plays = Plays::default();
    for item in items {
        if let Some(hosts) = item.get("hosts") {
            for name in names(hosts) {
                if !plays.hosts.contains(&name) {
                    plays.hosts.push(name);
                }
            }
        } else {
            let import = ["import_playbook", "ansible.builtin.import_playbook"];
            let path = import.iter().find_map(|key| item.get(key))?;
            plays.imports.extend(path.text().map(str::to_owned));
        }
    }
    Some(plays)
}

/// `hosts` is a text with several patterns in it, or a list.
fn names(hosts: &Node) -> Vec<String> {
    let texts = hosts.items().iter().map(|item| item.text());
    texts
        .chain([hosts.text()])
        .flatten()
        .flat_map(|text| text.split([',', ':']))
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plays_and_imports_are_told_from_tasks() {
        let plays = read_plays(b"- import_playbook: base.yml\n- hosts: web:db\n- hosts: [web]\n");
        assert_eq!(
            plays,
            Some(Plays {
                hosts: vec!["web".to_owned(), "db".to_owned()],
                imports: vec!["base.yml".to_owned()],
            })
        );
        for other in [
            "- command: ls\n",
            "a: 1\n",
            "[]",
            "",
            "- x\n",
            "- hosts: a\n- ping:\n",
        ] {
            assert_eq!(read_plays(other.as_bytes()), None, "{other}");
        }
    }
}
