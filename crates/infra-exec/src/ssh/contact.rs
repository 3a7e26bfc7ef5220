//! Waits until hosts can really be configured.

use std::path::PathBuf;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};

use crate::process::{Level, RunError, Runner};
use crate::ssh::login::Login;
use crate::ssh::resolve::Route;
use crate::ssh::{CloudInit, ContactError, HostKeys, Target, cloud_init, together};

/// What Terraform's and Ansible's own waits allow a machine to boot in.
const DEADLINE: Duration = Duration::from_mins(5);
/// How long one attempt at a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long to wait between attempts: what a person would hardly notice.
const PAUSE: Duration = Duration::from_secs(1);
/// How many hosts at once: each login is a process here and, at a bastion, a connection.
const AT_ONCE: usize = 32;

/// How hosts are contacted.
#[derive(Debug, Clone)]
pub struct Contact {
    pub(super) ssh: PathBuf,
    pub(super) host_keys: HostKeys,
    pub(super) ssh_args: Vec<String>,
    deadline: Duration,
    cloud_init: bool,
}

/// What a host is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// A TCP connection
    Tcp,
    /// The first line of an ssh server
    Banner,
    /// A login that runs a command
    Login,
    /// The end of cloud-init's work
    CloudInit,
}

/// What happens while hosts are waited for.
#[derive(Debug, Clone, Copy)]
pub enum ContactEvent<'a> {
    /// A phase has begun
    Waiting {
        /// The host
        host: &'a str,
        /// What it is waited for
        phase: Phase,
    },
    /// An attempt has failed; there will be another
    Retry {
        /// The host
        host: &'a str,
        /// What it is waited for
        phase: Phase,
        /// How many attempts there have been in this phase
        attempts: u32,
        /// For how long the host has been waited for
        waited: Duration,
        /// Why the attempt failed
        error: &'a str,
    },
    /// The host is ready
    Ready {
        /// The host
        host: &'a str,
        /// What is known now
        ready: &'a Ready,
    },
    /// The host is given up
    Failed {
        /// The host
        host: &'a str,
        /// Why
        error: &'a ContactError,
    },
}

