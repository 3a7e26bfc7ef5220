//! `for` expressions, and the iteration that `for` directives of templates share.

use hcl::edit::expr::{Expression, ForExpr};

use super::error::EvalProblem;
use super::machine::{Locals, Machine, Outcome};
use super::value::Val;
use crate::json::{Members, Value};

impl<'e> Machine<'e> {
    pub(super) fn for_expression(
        &self,
        expr: &'e ForExpr,
        outer: Option<&Locals<'_, 'e>>,
    ) -> Outcome<Val<'e>> {
        let intro = &expr.intro;
        let pairs = self.pairs(&intro.collection_expr, outer)?;
        let key_name = intro.key_var.as_ref().map(|name| name.value().as_str());
        let mut list = Vec::new();
        let mut members = Members::new();
        for (key, value) in pairs {
            let (key, value) = Locals::bind(
                outer,
                key_name,
                key,
                intro.value_var.value().as_str(),
                value,
            );
            let key = key.as_ref();
            let locals = Locals {
                outer: key.or(outer),
                ..value
            };
            let locals = Some(&locals);
            if let Some(condition) = &expr.cond
                && !self.boolean(&condition.expr, "the `if` of a `for`", locals)?
            {
                continue;
            }
            let Some(key_expr) = &expr.key_expr else {
                list.push(self.owned(&expr.value_expr, locals)?);
                continue;
            };
            let key = self.eval(key_expr, locals)?;
            let key = self.text(key.get(), "a key of a `for`", key_expr)?;
            let value = self.owned(&expr.value_expr, locals)?;
            if expr.grouping {
                match members.get_or_null(key.into()) {
                    Value::Array(group) => group.push(value),
                    new => *new = Value::Array(vec![value]),
                }
            } else if members.contains_key(key.as_str()) {
                return Err(self.fail(key_expr, EvalProblem::RepeatedKey));
            } else {
                members.insert(key.into(), value);
            }
        }
        Ok(if expr.key_expr.is_some() {
            Value::Object(members).into()
        } else {
            Value::Array(list).into()
        })
    }

    /// The keys and values of a collection: indexes of a list, keys of an object in
    /// lexical order, as in Terraform.
    pub(super) fn pairs(
        &self,
        collection: &'e Expression,
        locals: Option<&Locals<'_, 'e>>,
    ) -> Outcome<Vec<(Val<'e>, Val<'e>)>> {
        let value = self.eval(collection, locals)?;
        match value {
            Val::Ref(Value::Object(members)) => {
                let mut pairs: Vec<_> = members
                    .iter()
                    .map(|(key, value)| (key.as_ref(), Val::Ref(value)))
                    .collect();
                pairs.sort_by_key(|(key, _)| *key);
                Ok(pairs
                    .into_iter()
                    .map(|(key, value)| (Value::from(key).into(), value))
                    .collect())
            }
            Val::Own(Value::Object(mut members)) => {
                members.sort_keys();
                Ok(members
                    .into_iter()
                    .map(|(key, value)| (Value::String(key).into(), value.into()))
                    .collect())
            }
            other if matches!(other.get(), Value::Array(_)) => {
                let elements = other.into_elements().unwrap_or_default();
                Ok(elements
                    .into_iter()
                    .enumerate()
                    .map(|(index, value)| (Value::Number(index.to_string().into()).into(), value))
                    .collect())
            }
            other => Err(self.mistyped(
                collection,
                "what `for` goes through",
                "a list or an object",
                other.get(),
            )),
        }
    }
}

impl<'l, 'e> Locals<'l, 'e> {
    /// The names of one round: that of the key, where there is one, outside that of the value.
    pub(super) fn bind(
        outer: Option<&'l Self>,
        key_name: Option<&'e str>,
        key: Val<'e>,
        value_name: &'e str,
        value: Val<'e>,
    ) -> (Option<Self>, Self) {
        let key = key_name.map(|name| Self {
            outer,
            name,
            value: key,
        });
        (
            key,
            Self {
                outer: None,
                name: value_name,
                value,
            },
        )
    }
}
