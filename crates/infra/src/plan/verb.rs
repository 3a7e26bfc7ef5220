//! `plan`: the three answers.

use std::collections::BTreeMap;

use infra_core::ansible::{Fingerprint, SecretKey};
use infra_core::decision::Decision;
use infra_core::dns::Target;
use infra_core::document::{Document, DocumentError, EncodingError, decode, read_state};
use infra_core::drift::{Analysis, DriftRules, RuleError, analyse_document};
use infra_core::gate::Machine;
use infra_core::hint::Hint;
use infra_core::inventory::{BuildOptions, Built, Inventory, InventoryDiff};
use infra_core::ledger::{StateId, changes};
use infra_core::terraform::Plan;
use infra_exec::terraform::Locking;
use infra_exec::tools::AnsibleCore;
use jiff::{Timestamp, Zoned};

use super::gate::{Answer, GateError, Question};
use super::inventories::{Expected, ExpectedError, expected};
use super::options::{PlanOptions, RecordedPlan};
use super::terraform::{How, MadePlan, TerraformError, make};
use crate::Project;
use crate::context::Context;
use crate::dns::{NamesError, has_names, look};
use crate::event::Stage;
use crate::files::document::{self, ReadError};
use crate::ledger::{Ledger, LedgerError};
use crate::place::Place;
use crate::secret_key::KeyError;
use crate::state_guard::{Admitted, StateGuard, StateRefused};
use crate::tools::{self, ToolError};

/// A plan: the decision, and what apply needs to carry it out.
pub struct Planned {
    /// What is to be done, and why
    pub decision: Decision,
    /// The resources that look like hosts and are none, each with the reason
    pub skipped: Vec<String>,
    pub(crate) made: Option<MadePlan>,
    /// Why the state that the plan starts from was let through
    pub(crate) admitted: Admitted,
    pub(crate) built: Built,
    /// What Terraform is about to do to the machines, by host; those not named stay
    pub(crate) machines: BTreeMap<String, Machine>,
    pub(crate) run_set: RunSet,
    /// Where names should lead
    pub(crate) names: Vec<Target>,
}

impl Planned {
    /// Lets go of the plan when the process is about to end. The files of Terraform's plan are
    /// removed; memory is not given back value by value, which for a large fleet takes longer
    /// than to print the answer.
    pub fn abandon(self) {
        drop(self.made);
        std::mem::forget((self.decision, self.skipped, self.built, self.machines));
        std::mem::forget((self.run_set, self.names));
    }
}

