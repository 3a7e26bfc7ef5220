//! `infra completions`.

use std::io::Write as _;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::cli::Cli;
use crate::exit::Ending;
use crate::failure::Failure;
use crate::output;

/// Print the completions for a shell
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  infra completions bash > ~/.local/share/bash-completion/completions/infra
  infra completions zsh > ~/.zfunc/_infra
  infra completions fish > ~/.config/fish/completions/infra.fish";

impl Completions {
    pub(crate) fn run(self) -> Result<Ending, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "infra", &mut script);
        output::print_with(|out| out.write_all(&script))?;
        Ok(Ending::Done)
    }
}
