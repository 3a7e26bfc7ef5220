//! The raw state, version 4: what a backend stores.

use indexmap::IndexMap;
use serde::Deserialize;

use super::model::{Attributes, Object, Output};
use crate::json::{Raw, Text, nullable};
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
    attributes: Option<Raw<'a>>,
    #[serde(borrow, default)]
    attributes_flat: Option<Raw<'a>>,
    #[serde(borrow, default)]
    sensitive_attributes: Option<Raw<'a>>,
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

pub(crate) fn objects(resources: Vec<RawResource<'_>>) -> Vec<Object<'_>> {
    let mut objects = Vec::with_capacity(
        resources
            .iter()
            .map(|resource| resource.instances.len())
            .sum(),
    );
    for resource in resources {
        for instance in resource.instances {
            objects.push(Object {
                module: resource.module.clone().unwrap_or_default(),
                mode: resource.mode.clone(),
                resource_type: resource.resource_type.clone(),
                name: resource.name.clone(),
                key: instance.index_key,
                provider: resource.provider.clone(),
                deposed: instance.deposed.filter(|id| !id.is_empty()),
                tainted: instance.status.is_some_and(|status| status == "tainted"),
                attributes: match (instance.attributes, instance.attributes_flat) {
                    (Some(raw), _) => Attributes::Json(raw),
                    (None, Some(raw)) => Attributes::Flat(raw),
                    (None, None) => Attributes::Absent,
                },
                sensitive: instance.sensitive_attributes,
                sensitive_is_paths: true,
            });
        }
    }
    objects
}
