//! Terraform's and OpenTofu's own documents, typed.

mod action;
mod address;
mod change;
mod configuration;
mod plan;
pub(crate) mod state;
mod stream;

pub use action::Actions;
pub(crate) use address::step as address_step;
pub use address::{Address, InstanceKey};
pub use change::{Change, Mask, Mode, ResourceChange};
pub use configuration::{ConfigModule, ConfigOutput, ConfigResource, Configuration, ModuleCall};
pub use plan::{
    ActionInvocation, Check, CheckAddress, CheckInstance, CheckProblem, DeferredChange, Plan,
    RelevantAttribute,
};
pub use state::{Object, Output, Resource, State};
pub use stream::{
    ChangeSummary, Diagnostic, Hook, Message, MessageKind, Operation, Stream, StreamChange,
    StreamOutput,
};
