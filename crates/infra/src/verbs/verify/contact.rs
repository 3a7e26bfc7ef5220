//! Trying whether ssh reaches hosts, and changing nothing by it.

use std::collections::BTreeMap;
use std::time::Duration;

use infra_core::inventory::Inventory;
use infra_core::json::Value;
use infra_exec::rundir::RunDir;
use infra_exec::ssh::{Contact, ContactError, HostKeys};

use super::VerifyError;
use crate::Project;
use crate::ansible_run::with_host_keys;
use crate::context::Context;
use crate::event::Stage;
use crate::host_variables;
use crate::reach::{Targets, Variables, targets};
use crate::tools;

/// Whether ssh reached a host; why not.
pub(super) type Contacts = BTreeMap<String, Result<(), String>>;

/// Logs in to each host at its address, for at most `timeout`. A host that Ansible reaches in
/// another way than by ssh isn't in the answer.
pub(super) async fn contacts(
    context: &Context<'_>,
    project: &Project,
    inventory: &Inventory,
    addresses: &BTreeMap<String, String>,
    timeout: Duration,
) -> Result<Contacts, VerifyError> {
    if addresses.is_empty() {
        return Ok(Contacts::new());
    }
    let dir = RunDir::create_in(&std::env::temp_dir())?;
    let mut variables = variables(context, project, inventory, &dir).await?;
    for (host, address) in addresses {
        let known = variables.entry(host.clone()).or_default();
        known.insert("ansible_host".to_owned(), Value::string(address.clone()));
    }
    // A copy: the key of a host that was never met is remembered by whoever configures it.
    let known = project.state_dir().join("known_hosts");
    let known = std::fs::read(known).unwrap_or_default();
    let keys = HostKeys::new(dir.write("known_hosts", known)?);
    let Targets {
        waits,
        misaddressed,
    } = targets(project, inventory, &variables, addresses.keys());
    let mut contacts: Contacts = misaddressed
        .into_iter()
        .map(|(host, why)| (host, Err(why)))
        .collect();
    let ssh = tools::ssh(project)?;
    let tried = async {
        for (args, targets) in waits {
            let contact = Contact::new(&ssh, keys.clone())
                .ssh_args(args)
                .deadline(Some(timeout))
                .cloud_init(Some(false));
            let results = contact.wait(&context.runner, &targets, &|_| {}).await;
            for (target, result) in targets.iter().zip(results) {
                let result = result.map(drop).map_err(|error| short(&error));
                contacts.insert(target.name().to_owned(), result);
            }
        }
    };
    context.stage(Stage::Contact, tried).await;
    Ok(contacts)
}

/// How each host is reached: by what Ansible knows of it, groups included, where there is a
/// playbook that says where those stand.
async fn variables(
    context: &Context<'_>,
    project: &Project,
    inventory: &Inventory,
    dir: &RunDir,
) -> Result<Variables, VerifyError> {
    let Some(playbook) = project.stack.playbooks.first() else {
        let own = |(name, host): (&String, &infra_core::inventory::Host)| {
            let mut vars = inventory.vars.clone();
            vars.extend(host.vars.clone());
            (name.clone(), vars)
        };
        return Ok(inventory.hosts.iter().map(own).collect());
    };
    let ansible = tools::ansible(project)?;
    let file = dir.write("inventory.yml", with_host_keys(inventory).yaml())?;
    let listing = project.listing(&ansible, playbook, &file)?;
    let bytes = listing.run(&context.runner).await?;
    Ok(host_variables::read(&bytes))
}

/// The last reason, without the name of the host, which stands beside it.
fn short(error: &ContactError) -> String {
    match error {
        ContactError::Deadline { last, .. } => last.clone(),
        ContactError::Refused { said, .. } => format!("login refused: {said}"),
        ContactError::HostKeyChanged { said, .. } => format!("another host key: {said}"),
        other => other.to_string(),
    }
}
