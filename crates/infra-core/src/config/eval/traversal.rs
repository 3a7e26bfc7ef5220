//! Attributes, indexes and splats: `self.tags.Name`, `list[0]`, `list[*].id`.

use hcl::edit::Decorated;
use hcl::edit::expr::{Expression, Traversal, TraversalOperator};

use super::error::EvalProblem;
use super::machine::{Locals, Machine, Outcome};
use super::value::{Val, number_of, text_of};
use crate::json::Value;

type Steps<'e> = &'e [Decorated<TraversalOperator>];

impl<'e> Machine<'e> {
    pub(super) fn traverse(
        &self,
        traversal: &'e Traversal,
        locals: Option<&Locals<'_, 'e>>,
    ) -> Outcome<Val<'e>> {
        let value = self.eval(&traversal.expr, locals)?;
        self.walk(value, &traversal.operators, locals)
    }

    fn walk(
        &self,
        mut value: Val<'e>,
        mut steps: Steps<'e>,
        locals: Option<&Locals<'_, 'e>>,
    ) -> Outcome<Val<'e>> {
        while let Some((step, rest)) = steps.split_first() {
            steps = rest;
            value = match step.value() {
                TraversalOperator::GetAttr(name) => self.attribute(value, name.as_str(), step)?,
                TraversalOperator::LegacyIndex(index) => {
                    self.index(value, &Value::Number(index.to_string().into()), step)?
                }
                TraversalOperator::Index(expr) => {
                    let index = self.eval(expr, locals)?;
                    self.check_index(index.get(), expr)?;
                    self.index(value, index.get(), step)?
                }
                // `[*]` applies all that follows to each element.
                TraversalOperator::FullSplat(_) => {
                    let (inner, after) = (rest, &rest[rest.len()..]);
                    steps = after;
                    self.splat(value, inner, locals)?
                }
                // `.*` applies only the attributes that follow; an index is of the result.
                TraversalOperator::AttrSplat(_) => {
                    let attributes = rest
                        .iter()
                        .take_while(|step| matches!(step.value(), TraversalOperator::GetAttr(_)))
                        .count();
                    let (inner, after) = rest.split_at(attributes);
                    steps = after;
                    self.splat(value, inner, locals)?
                }
            };
        }
        Ok(value)
    }

    /// A list gives one result per element, null none, and anything else is a list of one.
    fn splat(
        &self,
        value: Val<'e>,
        inner: Steps<'e>,
        locals: Option<&Locals<'_, 'e>>,
    ) -> Outcome<Val<'e>> {
        let elements = match value.get() {
            Value::Null => Vec::new(),
            Value::Array(_) => value.into_elements().unwrap_or_default(),
            _ => vec![value],
        };
        let mut results = Vec::with_capacity(elements.len());
        for element in elements {
            results.push(self.walk(element, inner, locals)?.own());
        }
        Ok(Value::Array(results).into())
    }

    fn attribute(
        &self,
        value: Val<'e>,
        name: &str,
        step: &Decorated<TraversalOperator>,
    ) -> Outcome<Val<'e>> {
        match value.get() {
            Value::Object(_) | Value::Null => value
                .into_member(name)
                .map_or_else(|| self.missing(format!("attribute {name:?}"), step), Ok),
            other => {
                let problem = EvalProblem::WrongType {
                    what: format!("what has an attribute {name:?}"),
                    expected: "an object",
                    found: other.kind(),
                };
                let mut error = self.fail(step, problem);
                if matches!(other, Value::Array(_)) {
                    error.hints.push(format!(
                        "`[0].{name}` is that of the first element, `[*].{name}` those of all"
                    ));
                }
                Err(error)
            }
        }
    }

    fn index(
        &self,
        value: Val<'e>,
        index: &Value<'_>,
        step: &Decorated<TraversalOperator>,
    ) -> Outcome<Val<'e>> {
        let shown = format!("element [{index}]");
        match value.get() {
            Value::Null => self.missing(shown, step),
            Value::Object(_) => {
                let found = text_of(index).and_then(|key| value.into_member(&key));
                found.map_or_else(|| self.missing(shown, step), Ok)
            }
            Value::Array(_) => {
                let Some(position) = number_of(index) else {
                    return Err(
                        self.fail(step, index_type("the index of a list", "a number", index))
                    );
                };
                let position = position
                    .to_i64()
                    .and_then(|position| usize::try_from(position).ok());
                let found = position.and_then(|position| value.into_element(position));
                found.map_or_else(|| self.missing(shown, step), Ok)
            }
            other => Err(self.fail(
                step,
                index_type("what is indexed", "a list or an object", other),
            )),
        }
    }

    fn check_index(&self, index: &Value<'_>, expr: &Expression) -> Outcome<()> {
        match index {
            Value::Number(_) | Value::String(_) => Ok(()),
            other => Err(self.mistyped(expr, "an index", "a number or a string", other)),
        }
    }

    /// What isn't there is null, except in `try` and `can`.
    fn missing(&self, what: String, step: &Decorated<TraversalOperator>) -> Outcome<Val<'e>> {
        if self.strict.get() {
            Err(self.fail(step, EvalProblem::Missing { what }))
        } else {
            Ok(Value::Null.into())
        }
    }
}

fn index_type(what: &str, expected: &'static str, found: &Value<'_>) -> EvalProblem {
    EvalProblem::WrongType {
        what: what.to_owned(),
        expected,
        found: found.kind(),
    }
}
