//! Whole plans with the cache and without: one decision, to the byte.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;

use infra_core::hint::Hint as _;

use crate::plan::{PlanOptions, RecordedPlan, plan};
use crate::verbs::inventory::{InventoryOf, inventory};
use crate::verbs::scene::{CONFIG, Scene, plan as documents};

const CACHE: &str = ".infra/demo/cache/inputs";

async fn decided(scene: &Scene, no_cache: bool) -> String {
    let options = PlanOptions {
        recorded: Some(RecordedPlan {
            plan: scene.root.join("plan.json"),
            state: None,
        }),
        no_cache,
        ..PlanOptions::default()
    };
    match plan(scene.context(), &scene.project(), &options).await {
        Ok(planned) => serde_json::to_string(&planned.decision).unwrap(),
        Err(error) => format!("{error} {:?}", error.hints()),
    }
}

/// A project whose playbook has succeeded on its host.
async fn settled() -> Scene {
    succeeded(Scene::new()).await
}

/// The same of a project whose files have been written.
async fn succeeded(scene: Scene) -> Scene {
    let of = InventoryOf::Recorded {
        state: scene.root.join("plan.json"),
        project: Some(&scene.project()),
    };
    let built = inventory(scene.context(), of, false).await.unwrap();
    scene.succeeded(&built.inventory).await;
    scene
}

#[tokio::test(flavor = "current_thread")]
async fn a_decision_is_the_same_with_the_cache_and_without() {
    type Change = fn(&Scene);
    let skips = |decision: &str| decision.contains(r#""action":"skip""#);
    let changes: [(Change, bool); 12] = [
        (|_| {}, true),
        (
            |scene| scene.write("ansible/templates/app.j2", "one\nzone {{ zone }}\nTHREE\n"),
            false,
        ),
        (
            |scene| scene.write("ansible/templates/app.j2", "one\nzone {{ zone }}\nthree\n"),
            true,
        ),
        (
            |scene| scene.write("ansible/group_vars/web.yml", "zone: a\n"),
            false,
        ),
        (
            |scene| fs::remove_dir_all(scene.root.join("ansible/group_vars")).unwrap(),
            true,
        ),
        (
            |scene| scene.write("ansible/ansible.cfg", "[defaults]\nforks = 7\n"),
            false,
        ),
        (
            |scene| fs::remove_file(scene.root.join("ansible/ansible.cfg")).unwrap(),
            true,
        ),
        (
            |scene| {
                let always =
                    CONFIG.replace("hosts = [\"web\"]", "hosts = [\"web\"]\nalways = true");
                scene.write("infra.hcl", &always);
            },
            false,
        ),
        (
            |scene| {
                let tags = CONFIG.replace("hosts = [\"web\"]", "tags = [\"deploy\"]");
                scene.write("infra.hcl", &tags);
            },
            false,
        ),
        (|scene| scene.write("infra.hcl", CONFIG), true),
        (
            // The address is not an input, and the drift is expected.
            |scene| scene.write("plan.json", &documents("192.0.2.1", "192.0.2.2")),
            true,
        ),
        (
            |scene| fs::remove_file(scene.root.join("ansible/site.yml")).unwrap(),
            false,
        ),
    ];
    let scene = settled().await;
    for (number, (change, skipped)) in changes.into_iter().enumerate() {
        change(&scene);
        let without = decided(&scene, true).await;
        assert_eq!(skips(&without), skipped, "{number}: {without}");
        // The first may learn what the second knows.
        for _ in 0..2 {
            assert_eq!(decided(&scene, false).await, without, "{number}");
        }
        assert!(scene.root.join(CACHE).exists());
    }
}

#[tokio::test(flavor = "current_thread")]
async fn what_runs_for_a_file_that_is_not_followed_runs_with_the_cache_as_well() {
    let scene = Scene::new();
    scene.write(
        "ansible/site.yml",
        "- hosts: web\n  tasks:\n    - copy: {src: tree/, dest: /srv}\n",
    );
    scene.write("ansible/files/tree/file", "x\n");
    let name = OsStr::from_bytes(b"\xff.txt");
    let dir = scene.root.join("ansible/files/tree");
    fs::write(dir.as_std_path().join(name), "x\n").unwrap();
    let scene = succeeded(scene).await;
    let without = decided(&scene, true).await;
    assert!(without.contains(r#""action":"run""#), "{without}");
    for _ in 0..2 {
        assert_eq!(decided(&scene, false).await, without);
    }
}

#[tokio::test(flavor = "current_thread")]
async fn without_the_cache_none_is_written() {
    let scene = settled().await;
    decided(&scene, true).await;
    assert!(!scene.root.join(CACHE).exists());
}

#[tokio::test(flavor = "current_thread")]
async fn what_another_left_there_changes_nothing() {
    let scene = settled().await;
    let without = decided(&scene, true).await;
    for left in ["", "infra inputs 1\n", "infra inputs 2\nmore"] {
        scene.write(CACHE, left);
        assert_eq!(decided(&scene, false).await, without);
    }
    fs::remove_file(scene.root.join(CACHE)).unwrap();
    fs::create_dir_all(scene.root.join(CACHE)).unwrap();
    assert_eq!(decided(&scene, false).await, without, "a directory");
    fs::remove_dir_all(scene.root.join(".infra/demo/cache")).unwrap();
    scene.write(".infra/demo/cache", "a file");
    assert_eq!(decided(&scene, false).await, without, "no place for it");
}
