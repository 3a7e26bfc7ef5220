//! Copies and versions of Terraform's state.

use infra::exec::escape::printable;
use infra::verbs::state::{Backup, Difference, Restored};

use super::count::count;
use super::page::Page;
use crate::style::{BAD, CHANGE, GOOD, HEADING, paint};

/// The line of `infra state backup`.
pub(crate) fn backup(backup: &Backup) -> String {
    format!(
        "{}: serial {} copied to {}; it holds secrets, and only you can read it\n",
        printable(&backup.stack),
        backup.state.serial,
        printable(backup.file.as_str())
    )
}

/// The page of `infra state list`.
#[cfg(feature = "aws")]
pub(crate) fn state_versions(list: &infra::verbs::state::StateVersions) -> String {
    let mut page = Page::default();
    page.line(0, paint(HEADING, printable(&list.state)));
    page.line(0, "");
    if list.versions.is_empty() {
        page.line(2, "there is no state yet");
    }
    for version in &list.versions {
        let what = match &version.state {
            Some(id) => format!("serial {:>4}  {:>8} bytes", id.serial, version.bytes),
            None if version.removed => "removed".to_owned(),
            None => format!("not a state, {} bytes", version.bytes),
        };
        let present = if version.present { "  present" } else { "" };
        page.line(
            2,
            format_args!(
                "{}  {what}  {}{present}",
                version.at,
                printable(&version.version)
            ),
        );
    }
    if list.more > 0 {
        page.line(
            2,
            format_args!("and {} more: --limit shows more", list.more),
        );
    }
    page.into_text()
}

/// What a restore would change, before it is asked.
pub(crate) fn state_difference(difference: &Difference) -> String {
    let mut page = Page::default();
    page.line(
        0,
        paint(
            HEADING,
            format!(
                "{} (serial {}) in the place of {}:",
                printable(&difference.from),
                difference.copy_serial,
                match difference.present_serial {
                    0 => "a state that isn't there".to_owned(),
                    serial => format!("the present state (serial {serial})"),
                }
            ),
        ),
    );
    page.line(0, "");
    for resource in &difference.resources {
        let address = printable(&resource.address);
        let line = match resource.change {
            "returns" => paint(GOOD, format!("+ {address} returns to the state")),
            "forgotten" => paint(
                BAD,
                format!("- {address} is forgotten, and stays where it is"),
            ),
            _ => paint(
                CHANGE,
                format!(
                    "~ {address}: {}",
                    printable(&resource.attributes.join(", "))
                ),
            ),
        };
        page.line(2, line);
    }
    for output in &difference.outputs {
        page.line(2, paint(CHANGE, format!("~ output {}", printable(output))));
    }
    if difference.resources.is_empty() && difference.outputs.is_empty() {
        page.line(2, "no resource and no output is different");
    }
    page.into_text()
}

/// The line of `infra state restore`.
pub(crate) fn restored(restored: &Restored) -> String {
    format!(
        "{}: {} is the present state, as serial {}; {} changed. `infra plan` shows what Terraform makes of it\n",
        printable(&restored.stack),
        printable(&restored.difference.from),
        restored.after.serial,
        count(restored.difference.resources.len(), "resource")
    )
}
