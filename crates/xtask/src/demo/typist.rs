//! Types commands where one can see it, and runs them.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};
use anyhow::{Result, bail};
use camino::Utf8Path;

/// Says something, as a comment.
pub(crate) fn say(text: &str) {
    let style = Style::new().dimmed();
    anstream::println!("{style}# {text}{style:#}");
}

/// Somebody at a terminal, in one folder.
pub(crate) struct Typist<'a> {
    folder: &'a Utf8Path,
    environment: &'a BTreeMap<String, String>,
}

impl<'a> Typist<'a> {
    /// A typist who has read `env.sh`.
    pub(crate) fn new(folder: &'a Utf8Path, environment: &'a BTreeMap<String, String>) -> Self {
        Self {
            folder,
            environment,
        }
    }

    /// Types a command and runs it, on this terminal if there is one. It has to succeed.
    pub(crate) fn types(&self, command: &str) -> Result<()> {
        let style = AnsiColor::Green.on_default().bold();
        anstream::println!("{style}$ {command}{style:#}");
        let shell = duct::cmd!("sh", "-c", command).dir(self.folder);
        let shell = self
            .environment
            .iter()
            .fold(shell, |shell, (name, value)| shell.env(name, value));
        let status = shell.unchecked().run()?.status;
        anstream::println!();
        if !status.success() {
            bail!("`{command}` failed: {status}");
        }
        Ok(())
    }
}
