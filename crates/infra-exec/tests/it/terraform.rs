//! Real Terraform, with nothing but its built-in `terraform_data`.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use infra_core::hint::Hint as _;
use infra_core::terraform::MessageKind;
use infra_exec::process::{Interrupter, Runner, Stopped};
use infra_exec::terraform::{
    Apply, Failure, Init, Locking, Plan, PlanOutcome, Terraform, TerraformEvent, Trouble,
};
use infra_exec::tools::{Tool, Version};

use crate::support::{pid_in, runner, script, tool, until};

struct Module {
    dir: tempfile::TempDir,
}

impl Module {
    fn new(main: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("main.tf"), main).unwrap();
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn terraform(&self) -> Terraform {
        Terraform::new(tool(Tool::Terraform), self.dir.path())
    }

    async fn plan(&self, name: &str) -> Result<PlanOutcome, Failure> {
        self.terraform()
            .plan(&runner(), &Plan::new(self.path(name)), &|_| {})
            .await
    }
}

const ONE: &str = "resource \"terraform_data\" \"one\" {\n  input = \"hello\"\n}\n";

#[tokio::test]
async fn a_plan_is_made_shown_applied_and_read_back() {
    let module = Module::new(ONE);
    let terraform = module.terraform();
    terraform
        .init(&runner(), &Init::new(), &|_| {})
        .await
        .unwrap();
    assert!(
        terraform.state_pull(&runner()).await.unwrap().is_empty(),
        "no state yet"
    );

    let planned = module.plan("p").await.unwrap();
    assert_eq!(planned.summary.unwrap().add, 1);
    let saved = std::fs::metadata(module.path("p")).unwrap();
    assert_eq!(
        saved.permissions().mode() & 0o777,
        0o600,
        "a plan holds secrets"
    );
    let plan: serde_json::Value = serde_json::from_slice(
        &terraform
            .show_plan(&runner(), &module.path("p"))
            .await
            .unwrap(),
    )
    .unwrap();
    assert_eq!(plan["resource_changes"][0]["address"], "terraform_data.one");

    let kinds = Mutex::new(Vec::new());
    let outcome = terraform
        .apply(&runner(), &Apply::new(module.path("p")), &|event| {
            if let TerraformEvent::Message(message) = event
                && let MessageKind::Hook(hook) = &message.kind
            {
                kinds.lock().unwrap().push(hook.kind.to_string());
            }
        })
        .await
        .unwrap();
    assert!(outcome.error.is_none() && outcome.exit.success());
    assert_eq!(outcome.completed, ["terraform_data.one"]);
    let kinds = kinds.into_inner().unwrap();
    assert!(kinds.iter().any(|kind| kind == "apply_start"), "{kinds:?}");

    let state: serde_json::Value =
        serde_json::from_slice(&terraform.state_pull(&runner()).await.unwrap()).unwrap();
    assert_eq!(state["version"], 4);
    let shown: serde_json::Value =
        serde_json::from_slice(&terraform.show_state(&runner()).await.unwrap()).unwrap();
    assert_eq!(
        shown["values"]["root_module"]["resources"][0]["address"],
        "terraform_data.one"
    );

    let again = terraform
        .apply(&runner(), &Apply::new(module.path("p")), &|_| {})
        .await
        .unwrap();
    let error = again.error.unwrap();
    assert_eq!(error.trouble, Trouble::StalePlan);
    assert_eq!(
        error.hints(),
        ["the state has changed since the plan: plan again"]
    );
}

#[tokio::test]
async fn a_mistake_in_the_module_is_shown_with_its_place() {
    let module = Module::new("resource \"terraform_data\" \"one\" {\n  inputt = 1\n}\n");
    let error = module.plan("p").await.unwrap_err().to_string();
    assert_eq!(
        error,
        "terraform plan failed (exit code 1): Unsupported argument\n  on main.tf line 2:\n      inputt = 1\n\
         An argument named \"inputt\" is not expected here. Did you mean \"input\"?"
    );
}

#[tokio::test]
async fn a_module_that_is_not_initialized_gets_the_hint() {
    let module =
        Module::new("terraform {\n  backend \"local\" {\n    path = \"a.tfstate\"\n  }\n}\n");
    let Err(Failure::Terraform(error)) = module.plan("p").await else {
        panic!("it must fail")
    };
    assert_eq!(error.trouble, Trouble::NotInitialized, "{error}");

    module
        .terraform()
        .init(&runner(), &Init::new(), &|_| {})
        .await
        .unwrap();
    std::fs::write(
        module.path("main.tf"),
        "terraform {\n  backend \"local\" {\n    path = \"b.tfstate\"\n  }\n}\n",
    )
    .unwrap();
    let Err(Failure::Terraform(error)) = module.plan("p").await else {
        panic!("it must fail")
    };
    assert_eq!(error.trouble, Trouble::BackendChanged, "{error}");
    let Err(Failure::Terraform(error)) = module.terraform().workspace_list(&runner()).await else {
        panic!("fails")
    };
    assert_eq!(
        error.trouble,
        Trouble::BackendChanged,
        "told on stderr: {error}"
    );
}

