//! Asks a tool something about itself, such as its version.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use infra_core::hint::Hint;

/// No tool takes longer to print its version, unless it waits for something.
const LIMIT: Duration = Duration::from_secs(20);

/// Why a tool didn't say anything about itself.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// It could not be started
    #[error("cannot run {}", program.display())]
    Start {
        /// The tool
        program: PathBuf,
        /// Why
        source: io::Error,
    },
    /// It exited with an error
    #[error("{} {args} failed ({exit}): {message}", program.display())]
    Failed {
        /// The tool
        program: PathBuf,
        /// What it was asked
        args: String,
        /// How it ended
        exit: crate::process::Exit,
        /// The last line that it wrote on standard error
        message: String,
    },
    /// It gave no answer in time
    #[error("{} {args} gave no answer for {} seconds", program.display(), LIMIT.as_secs())]
    Silent {
        /// The tool
        program: PathBuf,
        /// What it was asked
        args: String,
    },
}

impl Hint for ProbeError {}

/// Runs `program` with `args`, which must change nothing, and returns its standard output.
/// Blocks, for at most 20 seconds: for the questions that are asked once, before any work.
pub fn probe(program: &Path, args: &[&str]) -> Result<String, ProbeError> {
    let start = |source| ProbeError::Start {
        program: program.to_owned(),
        source,
    };
    let running = duct::cmd(program, args)
        // Neither a prompt nor a check for updates belongs to a question.
        .stdin_null()
        .env("CHECKPOINT_DISABLE", "1")
        .stdout_capture()
        .stderr_capture()
        .unchecked()
        .start()
        .map_err(start)?;
    let Some(output) = running.wait_timeout(LIMIT).map_err(start)? else {
        // It has changed nothing, and has nothing to save.
        running.kill().map_err(start)?;
        return Err(ProbeError::Silent {
            program: program.to_owned(),
            args: args.join(" "),
        });
    };
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        let message = stderr
            .lines()
            .rfind(|line| !line.trim().is_empty())
            .unwrap_or("no message");
        return Err(ProbeError::Failed {
            program: program.to_owned(),
            args: args.join(" "),
            exit: output.status.into(),
            message: crate::escape::printable(message.trim()).into_owned(),
        });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_a_failure_and_a_missing_program_are_told_apart() {
        let shell = Path::new("/bin/sh");
        assert_eq!(probe(shell, &["-c", "echo 1.2"]).unwrap(), "1.2\n");
        let failed = probe(shell, &["-c", "echo no >&2; exit 3"]).unwrap_err();
        assert_eq!(
            failed.to_string(),
            "/bin/sh -c echo no >&2; exit 3 failed (exit code 3): no"
        );
        assert!(matches!(
            probe(Path::new("/nonexistent"), &[]),
            Err(ProbeError::Start { .. })
        ));
    }
}
