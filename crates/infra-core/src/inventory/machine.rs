//! A resource that is a machine: what the table of providers reads out of it.

use std::borrow::Cow;

use super::address::Addresses;
use super::draft::{Draft, SkipReason};
use super::facts::Facts;
use super::pick::{Picked, Picker, root_of};
use super::provider::Row;
use super::survey::Survey;
use crate::terraform::Object;

/// A resource that is a machine.
pub(super) struct Machine<'s> {
    object: &'s Object<'s>,
    row: &'static Row,
    picked: Picked<'s>,
    /// The address of the resource
    pub(super) address: String,
    /// The addresses of the machine
    pub(super) addresses: Addresses<'s>,
}

impl<'s> Machine<'s> {
    /// Reads the `wanted` attributes of `object` by `row`.
    pub(super) fn read(
        object: &'s Object<'s>,
        row: &'static Row,
        wanted: &mut Picker,
        survey: &Survey<'s>,
    ) -> Self {
        let picked = wanted.read(object);
        Self {
            addresses: survey.addresses(&object.resource_type, row, &picked),
            address: object.address(),
            object,
            row,
            picked,
        }
    }

    /// The name that the cloud has for it.
    pub(super) fn tagged(&self) -> Option<Cow<'s, str>> {
        self.picked.first_text(self.row.name)
    }

    /// What tells the machine from another of the same name.
    pub(super) fn identity(&self) -> Option<Cow<'s, str>> {
        self.picked.first_text(self.row.identity)
    }

    /// Why it has no address.
    pub(super) fn no_address(&self) -> SkipReason {
        let mut paths = [
            self.row.public,
            self.row.mixed,
            self.row.private,
            self.row.dns,
        ]
        .into_iter()
        .flatten();
        if paths.any(|path| self.picked.sensitive.contains(&root_of(path))) {
            SkipReason::SensitiveAddress
        } else {
            SkipReason::NoAddress
        }
    }

    /// Whether there is an address to connect to.
    pub(super) fn is_reachable(&self) -> bool {
        self.addresses.is_reachable()
    }

    /// The host that it is, as far as the table says.
    pub(super) fn into_draft(self) -> Draft<'s> {
        Draft {
            tagged: self.tagged(),
            object: Some(self.object),
            identity: self.identity(),
            facts: Facts::of(self.object, self.row, self.picked, self.addresses),
            resource: self.address,
            ..Draft::default()
        }
    }
}
