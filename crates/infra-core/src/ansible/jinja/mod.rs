//! As much of Jinja as it takes to see what a template reads.
//!
//! Code that this reader doesn't understand is kept as text, and whatever it mentions
//! counts as read in the widest sense.

mod expr;
mod parse;
mod reads;
mod scan;
mod tokens;

pub(crate) use expr::{Access, Expr, access, chain, defaults};
pub(crate) use reads::{Found, LookupCall, find};
pub(crate) use scan::{
    Lines, Scan, is_template, openings, pieces, scan_at, scan_expression, scan_file, scan_template,
};
pub(crate) use tokens::{identifiers, qualified_names};
