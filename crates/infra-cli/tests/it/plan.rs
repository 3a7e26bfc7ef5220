//! `infra plan` from recorded documents.

use serde_json::json;

use crate::support::{FEDERATION, TestProject, WITH_PLAYBOOK, change, instance, plan, recording};

#[test]
fn nothing_is_said_in_a_few_lines() {
    let project = TestProject::new("stack \"web\" {\n  terraform { dir = \"tf\" }\n}\n");
    project.write("plan.json", plan(&[], &[]));
    let outcome = project.run(&["plan", "--plan-json", "plan.json"]);
    insta::assert_snapshot!(outcome, @"
    web: nothing to do

    Terraform
      nothing to apply

    Inventory
      as last applied
    [exit status: 0]
    ");
}

#[test]
fn restarted_instances_are_nothing_to_do() {
    let project = TestProject::new(FEDERATION);
    project.write("plan.json", recording("restarted-instances/plan.json"));
    let outcome = project.run(&["plan", "--plan-json", "plan.json", "--detailed-exitcode"]);
    insta::assert_snapshot!(outcome, @"
    federation: nothing to do

    Terraform
      nothing to apply
      3 resources drifted as expected (ephemeral-public-ip: no Elastic IP: a new address at every start)
      10 planned changes only because of expected drift (not applied)
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

    Inventory
      + new: 3 hosts
          leaf-0, leaf-1, primary
    [exit status: 0]
    ");
}

#[test]
fn a_single_consequence_is_proven_step_by_step() {
    let project = TestProject::new(FEDERATION);
    project.write("plan.json", recording("address-in-dns/plan.json"));
    let outcome = project.run(&["plan", "--plan-json", "plan.json", "--detailed-exitcode"]);
    insta::assert_snapshot!(outcome, @"
    federation: Terraform has 1 to update

    Terraform
        ~ aws_route53_record.primary
          a change of aws_route53_record is a real need, whatever causes it
      1 resource drifted as expected (ephemeral-public-ip: no Elastic IP: a new address at every start)
      1 resource is the same, written differently
      1 planned change only because of expected drift (applied with the rest: a plan is applied whole)
        -/+ terraform_data.run_ansible
              aws_instance.primary: public_ip 54.214.7.88 → 54.214.39.151 outside of Terraform (benign: ephemeral-public-ip)
              terraform_data.run_ansible: triggers_replace[0] reads aws_instance.primary.public_ip
              terraform_data.run_ansible: must be replaced because triggers_replace changed

    Inventory
      + new: primary
    [exit status: 2]
    ");
}

#[test]
fn verbose_unfolds_every_proof() {
    let project = TestProject::new(FEDERATION);
    project.write("plan.json", recording("restarted-instances/plan.json"));
    let outcome = project.run(&["plan", "-v", "--plan-json", "plan.json"]);
    assert!(
        outcome
            .stdout
            .contains("terraform_data.via_local: input reads aws_instance.primary.public_ip"),
        "{outcome}"
    );
    assert!(!outcome.stdout.contains("-v shows"), "{outcome}");
}

#[test]
fn changes_have_terraforms_symbols() {
    let project = TestProject::new("stack \"web\" {\n  terraform { dir = \"tf\" }\n}\n");
    let (old, new) = (json!({ "size": 1 }), json!({ "size": 2 }));
    let none = json!(null);
    let changes = [
        change("aws_ebs_volume.new", &["create"], &none, &new),
        change("aws_ebs_volume.grown", &["update"], &old, &new),
        change("aws_ebs_volume.other", &["delete", "create"], &old, &new),
        change("aws_ebs_volume.spare", &["create", "delete"], &old, &new),
        change("aws_ebs_volume.gone", &["delete"], &old, &none),
        change("aws_ebs_volume.left", &["forget"], &old, &none),
    ];
    project.write("plan.json", plan(&[], &changes));
    let outcome = project.run(&["plan", "--plan-json", "plan.json", "--detailed-exitcode"]);
    insta::assert_snapshot!(outcome, @"
    web: Terraform has 1 to create, 1 to update, 2 to replace, 1 to delete and 1 to forget

    Terraform
        + aws_ebs_volume.new
        ~ aws_ebs_volume.grown
          a change of aws_ebs_volume is a real need, whatever causes it
      -/+ aws_ebs_volume.other
          a change of aws_ebs_volume is a real need, whatever causes it
      +/- aws_ebs_volume.spare
          a change of aws_ebs_volume is a real need, whatever causes it
        - aws_ebs_volume.gone
        . aws_ebs_volume.left

    Inventory
      as last applied
    [exit status: 2]
    ");
}

#[test]
fn unexpected_drift_is_shown_in_full() {
    let project = TestProject::new(FEDERATION);
    project.write(
        "plan.json",
        recording("association-forces-replacement/plan.json"),
    );
    let outcome = project.run(&["plan", "--plan-json", "plan.json"]);
    insta::assert_snapshot!(outcome, @r#"
    federation: Terraform has 1 to update and 2 to replace; 1 resource drifted unexpectedly

    Terraform
      -/+ aws_instance.primary
          a change of aws_instance is a real need, whatever causes it
        ~ aws_route53_record.primary
          a change of aws_route53_record is a real need, whatever causes it
      -/+ terraform_data.run_ansible
          triggers_replace[0] will only be known after apply, and what it was doesn't come from anything that follows from benign drift
      1 resource is the same, written differently
      1 resource drifted, and no rule expects it
        ~ aws_instance.primary
          associate_public_ip_address forces the replacement of aws_instance.primary
          associate_public_ip_address: false → true
          public_dns:
            - "ec2-54-214-7-88.eu-central-1.compute.amazonaws.com"
            + "ec2-54-214-66-177.eu-central-1.compute.amazonaws.com"
          public_ip: "54.214.7.88" → "54.214.66.177"

    Inventory
      + new: primary
    [exit status: 0]
    "#);
}

#[test]
fn a_playbook_that_never_ran_runs_on_every_host() {
    let project = TestProject::new(WITH_PLAYBOOK);
    project.write(
        "site.yml",
        "- hosts: all\n  gather_facts: false\n  tasks: []\n",
    );
    let resources = [
        instance("leaf1", "192.0.2.1"),
        instance("leaf2", "192.0.2.2"),
    ];
    project.write("plan.json", plan(&resources, &[]));
    let outcome = project.run(&[
        "plan",
        "-q",
        "--plan-json",
        "plan.json",
        "--detailed-exitcode",
    ]);
    insta::assert_snapshot!(outcome, @"
    federation: prometheus runs on both hosts

    Terraform
      nothing to apply

    Inventory
      + new: 2 hosts
          leaf1, leaf2

    Playbooks
      prometheus: runs on both hosts
        leaf1, leaf2
            it never ran on this host
    [exit status: 2]
    ");
}

#[test]
fn a_forced_playbook_says_so_and_an_unknown_one_is_an_error() {
    let project = TestProject::new(WITH_PLAYBOOK);
    project.write(
        "site.yml",
        "- hosts: all\n  gather_facts: false\n  tasks: []\n",
    );
    project.write("plan.json", plan(&[instance("leaf1", "192.0.2.1")], &[]));
    let outcome = project.run(&["plan", "-q", "--plan-json", "plan.json", "--force"]);
    assert!(
        outcome.stdout.contains("a run is asked for (--force)"),
        "{outcome}"
    );
    let outcome = project.run(&[
        "plan",
        "-q",
        "--plan-json",
        "plan.json",
        "--force=prometeus",
    ]);
    insta::assert_snapshot!(outcome, @r#"
    ------- stderr -------
    error: there is no playbook "prometeus"
    hint: there is: prometheus
    [exit status: 1]
    "#);
}

#[test]
fn a_stream_has_no_values_and_says_so_once() {
    let project = TestProject::new(FEDERATION);
    let stream = recording("restarted-instances/stream.jsonl");
    let outcome = project.run_with(&["plan", "--plan-json", "-"], &stream);
    insta::assert_snapshot!(outcome, @"
    federation: Terraform has 5 to update, 3 to replace and 2 to set (outputs); 3 resources drifted unexpectedly

    Terraform
      the stream of `terraform plan -json` has no values, so nothing in it can be expected;
      `terraform show -json` of a saved plan has them
        ~ terraform_data.via_local
      -/+ module.runner.terraform_data.run
        ~ terraform_data.via_module_output
      -/+ terraform_data.run_ansible
        ~ terraform_data.report
        ~ terraform_data.per_leaf[0]
        ~ terraform_data.per_leaf[1]
      -/+ terraform_data.all_leaves
        ~ output.primary_ip
        ~ output.url
      3 resources drifted, and no rule expects it
        ~ aws_instance.leaf[0]
        ~ aws_instance.leaf[1]
        ~ aws_instance.primary
      rule ephemeral-public-ip matched nothing

    Inventory
      as last applied
    [exit status: 0]
    ");
}

#[test]
fn text_from_the_cloud_cannot_steer_the_terminal() {
    let project = TestProject::new("stack \"web\" {\n  terraform { dir = \"tf\" }\n}\n");
    let evil = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}";
    let address = format!("aws_ebs_volume.x[\"{evil}\"]");
    let changes = [change(
        &address,
        &["create"],
        &json!(null),
        &json!({ "size": 1 }),
    )];
    project.write("plan.json", plan(&[], &changes));
    let outcome = project.run(&["plan", "--plan-json", "plan.json"]);
    assert!(
        !outcome.stdout.contains(['\u{1b}', '\u{7}', '\u{202e}']),
        "{outcome}"
    );
    assert!(outcome.stdout.contains("\\x1b[2J"), "{outcome}");
}
