//! The inputs of a playbook.

use infra::exec::escape::printable;
use infra::verbs::inputs::{HostVariables, InputFile, InputsAnswer};

use super::count::count;
use super::page::{Detail, Page};
use crate::style::{CHANGE, HEADING, MUTED, paint};

/// How many entries of a list are shown before it is folded.
const ROOM: usize = 200;

/// The page of `infra inputs`.
pub(crate) fn inputs(answer: &InputsAnswer, detail: Detail) -> String {
    let mut page = Page::default();
    let host = answer
        .host
        .as_ref()
        .map(|host| format!(" on {}", printable(host)));
    let title = format!(
        "{}{}: {} and {}",
        printable(answer.playbook.as_str()),
        host.unwrap_or_default(),
        count(answer.files.len(), "file"),
        count(answer.variables.len(), "variable"),
    );
    page.line(0, paint(HEADING, title));

    page.heading("Plays");
    for play in &answer.plays {
        let widened = if play.widened {
            " (not known before it runs: all)"
        } else {
            ""
        };
        let hosts = count(play.hosts.len(), "host");
        page.line(
            2,
            format_args!("{}: {hosts}{widened}", printable(&play.place)),
        );
    }
    page.heading("Files");
    let shown = detail.fold(answer.files.len(), ROOM);
    for file in answer.files.iter().take(shown) {
        add_file(&mut page, file, detail);
    }
    page.folded(2, answer.files.len() - shown);
    if !answer.modes.is_empty() {
        page.heading("Files and directories whose mode counts too");
        let shown = detail.fold(answer.modes.len(), ROOM);
        for path in answer.modes.iter().take(shown) {
            page.line(2, printable(path.as_str()));
        }
        page.folded(2, answer.modes.len() - shown);
    }
    variables(&mut page, answer, detail);
    environment(&mut page, answer);
    tools(&mut page, answer);
    unresolved(&mut page, answer);
    if detail == Detail::Full && !answer.absent.is_empty() {
        page.heading("Looked for, and would be inputs if they were there");
        for path in &answer.absent {
            page.line(2, paint(MUTED, printable(path.as_str())));
        }
    }
    page.into_text()
}

fn add_file(page: &mut Page, file: &InputFile, detail: Detail) {
    let widened = if file.widened {
        paint(CHANGE, " (a name that can't be resolved could mean it)").to_string()
    } else {
        String::new()
    };
    page.line(
        2,
        format_args!("{}{widened}", printable(file.path.as_str())),
    );
    // The whole way is for those who ask; the last step says what reads the file.
    let skip = match detail {
        Detail::Full => 0,
        Detail::Folded => file.via.len().saturating_sub(1),
    };
    for step in file.via.iter().skip(skip) {
        page.line(6, paint(MUTED, format_args!("via {}", printable(step))));
    }
}

fn variables(page: &mut Page, answer: &InputsAnswer, detail: Detail) {
    let reads_other = answer.all_groups || !answer.groups.is_empty() || answer.group_names;
    if answer.variables.is_empty() && answer.hostvars.is_empty() && !reads_other {
        return;
    }
    page.heading("Variables");
    if answer.all_variables {
        page.line(2, "any variable may be read; known by name are:");
    }
    let shown = detail.fold(answer.variables.len(), ROOM);
    for name in answer.variables.iter().take(shown) {
        page.line(2, printable(name));
        let places = answer
            .variables_from
            .get(name)
            .map_or(&[][..], Vec::as_slice);
        // Of a name that many files set, the first few say what it is.
        let few = detail.fold(places.len(), 3);
        for place in places.iter().take(few) {
            page.line(6, paint(MUTED, format_args!("from {}", printable(place))));
        }
        page.folded(6, places.len() - few);
    }
    page.folded(2, answer.variables.len() - shown);
    for read in &answer.hostvars {
        page.line(2, hostvars(read));
    }
    if answer.all_groups {
        page.line(2, "the members of any group");
    } else if !answer.groups.is_empty() {
        let groups: Vec<_> = answer.groups.iter().map(|group| printable(group)).collect();
        page.line(2, format_args!("the members of {}", groups.join(", ")));
    }
    if answer.group_names {
        page.line(2, "the groups of the host");
    }
    if answer.play_hosts {
        page.line(2, "the hosts of the play");
    }
}

fn hostvars(read: &HostVariables) -> String {
    let of = printable(&read.of);
    if read.all {
        return format!("any variable of {of}");
    }
    let names: Vec<_> = read.names.iter().map(|name| printable(name)).collect();
    format!("of {of}: {}", names.join(", "))
}

fn environment(page: &mut Page, answer: &InputsAnswer) {
    if answer.environment.is_empty() {
        return;
    }
    page.heading("Environment variables");
    for name in &answer.environment {
        page.line(2, printable(name));
    }
}

fn tools(page: &mut Page, answer: &InputsAnswer) {
    if answer.tools.is_empty() && answer.collections.is_empty() {
        return;
    }
    page.heading("Versions");
    for (tool, version) in &answer.tools {
        page.line(
            2,
            format_args!("{} {}", printable(tool), printable(version)),
        );
    }
    for collection in &answer.collections {
        let version = collection.version.as_deref().unwrap_or("(no version)");
        page.line(
            2,
            format_args!("{} {}", printable(&collection.name), printable(version)),
        );
    }
}

fn unresolved(page: &mut Page, answer: &InputsAnswer) {
    if answer.unresolved.is_empty() {
        return;
    }
    page.heading("Not known beforehand");
    for item in &answer.unresolved {
        let place = match item.line {
            0 => item.file.to_string(),
            line => format!("{}:{line}", item.file),
        };
        let runs = if item.self_changing {
            " (so it runs at each apply)"
        } else {
            ""
        };
        page.line(
            2,
            format_args!(
                "{}: {}: {}{runs}",
                printable(&place),
                printable(&item.what),
                printable(&item.why)
            ),
        );
    }
}
