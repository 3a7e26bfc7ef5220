//! The fingerprints of all hosts of a playbook.

use anyhow::Result;
use camino::{Utf8Path, Utf8PathBuf};
use infra::core::ansible::{Digest, Fingerprinter, Request, SecretKey, closure};
use infra::files::FsTree;
use infra::input_cache::InputCache;
use jiff::Timestamp;

use crate::fleet;

/// Makes them, or knows them from `cache`, and prints one digest over all.
pub(crate) fn make(
    dir: &Utf8Path,
    playbook: &Utf8Path,
    hosts: usize,
    cache: Option<Utf8PathBuf>,
) -> Result<()> {
    let dir = dir.canonicalize_utf8()?;
    let inventory = fleet::kept_inventory(hosts);
    let key = SecretKey([7; 32]);
    let tree = FsTree::new(&dir);
    let request = Request::new(&tree, &dir, playbook, inventory);
    let cache = cache.map(|file| {
        let requests = [(&request, &[][..])];
        InputCache::open(file, &key, &requests, inventory, &dir, Timestamp::now())
    });
    if let Some(known) = cache.as_ref().and_then(|cache| cache.known(0)) {
        tell(known.hosts().filter_map(|(_, digest)| digest), "known");
        if let Some(cache) = cache {
            cache.save(&tree);
        }
        return Ok(());
    }
    let closure = closure(&request)?;
    let fingerprinter = Fingerprinter::new(&closure, &request, key.clone())?;
    let hosts = closure.hosts();
    let digests: Vec<Option<Digest>> = hosts
        .iter()
        .map(|host| Some(*fingerprinter.host(host)?.digest()))
        .collect();
    tell(digests.iter().copied().flatten(), "made");
    if let Some(mut cache) = cache {
        let hosts = hosts.into_iter().zip(digests);
        cache.learn(0, &closure, hosts);
        cache.save(&tree);
    }
    Ok(())
}

fn tell(digests: impl Iterator<Item = Digest>, how: &str) {
    let mut all = blake3::Hasher::new();
    let mut count = 0;
    for digest in digests {
        all.update(digest.as_bytes());
        count += 1;
    }
    anstream::println!("{count} fingerprints, {how}: {}", all.finalize().to_hex());
}
