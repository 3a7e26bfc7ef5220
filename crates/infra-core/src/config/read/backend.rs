//! `backend "KIND" { … }`.

use hcl::edit::structure::Block;

use super::fields::{Fields, Shape};
use super::reader::{Reader, suggestion};
use crate::config::Backend;
use crate::config::error::Problem;

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
            "s3" => {
                let hint = "use backend \"local\" {} until then; where Terraform keeps its state is not decided here";
                self.report(
                    span,
                    Problem::Unavailable {
                        what: "backend \"s3\"".to_owned(),
                    },
                    [hint.to_owned()],
                );
                default
            }
            _ => {
                let hints = suggestion(&kind, &["local"], "backend");
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
}
