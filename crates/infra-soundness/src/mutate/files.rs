//! Changes of files that are there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::Result;
use camino::{Utf8Path, Utf8PathBuf};
use infra::core::ansible::Reach;

use super::change::Changes;
use super::edit::{another, another_layout, another_order};
use super::tally::{Hosts, Tally};
use crate::case::Case;
use crate::compare::Real;
use crate::seeded::Seeded;
use crate::truth::{HostTruth, Truth};
use crate::world::World;

/// What is done with a file.
const KINDS: [&str; 10] = [
    "change",
    "layout",
    "order",
    "remove",
    "rename",
    "link",
    "directory link",
    "mode",
    "release",
    "two",
];

struct Trial<'t> {
    case: &'t Case,
    world: &'t World,
    /// The files of the tree by what they are, whatever the links to them
    by_real: BTreeMap<Utf8PathBuf, Vec<Utf8PathBuf>>,
    /// Those that are links, absolute
    links: BTreeSet<Utf8PathBuf>,
    /// Files of other hosts' variables, and the hosts for which they count as a whole
    of_others: BTreeMap<Utf8PathBuf, Hosts>,
    real: Real<'t>,
    truth: &'t Truth,
    /// Files that are inputs because a name could not be resolved
    known: BTreeSet<Utf8PathBuf>,
    /// Files that are inputs, but not by their content: the inventory's, passwords
    not_by_content: BTreeSet<Utf8PathBuf>,
    /// Hosts for which plays count that don't run on them
    following: Hosts,
}

/// Changes each file in turn, in each way in turn, until so many changes are tried; each file
/// is changed at least once.
pub(super) fn try_all(
    case: &Case,
    world: &World,
    truth: &Truth,
    tally: &mut Tally,
    seeded: &mut Seeded,
    wanted: usize,
) -> Result<()> {
    let files = case.files()?;
    let real = Real::of(case);
    let mut by_real: BTreeMap<Utf8PathBuf, Vec<Utf8PathBuf>> = BTreeMap::new();
    for file in &files {
        by_real
            .entry(real.path(file))
            .or_default()
            .push(file.clone());
    }
    let closure = world.closure(case)?;
    let links = files
        .iter()
        .map(|file| case.root.join(file))
        .filter(|path| path.is_symlink())
        .collect();
    let of_others = closure
        .files()
        .filter(|file| (file.reach.iter()).any(|reach| matches!(reach, Reach::Others(_))))
        .map(|file| (file.path.clone(), tally.counting(&file.path)))
        .collect();
    let known = closure
        .files()
        .filter(|file| file.widened)
        .map(|file| file.path.clone())
        .collect();
    let not_by_content = closure
        .files()
        .filter(|file| !file.counted)
        .map(|file| file.path.clone())
        .collect();
    let following = tally
        .hosts()
        .iter()
        .filter(|host| {
            closure.for_host(host).is_some_and(|inputs| {
                let runs = |play: &usize| {
                    (closure.plays.get(*play)).is_some_and(|play| play.hosts.contains(*host))
                };
                !inputs.plays().iter().all(runs)
            })
        })
        .cloned()
        .collect();
    let trial = Trial {
        case,
        world,
        by_real,
        links,
        of_others,
        real,
        truth,
        known,
        not_by_content,
        following,
    };
    let begun = tally.total();
    for (round, kind) in KINDS.iter().cycle().enumerate() {
        for file in &files {
            // Of a large tree, each way is tried on some files; a change on all.
            let over = tally.total() - begun >= wanted;
            if over && round > 0 {
                return Ok(());
            }
            trial.one(kind, file, &files, tally, seeded)?;
        }
    }
    Ok(())
}

