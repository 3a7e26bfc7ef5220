//! The signals of this process, turned into the wish to stop.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

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
/// Handlers stay installed for the life of the process: dropping the future that waits for
/// children doesn't bring back the default of dying at once. A signal that was ignored when
/// this process started (as a shell does for `&`) reaches children again too, because a
/// handled signal is reset to its default by exec, an ignored one is not.
///
/// # Errors
///
/// If the handlers can't be installed. Must be called within a Tokio runtime with IO enabled.
pub fn install_signal_handlers(interrupter: &Interrupter) -> io::Result<Signals> {
    let signals = Signals::default();
    let listen = |kind: SignalKind, code: u8| -> io::Result<()> {
        let incoming = signal(kind)?;
        tokio::spawn(raise_on(
            incoming,
            code,
            interrupter.clone(),
            Arc::clone(&signals.exit_code),
        ));
        Ok(())
    };
    listen(SignalKind::interrupt(), 130)?;
    listen(SignalKind::terminate(), 143)?;
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            tracing::info!("the terminal is gone (SIGHUP); the run goes on");
        }
    });
    Ok(signals)
}

async fn raise_on(
    mut incoming: Signal,
    code: u8,
    interrupter: Interrupter,
    exit_code: Arc<AtomicU8>,
) {
    while incoming.recv().await.is_some() {
        let _ = exit_code.compare_exchange(0, code, Ordering::AcqRel, Ordering::Acquire);
        let level = interrupter.raise();
        tracing::debug!(code, ?level, "signal");
        if level == Level::Kill {
            tracing::info!("interrupted three times: children are killed");
        }
    }
}
