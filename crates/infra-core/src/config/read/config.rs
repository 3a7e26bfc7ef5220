//! The file as a whole.

use indexmap::IndexMap;

use super::fields::{Fields, Shape};
use super::reader::Reader;
use crate::config::error::{ConfigErrors, Problem};
use crate::config::source::Source;
use crate::config::{Config, names, syntax};

pub(super) const SHAPE: Shape = Shape {
    attributes: &[],
    blocks: &["stack"],
};

impl Config {
    /// Reads `infra.hcl`. `file_name` is what messages call it.
    ///
    /// All that is wrong is reported together, as far as the syntax allows.
    ///
    /// ```
    /// let text = r#"
    ///     stack "web" {
    ///       terraform { dir = "terraform" }
    ///     }
    /// "#;
    /// let config = infra_core::config::Config::parse(text, "infra.hcl")?;
    /// assert_eq!(config.stacks["web"].terraform.dir, "terraform");
    /// # Ok::<(), infra_core::config::ConfigErrors>(())
    /// ```
    pub fn parse(text: &str, file_name: &str) -> Result<Self, ConfigErrors> {
        Self::parse_bytes(text.as_bytes(), file_name)
    }

    /// Reads `infra.hcl` as it is on the disk: UTF-8, with or without a byte-order mark.
    pub fn parse_bytes(bytes: &[u8], file_name: &str) -> Result<Self, ConfigErrors> {
        let text = syntax::text_of(bytes, file_name).map_err(|error| ConfigErrors(vec![*error]))?;
        let source = Source::new(file_name, text);
        let parsed = syntax::parse(&source).map_err(|error| ConfigErrors(vec![*error]))?;
        let reader = Reader::new(source, parsed.duplicates);
        let fields = Fields::new(&reader, file_name.to_owned(), 0..0, &parsed.body, &SHAPE);
        let mut stacks = IndexMap::new();
        let mut seen = IndexMap::new();
        for block in fields.blocks("stack") {
            let stack = reader.stack(block);
            if let Some((name, span)) = reader.label(block) {
                reader.check_name(
                    names::is_label(&name),
                    "stack",
                    &name,
                    names::LABEL,
                    span.clone(),
                );
                reader.unique(&mut seen, &name, span, "stack");
                stacks.insert(name.clone(), crate::config::Stack { name, ..stack });
            }
        }
        if fields.blocks("stack").next().is_none() {
            let problem = Problem::Missing {
                block: file_name.to_owned(),
                what: "stack".to_owned(),
            };
            reader.report(
                0..0,
                problem,
                ["write stack \"NAME\" { … }, or let `infra init` write it".to_owned()],
            );
        }
        let errors = reader.into_errors();
        if errors.is_empty() {
            Ok(Self { stacks })
        } else {
            Err(ConfigErrors(errors))
        }
    }
}
