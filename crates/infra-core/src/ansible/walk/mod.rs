//! Following a playbook.
use super::closure::Closure;
use super::request::{ClosureError, Request};
/// Finds the inputs of a playbook.
pub fn closure(request: &Request<'_>) -> Result<Closure, ClosureError> {
    if request.tree.kind(&request.playbook)?.is_none() {
        return Err(ClosureError::NoPlaybook(request.playbook.clone()));
    }
    Ok(Closure::default())
}
