//! The `dns` block: names that lead to hosts, whatever address those have.

use std::collections::BTreeMap;

use infra_testkit::{Project, Simulator};
use serde_json::{Value, json};

const BLOCK: &str = r#"  dns {
    zone = "fed.example"
    ttl  = 30
  }

  ansible {"#;

/// Prints the records of the zone, but those that a zone has by itself.
const RECORDS: &str = r#"
import boto3, json
client = boto3.client("route53")
zone = client.list_hosted_zones()["HostedZones"][0]["Id"]
sets = client.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
print(json.dumps({f'{r["Name"]} {r["Type"]}': [v["Value"] for v in r["ResourceRecords"]]
    for r in sets if r["Type"] not in ("NS", "SOA")}))
"#;

/// Makes a zone, and in it a record of somebody else's.
const ZONE: &str = r#"
import boto3
client = boto3.client("route53")
zone = client.create_hosted_zone(Name="fed.example.", CallerReference="1")["HostedZone"]["Id"]
client.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE",
    "ResourceRecordSet": {"Name": "leaf-1.fed.example", "Type": "A", "TTL": 30,
    "ResourceRecords": [{"Value": "198.51.100.1"}]}}]})
"#;

fn records(project: &Project) -> BTreeMap<String, Vec<String>> {
    let printed = project.run("python").args(["-c", RECORDS]).succeeds();
    serde_json::from_str(&printed.stdout).unwrap()
}

fn actions(plan: &Value) -> BTreeMap<&str, &str> {
    let changes = plan["dns"].as_array().unwrap();
    changes
        .iter()
        .map(|change| {
            (
                change["name"].as_str().unwrap(),
                change["action"].as_str().unwrap(),
            )
        })
        .collect()
}

/// How often the records were changed.
fn batches(aws: &Simulator) -> usize {
    let changes = aws
        .log()
        .into_iter()
        .filter(|request| request.method == "POST" && request.path.contains("/rrset"));
    changes.count()
}

#[test]
fn names_follow_their_hosts_and_nobody_elses_record_is_touched() {
    let aws = Simulator::start();
    let project = Project::federation(&aws);
    project.run("python").args(["-c", ZONE]).succeeds();
    project.edit("infra.hcl", "  ansible {", BLOCK);
    project.infra(["validate"]).succeeds();

    // Somebody else's record is in the way: nothing at all is done.
    let plan = project.infra_json(["plan"]);
    assert_eq!(actions(&plan)["primary.fed.example"], "unknown", "{plan:#}");
    aws.clear_log();
    project
        .terraform("terraform", ["apply", "-auto-approve"])
        .succeeds();
    aws.wait_for_ssh();
    let plan = project.infra_json(["plan"]);
    assert_eq!(actions(&plan)["leaf-1.fed.example"], "refuse", "{plan:#}");
    project
        .infra(["apply", "--auto-approve"])
        .output()
        .exits(1)
        .complains("leaf-1.fed.example A is not this stack's: it was not made by infra")
        .complains("adopt = true");
    assert_eq!(batches(&aws), 0);
    assert_eq!(records(&project)["leaf-1.fed.example. A"], ["198.51.100.1"]);
    assert!(
        !aws.machine("leaf-2").path("motd").exists(),
        "no playbook ran"
    );

    // Told to adopt, it takes it over, and makes all names in one batch.
    project.edit(
        "infra.hcl",
        "    ttl  = 30",
        "    ttl  = 30\n    adopt = true",
    );
    project.infra(["apply", "--auto-approve"]).succeeds();
    assert_eq!(batches(&aws), 1);
    let found = records(&project);
    assert_eq!(found.len(), 10, "{found:#?}");
    for machine in aws.machines() {
        let name = format!("{}.fed.example. A", machine.name);
        assert_eq!(found[&name], [machine.public_ip.unwrap()]);
        let owner = &found[&format!("_infra-a.{}.fed.example. TXT", machine.name)];
        assert!(owner[0].contains("infra/stack=federation"), "{owner:?}");
    }
    project.edit("infra.hcl", "\n    adopt = true", "");

    // A second time there is nothing to do.
    let plan = project.infra_json(["plan"]);
    assert_eq!(plan["verdict"], "nothing", "{plan:#}");
    project.infra(["apply", "--auto-approve"]).succeeds();
    assert_eq!(batches(&aws), 1);
    project
        .infra(["verify", "--detailed-exitcode", "--ssh-timeout", "0"])
        .succeeds();

    // A restart: only that name changes, and before the playbooks run.
    aws.restart("primary");
    aws.wait_for_ssh();
    let plan = project.infra_json(["plan"]);
    let changed = actions(&plan);
    assert_eq!(changed["primary.fed.example"], "update");
    assert_eq!(changed["leaf-2.fed.example"], "keep");
    let page = project.infra(["plan"]).succeeds();
    assert!(
        page.stdout.contains("~ primary.fed.example A 127."),
        "{page}"
    );
    assert!(page.stdout.contains("4 names as it should be"), "{page}");
    let verified = project.infra_json(["verify", "--ssh-timeout", "0"]);
    let stale = verified["hosts"]
        .as_array()
        .unwrap()
        .iter()
        .find(|host| host["host"] == "primary");
    assert_eq!(stale.unwrap()["dns"][0]["made_by"], "dns");
    project.infra(["apply", "--auto-approve"]).succeeds();
    assert_eq!(batches(&aws), 2);
    let address = aws.machine("primary").public_ip.unwrap();
    assert_eq!(records(&project)["primary.fed.example. A"], [address]);

    // A host that leaves takes its name with it.
    project.write("terraform/terraform.tfvars", "leaves = 2\n");
    project.infra(["apply", "--auto-approve"]).succeeds();
    let left = records(&project);
    assert_eq!(left.len(), 8, "{left:#?}");
    assert!(!left.contains_key("leaf-3.fed.example. A"));

    // A failure stops before Ansible, and leaves nothing half done.
    aws.restart("leaf-1");
    aws.wait_for_ssh();
    aws.faults(
        &json!([{"method": "POST", "path": "/rrset", "status": 400, "code": "InvalidChangeBatch"}]),
    );
    project
        .infra(["apply", "--auto-approve", "--force"])
        .output()
        .exits(1)
        .complains("can't change the records of the Route 53 zone");
    assert_eq!(records(&project), left);
    aws.faults(&json!([]));
    // The answer is lost: the change is found to be made.
    aws.faults(&json!([{"method": "POST", "path": "/rrset", "drop": "after", "times": 1}]));
    project.infra(["apply", "--auto-approve"]).succeeds();
    let address = aws.machine("leaf-1").public_ip.unwrap();
    assert_eq!(records(&project)["leaf-1.fed.example. A"], [address]);
    project.infra(["history", "--verify"]).succeeds();
}

#[test]
fn a_zone_that_is_not_there_is_said_before_anything_is_done() {
    let aws = Simulator::start();
    let project = Project::federation(&aws);
    project.edit("infra.hcl", "  ansible {", BLOCK);
    project
        .infra(["apply", "--auto-approve"])
        .output()
        .exits(1)
        .complains("Route 53 has no zone \"fed.example\" in this account");
    assert!(aws.machines().is_empty(), "nothing was made");
}
