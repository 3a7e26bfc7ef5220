//! Tests of the crate as its users see it, one module per feature.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod ansible_closure;
mod ansible_fingerprint;
