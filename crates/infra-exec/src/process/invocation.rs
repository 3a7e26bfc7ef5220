//! What to run, as plain data that can be compared, tested and printed.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::process::Secret;

/// The length from which on a secret is masked inside of other words too.
const SHORTEST_MASKED: usize = 4;

/// Where the standard output of a child goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Capture {
    /// To the sink, one line at a time. A line beyond 8 MiB is cut.
    #[default]
    Lines,
    /// Into [`Completed::stdout`](crate::process::Completed::stdout), whatever its length
    Whole,
    /// Into a file that must not exist yet, created with mode 0600
    File(PathBuf),
}

/// A program with its arguments and surroundings. Building one touches nothing; a
/// [`Runner`](crate::process::Runner) runs it.
///
/// Its `Display` is a line for a POSIX shell, in which secrets read `***`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The program, as an absolute path
    pub program: PathBuf,
    /// The arguments
    pub args: Vec<OsString>,
    /// Variables set on top of the environment of this process
    pub env: BTreeMap<OsString, OsString>,
    /// Variables that the child must not inherit
    pub env_removed: BTreeSet<OsString>,
    /// Beginnings of the names of variables that the child must not inherit
    pub env_removed_prefixes: BTreeSet<String>,
    /// The working directory. None: that of this process
    pub cwd: Option<PathBuf>,
    /// What the child reads on its standard input. None: nothing
    pub stdin: Option<Vec<u8>>,
    /// Where the standard output goes
    pub stdout: Capture,
    /// A file that must not exist yet, for all output, created with mode 0600
    pub log: Option<PathBuf>,
    /// How long the child may run. None: as long as it likes
    pub deadline: Option<Duration>,
    /// How long a child that was told to stop because its deadline passed may take
    /// for it, before it is told again less politely
    pub grace: Duration,
    /// Programs that the child leaves running by design, to be ended without a word
    pub daemons: BTreeSet<String>,
    hidden_env: BTreeSet<OsString>,
    secrets: Vec<Secret>,
}

impl Invocation {
    /// An invocation of `program` with no arguments, no deadline, and a grace of one minute.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            env: BTreeMap::new(),
            env_removed: BTreeSet::new(),
            env_removed_prefixes: BTreeSet::new(),
            cwd: None,
            stdin: None,
            stdout: Capture::Lines,
            log: None,
            deadline: None,
            grace: Duration::from_mins(1),
            daemons: BTreeSet::new(),
            hidden_env: BTreeSet::new(),
            secrets: Vec::new(),
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Adds an argument of the form `-name=value`, where the value may be any path.
    #[must_use]
    pub fn option(self, name: &str, value: impl AsRef<OsStr>) -> Self {
        let mut arg = OsString::from(name);
        arg.push("=");
        arg.push(value);
        self.arg(arg)
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Sets an environment variable whose value is never shown.
    #[must_use]
    pub fn secret_env(mut self, name: impl Into<OsString>, value: &Secret) -> Self {
        let name = name.into();
        self.env.insert(name.clone(), value.reveal().into());
        self.hidden_env.insert(name);
        self.secrets.push(value.clone());
        self
    }

    /// Keeps a variable of this process's environment from the child.
    #[must_use]
    pub fn without_env(mut self, name: impl Into<OsString>) -> Self {
        self.env_removed.insert(name.into());
        self
    }

    /// Keeps all variables whose names begin with `prefix` from the child.
    #[must_use]
    pub fn without_env_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.env_removed_prefixes.insert(prefix.into());
        self
    }

