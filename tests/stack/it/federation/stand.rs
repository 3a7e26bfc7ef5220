//! The stack as a user has it, in a directory and a cloud of its own.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use infra_testkit::{CommandOutput, Machine, Project, Run, Simulator, wait_until};
use serde_json::Value;

use super::names;
use crate::checkout::{ROOT_MODULE, copy_stack, make_secrets};
use crate::instances;

/// The servers, by the names that the stack gives them.
pub(super) const GLOBAL: [&str; 2] = ["federation-primary", "federation-secondary"];
pub(super) const LEAVES: [&str; 2] = ["federation-leaf-1", "federation-leaf-2"];

/// All of them.
pub(super) fn servers() -> impl Iterator<Item = &'static str> {
    GLOBAL.into_iter().chain(LEAVES)
}

/// The bucket of the state, the ledger and the backups.
pub(super) const BUCKET: &str = "federation-state";

/// Long enough for a machine that does a lot besides.
const APPLY: Duration = Duration::from_mins(20);

/// The backend that a user adds to the root module.
const BACKEND: &str = r#"
terraform {
  backend "s3" {
    bucket       = "federation-state"
    key          = "federation.tfstate"
    region       = "eu-central-1"
    use_lockfile = true
  }
}
"#;

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Caller {
    Federation,
    Nobody,
    WrongPassword,
    /// Trusts the authorities of the system only
    Stranger,
}

/// The stack, its cloud and its hosts.
pub(super) struct Federation {
    pub(super) aws: Simulator,
    pub(super) project: Project,
}

impl Federation {
    /// The stack as it is in the repository, with the values that it asks its user for; nothing
    /// is applied.
    pub(super) fn new() -> Self {
        let aws = Simulator::start_hosts();
        let project = Project::new(&aws);
        copy_stack(&project);
        let ansible = r#"config = "ansible/ansible.cfg""#;
        let with_key = format!("{ansible}\n    private_key = \"id_ed25519\"");
        project.edit("infra.hcl", ansible, &with_key);

        let key = project.read("id_ed25519.pub");
        let network = aws.network();
        project.write(
            &format!("{ROOT_MODULE}/test.auto.tfvars"),
            &format!(
                "public_key = \"{}\"\nadmin_cidrs = [\"198.18.0.0/15\"]\nvpc_cidr = \"{}\"\n\
                 backup_bucket = \"{BUCKET}\"\nprotected = false\n",
                key.trim(),
                network.vpc
            ),
        );
        project.write(&format!("{ROOT_MODULE}/backend.tf"), BACKEND);
        // The hosts have no metadata service that would give them the credentials of their role.
        project.write(
            "ansible/group_vars/all.yml",
            &format!(
                "backup_bucket: {BUCKET}\nbackup_endpoint: {}\nbackup_environment:\n  \
                 AWS_ACCESS_KEY_ID: simulated\n  AWS_SECRET_ACCESS_KEY: simulated\n",
                aws.endpoint_for_hosts()
            ),
        );
        let federation = Self { aws, project };
        federation.make_secrets();
        names::add(&federation);
        federation
    }

    /// Makes the certificates and the password that aren't there.
    pub(super) fn make_secrets(&self) {
        make_secrets(&self.project, "ansible/secrets", servers());
    }

    /// Applies, and returns the document.
    #[track_caller]
    pub(super) fn apply(&self) -> Value {
        self.try_apply().succeeds().json()
    }

    /// Applies.
    pub(super) fn try_apply(&self) -> CommandOutput {
        let arguments = ["--json", "--progress", "plain", "apply", "--auto-approve"];
        self.project.infra(arguments).deadline(APPLY).output()
    }

