//! Static names for hosts: which records a stack wants, and what must change so that Route 53
//! has them.
//!
//! [`targets`] says where each name should lead by the state; [`compare`] looks at the records
//! of a zone and says what to do. Nothing here asks anybody.

mod change;
mod compare;
mod ownership;
mod target;

pub use change::{DnsAction, DnsChange};
pub use compare::{Zone, ZoneDiff, compare};
pub use ownership::Owner;
pub use target::{DnsError, Target, targets};
