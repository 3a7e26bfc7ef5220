//! The log on stderr, for those who ask for it with `-vv`.

use std::io::{self, IsTerminal, Write};

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::progress::Screen;

/// Starts the log. Without `-vv` it has only what must not be missed, and of other crates only
/// what they call an error: what they warn of is in the error that follows, or was no trouble.
pub(crate) fn start(verbose: u8, quiet: bool, screen: &Screen) {
    const OURS: &str = "infra";
    let (ours, others) = match (quiet, verbose) {
        (true, _) => (Level::ERROR, Level::ERROR),
        (false, 0 | 1) => (Level::WARN, Level::ERROR),
        (false, 2) => (Level::DEBUG, Level::DEBUG),
        (false, _) => (Level::TRACE, Level::TRACE),
    };
    let levels = Targets::new().with_default(others).with_target(OURS, ours);
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(ours)
        .with_ansi(io::stderr().is_terminal())
        .without_time()
        .with_writer(Above(screen.clone()))
        .finish()
        .with(levels);
    // An embedder's own log stays.
    drop(tracing::subscriber::set_global_default(subscriber));
}

/// Writes above the live display.
struct Above(Screen);

impl<'a> MakeWriter<'a> for Above {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line(self.0.clone())
    }
}

struct Line(Screen);

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.above(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
