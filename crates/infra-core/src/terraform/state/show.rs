//! The state as `terraform show -json` prints it, and as a plan holds it.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::list::{Entry, List};
use super::model::{Attributes, Object, Resource};
use super::raw::WireOutput;
use crate::json::{Outlined, Raw, Text, nullable};
use crate::terraform::{Address, InstanceKey, Mode};

/// `values`, `planned_values`, or the `values` of `prior_state`.
#[derive(Deserialize, Default)]
pub(crate) struct Values<'a> {
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub(crate) outputs: IndexMap<Text<'a>, WireOutput<'a>>,
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub(crate) root_module: Module<'a>,
}

#[derive(Deserialize, Default)]
pub(crate) struct Module<'a> {
    #[serde(borrow, default)]
    address: Option<Text<'a>>,
    #[serde(borrow, default, deserialize_with = "nullable")]
    resources: List<'a, ShownObject<'a>>,
    #[serde(borrow, default, deserialize_with = "nullable")]
    child_modules: Vec<Module<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct ShownObject<'a> {
    /// Unread: nearly all documents have the parts of it as well
    #[serde(borrow, default, deserialize_with = "unread")]
    address: Option<Raw<'a>>,
    #[serde(default)]
    mode: Mode,
    #[serde(borrow, default, rename = "type")]
    resource_type: Text<'a>,
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    index: Option<InstanceKey<'a>>,
    #[serde(borrow, default)]
    provider_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    deposed_key: Option<Text<'a>>,
    #[serde(default, deserialize_with = "nullable")]
    tainted: bool,
    #[serde(borrow, default)]
    values: Option<Outlined<'a>>,
    #[serde(borrow, default)]
    sensitive_values: Option<Raw<'a>>,
    #[serde(borrow, default)]
    depends_on: Option<Raw<'a>>,
}

impl<'a> Entry<'a> for ShownObject<'a> {
    /// The object in the root module.
    fn add_to(self, objects: &mut Vec<Object<'a>>) {
        let key = self.index.or_else(|| key_of(self.address?));
        let resource = Resource {
            module: Text::default(),
            mode: self.mode,
            resource_type: self.resource_type,
            name: self.name,
            provider: self.provider_name.unwrap_or_default(),
        };
        // The instances of a resource come one after the other.
        let known = objects.last().map(|last| &last.resource);
        let known = known.filter(|known| ***known == resource).cloned();
        objects.push(Object {
            resource: known.unwrap_or_else(|| Arc::new(resource)),
            key,
            deposed: self.deposed_key.filter(|id| !id.is_empty()),
            tainted: self.tainted,
            attributes: self.values.map_or(Attributes::Absent, Attributes::Json),
            sensitive: self.sensitive_values,
            dependencies: self.depends_on,
            sensitive_is_paths: false,
        });
    }
}

/// All objects of a module and of the modules below it.
pub(crate) fn objects(root: Module<'_>) -> Vec<Object<'_>> {
    let mut objects = Vec::new();
    let mut waiting = vec![root];
    while let Some(module) = waiting.pop() {
        let address = module.address.unwrap_or_default();
        let mut own = module.resources.into_objects();
        if !address.is_empty() {
            move_to(&address, &mut own);
        }
        if objects.is_empty() {
            objects = own;
        } else {
            objects.append(&mut own);
        }
        waiting.extend(module.child_modules.into_iter().rev());
    }
    objects
}

/// Says of objects which module they are in.
fn move_to<'a>(module: &Text<'a>, objects: &mut [Object<'a>]) {
    let same = |one: &Object<'a>, other: &Object<'a>| Arc::ptr_eq(&one.resource, &other.resource);
    for instances in objects.chunk_by_mut(same) {
        let Some(first) = instances.first() else {
            continue;
        };
        let resource = Arc::new(Resource {
            module: module.clone(),
            ..Resource::clone(&first.resource)
        });
        for object in instances {
            object.resource = Arc::clone(&resource);
        }
    }
}

/// The text of a string, with its quotes.
fn unread<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Raw<'a>>, D::Error> {
    let raw = Raw::deserialize(deserializer)?;
    if raw.get().starts_with('"') {
        Ok(Some(raw))
    } else {
        Err(D::Error::custom("an address that is not a string"))
    }
}

/// The key in an address, for documents that leave `index` out although there is one.
fn key_of<'a>(address: Raw<'_>) -> Option<InstanceKey<'a>> {
    let address: Text<'_> = serde_json::from_str(address.get()).ok()?;
    let key = Address::parse(&address)?.key?;
    let inner = key.strip_prefix('[')?.strip_suffix(']')?;
    if inner.starts_with('"') {
        let text: String = serde_json::from_str(inner).ok()?;
        return Some(InstanceKey::String(
            text.replace("$${", "${").replace("%%{", "%{").into(),
        ));
    }
    inner
        .parse::<u64>()
        .ok()
        .map(|number| InstanceKey::Number(number.to_string().into()))
}
