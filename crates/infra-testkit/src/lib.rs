//! Environments for the end-to-end tests and the demo.
//!
//! Nothing here knows the insides of `infra`: it is run as a person runs it, beside real
//! Terraform and real Ansible, against a simulated AWS.
//!
//! ```no_run
//! use infra_testkit::{Project, Simulator};
//!
//! let aws = Simulator::start();
//! let project = Project::federation(&aws);
//! project.infra(["apply", "--auto-approve"]).succeeds();
//! aws.restart_all();
//! assert_eq!(project.infra_json(["plan"])["verdict"], "nothing");
//! ```

#![expect(
    clippy::missing_panics_doc,
    reason = "a fixture that fails ends its test, and says why"
)]

mod binary;
mod boto;
mod files;
mod http;
pub mod invariant;
mod machine;
mod normalise;
mod output;
mod project;
mod run;
mod simulator;
mod store;
mod strike;
mod tools;
mod wait;
mod workshop;

pub use binary::{cargo, infra_binary};
pub use files::copy_tree;
pub use machine::{Cut, Machine};
pub use normalise::Normaliser;
pub use output::CommandOutput;
pub use project::Project;
pub use run::{Run, Running, kill};
pub use rustix::process::Signal;
pub use simulator::{HostNetwork, Request, Simulator, aws_environment};
pub use store::{Item, Object, Store, Version};
pub use strike::Strike;
pub use tools::{Tools, target_directory, workspace_root};
pub use wait::wait_until;
pub use workshop::{Blow, Outcome, RequestFault, Workshop};
