//! Long lists of names, filled into lines.

use infra::exec::escape::printable;

use super::page::{Detail, Page};

/// How many names are shown before a list is folded.
const ROOM: usize = 20;
/// How wide a line may be. Not the width of the terminal, so that the same answer reads the
/// same in a log.
const WIDTH: usize = 96;

/// Adds names, as many to a line as fit.
pub(super) fn names(page: &mut Page, indent: usize, names: &[&str], detail: Detail) {
    let shown = detail.fold(names.len(), ROOM);
    let mut line = String::new();
    for (position, name) in names.iter().take(shown).enumerate() {
        let comma = if position + 1 < names.len() { "," } else { "" };
        let item = format!("{}{comma}", printable(name));
        let width = indent + line.chars().count() + 1 + item.chars().count();
        if !line.is_empty() && width > WIDTH {
            page.line(indent, &line);
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&item);
    }
    if !line.is_empty() {
        page.line(indent, line);
    }
    page.folded(indent, names.len() - shown);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_hosts_take_a_few_lines() {
        let hosts: Vec<String> = (0..1000).map(|n| format!("leaf{n:04}")).collect();
        let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
        let mut page = Page::default();
        names(&mut page, 4, &hosts, Detail::Folded);
        insta::assert_snapshot!(page.into_text(), @r"
            leaf0000, leaf0001, leaf0002, leaf0003, leaf0004, leaf0005, leaf0006, leaf0007, leaf0008,
            leaf0009, leaf0010, leaf0011, leaf0012, leaf0013, leaf0014, leaf0015, leaf0016, leaf0017,
            leaf0018, leaf0019,
            … and 980 more (-v shows all)
        ");
    }
}
