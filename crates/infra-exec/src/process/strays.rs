//! Ends what a child has left running.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::process::tree::{Tree, send};
use crate::process::{ProcessEvent, Sink, Stray};

/// How long processes that outlive the child may take to end by themselves: those of a
/// shell's pipeline are gone in a moment.
const STRAY_PATIENCE: Duration = Duration::from_millis(300);
/// How long they may take to die of SIGTERM.
pub(super) const STRAY_GRACE: Duration = Duration::from_secs(3);
/// How often it is looked whether they have.
const STRAY_POLL: Duration = Duration::from_millis(20);

/// Ends the processes that the child has left: by themselves, else by SIGTERM, else by SIGKILL.
pub(super) async fn end_strays(
    tree: &Tree,
    daemons: &BTreeSet<String>,
    sink: Sink<'_>,
) -> Vec<Stray> {
    let by_design = |stray: &Stray| daemons.contains(&stray.program);
    let members = tree.members();
    if members.is_empty() {
        return Vec::new();
    }
    // Nothing is lost by ending at once those that would stay anyway.
    for daemon in members.iter().filter(|stray| by_design(stray)) {
        send(daemon.pid, Signal::TERM);
    }
    if gone_within(tree, STRAY_PATIENCE).await {
        return Vec::new();
    }
    let mut strays = tree.signal(Signal::TERM);
    if !gone_within(tree, STRAY_GRACE).await {
        // More than once, as a process may fork while it is being looked for.
        for _ in 0..10 {
            let killed = tree.signal(Signal::KILL);
            for stray in killed {
                match strays.iter_mut().find(|known| known.pid == stray.pid) {
                    Some(known) => known.killed = true,
                    None => strays.push(Stray {
                        killed: true,
                        ..stray
                    }),
                }
            }
            if gone_within(tree, STRAY_PATIENCE).await {
                break;
            }
        }
    }
    strays.retain(|stray| !by_design(stray));
    for stray in &strays {
        tracing::warn!(%stray, "left running by the child, and ended");
        sink(ProcessEvent::Stray(stray));
    }
    strays
}

async fn gone_within(tree: &Tree, limit: Duration) -> bool {
    let end = Instant::now() + limit;
    loop {
        if tree.members().is_empty() {
            return true;
        }
        if Instant::now() >= end {
            return false;
        }
        tokio::time::sleep(STRAY_POLL).await;
    }
}
