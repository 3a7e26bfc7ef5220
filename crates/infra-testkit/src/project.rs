//! A directory with Terraform, Ansible and an `infra.hcl`, and the commands run in it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::{env, fs};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use tempfile::TempDir;

use crate::{Normaliser, Run, Simulator, Tools, copy_tree, infra_binary, workspace_root};

/// Variables of the test's own environment that commands see; all others come from the fixture.
const INHERITED: &[&str] = &[
    "LANG",
    "LC_ALL",
    "USER",
    "LOGNAME",
    "RUST_BACKTRACE",
    "LLVM_PROFILE_FILE",
];

/// A project in a temporary directory of its own.
pub struct Project {
    root: Utf8PathBuf,
    tools: Tools,
    environment: BTreeMap<String, String>,
    _temporary: TempDir,
}

impl Project {
    /// An empty project whose commands use this AWS.
    pub fn new(aws: &Simulator) -> Self {
        Self::with_environment(aws.environment())
    }

    /// An empty project that knows of no cloud.
    pub fn offline() -> Self {
        Self::with_environment(BTreeMap::new())
    }

    fn with_environment(cloud: BTreeMap<String, String>) -> Self {
        let tools = Tools::locate();
        let temporary = tempfile::Builder::new()
            .prefix("infra-")
            .tempdir()
            .expect("a temporary directory can be made");
        let path = temporary.path().canonicalize().expect("it was just made");
        let top =
            Utf8PathBuf::from_path_buf(path).expect("temporary directories have names in UTF-8");
        let root = top.join("project");
        // A home of its own: nothing that this computer's user has set up may decide a test.
        let (home, temporary_files) = (top.join("home"), top.join("tmp"));
        for directory in [&root, &home, &temporary_files] {
            fs::create_dir(directory).unwrap_or_else(|error| panic!("{directory}: {error}"));
        }

        let mut environment = BTreeMap::from([
            ("HOME".to_owned(), home.into_string()),
            ("TMPDIR".to_owned(), temporary_files.into_string()),
        ]);
        environment.extend(
            INHERITED
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), env::var(name).ok()?))),
        );
        environment.extend(tools.environment());
        environment.extend(cloud);
        Self {
            root,
            tools,
            environment,
            _temporary: temporary,
        }
    }

    /// A copy of `examples/federation` with a key of its own.
    pub fn federation(aws: &Simulator) -> Self {
        let project = Self::new(aws);
        copy_tree(&workspace_root().join("examples/federation"), &project.root);
        project.make_key("id_ed25519");
        project
            .terraform("terraform", ["init", "-input=false"])
            .succeeds();
        project
    }

    /// The directory of the project.
    pub fn root(&self) -> &Utf8Path {
        &self.root
    }

    /// A path below it.
    pub fn path(&self, path: &str) -> Utf8PathBuf {
        self.root.join(path)
    }

    /// Where the commands put temporary files.
    pub fn temporary_files(&self) -> Utf8PathBuf {
        Utf8PathBuf::from(&self.environment["TMPDIR"])
    }

    /// Writes a file, and the directories that it is in.
    pub fn write(&self, path: &str, text: &str) -> &Self {
        let path = self.path(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).unwrap_or_else(|error| panic!("{parent}: {error}"));
        }
        fs::write(&path, text).unwrap_or_else(|error| panic!("{path}: {error}"));
        self
    }

    /// Reads a file.
    pub fn read(&self, path: &str) -> String {
        let path = self.path(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Replaces a text that a file has exactly once.
    pub fn edit(&self, path: &str, from: &str, to: &str) -> &Self {
        let text = self.read(path);
        let count = text.matches(from).count();
        assert!(count == 1, "{path} has {from:?} {count} times, not once");
        self.write(path, &text.replace(from, to))
    }

    /// Makes a key pair for ssh.
    pub fn make_key(&self, path: &str) {
        let file = self.path(path);
        let arguments = [
            "-q",
            "-t",
            "ed25519",
            "-N",
            "",
            "-C",
            "test",
            "-f",
            file.as_str(),
        ];
        self.run("ssh-keygen").args(arguments).succeeds();
    }

    /// A command in the project's directory, found in the path of the tools.
    pub fn run(&self, program: &str) -> Run {
        let normaliser = Normaliser::default()
            .with(self.root.as_str(), "PROJECT")
            .with(self.temporary_files().as_str(), "TMP");
        let program = if program.contains('/') {
            Utf8PathBuf::from(program)
        } else {
            find_in(&self.environment, program)
        };
        Run::new(&program, &self.root, self.environment.clone(), normaliser)
    }

    /// Terraform, in a directory below the project's.
    pub fn terraform<A: Into<OsString>>(
        &self,
        directory: &str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Run {
        self.run(self.tools.terraform.as_str())
            .dir(&self.path(directory))
            .args(arguments)
    }

    /// `infra`.
    pub fn infra<A: Into<OsString>>(&self, arguments: impl IntoIterator<Item = A>) -> Run {
        self.run(infra_binary().as_str()).args(arguments)
    }

    /// Runs `infra --json`, which must succeed, and returns the document.
    #[track_caller]
    pub fn infra_json<A: Into<OsString>>(&self, arguments: impl IntoIterator<Item = A>) -> Value {
        self.infra(["--json"]).args(arguments).succeeds().json()
    }
}

/// Where the path of this environment leads to a program.
pub(crate) fn find_in(environment: &BTreeMap<String, String>, program: &str) -> Utf8PathBuf {
    env::split_paths(&environment["PATH"])
        .filter_map(|directory| Utf8PathBuf::from_path_buf(directory.join(program)).ok())
        .find(|path| path.is_file())
        .unwrap_or_else(|| panic!("{program} is not in {}", environment["PATH"]))
}