/// What runs where, by which inputs: what a saved decision pins.
pub(crate) type RunSet = BTreeMap<String, BTreeMap<String, Option<Fingerprint>>>;

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A program is missing or too old
    #[error(transparent)]
    Tool(#[from] ToolError),
    /// Terraform made none
    #[error(transparent)]
    Terraform(#[from] TerraformError),
    /// A file can't be read
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A document is not what it should be
    #[error("{file}: {source}")]
    Document {
        /// The file, or where the document came from
        file: String,
        /// What is wrong
        source: DocumentError,
    },
    /// A rule of the configuration is wrong
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// The inventory can't be made
    #[error(transparent)]
    Expected(#[from] ExpectedError),
    /// A playbook can't be decided about
    #[error(transparent)]
    Gate(#[from] GateError),
    /// The ledger can't be read
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The state can't be the right one
    #[error(transparent)]
    State(#[from] StateRefused),
    /// The key for secret values can't be read
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The zones of the `dns` blocks can't be looked at
    #[error(transparent)]
    Names(#[from] NamesError),
}

impl Hint for PlanError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Tool(error) => error.hints(),
            Self::Terraform(error) => error.hints(),
            Self::Document { source, .. } => source.hints(),
            Self::Rule(error) => error.hints(),
            Self::Expected(ExpectedError::Document(error)) => error.hints(),
            Self::Expected(ExpectedError::Inventory(error)) => error.hints(),
            Self::Expected(ExpectedError::Dns(error)) => error.hints(),
            Self::Gate(error) => error.hints(),
            Self::Ledger(error) => error.hints(),
            Self::State(error) => error.hints(),
            Self::Key(error) => error.hints(),
            Self::Names(error) => error.hints(),
            Self::Read(_) => Vec::new(),
        }
    }
}

/// Makes a plan and decides what is to be done. Changes nothing.
pub async fn plan(
    context: &Context<'_>,
    project: &Project,
    options: &PlanOptions,
) -> Result<Planned, PlanError> {
    let rules = DriftRules::compile(&project.stack.drift)?;
    let place = Place::of(project).map_err(LedgerError::from)?;
    place.tell_unsent(context);
    let ledger = place.ledger().await?;
    let key = place.key().await?;
    let planner = Planner {
        context,
        project,
        options,
        rules: &rules,
        ledger: &ledger,
        key: &key,
        held: None,
        cached: !options.no_cache,
    };
    planner.plan().await
}

/// What a plan is made with.
pub(crate) struct Planner<'a> {
    pub(crate) context: &'a Context<'a>,
    pub(crate) project: &'a Project,
    pub(crate) options: &'a PlanOptions,
    pub(crate) rules: &'a DriftRules,
    pub(crate) ledger: &'a Ledger,
    pub(crate) key: &'a SecretKey,
    /// How Terraform locks the state, for whoever holds the run lock
    pub(crate) held: Option<Locking>,
    /// Whether what an earlier plan found of the inputs may be believed
    pub(crate) cached: bool,
}

impl Planner<'_> {
    /// Decides on recorded documents where there are any, else on what Terraform says.
    pub(crate) async fn plan(&self) -> Result<Planned, PlanError> {
        match &self.options.recorded {
            Some(recorded) => self.recorded(recorded).await,
            None => self.live().await,
        }
    }

    /// Asks Terraform, then decides.
    pub(crate) async fn live(&self) -> Result<Planned, PlanError> {
        let terraform = tools::terraform(self.project)?;
        let ansible = self.ansible()?;
        let how = How {
            locking: self.held.unwrap_or_else(|| {
                let timeout = self.options.lock_timeout;
                timeout.map_or(Locking::Default, Locking::Wait)
            }),
            refresh_only: self.options.refresh_only,
        };
        let made = self
            .context
            .stage(
                Stage::Plan,
                make(self.context, &terraform, self.project, how),
            )
            .await?;
        self.decide_made(made, ansible.as_ref()).await
    }

    /// Decides on a plan that is there.
    pub(crate) async fn decide_made(
        &self,
        made: MadePlan,
        ansible: Option<&AnsibleCore>,
    ) -> Result<Planned, PlanError> {
        let admitted = self.admit(made.state.as_ref()).await?;
        let mut planned = {
            let text = text("the output of `terraform show -json`", &made.json)?;
            let document = read("the output of `terraform show -json`", &text)?;
            self.context
                .stage(Stage::Decide, self.decide(&document, None, ansible))
                .await?
        };
        if has_names(self.project, self.ledger.index()) && !self.options.refresh_only {
            let lineage = made.state.as_ref().map(|state| state.lineage.as_str());
            let set = &self.ledger.index().names;
            let names = look(self.project, &planned.names, lineage, set).await?;
            planned.decision = planned.decision.with_dns(names.changes());
        }
        planned.made = Some(made);
        planned.admitted = admitted;
        Ok(planned)
    }

    /// Refuses a plan for a state that can't have come after the one that was seen last,
    /// before anything is decided on it. The state of the plan itself is judged: what was
    /// looked at before could have been another.
    pub(crate) async fn admit(&self, found: Option<&StateId>) -> Result<Admitted, StateRefused> {
        let guard = StateGuard {
            remembered: self.ledger.index().state.clone(),
            accepted: self.options.accept_state.clone(),
        };
        guard.admit(self.project, found).await
    }

    async fn recorded(&self, recorded: &RecordedPlan) -> Result<Planned, PlanError> {
        let ansible = match self.ansible() {
            Ok(ansible) => ansible,
            Err(error) => {
                self.context.warn(
                    format!("the version of ansible-core is not an input: {error}"),
                    error.hints(),
                );
                None
            }
        };
        let bytes = document::read(&recorded.plan)?;
        let text_of_plan = text(recorded.plan.as_str(), &bytes)?;
        let document = read(recorded.plan.as_str(), &text_of_plan)?;
        let state_bytes = recorded
            .state
            .as_ref()
            .map(|path| document::read(path))
            .transpose()?;
        let state_text = match (&recorded.state, &state_bytes) {
            (Some(path), Some(bytes)) => Some((path, text(path.as_str(), bytes)?)),
            _ => None,
        };
        let state = state_text
            .as_ref()
            .map(|(path, text)| {
                read_state(text).map_err(|source| PlanError::Document {
                    file: path.to_string(),
                    source,
                })
            })
            .transpose()?;
        self.context
            .stage(
                Stage::Decide,
                self.decide(&document, state.as_ref(), ansible.as_ref()),
            )
            .await
    }

    /// The three answers from documents: everything from here on is a function of bytes.
    async fn decide(
        &self,
        document: &Document<'_>,
        state: Option<&infra_core::terraform::State<'_>>,
        ansible: Option<&AnsibleCore>,
    ) -> Result<Planned, PlanError> {
        let analysis = analyse_document(document, self.rules, today()).map_err(|source| {
            PlanError::Document {
                file: self.name_of_plan(),
                source,
            }
        })?;
        let no_plan = Plan::default();
        let plan = match document {
            Document::Plan(plan) => plan,
            Document::Stream(_) | Document::State(_) => &no_plan,
        };
        if matches!(document, Document::Stream(_)) && state.is_none() {
            // A stream has no state: of hosts and playbooks nothing can be said.
            return Ok(Planned::without_hosts(&self.project.stack.name, analysis));
        }
        let options = BuildOptions {
            allow_empty: self.options.allow_empty || self.project.stack.playbooks.is_empty(),
            ..BuildOptions::default()
        };
        let Expected {
            built,
            machines,
            names,
        } = expected(self.project, plan, &analysis.terraform, state, options)?;
        let answers = Question {
            project: self.project,
            inventory: &built.inventory,
            machines: &machines,
            ledger: self.ledger,
            key: self.key,
            ansible,
            force: self.options.force.as_deref(),
            now: Timestamp::now(),
            cached: self.cached,
            interrupt: self.context.runner.interrupt().clone(),
        }
        .ask()
        .await?;
        let expected = Expected {
            built,
            machines,
            names,
        };
        Ok(self.put_together(analysis, expected, answers))
    }

    fn put_together(
        &self,
        analysis: Analysis,
        expected: Expected,
        answers: Vec<Answer<'_>>,
    ) -> Planned {
        let Expected {
            built,
            machines,
            names,
        } = expected;
        let known = &self.ledger.index().inventory;
        let run_set = run_set(&answers);
        let playbooks = answers.into_iter().map(|answer| answer.decision);
        Planned {
            decision: Decision::new(
                &self.project.stack.name,
                analysis,
                changes(known, &built.inventory, self.key),
                playbooks.collect(),
            ),
            skipped: built
                .skipped
                .iter()
                .map(|skipped| format!("{}: {}", skipped.address, skipped.reason))
                .collect(),
            made: None,
            admitted: Admitted::Follows,
            run_set,
            names,
            machines,
            built,
        }
    }

    /// Ansible, where there is a playbook to run with it.
    pub(crate) fn ansible(&self) -> Result<Option<AnsibleCore>, ToolError> {
        if self.project.stack.playbooks.is_empty() {
            return Ok(None);
        }
        tools::ansible(self.project).map(Some)
    }

    fn name_of_plan(&self) -> String {
        self.options.recorded.as_ref().map_or_else(
            || "terraform".to_owned(),
            |recorded| recorded.plan.to_string(),
        )
    }
}

