//! The fingerprints of all hosts of a playbook.

use anyhow::Result;
use camino::Utf8Path;
use infra::core::ansible::{Fingerprinter, Request, SecretKey, closure};
use infra::files::FsTree;

use crate::fleet;

/// Makes them, and prints one digest over all.
pub(crate) fn make(dir: &Utf8Path, playbook: &Utf8Path, hosts: usize) -> Result<()> {
    let dir = dir.canonicalize_utf8()?;
    let inventory = fleet::inventory(hosts);
    let tree = FsTree::new(&dir);
    let request = Request::new(&tree, &dir, playbook, &inventory);
    let closure = closure(&request)?;
    let fingerprinter = Fingerprinter::new(&closure, &request, SecretKey([7; 32]))?;
    let mut all = blake3::Hasher::new();
    let mut count = 0;
    for host in closure.hosts() {
        if let Some(fingerprint) = fingerprinter.host(host) {
            all.update(fingerprint.digest().as_bytes());
            count += 1;
        }
    }
    anstream::println!(
        "{count} fingerprints of {} files: {}",
        closure.files().count(),
        all.finalize().to_hex()
    );
    Ok(())
}
