//! A host that comes back at another address.

use infra_testkit::{Project, Simulator};

use super::stack::{BLOCK, actions, batches, make_zone};

#[test]
fn a_name_follows_its_host_before_the_playbooks_run() {
    let aws = Simulator::start();
    let project = Project::federation(&aws);
    make_zone(&project);
    project.edit(
        "infra.hcl",
        "  ansible {",
        &format!("{BLOCK}\n  ansible {{"),
    );
    project.write("terraform/terraform.tfvars", "leaves = 1\n");
    let plan = project.infra_json(["plan"]);
    assert_eq!(actions(&plan)["primary.fed.example"], "unknown", "{plan:#}");
    aws.clear_log();
    project.infra(["apply", "--auto-approve"]).succeeds();
    assert_eq!(batches(&aws), 1);
    let found = project.records();
    for machine in aws.machines() {
        let name = format!("{}.fed.example. A", machine.name);
        assert_eq!(found[&name], [machine.public_ip.unwrap()]);
    }
    project
        .infra(["verify", "--detailed-exitcode", "--ssh-timeout", "0"])
        .succeeds();

    aws.restart("primary");
    aws.wait_for_ssh();
    let plan = project.infra_json(["plan"]);
    let changed = actions(&plan);
    assert_eq!(changed["primary.fed.example"], "update");
    assert_eq!(changed["leaf-1.fed.example"], "keep");
    let page = project.infra(["plan"]).succeeds();
    assert!(
        page.stdout.contains("~ primary.fed.example A 127."),
        "{page}"
    );
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
    assert_eq!(project.records()["primary.fed.example. A"], [address]);
}
