//! The least that reading a JSON document can cost.

use std::fs;

use anyhow::{Context as _, Result};
use camino::Utf8Path;
use serde::de::IgnoredAny;

/// Reads a file and passes over its JSON, checking it and keeping nothing.
pub(crate) fn floor(file: &Utf8Path) -> Result<()> {
    let bytes = fs::read(file).with_context(|| format!("can't read {file}"))?;
    let text = std::str::from_utf8(&bytes).with_context(|| format!("{file} is not UTF-8"))?;
    serde_json::from_str::<IgnoredAny>(text).with_context(|| format!("{file} is not JSON"))?;
    // The process ends here, as the others do.
    std::mem::forget(bytes);
    Ok(())
}
