//! The bare start, and a whole plan beside Terraform's own.

use anyhow::Result;
use camino::Utf8Path;

use super::contest::{Contest, Goal, GoalKind, Runner};
use super::measure::released;
use super::stack;

/// The start of the program.
pub(super) fn start(dir: &Utf8Path) -> Contest {
    Contest {
        what: "Start: `infra --version`",
        hosts: None,
        dir: dir.parent().unwrap_or(dir).to_owned(),
        size: None,
        runners: vec![Runner::new(
            "infra",
            [released("infra").as_str(), "--version"],
        )],
        goals: vec![Goal::new("infra", GoalKind::Milliseconds, 5.0)],
    }
}

/// A plan on which there is nothing to do.
pub(super) fn live(dir: &Utf8Path) -> Result<Contest> {
    let bare = "terraform plan -input=false -out=bare.plan && terraform show -json bare.plan";
    let peer = "terraform plan and show";
    Ok(Contest {
        what: "A whole plan with nothing to do, 50 resources",
        hosts: None,
        dir: stack::prepare(dir)?,
        size: None,
        runners: vec![
            Runner::new(peer, ["sh", "-c", bare]),
            Runner::new("infra", [released("infra").as_str(), "plan"]),
        ],
        goals: vec![Goal::new("infra", GoalKind::AtMost(peer.to_owned()), 1.05)],
    })
}
