//! The configuration part of a plan: which expression of a resource refers to what.

use indexmap::IndexMap;
use serde::Deserialize;

use crate::json::{Raw, Text, nullable};
use crate::terraform::Mode;

/// `configuration`: the root module and all it calls.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Configuration<'a> {
    /// The root module
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub root_module: ConfigModule<'a>,
}

/// A module of the configuration.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ConfigModule<'a> {
    /// Its `resource` and `data` blocks
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub resources: Vec<ConfigResource<'a>>,
    /// Its `module` blocks
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub module_calls: IndexMap<Text<'a>, ModuleCall<'a>>,
    /// Its `output` blocks
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub outputs: IndexMap<Text<'a>, ConfigOutput<'a>>,
}

/// A `resource` or `data` block.
#[derive(Debug, Clone, Deserialize)]
pub struct ConfigResource<'a> {
    /// The address within its module
    #[serde(borrow, default)]
    pub address: Text<'a>,
    /// Managed or data
    #[serde(default)]
    pub mode: Mode,
    /// The resource type
    #[serde(borrow, default, rename = "type")]
    pub resource_type: Text<'a>,
    /// The resource name
    #[serde(borrow, default)]
    pub name: Text<'a>,
    /// For each argument its expression: `{"references": [...]}` or `{"constant_value": …}`;
    /// nested blocks are objects or lists of such
    #[serde(borrow, default)]
    pub expressions: Option<Raw<'a>>,
    /// The expression of `count`
    #[serde(borrow, default)]
    pub count_expression: Option<Raw<'a>>,
    /// The expression of `for_each`
    #[serde(borrow, default)]
    pub for_each_expression: Option<Raw<'a>>,
    /// The addresses in `depends_on`
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub depends_on: Vec<Text<'a>>,
    /// The `provisioner` blocks
    #[serde(borrow, default)]
    pub provisioners: Option<Raw<'a>>,
}

/// A `module` block.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ModuleCall<'a> {
    /// The expressions of its input variables
    #[serde(borrow, default)]
    pub expressions: Option<Raw<'a>>,
    /// The expression of `count`
    #[serde(borrow, default)]
    pub count_expression: Option<Raw<'a>>,
    /// The expression of `for_each`
    #[serde(borrow, default)]
    pub for_each_expression: Option<Raw<'a>>,
    /// The module called
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub module: ConfigModule<'a>,
    /// The addresses in `depends_on`
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub depends_on: Vec<Text<'a>>,
}

/// An `output` block.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ConfigOutput<'a> {
    /// Its expression
    #[serde(borrow, default)]
    pub expression: Option<Raw<'a>>,
}
