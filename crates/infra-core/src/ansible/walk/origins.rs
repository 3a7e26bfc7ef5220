//! Where variables get their values, besides the inventory.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8Path;

use super::Walker;
use crate::ansible::closure::VariableOrigin;
use crate::ansible::jinja::is_template;
use crate::ansible::yaml::{Node, Shape};

/// Where each variable is set, by its name.
pub(super) type Origins = BTreeMap<String, Vec<VariableOrigin>>;

impl Walker<'_> {
    /// Every place in the files of the closure that gives a variable a value.
    pub(super) fn origins(&self) -> Origins {
        let mut origins = Origins::new();
        for (path, shape) in &self.shapes {
            if !self.files.contains_key(path.as_str()) {
                continue;
            }
            let source = self.sources.read(path).ok().flatten();
            let Some(documents) = source
                .as_ref()
                .and_then(|source| source.yaml().as_ref().ok())
            else {
                continue;
            };
            for document in documents {
                let mut found = Found {
                    path,
                    origins: &mut origins,
                };
                match shape {
                    Shape::Value => {}
                    Shape::Variables => found.members(document, "variables file"),
                    Shape::Plays => document.walk(&mut |node| found.keywords(node)),
                }
            }
        }
        for name in self.request.extra_vars.keys() {
            origins
                .entry(name.clone())
                .or_default()
                .push(VariableOrigin {
                    file: None,
                    line: 0,
                    how: "extra variable",
                });
        }
        origins
    }
}

/// What is found in one file.
struct Found<'f> {
    path: &'f Utf8Path,
    origins: &'f mut Origins,
}

impl Found<'_> {
    /// The keywords of plays, tasks and roles that set variables
    /// ([keywords](https://docs.ansible.com/ansible/latest/reference_appendices/playbooks_keywords.html)).
    fn keywords(&mut self, node: &Node) {
        for (key, value) in node.members() {
            match key.text().unwrap_or_default() {
                "vars" => self.members(value, "vars"),
                "register" => self.named(value, "register"),
                "loop_var" => self.named(value, "loop_var"),
                "index_var" => self.named(value, "index_var"),
                "vars_prompt" => {
                    for item in value.items() {
                        if let Some(name) = item.get("name") {
                            self.named(name, "vars_prompt");
                        }
                    }
                }
                action => match action.rsplit('.').next().unwrap_or_default() {
                    "set_fact" => self.members(value, "set_fact"),
                    "include_vars" => {
                        if let Some(name) = value.get("name") {
                            self.named(name, "include_vars");
                        }
                    }
                    _ => {}
                },
            }
        }
    }

    fn members(&mut self, node: &Node, how: &'static str) {
        // `vars` may be a list of mappings.
        for item in node.items() {
            self.members(item, how);
        }
        for (key, _) in node.members() {
            self.named(key, how);
        }
    }

    fn named(&mut self, name: &Arc<Node>, how: &'static str) {
        let Some(text) = name.text().filter(|text| !is_template(text)) else {
            return;
        };
        let places = self.origins.entry(text.to_owned()).or_default();
        places.push(VariableOrigin {
            file: Some(self.path.to_owned()),
            line: name.line,
            how,
        });
    }
}
