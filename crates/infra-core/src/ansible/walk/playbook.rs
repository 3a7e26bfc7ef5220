//! Playbooks and plays. `playbook/__init__.py`, `playbook/playbook_include.py`,
//! `playbook/play.py`.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::Utf8Path;

use super::context::{Context, Keywords, RoleFiles, Search, Use, Via, Wanted};
use super::includes::Includes;
use super::place::names_this_machine;
use super::{Play, Walker};
use crate::ansible::closure::{PlayInputs, Reach};
use crate::ansible::jinja::is_template;
use crate::ansible::name::{Name, Pattern};
use crate::ansible::path::{is_outside, join, parent};
use crate::ansible::pattern::select;
use crate::ansible::request::ClosureError;
use crate::ansible::search;
use crate::ansible::source::analyse_node;
use crate::ansible::unresolved::Reason;
use crate::ansible::values::{Definition, Scope};
use crate::ansible::yaml::{Node, Shape};

/// The keywords under which a play has lists of tasks.
const TASK_LISTS: [(&str, bool); 4] = [
    ("pre_tasks", false),
    ("tasks", false),
    ("post_tasks", false),
    ("handlers", true),
];

impl Walker<'_> {
    /// A playbook file with its plays and what it imports.
    pub(super) fn playbook(&mut self, path: &Utf8Path, via: &Arc<Via>) -> Result<(), ClosureError> {
        let malformed = |line: u32, column: u32, problem: &str| ClosureError::Malformed {
            file: path.to_owned(),
            line,
            column,
            problem: problem.to_owned(),
        };
        if self.playbooks.iter().any(|above| above == path) || self.playbooks.len() > 40 {
            return Err(malformed(1, 1, "the playbook imports itself"));
        }
        let source = self
            .sources
            .read(path)?
            .ok_or_else(|| ClosureError::NoPlaybook(path.to_owned()))?;
        self.add_yaml(path, Reach::Everywhere, via, false, Shape::Plays);
        let documents = match source.yaml() {
            Ok(documents) => documents.clone(),
            Err(error) => {
                return Err(malformed(
                    error.line.max(1),
                    error.column.max(1),
                    &error.problem,
                ));
            }
        };
        let entries = match documents.as_slice() {
            [one] if one.is_sequence() && !one.items().is_empty() => one.items(),
            [one] => {
                return Err(malformed(
                    one.line,
                    one.column,
                    "a playbook must be a list of plays",
                ));
            }
            [] => return Err(malformed(1, 1, "the playbook is empty")),
            [_, second, ..] => {
                return Err(malformed(
                    second.line,
                    second.column,
                    "a playbook must be one document",
                ));
            }
        };
        self.playbooks.push(path.to_owned());
        self.requirements(&parent(path), via);
        for (index, entry) in entries.iter().enumerate() {
            if !entry.is_mapping() {
                return Err(malformed(
                    entry.line,
                    entry.column,
                    "a play must be a mapping",
                ));
            }
            let imported = [
                "import_playbook",
                "ansible.builtin.import_playbook",
                "ansible.legacy.import_playbook",
            ]
            .iter()
            .find_map(|key| entry.get(key));
            match imported {
                Some(name) => self.import(path, entry, name, via)?,
                None => self.play(path, index + 1, entry, via)?,
            }
        }
        self.playbooks.pop();
        Ok(())
    }

    fn import(
        &mut self,
        path: &Utf8Path,
        entry: &Arc<Node>,
        name: &Arc<Node>,
        via: &Arc<Via>,
    ) -> Result<(), ClosureError> {
        let Some(text) = name.text() else {
            return Err(ClosureError::Malformed {
                file: path.to_owned(),
                line: name.line,
                column: name.column,
                problem: "import_playbook needs the name of a file".to_owned(),
            });
        };
        let via = via.then(format!("{path}:{} import_playbook", entry.line));
        if let Some(vars) = entry.get("vars") {
            self.values.define_all(vars);
        }
        let above = self.imports.len();
        self.imports.push((path.to_owned(), Arc::clone(entry)));
        let done = self.imported(path, (text, name.line), &via);
        self.imports.truncate(above);
        done
    }

    /// The playbooks that an import's name can mean.
    fn imported(
        &mut self,
        path: &Utf8Path,
        (text, line): (&str, u32),
        via: &Arc<Via>,
    ) -> Result<(), ClosureError> {
        // `a.yml file=…` was never a way to say it; only the first word is a name.
        let patterns = self.values.resolve(&Name::new(text), &Scope::default());
        for pattern in patterns {
            if let Some(text) = pattern.as_literal() {
                let file = self
                    .collection_playbook(&text, via)
                    .unwrap_or_else(|| join(&self.request.root, &parent(path), &text));
                if self.sources.is_file(&file) {
                    self.playbook(&file, via)?;
                } else {
                    self.unresolved(path, line, &text, Reason::Missing, None);
                    self.add_absent(file);
                }
            } else {
                self.unresolved(path, line, text, Reason::TemplatedName, None);
                let (dir, rest) = pattern.split_dir();
                let start = join(&self.request.root, &parent(path), &dir);
                if is_outside(&start) {
                    continue;
                }
                for (relative, _) in self.below(&start, None).iter() {
                    let file = start.join(relative);
                    let playbook = matches!(file.extension(), Some("yml" | "yaml"))
                        && rest.matches(relative.as_str())
                        && !self.playbooks.contains(&file);
                    if playbook && self.sources.is_file(&file) {
                        // Of what the name could mean, only a playbook can be meant.
                        let before = self.plays.len();
                        let depth = self.playbooks.len();
                        if self.playbook(&file, via).is_err() {
                            self.plays.truncate(before);
                            self.playbooks.truncate(depth);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Notes what the imports say that lead to a play: their variables and conditions are those of
    /// its tasks, wherever these stand (`playbook/playbook_include.py`).
    fn mention_imports(&mut self, play: usize, via: &Arc<Via>) {
        for (file, entry) in self.imports.clone() {
            let (analysis, words, qualified) = analyse_node(&entry);
            self.note(play, &analysis, words, qualified, &file, None, via);
        }
    }

    /// What ansible-galaxy is told to install. ansible-playbook never reads it: what counts is
    /// what is installed.
    fn requirements(&mut self, dir: &Utf8Path, via: &Arc<Via>) {
        for name in [
            "requirements.yml",
            "requirements.yaml",
            "roles/requirements.yml",
            "roles/requirements.yaml",
            "collections/requirements.yml",
            "collections/requirements.yaml",
        ] {
            let path = dir.join(name);
            if self.files.contains_key(path.as_str()) {
                continue;
            }
            self.listed(&path, Reach::Everywhere, &via.then("requirements"));
            if let Some(file) = self.files.get_mut(path.as_str()) {
                file.counted = false;
            }
        }
    }

    fn play(
        &mut self,
        path: &Utf8Path,
        number: usize,
        play: &Arc<Node>,
        via: &Arc<Via>,
    ) -> Result<(), ClosureError> {
        let index = self.plays.len();
        let place = format!("{path}:{}", play.line);
        let malformed = |node: &Node, problem: &str| ClosureError::Malformed {
            file: path.to_owned(),
            line: node.line,
            column: node.column,
            problem: problem.to_owned(),
        };
        let Some(hosts) = play.get("hosts") else {
            return Err(malformed(play, "the play has no hosts"));
        };
        let patterns = texts(hosts);
        let (hosts, widened) = self.play_hosts(path, hosts);
        let base = parent(path);
        self.plays.push(Play {
            inputs: PlayInputs {
                place,
                number: format!("{number} of {path}"),
                hosts: Arc::new(hosts),
                widened,
                ..PlayInputs::default()
            },
            base: base.clone(),
            patterns,
            ..Play::default()
        });
        let context = Context {
            play: index,
            base: base.clone(),
            roles: Vec::new(),
            called: Arc::default(),
            file: path.to_owned(),
            includes: Includes::default(),
            handlers: false,
            collections: (self.default_collection.iter().cloned())
                .chain(
                    play.get("collections")
                        .map(|node| texts(node))
                        .unwrap_or_default(),
                )
                .collect(),
            keywords: Keywords {
                here: self.plays_here(index),
                ..Keywords::default()
            }
            .with(play),
            reach: Reach::Play(index),
            via: Arc::clone(via),
            depth: 0,
        };
        self.add_yaml(path, Reach::Everywhere, via, false, Shape::Plays);
        self.stands(&context);
        self.common_text(index);
        self.mention_node(play, &context);
        self.hands_down(&context, play);
        self.mention_imports(index, via);
        self.module_defaults(&context, play);
        self.specs_of_play(&context, play, path);
        self.environment(&context, play);
        self.plugin_dirs(index, &base);
        self.vars_plugins(index);
        for (key, prompts) in play.members() {
            if key.text() == Some("vars_prompt") {
                self.prompts(path, key.line, prompts, index);
            }
        }
        if let Some(files) = play.get("vars_files") {
            let files: Vec<&Arc<Node>> = if files.is_sequence() {
                files.items().iter().collect()
            } else {
                vec![files]
            };
            for file in files {
                // Of a list within the list, the first that exists is read.
                let choice: Vec<&Arc<Node>> = if file.is_sequence() {
                    file.items().iter().collect()
                } else {
                    vec![file]
                };
                for name in choice {
                    let Some(text) = name.text() else { continue };
                    let name_of_one = Name::new(text);
                    let certain = !name_of_one.is_computed();
                    self.want(Wanted {
                        search: Search::Needle(vec!["vars"]),
                        used: Use::Vars(None),
                        ..Wanted::new(&context, name_of_one, name.line, "vars_files")
                    });
                    if certain && self.has_vars_file(&context, text) {
                        break;
                    }
                }
            }
        }
        if let Some(roles) = play.get("roles") {
            if !roles.is_sequence() && !roles.is_null() {
                return Err(malformed(roles, "roles must be a list"));
            }
            for role in roles.items() {
                self.role_entry(&context, role, "roles");
            }
        }
        for (key, handlers) in TASK_LISTS {
            let Some(tasks) = play.get(key) else { continue };
            if !tasks.is_sequence() && !tasks.is_null() {
                return Err(malformed(tasks, &format!("{key} must be a list of tasks")));
            }
            let context = Context {
                handlers,
                ..context.clone()
            };
            self.tasks(&context, tasks.items());
        }
        Ok(())
    }

    /// What a play asks for, but for extra variables: those are not asked for
    /// (`executor/playbook_executor.py`).
    fn prompts(&mut self, path: &Utf8Path, line: u32, prompts: &Node, play: usize) {
        // One alone need not be in a list.
        let prompts = match prompts.items() {
            [] => vec![prompts],
            prompts => prompts.iter().map(|prompt| &**prompt).collect(),
        };
        let mut asks = false;
        for prompt in prompts {
            let name = prompt.get("name").and_then(|name| name.text());
            if name.is_some_and(|name| self.values.is_extra(name)) {
                continue;
            }
            asks = true;
            if let Some(name) = name {
                self.values.define(name, Definition::Unknown);
            }
        }
        if asks {
            self.unresolved(path, line, "vars_prompt", Reason::Prompt, Some(play));
        }
    }

    /// Whether there is a file of variables of this name where one is looked for.
    fn has_vars_file(&self, context: &Context, name: &str) -> bool {
        let stack = self.stack(context);
        (search::needle(&stack, &context.base, "vars").iter()).any(|place| {
            let path = join(&self.request.root, &place.dir, name);
            self.sources.is_file(&path)
        })
    }

    /// The hosts of a play, and whether they are only known when it runs.
    fn play_hosts(&mut self, path: &Utf8Path, node: &Arc<Node>) -> (BTreeSet<String>, bool) {
        let patterns = texts(node);
        let all: BTreeSet<&str> = self
            .request
            .inventory
            .hosts
            .keys()
            .map(String::as_str)
            .collect();
        if patterns.iter().any(|pattern| is_template(pattern)) {
            let here = self.may_be_localhost(&patterns);
            self.unresolved(
                path,
                node.line,
                &patterns.join(","),
                Reason::TemplatedName,
                Some(self.plays.len()),
            );
            return (self.every_host(here), true);
        }
        let selected = select(&patterns, &all, &self.members);
        // A group that the inventory doesn't have may be one that an earlier play makes.
        if !selected.unknown.is_empty() && self.plays.iter().any(|play| play.makes_hosts) {
            self.unresolved(
                path,
                node.line,
                &selected.unknown.join(","),
                Reason::DynamicInventory,
                Some(self.plays.len()),
            );
            return (self.every_host(self.makes_localhost()), true);
        }
        (selected.hosts, false)
    }

    /// Whether expressions for hosts may give the one that every inventory has.
    fn may_be_localhost(&self, patterns: &[String]) -> bool {
        patterns.iter().any(|pattern| {
            let known = self.values.resolve(&Name::new(pattern), &Scope::default());
            let mut names = known.iter().filter_map(Pattern::as_literal);
            names_this_machine(pattern) || names.any(|name| names_this_machine(&name))
        })
    }

    /// One entry of a list of roles: a name, or a mapping with one.
    pub(super) fn role_entry(&mut self, context: &Context, entry: &Arc<Node>, what: &str) {
        let name = match entry.text() {
            Some(text) => Some((text.to_owned(), entry.line)),
            None => ["role", "name", "src"]
                .iter()
                .find_map(|key| Some((*key, entry.get(key)?)))
                .and_then(|(key, node)| {
                    let text = node.text()?;
                    let name = match key {
                        "src" => name_of_source(text),
                        _ => text,
                    };
                    Some((name.to_owned(), node.line))
                }),
        };
        let Some((name, line)) = name else { return };
        self.hands_down(context, entry);
        let context = context.under(entry);
        self.want(Wanted {
            search: Search::Roles,
            used: Use::Role(RoleFiles::default()),
            ..Wanted::new(&context, Name::new(&name), line, what)
        });
    }
}

/// What a role is called by where it comes from, for want of another name.
/// `RoleRequirement.repo_url_to_role_name` in `playbook/role/requirement.py`.
fn name_of_source(source: &str) -> &str {
    if !source.contains("://") && !source.contains('@') {
        return source;
    }
    let name = source.rsplit('/').next().unwrap_or(source);
    let name = name.strip_suffix(".git").unwrap_or(name);
    let name = name.strip_suffix(".tar.gz").unwrap_or(name);
    name.split(',').next().unwrap_or(name)
}

/// The texts of a list, or the one text.
pub(super) fn texts(node: &Node) -> Vec<String> {
    match node.text() {
        Some(text) => vec![text.to_owned()],
        None => node
            .items()
            .iter()
            .filter_map(|item| item.text().map(str::to_owned))
            .collect(),
    }
}
