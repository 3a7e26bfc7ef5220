//! The reference stack on booted hosts, from end to end.

#![expect(
    clippy::unwrap_used,
    reason = "a value that isn't there fails the test, as it should"
)]

mod bad_input;
mod checkout;
mod federation;
mod hosts;
mod instances;
mod names_and_balancer;
mod other_family;
