//! The Ansible part of an apply: playbook by playbook, and what is recorded of each host.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use infra_core::ansible::SecretKey;
use infra_core::config::Playbook;
use infra_core::hint::Hint as _;
use infra_core::inventory::Inventory;
use infra_exec::process::{Interrupt, Level};
use infra_exec::rundir::RunDir;
use infra_exec::tools::AnsibleCore;
use jiff::Timestamp;

use super::error::ApplyError;
use super::judge::reports;
use super::report::{ApplyReport, HostReport, PlaybookReport};
use super::run::Run;
use super::tell::PlaybookTeller;
use crate::ansible_run::with_host_keys;
use crate::conceal::Concealed;
use crate::event::Stage;
use crate::host_variables;
use crate::localhost::{LOCALHOST, targets};
use crate::plan::PlanOptions;
use crate::plan::gate::{Answer, Question};
use crate::reach::Variables;

/// What the playbooks of a run have in common.
pub(super) struct Shared<'a> {
    pub(super) inventory: &'a Inventory,
    /// The hosts that need no first contact
    met: &'a BTreeSet<String>,
    key: &'a SecretKey,
    ansible: &'a AnsibleCore,
    force: Option<&'a [String]>,
    dir: RunDir,
    inventory_file: PathBuf,
    concealed: Concealed,
}

/// A host that no further playbook of the run is tried on.
struct HeldBack {
    outcome: &'static str,
    why: String,
}

impl HeldBack {
    fn report(&self, host: &str) -> HostReport {
        HostReport::new(host, self.outcome, Some(self.why.clone()))
    }
}

impl<'r> Run<'r> {
    /// Runs the playbooks that must run, on the hosts that need them.
    pub(super) async fn playbooks(
        &mut self,
        inventory: &Inventory,
        met: &BTreeSet<String>,
        options: &PlanOptions,
        key: &SecretKey,
        ansible: Option<&AnsibleCore>,
        report: &mut ApplyReport,
    ) -> Result<(), ApplyError> {
        let Some(ansible) = ansible else {
            return Ok(());
        };
        let dir = RunDir::create_in(&std::env::temp_dir())?;
        let inventory_file = dir.write("inventory.yml", with_host_keys(inventory).yaml())?;
        let force = options.force.as_deref();
        let shared = Shared {
            inventory,
            met,
            key,
            ansible,
            force,
            dir,
            inventory_file,
            concealed: Concealed::of(inventory),
        };
        let needed = self.needed(&shared).await?;
        if needed.is_empty() {
            return Ok(());
        }
        let context = self.context.clone();
        let new = strangers(&shared, &needed);
        let mut failed = if new.is_empty() {
            BTreeMap::new()
        } else {
            context
                .stage(Stage::Contact, self.first_contact(&shared, &needed, &new))
                .await?
        };
        context
            .stage(Stage::Playbooks, self.run_all(&shared, &mut failed, report))
            .await
    }

    /// Per playbook the hosts that it must run on, by what is known before the first runs.
    async fn needed(
        &self,
        shared: &Shared<'_>,
    ) -> Result<BTreeMap<String, BTreeSet<String>>, ApplyError> {
        let answers = self.question(shared).ask().await?;
        Ok(answers
            .iter()
            .map(|answer| (answer.playbook.name.clone(), running(answer)))
            .filter(|(_, hosts)| !hosts.is_empty())
            .collect())
    }

