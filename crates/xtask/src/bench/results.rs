//! What was measured, kept by part, so that one part can be measured again alone.

use std::fs;

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::contest::Outcome;
use super::machine::Machine;
use super::part::Part;

/// What one part of the benchmark came to, and where.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Measured {
    pub(super) part: Part,
    /// The day, in UTC
    pub(super) date: String,
    pub(super) machine: Machine,
    /// Seconds that the part took
    pub(super) took: f64,
    /// How many processes were ready to run besides, a minute's mean
    pub(super) load: f64,
    pub(super) contests: Vec<Outcome>,
}

fn file(dir: &Utf8Path, part: Part) -> Utf8PathBuf {
    dir.join("results").join(format!("{}.json", part.name()))
}

/// Keeps what a part came to.
pub(super) fn keep(dir: &Utf8Path, measured: &Measured) -> Result<()> {
    let path = file(dir, measured.part);
    fs::create_dir_all(dir.join("results"))?;
    fs::write(&path, serde_json::to_string_pretty(measured)? + "\n")
        .with_context(|| format!("can't write {path}"))
}

/// What was kept of all parts, in their order.
pub(super) fn kept(dir: &Utf8Path) -> Result<Vec<Measured>> {
    let mut all = Vec::new();
    for part in Part::ALL {
        let path = file(dir, part);
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        let measured = serde_json::from_str(&text)
            .with_context(|| format!("{path} is of another version: remove it"))?;
        all.push(measured);
    }
    Ok(all)
}

/// Writes all in one document, and returns where.
pub(super) fn write_all(dir: &Utf8Path, all: &[Measured]) -> Result<Utf8PathBuf> {
    let path = dir.join("results.json");
    let results = json!({"format_version": "1.0", "parts": all});
    fs::write(&path, format!("{results:#}\n")).with_context(|| format!("can't write {path}"))?;
    Ok(path)
}
