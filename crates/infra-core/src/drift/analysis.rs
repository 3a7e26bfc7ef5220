//! The first of the three answers: does Terraform have anything to do?

use jiff::civil::Date;
use serde::Serialize;

use crate::consequence::{TerraformChanges, prove};
use crate::decision::FORMAT_VERSION;
use crate::document::{Document, DocumentError};
use crate::drift::classify::{Judge, classify};
use crate::drift::{
    Class, Consequence, DriftEntry, DriftReport, DriftRules, Source, Summary, stream,
};
use crate::terraform::{Plan, Stream};

/// What a plan says about drift and about changes.
#[derive(Debug, Clone, Serialize)]
pub struct Analysis {
    /// What changed outside of Terraform
    pub drift: DriftReport,
    /// What Terraform would do
    pub terraform: TerraformChanges,
}

/// Reads a document under the rules that hold on this day.
///
/// # Errors
///
/// If it is neither a plan nor the stream of one: of what an apply did, or of a state, nothing
/// follows about what is to be done.
pub fn analyse_document(
    document: &Document<'_>,
    rules: &DriftRules,
    today: Date,
) -> Result<Analysis, DocumentError> {
    match document {
        Document::Plan(plan) => Ok(analyse(plan, rules, today)),
        Document::Stream(stream) if !stream.is_of_apply() => {
            Ok(analyse_stream(stream, rules, today))
        }
        Document::Stream(_) | Document::State(_) => Err(DocumentError::Unexpected {
            expected: "a plan",
            found: document.kind(),
        }),
    }
}

/// Reads a plan under the rules that hold on this day.
pub fn analyse(plan: &Plan<'_>, rules: &DriftRules, today: Date) -> Analysis {
    let mut judge = Judge::new(rules, today);
    let drift = classify(plan, &mut judge);
    let (terraform, consequences) = prove(plan, &drift, rules);
    Analysis {
        drift: DriftReport::new(Source::Plan, &terraform, drift, consequences, &judge),
        terraform,
    }
}

/// Reads the stream of `terraform plan -json`. It has no values, so all drift that is more
/// than a move is material, and every change is real.
pub fn analyse_stream(stream: &Stream<'_>, rules: &DriftRules, today: Date) -> Analysis {
    let judge = Judge::new(rules, today);
    let terraform = stream::changes(stream);
    let drift = stream::drift(stream);
    Analysis {
        drift: DriftReport::new(Source::Stream, &terraform, drift, Vec::new(), &judge),
        terraform,
    }
}

impl Analysis {
    /// Whether there is nothing to do: no change but consequences, no drift but what is
    /// expected, and a plan that covers everything and failed nowhere.
    pub fn is_nothing(&self) -> bool {
        self.drift.summary.material == 0
            && self.terraform.is_whole()
            && self.terraform.real_changes().next().is_none()
    }
}

impl DriftReport {
    fn new(
        source: Source,
        terraform: &TerraformChanges,
        drift: Vec<DriftEntry>,
        consequences: Vec<Consequence>,
        judge: &Judge<'_>,
    ) -> Self {
        let count = |class| drift.iter().filter(|entry| entry.class == class).count();
        let rules = judge.uses();
        let names = |keep: fn(&super::RuleUse) -> bool| {
            rules
                .iter()
                .filter(|rule| keep(rule))
                .map(|rule| rule.name.clone())
                .collect()
        };
        Self {
            format_version: FORMAT_VERSION,
            source,
            errored: terraform.errored,
            complete: terraform.complete,
            summary: Summary {
                benign: count(Class::Benign),
                material: count(Class::Material),
                equal: count(Class::Equal),
            },
            unused_rules: names(|rule| rule.hits == 0),
            expired_rules: names(|rule| rule.expired),
            drift,
            consequences,
            rules,
        }
    }
}
