//! The verb on trees on disk, with the real Ansible.

use std::path::Path;

use camino::{Utf8Path, Utf8PathBuf};
use infra_exec::process::Interrupter;

use super::*;
use crate::context::Context;
use crate::event::Silent;

/// A playbook with a role, an encrypted variables file and an inventory in a directory.
const TREE: [(&str, &str); 9] = [
    (
        "ansible.cfg",
        "[defaults]\nroles_path = roles\ninventory = inventory\n",
    ),
    ("plays/site.yml", "- hosts: web\n  roles: [nginx]\n"),
    (
        "roles/nginx/tasks/main.yml",
        "- template: {src: nginx.conf.j2, dest: /etc/nginx.conf}\n",
    ),
    (
        "roles/nginx/templates/nginx.conf.j2",
        "listen {{ listen_port }};\n{% for h in groups['web'] %}{{ hostvars[h].ansible_host }}{% endfor %}\n",
    ),
    ("roles/nginx/defaults/main.yml", "listen_port: 80\n"),
    (
        "inventory/hosts",
        "[web]\nweb1 ansible_host=192.0.2.1\nweb2 ansible_host=192.0.2.2\n[db]\ndb1\n",
    ),
    ("inventory/group_vars/web.yml", "listen_port: 8080\n"),
    (
        "inventory/group_vars/db.yml",
        "$ANSIBLE_VAULT;1.1;AES256\n6162\n",
    ),
    ("inventory/host_vars/web2.yml", "listen_port: 9090\n"),
];

fn tree() -> (tempfile::TempDir, Utf8PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let root = Utf8Path::from_path(dir.path()).unwrap().to_owned();
    for (path, text) in TREE {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    (dir, root)
}

async fn ask(root: &Utf8Path, options: InputsOptions) -> Result<InputsAnswer, InputsError> {
    let interrupter = Interrupter::new();
    let context = Context::new(&Silent, interrupter.interrupt());
    let of = InputsOf::named(None, "plays/site.yml", root);
    inputs(&context, of, &options).await
}

fn paths(answer: &InputsAnswer) -> Vec<&str> {
    answer.files.iter().map(|file| file.path.as_str()).collect()
}

fn need_ansible() {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|dir| dir.join("ansible-inventory").is_file());
    assert!(found, "this test needs ansible-core 2.15 or newer in PATH");
    assert!(Path::new("/tmp").is_dir());
}

#[tokio::test(flavor = "current_thread")]
async fn any_tree_is_read_with_its_own_inventory_and_without_its_passwords() {
    need_ansible();
    let (_kept, root) = tree();
    let options = InputsOptions {
        inventory: Some("inventory".into()),
        ..InputsOptions::default()
    };
    let answer = ask(&root, options).await.unwrap();
    assert_eq!(
        paths(&answer),
        [
            "ansible.cfg",
            "inventory/group_vars/web.yml",
            "inventory/host_vars/web2.yml",
            "inventory/hosts",
            "plays/site.yml",
            "roles/nginx/defaults/main.yml",
            "roles/nginx/tasks/main.yml",
            "roles/nginx/templates/nginx.conf.j2",
        ]
    );
    assert_eq!(answer.plays[0].hosts, ["web1", "web2"]);
    assert_eq!(answer.groups, ["web"]);
    assert_eq!(answer.hostvars[0].names, ["ansible_host"]);
    assert!(answer.tools.keys().eq(["ansible-core", "jinja2"]));
    let hosts = answer
        .files
        .iter()
        .find(|file| file.path == "inventory/hosts");
    assert!(!hosts.unwrap().counted);
}

