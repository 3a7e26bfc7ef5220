//! The reference stack on booted hosts, from end to end.

mod hosts;
