//! Files that appear where Ansible looks.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::Result;
use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::change::Changes;
use super::edit::plausible;
use super::tally::{Hosts, Tally};
use crate::case::Case;
use crate::seeded::Seeded;
use crate::truth::{Truth, opened_by_any};
use crate::world::World;

/// Makes what runs looked for in vain, a file or a directory with a file in it, one at a time.
/// Where nothing is decided to run, Ansible is asked: it is run once more with all of these
/// there, and none may be opened.
pub(super) fn try_all(
    case: &Case,
    world: &World,
    truth: &Truth,
    tally: &mut Tally,
    seeded: &mut Seeded,
    most: usize,
) -> Result<()> {
    let mut looked: BTreeMap<&Utf8Path, Hosts> = BTreeMap::new();
    for (host, truth) in truth {
        for path in &truth.absent {
            looked.entry(path).or_default().insert(host.clone());
        }
    }
    let mut looked: Vec<(&Utf8Path, Hosts)> = looked
        .into_iter()
        .filter(|(path, _)| !is_cache(path) && !case.root.join(path).exists())
        .collect();
    // Of more than there is time for, some.
    while looked.len() > most.max(1) {
        let at = seeded.below(looked.len());
        looked.swap_remove(at);
    }
    let mut doubted: [BTreeSet<Utf8PathBuf>; 2] = Default::default();
    for (path, hosts) in &looked {
        for (as_dir, doubted) in doubted.iter_mut().enumerate() {
            let Some(new) = appearing(path, as_dir == 1) else {
                continue;
            };
            let mut changes = Changes::default();
            if changes
                .write(&case.root.join(&new), plausible(&new).as_bytes())
                .is_err()
            {
                continue;
            }
            let decided = tally.decided(world.prints(case));
            let kind = if as_dir == 1 { "appear in" } else { "appear" };
            // Whom else it concerns, Ansible would have to be asked.
            let all = tally.hosts().clone();
            // Of another host's variables count those that are read of it, and nothing else.
            let of_others = path
                .components()
                .any(|part| matches!(part.as_str(), "group_vars" | "host_vars"));
            if let Some(decided) = &decided
                && !hosts.is_subset(decided)
                && (!of_others || decided.is_empty())
            {
                doubted.insert(new.clone());
            }
            tally.note(
                kind,
                path.as_str(),
                decided.as_ref(),
                &Hosts::new(),
                &all,
                false,
            );
        }
    }
    for doubted in doubted {
        for path in would_open(case, doubted)? {
            tally
                .wrong_skips
                .push(format!("appear {path}: Ansible would open it"));
        }
    }
    Ok(())
}

/// Bytecode that Python would only use for a source that is there, extension modules, and Python
/// beside the roles of a collection, which would be run in a role's place.
fn is_cache(path: &Utf8Path) -> bool {
    let above = path.parent().and_then(Utf8Path::file_name);
    if above == Some("roles") && path.extension() == Some("py") {
        return true;
    }
    path.components().any(|part| part.as_str() == "__pycache__")
        || matches!(path.extension(), Some("pyc" | "so"))
}

/// The file that appears: the path itself, or one in a directory of that name where Ansible
/// could mean a directory.
fn appearing(path: &Utf8Path, as_dir: bool) -> Option<Utf8PathBuf> {
    const FOLDERS: [&str; 11] = [
        "defaults",
        "files",
        "group_vars",
        "handlers",
        "host_vars",
        "meta",
        "roles",
        "tasks",
        "templates",
        "vars",
        "ansible_collections",
    ];
    if !as_dir {
        return Some(path.to_owned());
    }
    let name = path.file_name()?;
    let above = path.parent()?.file_name().unwrap_or_default();
    if name.ends_with("_plugins") || matches!(name, "library" | "module_utils") {
        return Some(path.join("new.py"));
    }
    let folder = FOLDERS.contains(&name);
    let named = matches!(above, "group_vars" | "host_vars" | "roles")
        || matches!(above, "vars" | "defaults") && name == "main";
    let dir = path.extension().is_none() && (folder || named);
    let inside = if above == "roles" {
        "tasks/main.yml"
    } else {
        "main.yml"
    };
    dir.then(|| path.join(inside))
}

/// Those that Ansible opens when they are there, by what it was seen to do.
#[derive(Default, Serialize, Deserialize)]
struct Asked {
    of: String,
    opened: BTreeMap<Utf8PathBuf, bool>,
}

/// Those that Ansible opens when they are there. What it was asked before isn't asked again.
fn would_open(case: &Case, paths: BTreeSet<Utf8PathBuf>) -> Result<BTreeSet<Utf8PathBuf>> {
    let file = case.scratch.join("appear.json");
    let of = format!("{} {}", case.digest()?, crate::trace::method()?);
    let mut asked = fs::read(&file)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Asked>(&bytes).ok())
        .filter(|asked| asked.of == of)
        .unwrap_or_default();
    asked.of = of;
    let new = paths
        .iter()
        .filter(|path| !asked.opened.contains_key(*path));
    let mut runs = MOST_RUNS;
    ask(
        case,
        &new.cloned().collect::<Vec<_>>(),
        &mut asked.opened,
        &mut runs,
    )?;
    fs::write(&file, serde_json::to_vec_pretty(&asked)?)?;
    Ok(paths
        .into_iter()
        .filter(|path| asked.opened.get(path) == Some(&true))
        .collect())
}

/// A run of Ansible takes seconds.
const MOST_RUNS: usize = 8;

/// Runs Ansible with all of these there; if it refuses, with each half of them. One that alone
/// makes it refuse is no input: nothing is configured until it is gone.
fn ask(
    case: &Case,
    paths: &[Utf8PathBuf],
    answers: &mut BTreeMap<Utf8PathBuf, bool>,
    runs: &mut usize,
) -> Result<()> {
    if paths.is_empty() || *runs == 0 {
        return Ok(());
    }
    *runs -= 1;
    let mut changes = Changes::default();
    let mut made = Vec::new();
    let mut left = Vec::new();
    for path in paths {
        // Two of them can't both be there if one is a directory to the other.
        let text = plausible(path).as_bytes();
        match changes.write(&case.root.join(path), text) {
            Ok(()) => made.push(path),
            Err(_) => left.push(path.clone()),
        }
    }
    match opened_by_any(case) {
        Ok(opened) => {
            for path in made {
                answers.insert(path.clone(), opened.contains(path));
            }
        }
        Err(_) if paths.len() == 1 => {
            answers.extend(paths.iter().map(|path| (path.clone(), false)));
        }
        Err(_) => {
            drop(changes);
            let (one, other) = paths.split_at(paths.len() / 2);
            ask(case, one, answers, runs)?;
            return ask(case, other, answers, runs);
        }
    }
    drop(changes);
    if left.len() < paths.len() {
        ask(case, &left, answers, runs)?;
    }
    Ok(())
}
