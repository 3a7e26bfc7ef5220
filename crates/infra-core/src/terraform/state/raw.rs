//! The raw state, version 4: what a backend stores.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::Deserialize;

use super::list::Entry;
use super::model::{Attributes, Object, Output, Resource};
use crate::json::{Outlined, Raw, Text, nullable};
use crate::terraform::{InstanceKey, Mode};

/// An entry of `resources`. The format is that of `internal/states/statefile/version4.go`.
#[derive(Deserialize)]
pub(crate) struct RawResource<'a> {
    #[serde(borrow, default)]
    module: Option<Text<'a>>,
    #[serde(default)]
    mode: Mode,
    #[serde(borrow, default, rename = "type")]
    resource_type: Text<'a>,
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    provider: Text<'a>,
    #[serde(borrow, default, deserialize_with = "nullable")]
    instances: Vec<RawInstance<'a>>,
}

#[derive(Deserialize)]
struct RawInstance<'a> {
    #[serde(borrow, default)]
    index_key: Option<InstanceKey<'a>>,
    #[serde(borrow, default)]
    status: Option<Text<'a>>,
    #[serde(borrow, default)]
    deposed: Option<Text<'a>>,
    #[serde(borrow, default)]
    attributes: Option<Outlined<'a>>,
    #[serde(borrow, default)]
    attributes_flat: Option<Raw<'a>>,
    #[serde(borrow, default)]
    sensitive_attributes: Option<Raw<'a>>,
    #[serde(borrow, default)]
    dependencies: Option<Raw<'a>>,
}

impl<'a> Entry<'a> for RawResource<'a> {
    fn add_to(self, objects: &mut Vec<Object<'a>>) {
        let resource = Arc::new(Resource {
            module: self.module.unwrap_or_default(),
            mode: self.mode,
            resource_type: self.resource_type,
            name: self.name,
            provider: self.provider,
        });
        objects.extend(self.instances.into_iter().map(|instance| Object {
            resource: Arc::clone(&resource),
            key: instance.index_key,
            deposed: instance.deposed.filter(|id| !id.is_empty()),
            tainted: instance.status.is_some_and(|status| status == "tainted"),
            attributes: match (instance.attributes, instance.attributes_flat) {
                (Some(object), _) => Attributes::Json(object),
                (None, Some(raw)) => Attributes::Flat(raw),
                (None, None) => Attributes::Absent,
            },
            sensitive: instance.sensitive_attributes,
            dependencies: instance.dependencies,
            sensitive_is_paths: true,
        }));
    }
}

/// An output, in either format of state.
#[derive(Deserialize)]
pub(crate) struct WireOutput<'a> {
    #[serde(borrow, default)]
    value: Option<Raw<'a>>,
    #[serde(default)]
    sensitive: bool,
}

pub(crate) fn outputs<'a>(
    wire: IndexMap<Text<'a>, WireOutput<'a>>,
) -> IndexMap<Text<'a>, Output<'a>> {
    wire.into_iter()
        .map(|(name, output)| {
            (
                name,
                Output {
                    value: output.value,
                    sensitive: output.sensitive,
                },
            )
        })
        .collect()
}
