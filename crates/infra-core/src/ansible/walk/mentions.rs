//! What the values of variables mention of other variables.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::ansible::builtin::lookup;
use crate::ansible::jinja::{LookupCall, find, identifiers, is_template, scan_template};
use crate::ansible::reads::Names;
use crate::ansible::values::Definition;
use crate::ansible::yaml::{Data, Node};
use crate::json::Value;

/// Lookups that evaluate nothing but their arguments.
const PLAIN_LOOKUPS: [&str; 4] = ["env", "file", "password", "pipe"];

/// What a value of a variable mentions.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    pub(super) words: BTreeSet<Arc<str>>,
    /// Whether it could name any variable at all
    pub(super) any: bool,
    /// Whether it is encrypted, at least in part
    pub(super) vaulted: bool,
    /// The lookups of files whose names may differ by host
    pub(super) lookups: Vec<LookupCall>,
}

impl Mentions {
    fn text(&mut self, text: &str) {
        if !is_template(text) {
            return;
        }
        self.words
            .extend(identifiers(text).into_iter().map(Arc::from));
        let found = find(&scan_template(text, 1));
        self.any |= found.reads.variables == Names::All;
        self.any |= found.lookups.iter().any(|call| {
            let name = call.plugin.as_deref().unwrap_or_default();
            let short = name.strip_prefix("ansible.builtin.").unwrap_or(name);
            !PLAIN_LOOKUPS.contains(&short)
        });
        let lookups = found.lookups.into_iter();
        self.lookups.extend(lookups.filter(|call| {
            let plugin = call.plugin.as_deref();
            plugin.is_some_and(|plugin| lookup(plugin).is_about_files())
                && call.args.iter().any(|term| term.as_str().is_none())
        }));
    }

    pub(super) fn node(&mut self, node: &Node) {
        node.walk(&mut |node| match &node.data {
            // Behind the cipher can be a template.
            _ if matches!(node.tag.as_deref(), Some("!vault" | "!vault-encrypted")) => {
                self.vaulted = true;
            }
            Data::Scalar { text, .. } if !node.is_opaque() => self.text(text),
            _ => {}
        });
    }

    pub(super) fn json(&mut self, value: &Value<'_>) {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => items.iter().for_each(|item| self.json(item)),
            Value::Object(members) => members.iter().for_each(|(key, item)| {
                self.vaulted |= key == "__ansible_vault";
                self.json(item);
            }),
            _ => {}
        }
    }

    fn definition(&mut self, definition: &Definition) {
        match definition {
            Definition::Yaml(node) | Definition::Element(node) => self.node(node),
            Definition::Json(value) => self.json(value),
            Definition::Fixed(_, definition) => self.definition(definition),
            Definition::Looped(result) => {
                for element in &result.elements {
                    self.definition(element);
                }
            }
            Definition::Patterns(_) | Definition::Computed(_) | Definition::Unknown => {}
        }
    }

    /// Adds what another value mentions.
    pub(super) fn add(&mut self, other: &Self) {
        self.words.extend(other.words.iter().cloned());
        self.any |= other.any;
        self.vaulted |= other.vaulted;
        self.lookups.extend(other.lookups.iter().cloned());
    }
}

/// What the values of variables mention that were looked through: many plays ask for the same
/// ones, again in each round.
#[derive(Debug, Default)]
pub(super) struct SaidBy(HashMap<Arc<str>, (usize, Mentions)>);

impl SaidBy {
    /// What all definitions of a variable mention. There are only ever more of them.
    pub(super) fn of(&mut self, name: &Arc<str>, definitions: &[Definition]) -> &Mentions {
        let (seen, mentions) = self.0.entry(Arc::clone(name)).or_default();
        for definition in definitions.get(*seen..).unwrap_or_default() {
            mentions.definition(definition);
        }
        *seen = definitions.len();
        mentions
    }
}
