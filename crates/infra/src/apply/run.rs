//! One run under its lock, from the plan to the last host.

use infra_core::ansible::SecretKey;
use infra_core::decision::Verdict;
use infra_core::digest::Digest;
use infra_core::drift::DriftRules;
use infra_core::inventory::Inventory;
use infra_core::ledger::{RecordEvent, StateId, record};
use infra_exec::process::Level;
use infra_exec::tools::AnsibleCore;

use super::contact::met;
use super::error::ApplyError;
use super::options::ApplyOptions;
use super::report::{ApplyReport, Outcome};
use crate::Project;
use crate::context::Context;
use crate::dns::refuse_foreign;
use crate::event::Stage;
use crate::ledger::{Ledger, LedgerError, Writer};
use crate::place::{Place, StateWatch};
use crate::plan::terraform::pulled;
use crate::plan::{PlanError, PlanOptions, Planned, Planner, SavedDecision, made};
use crate::state_guard::{Admitted, nothing_to_push};
use crate::tools;

/// One run under its lock.
pub(super) struct Run<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) project: &'a Project,
    pub(super) writer: Writer,
    pub(super) ledger: Ledger,
    pub(super) place: &'a Place,
    pub(super) watch: StateWatch,
    /// What went wrong with the state, one sentence each
    pub(super) incidents: Vec<String>,
    started: bool,
}

impl<'a> Run<'a> {
    pub(super) async fn open(
        context: &'a Context<'a>,
        project: &'a Project,
        place: &'a Place,
        writer: Writer,
    ) -> Result<Self, LedgerError> {
        let watch = StateWatch::begin(place).await?;
        let ledger = place.ledger().await?;
        let mut run = Self {
            context,
            project,
            writer,
            ledger,
            place,
            watch,
            incidents: Vec::new(),
            started: false,
        };
        run.close_abandoned().await?;
        Ok(run)
    }

    /// Everything between taking the lock and giving it back.
    pub(super) async fn carry_out(
        &mut self,
        options: ApplyOptions<'_>,
    ) -> Result<ApplyReport, ApplyError> {
        let key = self.place.key_or_create().await?;
        let rules = DriftRules::compile(&self.project.stack.drift).map_err(PlanError::from)?;
        let with = Planner {
            context: self.context,
            project: self.project,
            options: &options.plan,
            rules: &rules,
            ledger: &self.ledger,
            key: &key,
            held: Some(self.place.locking()),
            cached: false,
        };
        let planned = match &options.saved {
            None => Box::pin(with.live()).await?,
            Some(saved) => Box::pin(self.again(&with, saved)).await?,
        };
        nothing_to_push(self.project, planned.state())?;
        // Before anything is changed: what is refused later leaves half of it done.
        refuse_foreign(&planned.decision.dns)?;
        let ansible = with.ansible()?;
        let refreshes = options.plan.refresh_only && !planned.decision.drift.drift.is_empty();
        if planned.decision.verdict == Verdict::Nothing && !refreshes {
            return self.nothing_to_do(&planned, &key).await;
        }
        if self.context.runner.interrupt().level() >= Level::Stop
            || !(options.approve)(&planned.decision).await
        {
            return Ok(ApplyReport::new(
                &self.project.stack.name,
                Outcome::Declined,
            ));
        }
        self.start(ansible.as_ref(), &planned).await?;
        let work = self.work(
            planned,
            &options.plan,
            &rules,
            refreshes,
            &key,
            ansible.as_ref(),
        );
        let mut report = Box::pin(work).await?;
        self.look_for_foreign_writes().await;
        if !self.incidents.is_empty() {
            report.problems.append(&mut self.incidents);
            report.outcome = Outcome::Failed;
        }
        Ok(report)
    }

    async fn work(
        &mut self,
        planned: Planned,
        options: &PlanOptions,
        rules: &DriftRules,
        refreshes: bool,
        key: &SecretKey,
        ansible: Option<&AnsibleCore>,
    ) -> Result<ApplyReport, ApplyError> {
        let mut report = ApplyReport::new(&self.project.stack.name, Outcome::Done);
        report.run = Some(self.writer.run.clone());
        let (inventory, names, state) = if planned.decision.terraform_applies() || refreshes {
            report.terraform = true;
            let context = self.context;
            let state = match &planned.made {
                None => None,
                Some(made) => {
                    let work = async {
                        let state = self.terraform(made, options).await?;
                        if refreshes {
                            return Ok(state);
                        }
                        self.settle(made, state, options, rules, &mut report).await
                    };
                    context.stage(Stage::Terraform, Box::pin(work)).await?
                }
            };
            let (inventory, names) = self.inventory_now(options).await?;
            (inventory, names, state)
        } else {
            let inventory = planned.built.inventory.clone();
            (inventory, planned.names.clone(), planned.state().cloned())
        };
        let lineage = state.as_ref().map(|state| state.lineage.clone());
        // By the inventory of the run before: from here on the ledger has this one.
        let met = met(&inventory, self.ledger.index());
        self.record_inventory(&inventory, state, key).await?;
        if refreshes {
            return Ok(report);
        }
        self.names(&names, lineage.as_deref()).await?;
        self.playbooks(&inventory, &met, options, key, ansible, &mut report)
            .await?;
        let unfinished = report
            .playbooks
            .iter()
            .flat_map(|playbook| &playbook.hosts)
            .any(|host| !host.succeeded());
        if unfinished || !report.problems.is_empty() {
            report.outcome = Outcome::Failed;
        }
        Ok(report)
    }