    /// The hosts on which a playbook would run now.
    #[track_caller]
    pub(super) fn would_run(&self, playbook: &str) -> BTreeSet<String> {
        let plan = self.project.infra_json(["plan"]);
        let playbooks = plan["playbooks"].as_array().unwrap();
        let found = playbooks.iter().find(|entry| entry["name"] == playbook);
        let hosts = found.unwrap_or_else(|| panic!("{plan:#}"))["hosts"].as_array();
        let runs = hosts.unwrap().iter().filter(|host| host["action"] == "run");
        runs.map(|host| host["host"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Runs a playbook as a person would, past `infra`.
    pub(super) fn by_hand(&self, playbook: &str, arguments: &[&str]) -> CommandOutput {
        let inventory = self.project.infra(["inventory", "--format", "yaml"]);
        self.project
            .write("inventory.yml", &inventory.succeeds().stdout);
        instances::play(&self.project, playbook, arguments, APPLY)
    }

    /// The machine behind a server that runs.
    pub(super) fn host(&self, name: &str) -> Machine {
        let machines = self.aws.machines();
        let found = machines
            .into_iter()
            .find(|machine| machine.name == name && machine.state == "running");
        found.unwrap_or_else(|| panic!("{name} doesn't run"))
    }

    /// The processes of Prometheus and of the proxy of a server, and since when they run.
    pub(super) fn started(&self, server: &str) -> String {
        let show = "systemctl show --property=MainPID,ActiveEnterTimestampMonotonic";
        self.host(server).shell(&format!("{show} prometheus nginx"))
    }

    /// Asks a server at its public address: the exit code of curl, the HTTP status, the body.
    pub(super) fn get(&self, server: &str, path: &str, who: Caller) -> (i32, u16, String) {
        let address = self.host(server).public_ip.unwrap();
        let password = self.project.read("ansible/secrets/password");
        let login = match who {
            Caller::Federation | Caller::Stranger => format!("federation:{}", password.trim()),
            Caller::WrongPassword => "federation:guessed".to_owned(),
            Caller::Nobody => String::new(),
        };
        let mut curl: Run = self
            .project
            .run("curl")
            .args(["--silent", "--show-error", "--max-time", "20"])
            .args(["--write-out", "\n%{http_code}", "--globoff"])
            .args(["--resolve", &format!("{server}:443:{address}")]);
        if !login.is_empty() {
            curl = curl.args(["--user", &login]);
        }
        if !matches!(who, Caller::Stranger) {
            curl = curl.args(["--cacert", "ansible/secrets/ca.crt"]);
        }
        let output = curl.args([format!("https://{server}{path}")]).output();
        let (body, status) = output.stdout.rsplit_once('\n').unwrap_or_default();
        (
            output.code(),
            status.parse().unwrap_or_default(),
            body.to_owned(),
        )
    }

    /// The results of a query; None while the server doesn't answer it.
    pub(super) fn query(&self, server: &str, expression: &str) -> Option<Vec<Value>> {
        let mut encoded = String::new();
        for byte in expression.bytes() {
            write!(encoded, "%{byte:02X}").expect("a String takes all that is written");
        }
        let path = format!("/api/v1/query?query={encoded}");
        let (_, status, body) = self.get(server, &path, Caller::Federation);
        if status != 200 {
            return None;
        }
        let mut answer: Value = serde_json::from_str(&body).ok()?;
        serde_json::from_value(answer["data"]["result"].take()).ok()
    }

    /// Waits until a server's answer to a query is about all leaves.
    #[track_caller]
    pub(super) fn wait_for_all_leaves(&self, server: &str, expression: &str) {
        let what = format!("{expression} of all leaves on {server}");
        wait_until(&what, Duration::from_mins(4), || {
            let results = self.query(server, expression)?;
            let leaves = results
                .iter()
                .filter_map(|result| result["metric"]["leaf"].as_str());
            let leaves: BTreeSet<_> = leaves.collect();
            (leaves == BTreeSet::from(LEAVES)).then_some(())
        });
    }

    /// The names of the alerts that an Alertmanager has about a leaf, one for each alert.
    pub(super) fn alerts(&self, server: &str, leaf: &str) -> Option<Vec<String>> {
        let path = "/alertmanager/api/v2/alerts";
        let (_, status, body) = self.get(server, path, Caller::Federation);
        if status != 200 {
            return None;
        }
        let alerts: Vec<Value> = serde_json::from_str(&body).ok()?;
        let about = alerts
            .iter()
            .filter(|alert| alert["labels"].to_string().contains(leaf));
        Some(
            about
                .map(|alert| alert["labels"]["alertname"].as_str().unwrap().to_owned())
                .collect(),
        )
    }
}
