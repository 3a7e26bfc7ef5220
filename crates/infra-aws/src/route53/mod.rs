//! Route 53: zones, the records in them, and changing those in one batch.

mod batch;
mod records;
mod zones;

pub use batch::{Batch, apply, settled};
pub use records::records;
pub use zones::{Zone, ZoneError, zone, zone_with_id};
