//! The names and functions that an expression uses, found without evaluating it.

use std::ops::Range;

use hcl::edit::Span;
use hcl::edit::expr::{Expression, ForExpr, FuncCall, FuncName, Traversal, TraversalOperator};
use hcl::edit::template::ForDirective;
use hcl::edit::visit::{self, Visit};

/// A name in an expression, and where it stands.
pub(super) struct Use {
    pub(super) name: String,
    pub(super) span: Range<usize>,
}

/// What an expression uses, in the order of the text. Names that a `for` binds are left out.
#[derive(Default)]
pub(super) struct Uses {
    pub(super) names: Vec<Use>,
    pub(super) functions: Vec<Use>,
    /// The members of `resource` that are asked for
    pub(super) resource_members: Vec<Use>,
    /// The attributes of `self` that are asked for by name
    self_members: Vec<String>,
    bound: Vec<String>,
}

impl Uses {
    pub(super) fn of(expr: &Expression) -> Self {
        let mut uses = Self::default();
        uses.visit_expr(expr);
        uses
    }

    /// Whether the value depends on the resource.
    pub(super) fn resource(&self) -> bool {
        self.names
            .iter()
            .any(|used| matches!(used.name.as_str(), "self" | "resource" | "host"))
    }

    /// The attributes of `self` that the value depends on; none where it may be any of them.
    pub(super) fn self_attributes(self) -> Option<Vec<String>> {
        let uses = self.names.iter().filter(|used| used.name == "self").count();
        (uses == self.self_members.len()).then_some(self.self_members)
    }

    fn is_bound(&self, name: &str) -> bool {
        self.bound.iter().any(|bound| bound == name)
    }

    fn within(&mut self, names: impl IntoIterator<Item = String>, visit: impl FnOnce(&mut Self)) {
        let outside = self.bound.len();
        self.bound.extend(names);
        visit(self);
        self.bound.truncate(outside);
    }
}

impl Visit for Uses {
    fn visit_expr(&mut self, expr: &Expression) {
        if let Expression::Variable(name) = expr {
            if !self.is_bound(name.value().as_str()) {
                let span = expr.span().or_else(|| name.span()).unwrap_or(0..0);
                self.names.push(Use {
                    name: name.value().to_string(),
                    span,
                });
            }
        } else {
            visit::visit_expr(self, expr);
        }
    }

    fn visit_func_call(&mut self, call: &FuncCall) {
        let span = call.name.name.span().unwrap_or(0..0);
        self.functions.push(Use {
            name: called(&call.name),
            span,
        });
        visit::visit_func_call(self, call);
    }

    fn visit_traversal(&mut self, traversal: &Traversal) {
        if let (Expression::Variable(name), Some(step)) =
            (&traversal.expr, traversal.operators.first())
            && let ("resource", TraversalOperator::GetAttr(member)) =
                (name.value().as_str(), step.value())
        {
            let span = step.span().unwrap_or(0..0);
            self.resource_members.push(Use {
                name: member.value().to_string(),
                span,
            });
        }
        if let (Expression::Variable(name), Some(step)) =
            (&traversal.expr, traversal.operators.first())
            && name.value().as_str() == "self"
            && !self.is_bound("self")
        {
            let member = match step.value() {
                TraversalOperator::GetAttr(member) => Some(member.value().as_str()),
                TraversalOperator::Index(index) => index.as_str(),
                _ => None,
            };
            self.self_members.extend(member.map(str::to_owned));
        }
        visit::visit_traversal(self, traversal);
    }

    fn visit_for_expr(&mut self, expr: &ForExpr) {
        self.visit_expr(&expr.intro.collection_expr);
        let names = expr
            .intro
            .key_var
            .iter()
            .chain([&expr.intro.value_var])
            .map(|name| name.value().to_string());
        self.within(names, |uses| {
            if let Some(key) = &expr.key_expr {
                uses.visit_expr(key);
            }
            uses.visit_expr(&expr.value_expr);
            if let Some(condition) = &expr.cond {
                uses.visit_expr(&condition.expr);
            }
        });
    }

    fn visit_for_directive(&mut self, directive: &ForDirective) {
        let start = &directive.for_expr;
        self.visit_expr(&start.collection_expr);
        let names = start
            .key_var
            .iter()
            .chain([&start.value_var])
            .map(|name| name.value().to_string());
        self.within(names, |uses| uses.visit_template(&start.template));
    }
}

/// A function's name as it is written, with its namespace.
pub(super) fn called(name: &FuncName) -> String {
    let parts: Vec<&str> = name
        .namespace
        .iter()
        .chain([&name.name])
        .map(|part| part.value().as_str())
        .collect();
    parts.join("::")
}
