//! An HCL expression that is evaluated once per resource.

/// An expression of `infra.hcl`, with its place in the file for messages.
#[derive(Debug, Clone)]
pub struct Expr {
    /// The parsed expression
    pub(crate) syntax: hcl::edit::expr::Expression,
    /// The line it starts on, from 1
    pub line: usize,
    /// The column it starts at, from 1
    pub column: usize,
}
