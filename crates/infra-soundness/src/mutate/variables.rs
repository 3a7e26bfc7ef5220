//! Changes of what is no file: variables of the inventory, machines, versions, extra variables.

use infra::core::ansible::{ClosureError, Reason};
use infra::core::inventory::Inventory;
use infra::core::json::Value;

use super::tally::{Hosts, Tally};
use crate::case::Case;
use crate::truth::Truth;
use crate::world::World;

/// Where the inventory gives a variable.
enum Place<'p> {
    All,
    Group(&'p str),
    Host(&'p str),
}

/// Changes each variable of the inventory where it is given, and everything else once.
pub(super) fn try_all(
    case: &Case,
    world: &World,
    truth: &Truth,
    tally: &mut Tally,
) -> Result<(), ClosureError> {
    let inventory = &world.inventory;
    let closure = world.closure(case)?;
    let unread: Hosts = (tally.hosts().iter())
        .filter(|host| {
            closure.for_host(host).is_some_and(|inputs| {
                (inputs.unresolved()).any(|item| item.why == Reason::Encrypted)
            })
        })
        .cloned()
        .collect();
    let mut places: Vec<(Place<'_>, &str)> = Vec::new();
    places.extend(
        inventory
            .vars
            .keys()
            .map(|name| (Place::All, name.as_str())),
    );
    for (group, found) in &inventory.groups {
        places.extend(
            found
                .vars
                .keys()
                .map(|name| (Place::Group(group), name.as_str())),
        );
    }
    for (host, found) in &inventory.hosts {
        places.extend(
            found
                .vars
                .keys()
                .map(|name| (Place::Host(host), name.as_str())),
        );
    }
    for (place, name) in places {
        let mut other = world.clone();
        let value = Value::from("another value".to_owned());
        let kind = match &place {
            Place::All => {
                other.inventory.vars.insert(name.to_owned(), value);
                "variable of all"
            }
            Place::Group(group) => {
                if let Some(group) = other.inventory.groups.get_mut(*group) {
                    group.vars.insert(name.to_owned(), value);
                }
                "variable of a group"
            }
            Place::Host(host) => {
                if let Some(host) = other.inventory.hosts.get_mut(*host) {
                    host.vars.insert(name.to_owned(), value);
                }
                "variable of a host"
            }
        };
        let reads = |host: &String, name: &str| {
            truth
                .get(host)
                .is_some_and(|truth| truth.variables.contains(name))
        };
        let of: Hosts = tally
            .hosts()
            .iter()
            .filter(|host| given(inventory, host, &place, name))
            .cloned()
            .collect();
        let must: Hosts = of
            .iter()
            .filter(|host| reads(host, name))
            .cloned()
            .collect();
        // Who looks at other hosts' variables may see it; a name that begins with `ansible_`
        // can change what a task does without being read.
        let may: Hosts = tally
            .hosts()
            .iter()
            .filter(|host| {
                reads(host, "hostvars")
                    || visible(inventory, host, &place)
                        && (reads(host, name) || name.starts_with("ansible_"))
            })
            .cloned()
            .collect();
        let decided = tally.decided(other.prints(case));
        // A value that is encrypted may read any of them.
        let known = decided
            .as_ref()
            .is_some_and(|decided| decided.difference(&may).all(|host| unread.contains(host)));
        tally.note(kind, name, decided.as_ref(), &must, &may, known);
    }
    let all = tally.hosts().clone();
    let mut newer = world.versions.clone();
    newer.ansible_core = Some("another".to_owned());
    let mut newer_jinja = world.versions.clone();
    newer_jinja
        .others
        .insert("jinja2".to_owned(), "another".to_owned());
    for (name, versions) in [("ansible-core", newer), ("jinja2", newer_jinja)] {
        let mut other = world.clone();
        other.versions = versions;
        let decided = tally.decided(other.prints(case));
        tally.note("version", name, decided.as_ref(), &all, &all, false);
    }
    for name in world
        .extra_vars
        .keys()
        .map(String::as_str)
        .chain(["new_one"])
    {
        let mut other = world.clone();
        let value = Value::from("another value".to_owned());
        other.extra_vars.insert(name.to_owned(), value);
        let decided = tally.decided(other.prints(case));
        tally.note("extra variable", name, decided.as_ref(), &all, &all, false);
    }
    for host in world.inventory.hosts.keys() {
        let mut other = world.clone();
        if let Some(host) = other.inventory.hosts.get_mut(host) {
            host.identity = Some("i-another".to_owned());
        }
        let hosts: Hosts = all.iter().filter(|name| *name == host).cloned().collect();
        let decided = tally.decided(other.prints(case));
        tally.note("machine", host, decided.as_ref(), &hosts, &hosts, false);
    }
    Ok(())
}

/// Whether a host's value of a variable is the one that is given at a place, and no other place
/// could decide: a host's own comes before a group's, a group's before that of all.
fn given(inventory: &Inventory, host: &str, place: &Place<'_>, name: &str) -> bool {
    let own = inventory
        .hosts
        .get(host)
        .is_some_and(|host| host.vars.contains_key(name));
    let groups: Vec<&str> = inventory
        .groups_of(host)
        .into_iter()
        .filter(|group| {
            (inventory.groups.get(*group)).is_some_and(|group| group.vars.contains_key(name))
        })
        .collect();
    match place {
        Place::Host(of) => *of == host,
        Place::Group(group) => !own && groups == [*group],
        Place::All => !own && groups.is_empty() && inventory.hosts.contains_key(host),
    }
}

/// Whether a host has the variables of a place, be it that others come before them.
fn visible(inventory: &Inventory, host: &str, place: &Place<'_>) -> bool {
    match place {
        Place::All => true,
        Place::Group(group) => inventory.groups_of(host).contains(*group),
        Place::Host(of) => *of == host,
    }
}
