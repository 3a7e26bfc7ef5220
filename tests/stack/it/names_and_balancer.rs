//! Everything that the stack's Terraform can make, through the real provider in a simulated cloud:
//! the backend by its own module, a load balancer and a domain too. No host is configured.

use std::collections::BTreeSet;

use infra_testkit::{Project, Simulator};
use serde_json::Value;

use super::checkout::{ROOT_MODULE, copy_stack, make_secrets};

const DOMAIN: &str = "monitoring.example";

/// What makes the backend, once and with a state of its own.
const BACKEND: &str = r#"
module "remote_state" {
  source        = "../terraform/modules/remote-state"
  bucket        = "monitoring-state"
  force_destroy = true
}
output "bucket" { value = module.remote_state.bucket }
output "table" { value = module.remote_state.table }
output "key" { value = module.remote_state.kms_key_arn }
"#;

const IMPORT: &str = r#"
read = lambda name: open(f"balancer/{name}", "rb").read()
acm = boto3.client("acm")
print(acm.import_certificate(Certificate=read(sys.argv[1] + ".crt"), PrivateKey=read(sys.argv[1] + ".key"),
    CertificateChain=read("ca.crt"))["CertificateArn"])
"#;

/// Prints the ids of the instances behind the load balancer.
const TARGETS: &str = r#"
elb = boto3.client("elbv2")
group = elb.describe_target_groups()["TargetGroups"][0]["TargetGroupArn"]
found = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
print(json.dumps(sorted(target["Target"]["Id"] for target in found)))
"#;

struct Stack {
    aws: Simulator,
    project: Project,
}

impl Stack {
    /// The repository's own files, with the values that they ask a user for.
    fn new() -> Self {
        let aws = Simulator::start();
        let project = Project::new(&aws);
        copy_stack(&project);
        Self { aws, project }
    }

    /// Makes the bucket and the table with the module for it, and names them in the stack.
    fn make_backend(&self) {
        self.project.write("state/main.tf", BACKEND);
        self.init("state");
        self.apply("state");
        let outputs = self.project.terraform("state", ["output", "-json"]);
        let outputs = outputs.succeeds().json();
        let output = |name: &str| outputs[name]["value"].as_str().unwrap().to_owned();
        self.project.write(
            &format!("{ROOT_MODULE}/backend.tf"),
            &format!(
                "terraform {{\n  backend \"s3\" {{\n    bucket = \"{}\"\n    dynamodb_table = \"{}\"\n    \
                 kms_key_id = \"{}\"\n    encrypt = true\n    key = \"federation\"\n    region = \"eu-central-1\"\n  }}\n}}\n",
                output("bucket"),
                output("table"),
                output("key")
            ),
        );
    }

    /// A zone and a certificate, as whoever owns a domain has them.
    fn name_the_domain(&self) {
        let zone = self.project.make_zone(DOMAIN);
        let name = format!("prometheus.{DOMAIN}");
        make_secrets(&self.project, "balancer", [name.as_str()]);
        let imported = self.project.boto(IMPORT).args([&name]).succeeds();
        let key = self.project.read("id_ed25519.pub");
        self.project.write(
            &format!("{ROOT_MODULE}/my.auto.tfvars"),
            &format!(
                "public_key = \"{}\"\nadmin_cidrs = [\"192.0.2.0/24\"]\nbackup_bucket = \"monitoring-state\"\nprotected = false\n\
                 dns = {{ zone_id = \"{zone}\", domain = \"{DOMAIN}\", certificate_arn = \"{}\" }}\n",
                key.trim(),
                imported.stdout.trim()
            ),
        );
    }

    fn init(&self, directory: &str) {
        let init = ["init", "-input=false"];
        self.project.terraform(directory, init).succeeds();
    }

    fn apply(&self, directory: &str) {
        let apply = ["apply", "-auto-approve", "-input=false"];
        self.project.terraform(directory, apply).succeeds();
    }

    /// Where each server is now, by the record that it should have.
    fn servers(&self) -> Vec<(String, Vec<String>)> {
        let machines = self.aws.machines().into_iter();
        machines
            .filter(|machine| machine.state == "running")
            .map(|machine| {
                let name = format!("{}.{DOMAIN}. A", machine.name);
                (name, vec![machine.public_ip.unwrap()])
            })
            .collect()
    }

    /// Each server has its name, and so has the load balancer.
    #[track_caller]
    fn names_lead_to_the_servers(&self) {
        let records = self.project.records();
        let servers = self.servers();
        assert_eq!(servers.len(), 4, "{servers:?}");
        assert_eq!(records.len(), 5, "{records:#?}");
        for (name, addresses) in servers {
            assert_eq!(records[&name], addresses, "{name}");
        }
        let alias = &records[&format!("prometheus.{DOMAIN}. A")];
        assert_eq!(alias, &Vec::<String>::new());
    }
}

/// The resources that a plan really changes.
fn really_changed(plan: &Value) -> BTreeSet<String> {
    let changes = plan["terraform"]["changes"].as_array().unwrap();
    let real = changes.iter().filter(|change| change["class"] == "real");
    real.map(|change| change["address"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_whole_stack_is_made_in_a_simulated_cloud_and_names_follow_its_servers() {
    let stack = Stack::new();
    let project = &stack.project;
    stack.make_backend();
    stack.name_the_domain();
    stack.init(ROOT_MODULE);
    stack.apply(ROOT_MODULE);
    stack.names_lead_to_the_servers();
    let plan = ["plan", "-input=false", "-detailed-exitcode"];
    project.terraform(ROOT_MODULE, plan).succeeds();

    // The module and `infra` are of one mind about what a backend must be.
    project.infra(["doctor"]).succeeds();
    let outputs = project.terraform(ROOT_MODULE, ["output", "-json"]);
    let outputs = outputs.succeeds().json();
    let url = format!("https://prometheus.{DOMAIN}/");
    assert_eq!(outputs["url"]["value"], url.as_str());
    let globals = ["primary", "secondary"].map(|role| {
        let machine = stack.aws.machine(&format!("federation-{role}"));
        machine.id
    });
    let targets: BTreeSet<String> =
        serde_json::from_value(project.boto(TARGETS).succeeds().json()).unwrap();
    assert_eq!(targets, globals.into());

    // Other addresses are no news, but records that lead to the old ones are.
    stack.aws.restart_all();
    let plan = project.infra_json(["plan"]);
    let records = ["primary", "secondary", "leaf-1", "leaf-2"];
    let records = records
        .map(|server| format!("module.dns[0].aws_route53_record.host[\"federation-{server}\"]"));
    assert_eq!(really_changed(&plan), records.into(), "{plan:#}");
    stack.apply(ROOT_MODULE);
    stack.names_lead_to_the_servers();
}
