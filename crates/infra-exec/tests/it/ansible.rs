//! Real ansible-core, against shells on this machine and against a real sshd.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use infra_exec::ansible::{
    AnsibleError, AnsibleUpdate, HostOutcome, InventoryListing, Mode, PlaybookOutcome, PlaybookRun,
    host_key_vars,
};
use infra_exec::process::{Interrupter, Runner};
use infra_exec::rundir::RunDir;
use infra_exec::ssh::HostKeys;
use infra_exec::tools::{AnsibleCore, Tool};
use serde_json::{Value, json};

use crate::sshd::Sshd;
use crate::support::{alive, pid_in, runner, tool, until};

/// A project: a playbook, an inventory, and a directory for runs.
struct Project {
    dir: tempfile::TempDir,
    runs: RunDir,
}

impl Project {
    fn new(playbook: &str, hosts: &Value) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let runs = RunDir::create_in(dir.path()).unwrap();
        std::fs::write(dir.path().join("site.yml"), playbook).unwrap();
        let vars = json!({"ansible_python_interpreter": python()});
        let inventory = json!({"all": {"hosts": hosts, "vars": vars}});
        runs.write("inventory.json", inventory.to_string()).unwrap();
        Self { dir, runs }
    }

    /// Hosts that are this machine.
    fn local(playbook: &str, names: &[&str]) -> Self {
        let hosts = names
            .iter()
            .map(|name| ((*name).to_owned(), json!({"ansible_connection": "local"})));
        Self::new(playbook, &Value::Object(hosts.collect()))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn run(&self, hosts: &[&str]) -> PlaybookRun {
        PlaybookRun::new(
            tool(Tool::AnsiblePlaybook),
            self.path("site.yml"),
            self.runs.join("inventory.json"),
            hosts.iter().map(ToString::to_string).collect(),
        )
    }

    async fn go(&self, hosts: &[&str]) -> Result<PlaybookOutcome, AnsibleError> {
        self.run(hosts).run(&runner(), &self.runs, &|_| {}).await
    }
}

/// The Python that runs Ansible: the discovery of interpreters may find a broken one.
fn python() -> PathBuf {
    let core = AnsibleCore::detect(&tool(Tool::AnsiblePlaybook), None).unwrap();
    core.python.expect("a Python that is known")
}

fn succeeded(changed: u32) -> HostOutcome {
    HostOutcome::Succeeded { changed }
}

