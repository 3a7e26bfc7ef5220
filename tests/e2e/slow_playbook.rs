//! A playbook that waits, so that something can happen meanwhile.

use std::time::{Duration, Instant};
use std::{fs, thread};

use camino::Utf8Path;
use infra_testkit::{Project, Simulator, wait_until};

/// A federation whose leaves have a change to apply that takes until [`let_go`].
pub(crate) struct Slow {
    pub(crate) aws: Simulator,
    pub(crate) project: Project,
}

impl Slow {
    /// Makes and configures a federation, then puts a task that waits into the leaves' role.
    pub(crate) fn new() -> Self {
        let (aws, project) = crate::plan_document::applied_federation();
        let tasks = project.read("ansible/roles/leaf/tasks/main.yml");
        project.write(
            "ansible/roles/leaf/tasks/main.yml",
            &format!("{tasks}\n{WAIT}"),
        );
        Self { aws, project }
    }

    /// Waits until a leaf waits.
    pub(crate) fn has_begun(&self) {
        let begun = self.aws.machine("leaf-1").path("begun");
        wait_until("the slow task to begin", Duration::from_mins(2), || {
            begun.exists().then_some(())
        });
    }

    /// Lets the leaves finish, also in later runs.
    pub(crate) fn let_go(&self) {
        for machine in self.aws.machines() {
            fs::write(machine.path("go"), "").unwrap();
        }
    }

    /// Checks that soon no process of this project is left.
    #[track_caller]
    pub(crate) fn nothing_runs(&self) {
        self.ends(|_| true);
    }

    /// Checks that soon nothing of this project is at work: open connections of ssh that wait
    /// for another command may be left, and close themselves.
    #[track_caller]
    pub(crate) fn nothing_works(&self) {
        self.ends(|command| !command.trim_end().ends_with("[mux]"));
    }

    #[track_caller]
    fn ends(&self, counts: impl Fn(&String) -> bool) {
        let top = self.project.root().parent().unwrap();
        let left = || -> Vec<String> { processes_in(top).into_iter().filter(&counts).collect() };
        let end = Instant::now() + Duration::from_secs(30);
        while !left().is_empty() && Instant::now() < end {
            thread::sleep(Duration::from_millis(100));
        }
        let left = left();
        assert!(left.is_empty(), "still running:\n{}", left.join("\n"));
    }
}

const WAIT: &str = "\
- name: Wait until told to go on
  ansible.builtin.shell: touch ~/begun; until test -e ~/go; do sleep 0.1; done
  changed_when: false
";

/// The command lines of processes that work in the project or have a file of it among their arguments.
fn processes_in(root: &Utf8Path) -> Vec<String> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter_map(|process| {
            let command = fs::read_to_string(process.path().join("cmdline"))
                .ok()?
                .replace('\0', " ");
            let works_there = fs::read_link(process.path().join("cwd"))
                .is_ok_and(|directory| directory.starts_with(root));
            (works_there || command.contains(root.as_str())).then_some(command)
        })
        .collect()
}
