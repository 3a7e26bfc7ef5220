//! The verb on directories on disk.

use camino::{Utf8Path, Utf8PathBuf};
use infra_core::config::Config;
use infra_core::hint::Hint as _;

use super::*;

fn tree(files: &[(&str, &str)]) -> (tempfile::TempDir, Utf8PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let root = Utf8Path::from_path(dir.path()).unwrap().join("federation");
    for (path, text) in files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    (dir, root)
}

const MAIN: &str = r#"
provider "aws" {}
module "vpc" {
  source = "../modules/vpc"
}
resource "aws_instance" "web" {}
resource "null_resource" "run" {
  provisioner "local-exec" {
    command = "ansible-playbook -i hosts ../ansible/site.yml"
  }
}
"#;

#[test]
fn what_is_found_is_written_and_reads_back() {
    let (_kept, root) = tree(&[
        ("live/main.tf", MAIN),
        ("modules/vpc/main.tf", "resource \"aws_vpc\" \"x\" {}\n"),
        ("live/.terraform/modules/x/main.tf", "provider \"x\" {}\n"),
        (
            "ansible/site.yml",
            "- import_playbook: base.yml\n- hosts: web\n",
        ),
        ("ansible/base.yml", "- hosts: all\n"),
        ("ansible/roles/x/tasks/main.yml", "- hosts: no\n"),
        ("ansible/vars.yml", "a: 1\n"),
    ]);
    let done = init(&root).unwrap();
    assert_eq!(done.terraform_dirs, ["live"]);
    assert_eq!(done.playbooks, ["ansible/site.yml"]);
    assert_eq!(done.runners[0].address, "null_resource.run");
    assert_eq!(
        (done.runners[0].file.as_str(), done.runners[0].line),
        ("live/main.tf", 7)
    );
    assert!(done.runners[0].removed_block.starts_with("removed {"));
    assert!(done.hints[0].starts_with("take null_resource.run out of live/main.tf:7"));
    let text = std::fs::read_to_string(root.join("infra.hcl")).unwrap();
    let config = Config::parse(&text, "infra.hcl").unwrap();
    let stack = &config.stacks["federation"];
    assert_eq!(stack.terraform.dir, "live");
    assert_eq!(stack.playbooks[0].path, "ansible/site.yml");
}

#[test]
fn a_file_that_is_there_is_left_alone() {
    let (_kept, root) = tree(&[("main.tf", MAIN), ("infra.hcl", "mine")]);
    let error = init(&root).unwrap_err();
    assert!(matches!(error, InitError::Exists(_)), "{error}");
    assert_eq!(
        std::fs::read_to_string(root.join("infra.hcl")).unwrap(),
        "mine"
    );
}

#[test]
fn without_terraform_nothing_is_written() {
    let (_kept, root) = tree(&[("site.yml", "- hosts: all\n")]);
    let error = init(&root).unwrap_err();
    assert!(matches!(error, InitError::NoTerraform(_)), "{error}");
    assert_eq!(error.hints().len(), 1);
    assert!(!root.join("infra.hcl").exists());
}

#[test]
fn a_module_beside_the_file_is_the_directory_itself() {
    let (_kept, root) = tree(&[("main.tf", MAIN)]);
    assert_eq!(init(&root).unwrap().terraform_dirs, ["."]);
}

#[test]
fn records_go_where_terraform_has_its_state() {
    let backend = "terraform {\n  backend \"s3\" {\n    bucket = \"states\"\n  }\n}\n";
    for (module, expected) in [
        (backend, "backend \"s3\" {}"),
        ("terraform {}\n", "backend \"local\" {}"),
    ] {
        let (_kept, root) = tree(&[("main.tf", module)]);
        init(&root).unwrap();
        let text = std::fs::read_to_string(root.join("infra.hcl")).unwrap();
        assert!(text.contains(expected), "{text}");
        Config::parse(&text, "infra.hcl").unwrap();
    }
}