#[tokio::test]
async fn a_held_lock_names_its_holder_and_an_interrupt_lets_terraform_finish_in_order() {
    let module = Module::new(&format!(
        "{ONE}resource \"terraform_data\" \"slow\" {{\n  provisioner \"local-exec\" {{\n    \
         command = \"echo $$ > pid; exec sleep 300\"\n  }}\n}}\n"
    ));
    module.plan("p").await.unwrap();
    let interrupter = Interrupter::new();
    let applying = Runner::new(interrupter.interrupt());
    let terraform = module.terraform();
    let apply = Apply::new(module.path("p"));
    let apply = terraform.apply(&applying, &apply, &|_| {});
    let other = async {
        until("the provisioner runs", || {
            pid_in(&module.path("pid")).is_some()
        })
        .await;
        let Err(Failure::Terraform(error)) = module.plan("q").await else {
            panic!("the lock is held")
        };
        let Trouble::StateLocked(Some(lock)) = &error.trouble else {
            panic!("{error}")
        };
        assert_eq!(lock.operation, "OperationTypeApply");
        assert!(error.hints()[0].contains(&lock.id), "{:?}", error.hints());
        // Who holds the lock may go on without.
        let plan = Plan::new(module.path("r")).locking(Locking::Held);
        module
            .terraform()
            .plan(&runner(), &plan, &|_| {})
            .await
            .unwrap();
        interrupter.raise();
    };
    let (outcome, ()) = tokio::join!(apply, other);
    let outcome = outcome.unwrap();
    assert_eq!(outcome.stopped, Some(Stopped::Interrupted));
    let state = terraform.state_pull(&applying.for_cleanup()).await.unwrap();
    let state: serde_json::Value = serde_json::from_slice(&state).unwrap();
    let addresses: Vec<_> = state["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["name"].clone())
        .collect();
    assert_eq!(
        addresses,
        ["one", "slow"],
        "what was created is recorded, the interrupted one too"
    );
    assert!(
        !module.path(".terraform.tfstate.lock.info").exists(),
        "the lock is released"
    );
    let pid = pid_in(&module.path("pid")).unwrap();
    until("the provisioner is gone", || !crate::support::alive(pid)).await;
}

#[tokio::test]
async fn variables_that_inject_arguments_do_not_reach_terraform() {
    let dir = tempfile::tempdir().unwrap();
    // A Terraform that tells its environment and fails.
    let fake = script(
        &dir.path().join("terraform"),
        "#!/bin/sh\n[ \"$1\" = version ] && { echo '{\"terraform_version\":\"0.15.1\"}'; exit; }\n\
         env | grep ^TF_ >&2\necho 'flag provided but not defined: -json' >&2\nexit 1\n",
    );
    let terraform = Terraform::new(fake, dir.path()).env("TF_CLI_CONFIG_FILE", "/c");
    let error = terraform
        .plan(&runner(), &Plan::new(dir.path().join("p")), &|_| {})
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Failure::TooOld { found, .. } if *found == Version::new(0, 15, 1)),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .ends_with("is version 0.15.1; infra needs 1.2.0 or newer"),
        "{error}"
    );

    // One that knows of no JSON at all, and fails without a word that is understood.
    let old = script(
        &dir.path().join("terraform11"),
        "#!/bin/sh\n[ \"$1\" = version ] && { echo 'Terraform v0.11.14'; exit; }\nexit 1\n",
    );
    let error = Terraform::new(old, dir.path())
        .plan(&runner(), &Plan::new(dir.path().join("p")), &|_| {})
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Failure::TooOld { found, .. } if *found == Version::new(0, 11, 14)),
        "{error}"
    );
}

#[tokio::test]
async fn a_plan_file_that_was_not_written_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let fake = script(&dir.path().join("terraform"), "#!/bin/sh\n: > p\n");
    let terraform = Terraform::new(&fake, dir.path());
    let error = terraform
        .plan(&runner(), &Plan::new(dir.path().join("p")), &|_| {})
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "terraform plan succeeded but its plan file is empty"
    );
    let error = terraform
        .show_plan(&runner(), Path::new("p"))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "terraform show succeeded but its output is empty"
    );
}

#[tokio::test]
async fn workspaces_are_created_listed_and_chosen_by_environment() {
    let module = Module::new(ONE);
    let terraform = module.terraform();
    assert_eq!(
        terraform.workspace_show(&runner()).await.unwrap(),
        "default"
    );
    terraform.workspace_new(&runner(), "blue").await.unwrap();
    terraform
        .workspace_select(&runner(), "default")
        .await
        .unwrap();
    assert_eq!(
        terraform.workspace_list(&runner()).await.unwrap(),
        ["default", "blue"]
    );
    let blue = terraform.clone().workspace(Some("blue"));
    assert_eq!(blue.workspace_show(&runner()).await.unwrap(), "blue");
    assert_eq!(
        terraform.workspace_show(&runner()).await.unwrap(),
        "default"
    );
    assert!(terraform.version(&runner()).await.unwrap().is_new_enough());
}
