//! The picture: time and memory against the size of the fleet.
//!
//! - `scale` turns figures into places, `panel` draws one small plot, `page` puts them
//!   together.

mod page;
mod panel;
mod scale;

pub(super) use page::draw;
