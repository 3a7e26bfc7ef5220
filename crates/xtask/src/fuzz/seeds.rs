//! The inputs that a fuzzer starts from: the fixtures, the examples, and a larger collection
//! of public documents where `INFRA_CORPUS` names one.

use std::{env, fs};

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};
use infra_testkit::workspace_root;

/// Documents of `terraform show -json PLAN`.
pub(super) fn plans(corpus: &Utf8Path) -> Result<()> {
    copy(corpus, &workspace_root().join("fixtures/plans"), |path| {
        path.file_name() == Some("plan.json")
    })?;
    collection(corpus, "plan-json")
}

/// States, raw and of `terraform show -json`.
pub(super) fn states(corpus: &Utf8Path) -> Result<()> {
    copy(corpus, &workspace_root().join("fuzz/seeds/state"), |_| true)?;
    collection(corpus, "state-raw")?;
    collection(corpus, "state-json")
}

/// Streams of `terraform plan -json` and `apply -json`.
pub(super) fn streams(corpus: &Utf8Path) -> Result<()> {
    copy(corpus, &workspace_root().join("fixtures/plans"), |path| {
        path.file_name() == Some("stream.jsonl")
    })?;
    collection(corpus, "plan-stream")?;
    collection(corpus, "apply-stream")
}

/// Files of configuration, good and bad.
pub(super) fn configurations(corpus: &Utf8Path) -> Result<()> {
    for directory in ["crates/infra-core/tests/fixtures/config", "examples"] {
        copy(corpus, &workspace_root().join(directory), |path| {
            path.extension() == Some("hcl")
        })?;
    }
    Ok(())
}

/// Each playbook of the example with the whole tree beside it, as the target `playbook`
/// wants it: files one after the other, each after a line with its path.
pub(super) fn playbooks(corpus: &Utf8Path) -> Result<()> {
    let root = workspace_root().join("examples/federation");
    let mut files = Vec::new();
    walk(&root.join("ansible"), &mut files)?;
    files.sort();
    let playbooks = files.iter().filter(|path| {
        path.parent() == Some(&root.join("ansible")) && path.extension() == Some("yml")
    });
    for playbook in playbooks {
        let mut bundle = Vec::new();
        let others = files.iter().filter(|file| *file != playbook);
        for file in std::iter::once(playbook).chain(others) {
            let path = file.strip_prefix(&root).unwrap_or(file);
            bundle.extend(format!("=== {path}\n").bytes());
            bundle.extend(fs::read(file).with_context(|| file.to_string())?);
        }
        write(corpus, playbook, &bundle)?;
    }
    Ok(())
}

fn collection(corpus: &Utf8Path, kind: &str) -> Result<()> {
    let Ok(larger) = env::var("INFRA_CORPUS") else {
        return Ok(());
    };
    copy(corpus, &Utf8PathBuf::from(larger).join(kind), |_| true)
}

fn copy(corpus: &Utf8Path, from: &Utf8Path, wanted: fn(&Utf8Path) -> bool) -> Result<()> {
    let mut files = Vec::new();
    walk(from, &mut files)?;
    for file in files.iter().filter(|file| wanted(file)) {
        write(
            corpus,
            file,
            &fs::read(file).with_context(|| file.to_string())?,
        )?;
    }
    Ok(())
}

/// The name is the whole path, so that files of one name don't replace each other.
fn write(corpus: &Utf8Path, from: &Utf8Path, bytes: &[u8]) -> Result<()> {
    let name = from.as_str().trim_start_matches('/').replace('/', "_");
    let start = name.len().saturating_sub(200);
    let name = name.get(start..).unwrap_or(&name);
    let file = corpus.join(format!("seed_{name}"));
    fs::write(&file, bytes).with_context(|| file.to_string())
}

fn walk(directory: &Utf8Path, files: &mut Vec<Utf8PathBuf>) -> Result<()> {
    let entries = directory
        .read_dir_utf8()
        .with_context(|| directory.to_string())?;
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            walk(entry.path(), files)?;
        } else {
            files.push(entry.into_path());
        }
    }
    Ok(())
}
