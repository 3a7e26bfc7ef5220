//! The one setting of an `ansible.cfg` that says where the inventory is.

use camino::{Utf8Path, Utf8PathBuf};

/// The inventories that an `ansible.cfg` names: `[defaults] inventory`, a list of paths
/// from the directory of the file
/// ([`INVENTORY`](https://docs.ansible.com/ansible/latest/reference_appendices/config.html#default-host-list)).
pub(super) fn inventories(config: &Utf8Path) -> Vec<Utf8PathBuf> {
    let Ok(text) = std::fs::read_to_string(config) else {
        return Vec::new();
    };
    let dir = config.parent().unwrap_or(Utf8Path::new(""));
    let Some(value) = setting(&text) else {
        return Vec::new();
    };
    value
        .split(',')
        .map(str::trim)
        .filter(|place| !place.is_empty() && !place.starts_with('~'))
        .map(|place| dir.join(place))
        .collect()
}

/// The value as Python's `configparser` reads it, on one line.
fn setting(text: &str) -> Option<&str> {
    let mut in_defaults = false;
    let mut found = None;
    for line in text.lines() {
        // What is indented continues the value before.
        if line.starts_with([' ', '\t', '#', ';']) {
            continue;
        }
        let line = line.split(" ;").next().unwrap_or(line).trim();
        if let Some(section) = line.strip_prefix('[') {
            in_defaults = section.trim_end_matches(']') == "defaults";
        } else if in_defaults
            && let Some((key, value)) = line.split_once(['=', ':'])
            && key.trim().eq_ignore_ascii_case("inventory")
        {
            found = Some(value.trim());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inventory_of_the_defaults_counts() {
        let text = "[other]\ninventory = no\n[defaults]\nforks=5\ninventory = hosts, prod ; both\n";
        assert_eq!(setting(text), Some("hosts, prod"));
        assert_eq!(setting("[defaults]\n# inventory = x\n"), None);
    }

    #[test]
    fn paths_start_at_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = Utf8Path::from_path(dir.path()).unwrap().join("ansible.cfg");
        std::fs::write(&file, "[defaults]\ninventory=hosts,/etc/more\n").unwrap();
        assert_eq!(
            inventories(&file),
            [file.with_file_name("hosts"), "/etc/more".into()]
        );
        assert!(inventories("/no/such/file".into()).is_empty());
    }
}
