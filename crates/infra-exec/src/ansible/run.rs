//! Runs a playbook and listens to what it does.

use std::sync::Mutex;

use tokio::io::AsyncReadExt as _;

use crate::ansible::error::said;
use crate::ansible::files::Files;
use crate::ansible::masters;
use crate::ansible::outcome::Account;
use crate::ansible::{AnsibleCfg, AnsibleError, AnsibleEvent, PlaybookOutcome, PlaybookRun};
use crate::process::lines::Lines;
use crate::process::{ProcessEvent, Runner};
use crate::rundir::RunDir;

/// What happens while Ansible runs.
#[derive(Debug, Clone, Copy)]
pub enum AnsibleUpdate<'a> {
    /// Something happened in the playbook
    Event(&'a AnsibleEvent),
    /// Ansible wrote a line, in the format that the project has configured. It may hold
    /// anything that a task returned
    Text(&'a str),
    /// Something happened to the process itself
    Process(ProcessEvent<'a>),
}

/// Who is told what happens while Ansible runs.
pub type AnsibleSink<'a> = &'a (dyn Fn(AnsibleUpdate<'_>) + Send + Sync);

/// How much of stdout is kept for the case that there is nothing on stderr.
const STDOUT_TAIL: usize = 20;

impl PlaybookRun {
    /// Runs the playbook. The outcome is told by events and compared with the hosts meant;
    /// an error means that the playbook did not begin.
    pub async fn run(
        &self,
        runner: &Runner,
        run_dir: &RunDir,
        updates: AnsibleSink<'_>,
    ) -> Result<PlaybookOutcome, AnsibleError> {
        self.check_hosts()?;
        let files = Files::create(run_dir, self.limit())?;
        tracing::debug!(files = %files.path().display(), playbook = %self.playbook.display(), "run");
        let cfg = AnsibleCfg::find(self.config.as_deref(), self.dir());
        let invocation = self.invocation(&files, &cfg);
        let name = invocation.name();
        let (mut receiver, _sender) = files.open_events()?;
        let mut account = Account::default();
        let mut lines = Lines::default();
        let mut take = |bytes: &[u8]| {
            lines.push(bytes, |line| {
                if let Some(event) = AnsibleEvent::parse(line) {
                    account.take(&event);
                    updates(AnsibleUpdate::Event(&event));
                } else {
                    tracing::warn!(line, "not an event");
                }
            });
        };
        let stdout = Mutex::new(Vec::new());
        let sink = |event: ProcessEvent<'_>| match event {
            ProcessEvent::Stdout(line) => {
                keep(&stdout, line);
                updates(AnsibleUpdate::Text(line));
            }
            ProcessEvent::Stderr(line) => updates(AnsibleUpdate::Text(line)),
            other => updates(AnsibleUpdate::Process(other)),
        };
        let mut running = std::pin::pin!(runner.run(&invocation, &sink));
        let mut bytes = Vec::with_capacity(64 << 10);
        let completed = loop {
            tokio::select! {
                biased;
                read = receiver.read_buf(&mut bytes) => {
                    read.map_err(|source| AnsibleError::Events { path: files.events.clone(), source })?;
                    take(&bytes);
                    bytes.clear();
                }
                completed = &mut running => break completed?,
            }
        };
        // What was written before the end is still in the pipe.
        while receiver.try_read_buf(&mut bytes).is_ok_and(|read| read > 0) {
            take(&bytes);
            bytes.clear();
        }
        masters::end(runner, files.control.path()).await;
        if account.began() {
            return Ok(account.outcome(&self.hosts, completed));
        }
        if let Some(why) = completed.stopped {
            return Err(AnsibleError::Stopped { program: name, why });
        }
        let stdout = stdout
            .lock()
            .map(|tail| tail.join("\n"))
            .unwrap_or_default();
        Err(AnsibleError::Refused {
            program: name,
            exit: completed.exit,
            said: said(&completed, &stdout),
        })
    }
}

fn keep(tail: &Mutex<Vec<String>>, line: &str) {
    if let Ok(mut tail) = tail.lock() {
        if tail.len() == STDOUT_TAIL {
            tail.remove(0);
        }
        tail.push(line.to_owned());
    }
}
