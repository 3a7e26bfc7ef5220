//! Which ansible-core a program will run.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use infra_core::hint::Hint;
use serde::{Deserialize, Serialize};

use crate::process::{ProbeError, probe};
use crate::tools::Version;
use crate::tools::python::{Surroundings, interpreter, site_dirs};

/// The oldest ansible-core that is supported: the callback plugin and the settings that
/// `infra` forces are tested from here on, and older ones get no security fixes.
pub const MINIMUM_ANSIBLE_CORE: Version = Version::new(2, 15, 0);

/// An ansible-core that is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsibleCore {
    /// Its `ansible-playbook`
    pub program: PathBuf,
    /// Its version
    pub version: Version,
    /// The version of Jinja2 by which it renders templates, where that is known
    pub jinja: Option<String>,
    /// The Python that runs it, where that is known
    pub python: Option<PathBuf>,
    /// The `ansible_collections` directories among its Python packages, in order
    pub collections: Vec<PathBuf>,
}

/// Why the version of ansible-core is not known, or not good enough.
#[derive(Debug, thiserror::Error)]
pub enum AnsibleCoreError {
    /// `ansible-playbook --version` failed
    #[error("cannot tell the version of ansible-core")]
    Probe(#[source] ProbeError),
    /// `ansible-playbook --version` said something else
    #[error("cannot tell the version of ansible-core from the first line of `{} --version`: {line}", program.display())]
    Unreadable {
        /// The program
        program: PathBuf,
        /// What it said
        line: String,
    },
    /// It is too old
    #[error("{} is ansible-core {found}; infra needs {minimum} or newer", program.display())]
    TooOld {
        /// The program
        program: PathBuf,
        /// What it is
        found: Version,
        /// What it must be
        minimum: Version,
    },
}

impl Hint for AnsibleCoreError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::TooOld { .. } => {
                vec!["`pipx install ansible-core` or `pipx upgrade ansible-core`".to_owned()]
            }
            Self::Probe(_) | Self::Unreadable { .. } => {
                vec!["is it a working ansible-playbook? A pyenv shim needs an active version that has it".to_owned()]
            }
        }
    }
}

impl AnsibleCore {
    /// Finds out what `program`, an `ansible-playbook`, is.
    ///
    /// Running it takes 0.4 seconds, so it is read from the files of its Python where that
    /// is certain. Where it isn't, the program is asked, and the answer kept in `cache` for
    /// as long as the program and what it answered stay the same files.
    pub fn detect(program: &Path, cache: Option<&Path>) -> Result<Self, AnsibleCoreError> {
        Self::detect_in(program, cache, &Surroundings::of_this_process())
    }

    fn detect_in(
        program: &Path,
        cache: Option<&Path>,
        surroundings: &Surroundings,
    ) -> Result<Self, AnsibleCoreError> {
        let found = match Self::from_files(program, surroundings) {
            Some(found) => found,
            None => Self::asked(program, cache, surroundings)?,
        };
        if found.version.at_least(&MINIMUM_ANSIBLE_CORE) {
            return Ok(found);
        }
        Err(AnsibleCoreError::TooOld {
            program: found.program,
            found: found.version,
            minimum: MINIMUM_ANSIBLE_CORE,
        })
    }

    fn from_files(program: &Path, surroundings: &Surroundings) -> Option<Self> {
        if surroundings.redirected {
            return None;
        }
        // pipx links the script into ~/.local/bin.
        let script = program.canonicalize().ok()?;
        let python = interpreter(&script, surroundings)?;
        let sites = site_dirs(&python, surroundings);
        let release_of = |file| sites.iter().find_map(|site| release(&site.join(file)));
        let version = release_of(RELEASE)?.parse().ok()?;
        let jinja = release_of(JINJA)?;
        Some(Self {
            program: program.to_owned(),
            version,
            jinja: Some(jinja),
            python: Some(python),
            collections: collections(&sites),
        })
    }

    fn asked(
        program: &Path,
        cache: Option<&Path>,
        surroundings: &Surroundings,
    ) -> Result<Self, AnsibleCoreError> {
        // A shim runs another version in another directory: its answer doesn't keep.
        let shim = program
            .parent()
            .and_then(Path::file_name)
            .is_some_and(|dir| dir == "shims");
        let cache = cache.filter(|_| !shim && !surroundings.redirected);
        if let Some(known) = cache.and_then(|cache| Answer::load(cache, program)) {
            return known.understand(program);
        }
        let text = probe(program, &["--version"]).map_err(AnsibleCoreError::Probe)?;
        let site = site_dir(&text);
        let answer = Answer {
            program: stamp(program),
            module: stamp_in(site.as_deref(), RELEASE),
            jinja: stamp_in(site.as_deref(), JINJA),
            text,
        };
        let found = answer.understand(program)?;
        // A Jinja2 that is elsewhere could change unseen.
        let is_seen = found.jinja.is_none() || !answer.jinja.is_of_nothing();
        if let Some(cache) = cache.filter(|_| is_seen) {
            answer.save(cache);
        }
        Ok(found)
    }
}

