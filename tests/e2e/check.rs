//! Ansible's own preview of what a plan would do.

use std::fs;

use crate::plan_document::{Plan, applied_federation, hosts};

const SECRET: &str = "xyzzy-7-plugh";

#[test]
fn a_preview_changes_nothing_and_keeps_secrets() {
    let (aws, project) = applied_federation();
    project.edit(
        "terraform/main.tf",
        "    Role = \"leaf\"\n",
        &format!("    Role = \"leaf\"\n    Token = sensitive(\"{SECRET}\")\n"),
    );
    project.edit(
        "infra.hcl",
        "      groups  = [\"leaf\"]\n",
        "      groups  = [\"leaf\"]\n      vars    = { token = self.tags.Token }\n      sensitive = [\"token\"]\n",
    );
    project.infra(["apply", "--auto-approve"]).succeeds();
    let template = "ansible/roles/leaf/templates/prometheus.yml.j2";
    let text = fs::read_to_string(project.path(template)).unwrap();
    fs::write(
        project.path(template),
        format!("# Token {{{{ token }}}}\n{text}"),
    )
    .unwrap();

    let before = aws.machine("leaf-1").read("prometheus/prometheus.yml");
    for arguments in [&["plan", "--check"][..], &["plan", "--check", "--json"]] {
        let said = project.infra(arguments.iter().copied()).succeeds().stdout;
        assert!(said.contains("+# Token ***"), "{said}");
        assert!(!said.contains(SECRET), "{said}");
    }
    assert_eq!(
        aws.machine("leaf-1").read("prometheus/prometheus.yml"),
        before
    );
    assert_eq!(
        Plan::of(&project).runs("site"),
        hosts(["leaf-1", "leaf-2", "leaf-3"])
    );
}
