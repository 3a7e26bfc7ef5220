//! Asking again what was asked before, and reading only what the file system does not vouch for.
//!
//! Directories are always listed, and every path is looked at. Only the content of a file whose
//! size, times, inode, device and mode are as they were, and old enough to be believed, is taken
//! to be as it was.

use std::collections::{HashMap, HashSet};
use std::ffi::{CString, OsStr};
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt as _;

use camino::{Utf8Path, Utf8PathBuf};
use infra_core::ansible::{Digest, Kind};

use super::keyed::CacheKey;
use super::record::Record;
use crate::files::account::{Sight, digest_of};
use crate::files::in_parts::{WORTH_THREADS, in_parts};
use crate::files::listing::{Found, PART, listing_digest, look_in, names_in};
use crate::files::stat::{Stat, class};
use crate::files::times::Times;
use crate::files::tree::{attributes, is_absent, is_kept_by_tools};

/// An answer is another now, or can't be told.
#[derive(Debug)]
pub(super) struct Differs;

/// A directory of which something was asked.
struct Place<'r> {
    path: &'r str,
    /// What was asked of the directory itself
    own: Option<&'r Record>,
    /// Records of paths directly in it
    children: Vec<(CString, usize)>,
}

/// The names to look at in a directory.
struct Names {
    /// Those that it lists now, in order, and those that it doesn't
    all: Vec<CString>,
    /// How many it lists. None: it wasn't to be listed, or is no directory
    listed: Option<usize>,
}

/// Asks again, below `root`. Fails if any answer is another. Notes in the records which files
/// can be believed from now on, and says whether there are any. `begun` is when this run began,
/// in nanoseconds since the epoch.
pub(super) fn check(
    root: &Utf8Path,
    records: &mut [Record],
    begun: i128,
    key: &CacheKey,
) -> Result<bool, Differs> {
    let unsure = {
        let places = places(records)?;
        let names = in_parts(&places, WORTH_THREADS, |place| place.names(root, key))
            .into_iter()
            .collect::<Result<Vec<Names>, Differs>>()?;
        let found = look(root, &places, &names);
        let mut unsure = Vec::new();
        for ((place, names), found) in places.iter().zip(&names).zip(&found) {
            place.compare(names, found, records, key, &mut unsure)?;
        }
        unsure
    };
    let kept = in_parts(records, WORTH_THREADS, |record| {
        leads_where_it_did(root, record, key)
    });
    if kept.contains(&false) {
        return Err(Differs);
    }
    read_again(root, records, &unsure, begun, key)
}

/// The directories of all records.
fn places(records: &[Record]) -> Result<Vec<Place<'_>>, Differs> {
    let mut places: Vec<Place<'_>> = Vec::new();
    let mut by_path: HashMap<&str, usize> = HashMap::new();
    for (at, record) in records.iter().enumerate() {
        let path: &str = &record.path;
        if !record.listing.is_none() || !record.missing.is_empty() {
            place(&mut places, &mut by_path, path)?.own = Some(record);
        }
        if record.kind.is_none() {
            continue;
        }
        // The root of the tree itself, and `/`, are in no directory that is looked at.
        if path.is_empty() || path == "/" {
            if record.kind != Sight::Thing(Kind::Dir) {
                return Err(Differs);
            }
            continue;
        }
        let (dir, name) = match path.rsplit_once('/') {
            Some(("", name)) => ("/", name),
            Some(parts) => parts,
            None => ("", path),
        };
        let name = CString::new(name).map_err(|_| Differs)?;
        let place = place(&mut places, &mut by_path, dir)?;
        place.children.push((name, at));
    }
    for place in &mut places {
        place.children.sort_unstable();
    }
    Ok(places)
}

fn place<'p, 'r>(
    places: &'p mut Vec<Place<'r>>,
    by_path: &mut HashMap<&'r str, usize>,
    path: &'r str,
) -> Result<&'p mut Place<'r>, Differs> {
    let at = *by_path.entry(path).or_insert(places.len());
    if at == places.len() {
        places.push(Place {
            path,
            own: None,
            children: Vec::new(),
        });
    }
    places.get_mut(at).ok_or(Differs)
}

