//! A decision that was saved, and a world that has moved since.

use crate::plan_document::{Plan, applied_federation, hosts};

const TEMPLATE: &str = "ansible/roles/leaf/templates/prometheus.yml.j2";

#[test]
fn a_saved_decision_is_applied_as_it_was_shown() {
    let (aws, project) = applied_federation();
    project.edit(TEMPLATE, "job_name: node", "job_name: nodes");
    project.infra(["plan", "--out", "decision"]).succeeds();

    project.infra(["apply", "decision"]).succeeds();

    assert!(
        aws.machine("leaf-1")
            .read("prometheus/prometheus.yml")
            .contains("nodes")
    );
    Plan::of(&project).says_nothing_to_do();
}

#[test]
fn a_saved_decision_is_refused_when_a_file_has_changed_since() {
    let (aws, project) = applied_federation();
    project.edit(TEMPLATE, "job_name: node", "job_name: nodes");
    project.infra(["plan", "--out", "decision"]).succeeds();
    project.edit(TEMPLATE, "job_name: nodes", "job_name: others");

    project
        .infra(["apply", "decision"])
        .output()
        .exits(1)
        .complains("prometheus.yml.j2");

    assert!(
        !aws.machine("leaf-1")
            .read("prometheus/prometheus.yml")
            .contains("others")
    );
    assert_eq!(
        Plan::of(&project).runs("site"),
        hosts(["leaf-1", "leaf-2", "leaf-3"])
    );
}

#[test]
fn a_saved_decision_is_refused_when_the_addresses_have_moved() {
    let (aws, project) = applied_federation();
    project.edit(TEMPLATE, "job_name: node", "job_name: nodes");
    project.infra(["plan", "--out", "decision"]).succeeds();
    project.infra(["apply", "--auto-approve"]).succeeds();
    aws.restart_all();
    project.infra(["apply", "--auto-approve"]).succeeds();

    project.infra(["apply", "decision"]).output().exits(1);
}
