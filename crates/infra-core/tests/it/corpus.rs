//! The recorded documents that tests run over: those of the project, and a larger
//! collection of public ones where it is at hand.

use std::path::{Path, PathBuf};

/// Every recorded document: `(path relative to its collection, bytes)`.
pub(crate) fn documents() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    let larger = std::env::var_os("INFRA_CORPUS")
        .map_or_else(|| root.join("../shared/corpus"), PathBuf::from);
    for collection in [root.join("fixtures"), larger] {
        let mut waiting = vec![collection.clone()];
        while let Some(directory) = waiting.pop() {
            let Ok(entries) = std::fs::read_dir(&directory) else {
                continue;
            };
            for entry in entries.map(Result::unwrap) {
                if entry.file_type().unwrap().is_dir() {
                    waiting.push(entry.path());
                } else {
                    let name = entry
                        .path()
                        .strip_prefix(&collection)
                        .unwrap()
                        .display()
                        .to_string();
                    files.push((name, std::fs::read(entry.path()).unwrap()));
                }
            }
        }
    }
    files.sort();
    files
}
