//! What a state says of its hosts, beside what EC2, Route 53 and the hosts themselves say.
//!
//! [`subjects`] reads the state, [`compare`] judges one host. Nothing here asks anybody.

mod compare;
mod report;
mod state_record;
mod subject;

pub use compare::{Found, Records, Verdict, compare};
pub use report::{DnsSide, Ec2Side, Row, Source, Stale, Summary, VerifyReport};
pub use subject::{InstanceRef, RecordRef, Subject, subjects};
