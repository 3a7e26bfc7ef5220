//! `stack "NAME" { … }`.

use hcl::edit::structure::Block;
use indexmap::IndexMap;

use super::fields::{Fields, Shape};
use super::reader::Reader;
use crate::config::{Ansible, Drift, InventoryRules, Stack, names};

pub(super) const SHAPE: Shape = Shape {
    attributes: &[],
    blocks: &[
        "terraform",
        "backend",
        "drift",
        "inventory",
        "ansible",
        "dns",
        "playbook",
    ],
};

impl Reader {
    /// Reads a stack; its name is read with its neighbours' names.
    pub(super) fn stack(&self, block: &Block) -> Stack {
        let fields = Fields::of_block(self, block, &SHAPE);
        let mut playbooks = Vec::new();
        let mut seen = IndexMap::new();
        for block in fields.blocks("playbook") {
            let playbook = self.playbook(block);
            if let Some((name, span)) = self.label(block) {
                self.check_name(
                    names::is_label(&name),
                    "playbook",
                    &name,
                    names::LABEL,
                    span.clone(),
                );
                self.unique(&mut seen, &name, span, "playbook");
                playbooks.push(crate::config::Playbook { name, ..playbook });
            }
        }
        Stack {
            name: String::new(),
            terraform: self.terraform(fields.block_once("terraform")),
            backend: self.backend(fields.first_of("backend")),
            drift: fields
                .block_once("drift")
                .map_or_else(Drift::default, |block| self.drift(block)),
            inventory: fields
                .block_once("inventory")
                .map_or_else(InventoryRules::default, |block| self.inventory(block)),
            ansible: fields
                .block_once("ansible")
                .map_or_else(Ansible::default, |block| self.ansible(block)),
            dns: fields.blocks("dns").map(|block| self.dns(block)).collect(),
            playbooks,
        }
    }
}
