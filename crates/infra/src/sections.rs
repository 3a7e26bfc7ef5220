//! Sets of inputs as they are written down, and back.

use std::collections::BTreeMap;

use infra_core::ansible::Section;
use infra_core::digest::Digest;

/// One digest per input, by the name of the input.
pub(crate) type WrittenSection = BTreeMap<String, Digest>;

/// A set of inputs as it is written down.
pub(crate) fn write(section: &Section) -> WrittenSection {
    section
        .inputs()
        .iter()
        .map(|(id, digest)| (id.to_string(), Digest::from(*digest)))
        .collect()
}

/// The set of inputs that was written down. What this version has no name for is left out,
/// and so counts as new.
pub(crate) fn read(written: WrittenSection) -> Section {
    let known = written.into_iter().filter_map(|(name, digest)| {
        let digest = blake3::Hash::from_bytes(*digest.as_bytes());
        Some((name.parse().ok()?, digest))
    });
    Section::new(known.collect())
}
