//! Tasks: what each brings, its loop and its result. `playbook/helpers.py`.

use std::sync::Arc;

use super::Walker;
use super::args::{Args, action_of};
use super::context::{Context, Search, Use, Wanted, lookup_expr};
use super::lookup::subdir_of;
use crate::ansible::builtin::own_action;
use crate::ansible::jinja::{Expr, is_template};
use crate::ansible::name::{Name, Pattern};
use crate::ansible::reads::{HostSelection, Names};
use crate::ansible::unresolved::Reason;
use crate::ansible::values::{Definition, Looped, Scope};
use crate::ansible::yaml::{Data, Node};

impl Walker<'_> {
    /// A list of tasks and blocks.
    pub(super) fn tasks(&mut self, context: &Context, tasks: &[Arc<Node>]) {
        for task in tasks {
            self.module_defaults(context, task);
            self.environment(&context.under(task), task);
            if task.get("block").is_some() {
                self.hands_down(context, task);
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
        self.register(context, task, &scope);
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
        if matches!(
            own.as_deref(),
            Some("include_tasks" | "include" | "import_tasks" | "include_role" | "import_role")
        ) {
            self.hands_down(context, task);
        }
        let applied = args.get("apply").map(|apply| context.under(apply));
        let context = applied.as_ref().unwrap_or(context);
        match own.as_deref() {
            Some("include_tasks" | "include") => self.include_tasks(context, &args, scope, true),
            Some("import_tasks") => self.include_tasks(context, &args, scope, false),
            Some("include_role" | "import_role") => {
                self.include_role(context, &args, &scope);
            }
            _ => {
                // Of an include, what is included may be what evaluates the text, in loops of its own.
                self.loops.note(&context.file, task, &scope);
                self.action(context, &action, &args, &scope);
            }
        }
    }

    /// What the task says that its result be called.
    fn register(&mut self, context: &Context, task: &Node, scope: &Scope) {
        let Some(called) = task.get("register") else {
            return;
        };
        let Some(name) = called.text() else { return };
        // Of the task's own names there is none but its loop's variable.
        self.define_fixed(context, &Scope::default(), (name, called), || {
            match scope.local.iter().next() {
                // Whoever looks for files names them otherwise than it found them.
                Some((variable, elements)) if !elements.iter().any(Definition::is_computed) => {
                    Definition::Looped(Looped {
                        variable: variable.clone(),
                        elements: elements.clone(),
                    })
                }
                _ => Definition::Unknown,
            }
        });
        if let Some(play) = self.plays.get_mut(context.play) {
            play.set(name, context);
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
        let index = control.and_then(|control| control.get("index_var"));
        if let Some((name, at)) = index.and_then(|node| Some((node.text()?, node))) {
            self.define_in_loop(context, (name, at), || {
                Definition::Patterns(vec![Pattern::segment()])
            });
        }
        self.values.has_strangers |= is_template(&variable);
        for (key, value) in task.members() {
            let Some(keyword) = key.text() else { continue };
            let definition = if keyword == "loop" {
                Definition::Element(Arc::clone(value))
            } else if let Some(plugin) = keyword.strip_prefix("with_") {
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
                        self.define_in_loop(context, (&variable, value), || below.clone());
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
            self.define_in_loop(context, (&variable, key), || definition.clone());
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
        let what = if dynamic {
            "include_tasks"
        } else {
            "import_tasks"
        };
        self.want(Wanted {
            scope,
            search: Search::Tasks { dynamic },
            used: Use::Tasks,
            ..Wanted::new(context, Name::new(text.trim()), args.line, what)
        });
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
