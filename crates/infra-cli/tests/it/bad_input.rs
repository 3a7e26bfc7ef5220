//! Bad input: one clear error, exit 1, nothing on stdout.

use crate::support::{FEDERATION, TestProject, WITH_PLAYBOOK, instance, plan, raw_state, state};

/// What `infra inventory --state` says of a document.
fn of_state(bytes: impl AsRef<[u8]>) -> String {
    let project = TestProject::empty();
    project.write("state.json", bytes);
    project
        .run(&["inventory", "--state", "state.json"])
        .to_string()
}

/// What `infra plan --plan-json` says of a document.
fn of_plan(bytes: impl AsRef<[u8]>) -> String {
    let project = TestProject::new(FEDERATION);
    project.write("plan.json", bytes);
    project
        .run(&["plan", "--plan-json", "plan.json"])
        .to_string()
}

#[test]
fn a_missing_configuration() {
    insta::assert_snapshot!(TestProject::empty().run(&["plan"]), @"");
}

#[test]
fn a_configuration_that_is_named_and_missing() {
    insta::assert_snapshot!(TestProject::empty().run(&["plan", "--config", "x.hcl"]), @"");
}

#[test]
fn a_malformed_configuration() {
    let project = TestProject::new("stack \"a\" {\n");
    insta::assert_snapshot!(project.run(&["plan"]), @"");
}

#[test]
fn a_configuration_with_several_mistakes_shows_each_in_its_place() {
    let project = TestProject::new(
        "stack \"a\" {\n  teraform { dir = \"x\" }\n  playbook \"p\" { pth = \"y\" }\n}\n",
    );
    insta::assert_snapshot!(project.run(&["plan"]), @"");
}

#[test]
fn a_stack_that_there_is_not() {
    let project = TestProject::new(FEDERATION);
    insta::assert_snapshot!(project.run(&["plan", "--stack", "federtion"]), @"");
}

#[test]
fn a_directory_that_there_is_not() {
    insta::assert_snapshot!(TestProject::empty().run(&["-C", "nowhere", "plan"]), @"");
}

#[test]
fn a_missing_plan() {
    let project = TestProject::new(FEDERATION);
    insta::assert_snapshot!(project.run(&["plan", "--plan-json", "nope.json"]), @"");
}

#[test]
fn a_plan_that_is_no_json() {
    insta::assert_snapshot!(of_plan("hello"), @"");
}

#[test]
fn an_empty_plan() {
    insta::assert_snapshot!(of_plan(""), @"");
}

#[test]
fn a_saved_plan_file() {
    insta::assert_snapshot!(of_plan(b"PK\x03\x04\x14\x00\x08\x00"), @"");
}

#[test]
fn what_terraform_prints_for_people() {
    insta::assert_snapshot!(of_plan("Terraform will perform the following actions:\n\n  # aws_x.y will be created\n"), @"");
}

#[test]
fn a_state_in_place_of_a_plan() {
    insta::assert_snapshot!(of_plan(state(&[])), @"");
}

#[test]
fn a_plan_of_a_later_format() {
    insta::assert_snapshot!(of_plan(plan(&[], &[]).replace("\"1.2\"", "\"2.0\"")), @"");
}

#[test]
fn a_plan_that_was_cut_off_anywhere() {
    let whole = plan(&[instance("leaf1", "192.0.2.1")], &[]);
    let project = TestProject::new(FEDERATION);
    for end in (0..whole.len()).step_by(97) {
        project.write("plan.json", &whole[..end]);
        let outcome = project.run(&["plan", "--plan-json", "plan.json"]);
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (Some(1), ""),
            "{outcome}"
        );
        assert!(
            outcome.stderr.starts_with("error: plan.json: "),
            "{outcome}"
        );
    }
}

#[test]
fn a_state_of_version_3() {
    insta::assert_snapshot!(of_state(raw_state(3)), @"");
}

#[test]
fn a_state_of_version_5() {
    insta::assert_snapshot!(of_state(raw_state(5)), @"");
}

#[test]
fn an_encrypted_state() {
    let text = r#"{"serial":1,"lineage":"x","meta":{"key_provider.pbkdf2.k":"e30="},"encrypted_data":"AAAA","encryption_version":"v0"}"#;
    insta::assert_snapshot!(of_state(text), @"");
}

#[test]
fn two_hosts_of_one_name() {
    let mut other = instance("leaf2", "192.0.2.2");
    other["values"]["tags"]["Name"] = "leaf1".into();
    let project = TestProject::new(
        "stack \"s\" {\n  terraform { dir = \"tf\" }\n  inventory {\n    hosts \"aws_instance\" { name = self.tags.Name }\n  }\n}\n",
    );
    project.write(
        "state.json",
        state(&[instance("leaf1", "192.0.2.1"), other]),
    );
    insta::assert_snapshot!(project.run(&["inventory", "--state", "state.json"]), @"");
}

#[test]
fn an_address_that_is_none() {
    let project = TestProject::new(
        "stack \"s\" {\n  terraform { dir = \"tf\" }\n  inventory {\n    hosts \"aws_instance\" { address = self.public_ip }\n  }\n}\n",
    );
    project.write(
        "state.json",
        state(&[instance("leaf1", "-oProxyCommand=evil")]),
    );
    insta::assert_snapshot!(project.run(&["inventory", "--state", "state.json"]), @"");
}

#[test]
fn a_tag_with_jinja_quotes_and_newlines_is_data() {
    let mut resource = instance("leaf1", "192.0.2.1");
    resource["values"]["tags"]["Note"] = "{{ lookup('pipe', 'id') }}\"'\n-oProxyCommand=x".into();
    let project = TestProject::empty();
    project.write("state.json", state(&[resource]));
    let outcome = project.run(&["inventory", "--state", "state.json", "--host", "leaf1"]);
    let tag = &outcome.json()["infra"]["tags"][1];
    assert!(tag["value"]["__ansible_unsafe"].is_string(), "{outcome}");
}

#[test]
fn a_missing_playbook() {
    let project = TestProject::new(WITH_PLAYBOOK);
    project.write("plan.json", plan(&[instance("leaf1", "192.0.2.1")], &[]));
    insta::assert_snapshot!(project.run(&["plan", "-q", "--plan-json", "plan.json"]), @"");
}

#[test]
fn a_malformed_playbook() {
    let project = TestProject::new(WITH_PLAYBOOK);
    project.write("site.yml", "- hosts: all\n  tasks: [\n");
    project.write("plan.json", plan(&[instance("leaf1", "192.0.2.1")], &[]));
    insta::assert_snapshot!(project.run(&["plan", "-q", "--plan-json", "plan.json"]), @"");
}

#[test]
fn a_playbook_outside_the_tree() {
    let project = TestProject::new(&WITH_PLAYBOOK.replace("site.yml", "../../site.yml"));
    project.write("plan.json", plan(&[instance("leaf1", "192.0.2.1")], &[]));
    insta::assert_snapshot!(project.run(&["plan", "-q", "--plan-json", "plan.json"]), @"");
}

#[test]
fn a_missing_terraform() {
    let project = TestProject::new(FEDERATION);
    insta::assert_snapshot!(project.run(&["plan"]), @"");
}

#[test]
fn a_full_disk() {
    use std::process::Stdio;
    let project = TestProject::new(FEDERATION);
    project.write("plan.json", plan(&[], &[]));
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut command = project.command(&[
        "plan",
        "--json",
        "--allow-empty",
        "--plan-json",
        "plan.json",
    ]);
    let output = command.stdout(Stdio::from(full)).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    insta::assert_snapshot!(stderr, @"");
}
