//! The walk over the syntax tree, and its limits.

use std::cell::Cell;
use std::ops::Range;

use hcl::edit::Span;
use hcl::edit::expr::{Expression, Object, ObjectKey};

use super::error::{EvalError, EvalProblem};
use super::scope::Scope;
use super::value::{Val, bool_of, text_of};
use crate::config::source::Source;
use crate::hint::did_you_mean;
use crate::json::{Members, Value};

/// How deep an expression may be nested. The parser has a limit of its own; this one keeps
/// the walk inside the smallest stack that a thread usually has.
const MAX_DEPTH: u32 = 220;
/// How many expressions may be evaluated, loops counted each time round.
const MAX_STEPS: u64 = 1_000_000;
/// How much may be copied or made, in values and bytes of text.
const MAX_WEIGHT: u64 = 32 * 1024 * 1024;

pub(super) type Outcome<T> = Result<T, EvalError>;

/// A name that a `for` bound, and those outside it.
pub(super) struct Locals<'l, 'e> {
    pub(super) outer: Option<&'l Locals<'l, 'e>>,
    pub(super) name: &'e str,
    pub(super) value: Val<'e>,
}

/// One evaluation.
pub(super) struct Machine<'e> {
    pub(super) source: &'e Source,
    scope: &'e Scope<'e>,
    depth: Cell<u32>,
    steps: Cell<u64>,
    weight: Cell<u64>,
    /// Inside `try` or `can`, where something missing is an error rather than null
    pub(super) strict: Cell<bool>,
}

/// The value of `expr` in `scope`.
pub(in crate::config) fn evaluate(
    expr: &Expression,
    source: &Source,
    scope: &Scope<'_>,
) -> Result<Value<'static>, EvalError> {
    let machine = Machine {
        source,
        scope,
        depth: Cell::new(0),
        steps: Cell::new(0),
        weight: Cell::new(0),
        strict: Cell::new(false),
    };
    match machine.eval(expr, None) {
        Ok(value) => Ok(value.own().into_owned()),
        Err(error) => Err(error),
    }
}

