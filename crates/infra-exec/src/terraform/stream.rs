//! A command that writes a stream of messages, from its start to its end.

use std::sync::Mutex;

use infra_core::terraform::{ChangeSummary, Message, MessageKind};

use crate::process::{Completed, Invocation, ProcessEvent, RunError, Runner};
use crate::terraform::Diagnostic;

/// What happens while Terraform runs.
#[derive(Debug, Clone, Copy)]
pub enum TerraformEvent<'a> {
    /// Terraform wrote a message
    Message(&'a Message<'a>),
    /// Terraform wrote a line that is no message, on either output
    Text(&'a str),
    /// Something happened to the process itself
    Process(ProcessEvent<'a>),
}

/// Who is told what happens while Terraform runs.
pub type EventSink<'a> = &'a (dyn Fn(TerraformEvent<'_>) + Send + Sync);

/// What the messages said, put together.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) summary: Option<ChangeSummary>,
    pub(super) terraform: Option<String>,
    pub(super) completed: Vec<String>,
    pub(super) errored: Vec<String>,
}

impl Told {
    fn take(&mut self, message: &Message<'_>) {
        match &message.kind {
            MessageKind::Diagnostic(diagnostic) => self.diagnostics.push(diagnostic.into()),
            MessageKind::ChangeSummary(summary) => self.summary = Some(*summary),
            // OpenTofu's own numbers say nothing of the Terraform it is like.
            MessageKind::Version { program, tofu, .. } if !tofu => {
                self.terraform = Some(program.to_string());
            }
            MessageKind::Hook(hook) => match hook.kind.as_str() {
                "apply_complete" => self.completed.push(hook.address.to_string()),
                "apply_errored" => self.errored.push(hook.address.to_string()),
                _ => {}
            },
            _ => {}
        }
    }
}

/// Runs a command that was given `-json`, and passes its messages on as they come.
pub(super) async fn run(
    runner: &Runner,
    invocation: &Invocation,
    events: EventSink<'_>,
) -> Result<(Completed, Told), RunError> {
    let told = Mutex::new(Told::default());
    let completed = runner
        .run(invocation, &|event| match event {
            ProcessEvent::Stdout(line) => match Message::parse(line) {
                Some(message) => {
                    if let Ok(mut told) = told.lock() {
                        told.take(&message);
                    }
                    events(TerraformEvent::Message(&message));
                }
                None => events(TerraformEvent::Text(line)),
            },
            ProcessEvent::Stderr(line) => events(TerraformEvent::Text(line)),
            other => events(TerraformEvent::Process(other)),
        })
        .await?;
    Ok((completed, told.into_inner().unwrap_or_default()))
}
