//! An error on its way to the person: what went wrong, and what to do about it.

use infra::OpenError;
use infra::core::config::ConfigErrors;
use infra::core::hint::Hint;

/// Why a verb gave no result: one problem, or several at once.
#[derive(Debug)]
pub(crate) struct Failure {
    /// At least one
    pub(crate) problems: Vec<Problem>,
}

/// One thing that went wrong.
#[derive(Debug)]
pub(crate) struct Problem {
    /// What, with its causes
    pub(crate) error: anyhow::Error,
    /// What to do about it
    pub(crate) hints: Vec<String>,
}

/// Every error of the library carries its own advice.
impl<E: Hint + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        let hints = error.hints();
        Self::new(anyhow::Error::new(error), hints)
    }
}

impl Failure {
    /// One problem with these hints.
    pub(crate) fn new(error: anyhow::Error, hints: Vec<String>) -> Self {
        Self {
            problems: vec![Problem { error, hints }],
        }
    }

    /// One problem that nothing needs to be said about.
    pub(crate) fn plain(error: impl Into<anyhow::Error>) -> Self {
        Self::new(error.into(), Vec::new())
    }

    /// Why a project can't be opened: all that is wrong with its configuration, one by one.
    pub(crate) fn opening(error: OpenError) -> Self {
        match error {
            OpenError::Config(ConfigErrors(errors)) => Self::several(errors),
            error => error.into(),
        }
    }

    fn several<E: Hint + Send + Sync + 'static>(errors: impl IntoIterator<Item = E>) -> Self {
        Self {
            problems: errors
                .into_iter()
                .flat_map(|error| Self::from(error).problems)
                .collect(),
        }
    }
}

impl Problem {
    /// What went wrong, then its causes. A cause that the text before it already ends with
    /// is left out.
    pub(crate) fn texts(&self) -> Vec<String> {
        let mut texts: Vec<String> = Vec::new();
        for cause in self.error.chain() {
            let text = cause.to_string();
            let is_said = texts.last().is_some_and(|said| said.ends_with(&text));
            if !is_said {
                texts.push(text);
            }
        }
        texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_said_once() {
        let error = anyhow::anyhow!("no such file")
            .context("plan.json: no such file")
            .context("can't plan");
        let problem = Problem {
            error,
            hints: Vec::new(),
        };
        assert_eq!(problem.texts(), ["can't plan", "plan.json: no such file"]);
    }
}
