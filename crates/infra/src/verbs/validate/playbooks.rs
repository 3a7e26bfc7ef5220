//! The playbooks: whether they are there, can be read, and find what they name.

use infra_core::ansible::{ClosureError, Reason, closure};
use infra_core::config::{Place, Playbook, Probe, Step};
use infra_core::hint::Hint as _;
use infra_core::inventory::Inventory;
use infra_exec::tools::AnsibleCore;

use super::checker::Checker;
use super::globs::Globs;
use crate::files::FsTree;
use crate::plan::gate::request;
use crate::tools;

impl Checker<'_> {
    /// Every playbook with all that its block names.
    pub(super) fn playbooks(&mut self) {
        let playbooks = self.project.stack.playbooks.clone();
        let tree = FsTree::new(&self.project.root);
        // Its collections are where some roles and modules are.
        let ansible = tools::ansible(self.project).ok();
        for playbook in &playbooks {
            self.closure(playbook, &tree, ansible.as_ref());
            self.hosts_of(playbook);
            let blocks = [("playbook", Some(playbook.name.as_str()))];
            for (position, file) in playbook.var_files.iter().enumerate() {
                let attribute = ("var_files", Some(position));
                self.file("the variables file", file, &blocks, attribute);
            }
            self.health(playbook);
        }
        self.globs(&playbooks);
    }

    fn closure(&mut self, playbook: &Playbook, tree: &FsTree, ansible: Option<&AnsibleCore>) {
        let blocks: [Step<'_>; 1] = [("playbook", Some(playbook.name.as_str()))];
        let attribute = ("path", None);
        if !self.file("the playbook", &playbook.path, &blocks, attribute) {
            return;
        }
        // Which hosts there are is not known here; what the playbook names is the same.
        let inventory = Inventory::default();
        let asked = request(self.project, playbook, &inventory, tree, ansible);
        match closure(&asked) {
            Err(error) => {
                let place = match &error {
                    ClosureError::Malformed {
                        file, line, column, ..
                    } => Some(self.place_in(file, *line, *column)),
                    ClosureError::Glob { glob, .. } => self.place_of_glob(playbook, glob),
                    _ => self.place(&blocks, attribute),
                };
                let message = match &error {
                    ClosureError::Malformed { problem, .. } => problem.clone(),
                    other => other.to_string(),
                };
                let hints = error.hints();
                let hints: Vec<&str> = hints.iter().map(String::as_str).collect();
                self.error(place, message, &hints);
            }
            Ok(found) => {
                for item in found.unresolved() {
                    if matches!(
                        item.why,
                        Reason::Missing | Reason::NotYaml | Reason::Unreadable
                    ) {
                        let place = self.place_in(&item.file, item.line, 1);
                        let message = format!("{}: {}", item.what, item.why);
                        self.warning(Some(place), message, &[]);
                    }
                }
            }
        }
    }

    /// Whether the programs of health checks are there.
    fn health(&mut self, playbook: &Playbook) {
        for health in &playbook.health {
            let Probe::Command(words) = &health.probe else {
                continue;
            };
            let program = words.first().map(String::as_str).unwrap_or_default();
            if program.contains('/') {
                let blocks = [
                    ("playbook", Some(playbook.name.as_str())),
                    ("health", Some(health.name.as_str())),
                ];
                self.file("the program", program.into(), &blocks, ("command", Some(0)));
            }
        }
    }

    /// Whether the globs of inputs and of what is none match anything.
    fn globs(&mut self, playbooks: &[Playbook]) {
        let texts = playbooks.iter().flat_map(|playbook| {
            let ignored = playbook.ignore.iter().map(|ignore| &ignore.glob);
            playbook.inputs.iter().chain(ignored)
        });
        let unmatched = Globs::new(texts).unmatched(&self.project.root);
        for playbook in playbooks {
            let ignored = playbook.ignore.iter().map(|ignore| &ignore.glob);
            for glob in playbook.inputs.iter().chain(ignored) {
                if unmatched.contains(glob) {
                    let place = self.place_of_glob(playbook, glob);
                    self.warning(
                        place,
                        format!("no file matches {glob:?}"),
                        &["globs are relative to the directory of infra.hcl"],
                    );
                }
            }
        }
    }

    fn place_of_glob(&self, playbook: &Playbook, glob: &str) -> Option<Place> {
        let block = ("playbook", Some(playbook.name.as_str()));
        match playbook.inputs.iter().position(|input| input == glob) {
            Some(position) => self.place(&[block], ("inputs", Some(position))),
            None => self.place(&[block, ("ignore", Some(glob))], ("glob", None)),
        }
    }
}
