//! `inventory`: the hosts of a state, without planning anything.

use camino::Utf8PathBuf;
use infra_core::config::InventoryRules;
use infra_core::document::read_state;
use infra_core::hint::Hint;
use infra_core::inventory::{BuildOptions, Built, InventoryError, Roster};

use super::live;
use super::recorded::Recorded;
use super::{LiveError, RecordedError};
use crate::Project;
use crate::context::Context;

/// Whose inventory is asked for.
#[derive(Debug, Clone)]
pub enum InventoryOf<'a> {
    /// That of the state in the backend: what the last apply or refresh wrote
    State(&'a Project),
    /// That of the machines as they are: Terraform refreshes first, in memory only. Takes
    /// as long as a plan, and is what `apply` gives to the playbooks
    Refreshed(&'a Project),
    /// That of a recorded document. No program runs
    Recorded {
        /// A raw state, the output of `terraform show -json`, or a plan, whose refreshed
        /// state counts; `-` is standard input
        state: Utf8PathBuf,
        /// Whose rules say what a host is. None: the built-in table of providers
        project: Option<&'a Project>,
    },
}

/// A state that gives no inventory.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InventoryVerbError {
    /// Terraform gave none
    #[error(transparent)]
    Live(#[from] LiveError),
    /// It can't be read
    #[error(transparent)]
    Recorded(#[from] RecordedError),
    /// Its hosts can't be told
    #[error("{from}: {source}")]
    Inventory {
        /// The file, or the command whose output it is
        from: String,
        /// Why
        #[source]
        source: InventoryError,
    },
}

impl Hint for InventoryVerbError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Live(error) => error.hints(),
            Self::Recorded(error) => error.hints(),
            Self::Inventory { source, .. } => source.hints(),
        }
    }
}

/// Computes the inventory of a state. The forms in which it is printed are methods of
/// [`Inventory`](infra_core::inventory::Inventory).
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the method alone is for one lifetime, and not for any"
)]
pub async fn inventory(
    context: &Context<'_>,
    of: InventoryOf<'_>,
    allow_empty: bool,
) -> Result<Built, InventoryVerbError> {
    roster(context, of, allow_empty, |roster| roster.into_built()).await
}

/// Finds the hosts of a state, and gives them to `see` while the document is in memory: the
/// whole inventory of a large fleet takes several times as much.
pub async fn roster<T>(
    context: &Context<'_>,
    of: InventoryOf<'_>,
    allow_empty: bool,
    see: impl FnOnce(Roster<'_>) -> T,
) -> Result<T, InventoryVerbError> {
    let (project, recorded) = match of {
        InventoryOf::State(project) => (Some(project), live::state(context, project).await?),
        InventoryOf::Refreshed(project) => {
            (Some(project), live::plan(context, project, true).await?)
        }
        InventoryOf::Recorded { state, project } => (project, Recorded::file(&state)?),
    };
    let text = recorded.text()?;
    let state = read_state(&text).map_err(|error| recorded.error(error))?;
    recorded.release();
    let options = BuildOptions {
        allow_empty,
        ..BuildOptions::default()
    };
    let default = InventoryRules::default();
    let rules = project.map_or(&default, |project| &project.stack.inventory);
    let roster =
        Roster::of(&state, rules, options).map_err(|source| InventoryVerbError::Inventory {
            from: recorded.from().to_owned(),
            source,
        })?;
    Ok(see(roster))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verbs::scene::{Scene, plan};

    async fn recorded(scene: &Scene, project: Option<&Project>) -> Built {
        let state = scene.root.join("plan.json");
        let of = InventoryOf::Recorded { state, project };
        inventory(scene.context(), of, false).await.unwrap()
    }

    #[tokio::test(flavor = "current_thread")]
    async fn without_a_configuration_the_table_of_providers_decides() {
        let scene = Scene::new();
        scene.write("plan.json", &plan("192.0.2.1", "192.0.2.9"));
        let alone = recorded(&scene, None).await.inventory;
        assert_eq!(
            alone.hosts["web1"].vars["ansible_host"].as_str(),
            Some("192.0.2.9")
        );
        assert!(alone.groups.contains_key("aws_instance"));
        let project = scene.project();
        let configured = recorded(&scene, Some(&project)).await.inventory;
        assert_eq!(
            configured.hosts["web1"].vars["zone"].as_str(),
            Some("eu-1a")
        );
        assert_eq!(configured.groups.keys().collect::<Vec<_>>(), ["web"]);
    }

    #[tokio::test(flavor = "current_thread")]
    async fn no_host_is_an_error_unless_it_is_allowed() {
        let scene = Scene::new();
        let project = scene.project();
        for of in [
            InventoryOf::State(&project),
            InventoryOf::Refreshed(&project),
        ] {
            let error = inventory(scene.context(), of.clone(), false)
                .await
                .unwrap_err();
            assert!(
                matches!(error, InventoryVerbError::Inventory { .. }),
                "{error}"
            );
            let built = inventory(scene.context(), of, true).await.unwrap();
            assert!(built.inventory.hosts.is_empty());
        }
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_file_that_is_no_state_is_named() {
        let scene = Scene::new();
        scene.write("plan.json", r#"{"version":3,"serial":1}"#);
        let state = scene.root.join("plan.json");
        let of = InventoryOf::Recorded {
            state: state.clone(),
            project: None,
        };
        let error = inventory(scene.context(), of, false).await.unwrap_err();
        assert!(error.to_string().starts_with(state.as_str()), "{error}");
        assert!(!error.hints().is_empty());
    }
}
