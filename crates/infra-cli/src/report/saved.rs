//! Where a decision was saved.

use camino::Utf8Path;
use infra::exec::escape::printable;

/// What to do with a decision that was saved.
pub(crate) fn saved(file: &Utf8Path) -> String {
    let file = printable(file.as_str());
    format!("\nsaved in {file}; to carry it out: infra apply {file}\n")
}
