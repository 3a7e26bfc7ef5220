//! `infra inventory`.

use std::io::Write as _;

use camino::Utf8PathBuf;
use clap::builder::FalseyValueParser;
use clap::{Args, ValueEnum};
use infra::core::inventory::Roster;
use infra::verbs::inventory::{InventoryOf, roster};

use crate::app::App;
use crate::exit::Ending;
use crate::failure::Failure;
use crate::{indent, output, report};

/// Print the Ansible inventory of a state
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Hosts {
    /// Read this state: raw, the output of `terraform show -json`, or a plan (- is stdin). No
    /// infra.hcl is needed
    #[arg(long, value_name = "FILE", env = "INFRA_STATE", hide_env = true)]
    state: Option<Utf8PathBuf>,

    /// Refresh first, as `infra apply` does, instead of reading the state as it was written
    #[arg(long, conflicts_with = "state", env = "INFRA_REFRESH", hide_env = true, value_parser = FalseyValueParser::new())]
    refresh: bool,

    /// All hosts, groups and variables, as Ansible asks a script for them
    #[arg(long, group = "form", env = "INFRA_LIST", hide_env = true, value_parser = FalseyValueParser::new())]
    list: bool,

    /// The variables of one host, as Ansible asks a script for them
    #[arg(
        long,
        group = "form",
        value_name = "NAME",
        env = "INFRA_HOST",
        hide_env = true
    )]
    host: Option<String>,

    /// The format
    #[arg(long, group = "form", env = "INFRA_FORMAT", hide_env = true)]
    format: Option<Format>,

    /// Accept an inventory without a host
    #[arg(long, env = "INFRA_ALLOW_EMPTY", hide_env = true, value_parser = FalseyValueParser::new())]
    allow_empty: bool,
}

/// A format of the inventory.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// As --list, for a person
    Json,
    /// For Ansible's yaml plugin
    Yaml,
    /// For Ansible's ini plugin
    Ini,
    /// For `ssh -F`
    SshConfig,
}

const EXAMPLES: &str = "\
Examples:
  infra inventory  hosts, groups and variables
  infra inventory --state terraform.tfstate --host leaf1
  infra inventory --format yaml > inventory.yml
  infra inventory --format ssh-config > ssh.conf && ssh -F ssh.conf leaf1

An inventory script for Ansible is an executable file with two lines:
  #!/bin/sh
  exec infra inventory \"$@\"";

impl Hosts {
    pub(crate) fn run(self, app: &App) -> Result<Ending, Failure> {
        let project = match &self.state {
            Some(_) => app.project_if_any()?,
            None => Some(app.project()?),
        };
        app.block_on(async |context, _| {
            let of = match (&self.state, &project) {
                (None, Some(project)) if self.refresh => InventoryOf::Refreshed(project),
                (None, Some(project)) => InventoryOf::State(project),
                (state, project) => InventoryOf::Recorded {
                    state: state.clone().unwrap_or_else(|| "-".into()),
                    project: project.as_ref(),
                },
            };
            let shown = roster(context, of, self.allow_empty, |roster| {
                if !app.global.quiet {
                    let not_hosts = report::not_hosts(&roster, app.detail());
                    app.screen().above(&not_hosts);
                }
                self.print(roster)
            });
            shown.await?
        })?;
        Ok(Ending::Done)
    }

    fn print(&self, roster: Roster<'_>) -> Result<(), Failure> {
        output::print_with(|out| {
            match (&self.host, self.format) {
                (Some(host), _) => writeln!(out, "{}", roster.host_vars(host))?,
                // Not as text first: of a large fleet that is many megabytes.
                (None, _) if self.list => {
                    serde_json::to_writer(&mut *out, &roster.list())?;
                    writeln!(out)?;
                }
                (None, None | Some(Format::Json)) => indent::to_writer(out, &roster.list())?,
                (None, Some(format)) => {
                    let inventory = roster.into_built().inventory;
                    let text = match format {
                        Format::Json => inventory.list().to_string(),
                        Format::Yaml => inventory.yaml(),
                        Format::Ini => inventory.ini(),
                        Format::SshConfig => inventory.ssh_config(),
                    };
                    out.write_all(text.as_bytes())?;
                    // The process ends here: to free each of a million values first only
                    // takes time.
                    std::mem::forget(inventory);
                    return Ok(());
                }
            }
            // As above.
            std::mem::forget(roster);
            Ok(())
        })
    }
}
