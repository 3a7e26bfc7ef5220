//! The rules of STYLE.md that no lint knows.

use std::fs;

use anyhow::{Context as _, Result, bail};
use duct::cmd;
use infra_testkit::workspace_root;

/// A longer file holds more than one idea.
const MOST_LINES: usize = 600;

/// Marks of work that is not finished. Put together here so that this file has none.
const UNFINISHED: &[&str] = &[
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("FIX", "ME"),
    concat!("TO", "DO"),
];

/// Kinds of file that people write.
const WRITTEN: &[&str] = &[
    "rs", "py", "toml", "md", "hcl", "tf", "yml", "yaml", "j2", "sh",
];

/// Checks every file that is, or is about to be, part of the repository.
pub(crate) fn check() -> Result<()> {
    let root = workspace_root();
    let list = cmd!(
        "git",
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z"
    )
    .dir(&root)
    .read()?;
    let mut broken = Vec::new();
    for name in list.split('\0').filter(|name| !name.is_empty()) {
        let path = root.join(name);
        let kind = path.extension().unwrap_or_default();
        // A file that is deleted but not yet committed is still listed. Fixtures are others' words.
        if !WRITTEN.contains(&kind) || !path.is_file() || name.contains("/fixtures/") {
            continue;
        }
        let text = fs::read_to_string(&path).with_context(|| name.to_owned())?;
        let lines = text.lines().count();
        if kind == "rs" && lines > MOST_LINES {
            broken.push(format!("{name}: {lines} lines, more than {MOST_LINES}"));
        }
        for (number, line) in text.lines().enumerate() {
            for mark in UNFINISHED.iter().filter(|mark| line.contains(**mark)) {
                broken.push(format!("{name}:{}: {mark}", number + 1));
            }
        }
    }
    if !broken.is_empty() {
        bail!("{}", broken.join("\n"));
    }
    Ok(())
}
