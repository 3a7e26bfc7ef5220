//! Arguments that may be left out: a task whose argument's value is `omit` is as one without it.
//! `playbook/base.py`.

use std::collections::BTreeSet;

use super::Walker;
use crate::ansible::name::Name;
use crate::ansible::values::Definition;

impl Walker<'_> {
    /// Whether an argument may be omitted, by what it says or by the values of its variables.
    pub(super) fn may_be_omitted(&self, argument: &Name) -> bool {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let owned = |name: &Name| name.variables().map(str::to_owned).collect::<Vec<_>>();
        let mut waiting = owned(argument);
        while let Some(name) = waiting.pop() {
            if name == "omit" {
                return true;
            }
            for definition in self.values.by_name.get(&name).into_iter().flatten() {
                if let Some(value) = template_of(definition) {
                    waiting.extend(owned(&value));
                }
            }
            seen.insert(name);
            waiting.retain(|name| !seen.contains(name));
        }
        false
    }
}

/// The value that a variable is defined as, if it is computed.
fn template_of(definition: &Definition) -> Option<Name> {
    match definition {
        Definition::Yaml(node) => node.text().map(Name::new).filter(Name::is_computed),
        Definition::Fixed(_, definition) => template_of(definition),
        _ => None,
    }
}
