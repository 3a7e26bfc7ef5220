//! Expressions that are evaluated per resource, checked as far as that goes without one.

use hcl::edit::expr::Expression;

use super::reader::Reader;
use crate::config::Expr;
use crate::config::error::Problem;
use crate::config::eval::{
    EvalProblem, RESOURCE_MEMBERS, function_names, is_function, unknown_hint,
};
use crate::config::uses::Uses;
use crate::hint::did_you_mean;

impl Reader {
    /// Keeps an expression for later, and reports names and functions that don't exist.
    pub(super) fn expression(&self, syntax: &Expression) -> Expr {
        self.expression_of(syntax, &["self", "resource"])
    }

    /// The same where these are the names that an expression may use.
    pub(super) fn expression_of(&self, syntax: &Expression, known: &[&str]) -> Expr {
        let expr = Expr::new(syntax.clone(), self.source.clone());
        let uses = Uses::of(syntax);
        let mut sound = true;
        for used in &uses.names {
            if !known.contains(&used.name.as_str()) {
                sound = false;
                let hint = if is_function(&used.name) {
                    format!("to call the function, write {}(…)", used.name)
                } else {
                    match did_you_mean(&used.name, known.iter().copied()) {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None => format!(
                            "write self.{0} for an attribute of the resource, \"{0}\" for a string",
                            used.name
                        ),
                    }
                };
                let problem = Problem::Expression(EvalProblem::UnknownName {
                    name: used.name.clone(),
                });
                self.report(used.span.clone(), problem, [hint]);
            }
        }
        for used in &uses.functions {
            if !is_function(&used.name) {
                sound = false;
                let hint = unknown_hint(&used.name).unwrap_or_else(|| {
                    format!(
                        "the functions are {}",
                        function_names().collect::<Vec<_>>().join(", ")
                    )
                });
                let problem = Problem::Expression(EvalProblem::UnknownFunction {
                    name: used.name.clone(),
                });
                self.report(used.span.clone(), problem, [hint]);
            }
        }
        for used in &uses.resource_members {
            if !RESOURCE_MEMBERS.contains(&used.name.as_str()) {
                let meant = did_you_mean(&used.name, RESOURCE_MEMBERS)
                    .map(|meant| format!("did you mean `{meant}`?"));
                let all = format!(
                    "`resource` has {}; attributes of the resource are in `self`",
                    RESOURCE_MEMBERS.join(", ")
                );
                let problem = Problem::Expression(EvalProblem::UnknownName {
                    name: format!("resource.{}", used.name),
                });
                self.report(used.span.clone(), problem, meant.into_iter().chain([all]));
            }
        }
        // What depends on no resource can be tried now.
        if sound && !uses.resource() {
            let _value = self.constant(syntax);
        }
        expr
    }
}