/// Where among the packages of Python the version of ansible-core stands.
const RELEASE: &str = "ansible/release.py";
/// And that of Jinja2.
const JINJA: &str = "jinja2/__init__.py";

/// Reads `__version__` from a file: what Python will import, where the metadata beside it may
/// be left over from another version.
fn release(file: &Path) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("__version__"))?;
    let version = line.trim_start_matches([' ', '=']).trim();
    Some(version.trim_matches(['\'', '"']).to_owned())
}

fn collections(sites: &[PathBuf]) -> Vec<PathBuf> {
    sites
        .iter()
        .map(|site| site.join("ansible_collections"))
        .filter(|dir| dir.is_dir())
        .collect()
}

/// What `--version` said, and of which files.
#[derive(Debug, Serialize, Deserialize)]
struct Answer {
    program: Stamp,
    module: Stamp,
    jinja: Stamp,
    text: String,
}

/// A file as it was: path, size, and time of change.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp(PathBuf, u64, u128);

fn stamp<'a>(path: impl Into<Option<&'a Path>>) -> Stamp {
    let Some(path) = path.into() else {
        return Stamp(PathBuf::new(), 0, 0);
    };
    let Ok(found) = std::fs::metadata(path) else {
        return Stamp(path.to_owned(), 0, 0);
    };
    let changed = found
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    Stamp(
        path.to_owned(),
        found.len(),
        changed.unwrap_or_default().as_nanos(),
    )
}

impl Stamp {
    fn is_of_nothing(&self) -> bool {
        self.1 == 0
    }

    fn is_current(&self) -> bool {
        *self == stamp(self.0.as_path())
    }
}

fn stamp_in(dir: Option<&Path>, file: &str) -> Stamp {
    stamp(dir.map(|dir| dir.join(file)).as_deref())
}

/// The directory of Python packages that has ansible-core.
fn site_dir(text: &str) -> Option<PathBuf> {
    let place = said(text, "ansible python module location")?;
    Some(Path::new(place).parent()?.to_owned())
}

/// What `--version` says of something.
fn said<'t>(text: &'t str, of: &str) -> Option<&'t str> {
    text.lines()
        .filter_map(|line| line.split_once(" = "))
        .find_map(|(key, value)| (key.trim() == of).then_some(value.trim()))
}

impl Answer {
    fn file(cache: &Path) -> PathBuf {
        cache.join("ansible-core.json")
    }

    fn load(cache: &Path, program: &Path) -> Option<Self> {
        let known: Self = serde_json::from_slice(&std::fs::read(Self::file(cache)).ok()?).ok()?;
        let current = known.program == stamp(program)
            && known.module.is_current()
            && known.jinja.is_current();
        current.then_some(known)
    }

    /// Keeps the answer. A cache that can't be written costs time, nothing else.
    fn save(&self, cache: &Path) {
        let write = || -> std::io::Result<()> {
            let mut file = tempfile::NamedTempFile::new_in(cache)?;
            serde_json::to_writer(&mut file, self)?;
            file.persist(Self::file(cache))?;
            Ok(())
        };
        if let Err(error) = write() {
            tracing::debug!(%error, cache = %cache.display(), "version not cached");
        }
    }

