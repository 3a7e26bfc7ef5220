//! Expressions of a `hosts` or `dns` block, evaluated so that what is sensitive is noticed.

use crate::config::{Expr, Scope};
use crate::json::Value;
use crate::terraform::Mask;

use super::InventoryError;

/// Evaluates expressions for one resource.
pub(crate) struct Evaluator<'v> {
    address: &'v str,
    scope: Scope<'v>,
    /// The values with null, and with empty strings, for those that are sensitive; none
    /// where nothing is
    redacted: Vec<Value<'v>>,
    resource: &'v Value<'v>,
    /// The name of the host, where that is known
    host: Option<&'v Value<'v>>,
}

impl<'v> Evaluator<'v> {
    pub(crate) fn new(
        address: &'v str,
        values: &'v Value<'v>,
        mask: Option<&Mask<'_>>,
        resource: &'v Value<'v>,
    ) -> Self {
        Self {
            address,
            scope: scope(values, resource),
            redacted: mask.map_or_else(Vec::new, |mask| {
                [Value::Null, Value::from("")]
                    .iter()
                    .map(|blank| redact(values, &mask.0, blank))
                    .collect()
            }),
            resource,
            host: None,
        }
    }

    /// The same for expressions that may use the name of the host, as `host`.
    pub(crate) fn with_host(self, host: &'v Value<'v>) -> Self {
        Self {
            scope: self.scope.with("host", host),
            host: Some(host),
            ..self
        }
    }

    /// The value of `expr`, whatever it reads.
    pub(super) fn unguarded(
        &self,
        expr: &Expr,
        attribute: &str,
    ) -> Result<Value<'static>, InventoryError> {
        self.within(&self.scope, expr, attribute)
    }

    /// The value of `expr`, which must not depend on anything sensitive.
    ///
    /// It does depend on it if it has another value, or none, where the sensitive parts
    /// are null or empty. So `try(self.password, "") != ""` is found, and `self.public_ip` of a
    /// resource with a password somewhere else is not.
    pub(super) fn guarded(
        &self,
        expr: &Expr,
        attribute: &str,
    ) -> Result<Value<'static>, InventoryError> {
        let value = self.within(&self.scope, expr, attribute)?;
        let differs = |redacted: &Value<'_>| {
            let scope = scope(redacted, self.resource);
            let scope = match self.host {
                Some(host) => scope.with("host", host),
                None => scope,
            };
            !self
                .within(&scope, expr, attribute)
                .is_ok_and(|other| other == value)
        };
        if self.redacted.iter().any(differs) {
            return Err(InventoryError::Sensitive {
                resource: self.address.to_owned(),
                attribute: attribute.to_owned(),
                line: expr.line,
            });
        }
        Ok(value)
    }

    /// The text that `expr` gives; None where it is null or empty, which providers write
    /// for what is not set.
    pub(crate) fn text(
        &self,
        expr: &Expr,
        attribute: &str,
    ) -> Result<Option<String>, InventoryError> {
        match self.guarded(expr, attribute)? {
            Value::Null => Ok(None),
            Value::String(text) | Value::Number(text) => {
                Ok(Some(text.into_owned()).filter(|text| !text.is_empty()))
            }
            other => Err(self.invalid(expr, attribute, "a string", &other)),
        }
    }

    /// The error of a value that is not what the attribute must be.
    pub(super) fn invalid(
        &self,
        expr: &Expr,
        attribute: &str,
        expected: &'static str,
        found: &Value<'_>,
    ) -> InventoryError {
        InventoryError::Invalid {
            resource: self.address.to_owned(),
            attribute: attribute.to_owned(),
            line: expr.line,
            expected,
            // `when` may have read a secret: only its kind is told.
            found: match found {
                Value::String(text) if attribute != "when" => format!("{text:?}"),
                other => other.kind().to_owned(),
            },
        }
    }

    fn within(
        &self,
        scope: &Scope<'_>,
        expr: &Expr,
        attribute: &str,
    ) -> Result<Value<'static>, InventoryError> {
        expr.eval(scope).map_err(|source| InventoryError::Eval {
            resource: self.address.to_owned(),
            attribute: attribute.to_owned(),
            line: expr.line,
            source: Box::new(source),
        })
    }
}

fn scope<'v>(values: &'v Value<'v>, resource: &'v Value<'v>) -> Scope<'v> {
    Scope::new().with("self", values).with("resource", resource)
}

/// `value` with `blank` for all that `mask` covers.
fn redact<'a>(value: &Value<'a>, mask: &Value<'_>, blank: &Value<'a>) -> Value<'a> {
    match (value, mask) {
        (_, Value::Bool(true)) => blank.clone(),
        (Value::Object(members), Value::Object(masks)) => Value::Object(
            members
                .iter()
                .map(|(key, member)| {
                    let mask = masks.get(key.as_ref()).unwrap_or(&Value::Null);
                    (key.clone(), redact(member, mask, blank))
                })
                .collect(),
        ),
        (Value::Array(items), Value::Array(masks)) => items
            .iter()
            .enumerate()
            .map(|(at, item)| redact(item, masks.get(at).unwrap_or(&Value::Null), blank))
            .collect(),
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_mask_covers_becomes_null() {
        let value = Value::parse(r#"{"a":1,"b":[{"c":2,"d":3}],"e":{"f":4}}"#).unwrap();
        let mask = Value::parse(r#"{"b":[{"d":true}],"e":true,"a":false}"#).unwrap();
        assert_eq!(
            redact(&value, &mask, &Value::Null).to_string(),
            r#"{"a":1,"b":[{"c":2,"d":null}],"e":null}"#
        );
    }
}
