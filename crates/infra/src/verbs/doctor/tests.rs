//! The verb on projects on disk, with the real Terraform.

use super::*;
use crate::Open;
use crate::ledger::{LocalStore, RecordStore as _};
use crate::lock::{Holder, LocalLock, RunLock as _, this_machine};
use crate::verbs::scene::Scene;

async fn checks(scene: &Scene, open: &Open) -> Vec<Check> {
    doctor(scene.context(), open, Repair::Nothing).await.checks
}

fn named<'c>(checks: &'c [Check], name: &str) -> &'c Check {
    checks.iter().find(|check| check.name == name).unwrap()
}

#[tokio::test(flavor = "current_thread")]
async fn a_new_project_lacks_nothing_but_its_first_run() {
    let scene = Scene::new();
    let checks = checks(&scene, &scene.open()).await;
    for name in [
        "configuration",
        "terraform",
        "state",
        "state directory",
        "ledger",
        "run lock",
    ] {
        assert_eq!(named(&checks, name).status, Status::Ok, "{checks:#?}");
    }
    assert_eq!(
        named(&checks, "terraform init").message,
        "not needed: every provider is built in"
    );
    assert_eq!(named(&checks, "state").message, "there is none yet");
    assert!(!scene.root.join(".infra").exists(), "it only looks");
}

#[tokio::test(flavor = "current_thread")]
async fn what_init_has_to_fetch_is_asked_for() {
    let module = "module \"a\" {\n  source = \"./a\"\n}\n";
    let backend = "terraform {\n  backend \"s3\" {}\n}\n";
    for text in ["resource \"null_resource\" \"x\" {}\n", module, backend] {
        let scene = Scene::new();
        scene.write(
            "terraform/a/main.tf",
            "resource \"terraform_data\" \"y\" {}\n",
        );
        scene.write("terraform/main.tf", text);
        let checks = checks(&scene, &scene.open()).await;
        assert_eq!(
            named(&checks, "terraform init").status,
            Status::Warning,
            "{text}"
        );
    }
}

#[tokio::test(flavor = "current_thread")]
async fn outside_of_a_project_the_tools_are_checked() {
    let scene = Scene::new();
    std::fs::remove_file(scene.root.join("infra.hcl")).unwrap();
    let checks = checks(&scene, &scene.open()).await;
    assert_eq!(named(&checks, "configuration").status, Status::Warning);
    assert_eq!(named(&checks, "terraform").status, Status::Ok);
    assert!(checks.iter().all(|check| check.name != "ledger"));
}

#[tokio::test(flavor = "current_thread")]
async fn a_state_of_another_version_is_told_with_the_way_out() {
    let scene = Scene::new();
    scene.write(
        "terraform/terraform.tfstate",
        r#"{"version":9,"serial":1,"lineage":"x"}"#,
    );
    let checks = checks(&scene, &scene.open()).await;
    assert_eq!(named(&checks, "state").status, Status::Error, "{checks:#?}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_damaged_key_is_told_with_the_way_out() {
    let scene = Scene::new();
    let dir = scene.project().state_dir();
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("key"), "short").unwrap();
    let checks = checks(&scene, &scene.open()).await;
    let key = named(&checks, "key");
    assert_eq!(key.status, Status::Error, "{checks:#?}");
    assert!(key.message.contains("5 bytes"), "{key:#?}");
    assert!(!key.hints.is_empty());
}

#[tokio::test(flavor = "current_thread")]
async fn locks_records_and_runs_that_are_not_right_are_told() {
    let scene = Scene::new();
    let dir = scene.project().state_dir();
    let lock = LocalLock::new(dir.join("lock.json"));
    let gone = Holder {
        id: "run-0".to_owned(),
        started: 1,
        pid: u32::MAX >> 1,
        ..this_machine()
    };
    lock.acquire(&gone).await.unwrap();
    let store = LocalStore::new(dir.join("ledger"));
    store.create(1, b"nonsense").await.unwrap();
    let checks = checks(&scene, &scene.open()).await;
    let lock = named(&checks, "run lock");
    assert_eq!(lock.status, Status::Warning);
    assert!(
        lock.message.starts_with("left behind by"),
        "{}",
        lock.message
    );
    let ledger = named(&checks, "ledger");
    assert_eq!(ledger.status, Status::Error);
    assert!(ledger.message.contains("record 1"), "{}", ledger.message);
}
