//! Names in Route 53, which lead to the servers whatever address those have.

use super::stand::{Federation, servers};

const ZONE: &str = "federation.example";

/// What a user adds to the configuration.
const BLOCK: &str = "  dns {\n    zone = \"federation.example\"\n  }\n\n";

/// Makes the zone, and has the stack keep names in it.
pub(super) fn add(federation: &Federation) {
    let ansible = "  ansible {\n";
    let project = &federation.project;
    project.edit("infra.hcl", ansible, &format!("{BLOCK}{ansible}"));
    project.make_zone(ZONE);
}

/// Each server has a name, which leads to where it is now, and nobody else has one.
#[track_caller]
pub(super) fn lead_to_the_servers(federation: &Federation) {
    let mut records = federation.project.records();
    // Beside each is one that says whose it is.
    records.retain(|name, _| name.ends_with(" A"));
    let expected = servers().map(|server| {
        let address = federation.host(server).public_ip.unwrap();
        (format!("{server}.{ZONE}. A"), vec![address])
    });
    assert_eq!(records, expected.collect());
}
