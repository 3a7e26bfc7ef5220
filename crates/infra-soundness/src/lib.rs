//! Whether the gate can be believed: the inputs that `infra` finds, beside the files that a
//! traced Ansible opens.
//!
//! - `case` is an Ansible tree with what is needed to run it; `foreign` is one that stands anywhere,
//!   `generated` one that a seed decides.
//! - `trace` runs the real ansible-playbook under strace, `strace` reads what that writes,
//!   `truth` makes of it what each host's run reads.
//! - `world` is the same tree as `infra` sees it, and what `infra` would decide.
//! - `compare` sets one beside the other, `mutate` does after each of thousands of changes,
//!   `report` is what comes out.

pub mod case;
pub mod compare;
pub mod foreign;
pub mod generated;
pub mod mutate;
pub mod report;
mod seeded;
mod strace;
pub mod trace;
pub mod truth;
pub mod world;
