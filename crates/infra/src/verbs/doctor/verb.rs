//! Checking everything, one after the other.

use infra_core::decision::FORMAT_VERSION;
use infra_core::hint::Hint as _;

use super::answer::{Check, Diagnosis, Status};
use super::{ledger, lock, place, state, tools};
use crate::context::Context;
use crate::verbs::validate::{self, Programs, Severity};
use crate::{Open, OpenError, Project};

/// Whether what is wrong is set right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repair {
    /// Nothing is changed
    Nothing,
    /// What can be proved to be wrong: a digest row of the state
    Proved,
}

/// Checks the tools, and the project if there is one. Changes nothing that isn't to be
/// repaired.
///
/// Every check is made, whatever the ones before it found, as far as it can be.
pub async fn doctor(context: &Context<'_>, open: &Open, repair: Repair) -> Diagnosis {
    let opened = Project::open(open);
    let project = opened.as_ref().ok();
    let mut checks = vec![configuration(open, &opened)];
    checks.extend(tools::check(context, project, &open.dir).await);
    if let Some(project) = project {
        #[cfg(feature = "aws")]
        checks.extend(super::backend::check(project, repair == Repair::Proved).await);
        #[cfg(not(feature = "aws"))]
        let _ = repair;
        // Terraform would only say the same, after ten seconds, on a page.
        let is_refused = checks
            .iter()
            .any(|check| check.name == state::DIGEST && check.status == Status::Error);
        if !is_refused {
            checks.push(state::check(context, project).await);
        }
        checks.push(place::directory(project));
        checks.extend(place::key(project));
        checks.push(place::space(project));
        checks.extend(ledger::check(project).await);
        checks.push(lock::check(project).await);
    }
    checks.push(place::leftovers());
    Diagnosis {
        format_version: FORMAT_VERSION,
        status: checks
            .iter()
            .map(|check| check.status)
            .max()
            .unwrap_or(Status::Ok),
        checks,
    }
}

fn configuration(open: &Open, opened: &Result<Project, OpenError>) -> Check {
    const NAME: &str = "configuration";
    let project = match opened {
        Ok(project) => Some(project),
        // A directory that is no project yet is nothing to be alarmed about.
        Err(error @ OpenError::NotFound(_)) => {
            return Check::new(NAME, Status::Warning, error.to_string()).hints(error.hints());
        }
        Err(_) => None,
    };
    // Programs have checks of their own.
    let validation = match validate::check(open, Programs::LeftOut) {
        Ok(validation) => validation,
        Err(error) => {
            return Check::new(NAME, Status::Error, error.to_string()).hints(error.hints());
        }
    };
    let first = validation
        .findings
        .iter()
        .min_by_key(|finding| finding.severity == Severity::Warning);
    if let Some(first) = first {
        let status = match first.severity {
            Severity::Error => Status::Error,
            Severity::Warning => Status::Warning,
        };
        let message = format!(
            "{} has {} and {}; the first: {}",
            validation.file,
            counted(validation.error_count, "error"),
            counted(validation.warning_count, "warning"),
            first.message
        );
        return Check::new(NAME, status, message)
            .hint("`infra validate` shows each with its place");
    }
    match project {
        Some(project) => Check::new(
            NAME,
            Status::Ok,
            format!("stack {:?} of {}", project.stack.name, validation.file),
        ),
        None => Check::new(
            NAME,
            Status::Warning,
            format!("{} has several stacks", validation.file),
        )
        .hint("name one with --stack to have its state, ledger and lock checked"),
    }
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}