impl Place<'_> {
    /// Lists the directory, if it was listed, and sees that names that were missing still are.
    fn names(&self, root: &Utf8Path, key: &CacheKey) -> Result<Names, Differs> {
        let mut names = Names {
            all: Vec::new(),
            listed: None,
        };
        if let Some(own) = self.own {
            let found = names_in(&root.join(self.path)).map_err(|_| Differs)?;
            if !own.missing.is_empty() {
                // Where the directory is gone, so is all that could be in it.
                let there: HashSet<Digest> = found
                    .iter()
                    .flatten()
                    .map(|name| key.name(OsStr::from_bytes(name.to_bytes())))
                    .collect();
                if own.missing.iter().any(|name| there.contains(name)) {
                    return Err(Differs);
                }
            }
            if let (Some(mut found), false) = (found, own.listing.is_none()) {
                found.retain(|name| !is_kept_by_tools(OsStr::from_bytes(name.to_bytes())));
                found.sort_unstable();
                names.listed = Some(found.len());
                names.all = found;
            }
        }
        let listed = names.all.len();
        for (name, _) in &self.children {
            let found = names.all.get(..listed).unwrap_or_default();
            if found.binary_search(name).is_err() {
                names.all.push(name.clone());
            }
        }
        Ok(names)
    }

    /// Compares what was found of names with what is known, and notes the files that are to be
    /// read again.
    fn compare(
        &self,
        names: &Names,
        found: &[Found],
        records: &[Record],
        key: &CacheKey,
        unsure: &mut Vec<usize>,
    ) -> Result<(), Differs> {
        if let Some(own) = self.own.filter(|own| !own.listing.is_none()) {
            let now = names.listed.map(|listed| {
                let listed = names.all.iter().zip(found).take(listed);
                let digest = listing_digest(listed.map(|(name, found)| {
                    let kind = found.as_ref().ok().and_then(Option::as_ref);
                    let name = OsStr::from_bytes(name.to_bytes());
                    (name, class(kind.map(Stat::kind)))
                }));
                key.digest(&digest)
            });
            if Sight::of(now) != own.listing {
                return Err(Differs);
            }
        }
        let listed = names.listed.unwrap_or_default();
        let (mut first, mut rest) = (0, listed);
        for (name, at) in &self.children {
            // Both parts of the names are in order, and so are the children.
            while first < listed && names.all.get(first).is_some_and(|other| other < name) {
                first += 1;
            }
            let place = if first < listed && names.all.get(first) == Some(name) {
                first
            } else {
                rest += 1;
                rest - 1
            };
            if names.all.get(place) != Some(name) {
                return Err(Differs);
            }
            let (Some(record), Some(Ok(now))) = (records.get(*at), found.get(place)) else {
                return Err(Differs);
            };
            if Sight::of(now.as_ref().map(Stat::kind)) != record.kind {
                return Err(Differs);
            }
            if let Some(content) = &record.content
                && (content.stat.is_none() || *now != content.stat)
            {
                unsure.push(*at);
            }
        }
        Ok(())
    }
}

/// Looks at every name, and returns what was found of those of each directory.
fn look(root: &Utf8Path, places: &[Place<'_>], names: &[Names]) -> Vec<Vec<Found>> {
    let mut parts: Vec<(usize, &Place<'_>, &[CString])> = Vec::new();
    for (at, (place, names)) in places.iter().zip(names).enumerate() {
        let of_place = names.all.chunks(PART);
        parts.extend(of_place.map(|names| (at, place, names)));
    }
    let many = parts.iter().map(|(.., names)| names.len()).sum::<usize>() > 2 * PART;
    let worth = if many { 2 } else { usize::MAX };
    let found = in_parts(&parts, worth, |(_, place, names)| {
        look_in(&root.join(place.path), names)
    });
    let mut by_place: Vec<Vec<Found>> = places.iter().map(|_| Vec::new()).collect();
    for ((at, ..), found) in parts.iter().zip(found) {
        if let Some(of_place) = by_place.get_mut(*at) {
            of_place.extend(found);
        }
    }
    by_place
}

/// Whether the mode is the same, and where links lead.
fn leads_where_it_did(root: &Utf8Path, record: &Record, key: &CacheKey) -> bool {
    if record.attributes.is_none() && record.canonical.is_none() {
        return true;
    }
    let path = root.join(&record.path);
    let attributes = record.attributes.is_none()
        || attributes(&path).is_ok_and(|now| {
            let now = now.map(|now| key.digest(&digest_of(&now)));
            Sight::of(now) == record.attributes
        });
    attributes
        && (record.canonical.is_none()
            || match path.canonicalize_utf8() {
                Ok(path) => record.canonical == Sight::Thing(path),
                Err(error) => is_absent(&error) && record.canonical == Sight::Nothing,
            })
}

/// Reads the files that nobody vouches for.
fn read_again(
    root: &Utf8Path,
    records: &mut [Record],
    unsure: &[usize],
    begun: i128,
    key: &CacheKey,
) -> Result<bool, Differs> {
    let of = |at: &usize| Some(root.join(&records.get(*at)?.path));
    let paths: Option<Vec<Utf8PathBuf>> = unsure.iter().map(of).collect();
    let paths = paths.ok_or(Differs)?;
    let read = in_parts(&paths, WORTH_THREADS, |path| read(path).ok());
    let times = Times::default();
    let mut believed = false;
    for ((at, path), now) in unsure.iter().zip(&paths).zip(read) {
        let (stat, digest) = now.ok_or(Differs)?;
        let record = records.get_mut(*at).ok_or(Differs)?;
        let content = record.content.as_mut().ok_or(Differs)?;
        if key.digest(&digest) != content.digest || Sight::Thing(stat.kind()) != record.kind {
            return Err(Differs);
        }
        content.stat = Some(stat).filter(|stat| times.vouch_for(path, stat, begun));
        believed |= content.stat.is_some();
    }
    Ok(believed)
}

/// The digest of a file, with a stat that is older than the content.
fn read(path: &Utf8Path) -> io::Result<(Stat, Digest)> {
    let file = File::open(path)?;
    let stat = Stat::of(&file.metadata()?);
    let digest = blake3::Hasher::new().update_reader(file)?.finalize();
    Ok((stat, digest))
}