impl<'e> Machine<'e> {
    pub(super) fn eval(
        &self,
        expr: &'e Expression,
        locals: Option<&Locals<'_, 'e>>,
    ) -> Outcome<Val<'e>> {
        self.steps.set(self.steps.get() + 1);
        if self.steps.get() > MAX_STEPS {
            return Err(self.fail(
                expr,
                EvalProblem::TooLarge {
                    what: "it takes more than 1,000,000 steps",
                },
            ));
        }
        if self.depth.get() >= MAX_DEPTH {
            return Err(self.fail(
                expr,
                EvalProblem::TooLarge {
                    what: "it is nested more than 220 deep",
                },
            ));
        }
        self.depth.set(self.depth.get() + 1);
        let result = self.dispatch(expr, locals);
        self.depth.set(self.depth.get() - 1);
        result
    }

    fn dispatch(&self, expr: &'e Expression, locals: Option<&Locals<'_, 'e>>) -> Outcome<Val<'e>> {
        match expr {
            Expression::Null(_) => Ok(Value::Null.into()),
            Expression::Bool(value) => Ok(Value::Bool(*value.value()).into()),
            Expression::Number(number) => Ok(literal_number(number).into()),
            Expression::String(text) => Ok(Value::from(text.value().as_str()).into()),
            Expression::Array(items) => {
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    values.push(self.owned(item, locals)?);
                }
                Ok(Value::Array(values).into())
            }
            Expression::Object(object) => self.object(object, locals),
            Expression::StringTemplate(template) => self.quoted(template, expr, locals),
            Expression::HeredocTemplate(heredoc) => self.heredoc(heredoc, expr, locals),
            Expression::Parenthesis(inner) => self.eval(inner.inner(), locals),
            Expression::Variable(name) => self.variable(name.value().as_str(), expr, locals),
            Expression::Conditional(conditional) => {
                let condition = &conditional.cond_expr;
                let holds = self.boolean(condition, "a condition", locals)?;
                self.eval(
                    if holds {
                        &conditional.true_expr
                    } else {
                        &conditional.false_expr
                    },
                    locals,
                )
            }
            Expression::FuncCall(call) => self.call(call, expr, locals),
            Expression::Traversal(traversal) => self.traverse(traversal, locals),
            Expression::UnaryOp(operation) => self.unary(operation, locals),
            Expression::BinaryOp(operation) => self.binary(operation, expr, locals),
            Expression::ForExpr(expression) => self.for_expression(expression, locals),
        }
    }

    fn object(&self, object: &'e Object, locals: Option<&Locals<'_, 'e>>) -> Outcome<Val<'e>> {
        let mut members = Members::with_capacity(object.len());
        for (key, value) in object {
            let name = match key {
                ObjectKey::Ident(name) => name.value().as_str().to_owned(),
                ObjectKey::Expression(expr) => {
                    let value = self.eval(expr, locals)?;
                    self.text(value.get(), "a key of an object", expr)?
                }
            };
            members.insert(name.into(), self.owned(value.expr(), locals)?);
        }
        Ok(Value::Object(members).into())
    }

    fn variable(
        &self,
        name: &'e str,
        expr: &'e Expression,
        locals: Option<&Locals<'_, 'e>>,
    ) -> Outcome<Val<'e>> {
        let mut innermost = locals;
        while let Some(local) = innermost {
            if local.name == name {
                if let Val::Own(value) = &local.value {
                    self.charge(value, expr)?;
                }
                return Ok(local.value.clone());
            }
            innermost = local.outer;
        }
        if let Some(value) = self.scope.get(name) {
            return Ok(Val::Ref(value));
        }
        if matches!(name, "self" | "resource") {
            let hint = "`self` and `resource` stand for one resource, in `when`, `name`, `address`, `user`, `port` \
                        and `vars` of a `hosts` block";
            return Err(self.hinted(
                expr,
                EvalProblem::NoResource {
                    name: name.to_owned(),
                },
                hint,
            ));
        }
        let mut known: Vec<&str> = self.scope.names().collect();
        let mut innermost = locals;
        while let Some(local) = innermost {
            known.push(local.name);
            innermost = local.outer;
        }
        let hint = match did_you_mean(name, known.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if known.is_empty() => format!("write a string in quotes: \"{name}\""),
            None => format!(
                "the names here are {}; a string stands in quotes",
                known.join(", ")
            ),
        };
        Err(self.hinted(
            expr,
            EvalProblem::UnknownName {
                name: name.to_owned(),
            },
            hint,
        ))
    }

    /// Evaluates to a value that a new collection can hold.
    pub(super) fn owned(
        &self,
        expr: &'e Expression,
        locals: Option<&Locals<'_, 'e>>,
    ) -> Outcome<Value<'e>> {
        let value = self.eval(expr, locals)?;
        if let Val::Ref(value) = &value {
            self.charge(value, expr)?;
        }
        Ok(value.own())
    }

    pub(super) fn boolean(
        &self,
        expr: &'e Expression,
        what: &str,
        locals: Option<&Locals<'_, 'e>>,
    ) -> Outcome<bool> {
        let value = self.eval(expr, locals)?;
        bool_of(value.get()).ok_or_else(|| self.mistyped(expr, what, "a boolean", value.get()))
    }

    pub(super) fn text(&self, value: &Value<'_>, what: &str, expr: &Expression) -> Outcome<String> {
        text_of(value).ok_or_else(|| self.mistyped(expr, what, "a string", value))
    }

    /// Counts what was made or copied, so that no expression can fill the memory.
    pub(super) fn charge(&self, value: &Value<'_>, expr: &Expression) -> Outcome<()> {
        self.weight.set(self.weight.get() + weight(value));
        if self.weight.get() > MAX_WEIGHT {
            return Err(self.fail(
                expr,
                EvalProblem::TooLarge {
                    what: "its values take more than 32 MiB",
                },
            ));
        }
        Ok(())
    }

    pub(super) fn mistyped(
        &self,
        expr: &Expression,
        what: &str,
        expected: &'static str,
        found: &Value<'_>,
    ) -> EvalError {
        let problem = EvalProblem::WrongType {
            what: what.to_owned(),
            expected,
            found: found.kind(),
        };
        let mut error = self.fail(expr, problem);
        if found.is_null() {
            error.hints.push(
                "an attribute that the resource doesn't have is null: `try(…, default)` or `coalesce(…, default)` \
                 gives it a value"
                    .to_owned(),
            );
        }
        error
    }

    pub(super) fn fail(&self, expr: &impl Span, problem: EvalProblem) -> EvalError {
        self.fail_at(expr.span().unwrap_or(0..0), problem)
    }

    pub(super) fn fail_at(&self, span: Range<usize>, problem: EvalProblem) -> EvalError {
        EvalError {
            problem,
            place: Box::new(self.source.place(span)),
            hints: Vec::new(),
        }
    }

    pub(super) fn hinted(
        &self,
        expr: &impl Span,
        problem: EvalProblem,
        hint: impl Into<String>,
    ) -> EvalError {
        let mut error = self.fail(expr, problem);
        error.hints.push(hint.into());
        error
    }
}

/// A number as it is written, but without exponent and leading zeros.
fn literal_number(number: &hcl::edit::Formatted<hcl::Number>) -> Value<'_> {
    let written = number.as_repr().map_or("", |text| text.as_ref());
    match super::number::Number::parse(written) {
        Some(_)
            if !written.trim_start_matches('-').starts_with('0')
                && !written.contains(['e', 'E']) =>
        {
            Value::Number(written.into())
        }
        Some(exact) => super::value::number_value(&exact),
        None => Value::Number(number.value().to_string().into()),
    }
}

fn weight(value: &Value<'_>) -> u64 {
    const NODE: u64 = 32;
    let length = |text: &str| text.len() as u64;
    NODE + match value {
        Value::Null | Value::Bool(_) => 0,
        Value::Number(text) | Value::String(text) => length(text),
        Value::Array(items) => items.iter().map(weight).sum(),
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| length(key) + weight(value))
            .sum(),
    }
}
