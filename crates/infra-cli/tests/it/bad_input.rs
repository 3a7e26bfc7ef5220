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
    insta::assert_snapshot!(TestProject::empty().run(&["plan"]), @"
    ------- stderr -------
    error: there is no infra.hcl in $DIR or any directory above it
    hint: run `infra init` to write one for the Terraform and Ansible it finds
    hint: or name the directory with -C, or the file with --config
    [exit status: 1]
    ");
}

#[test]
fn a_configuration_that_is_named_and_missing() {
    insta::assert_snapshot!(TestProject::empty().run(&["plan", "--config", "x.hcl"]), @"
    ------- stderr -------
    error: can't read $DIR/x.hcl
      caused by: No such file or directory (os error 2)
    [exit status: 1]
    ");
}

#[test]
fn a_malformed_configuration() {
    let project = TestProject::new("stack \"a\" {\n");
    insta::assert_snapshot!(project.run(&["plan"]), @r#"
    ------- stderr -------
    error: syntax error: this bracket is never closed
     --> infra.hcl:1:11
      |
    1 | stack "a" {
      |           ^
    [exit status: 1]
    "#);
}

#[test]
fn a_configuration_with_several_mistakes_shows_each_in_its_place() {
    let project = TestProject::new(
        "stack \"a\" {\n  teraform { dir = \"x\" }\n  playbook \"p\" { pth = \"y\" }\n}\n",
    );
    insta::assert_snapshot!(project.run(&["plan"]), @r#"
    ------- stderr -------
    error: stack "a" has no block "teraform"
     --> infra.hcl:2:3
      |
    2 |   teraform { dir = "x" }
      |   ^^^^^^^^
    hint: did you mean `terraform`?
    hint: its blocks are terraform, backend, drift, inventory, ansible, dns, playbook

    error: playbook "p" has no "path"
     --> infra.hcl:3:3
      |
    3 |   playbook "p" { pth = "y" }
      |   ^^^^^^^^^^^^
    hint: path = "ansible/site.yml" names the playbook file

    error: playbook "p" has no attribute "pth"
     --> infra.hcl:3:18
      |
    3 |   playbook "p" { pth = "y" }
      |                  ^^^
    hint: did you mean `path`?
    hint: its attributes are path, hosts, vars, var_files, tags, skip_tags, inputs, always, max_age, timeout
    [exit status: 1]
    "#);
}

#[test]
fn a_stack_that_there_is_not() {
    let project = TestProject::new(FEDERATION);
    insta::assert_snapshot!(project.run(&["plan", "--stack", "federtion"]), @r#"
    ------- stderr -------
    error: $DIR/infra.hcl has no stack "federtion"
    hint: did you mean "federation"?
    hint: there is: federation
    [exit status: 1]
    "#);
}

#[test]
fn a_directory_that_there_is_not() {
    insta::assert_snapshot!(TestProject::empty().run(&["-C", "nowhere", "plan"]), @"
    ------- stderr -------
    error: can't change to the directory nowhere
      caused by: No such file or directory (os error 2)
    [exit status: 1]
    ");
}

#[test]
fn a_missing_plan() {
    let project = TestProject::new(FEDERATION);
    insta::assert_snapshot!(project.run(&["plan", "--plan-json", "nope.json"]), @"
    ------- stderr -------
    error: can't read nope.json
      caused by: No such file or directory (os error 2)
    [exit status: 1]
    ");
}

#[test]
fn a_plan_that_is_no_json() {
    insta::assert_snapshot!(of_plan("hello"), @"
    ------- stderr -------
    error: plan.json: not JSON: expected value at line 1, column 1
    hint: write it again with `terraform show -json`, without other output in the same file
    [exit status: 1]
    ");
}

#[test]
fn an_empty_plan() {
    insta::assert_snapshot!(of_plan(""), @"
    ------- stderr -------
    error: plan.json: the document is empty
    hint: the command that wrote it may have failed: run it again and look at its exit code
    [exit status: 1]
    ");
}

#[test]
fn a_saved_plan_file() {
    insta::assert_snapshot!(of_plan(b"PK\x03\x04\x14\x00\x08\x00"), @"
    ------- stderr -------
    error: plan.json: this is a saved plan file, not JSON
    hint: run `terraform show -json PLANFILE > plan.json` and give plan.json
    [exit status: 1]
    ");
}

#[test]
fn what_terraform_prints_for_people() {
    insta::assert_snapshot!(of_plan("Terraform will perform the following actions:\n\n  # aws_x.y will be created\n"), @"
    ------- stderr -------
    error: plan.json: this is Terraform's output for people, not JSON
    hint: save the plan with `terraform plan -out PLANFILE`, then give the output of `terraform show -json PLANFILE`
    [exit status: 1]
    ");
}

#[test]
fn a_state_in_place_of_a_plan() {
    insta::assert_snapshot!(of_plan(state(&[])), @"
    ------- stderr -------
    error: plan.json: expected a plan, but this is a state
    hint: check which file is given to which option
    [exit status: 1]
    ");
}

#[test]
fn a_plan_of_a_later_format() {
    insta::assert_snapshot!(of_plan(plan(&[], &[]).replace("\"1.2\"", "\"2.0\"")), @r#"
    ------- stderr -------
    error: plan.json: the document has format_version "2.0"; 0.1 up to below 2 is read
    hint: a newer Terraform wrote it: use an infra that knows this format
    [exit status: 1]
    "#);
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
    insta::assert_snapshot!(of_state(raw_state(3)), @"
    ------- stderr -------
    error: state.json: this is a raw state of version 3; version 4 is read
    hint: run `terraform apply -refresh-only` (or `terraform refresh`) with Terraform 0.12 or later once: it rewrites the state as version 4
    [exit status: 1]
    ");
}

#[test]
fn a_state_of_version_5() {
    insta::assert_snapshot!(of_state(raw_state(5)), @"
    ------- stderr -------
    error: state.json: this is a raw state of version 5; version 4 is read
    hint: a newer Terraform wrote it: use an infra that knows this version
    [exit status: 1]
    ");
}

#[test]
fn an_encrypted_state() {
    let text = r#"{"serial":1,"lineage":"x","meta":{"key_provider.pbkdf2.k":"e30="},"encrypted_data":"AAAA","encryption_version":"v0"}"#;
    insta::assert_snapshot!(of_state(text), @"
    ------- stderr -------
    error: state.json: this document is encrypted (OpenTofu state or plan encryption)
    hint: only OpenTofu can decrypt it: give the output of `tofu show -json`, or of `tofu state pull` for a state
    [exit status: 1]
    ");
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
    insta::assert_snapshot!(project.run(&["inventory", "--state", "state.json"]), @r#"
    ------- stderr -------
    error: state.json: aws_instance.leaf1 and aws_instance.leaf2 would both be the host "leaf1"
    hint: give one of them another `name` in a hosts block, or another name in Terraform
    [exit status: 1]
    "#);
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
    insta::assert_snapshot!(project.run(&["inventory", "--state", "state.json"]), @r#"
    ------- stderr -------
    error: state.json: aws_instance.leaf1: `address` in line 4 must be an IP address or a host name, not "-oProxyCommand=evil"
    hint: null means the default
    [exit status: 1]
    "#);
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
    insta::assert_snapshot!(project.run(&["plan", "-q", "--plan-json", "plan.json"]), @r#"
    ------- stderr -------
    error: playbook "prometheus": playbook site.yml does not exist
    hint: paths in infra.hcl are relative to the directory it stands in
    [exit status: 1]
    "#);
}

#[test]
fn a_malformed_playbook() {
    let project = TestProject::new(WITH_PLAYBOOK);
    project.write("site.yml", "- hosts: all\n  tasks: [\n");
    project.write("plan.json", plan(&[instance("leaf1", "192.0.2.1")], &[]));
    insta::assert_snapshot!(project.run(&["plan", "-q", "--plan-json", "plan.json"]), @r#"
    ------- stderr -------
    error: playbook "prometheus": site.yml:3:1: did not find expected node content
    hint: ansible-playbook --syntax-check tells more
    [exit status: 1]
    "#);
}

#[test]
fn a_playbook_outside_the_tree() {
    let project = TestProject::new(&WITH_PLAYBOOK.replace("site.yml", "../../site.yml"));
    project.write("plan.json", plan(&[instance("leaf1", "192.0.2.1")], &[]));
    insta::assert_snapshot!(project.run(&["plan", "-q", "--plan-json", "plan.json"]), @r#"
    ------- stderr -------
    error: playbook "prometheus": playbook ../../site.yml is outside of $DIR
    hint: move infra.hcl to a directory above both the playbook and the Terraform root module
    [exit status: 1]
    "#);
}

#[test]
fn a_missing_terraform() {
    let project = TestProject::new(FEDERATION);
    insta::assert_snapshot!(project.run(&["plan"]), @"
    ------- stderr -------
    error: Terraform not found: no terraform or tofu in PATH
    hint: install Terraform (https://developer.hashicorp.com/terraform/install) or OpenTofu (https://opentofu.org/docs/intro/install), or name it with `binary` in the `terraform` block
    [exit status: 1]
    ");
}

#[test]
fn a_root_module_that_there_is_not() {
    // Any program will do for a Terraform: it is not started.
    let project = TestProject::new(
        "stack \"a\" {\n  terraform {\n    dir    = \"nowhere\"\n    binary = \"/bin/true\"\n  }\n}\n",
    );
    insta::assert_snapshot!(project.run(&["plan", "-q"]), @"
    ------- stderr -------
    error: cannot run true in $DIR/nowhere: there is no such directory
    hint: `infra validate` points at what infra.hcl names and is not there
    [exit status: 1]
    ");
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
    insta::assert_snapshot!(stderr, @"
    error: can't write the result to stdout
      caused by: No space left on device (os error 28)
    ");
}

#[test]
fn a_playbook_that_is_a_link_out_of_the_tree() {
    let project = TestProject::new(WITH_PLAYBOOK);
    let other = TestProject::new(WITH_PLAYBOOK);
    other.write("site.yml", "- hosts: all\n");
    project.write("inside.yml", "- hosts: all\n");
    project.write("plan.json", plan(&[instance("leaf1", "192.0.2.1")], &[]));
    let link = project.path("site.yml");
    std::os::unix::fs::symlink(other.path("site.yml"), &link).unwrap();
    let args = ["plan", "-q", "--plan-json", "plan.json"];
    let refused = project.run(&args).to_string();
    assert!(
        refused.contains("playbook site.yml is outside of") && refused.ends_with("status: 1]\n"),
        "{refused}"
    );
    std::fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink("inside.yml", &link).unwrap();
    let followed = project.run(&args).to_string();
    assert!(followed.ends_with("status: 0]\n"), "{followed}");
}
