//! An inventory as Ansible reads it.

use std::path::PathBuf;

use camino::{Utf8Path, Utf8PathBuf};
use infra_core::inventory::{Group, Host, Inventory};
use infra_core::json::Value;
use infra_exec::ansible::{AnsibleError, InventoryListing};
use infra_exec::tools::{AnsibleCore, Tool, locate};

use super::error::InputsError;
use super::tree::inside;
use crate::context::Context;
use crate::tools::ToolError;

/// An inventory, and the files and directories it was read from.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub(super) inventory: Inventory,
    pub(super) sources: Vec<Utf8PathBuf>,
}

/// What an inventory is read with.
pub(super) struct Lister<'a> {
    pub(super) context: &'a Context<'a>,
    /// The root of the tree, absolute
    pub(super) root: &'a Utf8Path,
    /// The directory of the playbook, absolute
    pub(super) playbook_dir: &'a Utf8Path,
    /// The `ansible.cfg`, absolute. None: as Ansible finds it
    pub(super) config: Option<&'a Utf8Path>,
    pub(super) ansible: Option<&'a AnsibleCore>,
}

impl Lister<'_> {
    /// Reads the inventory at some places, absolute ones or lists such as `localhost,`.
    pub(super) async fn list(&self, places: &[Utf8PathBuf]) -> Result<Listed, InputsError> {
        let mut listing = InventoryListing::new(self.program()?, None, self.playbook_dir);
        listing.config = self.config.map(|file| file.as_std_path().to_owned());
        listing.inventories = places.iter().map(Into::into).collect();
        let sources = places
            .iter()
            .filter(|place| place.is_absolute())
            .map(|place| inside(self.root, place))
            .collect();
        let runner = &self.context.runner;
        let bytes = match listing.run(runner).await {
            // It may be group_vars that are encrypted, and no password is here. Their files
            // are inputs by themselves, so the rest is enough: the name is that of no plugin.
            Err(AnsibleError::Inventory { .. }) => {
                let none = "no_vars_plugin".to_owned();
                listing.env.insert("ANSIBLE_VARS_ENABLED".to_owned(), none);
                listing.run(runner).await?
            }
            listed => listed?,
        };
        let inventory = read_listing(&bytes).map_err(|message| InputsError::Listing { message })?;
        Ok(Listed { inventory, sources })
    }

    /// The `ansible-inventory` of the same installation, else the one in PATH.
    fn program(&self) -> Result<PathBuf, InputsError> {
        let beside = self
            .ansible
            .map(|ansible| ansible.program.with_file_name("ansible-inventory"))
            .filter(|program| program.is_file());
        match beside {
            Some(program) => Ok(program),
            None => locate(Tool::AnsibleInventory, None, self.root.as_std_path())
                .map_err(|error| ToolError::from(error).into()),
        }
    }
}

/// Reads the output of `ansible-inventory --list`
/// ([script protocol](https://docs.ansible.com/ansible/latest/dev_guide/developing_inventory.html#developing-inventory-scripts)).
/// An error says what is wrong with it.
pub fn read_listing(bytes: &[u8]) -> Result<Inventory, String> {
    let text = str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let listing = Value::parse(text).map_err(|error| error.to_string())?;
    let groups = listing.as_object().ok_or("it is no JSON object")?;
    let mut inventory = Inventory::default();
    let hostvars = groups
        .get("_meta")
        .and_then(|meta| meta.get("hostvars"))
        .and_then(Value::as_object);
    for (name, vars) in hostvars.into_iter().flatten() {
        let host = Host {
            vars: members(vars),
            ..Host::default()
        };
        inventory.hosts.insert(name.to_string(), host);
    }
    for (name, listed) in groups.iter().filter(|(name, _)| *name != "_meta") {
        let group = Group {
            hosts: names(listed.get("hosts")),
            children: names(listed.get("children")),
            vars: listed.get("vars").map(members).unwrap_or_default(),
            ..Group::default()
        };
        // A host without variables is in no `hostvars`.
        for host in &group.hosts {
            inventory.hosts.entry(host.clone()).or_default();
        }
        match &**name {
            "all" => inventory.vars = group.vars,
            "ungrouped" => {}
            _ => {
                inventory.groups.insert(name.to_string(), group);
            }
        }
    }
    Ok(inventory)
}

fn members(value: &Value<'_>) -> std::collections::BTreeMap<String, Value<'static>> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.to_string(), value.clone().into_owned()))
        .collect()
}

fn names(value: Option<&Value<'_>>) -> std::collections::BTreeSet<String> {
    value
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_without_variables_and_groups_of_groups_are_read() {
        let text = r#"{"_meta":{"hostvars":{"a":{"x":{"y":1}}}},
            "all":{"children":["ungrouped","top"],"vars":{"z":2}},
            "top":{"children":["web"]},"web":{"hosts":["a","b"]},"ungrouped":{"hosts":["c"]}}"#;
        let inventory = read_listing(text.as_bytes()).unwrap();
        assert_eq!(inventory.hosts.keys().collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(inventory.hosts["a"].vars["x"].to_string(), r#"{"y":1}"#);
        assert_eq!(
            inventory.groups_of("b").into_iter().collect::<Vec<_>>(),
            ["top", "web"]
        );
        assert!(inventory.vars.contains_key("z"));
        assert!(!inventory.groups.contains_key("ungrouped"));
    }

    #[test]
    fn what_is_no_listing_is_refused() {
        assert!(read_listing(b"[]").is_err());
        assert!(read_listing(b"{\"a\"").is_err());
        assert!(read_listing(b"\xff").is_err());
    }
}
