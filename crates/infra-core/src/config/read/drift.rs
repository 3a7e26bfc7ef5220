//! `drift { … }`.

use hcl::edit::structure::Block;
use indexmap::IndexMap;
use jiff::civil::Date;

use super::fields::{Fields, Shape};
use super::reader::Reader;
use crate::config::error::Problem;
use crate::config::{BenignRule, Drift};

pub(super) const SHAPE: Shape = Shape {
    attributes: &[],
    blocks: &["benign", "consequences"],
};
const BENIGN: Shape = Shape {
    attributes: &["resources", "attributes", "reason", "owner", "expires"],
    blocks: &[],
};
const CONSEQUENCES: Shape = Shape {
    attributes: &["resource_types"],
    blocks: &[],
};

impl Reader {
    pub(super) fn drift(&self, block: &Block) -> Drift {
        let fields = Fields::of_block(self, block, &SHAPE);
        let mut seen = IndexMap::new();
        let mut benign = Vec::new();
        for block in fields.blocks("benign") {
            let rule = self.benign(block);
            if let Some((name, span)) = self.label(block) {
                self.check(
                    !name.trim().is_empty(),
                    "benign",
                    &name,
                    "a name that says something",
                    span.clone(),
                );
                self.unique(&mut seen, &name, span, "benign");
                benign.push(BenignRule { name, ..rule });
            }
        }
        let consequence_types = fields.block_once("consequences").map(|block| {
            let fields = Fields::of_block(self, block, &CONSEQUENCES);
            if fields.get("resource_types").is_none() {
                fields.missing(
                    "\"resource_types\"",
                    "name the types of resource whose change may be a consequence; [] is none",
                );
            }
            fields.strings("resource_types")
        });
        Drift {
            benign,
            consequence_types,
        }
    }

    fn benign(&self, block: &Block) -> BenignRule {
        let fields = Fields::of_block(self, block, &BENIGN);
        BenignRule {
            name: String::new(),
            resources: fields.required_strings(
                "resources",
                "resources = [\"aws_instance.*\"] says whose drift is expected",
            ),
            attributes: fields.required_strings(
                "attributes",
                "attributes = [\"public_ip\"] says which drift is expected",
            ),
            reason: fields.required_string(
                "reason",
                "reason = \"…\" says why this drift is expected; it is shown with each hit",
            ),
            owner: fields.string("owner"),
            expires: fields.date("expires"),
            line: fields.line(),
        }
    }
}

impl Fields<'_> {
    fn date(&self, name: &str) -> Option<Date> {
        let (text, span) = self.string_at(name)?;
        let date = parse_date(&text);
        if date.is_none() {
            let problem = Problem::Invalid {
                name: name.to_owned(),
                value: format!("{text:?}"),
                expected: "a day such as \"2027-01-31\"",
            };
            self.reader.report(span, problem, None);
        }
        date
    }
}

/// Only `YYYY-MM-DD`: the other notations of ISO 8601 are easy to misread.
fn parse_date(text: &str) -> Option<Date> {
    let plain = text.len() == 10
        && text.bytes().enumerate().all(|(at, b)| {
            if at == 4 || at == 7 {
                b == b'-'
            } else {
                b.is_ascii_digit()
            }
        });
    plain.then(|| text.parse().ok()).flatten()
}
