//! The verb on projects on disk.

use std::fmt::Write as _;

use super::*;
use crate::verbs::scene::{CONFIG, Scene};

/// The findings as a list of places, severities and messages, tools left out: whether
/// they are installed is not the project's.
fn report(scene: &Scene) -> String {
    let validation = validate(&scene.open()).unwrap();
    let mut text = String::new();
    for finding in &validation.findings {
        if finding.message.contains("not found") {
            continue;
        }
        let place = finding.place.as_ref().map_or(String::new(), |place| {
            let file = place.file.rsplit('/').next().unwrap();
            format!("{file}:{}:{}", place.line, place.column)
        });
        writeln!(text, "{place} {:?}: {}", finding.severity, finding.message).unwrap();
        for hint in &finding.hints {
            writeln!(text, "  {hint}").unwrap();
        }
    }
    text
}

#[test]
fn a_project_in_order_has_no_findings() {
    assert_eq!(report(&Scene::new()), "");
}

#[test]
fn everything_that_is_wrong_is_told_together_with_its_place() {
    let scene = Scene::new();
    let config = CONFIG
        .replace("\"terraform\"", "\"tf\"\n    var_files = [\"a.tfvars\"]")
        .replace(
            "[\"public_ip\"]",
            "[\"public ip[\"]\n      expires = \"2020-01-01\"",
        )
        .replace(
            "hosts = [\"web\"]",
            "hosts = [\"webs\"]\n    inputs = [\"files/**\", \"ansible/*\"]",
        )
        .replace(
            "  playbook \"site\"",
            "  ansible {\n    private_key = \"key\"\n  }\n  playbook \"site\"",
        );
    scene.write("infra.hcl", &config);
    scene.write("key", "secret");
    scene.write(
        "ansible/site.yml",
        "- hosts: web\n  tasks:\n    - include_tasks: no.yml\n",
    );
    insta::assert_snapshot!(report(&scene), @r#"
    infra.hcl:3:11 Error: the Terraform root module tf does not exist
      paths in infra.hcl are relative to the directory it stands in
    infra.hcl:4:18 Error: the variables file a.tfvars does not exist
      paths in infra.hcl are relative to the directory it stands in
    infra.hcl:9:20 Error: rule "ephemeral-public-ip" can't be used: "public ip[" is no attribute path
      a path looks like public_ip, tags.Name, tags["a b"] or network_interface[*].access_config
    infra.hcl:10:17 Warning: rule "ephemeral-public-ip" has expired on 2020-01-01
      what it expected counts as a change again: renew it, or remove it
    infra.hcl:23:19 Error: others on this machine have access to the private key key, so ssh will not use it
      chmod 600 key
    infra.hcl:27:14 Warning: no hosts block makes a group "webs", so it can only be one host
      did you mean "web"?
    infra.hcl:28:15 Warning: no file matches "files/**"
      globs are relative to the directory of infra.hcl
    site.yml:3:1 Warning: no.yml: the file does not exist
    "#);
}

#[test]
fn a_file_that_is_no_configuration_is_a_finding_too() {
    let scene = Scene::new();
    scene.write("infra.hcl", "stack \"demo\" {\n  terrafrm {}\n}\n");
    insta::assert_snapshot!(report(&scene), @r#"
    infra.hcl:2:3 Error: stack "demo" has no block "terrafrm"
      did you mean `terraform`?
      its blocks are terraform, backend, drift, inventory, ansible, dns, playbook
    "#);
}

#[test]
fn a_playbook_that_is_none_points_into_its_file() {
    let scene = Scene::new();
    scene.write("ansible/site.yml", "- hosts: web\n  tasks: [\n");
    insta::assert_snapshot!(report(&scene), @r"
    site.yml:3:1 Error: did not find expected node content
      ansible-playbook --syntax-check tells more
    ");
}

#[test]
fn a_playbook_of_another_project_is_none_of_this_one() {
    let (scene, other) = (Scene::new(), Scene::new());
    let outside = format!("../{}/ansible/site.yml", other.root.file_name().unwrap());
    let config = CONFIG.replace("ansible/site.yml", &outside);
    scene.write("infra.hcl", &config);
    let report = report(&scene);
    let expected = format!("infra.hcl:21:13 Error: playbook {outside} is outside of");
    assert!(report.starts_with(&expected), "{report}");
}

#[test]
fn every_stack_is_checked() {
    let scene = Scene::new();
    let other = "stack \"other\" {\n  terraform {\n    dir = \"nowhere\"\n  }\n}\n";
    scene.write("infra.hcl", &format!("{CONFIG}{other}"));
    insta::assert_snapshot!(report(&scene), @r"
    infra.hcl:27:11 Error: the Terraform root module nowhere does not exist
      paths in infra.hcl are relative to the directory it stands in
    ");
}

#[test]
fn the_document_has_places_as_flat_fields() {
    let scene = Scene::new();
    scene.write("infra.hcl", &CONFIG.replace("\"terraform\"", "\"tf\""));
    let validation = validate(&scene.open()).unwrap();
    let json = serde_json::to_value(&validation).unwrap();
    assert_eq!(json["valid"], false);
    let finding = &json["findings"][0];
    assert_eq!(
        (&finding["line"], &finding["column"]),
        (&3.into(), &11.into())
    );
}
