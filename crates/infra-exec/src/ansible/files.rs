//! The files of one run of Ansible.

use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::TempDir;
use tokio::net::unix::pipe;

use crate::ansible::{AnsibleError, event};
use crate::rundir::{RunDir, RunDirError};

/// The longest directory for control sockets: of the 107 bytes that the path of a socket
/// may have, 1 is the slash, 10 Ansible's name for it and 17 what ssh appends for a moment.
const LONGEST_CONTROL_DIR: usize = 75;

/// Everything that one run writes, gone when this value is dropped.
#[derive(Debug)]
pub(super) struct Files {
    dir: RunDir,
    pub(super) limit: PathBuf,
    pub(super) plugins: PathBuf,
    pub(super) events: PathBuf,
    pub(super) temp: PathBuf,
    pub(super) control: Control,
}

/// Where ssh puts its control sockets.
#[derive(Debug)]
pub(super) enum Control {
    /// In the run's directory
    Inside(PathBuf),
    /// In a private directory with a shorter name
    Short(TempDir),
}

impl Control {
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Inside(path) => path,
            Self::Short(dir) => dir.path(),
        }
    }
}

impl Files {
    pub(super) fn create<'h>(
        run_dir: &RunDir,
        hosts: impl Iterator<Item = &'h str>,
    ) -> Result<Self, AnsibleError> {
        let dir = RunDir::create_in(run_dir.path())?;
        // One exact name per line; it was checked that none is a pattern.
        let names: Vec<&str> = hosts.collect();
        let limit = dir.write("limit", names.join("\n") + "\n")?;
        let plugins = dir.subdir("plugins")?;
        dir.write("plugins/infra_events.py", event::PLUGIN)?;
        let temp = dir.subdir("tmp")?;
        let events = dir.join("events");
        mknodat(CWD, &events, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).map_err(|source| {
            RunDirError::Write {
                path: events.clone(),
                source: source.into(),
            }
        })?;
        let control = control_dir(&dir)?;
        Ok(Self {
            dir,
            limit,
            plugins,
            events,
            temp,
            control,
        })
    }

    /// Opens the pipe of events. The sender keeps it from ending while nobody writes.
    pub(super) fn open_events(&self) -> Result<(pipe::Receiver, pipe::Sender), AnsibleError> {
        let options = pipe::OpenOptions::new();
        let open = || -> std::io::Result<_> {
            let receiver = options.open_receiver(&self.events)?;
            Ok((receiver, options.open_sender(&self.events)?))
        };
        open().map_err(|source| AnsibleError::Events {
            path: self.events.clone(),
            source,
        })
    }

    /// The directory of all of them.
    pub(super) fn path(&self) -> &Path {
        self.dir.path()
    }
}

fn control_dir(dir: &RunDir) -> Result<Control, RunDirError> {
    let inside = dir.join("cp");
    if inside.as_os_str().len() <= LONGEST_CONTROL_DIR {
        return dir.subdir("cp").map(Control::Inside);
    }
    // tempfile makes it with mode 0700 and a name that nobody can guess.
    tempfile::Builder::new()
        .prefix("infra-")
        .tempdir_in("/tmp")
        .map(Control::Short)
        .map_err(|source| RunDirError::Create {
            parent: "/tmp".into(),
            source,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_deep_directory_gets_a_short_one_for_sockets() {
        let parent = tempfile::tempdir().unwrap();
        let run = RunDir::create_in(parent.path()).unwrap();
        let hosts = ["a", "b"];
        let files = Files::create(&run, hosts.into_iter()).unwrap();
        assert!(matches!(&files.control, Control::Inside(path) if path.starts_with(files.path())));
        assert_eq!(std::fs::read_to_string(&files.limit).unwrap(), "a\nb\n");
        files.open_events().unwrap();

        let deep = run.subdir(&"d".repeat(60)).unwrap();
        let run = RunDir::create_in(&deep).unwrap();
        let files = Files::create(&run, hosts.into_iter()).unwrap();
        let control = files.control.path().to_owned();
        assert!(control.as_os_str().len() <= LONGEST_CONTROL_DIR && control.is_dir());
        drop(files);
        assert!(!control.exists());
    }
}
