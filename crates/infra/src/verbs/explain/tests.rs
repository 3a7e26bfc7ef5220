//! The verb on a recorded plan and a ledger on disk.

use camino::Utf8PathBuf;
use infra_core::gate::Action;
use infra_core::hint::Hint as _;

use super::*;
use crate::plan::{PlanOptions, RecordedPlan};
use crate::verbs::inventory::{InventoryOf, inventory};
use crate::verbs::scene::Scene;

fn options(scene: &Scene) -> PlanOptions {
    PlanOptions {
        recorded: Some(RecordedPlan {
            plan: scene.root.join("plan.json"),
            state: None,
        }),
        ..PlanOptions::default()
    }
}

/// A project whose playbook has succeeded on its host.
async fn settled() -> Scene {
    let scene = Scene::new();
    let project = scene.project();
    let state: Utf8PathBuf = scene.root.join("plan.json");
    let of = InventoryOf::Recorded {
        state,
        project: Some(&project),
    };
    let built = inventory(scene.context(), of, false).await.unwrap();
    scene.succeeded(&built.inventory).await;
    scene
}

async fn ask(scene: &Scene) -> ExplainedHost {
    let project = scene.project();
    let answer = explain(scene.context(), &project, "site", None, &options(scene)).await;
    let mut hosts = answer.unwrap().hosts;
    assert_eq!(hosts.len(), 1);
    hosts.remove(0)
}

#[tokio::test(flavor = "current_thread")]
async fn nothing_changed_is_a_skip_since_the_last_success() {
    let host = ask(&settled().await).await;
    assert_eq!((host.host.as_str(), host.action), ("web1", Action::Skip));
    let success = host.last_success.unwrap();
    assert!(success.inputs >= 3, "{success:?}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_changed_template_is_shown_as_a_diff() {
    let scene = settled().await;
    scene.write("ansible/templates/app.j2", "one\nzone {{ zone }}\nfour\n");
    let host = ask(&scene).await;
    assert_eq!(host.action, Action::Run);
    assert_eq!(host.reasons[0].input, "file ansible/templates/app.j2");
    insta::assert_snapshot!(host.reasons[0].diff.as_deref().unwrap(), @r"
    --- ansible/templates/app.j2 (last success)
    +++ ansible/templates/app.j2 (now)
    @@ -1,3 +1,3 @@
     one
     zone {{ zone }}
    -three
    +four
    ");
}

#[tokio::test(flavor = "current_thread")]
async fn without_a_copy_of_the_text_it_says_so() {
    let scene = settled().await;
    std::fs::remove_dir_all(scene.project().state_dir().join("texts")).unwrap();
    scene.write("ansible/templates/app.j2", "new\n");
    let reason = ask(&scene).await.reasons.remove(0);
    assert_eq!(
        (reason.diff, reason.no_diff.as_deref()),
        (
            None,
            Some("this machine keeps no copy of its text at the last success")
        )
    );
}

#[tokio::test(flavor = "current_thread")]
async fn a_variable_is_shown_before_and_after() {
    let scene = settled().await;
    let plan = std::fs::read_to_string(scene.root.join("plan.json")).unwrap();
    scene.write("plan.json", &plan.replace("eu-1a", "eu-1b"));
    let reason = ask(&scene).await.reasons.remove(0);
    assert_eq!(reason.input, "variable zone");
    assert_eq!(
        (
            reason.before.unwrap().as_str(),
            reason.after.unwrap().as_str()
        ),
        (Some("eu-1a"), Some("eu-1b"))
    );
}

#[tokio::test(flavor = "current_thread")]
async fn what_there_is_not_is_named_with_what_there_is() {
    let scene = Scene::new();
    let project = scene.project();
    let options = options(&scene);
    let ask = async |playbook, host| {
        explain(scene.context(), &project, playbook, host, &options)
            .await
            .unwrap_err()
    };
    let error = ask("sites", None).await;
    assert_eq!(error.to_string(), "there is no playbook \"sites\"");
    assert_eq!(error.hints(), ["did you mean \"site\"?", "there is: site"]);
    let error = ask("site", Some("db")).await;
    assert_eq!(
        error.to_string(),
        "playbook \"site\" is not for a host \"db\""
    );
    assert_eq!(error.hints(), ["there is: web1"]);
}
