//! Tasks: which action, with which arguments. `parsing/mod_args.py`,
//! `playbook/helpers.py`.

use std::sync::Arc;

use super::Walker;
use super::context::{Besides, Context, RoleFiles, Search, Use, Wanted, lookup_expr};
use super::lookup::subdir_of;
use crate::ansible::builtin::{TASK_KEYWORDS, own_action};
use crate::ansible::jinja::{Expr, is_template};
use crate::ansible::name::{Name, Pattern};
use crate::ansible::reads::{HostSelection, Names};
use crate::ansible::unresolved::Reason;
use crate::ansible::values::{Definition, Scope};
use crate::ansible::yaml::{Data, Node};

/// Actions whose argument may be a text of its own. `RAW_PARAM_MODULES` in
/// `parsing/mod_args.py`.
const FREE_FORM: [&str; 20] = [
    "add_host",
    "command",
    "expect",
    "group_by",
    "import_playbook",
    "import_role",
    "import_tasks",
    "include",
    "include_role",
    "include_tasks",
    "include_vars",
    "meta",
    "raw",
    "script",
    "set_fact",
    "shell",
    "win_command",
    "win_shell",
    "win_script",
    "debug",
];

/// Arguments that name files, or say how, where all are the value of one expression.
const COMPUTED: [&str; 12] = [
    "src",
    "file",
    "dir",
    "cmd",
    "mode",
    "remote_src",
    "name",
    "role",
    "tasks_from",
    "vars_from",
    "defaults_from",
    "handlers_from",
];

/// The arguments of an action.
#[derive(Debug, Clone, Default)]
pub(super) struct Args {
    pub(super) members: Vec<(String, Arc<Node>)>,
    /// What stands there without a key
    pub(super) raw: Option<String>,
    /// Whether they stand in one text: `key=value`
    pub(super) of_text: bool,
    pub(super) line: u32,
}

