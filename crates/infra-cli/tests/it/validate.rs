//! `infra validate` and `infra init`.

use crate::support::{FEDERATION, TestProject};

#[test]
fn what_the_configuration_names_is_missing() {
    let project = TestProject::new(
        "stack \"s\" {\n  terraform { dir = \"tf\" }\n  playbook \"p\" { path = \"site.yml\" }\n}\n",
    );
    let outcome = project.run(&["validate"]);
    insta::assert_snapshot!(outcome, @r#"
    warning: Ansible not found: no ansible-playbook in PATH
     --> infra.hcl:1:1
      |
    1 | stack "s" {
      | ^^^^^^^^^
    hint: install it with `pipx install ansible-core`, or name it with `binary` in the `ansible` block

    warning: ssh not found: no ssh in PATH
     --> infra.hcl:1:1
      |
    1 | stack "s" {
      | ^^^^^^^^^
    hint: install the OpenSSH client (Debian: `apt install openssh-client`)

    warning: Terraform not found: no terraform or tofu in PATH
     --> infra.hcl:2:3
      |
    2 |   terraform { dir = "tf" }
      |   ^^^^^^^^^
    hint: install Terraform (https://developer.hashicorp.com/terraform/install) or OpenTofu (https://opentofu.org/docs/intro/install), or name it with `binary` in the `terraform` block

    error: the Terraform root module tf does not exist
     --> infra.hcl:2:21
      |
    2 |   terraform { dir = "tf" }
      |                     ^^^^
    hint: paths in infra.hcl are relative to the directory it stands in

    error: the playbook site.yml does not exist
     --> infra.hcl:3:25
      |
    3 |   playbook "p" { path = "site.yml" }
      |                         ^^^^^^^^^^
    hint: paths in infra.hcl are relative to the directory it stands in

    infra.hcl is not valid: 2 errors and 3 warnings
    [exit status: 1]
    "#);
}

#[test]
fn all_that_it_names_is_there() {
    let project = TestProject::new(FEDERATION);
    project.write("terraform/main.tf", "");
    let outcome = project.run(&["validate"]);
    insta::assert_snapshot!(outcome, @r#"
    warning: Terraform not found: no terraform or tofu in PATH
     --> infra.hcl:3:3
      |
    3 |   terraform { dir = "terraform" }
      |   ^^^^^^^^^
    hint: install Terraform (https://developer.hashicorp.com/terraform/install) or OpenTofu (https://opentofu.org/docs/intro/install), or name it with `binary` in the `terraform` block

    infra.hcl is valid, with 1 warning
    [exit status: 0]
    "#);
}

#[test]
fn init_never_overwrites() {
    let project = TestProject::new(FEDERATION);
    let outcome = project.run(&["init"]);
    insta::assert_snapshot!(outcome, @"
    ------- stderr -------
    error: $DIR/infra.hcl exists already
    hint: `infra validate` checks it; remove it to start anew
    [exit status: 1]
    ");
    let text = std::fs::read_to_string(project.path("infra.hcl")).unwrap();
    assert_eq!(text, FEDERATION);
}

#[test]
fn init_without_terraform() {
    let outcome = TestProject::empty().run(&["init"]);
    insta::assert_snapshot!(outcome, @"
    ------- stderr -------
    error: there is no Terraform root module in $DIR
    hint: run it in the directory above the Terraform root module and the playbooks, or name that with -C
    [exit status: 1]
    ");
}

#[test]
fn init_knows_a_runner_of_playbooks_when_it_sees_one() {
    let project = TestProject::empty();
    project.write(
        "main.tf",
        r#"
resource "null_resource" "run_ansible_playbook" {
  provisioner "local-exec" {
    command = "ansible-playbook -i inventory.sh site.yml"
  }
}
"#,
    );
    project.write("site.yml", "- hosts: all\n  tasks: []\n");
    let outcome = project.run(&["init"]);
    insta::assert_snapshot!(outcome, @"
    wrote $DIR/infra.hcl
      Terraform: .
      playbooks: site.yml

    null_resource.run_ansible_playbook runs a playbook
      main.tf:2: its playbook block in infra.hcl takes its place. Remove the resource, and let
      Terraform forget it:

        removed {
          from = null_resource.run_ansible_playbook
        
          lifecycle {
            destroy = false
          }
        }

    hint: take null_resource.run_ansible_playbook out of main.tf:2, and add its `removed` block in its place
    hint: look through infra.hcl, then run `infra validate` and `infra plan`
    [exit status: 0]
    ");
    assert_eq!(project.run(&["validate"]).code, Some(0));
}
