//! One host fails among several.

use std::fs;

use infra_testkit::Cut;

use crate::plan_document::{Plan, applied_federation, hosts};

const TEMPLATE: &str = "ansible/roles/leaf/templates/prometheus.yml.j2";

#[test]
fn a_host_that_fails_is_named_and_retried_alone() {
    let (aws, project) = applied_federation();
    project.edit(TEMPLATE, "job_name: node", "job_name: nodes");
    // A file stands where leaf-2 has to have a directory.
    let in_the_way = aws.machine("leaf-2").path("prometheus");
    fs::remove_dir_all(&in_the_way).unwrap();
    fs::write(&in_the_way, "").unwrap();

    project
        .infra(["apply", "--auto-approve"])
        .output()
        .exits(1)
        .complains("leaf-2");

    assert!(
        aws.machine("leaf-1")
            .read("prometheus/prometheus.yml")
            .contains("nodes")
    );
    assert!(
        aws.machine("leaf-3")
            .read("prometheus/prometheus.yml")
            .contains("nodes")
    );
    assert_eq!(Plan::of(&project).runs("site"), hosts(["leaf-2"]));

    fs::remove_file(&in_the_way).unwrap();
    project.infra(["apply", "--auto-approve"]).succeeds();
    assert!(
        aws.machine("leaf-2")
            .read("prometheus/prometheus.yml")
            .contains("nodes")
    );
    Plan::of(&project).says_nothing_to_do();
}

#[test]
fn a_host_that_cannot_be_reached_is_named_and_retried_alone() {
    let (aws, project) = applied_federation();
    project.edit(
        "infra.hcl",
        "ansible {\n",
        "ansible {\n    first_contact = \"10s\"\n",
    );
    project.edit(TEMPLATE, "job_name: node", "job_name: nodes");
    aws.cut("leaf-3", Cut::Silent);

    project
        .infra(["apply", "--auto-approve"])
        .output()
        .exits(1)
        .complains("leaf-3");

    assert_eq!(Plan::of(&project).runs("site"), hosts(["leaf-3"]));
    aws.join("leaf-3");
    project.infra(["apply", "--auto-approve"]).succeeds();
    Plan::of(&project).says_nothing_to_do();
}