#[tokio::test]
async fn each_host_has_its_own_outcome_over_real_ssh() {
    let sshd = Sshd::start().await;
    let closed = Sshd::prepare();
    let host = |sshd: &Sshd, identity: &str| {
        let mut vars: BTreeMap<_, Value> = host_key_vars(identity)
            .into_iter()
            .map(|(name, value)| (name, value.into()))
            .collect();
        vars.insert("ansible_host", "127.0.0.1".into());
        vars.insert("ansible_port", sshd.port.into());
        json!(vars)
    };
    let hosts = json!({"a": host(&sshd, "i-a"), "b": host(&sshd, "i-b"), "down": host(&closed, "i-d"), "out": {}});
    let playbook = "- hosts: a,b,down\n  gather_facts: false\n  tasks:\n  - name: make it\n    ansible.builtin.copy:\n      \
                    content: '{{ secret }}'\n      dest: '{{ target }}/{{ inventory_hostname }}'\n    no_log: true\n  \
                    - name: b must fail\n    ansible.builtin.fail:\n      msg: \"no \\e[31mluck\"\n    when: inventory_hostname == 'b'\n";
    let project = Project::new(playbook, &hosts);
    let vars = json!({"secret": "hunter2", "target": sshd.path("bin")}).to_string();
    let known_hosts = sshd.path("known_hosts");
    let run = PlaybookRun {
        extra_vars: vec![project.runs.write("vars.json", vars).unwrap()],
        private_key: Some(sshd.path("client_key")),
        host_keys: Some(HostKeys::new(&known_hosts)),
        ..project.run(&["a", "b", "down", "out"])
    };
    let (events, text) = (Mutex::new(Vec::new()), Mutex::new(String::new()));
    let sink = |update: AnsibleUpdate<'_>| match update {
        AnsibleUpdate::Event(event) => events.lock().unwrap().push(event.clone()),
        AnsibleUpdate::Text(line) => *text.lock().unwrap() += &[line, "\n"].concat(),
        AnsibleUpdate::Process(_) => {}
    };
    let outcome = run.run(&runner(), &project.runs, &sink).await.unwrap();
    let text = text.into_inner().unwrap();
    assert_eq!(outcome.hosts["a"], succeeded(1), "{text}");
    let site = project.path("site.yml");
    let failed = HostOutcome::Failed {
        task: "b must fail".to_owned(),
        path: Some(format!("{}:9", site.display())),
        msg: Some("no \u{1b}[31mluck".to_owned()),
    };
    assert_eq!(outcome.hosts["b"], failed);
    assert!(
        matches!(&outcome.hosts["down"], HostOutcome::Unreachable { .. }),
        "{:?}",
        outcome.hosts["down"]
    );
    assert_eq!(outcome.hosts["out"], HostOutcome::NotReached);
    assert!(!outcome.succeeded() && outcome.unexpected.is_empty());

    assert_eq!(
        std::fs::read_to_string(sshd.path("bin/a")).unwrap(),
        "hunter2"
    );
    let known = std::fs::read_to_string(known_hosts).unwrap();
    let aliases: BTreeSet<_> = known
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(aliases, BTreeSet::from(["i-a", "i-b"]));
    assert!(
        text.contains("PLAY RECAP"),
        "the project's own output is there: {text}"
    );
    assert!(!format!("{:?}{text}", events.lock().unwrap()).contains("hunter2"));
    let left: BTreeSet<_> = std::fs::read_dir(project.runs.path())
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    let expected = ["inventory.json", "owner", "vars.json"].map(str::to_owned);
    assert_eq!(left, BTreeSet::from(expected), "what the run made is gone");
    let masters: Vec<String> = std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|process| std::fs::read(process.path().join("cmdline")).ok())
        .map(|title| String::from_utf8_lossy(&title).into_owned())
        .filter(|title| title.contains(project.runs.path().to_str().unwrap()))
        .collect();
    assert!(
        masters.is_empty(),
        "no connection is left open: {masters:?}"
    );
}

#[tokio::test]
async fn a_connection_that_was_left_open_is_not_used() {
    let sshd = Sshd::start().await;
    let mut vars: BTreeMap<_, Value> = host_key_vars("i-a")
        .into_iter()
        .map(|(name, value)| (name, value.into()))
        .collect();
    vars.insert("ansible_host", "127.0.0.1".into());
    vars.insert("ansible_port", sshd.port.into());
    let playbook = "- hosts: a\n  gather_facts: false\n  tasks:\n  - ansible.builtin.ping:\n";
    let project = Project::new(playbook, &json!({"a": vars}));
    // A master whose host is gone: it takes whoever comes, and says nothing.
    let socket = project.path("m");
    let master = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let persistent = "-o ControlMaster=auto -o ControlPersist=60s";
    for settings in [
        format!("control_path = {}", socket.display()),
        format!(
            "ssh_args = {persistent} -o ControlPath={}",
            socket.display()
        ),
        format!("ssh_args = -o ControlPath={}", socket.display()),
    ] {
        let cfg = project.path("ansible.cfg");
        std::fs::write(&cfg, format!("[ssh_connection]\n{settings}\n")).unwrap();
        let run = PlaybookRun {
            config: Some(cfg),
            private_key: Some(sshd.path("client_key")),
            host_keys: Some(HostKeys::new(sshd.path("known_hosts"))),
            deadline: Some(std::time::Duration::from_mins(1)),
            ..project.run(&["a"])
        };
        let outcome = run.run(&runner(), &project.runs, &|_| {}).await.unwrap();
        assert_eq!(outcome.hosts["a"], succeeded(0), "{settings}");
    }
    master.set_nonblocking(true).unwrap();
    assert!(master.accept().is_err(), "nobody came");
}

