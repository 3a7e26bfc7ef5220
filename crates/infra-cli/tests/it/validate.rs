//! `infra validate` and `infra init`.

use crate::support::{FEDERATION, TestProject};

#[test]
fn what_the_configuration_names_is_missing() {
    let project = TestProject::new(
        "stack \"s\" {\n  terraform { dir = \"tf\" }\n  playbook \"p\" { path = \"site.yml\" }\n}\n",
    );
    insta::assert_snapshot!(project.run(&["validate"]), @"
    $DIR/infra.hcl is valid
    [exit status: 0]
    ");
}

#[test]
fn init_never_overwrites() {
    let project = TestProject::new(FEDERATION);
    insta::assert_snapshot!(project.run(&["init"]), @"
    ------- stderr -------
    error: there is no Terraform root module in .
    hint: run it in the directory above the Terraform root module and the playbooks, or name that with -C
    [exit status: 1]
    ");
    assert_eq!(
        std::fs::read_to_string(project.path("infra.hcl")).unwrap(),
        FEDERATION
    );
}

#[test]
fn init_without_terraform() {
    insta::assert_snapshot!(TestProject::empty().run(&["init"]), @"
    ------- stderr -------
    error: there is no Terraform root module in .
    hint: run it in the directory above the Terraform root module and the playbooks, or name that with -C
    [exit status: 1]
    ");
}
