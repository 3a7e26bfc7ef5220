//! Answers for people. Every function here is pure: from a value to the text of a page,
//! with styles that are dropped later where they don't belong. All text that came from
//! outside is escaped here.

mod changes;
mod count;
mod difference;
mod drift;
mod failure;
mod inventory;
mod names;
mod page;
mod plan;
mod playbooks;
mod verdict;

pub(crate) use drift::drift;
pub(crate) use failure::{failure, failure_lines};
pub(crate) use page::Detail;
pub(crate) use plan::plan;
