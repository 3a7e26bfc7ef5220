//! Which CI job this is, for those who wait for its lock.

use std::env;

/// The address of the CI job, or nothing.
pub(super) fn job() -> String {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let github = || {
        Some(format!(
            "{}/{}/actions/runs/{}",
            variable("GITHUB_SERVER_URL")?,
            variable("GITHUB_REPOSITORY")?,
            variable("GITHUB_RUN_ID")?
        ))
    };
    // GitLab, then Jenkins and those that follow it.
    github()
        .or_else(|| variable("CI_JOB_URL"))
        .or_else(|| variable("BUILD_URL"))
        .unwrap_or_default()
}
