//! What Ansible inherits from this process and this machine.

use std::collections::BTreeMap;
use std::sync::Arc;

use infra_core::ansible::{Request, is_setting};
use infra_exec::tools::AnsibleCore;

use crate::tools;

/// Adds to a request where this process is at home, its environment, and the Ansible that it has.
pub(crate) fn inherit(request: &mut Request<'_>, ansible: Option<&AnsibleCore>) {
    request.home = std::env::home_dir().and_then(|dir| dir.try_into().ok());
    let environment = environment();
    request.env = settings(&environment);
    request.environment = Some(Arc::new(environment));
    request.collection_paths = tools::collection_paths(ansible);
    request.tools = tools::versions(ansible);
}

/// The environment of this process, which Ansible inherits. What isn't text, Ansible can't look up
/// as one either.
fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// The settings of Ansible in an environment that change what it reads or does.
fn settings(environment: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    (environment.iter())
        .filter(|(name, _)| is_setting(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
