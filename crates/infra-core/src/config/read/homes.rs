//! Where blocks belong.

use super::fields::Shape;
use super::{config, drift, inventory, playbook, stack};

/// What blocks with blocks in them may hold.
const HOMES: [(&str, &Shape); 5] = [
    ("at the top of the file", &config::SHAPE),
    ("in a block `stack`", &stack::SHAPE),
    ("in a block `drift`", &drift::SHAPE),
    ("in a block `inventory`", &inventory::SHAPE),
    ("in a block `playbook`", &playbook::SHAPE),
];

/// Where a block of this name may stand. None: nowhere.
pub(super) fn home_of(name: &str) -> Option<&'static str> {
    let home = HOMES.iter().find(|(_, shape)| shape.blocks.contains(&name));
    home.map(|(home, _)| *home)
}
