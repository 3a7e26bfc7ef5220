//! The old pattern: a `null_resource` or `terraform_data` that runs `ansible-playbook`.

use hcl::edit::Span;
use hcl::edit::expr::Expression;
use hcl::edit::structure::{Block, Body};
use hcl::edit::template::{Element, Template};

use super::command::{join, playbooks_of};
use super::module::{bodies, labels};

/// A resource of Terraform that exists to run playbooks.
///
/// Each replacement of it runs them, needed or not, and a failed run leaves it tainted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runner {
    /// Its address, without instance keys: `null_resource.run_ansible_playbook`
    pub address: String,
    /// The file it stands in
    pub file: String,
    /// The line of its block, from 1
    pub line: usize,
    /// The playbooks that it runs, relative to where the paths of the files are. What
    /// Terraform would have to work out still holds `${…}`
    pub playbooks: Vec<String>,
}

impl Runner {
    /// The block for Terraform that forgets the resource without destroying anything.
    ///
    /// It is to be added where the resource block is taken out
    /// ([`removed` blocks](https://developer.hashicorp.com/terraform/language/block/removed),
    /// Terraform 1.7 and OpenTofu 1.7).
    pub fn removed_block(&self) -> String {
        format!(
            "removed {{\n  from = {}\n\n  lifecycle {{\n    destroy = false\n  }}\n}}\n",
            self.address
        )
    }
}

/// Finds the resources that run `ansible-playbook` in the `.tf` files of one module, given
/// as path and text, in the order of the files. A file that isn't HCL is left out.
pub fn find_runners(files: &[(&str, &str)]) -> Vec<Runner> {
    let mut runners = Vec::new();
    for (path, text, body) in bodies(files) {
        for block in body.blocks() {
            if let Some(runner) = runner(path, text, block) {
                runners.push(runner);
            }
        }
    }
    runners
}

fn runner(file: &str, text: &str, block: &Block) -> Option<Runner> {
    let [
        "resource",
        resource_type @ ("null_resource" | "terraform_data"),
        name,
    ] = labels(block)[..]
    else {
        return None;
    };
    let directory = file.rsplit_once('/').map_or("", |(directory, _)| directory);
    let mut playbooks = Vec::new();
    let mut runs_ansible = false;
    for provisioner in block.body.blocks() {
        if labels(provisioner) != ["provisioner", "local-exec"] {
            continue;
        }
        let Some(command) = attribute_text(&provisioner.body, "command", text) else {
            continue;
        };
        if !command.contains("ansible-playbook") {
            continue;
        }
        runs_ansible = true;
        let start = match attribute_text(&provisioner.body, "working_dir", text) {
            Some(working_dir) => from_module(&working_dir, directory)
                .unwrap_or_else(|| join(directory, &working_dir)),
            None => directory.to_owned(),
        };
        for playbook in playbooks_of(&command) {
            // What starts at the module doesn't start where the command does.
            let path = match from_module(&playbook, directory) {
                Some(path) => path,
                None => join(&start, &playbook),
            };
            if !playbooks.contains(&path) {
                playbooks.push(path);
            }
        }
    }
    let offset = block.ident.span().unwrap_or(0..0).start;
    let line = text.get(..offset).unwrap_or("").matches('\n').count() + 1;
    let address = format!("{resource_type}.{name}");
    runs_ansible.then(|| Runner {
        address,
        file: file.to_owned(),
        line,
        playbooks,
    })
}

/// The path of what stands at `${path.module}/…`. The other two are the same directory as
/// long as Terraform runs in its root module.
fn from_module(path: &str, module: &str) -> Option<String> {
    let roots = ["${path.module}", "${path.root}", "${path.cwd}"];
    let rest = roots.iter().find_map(|root| path.strip_prefix(root))?;
    Some(join(module, rest.trim_start_matches('/')))
}

/// The text of a string attribute, with interpolations as they are written.
fn attribute_text(body: &Body, name: &str, source: &str) -> Option<String> {
    Some(text_of(&body.get_attribute(name)?.value, source))
}

fn text_of(expr: &Expression, source: &str) -> String {
    match expr {
        Expression::String(text) => text.value().clone(),
        Expression::StringTemplate(template) => template_text(template, source),
        Expression::HeredocTemplate(heredoc) => template_text(&heredoc.template, source),
        Expression::Parenthesis(inner) => text_of(inner.inner(), source),
        // `join(" ", ["ansible-playbook", …])`, `format("ansible-playbook %s", …)`
        Expression::FuncCall(call) => spaced(call.args.iter(), source),
        Expression::Array(items) => spaced(items.iter(), source),
        other => format!(
            "${{{}}}",
            other.span().and_then(|span| source.get(span)).unwrap_or("")
        ),
    }
}

fn spaced<'a>(parts: impl Iterator<Item = &'a Expression>, source: &str) -> String {
    parts
        .map(|part| text_of(part, source))
        .collect::<Vec<_>>()
        .join(" ")
}

fn template_text(template: &Template, source: &str) -> String {
    let mut text = String::new();
    for element in template {
        match element {
            Element::Literal(literal) => text.push_str(literal.value()),
            other => text.push_str(
                other
                    .span()
                    .and_then(|span| source.get(span))
                    .unwrap_or("${}"),
            ),
        }
    }
    text
}
