//! Files of the inventory that become programs, or cease to be.

use std::collections::BTreeSet;

use anyhow::Result;
use camino::Utf8PathBuf;

use super::change::Changes;
use super::tally::{Hosts, Tally};
use crate::case::Case;
use crate::world::World;

/// Turns the right to execute each file of the inventory round, and asks Ansible for the
/// inventory again, as `infra` does. What it still says the same of is not to run.
pub(super) fn try_all(case: &Case, world: &World, tally: &mut Tally) -> Result<()> {
    let sources: BTreeSet<Utf8PathBuf> = case
        .files()?
        .into_iter()
        .filter(|file| {
            let mut sources = case.about.inventory.iter();
            sources.any(|source| file.starts_with(source))
        })
        .filter(|file| !case.root.join(file).is_symlink())
        .collect();
    for file in sources {
        let mut changes = Changes::default();
        changes.turn_mode(&case.root.join(&file))?;
        let now = World {
            kept: world.kept.clone(),
            ..World::of(case)?
        };
        let same = now.inventory == world.inventory;
        let hosts = tally.hosts().clone();
        // `localhost` is there without any inventory that has it.
        let gone = |host: &&String| {
            world.inventory.hosts.contains_key(*host) && !now.inventory.hosts.contains_key(*host)
        };
        let must: Hosts = hosts.iter().filter(gone).cloned().collect();
        let may = if same { Hosts::new() } else { hosts.clone() };
        let decided = tally.decided(now.prints(case));
        tally.note(
            "inventory mode",
            file.as_str(),
            decided.as_ref(),
            &must,
            &may,
            false,
        );
    }
    Ok(())
}
