//! Answers for people. Every function here is pure: from a value to the text of a page,
//! with styles that are dropped later where they don't belong. All text that came from
//! outside is escaped here.

mod applied;
#[cfg(feature = "aws")]
mod backend;
mod changes;
mod checked;
mod consequences;
mod count;
mod diagnosis;
mod difference;
mod dns;
mod drift;
mod explanation;
mod failure;
mod history;
mod initialised;
mod inputs;
mod inventory;
mod lock;
mod names;
mod outcomes;
mod page;
mod plan;
mod playbooks;
mod saved;
mod skipped;
mod state;
#[cfg(feature = "aws")]
mod table;
mod validation;
mod verdict;
#[cfg(feature = "aws")]
mod verified;

pub(crate) use applied::applied;
#[cfg(feature = "aws")]
pub(crate) use backend::backend;
pub(crate) use checked::checked;
pub(crate) use count::count;
pub(crate) use diagnosis::diagnosis;
pub(crate) use drift::drift;
pub(crate) use explanation::explanation;
pub(crate) use failure::{failure, failure_lines};
pub(crate) use history::{history, verification};
pub(crate) use initialised::initialised;
pub(crate) use inputs::inputs;
pub(crate) use lock::{holder, unlocked};
pub(crate) use page::Detail;
pub(crate) use plan::plan;
pub(crate) use saved::saved;
pub(crate) use skipped::not_hosts;
#[cfg(feature = "aws")]
pub(crate) use state::state_versions;
pub(crate) use state::{backup, restored, state_difference};
pub(crate) use validation::validation;
#[cfg(feature = "aws")]
pub(crate) use verified::verified;
