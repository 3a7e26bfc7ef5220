//! The collector of errors.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use hcl::edit::Span;
use hcl::edit::expr::Expression;
use hcl::edit::structure::Block;
use indexmap::IndexMap;

use crate::config::error::{ConfigError, Problem};
use crate::config::eval::{EvalError, Scope, evaluate};
use crate::config::source::Source;
use crate::hint::did_you_mean;
use crate::json::Value;

/// How many errors are kept.
const MAX_ERRORS: usize = 100;

/// Reads one file, and keeps what is wrong with it.
pub(super) struct Reader {
    pub(super) source: Arc<Source>,
    pub(super) duplicates: Vec<Range<usize>>,
    errors: RefCell<Vec<ConfigError>>,
}

impl Reader {
    pub(super) fn new(source: Arc<Source>, duplicates: Vec<Range<usize>>) -> Self {
        Self {
            source,
            duplicates,
            errors: RefCell::default(),
        }
    }

    pub(super) fn report(
        &self,
        span: Range<usize>,
        problem: Problem,
        hints: impl IntoIterator<Item = String>,
    ) {
        self.report_error(ConfigError {
            problem,
            place: self.source.place(span),
            other: None,
            hints: hints.into_iter().collect(),
        });
    }

    /// Reports something that is there a second time.
    pub(super) fn report_duplicate(&self, span: Range<usize>, first: Range<usize>, what: String) {
        self.report_error(ConfigError {
            problem: Problem::Duplicate { what },
            place: self.source.place(span),
            other: Some(self.source.place(first)),
            hints: Vec::new(),
        });
    }

    pub(super) fn report_eval(&self, error: EvalError) {
        self.report_error(ConfigError {
            problem: error.problem.into(),
            place: *error.place,
            other: None,
            hints: error.hints,
        });
    }

    fn report_error(&self, error: ConfigError) {
        let mut errors = self.errors.borrow_mut();
        // What a generated file has wrong ten thousand times is known after a hundred.
        if errors.len() < MAX_ERRORS {
            errors.push(error);
        }
    }

    /// The errors in the order of the file.
    pub(super) fn into_errors(self) -> Vec<ConfigError> {
        let mut errors = self.errors.into_inner();
        errors.sort_by_key(|error| (error.place.line, error.place.column));
        errors
    }

    /// The value of an expression that isn't evaluated per resource.
    pub(super) fn constant(&self, expr: &Expression) -> Option<Value<'static>> {
        evaluate(expr, &self.source, &Scope::new())
            .map_err(|error| self.report_eval(error))
            .ok()
    }

    /// The only label of a block, and its place.
    pub(super) fn label(&self, block: &Block) -> Option<(String, Range<usize>)> {
        match block.labels.as_slice() {
            [label] => Some((
                label.as_str().to_owned(),
                label.span().unwrap_or_else(|| header(block)),
            )),
            labels => {
                let name = block.ident.value().to_string();
                let hint = format!("write {name} \"NAME\" {{ … }}");
                let problem = Problem::Labels {
                    name,
                    expected: "one label",
                    found: labels.len(),
                };
                self.report(header(block), problem, [hint]);
                None
            }
        }
    }

    pub(super) fn no_label(&self, block: &Block) {
        if let Some(label) = block.labels.first() {
            let name = block.ident.value().to_string();
            let hint = format!("write {name} {{ … }}");
            let problem = Problem::Labels {
                name,
                expected: "no label",
                found: block.labels.len(),
            };
            self.report(
                label.span().unwrap_or_else(|| header(block)),
                problem,
                [hint],
            );
        }
    }

    /// Remembers a label, and reports it if it was there before.
    pub(super) fn unique(
        &self,
        seen: &mut IndexMap<String, Range<usize>>,
        label: &str,
        span: Range<usize>,
        what: &str,
    ) {
        match seen.get(label) {
            Some(first) => self.report_duplicate(span, first.clone(), format!("{what} {label:?}")),
            None => {
                seen.insert(label.to_owned(), span);
            }
        }
    }

    /// Reports a name that isn't allowed.
    pub(super) fn check_name(
        &self,
        holds: bool,
        what: &'static str,
        name: &str,
        expected: &'static str,
        span: Range<usize>,
    ) {
        if !holds {
            let name = name.to_owned();
            self.report(
                span,
                Problem::Name {
                    what,
                    name,
                    expected,
                },
                None,
            );
        }
    }

    /// Reports a text that isn't allowed.
    pub(super) fn check(
        &self,
        holds: bool,
        name: &str,
        value: &str,
        expected: &'static str,
        span: Range<usize>,
    ) {
        if !holds {
            let problem = Problem::Invalid {
                name: name.to_owned(),
                value: format!("{value:?}"),
                expected,
            };
            self.report(span, problem, None);
        }
    }
}

/// The name and labels of a block.
pub(super) fn header(block: &Block) -> Range<usize> {
    let name = block.ident.span().unwrap_or(0..0);
    let end = block
        .labels
        .last()
        .and_then(Span::span)
        .map_or(name.end, |label| label.end);
    name.start..end
}

/// "did you mean", or all that is allowed.
pub(super) fn suggestion(given: &str, allowed: &[&str], what: &str) -> Vec<String> {
    let meant = did_you_mean(given, allowed.iter().copied())
        .map(|meant| format!("did you mean `{meant}`?"));
    let all = if allowed.is_empty() {
        format!("it has no {what}s")
    } else {
        format!("its {what}s are {}", allowed.join(", "))
    };
    meant.into_iter().chain([all]).collect()
}
