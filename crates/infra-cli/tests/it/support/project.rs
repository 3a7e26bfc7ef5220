//! A project in a directory of its own.

use std::ffi::OsString;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::Outcome;

/// A project in a directory of its own, with nothing in PATH but its own `bin`.
pub(crate) struct TestProject {
    dir: tempfile::TempDir,
    env: Vec<(String, OsString)>,
}

impl TestProject {
    /// An empty directory.
    pub(crate) fn empty() -> Self {
        let project = Self {
            dir: tempfile::tempdir().unwrap(),
            env: Vec::new(),
        };
        std::fs::create_dir(project.path("bin")).unwrap();
        project
    }

    /// A directory with this `infra.hcl`.
    pub(crate) fn new(config: &str) -> Self {
        let project = Self::empty();
        project.write("infra.hcl", config);
        project
    }

    /// Sets an environment variable for all runs from here on.
    pub(crate) fn env(&mut self, name: &str, value: impl Into<OsString>) -> &mut Self {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Puts a shell script into PATH.
    pub(crate) fn program(&self, name: &str, script: &str) {
        let path = format!("bin/{name}");
        self.write(&path, format!("#!/bin/sh\n{script}\n"));
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(self.path(&path), mode).unwrap();
    }

    /// The command, in the directory, with an environment of its own.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_infra"));
        command
            .args(args)
            .current_dir(self.dir.path())
            .env_clear()
            .env("PATH", self.path("bin"))
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.dir.path())
            .env("COLUMNS", "80")
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the binary.
    pub(crate) fn run(&self, args: &[&str]) -> Outcome {
        self.outcome(&self.command(args).output().unwrap())
    }

    /// Runs the binary with this on stdin.
    pub(crate) fn run_with(&self, args: &[&str], stdin: &str) -> Outcome {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(stdin.as_bytes())
            .unwrap();
        self.outcome(&child.wait_with_output().unwrap())
    }

    fn outcome(&self, output: &Output) -> Outcome {
        Outcome {
            stdout: self.normal(&output.stdout),
            stderr: self.normal(&output.stderr),
            code: output.status.code(),
        }
    }

    /// The text with the directory named `$DIR`, and lengths of time `$TIME`.
    fn normal(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let real = self.dir.path().canonicalize().unwrap();
        let mut text = text;
        for dir in [real.as_path(), self.dir.path()] {
            text = text.replace(&dir.display().to_string(), "$DIR");
        }
        let lines = text
            .split_inclusive('\n')
            .map(|line| match line.split_once(" took ") {
                Some((stage, _)) => format!("{stage} took $TIME\n"),
                None => line.to_owned(),
            });
        lines.collect()
    }
}

/// A recording of a real Terraform.
pub(crate) fn recording(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/plans");
    std::fs::read_to_string(root.join(name)).unwrap()
}
