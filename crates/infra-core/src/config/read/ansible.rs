//! `ansible { … }`.

use hcl::edit::structure::Block;

use super::fields::{Fields, Shape};
use super::reader::Reader;
use crate::config::Ansible;

const SHAPE: Shape = Shape {
    attributes: &[
        "binary",
        "config",
        "env",
        "vault_password_file",
        "private_key",
        "user",
        "ssh_args",
        "first_contact",
        "cloud_init",
        "forks",
    ],
    blocks: &[],
};

impl Reader {
    pub(super) fn ansible(&self, block: &Block) -> Ansible {
        let fields = Fields::of_block(self, block, &SHAPE);
        Ansible {
            binary: fields.string("binary"),
            config: fields.path("config"),
            env: fields.env("env"),
            vault_password_file: fields.path("vault_password_file"),
            private_key: fields.path("private_key"),
            user: fields.string("user"),
            ssh_args: fields.strings("ssh_args"),
            first_contact: fields.duration("first_contact"),
            cloud_init: fields.boolean("cloud_init"),
            forks: fields.whole("forks", 1..=10_000, "a whole number from 1 to 10000"),
        }
    }
}
