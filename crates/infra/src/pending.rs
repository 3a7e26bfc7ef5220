//! What an operation of a port gives back.

use std::pin::Pin;

/// A result that may take a while, in a form that trait objects can return. The futures
/// stay on one thread: children must be started by the thread that outlives them.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;
