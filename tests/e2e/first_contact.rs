//! An instance is running, and its sshd is not.

use std::time::Duration;

use infra_testkit::{Project, Simulator};

use crate::plan_document::{Plan, hosts};

#[test]
fn a_host_that_is_not_up_yet_is_waited_for() {
    let aws = Simulator::start();
    // Terraform takes some ten seconds to believe that an instance runs.
    aws.boot_delay(Duration::from_secs(25));
    let project = Project::federation(&aws);

    project.infra(["apply", "--auto-approve"]).succeeds();

    assert!(aws.machine("leaf-1").read("motd").contains("leaf-1"));
    Plan::of(&project).says_nothing_to_do();
}

#[test]
fn a_host_that_never_comes_up_is_named_and_the_others_are_done() {
    let aws = Simulator::start();
    aws.boot_delay_of("leaf-2", None);
    let project = Project::federation(&aws);
    project.edit(
        "infra.hcl",
        "ansible {\n",
        "ansible {\n    first_contact = \"15s\"\n",
    );

    project
        .infra(["apply", "--auto-approve"])
        .output()
        .exits(1)
        .complains("leaf-2");

    let plan = Plan::of(&project);
    assert_eq!(plan.runs("baseline"), hosts(["leaf-2"]));
    assert!(plan.runs("site").contains("leaf-2"));
    assert!(!plan.runs("site").contains("leaf-1"));

    // It was the boot that took so long; now it has one.
    aws.boot_delay_of("leaf-2", Some(Duration::ZERO));
    aws.restart("leaf-2");
    project.infra(["apply", "--auto-approve"]).succeeds();
    assert!(aws.machine("leaf-2").read("motd").contains("leaf-2"));
    Plan::of(&project).says_nothing_to_do();
}