impl Trial<'_> {
    fn one(
        &self,
        kind: &'static str,
        file: &Utf8Path,
        files: &[Utf8PathBuf],
        tally: &mut Tally,
        seeded: &mut Seeded,
    ) -> Result<()> {
        let path = self.case.root.join(file);
        // What can't be read, or is too much to read, is tried elsewhere.
        let readable = fs::metadata(&path).is_ok_and(|metadata| metadata.len() < 1 << 20);
        let Some(bytes) = fs::read(&path).ok().filter(|_| readable) else {
            return Ok(());
        };
        let mut changes = Changes::default();
        let mut touched = vec![file.to_owned()];
        let opened = |truth: &HostTruth, file: &Utf8Path| truth.opened(file);
        let (must, may) = match kind {
            "change" => {
                self.rewrite(
                    &mut changes,
                    &path,
                    &another(self.is_yaml(file), &bytes, seeded),
                )?;
                let hosts = self.hosts(file, opened);
                (hosts.clone(), hosts)
            }
            "layout" | "order" => {
                let other = if kind == "layout" {
                    another_layout(&bytes, seeded)
                } else {
                    another_order(&bytes)
                };
                let Some(text) = other.filter(|_| self.is_yaml(file)) else {
                    return Ok(());
                };
                self.rewrite(&mut changes, &path, &text)?;
                let hosts = self.hosts(file, |truth, file| truth.bytes.contains(file));
                (hosts.clone(), hosts)
            }
            "remove" | "rename" => {
                if kind == "remove" {
                    changes.remove(&path)?;
                } else {
                    let name = file.file_name().unwrap_or_default();
                    changes.rename(&path, &format!("{name}.{}", seeded.below(1000)))?;
                }
                (self.at(&path, file, opened), self.at(&path, file, noticed))
            }
            "link" => {
                // Elsewhere in the tree, under a name that nothing reads.
                let hosts = self.at(&path, file, opened);
                let target = self.case.root.join(".soundness-target");
                let same = seeded.below(2) == 0;
                let text = if same {
                    bytes
                } else {
                    another(self.is_yaml(file), &bytes, seeded)
                };
                changes.write(&target, &text)?;
                changes.link(&path, &target)?;
                let must = if same { Hosts::new() } else { hosts.clone() };
                (must, hosts)
            }
            "directory link" => {
                let Some(dir) = seeded.choose(&above(file)).copied() else {
                    return Ok(());
                };
                let before = self.hosts(file, opened);
                changes.move_behind_link(&self.case.root.join(dir), ".soundness-target")?;
                let must = if seeded.below(2) == 0 {
                    Hosts::new()
                } else {
                    let text = another(self.is_yaml(file), &bytes, seeded);
                    changes.write(&path, &text)?;
                    before.clone()
                };
                let mut may = self.exactly(dir, HostTruth::looked_into);
                may.extend(before);
                (must, may)
            }
            "release" => {
                // A file of another host's variables, say, is no collection's.
                let Some((collection, text)) = another_release(file, &bytes) else {
                    return Ok(());
                };
                self.rewrite(&mut changes, &path, text.as_bytes())?;
                let hosts = self.exactly(collection, HostTruth::opened_in);
                (hosts.clone(), hosts)
            }
            "mode" => {
                // A link has none of its own.
                changes.turn_mode(&self.real.path(file))?;
                let hosts = self.hosts(file, |truth, file| truth.modes.contains(file));
                (hosts.clone(), hosts)
            }
            _ => {
                let Some(other) = seeded.choose(files).filter(|other| *other != file) else {
                    return Ok(());
                };
                let second = self.case.root.join(other);
                let readable = fs::metadata(&second).is_ok_and(|found| found.len() < 1 << 20);
                let Some(more) = fs::read(&second).ok().filter(|_| readable) else {
                    return Ok(());
                };
                if self.real.path(file) == self.real.path(other) {
                    return Ok(());
                }
                self.rewrite(
                    &mut changes,
                    &path,
                    &another(self.is_yaml(file), &bytes, seeded),
                )?;
                self.rewrite(
                    &mut changes,
                    &second,
                    &another(self.is_yaml(other), &more, seeded),
                )?;
                touched.push(other.clone());
                let mut hosts = self.hosts(file, opened);
                hosts.extend(self.hosts(other, opened));
                (hosts.clone(), hosts)
            }
        };
        // The inventory is read once for all: what its files say is changed in `variables`.
        if touched
            .iter()
            .any(|file| self.not_by_content.contains(file))
        {
            return Ok(());
        }
        let decided = tally.decided(self.world.prints(self.case));
        // The version of a collection is an input, which no run reads.
        let known = touched.iter().any(|file| is_metadata(file))
            || touched.iter().any(|file| self.known.contains(file))
            || decided.as_ref().is_some_and(|decided| {
                decided
                    .difference(&may)
                    .all(|host| self.following.contains(host))
            });
        let what = touched
            .iter()
            .map(|file| file.as_str())
            .collect::<Vec<_>>()
            .join(" and ");
        // Of another host's variables count those that are read of it: a new one doesn't.
        let mut must = must;
        for whole in touched.iter().filter_map(|file| self.of_others.get(file)) {
            must.retain(|host| whole.contains(host));
        }
        tally.note(kind, &what, decided.as_ref(), &must, &may, known);
        Ok(())
    }

    /// Whether Ansible reads a file as YAML, or would.
    fn is_yaml(&self, file: &Utf8Path) -> bool {
        let read = self.truth.values().any(|truth| truth.data.contains(file));
        matches!(file.extension(), Some("yml" | "yaml")) || file.extension().is_none() && read
    }

    /// Writes what a file says, where it stands: through links.
    fn rewrite(&self, changes: &mut Changes, path: &Utf8Path, text: &[u8]) -> Result<()> {
        changes.write(&self.real.path(path), text)
    }

    /// The hosts for which something holds of a file, by any of its names.
    fn hosts(&self, file: &Utf8Path, holds: impl Fn(&HostTruth, &Utf8Path) -> bool) -> Hosts {
        let names = self.by_real.get(&self.real.path(file));
        self.truth
            .iter()
            .filter(|(_, truth)| names.into_iter().flatten().any(|name| holds(truth, name)))
            .map(|(host, _)| host.clone())
            .collect()
    }

    /// The hosts for which something holds of what stands at a path: of a link, by its name only;
    /// of a file, by the links to it as well.
    fn at(
        &self,
        path: &Utf8Path,
        file: &Utf8Path,
        holds: impl Fn(&HostTruth, &Utf8Path) -> bool,
    ) -> Hosts {
        if self.links.contains(path) {
            self.exactly(file, holds)
        } else {
            self.hosts(file, holds)
        }
    }

    /// The hosts for which something holds of a file, by this name.
    fn exactly(&self, file: &Utf8Path, holds: impl Fn(&HostTruth, &Utf8Path) -> bool) -> Hosts {
        self.truth
            .iter()
            .filter(|(_, truth)| holds(truth, file))
            .map(|(host, _)| host.clone())
            .collect()
    }
}

