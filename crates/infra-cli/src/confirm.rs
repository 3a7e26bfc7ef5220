//! Asking the person who runs infra.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::thread;

use anyhow::anyhow;
use infra::Pending;
use infra::exec::process::{Interrupt, Level};
use tokio::sync::oneshot;

use crate::failure::Failure;
use crate::progress::Screen;
use crate::style::{HEADING, paint};

/// Whether there is somebody to ask about a plan.
pub(crate) fn can_approve(json: bool) -> Result<(), Failure> {
    can_ask(
        json,
        "give --auto-approve, or save a decision with `infra plan --out FILE`, look at it, and \
         give `infra apply FILE`",
    )
}

/// Whether there is somebody to ask about anything else.
pub(crate) fn can_confirm(json: bool) -> Result<(), Failure> {
    can_ask(json, "give --yes")
}

fn can_ask(json: bool, hint: &str) -> Result<(), Failure> {
    let problem = if json {
        "--json doesn't ask for approval"
    } else if io::stdin().is_terminal() {
        return Ok(());
    } else {
        "there is no terminal to ask for approval on"
    };
    Err(Failure::new(anyhow!("{problem}"), vec![hint.to_owned()]))
}

/// Asks on the terminal.
pub(crate) struct Asker<'a> {
    pub(crate) screen: &'a Screen,
    pub(crate) interrupt: Interrupt,
}

impl Asker<'_> {
    /// Asks a question in Terraform's manner, where only the whole word is a yes.
    pub(crate) fn ask<'a>(&self, question: &str) -> Pending<'a, bool> {
        self.screen.above(&format!(
            "\n{}\n  Only 'yes' will be accepted to approve.\n\n  Enter a value: ",
            paint(HEADING, question)
        ));
        let mut interrupt = self.interrupt.clone();
        let screen = self.screen.clone();
        Box::pin(async move {
            tokio::select! {
                answer = line() => answer == "yes",
                _ = interrupt.above(Level::None) => {
                    // Nobody has ended the line of the question.
                    screen.above("\n");
                    false
                }
            }
        })
    }
}

/// A line of stdin, or nothing where it is closed. It is read by a thread of its own, so that
/// an interrupt isn't kept waiting by a person who doesn't answer.
async fn line() -> String {
    let (sender, receiver) = oneshot::channel();
    thread::spawn(move || {
        let mut text = String::new();
        let read = io::stdin().lock().read_line(&mut text);
        // Nobody waits any more if it was interrupted.
        drop(sender.send(read.map(|_| text.trim().to_owned()).unwrap_or_default()));
    });
    receiver.await.unwrap_or_default()
}