#[tokio::test(flavor = "current_thread")]
async fn without_a_name_the_inventory_of_the_settings_counts() {
    need_ansible();
    let (_kept, root) = tree();
    let template = "roles/nginx/templates/nginx.conf.j2";
    std::fs::write(root.join(template), "{{ listen_port }}").unwrap();
    std::fs::remove_file(root.join("inventory/group_vars/db.yml")).unwrap();
    let options = InputsOptions {
        host: Some("web1".to_owned()),
        ..InputsOptions::default()
    };
    let answer = ask(&root, options).await.unwrap();
    assert!(!paths(&answer).contains(&"inventory/host_vars/web2.yml"));
    assert!(paths(&answer).contains(&"inventory/group_vars/web.yml"));
    assert_eq!(answer.variables, ["listen_port"]);
    let error = ask(
        &root,
        InputsOptions {
            host: Some("web3".to_owned()),
            ..InputsOptions::default()
        },
    )
    .await
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "no play of plays/site.yml runs on \"web3\""
    );
    assert_eq!(
        infra_core::hint::Hint::hints(&error),
        ["did you mean \"web2\"?"]
    );
}

#[tokio::test(flavor = "current_thread")]
async fn an_inventory_that_is_not_there_or_not_one_is_an_error() {
    need_ansible();
    let (_kept, root) = tree();
    let with = |inventory: &str| InputsOptions {
        inventory: Some(inventory.into()),
        ..InputsOptions::default()
    };
    let error = ask(&root, with("missing")).await.unwrap_err();
    assert_eq!(error.to_string(), "can't find missing");
    std::fs::write(root.join("broken.yml"), "all: {hosts: [\n").unwrap();
    let error = ask(&root, with("broken.yml")).await.unwrap_err();
    assert!(matches!(error, InputsError::Ansible(_)), "{error}");
    let answer = ask(&root, with("web9,")).await.unwrap();
    assert!(answer.plays[0].hosts.is_empty(), "web9 is in no group");
}

#[tokio::test(flavor = "current_thread")]
async fn variables_are_listed_wherever_they_are_set() {
    need_ansible();
    let (_dir, root) = tree();
    let write = |path: &str, text: &str| std::fs::write(root.join(path), text).unwrap();
    write(
        "plays/site.yml",
        "- hosts: web\n  vars:\n    from_play: 1\n    unread_in_play: 1\n  roles: [nginx]\n",
    );
    write(
        "roles/nginx/defaults/main.yml",
        "listen_port: 80\nfrom_default: 1\nunread: 1\n",
    );
    write(
        "roles/nginx/tasks/main.yml",
        "- command: uptime\n  register: uptime\n- set_fact: {from_fact: '{{ uptime.stdout }}'}\n\
         - template: {src: nginx.conf.j2, dest: /etc/nginx.conf}\n",
    );
    write(
        "roles/nginx/templates/nginx.conf.j2",
        "{{ from_play }} {{ from_default }} {{ from_fact }} {{ listen_port }}\n",
    );
    let answer = ask(&root, InputsOptions::default()).await.unwrap();
    assert_eq!(
        answer.variables,
        [
            "from_default",
            "from_fact",
            "from_play",
            "listen_port",
            "uptime"
        ]
    );
    let from = |name: &str| answer.variables_from[name].join("; ");
    assert_eq!(
        from("from_default"),
        "roles/nginx/defaults/main.yml:2 variables file"
    );
    assert_eq!(from("from_play"), "plays/site.yml:3 vars");
    assert_eq!(from("uptime"), "roles/nginx/tasks/main.yml:2 register");
    assert_eq!(from("from_fact"), "roles/nginx/tasks/main.yml:3 set_fact");
    assert_eq!(
        from("listen_port"),
        "inventory/group_vars/web.yml:1 variables file; \
         inventory/host_vars/web2.yml:1 variables file; roles/nginx/defaults/main.yml:1 variables file"
    );
    let options = InputsOptions {
        host: Some("web1".to_owned()),
        ..InputsOptions::default()
    };
    let of_web1 = ask(&root, options).await.unwrap();
    assert!(
        !of_web1.variables_from["listen_port"]
            .join(" ")
            .contains("web2")
    );
}
