//! The process edge of `infra`: Terraform and OpenTofu, Ansible and ssh.
//!
//! - [`process`] runs one child: what to run is plain data ([`process::Invocation`]), a
//!   [`process::Runner`] runs it and stops it in order when somebody asks.
//! - [`tools`] finds the programs and their versions.
//! - [`terraform`], [`ansible`] and [`ssh`] say what each of them is asked, under which
//!   settings, and what its answers mean.
//! - [`health`] probes what was configured; [`rundir`] keeps the files of a run private.
//!
//! Nothing here prints or exits. Exit codes are data; errors say what happened and carry
//! hints ([`infra_core::hint::Hint`]).

pub mod ansible;
pub mod escape;
pub mod health;
pub mod process;
pub mod rundir;
pub mod ssh;
pub mod terraform;
pub mod tools;
