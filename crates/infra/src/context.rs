//! What every part of a run needs: who is told, and what may stop it.

use std::time::Instant;

use infra_core::hint::Hint;
use infra_core::terraform::{Message, MessageKind};
use infra_exec::process::{Interrupt, Runner};
use infra_exec::terraform::{Diagnostic, TerraformEvent};

use crate::causes::with_causes;
use crate::event::{Event, Observer, Stage};

/// Who is told what happens, and what stops the children.
#[derive(Clone)]
pub struct Context<'a> {
    /// Who is told
    pub observer: &'a dyn Observer,
    /// Runs children, and stops them when somebody asks
    pub runner: Runner,
}

impl<'a> Context<'a> {
    /// A context that tells `observer` and stops as `interrupt` says.
    pub fn new(observer: &'a dyn Observer, interrupt: Interrupt) -> Self {
        Self {
            observer,
            runner: Runner::new(interrupt),
        }
    }

    /// The same for what must still be done after an interrupt.
    #[must_use]
    pub fn for_cleanup(&self) -> Self {
        Self {
            observer: self.observer,
            runner: self.runner.for_cleanup(),
        }
    }

    /// Tells that something happened.
    pub fn tell(&self, event: &Event) {
        self.observer.event(event);
    }

    /// Tells of something that stops nothing.
    pub fn warn(&self, message: impl Into<String>, hints: Vec<String>) {
        self.tell(&Event::Warning {
            message: message.into(),
            hints,
        });
    }

    /// Tells of an error that stops nothing, with its causes and its advice.
    pub(crate) fn warn_of(&self, error: &(impl Hint + 'static)) {
        self.warn(with_causes(error), error.hints());
    }

    /// Runs a part of the run, telling when it starts and ends.
    pub async fn stage<T>(&self, stage: Stage, work: impl Future<Output = T>) -> T {
        let start = Instant::now();
        self.tell(&Event::StageStarted { stage });
        let result = work.await;
        let milliseconds = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.tell(&Event::StageFinished {
            stage,
            milliseconds,
        });
        result
    }

    /// Passes on what Terraform tells.
    pub fn terraform(&self) -> impl Fn(TerraformEvent<'_>) + Send + Sync + 'a {
        let observer = self.observer;
        move |event| {
            if let TerraformEvent::Message(message) = event
                && let Some(event) = from_terraform(message)
            {
                observer.event(&event);
            }
        }
    }
}

fn from_terraform(message: &Message<'_>) -> Option<Event> {
    match &message.kind {
        MessageKind::Diagnostic(diagnostic) => {
            let diagnostic = Diagnostic::from(diagnostic);
            Some(Event::Diagnostic {
                severity: if diagnostic.is_error() {
                    "error"
                } else {
                    "warning"
                }
                .to_owned(),
                summary: diagnostic.summary,
                detail: diagnostic.detail,
                address: diagnostic.address,
            })
        }
        MessageKind::Hook(hook) => Some(Event::Resource {
            address: hook.address.to_string(),
            step: hook.kind.to_string(),
            action: hook.action.as_ref().map(ToString::to_string),
            seconds: hook.elapsed_seconds,
        }),
        _ => None,
    }
}