/// Who is told what happens while hosts are waited for.
pub type ContactSink<'a> = &'a (dyn Fn(ContactEvent<'_>) + Send + Sync);

/// A host that can be configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// How long it was waited for
    pub waited: Duration,
    /// How its first boot went
    pub cloud_init: CloudInit,
}

impl Contact {
    /// Contacts hosts with this ssh, for at most 5 minutes each, and waits for cloud-init.
    pub fn new(ssh: impl Into<PathBuf>, host_keys: HostKeys) -> Self {
        Self {
            ssh: ssh.into(),
            host_keys,
            ssh_args: Vec::new(),
            deadline: DEADLINE,
            cloud_init: true,
        }
    }

    /// Adds arguments of ssh, such as `-o ProxyJump=bastion`.
    #[must_use]
    pub fn ssh_args(mut self, args: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.ssh_args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Limits how long each host may take. None: 5 minutes.
    #[must_use]
    pub fn deadline(mut self, deadline: Option<Duration>) -> Self {
        self.deadline = deadline.unwrap_or(DEADLINE);
        self
    }

    /// Whether to wait for cloud-init, where it is installed. None: yes.
    #[must_use]
    pub fn cloud_init(mut self, wanted: Option<bool>) -> Self {
        self.cloud_init = wanted.unwrap_or(true);
        self
    }

    /// Waits for all `targets`, 32 at a time. The results are in their order.
    pub async fn wait(
        &self,
        runner: &Runner,
        targets: &[Target],
        events: ContactSink<'_>,
    ) -> Vec<Result<Ready, ContactError>> {
        let slots = Semaphore::new(AT_ONCE);
        together(targets.iter().map(|target| async {
            // The semaphore is never closed.
            let _slot = slots.acquire().await;
            let host = target.name();
            let result = Wait::new(self, runner, target, events).run().await;
            match &result {
                Ok(ready) => events(ContactEvent::Ready { host, ready }),
                Err(error) => events(ContactEvent::Failed { host, error }),
            }
            result
        }))
        .await
    }
}

/// One host being waited for.
struct Wait<'a> {
    contact: &'a Contact,
    runner: &'a Runner,
    target: &'a Target,
    events: ContactSink<'a>,
    start: Instant,
    phase: Phase,
    attempts: u32,
}

impl<'a> Wait<'a> {
    fn new(
        contact: &'a Contact,
        runner: &'a Runner,
        target: &'a Target,
        events: ContactSink<'a>,
    ) -> Self {
        Self {
            contact,
            runner,
            target,
            events,
            start: Instant::now(),
            phase: Phase::Tcp,
            attempts: 0,
        }
    }

    async fn run(&mut self) -> Result<Ready, ContactError> {
        let ssh = self.contact.ssh(self.target);
        let route = Route::ask(self.runner, ssh, self.target.address())
            .await
            .map_err(|error| self.run_error(error))?;
        if let Some(route) = route.filter(|route| !route.proxied) {
            self.begin(Phase::Tcp);
            self.answer(&route).await?;
        }
        self.begin(Phase::Login);
        self.command("true", |code, _| (code == 0).then_some(Ok(())))
            .await?;
        let cloud_init = if self.contact.cloud_init {
            self.begin(Phase::CloudInit);
            let host = self.host();
            self.command(cloud_init::WAIT, |code, stdout| {
                let read = CloudInit::read(code, stdout);
                Some(read.map_err(|said| ContactError::CloudInit {
                    host: host.clone(),
                    said,
                }))
            })
            .await?
        } else {
            CloudInit::NotAsked
        };
        Ok(Ready {
            waited: self.start.elapsed(),
            cloud_init,
        })
    }

    /// Waits for a TCP connection on which an ssh server says its name.
    async fn answer(&mut self, route: &Route) -> Result<(), ContactError> {
        loop {
            let connected = timeout(
                CONNECT,
                TcpStream::connect((route.host.as_str(), route.port)),
            )
            .await;
            let problem = match connected {
                Err(_) => "timed out".to_owned(),
                Ok(Err(error)) => error.to_string(),
                Ok(Ok(mut stream)) => {
                    if self.phase == Phase::Tcp {
                        self.begin(Phase::Banner);
                    }
                    match timeout(CONNECT, banner(&mut stream)).await {
                        Ok(Ok(())) => return Ok(()),
                        Ok(Err(problem)) => problem,
                        Err(_) => "the port is open, but nobody answers".to_owned(),
                    }
                }
            };
            self.again(problem).await?;
        }
    }

    /// Runs a command on the host until `accept` takes its answer.
    async fn command<T>(
        &mut self,
        command: &str,
        accept: impl Fn(i32, &str) -> Option<Result<T, ContactError>>,
    ) -> Result<T, ContactError> {
        loop {
            // cloud-init itself waits; everything else answers at once or never.
            let limit = (self.phase == Phase::CloudInit).then(|| self.left());
            let login = self
                .contact
                .log_in(self.runner, self.target, command, limit)
                .await;
            let problem = match login.map_err(|error| self.run_error(error))? {
                Login::Ran { code, stdout } => match accept(code, &stdout) {
                    Some(result) => return result,
                    None => format!("the login shell ended with exit code {code}"),
                },
                Login::KeyChanged(said) => {
                    return Err(ContactError::HostKeyChanged {
                        host: self.host(),
                        alias: self.target.host_key_alias(),
                        known_hosts: self.contact.host_keys.known_hosts().to_owned(),
                        said,
                    });
                }
                Login::Refused(said) => {
                    return Err(ContactError::Refused {
                        host: self.host(),
                        said,
                    });
                }
                Login::NotYet(problem) => problem,
            };
            self.again(problem).await?;
        }
    }

    fn begin(&mut self, phase: Phase) {
        self.phase = phase;
        self.attempts = 0;
        (self.events)(ContactEvent::Waiting {
            host: self.target.name(),
            phase,
        });
    }

    /// Counts a failed attempt, and pauses before the next if there is time for one.
    async fn again(&mut self, problem: String) -> Result<(), ContactError> {
        self.attempts += 1;
        let waited = self.start.elapsed();
        let mut interrupt = self.runner.interrupt().clone();
        if interrupt.level() >= Level::Stop {
            return Err(ContactError::Interrupted { host: self.host() });
        }
        if self.left() <= PAUSE {
            return Err(ContactError::Deadline {
                host: self.host(),
                phase: self.phase,
                attempts: self.attempts,
                waited,
                last: problem,
            });
        }
        (self.events)(ContactEvent::Retry {
            host: self.target.name(),
            phase: self.phase,
            attempts: self.attempts,
            waited,
            error: &problem,
        });
        tokio::select! {
            () = sleep(PAUSE) => Ok(()),
            _ = interrupt.above(Level::None) => Err(ContactError::Interrupted { host: self.host() }),
        }
    }

    fn left(&self) -> Duration {
        self.contact.deadline.saturating_sub(self.start.elapsed())
    }

    fn host(&self) -> String {
        self.target.name().to_owned()
    }

    fn run_error(&self, source: RunError) -> ContactError {
        match source {
            RunError::Interrupted { .. } => ContactError::Interrupted { host: self.host() },
            source => ContactError::Run {
                host: self.host(),
                source,
            },
        }
    }
}

/// Reads until a line begins with `SSH-`: a server may say other things before (RFC 4253, 4.2).
async fn banner(stream: &mut TcpStream) -> Result<(), String> {
    let mut read = Vec::new();
    while read.len() < 8 << 10 {
        if read
            .split(|&byte| byte == b'\n')
            .any(|line| line.starts_with(b"SSH-"))
        {
            return Ok(());
        }
        match stream.read_buf(&mut read).await {
            Ok(0) => {
                return Err("the connection was closed before an ssh server answered".to_owned());
            }
            Ok(_) => {}
            Err(error) => return Err(error.to_string()),
        }
    }
    Err("something else than an ssh server answers".to_owned())
}
