//! What goes wrong while infra runs, and what holds nevertheless.

mod checker;
mod children;
mod disk;
mod foreign;
mod sweep;
mod untrusted;
