//! Thousands of changes of a tree, and what is decided after each, beside the truth.
//!
//! - `change` does something to a file and takes it back.
//! - `edit` makes another text of a file: one that says something else, or the same.
//! - `tally` keeps what was decided rightly and wrongly.
//! - `files`, `appear`, `variables` and `inventories` are the changes.

mod appear;
mod change;
mod edit;
mod files;
mod inventories;
mod tally;
mod variables;

use std::time::Instant;

use anyhow::Result;

pub use self::tally::Tally;
use crate::case::Case;
use crate::seeded::Seeded;
use crate::truth::Truth;
use crate::world::World;

/// Tries about this many changes of the tree; each kind gets its share.
pub fn mutate(
    case: &Case,
    world: &World,
    truth: &Truth,
    wanted: usize,
    seed: u64,
) -> Result<Tally> {
    let mut world = world.clone();
    let kept = world.keep(case)?;
    let world = &world;
    let mut tally = Tally::new(world.prints(case)?, truth.keys().cloned());
    let begin = Instant::now();
    let mut seeded = Seeded::new(seed);
    variables::try_all(case, world, truth, &mut tally)?;
    inventories::try_all(case, world, &mut tally)?;
    appear::try_all(case, world, truth, &mut tally, &mut seeded, wanted / 3)?;
    files::try_all(case, world, truth, &mut tally, &mut seeded, wanted)?;
    tally.seconds = begin.elapsed().as_secs_f64();
    // After the last change was taken back, all is as it was.
    world.prints(case)?;
    tally.known = kept.known.get();
    tally.wrong_skips.append(&mut kept.wrong.borrow_mut());
    Ok(tally)
}
