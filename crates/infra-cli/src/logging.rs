//! The log on stderr, for those who ask for it with `-vv`.

use std::io::{self, IsTerminal, Write};

use tracing::Level;
use tracing_subscriber::fmt::MakeWriter;

use crate::progress::Screen;

/// Starts the log. Without `-vv` it has only what must not be missed.
pub(crate) fn start(verbose: u8, quiet: bool, screen: &Screen) {
    let level = match (quiet, verbose) {
        (true, _) => Level::ERROR,
        (false, 0 | 1) => Level::WARN,
        (false, 2) => Level::DEBUG,
        (false, _) => Level::TRACE,
    };
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(io::stderr().is_terminal())
        .without_time()
        .with_writer(Above(screen.clone()))
        .finish();
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
