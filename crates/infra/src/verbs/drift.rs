//! `drift`: what changed outside of Terraform, and what follows from it.

use camino::Utf8PathBuf;
use infra_core::config;
use infra_core::document::Document;
use infra_core::drift::{DriftReport, DriftRules, RuleError, analyse_document};
use infra_core::hint::Hint;
use jiff::Zoned;
use serde::Serialize;

use super::live;
use super::recorded::Recorded;
use super::{LiveError, RecordedError};
use crate::Project;
use crate::context::Context;

/// Whose drift is asked for.
#[derive(Debug, Clone)]
pub enum DriftOf<'a> {
    /// What Terraform finds now
    Live(&'a Project),
    /// What a recorded plan says. No program runs
    Recorded {
        /// The output of `terraform show -json PLANFILE`, or the stream of
        /// `terraform plan -json`; `-` is standard input
        plan: Utf8PathBuf,
        /// Whose rules say what is expected. None: nothing is
        project: Option<&'a Project>,
    },
}

/// The answer about drift. Serialises as the document of `infra drift --json`.
#[derive(Debug, Clone, Serialize)]
pub struct DriftAnswer {
    /// The stack, where one is known
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    /// What changed, and what follows
    #[serde(flatten)]
    pub report: DriftReport,
}

impl DriftAnswer {
    /// Whether all drift is expected, so that there is nothing to do about it. Of a plan that
    /// failed half-way, or didn't look at everything, nobody knows.
    pub fn is_expected(&self) -> bool {
        let report = &self.report;
        report.summary.material == 0 && !report.errored && report.complete != Some(false)
    }
}

/// Why there is no answer about drift.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DriftError {
    /// A rule of the configuration is wrong
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// Terraform made no plan
    #[error(transparent)]
    Live(Box<LiveError>),
    /// The plan can't be read
    #[error(transparent)]
    Recorded(#[from] RecordedError),
}

impl From<LiveError> for DriftError {
    fn from(error: LiveError) -> Self {
        Self::Live(Box::new(error))
    }
}

impl Hint for DriftError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Rule(error) => error.hints(),
            Self::Live(error) => error.hints(),
            Self::Recorded(error) => error.hints(),
        }
    }
}

/// Says what changed outside of Terraform. Changes nothing: no state, no lock, no ledger.
///
/// Live, it makes an ordinary plan and throws it away. A plan with `-refresh-only` would
/// list the same drift, but no changes, and so could not tell what follows from it. It
/// takes no lock, so it can be asked while somebody's run goes on.
///
/// # Errors
///
/// Live, also if the state can't have come after the one that the ledger saw last.
pub async fn drift(context: &Context<'_>, of: DriftOf<'_>) -> Result<DriftAnswer, DriftError> {
    let (project, recorded) = match of {
        DriftOf::Live(project) => {
            // Before Terraform takes its time.
            let rules = DriftRules::compile(&project.stack.drift)?;
            let plan = live::plan(context, project, false).await?;
            return answer(Some(project), &plan, &rules);
        }
        DriftOf::Recorded { plan, project } => (project, Recorded::file(&plan)?),
    };
    let rules = match project {
        Some(project) => DriftRules::compile(&project.stack.drift)?,
        None => DriftRules::compile(&config::Drift::default())?,
    };
    answer(project, &recorded, &rules)
}

fn answer(
    project: Option<&Project>,
    recorded: &Recorded,
    rules: &DriftRules,
) -> Result<DriftAnswer, DriftError> {
    let text = recorded.text()?;
    let document = Document::read(&text).map_err(|error| recorded.error(error))?;
    let today = Zoned::now().date();
    let analysis = analyse_document(&document, rules, today);
    let analysis = analysis.map_err(|error| recorded.error(error))?;
    Ok(DriftAnswer {
        stack: project.map(|project| project.stack.name.clone()),
        report: analysis.drift,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verbs::scene::{Scene, plan};

    async fn recorded(scene: &Scene, project: Option<&Project>) -> DriftAnswer {
        let plan = scene.root.join("plan.json");
        let of = DriftOf::Recorded { plan, project };
        drift(scene.context(), of).await.unwrap()
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_rule_decides_whether_drift_is_expected() {
        let scene = Scene::new();
        scene.write("plan.json", &plan("192.0.2.1", "192.0.2.9"));
        let project = scene.project();
        assert!(recorded(&scene, Some(&project)).await.is_expected());
        let alone = recorded(&scene, None).await;
        assert!(
            !alone.is_expected(),
            "without a configuration there is no rule"
        );
        let json = serde_json::to_value(&alone).unwrap();
        assert_eq!(json["format_version"], "1.0");
        assert_eq!(json["summary"]["material"], 1);
        assert_eq!(json["drift"][0]["attributes"][0]["path"], "public_ip");
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_live_answer_leaves_no_trace() {
        let scene = Scene::new();
        let answer = drift(scene.context(), DriftOf::Live(&scene.project())).await;
        assert!(answer.unwrap().is_expected());
        let left: Vec<_> = std::fs::read_dir(scene.root.join("terraform"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(left, ["main.tf"]);
        assert!(!scene.root.join(".infra").exists());
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_state_is_no_plan() {
        let scene = Scene::new();
        scene.write("plan.json", r#"{"version":4,"resources":[]}"#);
        let plan = scene.root.join("plan.json");
        let of = DriftOf::Recorded {
            plan,
            project: None,
        };
        let error = drift(scene.context(), of).await.unwrap_err();
        assert!(error.to_string().contains("plan.json"), "{error}");
        assert!(!error.hints().is_empty());
    }
}
