//! `infra drift` from recorded documents.

use crate::support::{FEDERATION, TestProject, plan, recording};

#[test]
fn expected_drift_is_a_line_per_rule() {
    let project = TestProject::new(FEDERATION);
    project.write("plan.json", recording("restarted-instances/plan.json"));
    let outcome = project.run(&["drift", "--plan-json", "plan.json", "--detailed-exitcode"]);
    insta::assert_snapshot!(outcome, @"
    3 resources drifted as expected, and no other

    Changed outside of Terraform
      3 resources drifted as expected (ephemeral-public-ip: no Elastic IP: a new address at every start)

    What follows from it
      10 planned changes only because of expected drift
        -/+ terraform_data.all_leaves ← aws_instance.leaf[0] and 1 more
          ~ terraform_data.per_leaf[0] ← aws_instance.leaf[0]
          ~ terraform_data.per_leaf[1] ← aws_instance.leaf[1]
          ~ terraform_data.report ← aws_instance.primary
        -/+ terraform_data.run_ansible ← aws_instance.primary
          ~ terraform_data.via_local ← aws_instance.primary
          ~ terraform_data.via_module_output ← aws_instance.primary
        -/+ module.runner.terraform_data.run ← aws_instance.primary
          ~ output.primary_ip ← aws_instance.primary
          ~ output.url ← aws_instance.primary
        (-v shows how each follows from the drift)
    [exit status: 0]
    ");
}

#[test]
fn unexpected_drift_exits_with_2_where_that_is_asked_for() {
    let project = TestProject::new(FEDERATION);
    project.write(
        "plan.json",
        recording("association-forces-replacement/plan.json"),
    );
    let outcome = project.run(&["drift", "--plan-json", "plan.json", "--detailed-exitcode"]);
    insta::assert_snapshot!(outcome, @r#"
    1 resource drifted unexpectedly

    Changed outside of Terraform
      1 resource is the same, written differently
      1 resource drifted, and no rule expects it
        ~ aws_instance.primary
          associate_public_ip_address forces the replacement of aws_instance.primary
          associate_public_ip_address: false → true
          public_dns:
            - "ec2-54-214-7-88.eu-central-1.compute.amazonaws.com"
            + "ec2-54-214-66-177.eu-central-1.compute.amazonaws.com"
          public_ip: "54.214.7.88" → "54.214.66.177"
    [exit status: 2]
    "#);
    assert_eq!(
        project.run(&["drift", "--plan-json", "plan.json"]).code,
        Some(0)
    );
}

#[test]
fn without_a_configuration_no_drift_is_expected() {
    let project = TestProject::empty();
    project.write("plan.json", recording("restarted-instances/plan.json"));
    let outcome = project.run(&["drift", "--plan-json", "plan.json"]);
    assert!(
        outcome
            .stdout
            .starts_with("3 resources drifted unexpectedly\n"),
        "{outcome}"
    );
}

#[test]
fn no_drift_is_one_line() {
    let project = TestProject::empty();
    let outcome = project.run_with(&["drift", "--plan-json", "-"], &plan(&[], &[]));
    insta::assert_snapshot!(outcome, @"
    nothing changed outside of Terraform
    [exit status: 0]
    ");
}

#[test]
fn a_rule_that_has_expired_is_named_with_its_owner() {
    let config = FEDERATION.replace(
        "reason     =",
        "owner = \"ops\"\n      expires = \"2020-01-31\"\n      reason     =",
    );
    let project = TestProject::new(&config);
    let outcome = project.run_with(&["drift", "--plan-json", "-"], &plan(&[], &[]));
    insta::assert_snapshot!(outcome, @"
    nothing changed outside of Terraform

    Rules
      rule ephemeral-public-ip has expired: its last day was 2020-01-31 (owner: ops)
    [exit status: 0]
    ");
}

#[test]
fn a_plan_that_failed_half_way_is_never_all_there_is() {
    let project = TestProject::new(FEDERATION);
    let whole = plan(&[], &[]);
    let broken = whole.replace("\"errored\":false", "\"errored\":true");
    let outcome = project.run_with(
        &["drift", "--plan-json", "-", "--detailed-exitcode"],
        &broken,
    );
    insta::assert_snapshot!(outcome, @r"
    what changed outside of Terraform can't be told
    planning failed half-way: there may be more than is listed here

    Rules
      rule ephemeral-public-ip matched nothing
    [exit status: 2]
    ");
}
