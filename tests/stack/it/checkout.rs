//! The stack of the repository, as a user copies it.

use std::fs;

use camino::Utf8Path;
use infra_testkit::{Project, copy_tree, workspace_root};

/// Where the root module is.
pub(super) const ROOT_MODULE: &str = "terraform/live/federation";

/// Copies it into a project, with a key of its own and its records where Terraform has its state.
pub(super) fn copy_stack(project: &Project) {
    copy_parts(project, &["ansible", "terraform", "docs/runbooks"]);
    // What whoever works on the modules has initialised is of another place.
    for left in [".terraform", ".terraform.lock.hcl"] {
        remove(&project.path(ROOT_MODULE).join(left));
    }
    let configuration = fs::read_to_string(workspace_root().join("infra.hcl")).unwrap();
    project.write("infra.hcl", &configuration);
    project.edit("infra.hcl", r#"backend "local" {}"#, r#"backend "s3" {}"#);
    project.make_key("id_ed25519");
}

/// Copies these directories of the repository to where they are there.
pub(super) fn copy_parts(project: &Project, parts: &[&str]) {
    for part in parts {
        copy_tree(&workspace_root().join(part), &project.path(part));
    }
}

/// Makes the certificates and the password that a directory doesn't have.
pub(super) fn make_secrets<'a>(
    project: &Project,
    directory: &str,
    hosts_and_options: impl IntoIterator<Item = &'a str>,
) {
    let script = workspace_root().join("tools/federation_secrets.py");
    project
        .run("python3")
        .args([script.as_str(), directory])
        .args(hosts_and_options)
        .succeeds();
}

fn remove(path: &Utf8Path) {
    if path.is_dir() {
        fs::remove_dir_all(path).unwrap();
    } else if path.exists() {
        fs::remove_file(path).unwrap();
    }
}
