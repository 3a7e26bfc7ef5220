//! The names that an expression can use.

use crate::json::Value;

/// The names that an expression can use, and what they stand for.
///
/// ```
/// use infra_core::config::Scope;
/// use infra_core::json::Value;
///
/// let values = Value::parse(r#"{"public_ip": "192.0.2.1"}"#)?;
/// let scope = Scope::new().with("self", &values);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Scope<'a> {
    names: Vec<(&'a str, &'a Value<'a>)>,
}

impl<'a> Scope<'a> {
    /// A scope without a name: for expressions that must be constant.
    pub fn new() -> Self {
        Self::default()
    }

    /// This scope with one name more. An expression of a `hosts` block may use `self`, the
    /// values of the resource, and `resource`, made by [`resource_names`].
    #[must_use]
    pub fn with(mut self, name: &'a str, value: &'a Value<'a>) -> Self {
        self.names.push((name, value));
        self
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Value<'a>> {
        self.names
            .iter()
            .rev()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| *value)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.names.iter().map(|(name, _)| *name)
    }
}

/// Makes the value of `resource`: the parts of a resource's address in Terraform.
///
/// `resource.address` is the whole address, `resource.module` the address of the module or
/// null in the root module, `resource.type` and `resource.name` are as in the configuration,
/// and `resource.key` is the instance key: a number of `count`, a string of `for_each`, or
/// null.
pub fn resource_names<'a>(
    address: &'a str,
    module: Option<&'a str>,
    resource_type: &'a str,
    name: &'a str,
    key: Option<Value<'a>>,
) -> Value<'a> {
    let members = [
        ("address", Value::from(address)),
        ("module", module.map_or(Value::Null, Value::from)),
        ("type", Value::from(resource_type)),
        ("name", Value::from(name)),
        ("key", key.unwrap_or_default()),
    ];
    Value::Object(
        members
            .into_iter()
            .map(|(key, value)| (key.into(), value))
            .collect(),
    )
}

/// The members of `resource`, for messages and checks.
pub(in crate::config) const RESOURCE_MEMBERS: [&str; 5] =
    ["address", "module", "type", "name", "key"];
