//! A small project made to be struck: Terraform, Ansible and secrets, and no wait for a cloud.

mod files;
mod inspect;
mod sweep;

use std::cell::{Cell, RefCell};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use crate::invariant::{Canaries, StateVersion, Text, Watcher};
use crate::{CommandOutput, Project, Run, Simulator, infra_binary};

pub use sweep::{Blow, Outcome, RequestFault};

/// Two machines that Terraform pretends to make, a playbook that writes a file on each, and
/// a secret in every place where people keep one.
///
/// Each [`change`](Self::change) makes something to do for Terraform and for the playbook, so
/// that one workshop serves for any number of runs.
pub struct Workshop<'a> {
    /// The project
    pub project: Project,
    aws: Option<&'a Simulator>,
    records: Records,
    canaries: Canaries,
    revision: Cell<u32>,
    /// What every run so far has printed
    said: RefCell<Vec<Text>>,
    /// Every state that was found, for a backend that keeps only the last
    states: RefCell<Vec<StateVersion>>,
    watcher: Watcher,
}

/// Where the ledger and the run lock are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Records {
    /// In a directory of the project
    Here,
    /// Beside the state, whose lock is the run lock
    WithTheState,
}

/// Where a secret is kept: in a variable of Terraform's, an output, the environment, a
/// variable of a host, and a vault of Ansible's.
const PLACES: &[&str] = &["variable", "output", "environment", "host", "vault"];

/// Longer than any run of the workshop takes on a machine that is busy with others.
const DEADLINE: Duration = Duration::from_mins(4);

impl Workshop<'static> {
    /// A workshop whose state is a file, and whose ledger is on this machine.
    pub fn local() -> Self {
        Self::furnish(Project::offline(), None, Records::Here)
    }
}

impl<'a> Workshop<'a> {
    /// A workshop whose state is in S3, under a lock in DynamoDB.
    pub fn shared(aws: &'a Simulator) -> Self {
        Self::furnish(Project::new(aws), Some(aws), Records::Here)
    }

    /// A workshop whose state, ledger and lock are all in S3 and DynamoDB: `backend "s3" {}`.
    pub fn remote(aws: &'a Simulator) -> Self {
        Self::furnish(Project::new(aws), Some(aws), Records::WithTheState)
    }

    /// The same, where Terraform really makes something: an instance of EC2.
    pub fn with_instance(aws: &'a Simulator) -> Self {
        let workshop = Self::shared(aws);
        workshop.write_server();
        workshop.init();
        workshop
    }

    fn furnish(project: Project, aws: Option<&'a Simulator>, records: Records) -> Self {
        let top = project.root().parent();
        let owner = top.and_then(Utf8Path::file_name).unwrap_or_default();
        let workshop = Self {
            canaries: Canaries::new(&blake3::hash(owner.as_bytes()).to_hex()[..16], PLACES),
            project,
            aws,
            records,
            revision: Cell::new(0),
            said: RefCell::default(),
            states: RefCell::default(),
            watcher: Watcher::start(),
        };
        workshop.write_files();
        workshop.change();
        workshop.init();
        workshop
    }

    fn init(&self) {
        let init = self
            .project
            .terraform("terraform", ["init", "-input=false"]);
        init.deadline(DEADLINE).succeeds();
    }

    /// Changes an input of Terraform and one of the playbook; returns what the machines are to
    /// have from now on.
    pub fn change(&self) -> String {
        self.revision.set(self.revision.get() + 1);
        self.write_inputs(self.revision.get());
        self.motto()
    }

    /// What the playbook writes on each machine.
    pub fn motto(&self) -> String {
        format!("revision {0} of {0}\n", self.revision.get())
    }

    /// `infra` in the workshop, with the secret of the environment.
    pub fn infra(&self, arguments: &[&str]) -> Run {
        self.with_secret(self.project.infra(arguments.iter().copied()))
    }

    /// `infra` as someone has broken it: `damage`, in shell, is done after each run.
    pub fn broken_infra(&self, damage: &str, arguments: &[&str]) -> Run {
        let script = format!(
            "#!/bin/sh\n{} \"$@\"\ncode=$?\n{damage}\nexit $code\n",
            infra_binary()
        );
        self.project.write("broken-infra", &script);
        let program = self.project.path("broken-infra");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755))
            .unwrap_or_else(|error| panic!("{program}: {error}"));
        self.with_secret(self.project.run(program.as_str()))
            .args(arguments.iter().copied())
    }

    /// A script of the shell in the workshop, with the secret of the environment.
    pub fn shell(&self, script: &str) -> Run {
        self.with_secret(self.project.run("sh"))
            .args(["-c", script])
    }

    fn with_secret(&self, run: Run) -> Run {
        run.env("TF_VAR_token", self.canaries.of("environment"))
            .deadline(DEADLINE)
    }

    /// Keeps what a run has printed, to be searched for secrets.
    pub fn heard(&self, output: &CommandOutput) {
        for (stream, text) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            self.said.borrow_mut().push(Text {
                place: format!("{stream} of `{}`", output.command),
                bytes: text.as_bytes().to_vec(),
            });
        }
    }

    /// The secrets that must not be found anywhere.
    pub fn canaries(&self) -> &Canaries {
        &self.canaries
    }

    /// A file on the disk of a machine.
    pub fn disk(&self, file: &str) -> Utf8PathBuf {
        self.top().join("disks").join(file)
    }

    /// The directory that has all of it, temporary files and disks included.
    fn top(&self) -> Utf8PathBuf {
        let top = self.project.root().parent();
        top.expect("a project is in a directory of its own")
            .to_owned()
    }
}
