//! Doing something to a file, and taking it back.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};

/// What stood at a path.
enum Before {
    Nothing,
    File(Vec<u8>, Permissions),
    Link(Utf8PathBuf),
    /// A directory, which is there now
    Moved(Utf8PathBuf),
}

/// Changes of files; dropped, they are taken back.
#[derive(Default)]
pub(crate) struct Changes {
    before: Vec<(Utf8PathBuf, Before)>,
    /// Directories that were made for files in them
    dirs: Vec<Utf8PathBuf>,
}

impl Changes {
    fn remember(&mut self, path: &Utf8Path) -> Result<()> {
        let before = match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_symlink() => Before::Link(path.read_link_utf8()?),
            Ok(metadata) => Before::File(fs::read(path)?, metadata.permissions()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Before::Nothing,
            Err(error) => return Err(error).with_context(|| path.to_string()),
        };
        self.before.push((path.to_owned(), before));
        Ok(())
    }

    /// Writes a file, with the directories above it.
    pub(crate) fn write(&mut self, path: &Utf8Path, text: &[u8]) -> Result<()> {
        self.remember(path)?;
        let missing: Vec<Utf8PathBuf> = path
            .ancestors()
            .skip(1)
            .take_while(|dir| !dir.exists())
            .map(Utf8Path::to_owned)
            .collect();
        for dir in missing.into_iter().rev() {
            fs::create_dir(&dir).with_context(|| dir.to_string())?;
            self.dirs.push(dir);
        }
        // Through a link the target would change.
        if path.is_symlink() {
            fs::remove_file(path)?;
        }
        fs::write(path, text).with_context(|| path.to_string())
    }

    /// Removes a file or link.
    pub(crate) fn remove(&mut self, path: &Utf8Path) -> Result<()> {
        self.remember(path)?;
        fs::remove_file(path).with_context(|| path.to_string())
    }

    /// Gives a file another name beside it.
    pub(crate) fn rename(&mut self, path: &Utf8Path, name: &str) -> Result<()> {
        let to = path.with_file_name(name);
        self.remember(path)?;
        self.remember(&to)?;
        fs::rename(path, &to).with_context(|| path.to_string())
    }

    /// Puts a link in a file's place.
    pub(crate) fn link(&mut self, path: &Utf8Path, target: &Utf8Path) -> Result<()> {
        self.remember(path)?;
        fs::remove_file(path)?;
        symlink(target, path).with_context(|| path.to_string())
    }

    /// Moves a directory to another name beside it, and puts a link to it in its place.
    pub(crate) fn move_behind_link(&mut self, dir: &Utf8Path, name: &str) -> Result<()> {
        let to = dir.with_file_name(name);
        fs::rename(dir, &to).with_context(|| dir.to_string())?;
        self.before.push((dir.to_owned(), Before::Moved(to)));
        symlink(name, dir).with_context(|| dir.to_string())
    }

    /// Turns the right to execute a file round.
    pub(crate) fn turn_mode(&mut self, path: &Utf8Path) -> Result<()> {
        self.remember(path)?;
        let mode = fs::metadata(path)?.permissions().mode();
        fs::set_permissions(path, Permissions::from_mode(mode ^ 0o111))?;
        Ok(())
    }

    fn take_back(&mut self) -> io::Result<()> {
        for (path, before) in self.before.drain(..).rev() {
            if path.symlink_metadata().is_ok() {
                fs::remove_file(&path)?;
            }
            match before {
                Before::Nothing => {}
                Before::File(bytes, permissions) => {
                    fs::write(&path, bytes)?;
                    fs::set_permissions(&path, permissions)?;
                }
                Before::Link(target) => symlink(target, &path)?,
                Before::Moved(to) => fs::rename(to, &path)?,
            }
        }
        for dir in self.dirs.drain(..).rev() {
            fs::remove_dir(dir)?;
        }
        Ok(())
    }
}

impl Drop for Changes {
    fn drop(&mut self) {
        if let Err(error) = self.take_back() {
            anstream::eprintln!("error: a change could not be taken back: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_changed_is_as_before() {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path()).unwrap();
        let (file, link, new) = (root.join("a"), root.join("l"), root.join("x/y/z"));
        fs::write(&file, "one").unwrap();
        symlink("a", &link).unwrap();
        let mut changes = Changes::default();
        changes.write(&file, b"two").unwrap();
        changes.turn_mode(&file).unwrap();
        changes.write(&new, b"new").unwrap();
        changes.write(&link, b"no link").unwrap();
        changes.rename(&file, "b").unwrap();
        assert!(new.exists() && !file.exists() && !link.is_symlink());
        drop(changes);
        assert_eq!(fs::read_to_string(&link).unwrap(), "one");
        assert!(link.is_symlink() && !root.join("x").exists() && !root.join("b").exists());
    }
}
