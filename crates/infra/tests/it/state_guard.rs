//! A state that can't be the right one is refused, with the way to put it right.

use std::fs;

use infra::Context;
use infra::apply::Outcome;
use infra::core::decision::Verdict;
use infra::core::hint::Hint as _;
use infra::event::Silent;
use infra::exec::process::Interrupt;
use infra::plan::{PlanOptions, SavedDecision};
use infra::verbs::drift::{DriftAnswer, DriftError, DriftOf, drift};
use infra::verbs::inventory::{InventoryOf, inventory};

use crate::project::{Recorder, Sample};

/// A sample that was applied twice, so that there is a backup of an older state.
async fn applied_twice() -> Sample {
    let sample = Sample::new();
    assert_eq!(sample.apply().await.outcome, Outcome::Done);
    sample.replace("terraform/main.tf", "small", "big");
    assert_eq!(sample.apply().await.outcome, Outcome::Done);
    sample
}

fn state(sample: &Sample) -> serde_json::Value {
    let text = fs::read_to_string(sample.path("terraform/terraform.tfstate")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// What a plan says, and the hints with it.
async fn refusal(sample: &Sample) -> (String, String) {
    let error = sample
        .plan_with(&PlanOptions::default())
        .await
        .err()
        .expect("the state must be refused");
    (error.to_string(), error.hints().join("\n"))
}

#[tokio::test(flavor = "current_thread")]
async fn a_lost_state_is_refused_and_the_repair_works() {
    let sample = applied_twice().await;
    let file = sample.path("terraform/terraform.tfstate");
    let whole = fs::read(&file).unwrap();
    let (serial, lineage) = (
        state(&sample)["serial"].clone(),
        state(&sample)["lineage"].clone(),
    );
    for broken in [None, Some("")] {
        match broken {
            None => fs::remove_file(&file).unwrap(),
            Some(text) => fs::write(&file, text).unwrap(),
        }
        let (problem, hints) = refusal(&sample).await;
        assert_eq!(
            problem,
            format!(
                "Terraform's state is not there: the last one seen had serial {serial} of lineage {}",
                lineage.as_str().unwrap()
            )
        );
        assert!(
            hints.contains("terraform.tfstate.backup, with serial"),
            "{hints}"
        );
        assert!(hints.contains("--accept-state none"), "{hints}");
    }
    let refused = sample.apply_with(&Recorder::default(), |_| {}).await;
    assert!(refused.unwrap_err().to_string().contains("is not there"));
    assert_eq!(fs::read(&file).unwrap(), b"", "nothing was written");

    // A copy of the very state that is missing: what the hint says puts it back.
    fs::write(sample.path("terraform/saved.tfstate"), &whole).unwrap();
    let (_, hints) = refusal(&sample).await;
    let (_, command) = hints.split_once("saved.tfstate holds it: `").unwrap();
    let (command, _) = command.split_once('`').unwrap();
    let done = std::process::Command::new("sh")
        .args(["-c", command])
        .current_dir(sample.root())
        .env_remove("TF_CLI_CONFIG_FILE")
        .output()
        .unwrap();
    assert!(done.status.success(), "{command}: {done:?}");
    assert_eq!(sample.plan().await.decision.verdict, Verdict::Nothing);
}

#[tokio::test(flavor = "current_thread")]
async fn an_older_and_a_foreign_state_are_refused() {
    let sample = applied_twice().await;
    let saved = sample.path("decision");
    sample.plan().await.save("sample", &saved).unwrap();
    let file = sample.path("terraform/terraform.tfstate");
    let whole = fs::read(&file).unwrap();
    fs::copy(sample.path("terraform/terraform.tfstate.backup"), &file).unwrap();
    let (problem, hints) = refusal(&sample).await;
    assert!(
        problem.starts_with("Terraform's state is older than it was: it has serial"),
        "{problem}"
    );
    assert!(hints.contains("put the state with serial"), "{hints}");

    // Not through a saved decision either.
    let decision = SavedDecision::read(&saved).unwrap();
    let refused = sample
        .apply_with(&Recorder::default(), |options| {
            options.saved = Some(decision);
        })
        .await;
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("is older than it was")
    );

    let mut foreign = state(&sample);
    foreign["lineage"] = "another".into();
    foreign["serial"] = 900.into();
    fs::write(&file, foreign.to_string()).unwrap();
    fs::write(sample.path("terraform/kept.tfstate"), &whole).unwrap();
    let (problem, hints) = refusal(&sample).await;
    assert!(
        problem.contains("it has the lineage another, and the last one seen had"),
        "{problem}"
    );
    assert!(hints.contains("state push -force kept.tfstate`"), "{hints}");
}

async fn live_drift(sample: &Sample) -> Result<DriftAnswer, DriftError> {
    let context = Context::new(&Silent, Interrupt::never());
    drift(&context, DriftOf::Live(&sample.open())).await
}

#[tokio::test(flavor = "current_thread")]
async fn who_only_looks_is_refused_as_well() {
    let sample = applied_twice().await;
    let file = sample.path("terraform/terraform.tfstate");
    let whole = fs::read_to_string(&file).unwrap();
    let older = fs::read_to_string(sample.path("terraform/terraform.tfstate.backup")).unwrap();
    let mut foreign = state(&sample);
    foreign["lineage"] = "another".into();
    assert!(live_drift(&sample).await.unwrap().is_expected());

    for wrong in [None, Some(""), Some(&older), Some(&foreign.to_string())] {
        match wrong {
            None => fs::remove_file(&file).unwrap(),
            Some(text) => fs::write(&file, text).unwrap(),
        }
        let refused = live_drift(&sample).await.err();
        let refused = refused.unwrap_or_else(|| panic!("drift of this state: {wrong:?}"));
        let said = (refused.to_string(), refused.hints().join("\n"));
        assert_eq!(said, refusal(&sample).await, "as a plan says it");
        let context = Context::new(&Silent, Interrupt::never());
        let project = sample.open();
        let hosts = inventory(&context, InventoryOf::Refreshed(&project), true).await;
        assert_eq!(hosts.unwrap_err().to_string(), said.0);
        assert_eq!(fs::read_to_string(&file).ok().as_deref(), wrong, "written");
    }
    fs::write(&file, whole).unwrap();
    assert!(live_drift(&sample).await.unwrap().is_expected());
}

#[tokio::test(flavor = "current_thread")]
async fn what_a_person_accepts_is_remembered() {
    let sample = applied_twice().await;
    let mut foreign = state(&sample);
    foreign["lineage"] = "another".into();
    foreign["serial"] = 1.into();
    fs::write(
        sample.path("terraform/terraform.tfstate"),
        foreign.to_string(),
    )
    .unwrap();
    let (_, hints) = refusal(&sample).await;
    assert!(
        hints.contains("infra apply --accept-state another:1"),
        "{hints}"
    );
    let accept = |options: &mut infra::apply::ApplyOptions<'_>, text: &str| {
        options.plan.accept_state = Some(text.parse().unwrap());
    };
    let other = sample
        .apply_with(&Recorder::default(), |options| accept(options, "another:2"))
        .await;
    assert!(other.is_err(), "only what there is can be accepted");
    let report = sample
        .apply_with(&Recorder::default(), |options| accept(options, "another:1"))
        .await
        .unwrap();
    assert_eq!(report.outcome, Outcome::Nothing, "{report:#?}");
    assert_eq!(sample.plan().await.decision.verdict, Verdict::Nothing);
}

#[tokio::test(flavor = "current_thread")]
async fn a_state_that_others_moved_on_is_no_matter() {
    let sample = applied_twice().await;
    sample.replace("terraform/main.tf", "big", "huge");
    sample.terraform(&["apply", "-auto-approve", "-input=false"]);
    let planned = sample.plan().await;
    assert!(!planned.decision.terraform_applies());
    sample.terraform(&["apply", "-destroy", "-auto-approve", "-input=false"]);
    assert_eq!(sample.plan().await.decision.terraform.create, 2);
}
