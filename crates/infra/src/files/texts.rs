//! The texts behind the digests of the ledger, so that a change can be shown as a diff.

use std::collections::BTreeSet;
use std::io;

use camino::Utf8PathBuf;
use infra_core::ansible::{Fingerprint, InputId, Tree, is_digest_of};
use infra_core::digest::Digest;

use super::atomic;
use crate::Project;

/// A larger file is no text that a person reads a diff of.
const LARGEST: usize = 256 << 10;

/// Copies of the files that playbooks succeeded with, by the digest under which the
/// ledger knows each.
///
/// On this machine only, in a private directory: a copy of a template can hold a secret
/// that somebody wrote into it. The ledger holds digests alone. Losing the directory
/// loses diffs, nothing else.
#[derive(Debug, Clone)]
pub struct Texts {
    dir: Utf8PathBuf,
}

impl Texts {
    /// The copies in this directory, which is made with the first of them.
    pub fn new(dir: impl Into<Utf8PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// The copies of a project's stack.
    pub fn of(project: &Project) -> Self {
        Self::new(project.state_dir().join("texts"))
    }

    /// Keeps the text of every file that these fingerprints count, and says how many are
    /// new. Left out are large files, what is no text, and what is not the same any more
    /// as when it was digested.
    ///
    /// For the success of a run, whose record holds the digests. A failure costs a diff,
    /// and is no reason to fail the run.
    pub fn keep<'f>(
        &self,
        tree: &dyn Tree,
        fingerprints: impl IntoIterator<Item = &'f Fingerprint>,
    ) -> io::Result<usize> {
        let mut sections = BTreeSet::new();
        let mut new = 0;
        for section in fingerprints.into_iter().flat_map(Fingerprint::sections) {
            if !sections.insert(*section.digest().as_bytes()) {
                continue;
            }
            for (input, digest) in section.inputs() {
                let InputId::File(path) = input else { continue };
                let digest = Digest::from(*digest);
                if self.path(&digest).exists() {
                    continue;
                }
                let Ok(Some(bytes)) = tree.read(path) else {
                    continue;
                };
                if is_text(&bytes) && is_of(&bytes, &digest) {
                    atomic::private_dir(&self.dir)?;
                    atomic::create(&self.path(&digest), &bytes)?;
                    new += 1;
                }
            }
        }
        Ok(new)
    }

    /// Throws away every copy but those of `wanted`, and says how many that were.
    ///
    /// Only a copy of what some host last succeeded with is ever shown again.
    pub fn prune(&self, wanted: &BTreeSet<Digest>) -> io::Result<usize> {
        let entries = match self.dir.read_dir_utf8() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            entries => entries?,
        };
        let mut gone = 0;
        for entry in entries {
            let entry = entry?;
            // What has another name is not ours, or a copy that is only being written.
            let digest = entry.file_name().parse::<Digest>();
            if digest.is_ok_and(|digest| !wanted.contains(&digest)) {
                std::fs::remove_file(entry.path())?;
                gone += 1;
            }
        }
        Ok(gone)
    }

    /// The text with a digest, if it was kept and is whole.
    pub fn get(&self, digest: &Digest) -> Option<String> {
        let bytes = std::fs::read(self.path(digest)).ok()?;
        if !is_of(&bytes, digest) {
            return None;
        }
        String::from_utf8(bytes).ok()
    }

    fn path(&self, digest: &Digest) -> Utf8PathBuf {
        self.dir.join(digest.to_string())
    }
}

/// Whether bytes are a text that a person could read.
pub(crate) fn is_text(bytes: &[u8]) -> bool {
    bytes.len() < LARGEST && !bytes.contains(&0) && simdutf8::basic::from_utf8(bytes).is_ok()
}

/// Whether a digest is that of the bytes, in any of the ways in which a fingerprint counts
/// a file.
fn is_of(bytes: &[u8], digest: &Digest) -> bool {
    is_digest_of(bytes, &blake3::Hash::from_bytes(*digest.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::Arc;

    use camino::Utf8Path;
    use infra_core::ansible::{MemoryTree, Section};

    use super::*;

    fn fingerprint(files: &[(&str, blake3::Hash)]) -> Fingerprint {
        let inputs: BTreeMap<InputId, blake3::Hash> = files
            .iter()
            .map(|(path, digest)| (InputId::File((*path).into()), *digest))
            .collect();
        Fingerprint::new(vec![Arc::new(Section::new(inputs))])
    }

    fn texts(dir: &tempfile::TempDir) -> Texts {
        Texts::new(Utf8Path::from_path(dir.path()).unwrap().join("s/texts"))
    }

    #[test]
    fn a_text_is_kept_privately_under_the_digest_of_the_fingerprint() {
        let dir = tempfile::tempdir().unwrap();
        let texts = texts(&dir);
        let tree = MemoryTree::from_iter([("a.j2", "one\n"), ("run.sh", "#!/bin/sh\n")]);
        let plain = blake3::hash(b"one\n");
        let script = blake3::hash(b"#!/bin/sh\n");
        let fingerprint = fingerprint(&[("a.j2", plain), ("run.sh", script)]);
        assert_eq!(texts.keep(&tree, [&fingerprint, &fingerprint]).unwrap(), 2);
        assert_eq!(texts.keep(&tree, [&fingerprint]).unwrap(), 0);
        assert_eq!(texts.get(&plain.into()).as_deref(), Some("one\n"));
        assert_eq!(texts.get(&script.into()).as_deref(), Some("#!/bin/sh\n"));
        let mode = |path: &Utf8Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&texts.dir), 0o700);
        assert_eq!(mode(&texts.path(&plain.into())), 0o600);
    }

    #[test]
    fn only_copies_that_are_wanted_stay() {
        let dir = tempfile::tempdir().unwrap();
        let texts = texts(&dir);
        assert_eq!(texts.prune(&BTreeSet::new()).unwrap(), 0, "there are none");
        let (old, new) = (blake3::hash(b"old"), blake3::hash(b"new"));
        for (text, digest) in [("old", old), ("new", new)] {
            let tree = MemoryTree::from_iter([("a", text)]);
            texts.keep(&tree, [&fingerprint(&[("a", digest)])]).unwrap();
        }
        std::fs::write(texts.dir.join("README"), "mine").unwrap();
        assert_eq!(texts.prune(&BTreeSet::from([new.into()])).unwrap(), 1);
        assert_eq!(texts.get(&old.into()), None);
        assert_eq!(texts.get(&new.into()).as_deref(), Some("new"));
        assert!(texts.dir.join("README").exists());
    }

    #[test]
    fn what_changed_meanwhile_or_is_no_text_is_not_kept() {
        let dir = tempfile::tempdir().unwrap();
        let texts = texts(&dir);
        let binary = "\0\u{1}";
        let tree = MemoryTree::from_iter([("changed", "now"), ("binary", binary)]);
        let fingerprint = fingerprint(&[
            ("changed", blake3::hash(b"before")),
            ("binary", blake3::hash(binary.as_bytes())),
            ("absent", blake3::hash(b"absent")),
        ]);
        assert_eq!(texts.keep(&tree, [&fingerprint]).unwrap(), 0);
    }

    #[test]
    fn a_damaged_copy_is_no_copy() {
        let dir = tempfile::tempdir().unwrap();
        let texts = texts(&dir);
        let digest = blake3::hash(b"x");
        let tree = MemoryTree::from_iter([("x", "x")]);
        texts.keep(&tree, [&fingerprint(&[("x", digest)])]).unwrap();
        std::fs::write(texts.path(&digest.into()), "y").unwrap();
        assert_eq!(texts.get(&digest.into()), None);
    }
}
