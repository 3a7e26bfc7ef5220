//! The pattern language of `hosts:`, as `inventory/manager.py` evaluates it.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

/// The hosts that a pattern selects.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Selected {
    /// Their names
    pub(crate) hosts: BTreeSet<String>,
    /// Names in the pattern that neither a host nor a group has
    pub(crate) unknown: Vec<String>,
}

/// Evaluates a pattern. `members` has every group, `all` included.
pub(crate) fn select(
    pattern: &[String],
    all: &BTreeSet<&str>,
    members: &BTreeMap<&str, BTreeSet<&str>>,
) -> Selected {
    let mut parts: Vec<String> = pattern.iter().flat_map(|text| split(text)).collect();
    // Regular patterns first, then the intersections, then the exclusions.
    parts.sort_by_key(|part| match part.as_bytes().first() {
        Some(b'&') => 1,
        Some(b'!') => 2,
        _ => 0,
    });
    if parts
        .first()
        .is_none_or(|part| part.starts_with(['&', '!']))
        && !parts.is_empty()
    {
        parts.insert(0, "all".to_owned());
    }
    let mut selected = Selected::default();
    for part in &parts {
        if let Some(rest) = part.strip_prefix('&') {
            let these = one(rest, all, members, &mut selected.unknown);
            selected.hosts.retain(|host| these.contains(host));
        } else if let Some(rest) = part.strip_prefix('!') {
            let these = one(rest, all, members, &mut selected.unknown);
            selected.hosts.retain(|host| !these.contains(host));
        } else {
            let these = one(part, all, members, &mut selected.unknown);
            selected.hosts.extend(these);
        }
    }
    selected
}

/// The names of groups and hosts in a pattern, wildcards as written.
pub(crate) fn names_in(pattern: &[String]) -> Vec<String> {
    let parts = pattern.iter().flat_map(|text| split(text));
    parts
        .map(|part| {
            let name = part.trim_start_matches(['&', '!']);
            let name = name.split_once('[').map_or(name, |(name, _)| name);
            name.to_owned()
        })
        .collect()
}

/// `split_host_pattern`: at commas, or else at colons outside of brackets, unless the
/// whole is an address.
fn split(text: &str) -> Vec<String> {
    let parts: Vec<&str> = if text.contains(',') {
        text.split(',').collect()
    } else if text.starts_with('~')
        || text.matches(':').count() > 1 && text.parse::<std::net::Ipv6Addr>().is_ok()
    {
        vec![text]
    } else {
        let mut parts = Vec::new();
        let (mut start, mut depth) = (0, 0_u32);
        for (at, c) in text.char_indices() {
            match c {
                '[' => depth += 1,
                ']' => depth = depth.saturating_sub(1),
                ':' if depth == 0 => {
                    parts.push(text.get(start..at).unwrap_or_default());
                    start = at + 1;
                }
                _ => {}
            }
        }
        parts.push(text.get(start..).unwrap_or_default());
        parts
    };
    parts
        .into_iter()
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

fn one(
    part: &str,
    all: &BTreeSet<&str>,
    members: &BTreeMap<&str, BTreeSet<&str>>,
    unknown: &mut Vec<String>,
) -> BTreeSet<String> {
    // A subscript counts in the inventory's order, which is not known here: a selection by
    // number may be any of them.
    let name = match part
        .strip_suffix(']')
        .and_then(|rest| rest.rsplit_once('['))
    {
        Some((name, range))
            if !part.starts_with('~')
                && range
                    .chars()
                    .all(|c| c.is_ascii_digit() || matches!(c, '-' | ':')) =>
        {
            name
        }
        _ => part,
    };
    let own = |names: &BTreeSet<&str>| {
        names
            .iter()
            .map(|host| (*host).to_owned())
            .collect::<BTreeSet<String>>()
    };
    if name == "all" || name == "*" {
        return own(all);
    }
    let fits: Box<dyn Fn(&str) -> bool> = if let Some(expression) = name.strip_prefix('~') {
        match Regex::new(&format!("^(?:{expression})")) {
            Ok(regex) => Box::new(move |text| regex.is_match(text)),
            // A pattern of Python's that this engine doesn't know could match all.
            Err(_) => return own(all),
        }
    } else if name.contains(['*', '?', '[']) {
        match globset::GlobBuilder::new(name)
            .literal_separator(false)
            .build()
        {
            Ok(glob) => {
                let glob = glob.compile_matcher();
                Box::new(move |text| glob.is_match(text))
            }
            Err(_) => return own(all),
        }
    } else {
        Box::new(move |text| text == name)
    };
    let mut found = BTreeSet::new();
    let mut known = false;
    for (group, hosts) in members {
        if fits(group) {
            known = true;
            found.extend(own(hosts));
        }
    }
    for host in all.iter().filter(|host| fits(host)) {
        known = true;
        found.insert((*host).to_owned());
    }
    if !known {
        if matches!(name, "localhost" | "127.0.0.1" | "::1") {
            found.insert("localhost".to_owned());
        } else {
            unknown.push(name.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(pattern: &str) -> Vec<String> {
        let all = BTreeSet::from(["web1", "web2", "db1", "lb"]);
        let members = BTreeMap::from([
            ("all", all.clone()),
            ("web", BTreeSet::from(["web1", "web2"])),
            ("prod", BTreeSet::from(["web1", "db1"])),
        ]);
        select(&[pattern.to_owned()], &all, &members)
            .hosts
            .into_iter()
            .collect()
    }

    #[test]
    fn the_pattern_language_of_the_guide() {
        assert_eq!(hosts("web"), ["web1", "web2"]);
        assert_eq!(hosts("web:db1"), ["db1", "web1", "web2"]);
        assert_eq!(hosts("web,&prod"), ["web1"]);
        assert_eq!(hosts("all:!web"), ["db1", "lb"]);
        assert_eq!(hosts("!web"), ["db1", "lb"]);
        assert_eq!(hosts("w*"), ["web1", "web2"]);
        assert_eq!(hosts("~(web|db)\\d"), ["db1", "web1", "web2"]);
        assert_eq!(hosts("localhost"), ["localhost"]);
        assert_eq!(hosts("web[0:1]"), ["web1", "web2"]);
        assert_eq!(hosts("nothing"), Vec::<String>::new());
    }
}