impl Args {
    pub(super) fn get(&self, key: &str) -> Option<&Arc<Node>> {
        self.members
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    /// Whether an argument is certainly true.
    pub(super) fn is_true(&self, key: &str) -> bool {
        self.get(key).and_then(|node| node.as_bool()) == Some(true)
    }

    /// Whether an argument is certainly false.
    pub(super) fn is_false(&self, key: &str) -> bool {
        self.get(key).and_then(|node| node.as_bool()) == Some(false)
    }

    /// The arguments as written: a mapping, or `key=value` in a text.
    pub(super) fn read(node: &Arc<Node>) -> Self {
        let mut args = Self {
            line: node.line,
            ..Self::default()
        };
        match &node.data {
            Data::Mapping(members) => {
                args.members = members
                    .iter()
                    .filter_map(|(key, value)| Some((key.text()?.to_owned(), Arc::clone(value))))
                    .collect();
                args.raw = args.text("_raw_params").map(str::to_owned);
            }
            Data::Scalar { text, .. } => args.read_text(text, node),
            Data::Sequence(_) => {}
        }
        args
    }

    /// Arguments that are the value of one expression: of those that name files, each is
    /// that member of it.
    fn read_computed(&mut self, node: &Node) {
        let Some(inner) = node
            .text()
            .map(str::trim)
            .and_then(|text| text.strip_prefix("{{")?.strip_suffix("}}"))
            .filter(|inner| !inner.contains("{{"))
        else {
            return;
        };
        for key in COMPUTED {
            if self.get(key).is_none() {
                let data = Data::Scalar {
                    text: format!("{{{{ ({inner}).{key} }}}}"),
                    plain: false,
                };
                let value = Node {
                    data,
                    ..node.clone()
                };
                self.members.push((key.to_owned(), Arc::new(value)));
            }
        }
    }

    fn read_text(&mut self, text: &str, node: &Node) {
        self.of_text = true;
        let mut raw = Vec::new();
        for word in words(text) {
            match word.split_once('=') {
                Some((key, value))
                    if !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_') =>
                {
                    let value = value.trim_matches(['"', '\'']).to_owned();
                    let node = Node {
                        data: Data::Scalar {
                            text: value,
                            plain: false,
                        },
                        tag: None,
                        ..node.clone()
                    };
                    self.members.push((key.to_owned(), Arc::new(node)));
                }
                _ => raw.push(word),
            }
        }
        if !raw.is_empty() {
            self.raw = Some(raw.join(" "));
        }
    }
}

/// The words of a text, with quotes and expressions kept whole. `parsing/splitter.py`.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut depth = 0_usize;
    let mut previous = ' ';
    for c in text.chars() {
        match c {
            '"' | '\'' if depth == 0 && previous != '\\' => {
                quote = match quote {
                    None => Some(c),
                    Some(open) if open == c => None,
                    other => other,
                };
            }
            '{' if previous == '{' => depth += 1,
            '}' if previous == '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if c.is_whitespace() && quote.is_none() && depth == 0 {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
        } else {
            word.push(c);
        }
        previous = c;
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

impl Walker<'_> {
    /// A list of tasks and blocks.
    pub(super) fn tasks(&mut self, context: &Context, tasks: &[Arc<Node>]) {
        for task in tasks {
            self.module_defaults(context, task);
            if task.get("block").is_some() {
                let inner = Context {
                    depth: context.depth + 1,
                    ..context.under(task)
                };
                for part in ["block", "rescue", "always"] {
                    if let Some(tasks) = task.get(part) {
                        self.tasks(&inner, tasks.items());
                    }
                }
            } else if task.is_mapping() {
                self.task(context, task);
            }
        }
    }

    fn task(&mut self, context: &Context, task: &Arc<Node>) {
        let context = &context.under(task);
        if let Some(name) = task.get("register").and_then(|node| node.text()) {
            self.values.define(name, Definition::Unknown);
            if let Some(play) = self.plays.get_mut(context.play) {
                play.set(name, context);
            }
        }
        if let Some(to) = task.get("delegate_to").and_then(|node| node.text()) {
            self.delegate(context, to);
        }
        if task.get("local_action").is_some() {
            self.delegate(context, "localhost");
        }
        let Some((action, args)) = action_of(task) else {
            return;
        };
        self.result_for_all(context, task, &action);
        let scope = self.loop_scope(context, task, &action);
        if is_template(&action) {
            self.unresolved(
                &context.file,
                task.line,
                &action,
                Reason::TemplatedName,
                Some(context.play),
            );
        }
        if let Some(play) = self.plays.get_mut(context.play) {
            play.any_action |= is_template(&action);
            play.actions
                .insert(action.rsplit('.').next().unwrap_or(&action).to_owned());
        }
        let own = own_action(&action).map(str::to_owned);
        let applied = args.get("apply").map(|apply| context.under(apply));
        let context = applied.as_ref().unwrap_or(context);
        match own.as_deref() {
            Some("include_tasks" | "include") => self.include_tasks(context, &args, scope, true),
            Some("import_tasks") => self.include_tasks(context, &args, scope, false),
            Some("include_role" | "import_role") => {
                if !self.include_role(context, &args, &scope, false) {
                    self.late_roles.push((context.clone(), args, scope));
                }
            }
            _ => self.action(context, &action, &args, &scope),
        }
    }

    fn delegate(&mut self, context: &Context, to: &str) {
        let selection = if is_template(to) {
            // The same words say whose variables are read and to whom a task is given.
            let asked = to
                .replace("{{", "{{ hostvars[")
                .replace("}}", "].ansible_host }}");
            let scan = crate::ansible::jinja::scan_template(&asked, 1);
            let mut reads = crate::ansible::jinja::find(&scan).reads.hostvars;
            match reads.pop() {
                Some(read) if reads.is_empty() => read.hosts,
                _ => HostSelection::All,
            }
        } else {
            HostSelection::Host(to.to_owned())
        };
        if let Some(play) = self.plays.get_mut(context.play)
            && !play.delegates.contains(&selection)
        {
            play.delegates.push(selection);
        }
    }

    /// What the task's loop gives `item`. `playbook/task.py`, `playbook/loop_control.py`.
    fn loop_scope(&mut self, context: &Context, task: &Arc<Node>, action: &str) -> Scope {
        let mut scope = Scope::default();
        let control = task.get("loop_control");
        let variable = control
            .and_then(|control| control.get("loop_var"))
            .and_then(|node| node.text())
            .unwrap_or("item")
            .to_owned();
        for (key, value) in task.members() {
            let Some(key) = key.text() else { continue };
            let definition = if key == "loop" {
                Definition::Element(Arc::clone(value))
            } else if let Some(plugin) = key.strip_prefix("with_") {
                let full = plugin;
                let plugin = plugin.rsplit('.').next().unwrap_or(plugin);
                match plugin {
                    "file" | "fileglob" | "first_found" | "filetree" | "template" | "ini"
                    | "csvfile" | "lines" | "url" | "pipe" => {
                        self.loop_lookup(context, plugin, value, action);
                        let terms = match expr_of(value) {
                            Expr::List(terms) if plugin == "first_found" => {
                                Expr::List(self.until_found(context, &terms, subdir_of(action)))
                            }
                            other => other,
                        };
                        Definition::Computed(lookup_expr(plugin, terms))
                    }
                    "sequence" => Definition::Unknown,
                    "inventory_hostnames" => {
                        if let Some(play) = self.plays.get_mut(context.play) {
                            play.inputs.reads.groups = Names::All;
                        }
                        Definition::Patterns(vec![Pattern::segment()])
                    }
                    "subelements" => {
                        let below =
                            subelements(value).map_or(Definition::Unknown, Definition::Element);
                        self.values.define(&variable, below.clone());
                        scope.local.entry(variable.clone()).or_default().push(below);
                        Definition::Element(Arc::clone(value))
                    }
                    "items" | "list" | "dict" | "nested" | "cartesian" | "together"
                    | "flattened" | "indexed_items" => Definition::Element(Arc::clone(value)),
                    "vars" | "varnames" => {
                        if let Some(play) = self.plays.get_mut(context.play) {
                            play.inputs.reads.variables = Names::All;
                        }
                        Definition::Unknown
                    }
                    // What another plugin makes of its terms only it knows.
                    _ => {
                        self.loop_lookup(context, full, value, action);
                        Definition::Unknown
                    }
                }
            } else {
                continue;
            };
            // What is included in a loop sees its variable too.
            self.values.define(&variable, definition.clone());
            scope
                .local
                .entry(variable.clone())
                .or_default()
                .push(definition);
        }
        scope
    }

    fn include_tasks(&mut self, context: &Context, args: &Args, scope: Scope, dynamic: bool) {
        let Some(text) = args
            .text("file")
            .map(str::to_owned)
            .or_else(|| args.raw.clone())
        else {
            return;
        };
        self.want(Wanted {
            context: context.clone(),
            name: Name::new(text.trim()),
            scope,
            search: Search::Tasks { dynamic },
            used: Use::Tasks,
            besides: Besides::Nothing,
            line: args.line,
            what: if dynamic {
                "include_tasks"
            } else {
                "import_tasks"
            }
            .to_owned(),
            expected: true,
            glob: false,
        });
    }

    /// `playbook/role_include.py`. Whether the names of its files are known far enough.
    pub(super) fn include_role(
        &mut self,
        context: &Context,
        args: &Args,
        scope: &Scope,
        widest: bool,
    ) -> bool {
        const FROM: [(&str, &str); 4] = [
            ("tasks_from", "tasks"),
            ("vars_from", "vars"),
            ("defaults_from", "defaults"),
            ("handlers_from", "handlers"),
        ];
        let Some(name) = args.text("name").or_else(|| args.text("role")) else {
            return true;
        };
        let here = self.scope(context, scope);
        let unknown = FROM
            .iter()
            .filter_map(|(key, _)| args.text(key))
            .any(|text| {
                self.values
                    .resolve(&Name::new(text), &here)
                    .iter()
                    .any(super::super::name::Pattern::is_any)
            });
        if unknown && !widest {
            return false;
        }
        let mut choices = vec![RoleFiles::default()];
        for (key, part) in FROM {
            let Some(text) = args.text(key) else { continue };
            let mut next = Vec::new();
            for pattern in self.values.resolve(&Name::new(text), &here) {
                for choice in &choices {
                    if let Some(text) = pattern.as_literal() {
                        let mut choice = choice.clone();
                        choice.0.insert(part, text);
                        next.push(choice);
                    } else {
                        self.unresolved(
                            &context.file,
                            args.line,
                            text,
                            Reason::TemplatedName,
                            Some(context.play),
                        );
                        next.extend(
                            self.role_file_choices(context, name, scope, part, &pattern, choice),
                        );
                    }
                }
            }
            choices = next;
        }
        for files in choices {
            self.want(Wanted {
                context: context.clone(),
                name: Name::new(name),
                scope: scope.clone(),
                search: Search::Roles,
                used: Use::Role(files),
                besides: Besides::Nothing,
                line: args.line,
                what: "include_role".to_owned(),
                expected: true,
                glob: false,
            });
        }
        true
    }

    /// Each file of a role's part that a computed `tasks_from` could name.
    fn role_file_choices(
        &mut self,
        context: &Context,
        role: &str,
        scope: &Scope,
        part: &'static str,
        pattern: &crate::ansible::name::Pattern,
        choice: &RoleFiles,
    ) -> Vec<RoleFiles> {
        let here = self.scope(context, scope);
        let mut choices = Vec::new();
        for name in self
            .values
            .resolve(&Name::new(role), &here)
            .iter()
            .filter_map(crate::ansible::name::Pattern::as_literal)
        {
            for place in self.role_places(context) {
                let dir = place.dir.join(&name).join(part);
                for (file, _) in self.below(&dir, Some(context.play)).iter() {
                    let stem = file.with_extension("");
                    if pattern.matches(file.as_str()) || pattern.matches(stem.as_str()) {
                        let mut choice = choice.clone();
                        choice.0.insert(part, file.to_string());
                        choices.push(choice);
                    }
                }
            }
        }
        choices
    }
}

/// The elements that `with_subelements` takes from each of a list: `{{ list.path }}`. None: it
/// isn't said so plainly.
fn subelements(value: &Node) -> Option<Arc<Node>> {
    let [list, path, ..] = value.items() else {
        return None;
    };
    let inner = list.text()?.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let path = path.text().filter(|path| !is_template(path))?;
    let data = Data::Scalar {
        text: format!("{{{{ ({inner}).{path} }}}}"),
        plain: false,
    };
    Some(Arc::new(Node {
        data,
        ..(**list).clone()
    }))
}

/// The action of a task: the keyword that isn't one of Ansible's, or `action`.
fn action_of(task: &Arc<Node>) -> Option<(String, Args)> {
    let mut found = None;
    for key in ["action", "local_action"] {
        if let Some(value) = task.get(key) {
            found = Some(match value.text() {
                Some(text) => {
                    let mut words = words(text);
                    if words.is_empty() {
                        return None;
                    }
                    let action = words.remove(0);
                    let mut args = Args {
                        line: value.line,
                        ..Args::default()
                    };
                    args.read_text(&words.join(" "), value);
                    (action, args)
                }
                None => (value.get("module")?.text()?.to_owned(), Args::read(value)),
            });
        }
    }
    if found.is_none() {
        let (key, value) = task.members().iter().find(|(key, _)| {
            key.text()
                .is_some_and(|key| !TASK_KEYWORDS.contains(&key) && !key.starts_with("with_"))
        })?;
        found = Some((
            key.text()?.to_owned(),
            Args {
                line: key.line,
                ..Args::read(value)
            },
        ));
    }
    let (action, mut args) = found?;
    if let Some(more) = task.get("args") {
        for (key, value) in Args::read(more).members {
            if args.get(&key).is_none() {
                args.members.push((key, value));
            }
        }
        args.read_computed(more);
    }
    if !FREE_FORM.contains(&own_action(&action).unwrap_or_default())
        && let Some(raw) = args.raw.clone()
    {
        args.read_computed(&Node {
            data: Data::Scalar {
                text: raw,
                plain: false,
            },
            tag: None,
            openings: None,
            line: args.line,
            column: 1,
        });
    }
    Some((action, args))
}

/// A YAML value as the expression that has the same value.
pub(super) fn expr_of(node: &Node) -> Expr {
    match &node.data {
        Data::Scalar { text, .. } => match Name::new(text).parts {
            Some(mut parts) if parts.len() == 1 => parts.remove(0),
            Some(parts) => Expr::Concat(parts),
            None => Expr::Op(Vec::new()),
        },
        Data::Sequence(items) => Expr::List(items.iter().map(|item| expr_of(item)).collect()),
        Data::Mapping(members) => Expr::Dict(
            members
                .iter()
                .map(|(key, value)| (expr_of(key), expr_of(value)))
                .collect(),
        ),
    }
}
