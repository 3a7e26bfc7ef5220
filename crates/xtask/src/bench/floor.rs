//! The least that reading a JSON document can cost.

use std::fs::File;

use anyhow::{Context as _, Result};
use camino::Utf8Path;
use memmap2::Mmap;
use serde::de::IgnoredAny;

/// Passes over the JSON of a file, checking it and keeping nothing. The file is mapped, which
/// takes half the time of reading it.
pub(crate) fn floor(file: &Utf8Path) -> Result<()> {
    let opened = File::open(file).with_context(|| format!("can't read {file}"))?;
    let bytes = map(&opened).with_context(|| format!("can't map {file}"))?;
    let text = std::str::from_utf8(&bytes).with_context(|| format!("{file} is not UTF-8"))?;
    serde_json::from_str::<IgnoredAny>(text).with_context(|| format!("{file} is not JSON"))?;
    Ok(())
}

#[expect(unsafe_code, reason = "there is no safe way to map a file")]
fn map(file: &File) -> std::io::Result<Mmap> {
    // SAFETY: the bytes must not change while they are mapped. The documents are the
    // benchmark's own, and nothing writes to them once they are there.
    unsafe { Mmap::map(file) }
}
