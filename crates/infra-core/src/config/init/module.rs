//! What can be seen in the `.tf` files of a module without Terraform.

use hcl::edit::parser;
use hcl::edit::structure::{Block, BlockLabel, Body};

use crate::config::operands::is_soon_read;

/// What the source of a root module says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Module {
    /// The types of its resources, sorted, each once
    pub resource_types: Vec<String>,
    /// Where Terraform keeps its state: the label of the `backend` block, `cloud`, or none
    /// for a file beside the module
    pub backend: Option<String>,
    /// Files that aren't HCL, and so aren't seen
    pub unread: Vec<String>,
}

/// Reads the `.tf` files of one module, given as path and text.
pub fn read_module(files: &[(&str, &str)]) -> Module {
    let mut module = Module::default();
    let mut seen = Vec::new();
    for (path, _, body) in bodies(files) {
        seen.push(path);
        for block in body.blocks() {
            match labels(block)[..] {
                ["resource", resource_type, _] => {
                    module.resource_types.push(resource_type.to_owned());
                }
                ["terraform"] => module.backend = module.backend.take().or_else(|| backend(block)),
                _ => {}
            }
        }
    }
    module.unread = files
        .iter()
        .map(|(path, _)| *path)
        .filter(|path| !seen.contains(path))
        .map(str::to_owned)
        .collect();
    module.resource_types.sort();
    module.resource_types.dedup();
    module
}

fn backend(terraform: &Block) -> Option<String> {
    terraform
        .body
        .blocks()
        .find_map(|block| match labels(block)[..] {
            ["backend", kind] => Some(kind.to_owned()),
            ["cloud"] => Some("cloud".to_owned()),
            _ => None,
        })
}

/// The files that are HCL, with their trees.
pub(super) fn bodies<'a>(
    files: &'a [(&'a str, &'a str)],
) -> impl Iterator<Item = (&'a str, &'a str, Body)> {
    files.iter().filter_map(|(path, text)| {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let body = is_soon_read(text).then(|| parser::parse_body(text));
        Some((*path, text, body?.ok()?))
    })
}

/// The kind of a block and its labels, in one list.
pub(super) fn labels(block: &Block) -> Vec<&str> {
    std::iter::once(block.ident.value().as_str())
        .chain(block.labels.iter().map(BlockLabel::as_str))
        .collect()
}
