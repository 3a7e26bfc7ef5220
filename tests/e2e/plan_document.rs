//! What the tests ask of the JSON of `infra plan`.

use std::collections::BTreeSet;

use infra_testkit::{Project, Simulator};
use serde_json::Value;

/// The document of `infra plan --json`.
pub(crate) struct Plan(Value);

impl Plan {
    /// Plans.
    #[track_caller]
    pub(crate) fn of(project: &Project) -> Self {
        let document = project.infra_json(["plan"]);
        assert_eq!(document["format_version"], "1.0");
        Self(document)
    }

    /// The document as it is.
    pub(crate) fn document(&self) -> &Value {
        &self.0
    }

    /// The hosts on which a playbook would run.
    #[track_caller]
    pub(crate) fn runs(&self, playbook: &str) -> BTreeSet<&str> {
        let hosts = self.playbook(playbook)["hosts"].as_array().unwrap();
        let runs = hosts.iter().filter(|host| host["action"] == "run");
        runs.map(|host| host["host"].as_str().unwrap()).collect()
    }

    /// The inputs that a playbook would run for on a host.
    #[track_caller]
    pub(crate) fn reasons(&self, playbook: &str, host: &str) -> Vec<&str> {
        let hosts = self.playbook(playbook)["hosts"].as_array().unwrap();
        let entry = hosts.iter().find(|entry| entry["host"] == host);
        let entry = entry.unwrap_or_else(|| panic!("{playbook} is not about {host}: {:#}", self.0));
        let reasons = entry["reasons"].as_array().unwrap();
        reasons
            .iter()
            .map(|reason| reason["input"].as_str().unwrap())
            .collect()
    }

    /// Checks that there is nothing to do.
    #[track_caller]
    pub(crate) fn says_nothing_to_do(&self) {
        assert_eq!(self.0["verdict"], "nothing", "{:#}", self.0);
    }

    #[track_caller]
    fn playbook(&self, name: &str) -> &Value {
        let playbooks = self.0["playbooks"].as_array().unwrap();
        let found = playbooks.iter().find(|playbook| playbook["name"] == name);
        found.unwrap_or_else(|| panic!("the plan has no playbook {name}: {:#}", self.0))
    }
}

/// A set of host names.
pub(crate) fn hosts<const N: usize>(names: [&str; N]) -> BTreeSet<&str> {
    BTreeSet::from(names)
}

/// A federation that has been made and configured.
#[track_caller]
pub(crate) fn applied_federation() -> (Simulator, Project) {
    let aws = Simulator::start();
    let project = Project::federation(&aws);
    project.infra(["apply", "--auto-approve"]).succeeds();
    (aws, project)
}
