//! `infra schema`.

use std::io::Write as _;

use anyhow::anyhow;
use clap::Args;
use infra::core::hint::did_you_mean;

use crate::exit::Ending;
use crate::failure::Failure;
use crate::output;
use crate::schemas::SCHEMAS;

/// Print the JSON Schema of a document
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Schema {
    /// The document; without it, the names of all documents are printed
    name: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  infra schema                                   the names of all documents
  infra schema plan > plan.schema.json           what `infra plan --json` prints";

impl Schema {
    pub(crate) fn run(self) -> Result<Ending, Failure> {
        let text = match self.name {
            None => names().join("\n") + "\n",
            Some(name) => find(&name)?.to_owned(),
        };
        output::print_with(|out| out.write_all(text.as_bytes()))?;
        Ok(Ending::Done)
    }
}

fn find(name: &str) -> Result<&'static str, Failure> {
    let found = SCHEMAS.iter().find(|(known, _)| *known == name);
    found.map(|(_, text)| *text).ok_or_else(|| {
        let known = names();
        let meant = did_you_mean(name, known.iter().copied());
        let hints = meant
            .map(|meant| format!("did you mean {meant:?}?"))
            .into_iter()
            .chain([format!("there is: {}", known.join(", "))]);
        Failure::new(anyhow!("there is no schema {name:?}"), hints.collect())
    })
}

fn names() -> Vec<&'static str> {
    SCHEMAS.iter().map(|(name, _)| *name).collect()
}
