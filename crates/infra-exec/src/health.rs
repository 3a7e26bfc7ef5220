//! Health probes: what must answer after a playbook has run.

use std::path::{Path, PathBuf};
use std::time::Duration;

use infra_core::config::{Health, Probe};
use infra_core::hint::Hint;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use crate::process::{Completed, Invocation, Level, RunError, Runner, Stopped};

/// How long a probe may take to succeed, unless it says otherwise.
const DEADLINE: Duration = Duration::from_secs(30);
/// How long to wait between attempts.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a command that must stop may take for it.
const GRACE: Duration = Duration::from_secs(2);

/// Why a host does not count as healthy.
#[derive(Debug, thiserror::Error)]
pub enum Unhealthy {
    /// The probe did not succeed in time
    #[error("{host}: health check \"{check}\" failed for {} seconds; last: {last}", waited.as_secs())]
    Failed {
        /// The host
        host: String,
        /// The label of the check
        check: String,
        /// For how long it was tried
        waited: Duration,
        /// How it failed last
        last: String,
    },
    /// The check has no program to run
    #[error("health check \"{check}\" has an empty command")]
    NoCommand {
        /// The label of the check
        check: String,
    },
    /// Its program could not be run
    #[error("{host}: health check \"{check}\" could not be run")]
    Run {
        /// The host
        host: String,
        /// The label of the check
        check: String,
        /// Why
        source: RunError,
    },
    /// Somebody asked to stop
    #[error("{host}: health check \"{check}\" interrupted")]
    Interrupted {
        /// The host
        host: String,
        /// The label of the check
        check: String,
    },
}

impl Hint for Unhealthy {}

/// Tries `health` on one host, again and again, until it succeeds or its deadline passes.
/// A command runs in `dir`.
pub async fn check(
    runner: &Runner,
    health: &Health,
    host: &str,
    address: &str,
    dir: &Path,
) -> Result<(), Unhealthy> {
    let start = Instant::now();
    let deadline = health.deadline.unwrap_or(DEADLINE);
    let interrupted = || Unhealthy::Interrupted {
        host: host.to_owned(),
        check: health.name.clone(),
    };
    let mut interrupt = runner.interrupt().clone();
    loop {
        let left = deadline.saturating_sub(start.elapsed());
        let last = match &health.probe {
            Probe::Tcp(port) => match timeout(left, TcpStream::connect((address, *port))).await {
                Ok(Ok(_)) => return Ok(()),
                Ok(Err(error)) => format!("port {port}: {error}"),
                Err(_) => format!("port {port}: timed out"),
            },
            Probe::Command(words) => {
                let invocation = command(words, host, address, dir, left).ok_or_else(|| {
                    Unhealthy::NoCommand {
                        check: health.name.clone(),
                    }
                })?;
                match runner.run(&invocation, &|_| {}).await {
                    Ok(completed) if completed.exit.success() && completed.stopped.is_none() => {
                        return Ok(());
                    }
                    Ok(completed) => failure(&completed),
                    Err(RunError::Interrupted { .. }) => return Err(interrupted()),
                    Err(source) => {
                        return Err(Unhealthy::Run {
                            host: host.to_owned(),
                            check: health.name.clone(),
                            source,
                        });
                    }
                }
            }
        };
        if interrupt.level() >= Level::Stop {
            return Err(interrupted());
        }
        if start.elapsed() + PAUSE >= deadline {
            return Err(Unhealthy::Failed {
                host: host.to_owned(),
                check: health.name.clone(),
                waited: start.elapsed(),
                last,
            });
        }
        tokio::select! {
            () = sleep(PAUSE) => {}
            _ = interrupt.above(Level::None) => return Err(interrupted()),
        }
    }
}

fn command(
    words: &[String],
    host: &str,
    address: &str,
    dir: &Path,
    limit: Duration,
) -> Option<Invocation> {
    let (program, args) = words.split_first()?;
    // A path is relative to the configuration; a name is looked up in PATH.
    let program = if program.contains('/') {
        dir.join(program)
    } else {
        PathBuf::from(program)
    };
    Some(
        Invocation::new(program)
            .args(args)
            .env("INFRA_HOST", host)
            .env("INFRA_ADDRESS", address)
            .in_dir(dir)
            .deadline(Some(limit))
            .grace(GRACE),
    )
}

fn failure(completed: &Completed) -> String {
    if completed.stopped == Some(Stopped::Deadline) {
        return "the command did not end in time".to_owned();
    }
    let said = completed
        .stderr_tail
        .lines()
        .rfind(|line| !line.trim().is_empty());
    match said {
        Some(line) => format!(
            "{}: {}",
            completed.exit,
            crate::escape::printable(line.trim())
        ),
        None => completed.exit.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Interrupt;

    fn health(probe: Probe, seconds: u64) -> Health {
        Health {
            name: "up".to_owned(),
            probe,
            deadline: Some(Duration::from_secs(seconds)),
        }
    }

    async fn run(probe: Probe, seconds: u64) -> Result<(), Unhealthy> {
        let runner = Runner::new(Interrupt::never());
        check(
            &runner,
            &health(probe, seconds),
            "web",
            "127.0.0.1",
            Path::new("/"),
        )
        .await
    }

    fn shell(script: &str) -> Probe {
        Probe::Command(["/bin/sh", "-c", script].map(str::to_owned).into())
    }

    #[tokio::test]
    async fn a_port_that_opens_later_is_healthy_and_one_that_stays_closed_is_named() {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let error = run(Probe::Tcp(port), 0).await.unwrap_err().to_string();
        assert!(
            error.starts_with("web: health check \"up\" failed for 0 seconds; last: port "),
            "{error}"
        );
        let opens_later = async {
            sleep(Duration::from_millis(300)).await;
            tokio::net::TcpListener::bind(("127.0.0.1", port))
                .await
                .unwrap()
        };
        let (healthy, _listener) = tokio::join!(run(Probe::Tcp(port), 20), opens_later);
        healthy.unwrap();
    }

    #[tokio::test]
    async fn a_command_knows_the_host_and_its_last_words_are_the_reason() {
        run(
            shell("test \"$INFRA_HOST $INFRA_ADDRESS\" = 'web 127.0.0.1'"),
            5,
        )
        .await
        .unwrap();
        let error = run(shell("echo not yet >&2; exit 7"), 1)
            .await
            .unwrap_err()
            .to_string();
        assert!(error.ends_with("last: exit code 7: not yet"), "{error}");
        assert!(matches!(
            run(Probe::Command(vec![]), 1).await,
            Err(Unhealthy::NoCommand { .. })
        ));
    }
}
