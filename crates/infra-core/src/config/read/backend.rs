//! `backend "KIND" { … }`.

use hcl::edit::structure::Block;
use indexmap::IndexMap;

use super::fields::{Fields, Shape};
use super::reader::{Reader, suggestion};
use crate::aws::{ATTRIBUTES, S3Backend, SettingError};
use crate::config::Backend;
use crate::config::error::Problem;

const S3: Shape = Shape {
    attributes: ATTRIBUTES,
    blocks: &[],
};

const LOCAL: Shape = Shape {
    attributes: &["path"],
    blocks: &[],
};

impl Reader {
    /// Without a block, the ledger stands in `.infra` beside the file.
    pub(super) fn backend(&self, block: Option<&Block>) -> Backend {
        let default = Backend::Local { path: None };
        let Some(block) = block else { return default };
        let Some((kind, span)) = self.label(block) else {
            return default;
        };
        match kind.as_str() {
            "local" => Backend::Local {
                path: Fields::of_block(self, block, &LOCAL).path("path"),
            },
            "s3" => self.s3(block),
            _ => {
                let hints = suggestion(&kind, &["local", "s3"], "backend");
                let problem = Problem::Invalid {
                    name: "backend".to_owned(),
                    value: format!("{kind:?}"),
                    expected: "a known kind of backend",
                };
                self.report(span, problem, hints.into_iter().take(1));
                default
            }
        }
    }

    /// The attributes are those of Terraform's block of the same name.
    fn s3(&self, block: &Block) -> Backend {
        let fields = Fields::of_block(self, block, &S3);
        let mut settings = IndexMap::new();
        let mut places = IndexMap::new();
        for name in ATTRIBUTES {
            if let Some((value, span)) = fields.constant(name) {
                settings.insert((*name).to_owned(), value);
                places.insert(*name, span);
            }
        }
        match S3Backend::from_settings(&settings) {
            Ok(backend) => Backend::S3(Box::new(backend)),
            Err(error) => {
                let span = places.get(error.attribute()).cloned();
                let span = span.unwrap_or_else(|| fields.header.clone());
                match error {
                    SettingError::Type {
                        attribute,
                        expected,
                        found,
                    } => self.report(
                        span,
                        Problem::WrongType {
                            name: attribute,
                            expected,
                            found,
                        },
                        None,
                    ),
                    SettingError::Unsupported { attribute, instead } => self.report(
                        span,
                        Problem::Unavailable {
                            what: format!("{attribute:?} of backend \"s3\""),
                        },
                        [instead.to_owned()],
                    ),
                }
                Backend::Local { path: None }
            }
        }
    }
}
