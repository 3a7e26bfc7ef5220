//! Embeds infra: reads a recorded plan, prints a verdict, and listens to what happens.
//!
//! ```sh
//! cargo run -p infra --example embed
//! cargo run -p infra --example embed -- DIR PLAN_JSON
//! ```
//!
//! Without arguments it takes the small project beside this file. Neither Terraform nor a
//! cloud is asked anything: `plan.json` is what `terraform show -json PLANFILE` printed.

#![allow(clippy::print_stdout, reason = "a program prints its result")]

use std::fmt::Write as _;
use std::sync::Mutex;

use camino::{Utf8Path, Utf8PathBuf};
use infra::core::hint::Hint;
use infra::event::{Event, Observer};
use infra::exec::process::Interrupt;
use infra::plan::{PlanOptions, RecordedPlan};
use infra::{Context, Open, Project};

/// Keeps what is told. A real program would show it, count it, or pass it on.
#[derive(Default)]
pub(crate) struct Log(Mutex<Vec<String>>);

impl Observer for Log {
    fn event(&self, event: &Event) {
        let line = match event {
            Event::StageStarted { stage } => format!("{stage:?} begins"),
            Event::StageFinished { stage, .. } => format!("{stage:?} is done"),
            Event::Warning { message, .. } => format!("warning: {message}"),
            // Events may be added: what isn't known is passed over.
            _ => return,
        };
        if let Ok(mut lines) = self.0.lock() {
            lines.push(line);
        }
    }
}

impl Log {
    /// What was told so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().map(|lines| lines.clone()).unwrap_or_default()
    }
}

/// Decides on a recorded plan and says what would be done.
pub(crate) async fn verdict(dir: &Utf8Path, plan: &Utf8Path, log: &Log) -> Result<String, String> {
    let open = Open {
        dir: dir.to_owned(),
        ..Open::default()
    };
    let project = Project::open(&open).map_err(|error| told(&error))?;
    let options = PlanOptions {
        recorded: Some(RecordedPlan {
            plan: plan.to_owned(),
            state: None,
        }),
        ..PlanOptions::default()
    };
    // Nobody interrupts: the context of an interactive program comes from an `Interrupter`.
    let context = Context::new(log, Interrupt::never());
    let planned = infra::plan(&context, &project, &options)
        .await
        .map_err(|error| told(&error))?;

    let decision = &planned.decision;
    let mut text = format!("stack {}: {:?}\n", decision.stack, decision.verdict);
    for drift in &decision.drift.drift {
        let rule = drift.rule.as_deref().unwrap_or("no rule");
        let _infallible = writeln!(
            text,
            "drift: {} is {:?} ({rule})",
            drift.address, drift.class
        );
    }
    for playbook in &decision.playbooks {
        for host in &playbook.hosts {
            let reasons: Vec<String> = host
                .reasons
                .iter()
                .map(|reason| format!("{}: {}", reason.input, reason.change))
                .collect();
            let _infallible = writeln!(
                text,
                "{} on {}: {:?}, because {}",
                playbook.name,
                host.host,
                host.action,
                reasons.join("; ")
            );
        }
    }
    Ok(text)
}

/// An error with what to do about it.
fn told(error: &impl Hint) -> String {
    let hints = error
        .hints()
        .into_iter()
        .map(|hint| format!("\nhint: {hint}"));
    std::iter::once(error.to_string()).chain(hints).collect()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), String> {
    let beside = Utf8Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/embed"));
    let mut arguments = std::env::args().skip(1).map(Utf8PathBuf::from);
    let dir = arguments.next().unwrap_or_else(|| beside.to_owned());
    let plan = arguments.next().unwrap_or_else(|| dir.join("plan.json"));
    let log = Log::default();
    print!("{}", verdict(&dir, &plan, &log).await?);
    for line in log.lines() {
        println!("event: {line}");
    }
    Ok(())
}
