//! From a Python script to the packages that it will import, without running it.

use std::ffi::OsString;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// What of the environment decides which packages Python imports.
#[derive(Debug, Clone, Default)]
pub(super) struct Surroundings {
    pub(super) path: OsString,
    pub(super) home: Option<PathBuf>,
    /// PYTHONPATH or PYTHONHOME is set: anything may be imported from anywhere
    pub(super) redirected: bool,
    /// PYTHONNOUSERSITE is set
    pub(super) no_user_site: bool,
}

impl Surroundings {
    pub(super) fn of_this_process() -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        Self {
            path: std::env::var_os("PATH").unwrap_or_default(),
            home: std::env::home_dir(),
            redirected: set("PYTHONPATH") || set("PYTHONHOME"),
            no_user_site: set("PYTHONNOUSERSITE"),
        }
    }
}

/// The interpreter that `script` names, as it names it: a virtual environment is known by
/// the link in its `bin`, not by what that points to.
pub(super) fn interpreter(script: &Path, surroundings: &Surroundings) -> Option<PathBuf> {
    let mut head = Vec::new();
    std::fs::File::open(script)
        .ok()?
        .take(4096)
        .read_to_end(&mut head)
        .ok()?;
    let head = String::from_utf8_lossy(&head);
    let mut lines = head.lines();
    let shebang = lines.next()?.strip_prefix("#!")?.trim();
    let mut words = shebang.split_ascii_whitespace();
    let first = Path::new(words.next()?);
    let found = match first.file_name()?.to_str()? {
        "env" => {
            let name = words.find(|word| !word.starts_with('-') && !word.contains('='))?;
            std::env::split_paths(&surroundings.path)
                .filter(|dir| dir.is_absolute())
                .map(|dir| dir.join(name))
                .find(|candidate| candidate.is_file())?
        }
        // pip, pipx and uv write this where the path of the interpreter is too long for a
        // first line, or has a space: `'''exec' "/path/to/python" "$0" "$@"`.
        "sh" => first_word(lines.next()?.strip_prefix("'''exec' ")?)?.into(),
        _ => first.to_owned(),
    };
    let name = found.file_name()?.to_str()?;
    // A shim (pyenv, asdf, mise) decides by the directory that it runs in.
    let shim = found
        .parent()
        .and_then(Path::file_name)
        .is_some_and(|dir| dir == "shims");
    (found.is_absolute() && name.starts_with("python") && !shim).then_some(found)
}

fn first_word(text: &str) -> Option<String> {
    let quote = text.chars().next()?;
    if matches!(quote, '"' | '\'') {
        return text.get(1..)?.split(quote).next().map(str::to_owned);
    }
    text.split_ascii_whitespace().next().map(str::to_owned)
}

/// The directories that `interpreter` imports packages from, in order. Empty where that
/// can't be told.
pub(super) fn site_dirs(interpreter: &Path, surroundings: &Surroundings) -> Vec<PathBuf> {
    let Some(prefix) = interpreter.parent().and_then(Path::parent) else {
        return Vec::new();
    };
    let Ok(real) = interpreter.canonicalize() else {
        return Vec::new();
    };
    // `python3.11` at the end of all links; a plain `python3` doesn't tell.
    let version = real
        .file_name()
        .and_then(|name| name.to_str())
        .filter(|name| name.starts_with("python3."))
        .map(str::to_owned);
    let mut dirs = Vec::new();
    let environment = std::fs::read_to_string(prefix.join("pyvenv.cfg")).ok();
    if let Some(settings) = &environment {
        dirs.extend(packages(prefix, version.as_deref()));
        let shares = settings
            .lines()
            .filter_map(|line| line.split_once('='))
            .any(|(key, value)| {
                key.trim() == "include-system-site-packages"
                    && value.trim().eq_ignore_ascii_case("true")
            });
        if !shares {
            return dirs;
        }
    }
    if !surroundings.no_user_site
        && let Some(home) = &surroundings.home
    {
        dirs.extend(packages(&home.join(".local"), version.as_deref()));
    }
    if let Some(prefix) = real.parent().and_then(Path::parent) {
        if prefix == Path::new("/usr") {
            // Debian's Python looks for what pip installed there first (site.py of Debian).
            dirs.extend(packages(Path::new("/usr/local"), version.as_deref()));
        }
        dirs.extend(packages(prefix, version.as_deref()));
        dirs.push(prefix.join("lib/python3/dist-packages"));
    }
    dirs.retain(|dir| dir.is_dir());
    dirs
}

fn packages(prefix: &Path, version: Option<&str>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for lib in ["lib", "lib64"] {
        let lib = prefix.join(lib);
        if lib.is_symlink() {
            continue;
        }
        let versions: Vec<String> = match version {
            Some(version) => vec![version.to_owned()],
            None => std::fs::read_dir(&lib)
                .into_iter()
                .flatten()
                .flatten()
                .filter_map(|entry| entry.file_name().into_string().ok())
                .filter(|name| name.starts_with("python3."))
                .collect(),
        };
        // More than one and no telling which: none, so that the tool itself is asked.
        if let [version] = versions.as_slice() {
            found.push(lib.join(version).join("dist-packages"));
            found.push(lib.join(version).join("site-packages"));
        }
    }
    found.retain(|dir| dir.is_dir());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(text: &str) -> Option<PathBuf> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ansible-playbook");
        std::fs::write(&path, text).unwrap();
        interpreter(
            &path,
            &Surroundings {
                path: dir.path().into(),
                ..Surroundings::default()
            },
        )
    }

    #[test]
    fn an_interpreter_is_read_from_each_kind_of_first_line() {
        let python = |path: &str| Some(PathBuf::from(path));
        assert_eq!(
            script("#!/opt/venv/bin/python3\nimport re\n"),
            python("/opt/venv/bin/python3")
        );
        assert_eq!(
            script("#! /opt/venv/bin/python -sP\n"),
            python("/opt/venv/bin/python")
        );
        assert_eq!(
            script("#!/bin/sh\n'''exec' \"/opt/my venv/bin/python3.12\" \"$0\" \"$@\"\n' '''\n"),
            python("/opt/my venv/bin/python3.12")
        );
        assert_eq!(
            script("#!/bin/sh\n'''exec' /opt/venv/bin/python3 \"$0\" \"$@\"\n' '''\n"),
            python("/opt/venv/bin/python3")
        );
        for other in [
            "",
            "#!",
            "\x7fELF",
            "#!/bin/sh\nexec docker run ansible\n",
            "#!/usr/bin/env bash\nexec pyenv exec\n",
            "#!/home/ann/.pyenv/shims/python3\n",
            "#!python3\n",
        ] {
            assert_eq!(script(other), None, "{other}");
        }
    }

    #[test]
    fn env_looks_the_interpreter_up_in_path() {
        let dir = tempfile::tempdir().unwrap();
        let python = dir.path().join("python3");
        std::fs::write(&python, "").unwrap();
        let path = dir.path().join("script");
        std::fs::write(&path, "#!/usr/bin/env -S python3 -s\n").unwrap();
        let surroundings = Surroundings {
            path: dir.path().into(),
            ..Surroundings::default()
        };
        assert_eq!(interpreter(&path, &surroundings), Some(python));
    }
}
