//! Module instances: which one an expression belongs to.

use crate::terraform::Address;

/// A module instance, or all instances of a module where which one is not known.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Scope {
    steps: Vec<(String, Option<String>)>,
    any: bool,
}

impl Scope {
    /// The module instance in which an address stands.
    pub(super) fn of(address: &Address<'_>) -> Self {
        let steps = address.module.iter();
        Self {
            steps: steps
                .map(|(name, key)| ((*name).to_owned(), key.map(str::to_owned)))
                .collect(),
            any: false,
        }
    }

    /// The module that calls this one.
    pub(super) fn parent(&self) -> Self {
        let mut parent = self.clone();
        parent.steps.pop();
        parent
    }

    /// A module called here. Without a key it is all instances, if there can be several.
    pub(super) fn child(&self, name: &str, key: Option<&str>, repeated: bool) -> Self {
        let mut child = self.clone();
        child.any |= repeated && key.is_none();
        child.steps.push((name.to_owned(), key.map(str::to_owned)));
        child
    }

    /// The same module, whichever instance.
    pub(super) fn anywhere(mut self) -> Self {
        self.any = true;
        self
    }

    /// Whether it stands for all instances.
    pub(super) fn is_any(&self) -> bool {
        self.any
    }

    /// The address of a resource in it; without keys where it stands for all instances.
    pub(super) fn address(&self, resource: &str) -> String {
        let mut text = String::new();
        for (name, key) in &self.steps {
            text.push_str("module.");
            text.push_str(name);
            if let Some(key) = key.as_ref().filter(|_| !self.any) {
                text.push_str(key);
            }
            text.push('.');
        }
        text.push_str(resource);
        text
    }

    /// The names of the modules, from the root inwards.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().map(|(name, _)| name.as_str())
    }
}