#[tokio::test]
async fn a_host_held_back_by_another_did_not_get_through() {
    let playbook = "- hosts: all\n  gather_facts: false\n  any_errors_fatal: true\n  tasks:\n  \
                    - ansible.builtin.fail:\n    when: inventory_hostname == 'bad'\n  - ansible.builtin.debug:\n";
    let outcome = Project::local(playbook, &["good", "bad"])
        .go(&["good", "bad"])
        .await
        .unwrap();
    assert!(
        matches!(outcome.hosts["good"], HostOutcome::Unfinished { .. }),
        "{:?}",
        outcome.hosts
    );
    assert!(
        matches!(outcome.hosts["bad"], HostOutcome::Failed { .. }),
        "{:?}",
        outcome.hosts
    );

    // A play that is never begun, because nobody was left in the one before.
    let playbook = "- hosts: bad\n  gather_facts: false\n  tasks:\n  - ansible.builtin.fail:\n\
                    - hosts: good\n  gather_facts: false\n  tasks:\n  - ansible.builtin.debug:\n";
    let outcome = Project::local(playbook, &["good", "bad"])
        .go(&["good", "bad"])
        .await
        .unwrap();
    assert_eq!(outcome.hosts["good"], HostOutcome::NotReached);
}

#[tokio::test]
async fn a_host_whose_batch_never_came_did_not_get_through() {
    for more in [
        "",
        "  max_fail_percentage: 0\n",
        "  any_errors_fatal: true\n",
    ] {
        // Both hosts do something in the first play; the second ends with its first batch.
        let playbook = format!(
            "- hosts: all\n  gather_facts: false\n  tasks:\n  - ansible.builtin.debug:\n\
             - hosts: all\n  gather_facts: false\n  serial: 1\n{more}  tasks:\n  \
             - ansible.builtin.fail:\n    when: inventory_hostname == 'a'\n"
        );
        let outcome = Project::local(&playbook, &["a", "b", "c"])
            .go(&["a", "b", "c"])
            .await
            .unwrap();
        assert!(
            matches!(outcome.hosts["a"], HostOutcome::Failed { .. }),
            "{more}: {:?}",
            outcome.hosts
        );
        for host in ["b", "c"] {
            assert!(
                matches!(outcome.hosts[host], HostOutcome::Unfinished { .. }),
                "{more}: {:?}",
                outcome.hosts
            );
        }
    }
}

#[tokio::test]
async fn a_host_that_nobody_reached_is_not_done_even_where_that_is_ignored() {
    let playbook = "- hosts: all\n  gather_facts: false\n  ignore_unreachable: true\n  tasks:\n  \
                    - ansible.builtin.ping:\n  - ansible.builtin.debug:\n  \
                    - ansible.builtin.command: 'true'\n    delegate_to: here\n    changed_when: true\n";
    let away = json!({"ansible_host": "127.0.0.1", "ansible_port": 1, "ansible_ssh_retries": 0});
    let here = json!({"ansible_connection": "local"});
    let hosts = json!({"away": away, "here": here});
    let outcome = Project::new(playbook, &hosts)
        .go(&["away", "here"])
        .await
        .unwrap();
    assert!(outcome.exit.success());
    assert!(
        matches!(outcome.hosts["away"], HostOutcome::Unreachable { .. }),
        "{:?}",
        outcome.hosts
    );
    assert_eq!(outcome.hosts["here"], succeeded(1));

    // Away for a while, as while it starts again, and then reached by a task.
    let playbook = "- hosts: all\n  gather_facts: false\n  tasks:\n  \
                    - ansible.builtin.ping:\n    ignore_unreachable: true\n  \
                    - ansible.builtin.set_fact: {ansible_connection: local}\n  \
                    - ansible.builtin.ping:\n";
    let outcome = Project::new(playbook, &json!({"away": away}))
        .go(&["away"])
        .await
        .unwrap();
    assert_eq!(outcome.hosts["away"], succeeded(0));
}

