//! Checking everything together.

use infra_core::config::{ConfigError, ConfigErrors};
use infra_core::decision::FORMAT_VERSION;
use infra_core::hint::Hint as _;

use super::checker::Checker;
use super::finding::{Finding, Severity, Validation};
use crate::files::document;
use crate::project::shown;
use crate::{Open, OpenError, Project};

/// Checks a configuration and all that it names: files, directories, playbooks, rules,
/// globs, groups. Every stack is checked, unless one is named.
///
/// What is wrong is a finding, not an error: an error is only that there is no file to
/// check, or that it can't be read.
pub fn validate(open: &Open) -> Result<Validation, OpenError> {
    check(open, Programs::Checked)
}

/// Whether it is checked that the programs are there too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Programs {
    Checked,
    LeftOut,
}

/// The check with or without the programs.
pub(crate) fn check(open: &Open, programs: Programs) -> Result<Validation, OpenError> {
    let stacks = match Project::open(open) {
        Ok(project) => vec![project],
        Err(OpenError::WhichStack { stacks, .. }) => stacks
            .into_iter()
            .map(|stack| {
                Project::open(&Open {
                    stack: Some(stack),
                    ..open.clone()
                })
            })
            .collect::<Result<_, _>>()?,
        Err(OpenError::Config(errors)) => return Ok(not_read(&errors)),
        Err(other) => return Err(other),
    };
    let mut findings: Vec<Finding> = Vec::new();
    let mut file = String::new();
    for project in &stacks {
        file = shown(&project.file);
        let bytes = document::read(&project.file)?;
        let mut checker = Checker {
            project,
            bytes: &bytes,
            file: &file,
            findings: Vec::new(),
        };
        checker.terraform();
        checker.drift();
        checker.groups();
        checker.hosts_of_names();
        checker.ansible();
        checker.playbooks();
        if programs == Programs::Checked {
            checker.tools();
        }
        for finding in checker.findings {
            // A program that is missing is missing for every stack.
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
    }
    // What stands in other files comes after infra.hcl, each file in its order.
    findings.sort_by_key(|finding| {
        let place = finding.place.as_ref();
        place.map(|place| {
            (
                place.file != file,
                place.file.clone(),
                place.line,
                place.column,
            )
        })
    });
    Ok(validation(file, findings))
}

/// A file that can't be read as a configuration: nothing that it names can be checked.
fn not_read(errors: &ConfigErrors) -> Validation {
    let finding = |error: &ConfigError| Finding {
        severity: Severity::Error,
        message: error.problem.to_string(),
        place: Some(error.place.clone()),
        hints: error.hints(),
    };
    let file = errors.0.first().map(|error| error.place.file.clone());
    validation(
        file.unwrap_or_default(),
        errors.0.iter().map(finding).collect(),
    )
}

fn validation(file: String, findings: Vec<Finding>) -> Validation {
    let count = |severity| {
        findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    Validation {
        format_version: FORMAT_VERSION,
        file,
        valid: errors == 0,
        error_count: errors,
        warning_count: warnings,
        findings,
    }
}