/// Whether a run would notice that a file is gone.
fn noticed(truth: &HostTruth, file: &Utf8Path) -> bool {
    truth.opened(file)
        || truth.found.contains(file)
        || file.parent().is_some_and(|dir| truth.listed.contains(dir))
}

/// The directories that a file is in, but for the top of the tree.
fn above(file: &Utf8Path) -> Vec<&Utf8Path> {
    let dirs = file.ancestors().skip(1);
    dirs.filter(|dir| !dir.as_str().is_empty()).collect()
}

/// What a collection's metadata say of another release of it, and the collection's directory.
fn another_release<'f>(file: &'f Utf8Path, bytes: &[u8]) -> Option<(&'f Utf8Path, String)> {
    let text = str::from_utf8(bytes).ok().filter(|_| is_metadata(file))?;
    let line = text.lines().find(|line| {
        let key = line.trim_start().trim_start_matches('"');
        key.starts_with("version:") || key.starts_with("version\":")
    })?;
    let digit = line.rfind(|c: char| c.is_ascii_digit())?;
    let mut other = line.to_owned();
    other.insert(digit, '7');
    Some((file.parent()?, text.replacen(line, &other, 1)))
}

/// Whether a file says which version of a collection this is.
fn is_metadata(file: &Utf8Path) -> bool {
    file.as_str().contains("ansible_collections/")
        && matches!(file.file_name(), Some("galaxy.yml" | "MANIFEST.json"))
}