impl Planned {
    /// The state that the plan starts from; none where there is none yet.
    pub(crate) fn state(&self) -> Option<&StateId> {
        let state = self.made.as_ref()?.state.as_ref();
        state.filter(|state| !state.lineage.is_empty())
    }

    /// The inventory that the playbooks will see, as far as it is known.
    pub fn inventory(&self) -> &Inventory {
        &self.built.inventory
    }

    /// The inputs of each playbook on each host that it is to run on, as far as they are
    /// known before Terraform has applied: playbook, host, fingerprint.
    pub fn inputs(&self) -> impl Iterator<Item = (&str, &str, &Fingerprint)> {
        self.run_set.iter().flat_map(|(playbook, hosts)| {
            hosts.iter().filter_map(|(host, fingerprint)| {
                Some((playbook.as_str(), host.as_str(), fingerprint.as_ref()?))
            })
        })
    }

    /// A plan that only answers about Terraform.
    fn without_hosts(stack: &str, analysis: Analysis) -> Self {
        Self {
            decision: Decision::new(stack, analysis, InventoryDiff::default(), Vec::new()),
            skipped: Vec::new(),
            made: None,
            admitted: Admitted::Follows,
            built: Built::default(),
            machines: BTreeMap::new(),
            run_set: RunSet::new(),
            names: Vec::new(),
        }
    }
}

fn run_set(answers: &[Answer<'_>]) -> RunSet {
    answers
        .iter()
        .map(|answer| {
            let hosts = answer.decision.running().map(|host| {
                let fingerprint = answer.fingerprints.get(&*host.host);
                (host.host.to_string(), fingerprint.cloned())
            });
            (answer.decision.name.clone(), hosts.collect())
        })
        .collect()
}

fn text<'b>(file: &str, bytes: &'b [u8]) -> Result<std::borrow::Cow<'b, str>, PlanError> {
    decode(bytes).map_err(|error: EncodingError| PlanError::Document {
        file: file.to_owned(),
        source: error.into(),
    })
}

fn read<'t>(file: &str, text: &'t str) -> Result<Document<'t>, PlanError> {
    Document::read(text).map_err(|source| PlanError::Document {
        file: file.to_owned(),
        source,
    })
}

/// The day on which the rules are judged: the one on the wall of whoever runs infra.
fn today() -> jiff::civil::Date {
    Zoned::now().date()
}