    /// Runs the child in `dir`.
    #[must_use]
    pub fn in_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.cwd = Some(dir.into());
        self
    }

    /// Gives the child `bytes` on its standard input.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(bytes.into());
        self
    }

    /// Says where the standard output goes.
    #[must_use]
    pub fn capture(mut self, stdout: Capture) -> Self {
        self.stdout = stdout;
        self
    }

    /// Keeps all output in a new file at `path`.
    #[must_use]
    pub fn log(mut self, path: impl Into<PathBuf>) -> Self {
        self.log = Some(path.into());
        self
    }

    /// Limits how long the child may run.
    #[must_use]
    pub fn deadline(mut self, deadline: Option<Duration>) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets how long the child may take to stop once its deadline has passed.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Says that the child leaves processes of this program running by design.
    #[must_use]
    pub fn daemon(mut self, program: impl Into<String>) -> Self {
        self.daemons.insert(program.into());
        self
    }

    /// Keeps `secret`, of at least 4 bytes, out of the printed form, wherever it stands.
    #[must_use]
    pub fn mask(mut self, secret: Secret) -> Self {
        self.secrets.push(secret);
        self
    }

    /// The last part of the program's path, for messages.
    pub fn name(&self) -> String {
        Path::new(&self.program)
            .file_name()
            .unwrap_or(self.program.as_os_str())
            .to_string_lossy()
            .into_owned()
    }

    /// Whether a variable of this process's environment is kept from the child.
    pub(super) fn removes(&self, name: &OsStr) -> bool {
        self.env_removed.contains(name)
            || name.to_str().is_some_and(|name| {
                self.env_removed_prefixes
                    .iter()
                    .any(|prefix| name.starts_with(prefix.as_str()))
            })
    }

    fn masked(&self, text: &OsStr) -> String {
        let mut text = text.to_string_lossy().into_owned();
        for secret in &self.secrets {
            // A short one, such as `1`, would make every other word unreadable and tell itself.
            if secret.reveal().len() >= SHORTEST_MASKED {
                text = text.replace(secret.reveal(), "***");
            }
        }
        text
    }
}

impl fmt::Display for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(cwd) = &self.cwd {
            write!(f, "cd {} && ", quoted(&cwd.to_string_lossy()))?;
        }
        let mut removed = self.env_removed.iter().peekable();
        if removed.peek().is_some() {
            f.write_str("env ")?;
            for name in removed {
                write!(f, "-u {} ", quoted(&name.to_string_lossy()))?;
            }
        }
        for (name, value) in &self.env {
            let value = if self.hidden_env.contains(name) {
                "***".to_owned()
            } else {
                self.masked(value)
            };
            write!(f, "{}={} ", name.to_string_lossy(), quoted(&value))?;
        }
        write!(f, "{}", quoted(&self.program.to_string_lossy()))?;
        for arg in &self.args {
            write!(f, " {}", quoted(&self.masked(arg)))?;
        }
        Ok(())
    }
}

/// One word of a POSIX shell, in single quotes unless it needs none. Control characters
/// are written as `\x1b` is, so that the line can be shown on a terminal.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:,@%+*".contains(c);
    let word = crate::escape::printable(word);
    if !word.is_empty() && word.chars().all(plain) && !word.contains('*') || word == "***" {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_default_an_invocation_is_only_its_program() {
        let invocation = Invocation::new("/usr/bin/true");
        assert_eq!(invocation.to_string(), "/usr/bin/true");
        assert_eq!(invocation.name(), "true");
        assert_eq!(invocation.stdin, None);
        assert_eq!(invocation.stdout, Capture::Lines);
        assert_eq!(invocation.deadline, None);
        assert_eq!(invocation.grace, Duration::from_mins(1));
    }

    #[test]
    fn everything_set_reads_as_one_shell_line_without_the_secret() {
        let invocation = Invocation::new("/opt/my tools/terraform")
            .arg("plan")
            .option("-out", "/run/p")
            .args(["it's", "", "tok-hunter2"])
            .env("TF_INPUT", "0")
            .secret_env("TF_VAR_password", &Secret::new("hunter2"))
            .without_env("TF_LOG")
            .without_env_prefix("TF_CLI_ARGS")
            .in_dir("/srv/live")
            .stdin("yes\n")
            .capture(Capture::Whole)
            .log("/run/log")
            .deadline(Some(Duration::from_secs(5)))
            .grace(Duration::from_secs(6))
            .daemon("ssh")
            .mask(Secret::new("unused"));
        assert_eq!(
            invocation.to_string(),
            "cd /srv/live && env -u TF_LOG TF_INPUT=0 TF_VAR_password=*** \
             '/opt/my tools/terraform' plan -out=/run/p 'it'\\''s' '' 'tok-***'"
        );
        assert!(!format!("{:?}", invocation.secrets).contains("hunter2"));
        assert!(invocation.removes(OsStr::new("TF_LOG")));
        assert!(invocation.removes(OsStr::new("TF_CLI_ARGS_plan")));
        assert!(!invocation.removes(OsStr::new("TF_LOG_PATH")));
    }
}
