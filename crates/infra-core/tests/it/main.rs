//! Tests of the crate as its users see it, one module per feature.

mod ansible_closure;
mod ansible_fingerprint;
