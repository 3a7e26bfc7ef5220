//! A command that writes a stream of messages, from its start to its end.

use std::sync::Mutex;

use crate::process::{Completed, Invocation, ProcessEvent, RunError, Runner};
use crate::terraform::{ChangeSummary, Diagnostic, Message};

/// What happens while Terraform runs.
#[derive(Debug, Clone, Copy)]
pub enum TerraformEvent<'a> {
    /// Terraform wrote a message
    Message(&'a Message),
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
    fn take(&mut self, message: &Message) {
        self.diagnostics.extend(message.diagnostic.clone());
        if message.changes.is_some() {
            self.summary = message.changes;
        }
        // OpenTofu says its version as `tofu`, and Terraform's it doesn't have.
        if message.tofu.is_none() && message.terraform.is_some() {
            self.terraform.clone_from(&message.terraform);
        }
        let address = message.hook.as_ref().map(|hook| hook.resource.addr.clone());
        match message.kind.as_str() {
            "apply_complete" => self.completed.extend(address),
            "apply_errored" => self.errored.extend(address),
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
