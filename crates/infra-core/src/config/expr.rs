//! An HCL expression that is evaluated once per resource.

use std::sync::Arc;

use hcl::edit::Span;
use hcl::edit::expr::Expression;

use crate::config::error::ConfigErrors;
use crate::config::eval::{EvalError, Scope, evaluate};
use crate::config::source::Source;
use crate::config::syntax;
use crate::config::uses::Uses;
use crate::json::Value;

/// An expression of `infra.hcl`, with its place in the file for messages.
#[derive(Debug, Clone)]
pub struct Expr {
    /// The parsed expression
    pub(crate) syntax: Expression,
    /// The file it stands in
    source: Arc<Source>,
    /// The line it starts on, from 1
    pub line: usize,
    /// The column it starts at, from 1
    pub column: usize,
}

impl Expr {
    pub(in crate::config) fn new(syntax: Expression, source: Arc<Source>) -> Self {
        let (line, column) = source.position(syntax.span().unwrap_or(0..0).start);
        Self {
            syntax,
            source,
            line,
            column,
        }
    }

    /// Reads one expression, such as `self.tags.Name`, from a text of its own.
    pub fn parse(text: &str) -> Result<Self, ConfigErrors> {
        let source = Source::new("expression", text.trim());
        match syntax::parse_expr(&source) {
            Ok(syntax) => Ok(Self::new(syntax, source)),
            Err(error) => Err(ConfigErrors(vec![*error])),
        }
    }

    /// Computes the value in `scope`.
    ///
    /// An attribute or element that isn't there is null, as is any attribute of null:
    /// resources of one type differ in what they have. Inside `try` and `can` it is an
    /// error, so that `try(self.tags.Role, "none")` is `"none"` without such a tag.
    pub fn eval(&self, scope: &Scope<'_>) -> Result<Value<'static>, EvalError> {
        evaluate(&self.syntax, &self.source, scope)
    }

    /// Whether the value can differ between resources: whether the expression uses `self`
    /// or `resource`.
    pub fn depends_on_self(&self) -> bool {
        Uses::of(&self.syntax).resource()
    }

    /// The attributes of `self` that the value depends on; none where it may be any of them,
    /// as where `self` is handed to a function.
    pub fn self_attributes(&self) -> Option<Vec<String>> {
        Uses::of(&self.syntax).self_attributes()
    }

    /// The expression as it is written in the file.
    pub fn text(&self) -> &str {
        self.syntax
            .span()
            .and_then(|span| self.source.text().get(span))
            .unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_attributes_of_self_are_known_unless_it_is_used_as_a_whole() {
        let of = |text: &str| Expr::parse(text).unwrap().self_attributes();
        let named = |names: &[&str]| Some(names.iter().map(ToString::to_string).collect());
        assert_eq!(of("self.tags.Name"), named(&["tags"]));
        assert_eq!(
            of(r#"try(self["public_ip"], "${self.private_ip}")"#),
            named(&["public_ip", "private_ip"])
        );
        assert_eq!(
            of("[for tag in self.tags : self.nic[tag].ip]"),
            named(&["tags", "nic"])
        );
        assert_eq!(of("[for self in resource.key : self.x]"), named(&[]));
        for whole in [
            "self",
            "keys(self)",
            "self[resource.name]",
            "self.*.x",
            "[self.a, self]",
        ] {
            assert_eq!(of(whole), None, "{whole}");
        }
    }
}
