//! The signals of this process, turned into the wish to stop.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, mpsc};
use std::{io, thread};

use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::process::{Interrupter, Level};

/// What has come in since [`install_signal_handlers`].
#[derive(Debug, Clone, Default)]
pub struct Signals {
    exit_code: Arc<AtomicU8>,
}

impl Signals {
    /// The exit code that tells of the first signal: 130 for SIGINT, 143 for SIGTERM.
    /// None if there was none.
    pub fn exit_code(&self) -> Option<u8> {
        Some(self.exit_code.load(Ordering::Acquire)).filter(|code| *code != 0)
    }
}

/// Makes SIGINT and SIGTERM raise `interrupter` one level each, and SIGHUP nothing.
///
/// SIGHUP means that the terminal is gone. An apply that has begun is then better finished
/// than left half done, so it is noted in the log and else ignored.
///
/// A thread of its own listens: a signal is heard also while this one is busy with a document or
/// a tree of files and awaits nothing.
///
/// Handlers stay installed for the life of the process: dropping the future that waits for
/// children doesn't bring back the default of dying at once. A signal that was ignored when
/// this process started (as a shell does for `&`) reaches children again too, because a
/// handled signal is reset to its default by exec, an ignored one is not.
///
/// # Errors
///
/// If the handlers can't be installed, or the thread can't be started.
pub fn install_signal_handlers(interrupter: &Interrupter) -> io::Result<Signals> {
    let signals = Signals::default();
    let (raise, exit_code) = (interrupter.clone(), Arc::clone(&signals.exit_code));
    let (installed, answer) = mpsc::channel();
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            // Whoever asked waits for it.
            let tell = |outcome| drop(installed.send(outcome));
            match Handlers::install() {
                Ok((runtime, handlers)) => {
                    tell(Ok(()));
                    runtime.block_on(handlers.listen(&raise, &exit_code));
                }
                Err(error) => tell(Err(error)),
            }
        })?;
    answer.recv().map_err(io::Error::other)??;
    Ok(signals)
}

/// The signals that are listened for.
struct Handlers {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Handlers {
    /// Installs them, with the runtime that they need.
    fn install() -> io::Result<(Runtime, Self)> {
        let runtime = Builder::new_current_thread().enable_io().build()?;
        let guard = runtime.enter();
        let handlers = Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        };
        drop(guard);
        Ok((runtime, handlers))
    }

    /// Raises what it is told to, for as long as the process lives.
    async fn listen(mut self, interrupter: &Interrupter, exit_code: &AtomicU8) {
        loop {
            let code = tokio::select! {
                _ = self.interrupt.recv() => 130,
                _ = self.terminate.recv() => 143,
                _ = self.hangup.recv() => {
                    tracing::info!("the terminal is gone (SIGHUP); the run goes on");
                    continue;
                }
            };
            let _ = exit_code.compare_exchange(0, code, Ordering::AcqRel, Ordering::Acquire);
            let level = interrupter.raise();
            tracing::debug!(code, ?level, "signal");
            if level == Level::Kill {
                tracing::info!("interrupted three times: children are killed");
            }
        }
    }
}
