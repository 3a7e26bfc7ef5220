//! The two outputs of the process. Nothing else writes to them.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write};

use anstream::{AutoStream, ColorChoice};
use console::Term;

use crate::failure::Failure;
use crate::indent;
use crate::wrap::wrap;

/// Decides about colours for the whole process. Without `no_color` the environment decides
/// (`NO_COLOR`, `CLICOLOR_FORCE`, `TERM=dumb`), and whether an output is a terminal.
pub(crate) fn choose_colors(no_color: bool) {
    if no_color {
        ColorChoice::Never.write_global();
    }
}

/// Writes a result for people to stdout. Styles are dropped where they don't belong, and
/// lines wrapped on a terminal only: a log or a program gets them whole.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let stdout = io::stdout();
    let text = if stdout.is_terminal() {
        Cow::Owned(wrap(text, usize::from(Term::stdout().size().1)))
    } else {
        Cow::Borrowed(text)
    };
    let mut stdout = AutoStream::auto(stdout.lock());
    finish(
        stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush()),
    )
}

/// Writes to stdout what is written by `write`, as it is.
pub(crate) fn print_with(
    write: impl FnOnce(&mut io::BufWriter<io::StdoutLock<'_>>) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut stdout = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
    finish(write(&mut stdout).and_then(|()| stdout.flush()))
}

/// Writes a value to stdout as one JSON document.
pub(crate) fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    print_with(|out| indent::to_writer(out, value))
}

/// Writes to stderr. What can't be written there can't be told to anybody either.
pub(crate) fn tell(text: &str) {
    let mut stderr = AutoStream::auto(io::stderr().lock());
    drop(stderr.write_all(text.as_bytes()));
}

/// A reader that has gone away has seen enough: that is no error.
fn finish(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::plain(
            anyhow::Error::new(error).context("can't write the result to stdout"),
        )),
        Ok(()) => Ok(()),
    }
}
