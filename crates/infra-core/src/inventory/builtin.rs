//! Hosts without a `hosts` block: every machine that the table of providers knows, and
//! what the state declares by resources of Ansible's own providers.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::BuildOptions;
use super::declared::Declared;
use super::draft::{Draft, SkipReason, Skipped, candidates, room_for_all};
use super::findings::Findings;
use super::kinds::Kinds;
use super::machine::Machine;
use super::names::group_name;
use super::pick::Picker;
use super::provider::{Row, make_no_hosts, row_of};
use super::survey::{Survey, wanted_of};
use crate::terraform::State;

/// The hosts of a state, and what was not one.
pub(super) fn drafts<'s>(
    state: &'s State<'_>,
    survey: &Survey<'s>,
    declared: &mut Declared<'s>,
    options: BuildOptions,
    findings: &mut Findings,
) -> Vec<Draft<'s>> {
    let mut kinds: Kinds<'s, Kind<'s>> = Kinds::default();
    let mut drafts = room_for_all(state);
    for object in candidates(state) {
        let kind = object.resource_type.as_str();
        match kinds.get(kind, Kind::of) {
            Kind::Machine(known) => {
                let machine = Machine::read(object, known.row, &mut known.wanted, survey);
                if let Some(by) = declared.claim(&machine) {
                    findings.skipped.push(Skipped {
                        address: machine.address,
                        reason: SkipReason::Declared(by),
                    });
                } else if !machine.is_reachable() && !options.allow_unaddressed {
                    findings.skipped.push(Skipped {
                        reason: machine.no_address(),
                        address: machine.address,
                    });
                } else {
                    let mut draft = machine.into_draft();
                    let groups = known.groups.get(&object.name, |name| {
                        Rc::new([kind, name].into_iter().filter_map(group_name).collect())
                    });
                    draft.groups = Rc::clone(groups);
                    drafts.push(draft);
                }
            }
            Kind::MakesMachines => findings.skipped.push(Skipped {
                address: object.address(),
                reason: SkipReason::MakesMachines,
            }),
            Kind::Other => {}
        }
    }
    drafts
}

enum Kind<'s> {
    Machine(Box<Known<'s>>),
    MakesMachines,
    Other,
}

struct Known<'s> {
    row: &'static Row,
    wanted: Picker,
    /// The groups of a host, by the name of its resource
    groups: Kinds<'s, Rc<BTreeSet<String>>>,
}

impl Kind<'_> {
    fn of(kind: &str) -> Self {
        match row_of(kind) {
            // Read by `declared`, as its resources mean it.
            Some(_) if kind == "ansible_host" => Self::Other,
            Some(row) => Self::Machine(Box::new(Known {
                row,
                wanted: Picker::new(wanted_of(kind, row)),
                groups: Kinds::default(),
            })),
            None if make_no_hosts(kind) => Self::MakesMachines,
            None => Self::Other,
        }
    }
}
