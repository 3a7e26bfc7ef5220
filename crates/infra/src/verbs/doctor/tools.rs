//! The programs: whether they are there, and new enough.

use camino::Utf8Path;
use infra_exec::terraform::Terraform;
use infra_exec::tools::{AnsibleCore, MINIMUM_TERRAFORM, Tool, locate};

use super::answer::{Check, Status};
use crate::Project;
use crate::context::Context;
use crate::tools::{self, ToolError};

/// Checks every program that a run needs.
pub(super) async fn check(
    context: &Context<'_>,
    project: Option<&Project>,
    dir: &Utf8Path,
) -> Vec<Check> {
    let mut checks = vec![terraform(context, project, dir).await];
    if let Some(project) = project {
        checks.push(initialised(context, project).await);
    }
    // A stack without playbooks needs neither.
    if project.is_none_or(|project| !project.stack.playbooks.is_empty()) {
        checks.push(ansible(project, dir));
        checks.push(ssh(dir));
    }
    checks
}

async fn terraform(context: &Context<'_>, project: Option<&Project>, dir: &Utf8Path) -> Check {
    const NAME: &str = "terraform";
    let found = match project {
        Some(project) => tools::terraform(project),
        None => locate(Tool::Terraform, None, dir.as_std_path())
            .map(|program| {
                Terraform::new(
                    program,
                    if dir.as_str().is_empty() {
                        "."
                    } else {
                        dir.as_str()
                    },
                )
            })
            .map_err(ToolError::from),
    };
    let terraform = match found {
        Ok(terraform) => terraform,
        Err(error) => return Check::failed(NAME, &error),
    };
    let program = terraform.program().display().to_string();
    match terraform.version(&context.runner).await {
        Err(error) => Check::failed(NAME, &error),
        Ok(version) => {
            let kind = if version.tofu {
                "OpenTofu"
            } else {
                "Terraform"
            };
            let message = format!("{kind} {} at {program}", version.version);
            if version.is_new_enough() {
                Check::new(NAME, Status::Ok, message)
            } else {
                Check::new(NAME, Status::Error, format!("{message} is too old"))
                    .hint(format!("infra needs {MINIMUM_TERRAFORM} or newer"))
            }
        }
    }
}

/// Whether `terraform init` was run, if there is anything for it to do: a module that uses
/// nothing but what is built in works without.
async fn initialised(context: &Context<'_>, project: &Project) -> Check {
    const NAME: &str = "terraform init";
    let settings = &project.stack.terraform;
    let given = settings.env.get("TF_DATA_DIR").cloned();
    let data = given
        .or_else(|| std::env::var("TF_DATA_DIR").ok())
        .unwrap_or_else(|| ".terraform".to_owned());
    let data = project.terraform_dir().join(data);
    if data.is_dir() {
        return Check::new(NAME, Status::Ok, format!("{data} is there"));
    }
    let required = match tools::terraform(project) {
        Ok(terraform) => terraform.providers(&context.runner).await.ok(),
        Err(_) => None,
    };
    let built_in = |address: &String| address.contains("/builtin/");
    if required.is_some_and(|required| required.iter().all(built_in)) {
        Check::new(NAME, Status::Ok, "not needed: every provider is built in")
    } else {
        Check::new(NAME, Status::Warning, format!("there is no {data}")).hint(format!(
            "run `terraform init` in {}",
            project.terraform_dir()
        ))
    }
}

fn ansible(project: Option<&Project>, dir: &Utf8Path) -> Check {
    const NAME: &str = "ansible";
    let found = match project {
        Some(project) => tools::ansible(project),
        None => locate(Tool::AnsiblePlaybook, None, dir.as_std_path())
            .map_err(ToolError::from)
            .and_then(|program| Ok(AnsibleCore::detect(&program, None)?)),
    };
    match found {
        Err(error) => Check::failed(NAME, &error),
        Ok(found) => {
            let python = found.python.as_ref().map_or(String::new(), |python| {
                format!(", run by {}", python.display())
            });
            Check::new(
                NAME,
                Status::Ok,
                format!(
                    "ansible-core {} at {}{python}",
                    found.version,
                    found.program.display()
                ),
            )
        }
    }
}

fn ssh(dir: &Utf8Path) -> Check {
    match locate(Tool::Ssh, None, dir.as_std_path()) {
        Ok(program) => Check::new("ssh", Status::Ok, program.display().to_string()),
        Err(error) => Check::failed("ssh", &error),
    }
}
