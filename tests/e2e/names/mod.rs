//! The `dns` block: names that lead to hosts, whatever address those have.

mod ownership;
mod restart;
mod route53;
mod stack;
