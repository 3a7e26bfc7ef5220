//! A resource that is a machine: what the table of providers reads out of it.

use super::address::Addresses;
use super::connect::is_user;
use super::draft::{Draft, SkipReason, address_facts, facts};
use super::names;
use super::pick::{Picked, Picker, root_of};
use super::provider::Row;
use super::survey::Survey;
use crate::json::Value;
use crate::terraform::Object;

/// A resource that is a machine.
pub(super) struct Machine<'s, 'a> {
    object: &'s Object<'a>,
    row: &'static Row,
    picked: Picked<'a>,
    /// The address of the resource
    pub(super) address: String,
    /// The addresses of the machine
    pub(super) addresses: Addresses,
}

impl<'s, 'a> Machine<'s, 'a> {
    /// Reads the `wanted` attributes of `object` by `row`.
    pub(super) fn read(
        object: &'s Object<'a>,
        row: &'static Row,
        wanted: &mut Picker<'a>,
        survey: &Survey,
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
    pub(super) fn tagged(&self) -> Option<String> {
        self.picked
            .first_text(self.row.name)
            .map(std::borrow::Cow::into_owned)
    }

    /// What tells the machine from another of the same name.
    pub(super) fn identity(&self) -> Option<String> {
        self.picked
            .first_text(self.row.identity)
            .map(std::borrow::Cow::into_owned)
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

    /// The host that it is, as far as the table says.
    pub(super) fn draft(&self) -> Draft {
        let mut draft = Draft {
            resource: self.address.clone(),
            tagged: self.tagged(),
            fallback: names::from_address(self.object),
            identity: self.identity(),
            ..Draft::default()
        };
        let facts = facts(self.object, &self.address, self.row, &self.picked);
        draft.vars.insert("infra".to_owned(), facts);
        if let Some(addresses) = address_facts(&self.addresses) {
            draft.vars.insert("infra_addresses".to_owned(), addresses);
        }
        if let Some(address) = self.addresses.best() {
            draft
                .vars
                .insert("ansible_host".to_owned(), Value::string(address));
        }
        if let Some(user) = self
            .picked
            .first_text(self.row.user)
            .filter(|user| is_user(user))
        {
            draft
                .vars
                .insert("ansible_user".to_owned(), Value::string(user.into_owned()));
        }
        draft
    }
}
