//! Where Ansible finds the inventory that nobody names.

use camino::{Utf8Path, Utf8PathBuf};

/// The inventories that Ansible reads if none is named: those of `$ANSIBLE_INVENTORY`, from
/// the directory in which it is started, else `[defaults] inventory` of the `ansible.cfg`,
/// from the directory of that
/// ([`DEFAULT_HOST_LIST`](https://docs.ansible.com/ansible/latest/reference_appendices/config.html#default-host-list)).
pub(super) fn inventories(start: &Utf8Path, config: Option<&Utf8Path>) -> Vec<Utf8PathBuf> {
    let variable = std::env::var("ANSIBLE_INVENTORY").ok();
    if let Some(places) = variable.filter(|places| !places.is_empty()) {
        return list(&places, start);
    }
    let text = config.and_then(|config| std::fs::read_to_string(config).ok());
    match (config, text.as_deref().and_then(setting)) {
        (Some(config), Some(places)) => list(places, config.parent().unwrap_or(start)),
        _ => Vec::new(),
    }
}

fn list(places: &str, dir: &Utf8Path) -> Vec<Utf8PathBuf> {
    places
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
            inventories("/elsewhere".into(), Some(&file)),
            [file.with_file_name("hosts"), "/etc/more".into()]
        );
        assert!(inventories("/elsewhere".into(), None).is_empty());
    }
}
