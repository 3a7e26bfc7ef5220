//! Evaluation of HCL expressions over JSON values.
//!
//! hcl-rs has an evaluator of its own (`hcl::eval`). It evaluates the arguments of a
//! function before the call, so that `try` and `can` cannot be written, forgets where an
//! expression stands, and turns large numbers into floats. This one walks the syntax tree
//! of hcl-edit, which has places, and leaves numbers as they are written.
//!
//! The semantics are those of [Terraform's expressions][1], with one difference: an
//! attribute or element that isn't there is `null`, because resources of one type differ
//! in what they have. Inside `try` and `can` it is the error that Terraform users expect
//! there.
//!
//! [1]: https://developer.hashicorp.com/terraform/language/expressions

mod call;
mod error;
mod functions;
mod heredoc;
mod loops;
mod machine;
mod number;
mod operators;
mod scope;
mod template;
mod traversal;
mod value;

pub use error::{EvalError, EvalProblem};
pub(super) use functions::unknown_hint;
pub(super) use functions::{function_names, is_function};
pub(super) use machine::evaluate;
pub(super) use scope::RESOURCE_MEMBERS;
pub use scope::{Scope, resource_names};
