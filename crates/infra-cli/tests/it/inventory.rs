//! `infra inventory`.

use crate::support::{FEDERATION, TestProject, instance, state};

fn project() -> TestProject {
    let project = TestProject::empty();
    let resources = [
        instance("leaf1", "192.0.2.1"),
        instance("leaf2", "192.0.2.2"),
    ];
    project.write("state.json", state(&resources));
    project
}

#[test]
fn a_state_needs_no_configuration() {
    let outcome = project().run(&["inventory", "--state", "state.json", "--host", "leaf1"]);
    insta::assert_snapshot!(outcome, @r#"
    {"ansible_host":"192.0.2.1","infra":{"address":"aws_instance.leaf1","id":"i-leaf1","provider":"registry.terraform.io/hashicorp/aws","tags":[{"key":"Name","value":"leaf1"}],"type":"aws_instance"},"infra_addresses":{"private_ipv4":"10.0.0.1","public_ipv4":"192.0.2.1"}}
    [exit status: 0]
    "#);
}

#[test]
fn a_host_that_there_is_not_has_no_variables() {
    let outcome = project().run(&["inventory", "--state", "state.json", "--host", "nobody"]);
    insta::assert_snapshot!(outcome, @"
    {}
    [exit status: 0]
    ");
}

#[test]
fn list_is_one_line_for_a_program_and_many_for_a_person() {
    let project = project();
    let list = project.run(&["inventory", "--state", "state.json", "--list"]);
    let read = project.run(&["inventory", "--state", "state.json"]);
    assert_eq!(list.json(), read.json());
    assert_eq!(list.stdout.lines().count(), 1);
    assert!(read.stdout.lines().count() > 20);
    assert_eq!(
        list.json()["_meta"]["hostvars"]["leaf2"]["ansible_host"],
        "192.0.2.2"
    );
}

#[test]
fn every_format_names_every_host() {
    let project = project();
    for format in ["json", "yaml", "ini", "ssh-config"] {
        let outcome = project.run(&["inventory", "--state", "state.json", "--format", format]);
        assert_eq!(outcome.code, Some(0), "{outcome}");
        assert!(outcome.stdout.contains("leaf1") && outcome.stdout.contains("192.0.2.2"));
    }
}

#[test]
fn the_forms_exclude_each_other() {
    let outcome = project().run(&[
        "inventory",
        "--state",
        "state.json",
        "--list",
        "--host",
        "x",
    ]);
    insta::assert_snapshot!(outcome, @"
    ------- stderr -------
    error: the argument '--list' cannot be used with '--host <NAME>'

    Usage: infra inventory --state <FILE> --list

    For more information, try '--help'.
    [exit status: 1]
    ");
}

#[test]
fn a_stopped_instance_is_named_on_stderr() {
    let project = TestProject::empty();
    let resources = [instance("leaf1", "192.0.2.1"), instance("leaf2", "")];
    let mut stopped = resources.clone();
    stopped[1]["values"]["private_ip"] = "".into();
    project.write("state.json", state(&stopped));
    let outcome = project.run(&["inventory", "--state", "state.json", "--format", "ini"]);
    insta::assert_snapshot!(outcome, @r#"
    leaf1 'ansible_host="192.0.2.1"' 'infra={"address":"aws_instance.leaf1","id":"i-leaf1","provider":"registry.terraform.io/hashicorp/aws","tags":[{"key":"Name","value":"leaf1",},],"type":"aws_instance",}' 'infra_addresses={"private_ipv4":"10.0.0.1","public_ipv4":"192.0.2.1",}'

    [aws_instance]
    leaf1
    ------- stderr -------
    not a host: aws_instance.leaf2: it has no address: it may be stopped
    [exit status: 0]
    "#);
    let quiet = project.run(&["inventory", "-q", "--state", "state.json", "--list"]);
    assert_eq!(quiet.stderr, "");
}

#[test]
fn zero_hosts_are_an_error_unless_allowed() {
    let project = TestProject::empty();
    project.write("state.json", state(&[]));
    let outcome = project.run(&["inventory", "--state", "state.json"]);
    insta::assert_snapshot!(outcome, @"
    ------- stderr -------
    error: state.json: no host: the state has no managed resources
    hint: if no host is right, use --allow-empty, or `allow_empty = true` in the inventory block
    [exit status: 1]
    ");
    let outcome = project.run(&[
        "inventory",
        "--state",
        "state.json",
        "--allow-empty",
        "--list",
    ]);
    insta::assert_snapshot!(outcome, @r#"
    {"_meta":{"hostvars":{}},"all":{"children":["ungrouped"]}}
    [exit status: 0]
    "#);
}

#[test]
fn the_rules_of_a_configuration_count_where_there_is_one() {
    let rules = FEDERATION.replace(
        "drift {",
        "inventory {\n    hosts \"aws_instance\" {\n      name = \"host-${self.tags.Name}\"\n    }\n  }\n  drift {",
    );
    let project = TestProject::new(&rules);
    project.write("state.json", state(&[instance("leaf1", "192.0.2.1")]));
    let outcome = project.run(&["inventory", "--state", "state.json", "--host", "host-leaf1"]);
    assert!(outcome.stdout.contains("192.0.2.1"), "{outcome}");
}
