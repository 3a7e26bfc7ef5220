//! Copies of directories.

use std::fs;

use camino::Utf8Path;

/// Copies a directory and all below it.
pub fn copy_tree(from: &Utf8Path, to: &Utf8Path) {
    fs::create_dir_all(to).unwrap_or_else(|error| panic!("{to}: {error}"));
    let entries = from
        .read_dir_utf8()
        .unwrap_or_else(|error| panic!("{from}: {error}"));
    for entry in entries {
        let entry = entry.unwrap_or_else(|error| panic!("{from}: {error}"));
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap_or_else(|error| panic!("{target}: {error}"));
        }
    }
}
