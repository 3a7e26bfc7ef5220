//! Running ansible-playbook under strace.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};

use anyhow::{Context as _, Result, bail};
use camino::Utf8PathBuf;
use infra_testkit::{Tools, workspace_root};

use crate::case::Case;
use crate::strace::{Event, Reader};

/// The calls that name a file.
const CALLS: &str =
    "trace=openat,open,stat,newfstatat,lstat,statx,access,faccessat,faccessat2,readlink,execve";

/// Runs the playbook of a case, on one host or on all, and returns what it did with paths
/// inside the tree, and the marks between.
pub(crate) fn run(case: &Case, host: Option<&str>) -> Result<Vec<Event>> {
    let tools = case.tools();
    let output = case.scratch.join("trace");
    let home = case.scratch.join("home");
    fs::create_dir_all(&home)?;
    let marked = workspace_root().join("tools/soundness/marked_ansible.py");
    let mut words: Vec<String> = [
        "-f",
        "-y",
        "-qq",
        "--seccomp-bpf",
        "-s",
        "4096",
        "-e",
        "signal=none",
        "-e",
        CALLS,
        "-o",
    ]
    .map(str::to_owned)
    .into();
    words.push(output.to_string());
    words.push(tools.python_program("python").into_string());
    words.push(marked.into_string());
    words.extend(arguments(case));
    if let Some(host) = host {
        words.extend(["--limit".to_owned(), host.to_owned()]);
    }
    let mut env = environment(case, &tools, &home);
    if case.about.go_on {
        env.push(("INFRA_SOUNDNESS_GO_ON".to_owned(), "1".to_owned()));
    }
    if case.about.branches {
        env.push(("INFRA_SOUNDNESS_BRANCHES".to_owned(), "1".to_owned()));
    }
    if case.about.all_simulated {
        env.push(("INFRA_SOUNDNESS_SIMULATED".to_owned(), "1".to_owned()));
    }
    let command = duct::cmd("strace", words)
        .dir(&case.root)
        .stdin_null()
        .stderr_to_stdout()
        .stdout_capture()
        .unchecked()
        .full_env(env);
    let ran = command.run().context("strace: run `cargo xtask setup`")?;
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    fs::write(
        case.scratch.join(format!("{}.log", host.unwrap_or("all"))),
        &text,
    )?;
    // What was opened before the end was opened: roles that nobody wrote for simulated machines
    // needn't come to theirs.
    let fine = ran.status.success() || case.about.go_on;
    if !fine {
        bail!(
            "{}: ansible-playbook ended with {} on {}:\n{text}",
            case.name,
            ran.status,
            host.unwrap_or("all hosts"),
        );
    }
    let mut reader = Reader::new(&case.root);
    let mut events = Vec::new();
    for line in BufReader::new(File::open(&output)?).split(b'\n') {
        let line = line?;
        // Only names inside of the tree, and marks, are of interest.
        if let Some(event) = reader.line(&String::from_utf8_lossy(&line))
            && (event.path.starts_with(&case.root) || event.path.starts_with("/@infra"))
        {
            events.push(event);
        }
    }
    fs::remove_file(&output)?;
    Ok(events)
}

/// A digest of how Ansible is run, by which a truth is known to have been found that way.
pub(crate) fn method() -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    for file in ["marked_ansible.py", "connection/simulated.py"] {
        let file = workspace_root().join("tools/soundness").join(file);
        hasher.update(&fs::read(&file).with_context(|| file.to_string())?);
    }
    Ok(hasher.finalize().to_hex().to_string())
}

fn arguments(case: &Case) -> Vec<String> {
    let mut words = vec![case.about.playbook.to_string()];
    for inventory in &case.about.inventory {
        words.extend(["-i".to_owned(), inventory.to_string()]);
    }
    words.extend(["-c".to_owned(), "simulated".to_owned()]);
    for (name, value) in &case.about.extra_vars {
        let pair = serde_json::json!({ name.as_str(): value }).to_string();
        words.extend(["-e".to_owned(), pair]);
    }
    for file in &case.about.var_files {
        words.extend(["-e".to_owned(), format!("@{file}")]);
    }
    words.extend(case.about.args.iter().cloned());
    words
}

/// The environment of ansible-playbook: nothing of ours, and what the case says.
pub(crate) fn environment(case: &Case, tools: &Tools, home: &Utf8PathBuf) -> Vec<(String, String)> {
    let connections = workspace_root().join("tools/soundness/connection");
    let mut env: Vec<(String, String)> = [
        ("HOME", home.as_str()),
        ("LANG", "C.UTF-8"),
        ("LC_ALL", "C.UTF-8"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("ANSIBLE_CONNECTION_PLUGINS", connections.as_str()),
        ("ANSIBLE_PYTHON_INTERPRETER", "/usr/bin/python3"),
        ("ANSIBLE_FORKS", "1"),
        ("ANSIBLE_NOCOLOR", "1"),
        ("ANSIBLE_RETRY_FILES_ENABLED", "0"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    env.extend(
        tools
            .environment()
            .into_iter()
            .filter(|(name, _)| name == "PATH"),
    );
    env.extend(
        case.about
            .env
            .iter()
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    env
}
