//! Names that a lookup found: they lead to where it found them, which is not always where who has
//! them looks.

use super::Walker;
use super::context::Wanted;
use crate::ansible::jinja::is_template;
use crate::ansible::name::Name;
use crate::ansible::values::{Definition, finds_files};

impl Walker<'_> {
    /// Whether a name may be what a lookup found, by itself or by a variable or loop in it.
    pub(super) fn may_be_found(&self, wanted: &Wanted) -> bool {
        // A lookup looks for its own names in its own places.
        let of_task = wanted.within.is_none() && is_template(&wanted.name.text);
        if of_task && finds_files(&wanted.name.text) {
            return true;
        }
        let local = &wanted.scope.local;
        let found = |name: &str| self.values.found.contains(name);
        local.values().flatten().any(Definition::is_computed)
            || wanted.name.variables().any(|name| {
                let here = local.get(name).into_iter().flatten();
                found(name)
                    || here
                        .flat_map(texts_of)
                        .any(|text| finds_files(text) || Name::new(text).variables().any(found))
            })
    }
}

/// The texts that a loop goes through.
fn texts_of(definition: &Definition) -> Vec<&str> {
    match definition {
        Definition::Element(node) | Definition::Yaml(node) => {
            let items = node.items().iter().filter_map(|item| item.text());
            node.text().into_iter().chain(items).collect()
        }
        Definition::Fixed(_, definition) => texts_of(definition),
        _ => Vec::new(),
    }
}