    async fn first_contact(
        &mut self,
        shared: &Shared<'_>,
        needed: &BTreeMap<String, BTreeSet<String>>,
        new: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, HeldBack>, ApplyError> {
        let playbooks = &self.project.stack.playbooks;
        let first = playbooks
            .iter()
            .find(|playbook| needed.contains_key(&playbook.name));
        let variables = self.variables(shared, first).await?;
        let failed = self.contact(shared.inventory, &variables, new).await?;
        let held = |(host, why)| {
            let outcome = "no contact";
            (host, HeldBack { outcome, why })
        };
        Ok(failed.into_iter().map(held).collect())
    }

    async fn run_all(
        &mut self,
        shared: &Shared<'_>,
        failed: &mut BTreeMap<String, HeldBack>,
        report: &mut ApplyReport,
    ) -> Result<(), ApplyError> {
        let project = self.project;
        let mut kept = 0;
        for playbook in &project.stack.playbooks {
            // Asked again: what an earlier playbook wrote into the tree counts for this one.
            let answer = self.question(shared).ask_about_one(playbook).await?;
            let hosts = running(&answer);
            let targets = targets(hosts, &answer.decision, shared.inventory);
            let hosts = targets.hosts;
            if hosts.is_empty() {
                continue;
            }
            let (away, present): (BTreeSet<String>, BTreeSet<String>) = hosts
                .into_iter()
                .partition(|host| failed.contains_key(host));
            let mut reports: Vec<HostReport> = away
                .iter()
                .map(|host| {
                    failed.get(host).map_or_else(
                        || HostReport::new(host, "not started", None),
                        |held| held.report(host),
                    )
                })
                .collect();
            if self.context.runner.interrupt().level() >= Level::Stop {
                reports.extend(
                    present
                        .iter()
                        .map(|host| HostReport::new(host, "not started", None)),
                );
            } else if !present.is_empty() {
                reports.extend(
                    self.run_one(shared, &answer, &present, targets.bystander, report)
                        .await?,
                );
            }
            for host in &reports {
                self.record(playbook, host, answer.fingerprints.get(&host.host))
                    .await?;
                if !host.succeeded() {
                    // What comes later may rest on what this playbook should have done.
                    let why = format!("playbook {:?} did not succeed on it", playbook.name);
                    failed.entry(host.host.clone()).or_insert(HeldBack {
                        outcome: "not started",
                        why,
                    });
                }
            }
            let succeeded = reports.iter().filter(|host| host.succeeded());
            kept +=
                self.keep_texts(succeeded.filter_map(|host| answer.fingerprints.get(&host.host)));
            reports.sort_by(|a, b| a.host.cmp(&b.host));
            report.playbooks.push(PlaybookReport {
                name: playbook.name.clone(),
                hosts: reports,
            });
        }
        // Without a new one there is none that took the place of something older.
        if kept > 0 {
            self.prune_texts().await;
        }
        Ok(())
    }

    /// Runs one playbook, checks what it left, and says how it went on each host.
    async fn run_one(
        &self,
        shared: &Shared<'_>,
        answer: &Answer<'_>,
        hosts: &BTreeSet<String>,
        bystander: Option<String>,
        report: &mut ApplyReport,
    ) -> Result<Vec<HostReport>, ApplyError> {
        let playbook = answer.playbook;
        let teller = PlaybookTeller::new(self.context.observer, &playbook.name, &shared.concealed);
        teller.started(hosts);
        let mut meant = hosts.clone();
        if answer.on_localhost {
            meant.insert(LOCALHOST.to_owned());
        }
        let (files, known_hosts) = (&shared.inventory_file, self.known_hosts());
        let mut run = self.project.playbook_run(
            shared.ansible,
            playbook,
            files,
            &shared.dir,
            known_hosts,
            meant,
        )?;
        run.bystander = bystander;
        let outcome = match run
            .run(&self.context.runner, &shared.dir, &|update| {
                teller.update(update);
            })
            .await
        {
            Ok(outcome) => outcome,
            Err(error) => {
                // It may quote what Ansible wrote.
                let error_text = shared.concealed.hide(&error.to_string());
                let hints = error.hints();
                self.problem(
                    report,
                    format!("playbook {:?}: {error_text}", playbook.name),
                    hints
                        .iter()
                        .map(|hint| shared.concealed.hide(hint))
                        .collect(),
                );
                let said = Some(error_text);
                return Ok(hosts
                    .iter()
                    .map(|host| HostReport::new(host, "not reached", said.clone()))
                    .collect());
            }
        };
        if !outcome.unexpected.is_empty() {
            let names: Vec<&str> = outcome.unexpected.iter().map(String::as_str).collect();
            let message = format!(
                "playbook {:?} also ran on {}, where it should not have",
                playbook.name,
                names.join(", ")
            );
            self.problem(report, message, Vec::new());
        }
        let mut reports = reports(&outcome);
        for report in &mut reports {
            for text in report.task.iter_mut().chain(&mut report.message) {
                *text = shared.concealed.hide(text);
            }
        }
        hold_back(&mut reports);
        let moved = self.moved_inputs(shared, answer).await?;
        for host in &mut reports {
            self.check(shared, playbook, host, &moved).await;
            teller.finished(host);
        }
        Ok(reports)
    }

    pub(super) fn question<'q>(&'q self, shared: &'q Shared<'_>) -> Question<'r, 'q> {
        const ALL_STAY: &BTreeMap<String, infra_core::gate::Machine> = &BTreeMap::new();
        Question {
            project: self.project,
            inventory: shared.inventory,
            machines: ALL_STAY,
            ledger: &self.ledger,
            key: shared.key,
            ansible: Some(shared.ansible),
            force: shared.force,
            now: Timestamp::now(),
            cached: false,
            // What succeeded is recorded also when somebody wants to stop.
            interrupt: Interrupt::never(),
        }
    }

    /// The variables of every host as Ansible sees them: those of groups included, which
    /// may say how to connect.
    async fn variables(
        &self,
        shared: &Shared<'_>,
        playbook: Option<&Playbook>,
    ) -> Result<Variables, ApplyError> {
        let Some(playbook) = playbook else {
            return Ok(Variables::new());
        };
        let listing = self
            .project
            .listing(shared.ansible, playbook, &shared.inventory_file)?;
        let bytes = listing.run(&self.context.runner).await?;
        Ok(host_variables::read(&bytes))
    }
}

/// Where a play for this machine did not succeed, no host is done: their plays may rest on what
/// it should have made, and run again with it.
fn hold_back(reports: &mut [HostReport]) {
    let is_here = |report: &&HostReport| report.host == LOCALHOST;
    if reports
        .iter()
        .find(is_here)
        .is_none_or(HostReport::succeeded)
    {
        return;
    }
    for report in reports.iter_mut().filter(|report| report.succeeded()) {
        report.outcome = "unfinished".to_owned();
        report.message = Some("what the playbook does on localhost did not succeed".to_owned());
    }
}

/// The hosts that something must run on and that were never met as they are now.
fn strangers(shared: &Shared<'_>, needed: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<String> {
    let is_new =
        |host: &&String| !shared.met.contains(*host) && shared.inventory.hosts.contains_key(*host);
    needed.values().flatten().filter(is_new).cloned().collect()
}

fn running(answer: &Answer<'_>) -> BTreeSet<String> {
    answer
        .decision
        .running()
        .map(|host| host.host.to_string())
        .collect()
}