    fn understand(&self, program: &Path) -> Result<AnsibleCore, AnsibleCoreError> {
        let first = self.text.lines().next().unwrap_or_default();
        // Up to 2.10 the line was `ansible-playbook 2.9.27`.
        let version = first
            .split_once("[core ")
            .or_else(|| first.split_once("ansible-playbook "))
            .and_then(|(_, rest)| rest.split([']', ' ']).next()?.parse().ok())
            .ok_or_else(|| AnsibleCoreError::Unreadable {
                program: program.to_owned(),
                line: crate::escape::printable(first).into_owned(),
            })?;
        let site = site_dir(&self.text);
        let python = said(&self.text, "python version")
            .and_then(|said| Some(PathBuf::from(said.rsplit_once('(')?.1.strip_suffix(')')?)));
        Ok(AnsibleCore {
            program: program.to_owned(),
            version,
            jinja: said(&self.text, "jinja version").map(str::to_owned),
            python,
            collections: collections(site.as_slice()),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn write(path: &Path, text: &str) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn the_version_in_a_virtual_environment_is_read_without_running_it() {
        let dir = tempfile::tempdir().unwrap();
        let venv = dir.path().join("venv");
        write(
            &venv.join("pyvenv.cfg"),
            "home = /usr/bin\ninclude-system-site-packages = false\n",
        );
        write(
            &venv.join("lib/python3.11/site-packages/ansible/release.py"),
            "__version__ = '2.17.3'\n",
        );
        write(
            &venv.join("lib/python3.11/site-packages/jinja2/__init__.py"),
            "import x\n\n__version__ = \"3.1.6\"\n",
        );
        write(
            &venv.join("lib/python3.11/site-packages/ansible_collections/x/MANIFEST.json"),
            "",
        );
        write(&dir.path().join("real/bin/python3.11"), "");
        std::fs::create_dir_all(venv.join("bin")).unwrap();
        symlink(
            dir.path().join("real/bin/python3.11"),
            venv.join("bin/python3"),
        )
        .unwrap();
        let script = venv.join("bin/ansible-playbook");
        write(
            &script,
            &format!(
                "#!{}\nraise SystemExit(1)\n",
                venv.join("bin/python3").display()
            ),
        );
        let linked = dir.path().join("ansible-playbook");
        symlink(&script, &linked).unwrap();

        let found = AnsibleCore::detect_in(&linked, None, &Surroundings::default()).unwrap();
        assert_eq!(found.version, Version::new(2, 17, 3));
        assert_eq!(found.jinja.as_deref(), Some("3.1.6"));
        assert_eq!(
            found.collections,
            [venv.join("lib/python3.11/site-packages/ansible_collections")]
        );

        write(
            &venv.join("lib/python3.11/site-packages/ansible/release.py"),
            "__version__ = '2.14.1'\n",
        );
        let error = AnsibleCore::detect_in(&linked, None, &Surroundings::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "{} is ansible-core 2.14.1; infra needs 2.15.0 or newer",
                linked.display()
            )
        );
    }

    #[test]
    fn a_wrapper_is_asked_once_and_again_only_when_it_changes() {
        let dir = tempfile::tempdir().unwrap();
        let script = dir.path().join("ansible-playbook");
        let count = dir.path().join("asked");
        let say = |version: &str| {
            let text = format!(
                "#!/bin/sh\necho x >> {}\necho 'ansible-playbook [core {version}]'\n",
                count.display()
            );
            write(&script, &text);
        };
        let asked = || std::fs::read_to_string(&count).unwrap().lines().count();
        let detect = || {
            AnsibleCore::detect_in(&script, Some(dir.path()), &Surroundings::default())
                .unwrap()
                .version
        };
        say("2.16.1");
        assert_eq!(
            (detect(), detect(), asked()),
            (Version::new(2, 16, 1), Version::new(2, 16, 1), 1)
        );
        say("2.18.10");
        assert_eq!((detect(), asked()), (Version::new(2, 18, 10), 2));
    }

    #[test]
    fn another_jinja_is_noticed_behind_a_wrapper_wherever_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let script = dir.path().join("ansible-playbook");
        let site = dir.path().join("site");
        let count = dir.path().join("asked");
        let text = format!(
            "#!/bin/sh\necho x >> {}\necho 'ansible-playbook [core 2.18.1]'\n\
             echo '  ansible python module location = {}/ansible'\necho '  jinja version = 3.1.6'\n",
            count.display(),
            site.display()
        );
        write(&script, &text);
        write(&site.join(RELEASE), "__version__ = '2.18.1'\n");
        let asked = || std::fs::read_to_string(&count).unwrap().lines().count();
        let detect = || {
            AnsibleCore::detect_in(&script, Some(dir.path()), &Surroundings::default())
                .unwrap()
                .jinja
        };
        assert_eq!(detect().as_deref(), Some("3.1.6"));
        detect();
        assert_eq!(asked(), 2, "it could be another one now");
        write(&site.join(JINJA), "__version__ = '3.1.6'\n");
        detect();
        detect();
        assert_eq!(asked(), 3);
        write(&site.join(JINJA), "__version__ = '3.1.10'\n");
        detect();
        assert_eq!(asked(), 4);
    }

    #[test]
    fn an_ansible_from_before_ansible_core_is_too_old() {
        let dir = tempfile::tempdir().unwrap();
        let script = dir.path().join("ansible-playbook");
        write(&script, "#!/bin/sh\necho 'ansible-playbook 2.9.27'\n");
        let error = AnsibleCore::detect_in(&script, None, &Surroundings::default()).unwrap_err();
        assert!(
            matches!(&error, AnsibleCoreError::TooOld { found, .. } if *found == Version::new(2, 9, 27)),
            "{error}"
        );
    }

    #[test]
    fn an_answer_that_is_none_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let script = dir.path().join("ansible-playbook");
        write(&script, "#!/bin/sh\necho hello\n");
        let error = AnsibleCore::detect_in(&script, None, &Surroundings::default()).unwrap_err();
        assert!(error.to_string().ends_with("--version`: hello"), "{error}");
    }
}
