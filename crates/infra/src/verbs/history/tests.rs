//! The verb on ledgers on disk.

use infra_core::ledger::RecordEvent;

use super::*;
use crate::ledger::Writer;
use crate::place::open_ledger;
use crate::verbs::inventory::{InventoryOf, inventory};
use crate::verbs::scene::Scene;

async fn settled() -> Scene {
    let scene = Scene::new();
    let state = scene.root.join("plan.json");
    let project = scene.project();
    let of = InventoryOf::Recorded {
        state,
        project: Some(&project),
    };
    let built = inventory(scene.context(), of, false).await.unwrap();
    scene.succeeded(&built.inventory).await;
    scene
}

async fn append(scene: &Scene, run: &str, event: RecordEvent) {
    let writer = Writer {
        run: run.to_owned(),
        who: "ann@desk".to_owned(),
    };
    let mut ledger = open_ledger(&scene.project()).await.unwrap();
    ledger.append(&writer, event).await.unwrap();
}

fn started() -> RecordEvent {
    RecordEvent::RunStarted {
        infra: "0.1.0".to_owned(),
        command: "apply".to_owned(),
        terraform: None,
        ansible: None,
    }
}

#[tokio::test(flavor = "current_thread")]
async fn runs_come_newest_first_with_what_each_host_did() {
    let scene = settled().await;
    append(&scene, "run-2", started()).await;
    let failed = RecordEvent::HostFailed {
        playbook: "site".to_owned(),
        host: "web1".to_owned(),
        outcome: "failed".to_owned(),
        task: Some("template".to_owned()),
        message: None,
    };
    append(&scene, "run-2", failed).await;
    append(&scene, "run-3", started()).await;
    let abandoned = RecordEvent::RunAbandoned {
        abandoned: "run-2".to_owned(),
        evidence: "process 7 is gone".to_owned(),
    };
    append(&scene, "run-3", abandoned).await;
    let runs = history(&scene.project()).await.unwrap().runs;
    let ids: Vec<&str> = runs.iter().map(|run| run.id.as_str()).collect();
    assert_eq!(ids, ["run-3", "run-2", "run-1"]);
    assert_eq!(runs[0].outcome, RunOutcome::Open);
    assert!(
        matches!(&runs[1].outcome, RunOutcome::Abandoned { evidence } if evidence.contains('7'))
    );
    assert_eq!(runs[1].playbooks[0].hosts[0].outcome, "failed");
    assert_eq!(runs[2].inventory_hosts, Some(1));
    assert_eq!(runs[2].playbooks[0].hosts[0].changed, Some(true));
    assert!(runs[2].ended.is_some());
}

#[tokio::test(flavor = "current_thread")]
async fn a_damaged_record_hides_no_other_and_fails_the_check() {
    let scene = settled().await;
    let project = scene.project();
    let whole = verify(&project).await.unwrap();
    assert!(whole.is_whole() && whole.records > 3);
    let file = project.state_dir().join("ledger/0000000001.json");
    std::fs::write(file, "{").unwrap();
    // The kept index would let an ordinary reading go on.
    let found = verify(&project).await.unwrap();
    assert!(!found.is_whole());
    let json = serde_json::to_value(&found).unwrap();
    assert!(json["errors"][0].as_str().unwrap().contains("record 1"));
    let told = history(&project).await.unwrap();
    assert_eq!((told.damaged.len(), told.runs.len()), (1, 1));
}

#[tokio::test(flavor = "current_thread")]
async fn records_cut_off_the_end_are_missed() {
    let scene = settled().await;
    let project = scene.project();
    open_ledger(&project).await.unwrap().save_index();
    let last = verify(&project).await.unwrap().records;
    let index = kept_index(&project).map(|index| index.sequence);
    assert_eq!(index, Some(last), "nothing to compare with");
    let file = project.state_dir().join(format!("ledger/{last:010}.json"));
    std::fs::remove_file(file).unwrap();
    let found = verify(&project).await.unwrap();
    assert_eq!(
        found.errors[0].to_string(),
        format!(
            "the ledger ends with record {}, but record {last} was there once",
            last - 1
        )
    );
    let refused = open_ledger(&project).await.err().unwrap().to_string();
    assert!(refused.contains("was there once"), "{refused}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_stack_that_was_never_applied_has_no_runs() {
    let scene = Scene::new();
    let project = scene.project();
    assert!(history(&project).await.unwrap().runs.is_empty());
    assert!(verify(&project).await.unwrap().is_whole());
    assert!(!scene.root.join(".infra").exists());
}
