//! Tasks with `run_once`, whose results all hosts of the play get.
//!
//! `get_task_hosts` of `plugins/strategy/__init__.py`: what such a task registers or sets as
//! facts is set for all hosts, though it ran with the variables of one, the first of the play
//! or of those that `--limit` leaves. So what any host of the play has of those variables can
//! decide for all of them.

use std::sync::Arc;

use super::Walker;
use super::context::Context;
use crate::ansible::reads::{HostSelection, Names};
use crate::ansible::source::{Analysis, analyse_node};
use crate::ansible::yaml::Node;

impl Walker<'_> {
    /// Notes what the result of a task depends on, if all hosts get it.
    pub(super) fn result_for_all(&mut self, context: &Context, task: &Arc<Node>, action: &str) {
        if !context.keywords.once || task.get("register").is_none() && !sets_facts(action) {
            return;
        }
        let (analysis, _, _) = analyse_node(task);
        let names = if reads_templates(&analysis, action) {
            Names::All
        } else {
            analysis.found.reads.variables
        };
        if let Some(play) = self.plays.get_mut(context.play) {
            let reads = &mut play.inputs.reads;
            self.grew |= reads.add_hostvar(HostSelection::OneOfPlay, &names);
        }
    }
}

/// Whether a play, a block or a task says that one host runs it for all.
pub(super) fn runs_once(node: &Node) -> bool {
    (node.get("run_once")).is_some_and(|once| once.as_bool() != Some(false))
}

/// Whether what an action returns are variables.
fn sets_facts(action: &str) -> bool {
    let name = action.rsplit('.').next().unwrap_or(action);
    matches!(name, "set_fact" | "include_vars" | "setup") || name.ends_with("_facts")
}

/// Whether a task reads variables in a file of which this doesn't tell them.
fn reads_templates(analysis: &Analysis, action: &str) -> bool {
    let is_template = |name: &str| name.rsplit('.').next() == Some("template");
    let mut lookups = (analysis.found.lookups.iter()).filter_map(|call| call.plugin.as_deref());
    is_template(action) || lookups.any(is_template)
}
