//! The command `infra`.

use std::process::ExitCode;

fn main() -> ExitCode {
    infra_cli::run(std::env::args_os())
}