    /// Looks once more whether somebody wrote the state while the lock was ours.
    async fn look_for_foreign_writes(&mut self) {
        match self.watch.foreign_write().await {
            Ok(None) => {}
            Ok(Some(incident)) => self.incident(incident, Vec::new()),
            Err(error) => self.context.warn_of(&error),
        }
    }

    /// Something that happened to the state and must not go unseen.
    pub(super) fn incident(&mut self, incident: String, mut hints: Vec<String>) {
        if hints.is_empty() {
            hints.push("one of the two writes is lost: `infra state list` shows the versions, and `infra plan` what is missing".to_owned());
        }
        self.context.warn(incident.clone(), hints);
        self.incidents.push(incident);
    }

    /// Makes the decision again from the plan of a saved one, and refuses if it is another.
    async fn again(
        &self,
        with: &Planner<'_>,
        saved: &SavedDecision,
    ) -> Result<Planned, ApplyError> {
        saved.is_for(&self.project.stack.name)?;
        let terraform = tools::terraform(self.project)?;
        let (dir, file) = saved.unpack()?;
        let runner = &self.context.runner;
        let json = self
            .context
            .stage(Stage::Plan, terraform.show_plan(runner, &file))
            .await?;
        let state = pulled(&terraform, runner).await.map_err(PlanError::from)?;
        with.admit(state.as_ref()).await.map_err(PlanError::from)?;
        saved.starts_from(state.as_ref())?;
        let planned = with
            .decide_made(
                made(dir, &file, json, state.as_ref()),
                with.ansible()?.as_ref(),
            )
            .await?;
        saved.still_holds(&planned)?;
        Ok(planned)
    }

    /// There may still be an address to note: the next plan compares with it.
    async fn nothing_to_do(
        &mut self,
        planned: &Planned,
        key: &SecretKey,
    ) -> Result<ApplyReport, ApplyError> {
        let inventory = &planned.built.inventory;
        let is_new =
            self.ledger.index().inventory != record(inventory, key) && !inventory.hosts.is_empty();
        if is_new || planned.admitted == Admitted::ByHand {
            self.start(None, planned).await?;
        }
        if is_new {
            self.record_inventory(inventory, planned.state().cloned(), key)
                .await?;
        }
        Ok(ApplyReport::new(&self.project.stack.name, Outcome::Nothing))
    }

    /// Says that the run began. Nothing is changed before this is durable: a ledger that
    /// can't be written stops the run here, while nothing is half done.
    async fn start(
        &mut self,
        ansible: Option<&AnsibleCore>,
        planned: &Planned,
    ) -> Result<(), ApplyError> {
        let event = RecordEvent::RunStarted {
            infra: env!("CARGO_PKG_VERSION").to_owned(),
            command: "apply".to_owned(),
            terraform: None,
            ansible: ansible.map(|ansible| ansible.version.to_string()),
        };
        self.append(event).await?;
        self.started = true;
        if planned.admitted == Admitted::ByHand {
            let state = planned.state().cloned();
            self.append(RecordEvent::StateAccepted { state }).await?;
        }
        Ok(())
    }

    /// Says how the run ended, if it said that it began.
    pub(super) async fn end(&mut self, outcome: Outcome) -> Result<(), LedgerError> {
        if self.started {
            let event = RecordEvent::RunFinished {
                outcome: outcome.word().to_owned(),
            };
            self.ledger.append(&self.writer, event).await?;
            self.ledger.share_index().await;
        }
        self.ledger.save_index();
        Ok(())
    }

    /// We hold the lock, so a run without an end is over, and did not end well.
    async fn close_abandoned(&mut self) -> Result<(), LedgerError> {
        let Some(open) = self.ledger.index().open_run.clone() else {
            return Ok(());
        };
        let message = format!(
            "the run {} of {}, begun {}, ended without saying so",
            open.run, open.who, open.at
        );
        let hints =
            vec!["what it had done on each host is recorded; this run does the rest".to_owned()];
        self.context.warn(message, hints);
        let event = RecordEvent::RunAbandoned {
            abandoned: open.run,
            evidence: "its lock was gone or its processes were".to_owned(),
        };
        self.ledger.append(&self.writer, event).await?;
        Ok(())
    }

    async fn record_inventory(
        &mut self,
        inventory: &Inventory,
        state: Option<StateId>,
        key: &SecretKey,
    ) -> Result<(), ApplyError> {
        let hosts = record(inventory, key);
        if self.ledger.index().inventory == hosts {
            return Ok(());
        }
        self.append(RecordEvent::Inventory {
            digest: Digest::from(inventory.digest()),
            state,
            hosts,
        })
        .await
    }

    pub(super) async fn append(&mut self, event: RecordEvent) -> Result<(), ApplyError> {
        self.ledger.append(&self.writer, event).await?;
        Ok(())
    }

    /// Tells of an error that doesn't stop the run.
    pub(super) fn problem(&self, report: &mut ApplyReport, message: String, hints: Vec<String>) {
        self.context.warn(message.clone(), hints);
        report.problems.push(message);
    }
}