#[tokio::test]
async fn rescued_ignored_ended_and_skipped_hosts_got_through() {
    let playbook = "- hosts: all\n  gather_facts: false\n  tasks:\n  - block:\n    - ansible.builtin.fail:\n    rescue:\n    \
                    - ansible.builtin.debug:\n  - ansible.builtin.fail:\n    ignore_errors: true\n  \
                    - ansible.builtin.meta: end_host\n    when: inventory_hostname == 'b'\n  \
                    - ansible.builtin.set_fact: {x: 1}\n    changed_when: true\n\
                    - hosts: c\n  gather_facts: false\n  tags: [never]\n  tasks:\n  - ansible.builtin.fail:\n";
    let outcome = Project::local(playbook, &["a", "b", "c"])
        .go(&["a", "b", "c"])
        .await
        .unwrap();
    let expected = [
        ("a", succeeded(1)),
        ("b", succeeded(0)),
        ("c", succeeded(1)),
    ];
    assert_eq!(
        outcome.hosts,
        expected
            .map(|(name, outcome)| (name.to_owned(), outcome))
            .into()
    );
}

#[tokio::test]
async fn only_the_hosts_that_are_meant_are_run_on() {
    let playbook = "- hosts: all\n  gather_facts: false\n  tasks:\n  - ansible.builtin.debug:\n";
    let outcome = Project::local(playbook, &["a", "b"])
        .go(&["b"])
        .await
        .unwrap();
    assert_eq!(outcome.hosts, [("b".to_owned(), succeeded(0))].into());
    assert!(outcome.unexpected.is_empty());
    let outcome = Project::local(&playbook.replace("all", "other"), &["a"])
        .go(&["a"])
        .await
        .unwrap();
    assert_eq!(
        outcome.hosts["a"],
        HostOutcome::NotReached,
        "a play that matches nobody exits with 0"
    );
    assert!(outcome.exit.success());
}

#[tokio::test]
async fn what_ansible_refuses_is_told_in_its_words() {
    let project = Project::local("- hosts: all\n  tasks: 7\n", &["a"]);
    let error = project.go(&["a"]).await.unwrap_err().to_string();
    assert!(
        error.starts_with("ansible-playbook failed before the playbook began (exit code 4): "),
        "{error}"
    );
    assert!(error.contains("site.yml"), "{error}");

    let project = Project::local("- hosts: all\n", &["a"]);
    std::fs::write(project.runs.join("inventory.json"), "{\"all\": [").unwrap();
    let error = project.go(&["a"]).await.unwrap_err().to_string();
    assert!(
        error.contains("inventory.json"),
        "a warning and exit code 0 without our settings: {error}"
    );
}

#[tokio::test]
async fn what_a_validation_says_of_a_file_is_told() {
    let project = Project::local("", &["a"]);
    let task = |no_log: bool| {
        format!(
            "- hosts: all\n  gather_facts: false\n  tasks:\n  - ansible.builtin.copy:\n      content: x\n      \
             dest: {}\n      validate: sh -c 'echo line 7 >&2; echo of hunter2 >&2; exit 1' %s\n    no_log: {no_log}\n",
            project.path("file").display()
        )
    };
    for (no_log, expected) in [
        (false, Some("failed to validate: line 7 of hunter2")),
        (true, None),
    ] {
        std::fs::write(project.path("site.yml"), task(no_log)).unwrap();
        let outcome = project.go(&["a"]).await.unwrap();
        let HostOutcome::Failed { msg, .. } = &outcome.hosts["a"] else {
            panic!("{outcome:?}");
        };
        assert_eq!(msg.as_deref(), expected);
    }
}

