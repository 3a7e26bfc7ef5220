//! `terraform { … }`.

use camino::Utf8PathBuf;
use hcl::edit::structure::Block;

use super::fields::{Fields, Shape};
use super::reader::Reader;
use crate::config::Terraform;

const SHAPE: Shape = Shape {
    attributes: &[
        "dir",
        "binary",
        "var_files",
        "workspace",
        "env",
        "refresh_after_apply",
    ],
    blocks: &[],
};

impl Reader {
    /// Without `dir`, the root module is the directory of the file.
    pub(super) fn terraform(&self, block: Option<&Block>) -> Terraform {
        let here = || Utf8PathBuf::from(".");
        let Some(block) = block else {
            return Terraform {
                dir: here(),
                ..Terraform::default()
            };
        };
        let fields = Fields::of_block(self, block, &SHAPE);
        Terraform {
            dir: fields.path("dir").unwrap_or_else(here),
            binary: fields.string("binary"),
            var_files: fields.paths("var_files"),
            workspace: fields.string("workspace"),
            env: fields.env("env"),
            refresh_after_apply: fields.boolean("refresh_after_apply").unwrap_or(true),
        }
    }
}
