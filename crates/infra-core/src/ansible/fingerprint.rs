//! The digest of a playbook's inputs for one host.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::input::InputId;
use super::tree::Digest;

/// The key under which secret values are hashed, so that a digest doesn't give them away.
#[derive(Clone)]
pub struct SecretKey(pub [u8; 32]);

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey")
    }
}

/// Inputs that several hosts share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    digest: Digest,
    inputs: BTreeMap<InputId, Digest>,
}

impl Section {
    /// A section of these inputs.
    pub fn new(inputs: BTreeMap<InputId, Digest>) -> Self {
        let mut hasher = blake3::Hasher::new();
        for (input, digest) in &inputs {
            let name = input.to_string();
            hasher
                .update(&(name.len() as u64).to_le_bytes())
                .update(name.as_bytes())
                .update(digest.as_bytes());
        }
        Self {
            digest: hasher.finalize(),
            inputs,
        }
    }

    /// The digest of the inputs.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The inputs with the digest of each.
    pub fn inputs(&self) -> &BTreeMap<InputId, Digest> {
        &self.inputs
    }
}

/// What decides on one host, digested.
///
/// Equal digests mean equal inputs. The converse is decided by [`super::compare`]: the same
/// inputs can be divided into other sections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    digest: Digest,
    sections: Vec<Arc<Section>>,
}

impl Fingerprint {
    /// A fingerprint of these sections, such as a record of it holds.
    pub fn new(mut sections: Vec<Arc<Section>>) -> Self {
        sections.retain(|section| !section.inputs.is_empty());
        sections.sort_by(|a, b| a.digest.as_bytes().cmp(b.digest.as_bytes()));
        sections.dedup_by(|a, b| a.digest == b.digest);
        let mut hasher = blake3::Hasher::new();
        for section in &sections {
            hasher.update(section.digest.as_bytes());
        }
        Self {
            digest: hasher.finalize(),
            sections,
        }
    }

    /// A fingerprint of these inputs and another's.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        let mut sections = self.sections;
        sections.extend_from_slice(&other.sections);
        Self::new(sections)
    }

    /// The digest of everything.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The parts, most of which other hosts share.
    pub fn sections(&self) -> &[Arc<Section>] {
        &self.sections
    }

    /// The digests of an input. Plays that read one variable of another host from files of
    /// their own have several, and each counts.
    pub fn digests_of(&self, input: &InputId) -> impl Iterator<Item = &Digest> {
        self.sections
            .iter()
            .filter_map(move |section| section.inputs.get(input))
    }
}
