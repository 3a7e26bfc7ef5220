//! `playbook "NAME" { … }`.

use std::ops::Range;

use camino::Utf8PathBuf;
use globset::Glob;
use hcl::edit::structure::Block;
use indexmap::IndexMap;

use super::fields::{Fields, Shape};
use super::reader::{Reader, header};
use crate::config::error::Problem;
use crate::config::{Health, Ignore, Playbook, Probe};

pub(super) const SHAPE: Shape = Shape {
    attributes: &[
        "path",
        "hosts",
        "vars",
        "var_files",
        "tags",
        "skip_tags",
        "inputs",
        "always",
        "max_age",
        "timeout",
    ],
    blocks: &["ignore", "health"],
};
const IGNORE: Shape = Shape {
    attributes: &["reason"],
    blocks: &[],
};
const HEALTH: Shape = Shape {
    attributes: &["tcp", "command", "deadline"],
    blocks: &[],
};

impl Reader {
    pub(super) fn playbook(&self, block: &Block) -> Playbook {
        let fields = Fields::of_block(self, block, &SHAPE);
        let inputs = fields.strings_at("inputs").unwrap_or_default();
        for (glob, span) in &inputs {
            self.glob("inputs", glob, span.clone());
        }
        let mut seen = IndexMap::new();
        let health = fields
            .blocks("health")
            .filter_map(|block| self.health(block, &mut seen))
            .collect();
        let mut seen = IndexMap::new();
        let ignore = fields
            .blocks("ignore")
            .filter_map(|block| self.ignore(block, &mut seen))
            .collect();
        Playbook {
            name: String::new(),
            path: Utf8PathBuf::from(fields.required_string(
                "path",
                "path = \"ansible/site.yml\" names the playbook file",
            )),
            hosts: fields.strings("hosts"),
            vars: fields.vars("vars"),
            var_files: fields.paths("var_files"),
            tags: fields.strings("tags"),
            skip_tags: fields.strings("skip_tags"),
            inputs: inputs.into_iter().map(|(glob, _)| glob).collect(),
            ignore,
            always: fields.boolean("always").unwrap_or(false),
            max_age: fields.duration("max_age"),
            timeout: fields.duration("timeout"),
            health,
            line: fields.line(),
        }
    }

    fn ignore(&self, block: &Block, seen: &mut IndexMap<String, Range<usize>>) -> Option<Ignore> {
        let fields = Fields::of_block(self, block, &IGNORE);
        let reason = fields.required_string(
            "reason",
            "reason = \"…\" says why these files decide nothing",
        );
        let (glob, span) = self.label(block)?;
        self.glob("ignore", &glob, span.clone());
        self.unique(seen, &glob, span, "ignore");
        Some(Ignore { glob, reason })
    }

    fn glob(&self, name: &str, glob: &str, span: Range<usize>) {
        let holds = !glob.is_empty() && Glob::new(glob).is_ok();
        self.check(
            holds,
            name,
            glob,
            "a file or a glob such as \"ansible/**/*.md\"",
            span,
        );
    }

    fn health(&self, block: &Block, seen: &mut IndexMap<String, Range<usize>>) -> Option<Health> {
        let fields = Fields::of_block(self, block, &HEALTH);
        let deadline = fields.duration("deadline");
        let (name, span) = self.label(block)?;
        self.check(
            !name.trim().is_empty(),
            "health",
            &name,
            "a name that says something",
            span.clone(),
        );
        self.unique(seen, &name, span, "health");
        let probe = match (fields.get("tcp"), fields.get("command")) {
            (Some(_), None) => {
                let port = fields.whole("tcp", 1..=65_535, "a port from 1 to 65535")?;
                Probe::Tcp(u16::try_from(port).ok()?)
            }
            (None, Some(_)) => Probe::Command(fields.required_strings("command", "")),
            _ => {
                let block_title = fields.title.clone();
                let problem = Problem::ExactlyOne {
                    block: block_title,
                    names: "\"tcp\" and \"command\"",
                };
                let hint = "tcp = 9090 tries a port of the host; command = [\"./check.sh\"] runs a program here";
                self.report(header(block), problem, [hint.to_owned()]);
                return None;
            }
        };
        Some(Health {
            name,
            probe,
            deadline,
        })
    }
}
