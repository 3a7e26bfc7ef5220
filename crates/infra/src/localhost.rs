//! Plays for the machine that infra itself runs on, which most inventories don't have.

use std::collections::BTreeSet;

use infra_core::decision::PlaybookDecision;
use infra_core::inventory::Inventory;

/// The name of this machine, as plays call it.
pub(crate) const LOCALHOST: &str = "localhost";

/// The hosts that a playbook is run on.
pub(crate) struct Targets {
    pub(crate) hosts: BTreeSet<String>,
    /// A host that no play is for
    pub(crate) bystander: Option<String>,
}

/// What a playbook is run on so that it runs on these hosts. Ansible implies `localhost`, but
/// takes no limit that leaves nothing else of an inventory
/// (`ansible.cli.CLI.get_host_list`): then the playbook's other hosts come along, or, if it
/// has none, one that none of its plays is for.
pub(crate) fn targets(
    hosts: BTreeSet<String>,
    decision: &PlaybookDecision,
    inventory: &Inventory,
) -> Targets {
    let is_alone = hosts.iter().eq([LOCALHOST]) && !inventory.hosts.contains_key(LOCALHOST);
    if !is_alone {
        return Targets {
            hosts,
            bystander: None,
        };
    }
    let all = decision.hosts.iter().map(|host| host.host.to_string());
    let all: BTreeSet<String> = all.collect();
    let bystander = inventory.hosts.keys().next().filter(|_| all.len() == 1);
    Targets {
        bystander: bystander.cloned(),
        hosts: all,
    }
}
