//! Terraform and Ansible run as one change.
//!
//! A stack is one Terraform root module and the playbooks that configure what it makes. This
//! crate answers three questions about a stack, each with its reasons, and acts on the
//! answers:
//!
//! 1. **Does Terraform have anything to do?** Drift that a rule expects, and what follows
//!    from it alone, is told apart from real change.
//! 2. **Did the inventory change?** The Ansible inventory is a pure function of Terraform
//!    state: the same state gives the same bytes.
//! 3. **Which playbooks must run, on which hosts?** A playbook runs on a host when one of its
//!    inputs changed since it last succeeded there, and else it does not.
//!
//! # How it is laid out
//!
//! Everything up to the decision is a pure function of documents and lives in [`core`]; the
//! processes live in [`exec`]. This crate joins the two with the file system: a [`Project`]
//! is opened, [`plan()`] decides, [`apply()`] carries out, and the modules of [`verbs`] answer
//! single questions, such as [`drift`](verbs::drift), [`inventory`](verbs::inventory) and
//! [`explain`](verbs::explain). All that a run remembers is in the [`ledger`]; the run
//! [`lock`] keeps two runs apart.
//!
//! The library never prints and never exits. What happens is told to an
//! [`Observer`](event::Observer) as it happens; what a verb answers is a value that serialises
//! as the JSON document of the command line; errors carry
//! [hints](infra_core::hint::Hint) on what to do.
//!
//! Everything runs on one thread: futures here are not [`Send`], because a child process gets
//! a signal when the thread that started it ends. Use Tokio's current-thread runtime.
//!
//! # A decision from recorded documents
//!
//! With no process, no network and no clock:
//!
//! ```
//! use infra::core::config::Config;
//! use infra::core::document::read_plan;
//! use infra::core::drift::{Class, DriftRules, analyse};
//! use infra::core::inventory::{BuildOptions, build};
//!
//! let config = Config::parse(include_str!("../examples/embed/infra.hcl"), "infra.hcl")?;
//! let stack = &config.stacks["web"];
//! let plan = read_plan(include_str!("../examples/embed/plan.json"))?;
//!
//! // The instance was restarted and has a new address, which a rule expects.
//! let today = "2026-01-01".parse()?;
//! let analysis = analyse(&plan, &DriftRules::compile(&stack.drift)?, today);
//! assert_eq!(analysis.drift.drift[0].class, Class::Benign);
//! assert!(analysis.is_nothing());
//!
//! // The inventory has the new address: the plan holds what its refresh found.
//! let built = build(&plan.prior_state()?, &stack.inventory, BuildOptions::default())?;
//! let host = &built.inventory.hosts["web-1"];
//! assert_eq!(host.vars["ansible_host"].as_str(), Some("198.51.100.7"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The example `embed` goes on from here: it opens a project, decides about its playbooks
//! and listens to the events.
//!
//! # Features
//!
//! - `aws`, not by default: the ledger and the run lock in S3 and DynamoDB. Whoever doesn't
//!   ask for it compiles no SDK of AWS.

#![cfg_attr(
    not(feature = "aws"),
    allow(
        clippy::unused_async,
        clippy::unused_self,
        reason = "who looks after nothing shared waits for nothing and knows nothing"
    )
)]

mod ansible_run;
pub mod apply;
mod causes;
mod conceal;
mod context;
pub mod dns;
pub mod event;
pub mod files;
mod host_variables;
pub mod input_cache;
pub mod ledger;
mod localhost;
pub mod lock;
mod locked;
mod pending;
pub mod place;
pub mod plan;
mod project;
mod reach;
mod secret_key;
mod sections;
pub mod state_guard;
pub mod tools;
pub mod verbs;

pub use apply::apply;
pub use context::Context;
#[cfg(feature = "aws")]
pub use infra_aws as aws;
pub use infra_core as core;
pub use infra_exec as exec;
pub use pending::Pending;
pub use plan::plan;
pub use project::{FILE_NAME, Open, OpenError, Project};
