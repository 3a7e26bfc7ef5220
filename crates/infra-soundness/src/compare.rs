//! The closure beside the truth: what it misses, and what it has for nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::Result;
use camino::{Utf8Path, Utf8PathBuf};

use crate::case::Case;
use crate::truth::Truth;
use crate::world::World;

/// What the comparison of one tree says.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// Pairs of a host and a file that its run opened
    pub opened: usize,
    /// Those that aren't among the inputs of that host: must be empty
    pub missed: Vec<(String, Utf8PathBuf)>,
    /// Files of the closure, inside of the tree, whose content counts and that aren't there for a
    /// computed name only
    pub counted: usize,
    /// Those that no run opened
    pub unopened: Vec<Utf8PathBuf>,
    /// Files that are inputs only because a name could not be resolved
    pub widened: usize,
    /// Of these, those that some run opened
    pub widened_opened: usize,
    /// How many things are listed as unresolved
    pub unresolved: usize,
}

impl Comparison {
    /// The share of what was opened that is an input, in percent.
    pub fn recall(&self) -> f64 {
        percent(self.opened - self.missed.len(), self.opened)
    }

    /// The share of the inputs that some run opened, in percent.
    pub fn precision(&self) -> f64 {
        percent(self.counted - self.unopened.len(), self.counted)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of files")]
fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        100.0
    } else {
        part as f64 * 100.0 / whole as f64
    }
}

/// Compares.
pub fn compare(case: &Case, world: &World, truth: &Truth) -> Result<Comparison> {
    let closure = world.closure(case)?;
    let real = Real::of(case);
    let mut found = Comparison {
        unresolved: closure.unresolved().len(),
        ..Comparison::default()
    };
    for (host, truth) in truth {
        let inputs: BTreeSet<Utf8PathBuf> = closure
            .for_host(host)
            .into_iter()
            .flat_map(|inputs| inputs.files().collect::<Vec<_>>())
            .map(|file| real.path(&file.path))
            .collect();
        for path in truth.files() {
            found.opened += 1;
            // What an earlier run made is gone again with its copy of the tree.
            let made =
                !case.root.join(path).exists() && closure.absent().any(|it| path.starts_with(it));
            if !made && !inputs.contains(&real.path(path)) {
                found.missed.push((host.clone(), path.to_owned()));
            }
        }
    }
    let opened: BTreeSet<Utf8PathBuf> = truth
        .values()
        .flat_map(|truth| truth.files())
        .map(|path| real.path(path))
        .collect();
    let mut seen: BTreeMap<Utf8PathBuf, bool> = BTreeMap::new();
    let counted = closure.files().filter(|file| file.counted);
    for file in counted.filter(|file| file.path.is_relative()) {
        let widened = seen.entry(file.path.clone()).or_insert(true);
        *widened &= file.widened;
    }
    for (path, widened) in seen {
        let opened = opened.contains(&real.path(&path));
        if widened {
            found.widened += 1;
            found.widened_opened += usize::from(opened);
        } else {
            found.counted += 1;
            if !opened {
                found.unopened.push(path);
            }
        }
    }
    Ok(found)
}

/// Paths with their links resolved: Ansible opens a file by one name, the closure may have it
/// by another.
pub(crate) struct Real<'c> {
    case: &'c Case,
}

impl<'c> Real<'c> {
    pub(crate) fn of(case: &'c Case) -> Self {
        Self { case }
    }

    pub(crate) fn path(&self, path: &Utf8Path) -> Utf8PathBuf {
        let whole = self.case.root.join(path);
        fs::canonicalize(&whole)
            .ok()
            .and_then(|real| Utf8PathBuf::from_path_buf(real).ok())
            .unwrap_or(whole)
    }
}
