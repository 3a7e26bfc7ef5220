//! Whole files: those that are right are read, and of those that are wrong each says why.

use std::path::{Path, PathBuf};

use infra_core::config::{Backend, Config, Probe, Scope};
use infra_core::json::Value;

fn fixtures(kind: &str) -> Vec<(String, Vec<u8>)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/config")
        .join(kind);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "hcl"))
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            (
                path.file_stem().unwrap().to_str().unwrap().to_owned(),
                std::fs::read(&path).unwrap(),
            )
        })
        .collect()
}

pub(super) fn valid(name: &str) -> String {
    let found = fixtures("valid")
        .into_iter()
        .find(|(known, _)| known == name);
    String::from_utf8(found.unwrap().1).unwrap()
}

#[test]
fn what_is_right_is_read() {
    for (name, bytes) in fixtures("valid") {
        if let Err(errors) = Config::parse_bytes(&bytes, "infra.hcl") {
            panic!("{name}\n{errors}");
        }
    }
}

#[test]
fn what_is_wrong_says_what_and_where() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../fixtures/config/invalid");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, bytes) in fixtures("invalid") {
            let errors = Config::parse_bytes(&bytes, "infra.hcl").expect_err(&name);
            assert!(!errors.0.is_empty(), "{name}");
            insta::assert_snapshot!(name, errors.to_string());
        }
    });
}

#[test]
fn the_sample_of_the_contract_means_what_it_says() {
    let config = Config::parse(&valid("design"), "infra.hcl").unwrap();
    let stack = &config.stacks["federation"];
    assert_eq!(stack.terraform.dir, "terraform/live/federation");
    assert_eq!(stack.backend, Backend::Local { path: None });
    assert_eq!(stack.drift.benign[0].name, "ephemeral-public-ip");
    assert_eq!(stack.drift.benign[0].line, 5);
    assert_eq!(stack.playbooks[0].hosts, ["prometheus"]);
    let rule = &stack.inventory.hosts[0];
    let values =
        Value::parse(r#"{"tags": {"Role": "prometheus", "Name": "p1"}, "public_ip": "192.0.2.1"}"#)
            .unwrap();
    let scope = Scope::new().with("self", &values);
    assert_eq!(
        rule.when.as_ref().unwrap().eval(&scope).unwrap(),
        Value::Bool(true)
    );
    assert_eq!(
        rule.name.as_ref().unwrap().eval(&scope).unwrap(),
        Value::from("p1")
    );
    assert_eq!(rule.vars["private_ip"].eval(&scope).unwrap(), Value::Null);
    assert_eq!(
        rule.name.as_ref().map(|name| (name.line, name.column)),
        Some((14, 17))
    );
}

#[test]
fn each_attribute_arrives_in_the_model() {
    let config = Config::parse(&valid("everything"), "infra.hcl").unwrap();
    assert_eq!(
        config.stacks.keys().collect::<Vec<_>>(),
        ["prod-1.web", "other"]
    );
    let stack = &config.stacks[0];
    assert_eq!(stack.terraform.var_files, ["common.tfvars", "prod.tfvars"]);
    assert_eq!(stack.terraform.env["RETRIES"], "3");
    assert_eq!(stack.terraform.env["TF_IN_AUTOMATION"], "true");
    assert_eq!(
        stack.backend,
        Backend::Local {
            path: Some("/var/lib/infra".into())
        }
    );
    assert_eq!(
        stack.drift.benign[0].expires.unwrap().to_string(),
        "2027-02-28"
    );
    assert_eq!(
        stack.drift.consequence_types.as_deref(),
        Some(&["null_resource".to_owned()][..])
    );
    assert!(stack.inventory.allow_empty);
    assert_eq!(
        stack.inventory.groups["site"].vars["big"].to_string(),
        "12345678901234567890123"
    );
    assert_eq!(
        stack.inventory.groups["site"].vars["level"].to_string(),
        "1.50"
    );
    assert_eq!(stack.inventory.hosts[0].sensitive, ["password"]);
    assert_eq!(
        stack.inventory.hosts[1].resource_type,
        "google_compute_instance"
    );
    assert_eq!(stack.ansible.first_contact.unwrap().as_secs(), 600);
    assert_eq!(
        (stack.ansible.forks, stack.ansible.cloud_init),
        (Some(20), Some(false))
    );
    let playbook = &stack.playbooks[0];
    assert_eq!(playbook.vars["debug"], Value::Null);
    assert_eq!(playbook.timeout.unwrap().as_secs(), 5400);
    assert_eq!(playbook.ignore[0].glob, "ansible/**/*.md");
    assert_eq!(playbook.health[0].probe, Probe::Tcp(443));
    assert_eq!(
        playbook.health[1].probe,
        Probe::Command(vec!["./check.sh".into(), "--quick".into()])
    );
    assert!(playbook.always);
}

#[test]
fn templates_are_what_terraform_makes_of_them() {
    let expected = Value::parse(include_str!("../../fixtures/config/templates.json")).unwrap();
    let config = Config::parse(&valid("templates"), "infra.hcl").unwrap();
    for (name, text) in expected.as_object().unwrap() {
        assert_eq!(
            config.stacks[name.as_ref()].ansible.user.as_deref(),
            text.as_str(),
            "{name}"
        );
    }
}
