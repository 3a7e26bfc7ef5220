//! The programs of `cargo xtask bench` that are neither infra itself nor somebody else's.

mod fingerprints;
mod fleet;
mod record;
mod walk;

use std::process::ExitCode;

use anyhow::Result;
use camino::Utf8PathBuf;
use clap::Parser;
use mimalloc::MiMalloc;

/// The allocator of the command `infra`, so that its parts cost here what they cost there.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Parts of infra alone, and floors to compare them with.
#[derive(Parser)]
enum Command {
    /// Make the fingerprints of all hosts of a playbook
    Fingerprints {
        /// The directory of the project
        dir: Utf8PathBuf,
        /// The playbook, relative to it
        playbook: Utf8PathBuf,
        /// How many hosts there are
        hosts: usize,
        /// A file that keeps what was found, for the next time
        #[arg(long)]
        cache: Option<Utf8PathBuf>,
    },
    /// Make the hosts of which `fingerprints` makes fingerprints, and nothing else
    Hosts {
        /// How many
        hosts: usize,
    },
    /// Record that all playbooks of a stack succeeded on all hosts of a plan
    Record {
        /// The directory of the project
        dir: Utf8PathBuf,
        /// The stack
        stack: String,
        /// The plan, by `terraform show -json`
        plan: Utf8PathBuf,
    },
    /// Digest every file below a directory, by two threads
    Walk {
        /// The directory
        dir: Utf8PathBuf,
    },
}

fn main() -> ExitCode {
    let done = run(Command::parse());
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Fingerprints {
            dir,
            playbook,
            hosts,
            cache,
        } => fingerprints::make(&dir, &playbook, hosts, cache),
        Command::Hosts { hosts } => {
            let inventory = fleet::kept_inventory(hosts);
            anstream::println!("{} hosts", inventory.hosts.len());
            Ok(())
        }
        Command::Record { dir, stack, plan } => tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(record::all(&dir, &stack, &plan)),
        Command::Walk { dir } => walk::walk(&dir),
    }
}
