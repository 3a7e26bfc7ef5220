//! `infra validate` and `infra init`.

use crate::support::TestProject;

#[test]
fn init_without_terraform() {
    insta::assert_snapshot!(TestProject::empty().run(&["init"]), @"
    ------- stderr -------
    error: there is no Terraform root module in .
    hint: run it in the directory above the Terraform root module and the playbooks, or name that with -C
    [exit status: 1]
    ");
}
