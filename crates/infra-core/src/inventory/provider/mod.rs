//! What the built-in table knows of each provider: where its virtual machines keep their
//! addresses, their name, their tags, and which other resources hold what they lack.

mod hypervisor;
mod join;
mod large;
mod regional;
mod row;

pub(super) use join::{JOINS, Join, Reference, Through};
pub(super) use row::{Row, known_types, looks_like_a_machine, make_no_hosts, row_of};
