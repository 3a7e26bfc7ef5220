//! Names in Route 53, which lead to the servers whatever address those have.

use std::collections::BTreeMap;

use super::stand::{Federation, GLOBAL, LEAVES};

const ZONE: &str = "federation.example";

/// What a user adds to the configuration.
const BLOCK: &str = "  dns {\n    zone = \"federation.example\"\n  }\n\n";

const MAKE_ZONE: &str = r#"
import boto3, sys
boto3.client("route53").create_hosted_zone(Name=sys.argv[1], CallerReference="1")
"#;

/// Prints the addresses of each name of the zone.
const RECORDS: &str = r#"
import boto3, json
client = boto3.client("route53")
zone = client.list_hosted_zones()["HostedZones"][0]["Id"]
sets = client.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
print(json.dumps({r["Name"]: [v["Value"] for v in r["ResourceRecords"]] for r in sets if r["Type"] == "A"}))
"#;

/// Makes the zone, and has the stack keep names in it.
pub(super) fn add(federation: &Federation) {
    let ansible = "  ansible {\n";
    let project = &federation.project;
    project.edit("infra.hcl", ansible, &format!("{BLOCK}{ansible}"));
    let python = project.run("python");
    python.args(["-c", MAKE_ZONE, ZONE]).succeeds();
}

/// Each server has a name, which leads to where it is now, and nobody else has one.
#[track_caller]
pub(super) fn lead_to_the_servers(federation: &Federation) {
    let output = federation.project.run("python").args(["-c", RECORDS]);
    let records: BTreeMap<String, Vec<String>> =
        serde_json::from_value(output.succeeds().json()).unwrap();
    let servers = GLOBAL.into_iter().chain(LEAVES);
    let expected = servers.map(|server| {
        let address = federation.host(server).public_ip.unwrap();
        (format!("{server}.{ZONE}."), vec![address])
    });
    assert_eq!(records, expected.collect());
}
