//! First contact with a host: from a closed port to a finished boot.

mod cloud_init;
mod contact;
mod contact_error;
mod login;
mod options;
mod resolve;
mod target;
mod together;

pub use cloud_init::CloudInit;
pub use contact::{Contact, ContactEvent, ContactSink, Phase, Ready};
pub use contact_error::ContactError;
pub use options::{HostKeys, KEEP_ALIVE, host_key_alias};
pub use target::{InvalidTarget, Target};
pub(crate) use together::together;
