//! The verbs.

use clap::{Parser, Subcommand};

use crate::commands::{
    apply, completions, doctor, drift, explain, force_unlock, history, init, inputs, inventory,
    plan, schema, state, validate,
};
#[cfg(feature = "aws")]
use crate::commands::{backend, verify};
use crate::global::Global;

/// Run Terraform and Ansible as one change
#[derive(Debug, Parser)]
#[command(
    name = "infra",
    version,
    about = "Run Terraform and Ansible as one change",
    long_about = LONG_ABOUT,
    after_help = EXAMPLES,
    disable_help_subcommand = true,
    max_term_width = 100,
    arg_required_else_help = true
)]
pub struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const LONG_ABOUT: &str = "\
Run Terraform and Ansible as one change

`infra plan` answers three questions about a stack, each with its reasons: does Terraform \
have anything to do, did the inventory change, and which playbooks must run on which hosts. \
`infra apply` acts on the answers.";

const EXAMPLES: &str = "\
Examples:
  infra init       write infra.hcl for the Terraform and Ansible that are here
  infra plan       show what would be done, and why
  infra apply      do it, after asking

Every flag can be set by an environment variable: --lock-timeout is
INFRA_LOCK_TIMEOUT. Exit codes: 0 done, 1 error, 130 or 143 interrupted; with
--detailed-exitcode, 2 is something to do.";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(init::Init),
    Validate(validate::Validate),
    Plan(plan::Plan),
    Apply(apply::Apply),
    Drift(drift::Drift),
    Inventory(inventory::Hosts),
    Inputs(inputs::Inputs),
    Explain(explain::Explain),
    #[cfg(feature = "aws")]
    Verify(verify::Verify),
    History(history::History),
    Doctor(doctor::Doctor),
    ForceUnlock(force_unlock::ForceUnlock),
    State(state::State),
    #[cfg(feature = "aws")]
    Backend(backend::Backend),
    Schema(schema::Schema),
    Completions(completions::Completions),
}