#[tokio::test]
async fn an_interrupted_playbook_ends_at_once_and_no_host_counts_as_done() {
    let playbook = "- hosts: all\n  gather_facts: false\n  tasks:\n  - name: long\n    ansible.builtin.shell: echo $$ > {{ playbook_dir }}/pid; exec sleep 300\n";
    let project = Project::local(playbook, &["a"]);
    let interrupter = Interrupter::new();
    let interrupting = Runner::new(interrupter.interrupt());
    let run = project.run(&["a"]);
    let running = run.run(&interrupting, &project.runs, &|_| {});
    let person = async {
        until("the task runs", || pid_in(&project.path("pid")).is_some()).await;
        interrupter.raise();
    };
    let (outcome, ()) = tokio::join!(running, person);
    let outcome = outcome.unwrap();
    assert_eq!(
        outcome.hosts["a"],
        HostOutcome::Unfinished {
            task: Some("long".to_owned())
        }
    );
    assert!(
        !alive(pid_in(&project.path("pid")).unwrap()),
        "the task is gone too"
    );
}

#[tokio::test]
async fn check_mode_changes_nothing() {
    let project = Project::local(
        "- hosts: all\n  gather_facts: false\n  tasks:\n  - ansible.builtin.copy:\n      content: new\n      dest: '{{ playbook_dir }}/made'\n",
        &["a"],
    );
    let text = Mutex::new(String::new());
    let sink = |update: AnsibleUpdate<'_>| {
        if let AnsibleUpdate::Text(line) = update {
            text.lock().unwrap().push_str(line);
        }
    };
    let check = PlaybookRun {
        mode: Mode::Check,
        diff: true,
        ..project.run(&["a"])
    };
    let outcome = check.run(&runner(), &project.runs, &sink).await.unwrap();
    assert_eq!(outcome.hosts["a"], succeeded(1));
    assert!(text.lock().unwrap().contains("+new"));
    assert!(!project.path("made").exists());
}

#[tokio::test]
async fn the_callbacks_of_the_project_are_kept() {
    let project = Project::local(
        "- hosts: all\n  gather_facts: false\n  tasks:\n  - ansible.builtin.debug:\n",
        &["a"],
    );
    std::fs::write(
        project.path("ansible.cfg"),
        "[defaults]\ncallback_plugins = cb\n",
    )
    .unwrap();
    std::fs::create_dir(project.path("cb")).unwrap();
    let theirs = "from ansible.plugins.callback import CallbackBase\nclass CallbackModule(CallbackBase):\n    \
                  CALLBACK_VERSION = 2.0\n    CALLBACK_TYPE = 'notification'\n    CALLBACK_NAME = 'theirs'\n    \
                  def v2_playbook_on_stats(self, stats):\n        open('theirs', 'w').close()\n";
    std::fs::write(project.path("cb/theirs.py"), theirs).unwrap();
    assert!(project.go(&["a"]).await.unwrap().succeeded());
    assert!(project.path("theirs").exists());
}

#[tokio::test]
async fn the_inventory_of_any_tree_is_listed_and_a_broken_one_refused() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("hosts.ini"), "[web]\na x=1\n").unwrap();
    let chatty = "[defaults]\nverbosity = 1\n";
    std::fs::write(dir.path().join("ansible.cfg"), chatty).unwrap();
    let program = tool(Tool::AnsibleInventory);
    let list =
        |path: &str| InventoryListing::new(&program, Some(&dir.path().join(path)), dir.path());
    let listed: Value =
        serde_json::from_slice(&list("hosts.ini").run(&runner()).await.unwrap()).unwrap();
    assert_eq!(listed["_meta"]["hostvars"]["a"]["x"], 1);
    assert_eq!(listed["web"]["hosts"], json!(["a"]));
    let error = list("nowhere")
        .run(&runner())
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("nowhere"), "{error}");
}

#[test]
fn the_version_read_from_files_is_the_one_that_ansible_tells() {
    let program = tool(Tool::AnsiblePlaybook);
    let core = AnsibleCore::detect(&program, None).unwrap();
    let told = infra_exec::process::probe(&program, &["--version"]).unwrap();
    assert!(
        told.starts_with(&format!("ansible-playbook [core {}]", core.version)),
        "{core:?}: {told}"
    );
    assert!(
        core.python
            .is_some_and(|python| python.starts_with("/") && Path::new(&python).exists())
    );
}
