//! Which arguments of an action name files of the controller. `plugins/action/`.

use std::sync::Arc;

use super::Walker;
use super::args::{Args, words};
use super::context::{Besides, Context, Search, Use, Wanted};
use crate::ansible::builtin::{MODULES, own_action};
use crate::ansible::jinja::is_template;
use crate::ansible::name::Name;
use crate::ansible::unresolved::Reason;
use crate::ansible::values::{Beyond, Definition, Scope};
use crate::ansible::yaml::Node;

/// Arguments that name a file of the controller in modules that are not Ansible's own.
const SOURCES: [&str; 8] = [
    "src",
    "source",
    "template",
    "file",
    "local_path",
    "chart_ref",
    "definition_file",
    "kubeconfig",
];

impl Walker<'_> {
    /// The files of an action that is no include.
    pub(super) fn action(&mut self, context: &Context, action: &str, args: &Args, scope: &Scope) {
        let own = own_action(action).filter(|name| MODULES.contains(name));
        if own.is_none()
            && !action.contains('.')
            && !is_template(action)
            && let Some(play) = self.plays.get_mut(context.play)
        {
            play.short_actions.insert(action.to_owned());
        }
        if own.is_none()
            && let Some(play) = self.plays.get_mut(context.play)
        {
            play.foreign.insert(action.to_owned());
        }
        let name = action.rsplit('.').next().unwrap_or(action);
        match name {
            "include_vars" => return self.include_vars(context, args, scope),
            "template" | "win_template" => {
                let delimited = context.keywords.defaults.delimit
                    || args.members.iter().any(|(key, _)| delimits(key));
                let used = if delimited {
                    Use::Delimited
                } else {
                    Use::Template
                };
                if let Some(wanted) = source(context, args, scope, "templates") {
                    self.want_with_mode(args, Wanted { used, ..wanted });
                }
            }
            // Of `assemble`, the files are on the managed host unless it is told otherwise.
            "copy" | "win_copy" | "patch" | "win_robocopy" | "synchronize" | "uri"
            | "unarchive" | "assemble"
                if !(args.is_true("remote_src")
                    || name == "unarchive" && args.is_false("copy")
                    || name == "assemble"
                        && args.get("remote_src").is_none()
                        && !context.keywords.defaults.assemble) =>
            {
                let besides = match name {
                    "copy" if args.get("local_follow").is_some() => Besides::Links,
                    // `--archive` of rsync.
                    "synchronize" => Besides::Entries,
                    _ => Besides::Nothing,
                };
                let wanted = source(context, args, scope, "files");
                match wanted.map(|wanted| Wanted { besides, ..wanted }) {
                    Some(wanted) if name == "copy" => self.want_with_mode(args, wanted),
                    Some(wanted) => self.want(wanted),
                    None => {}
                }
            }
            "script" | "win_script" => {
                let line = args
                    .text("cmd")
                    .map(str::to_owned)
                    .or_else(|| args.raw.clone())
                    .unwrap_or_default();
                if let Some(program) = words(&line).first() {
                    let program = program.trim_matches(['"', '\'']).to_owned();
                    // An expression can give arguments with the name.
                    let used = if is_template(&program) {
                        Use::Password
                    } else {
                        Use::Data
                    };
                    let program = (Name::new(&program), args.line);
                    self.want(Wanted {
                        used,
                        ..wanted_in(context, scope, program, vec!["files"], name)
                    });
                }
            }
            "set_fact" => {
                self.values_of_args(context, args, scope);
                if args.may_have_more() {
                    self.any_value();
                }
                if let Some(play) = self.plays.get_mut(context.play) {
                    for (key, _) in &args.members {
                        play.sets_any |= is_template(key);
                        play.set(key, context);
                    }
                    play.sets_any |= args.may_have_more();
                }
                return;
            }
            "add_host" | "group_by" => {
                self.unresolved(
                    &context.file,
                    args.line,
                    name,
                    Reason::DynamicInventory,
                    Some(context.play),
                );
                self.values_of_args(context, args, scope);
                self.values.has_strangers |= name == "add_host" && args.may_have_more();
                self.makes(context, args, scope, name);
                if let Some(play) = self.plays.get_mut(context.play) {
                    play.makes_hosts = true;
                    play.sets_any |= name == "add_host";
                }
                return;
            }
            "debug"
            | "assert"
            | "fail"
            | "meta"
            | "pause"
            | "set_stats"
            | "wait_for_connection" => return,
            _ => {}
        }
        if own.is_none() && !args.is_true("remote_src") {
            for key in SOURCES {
                let template = key == "template" || name.ends_with("template");
                let (subdirs, used) = if template {
                    (vec!["templates"], Use::Template)
                } else if key == "file" {
                    // `community.sops.load_vars` looks in `vars`.
                    (vec!["files", "templates", "vars"], Use::Data)
                } else {
                    (vec!["files", "templates"], Use::Data)
                };
                for text in args
                    .get(key)
                    .map(|value| names_in(value))
                    .into_iter()
                    .flatten()
                {
                    let named = (Name::new(&text), args.line);
                    self.want(Wanted {
                        used: used.clone(),
                        argument_of: Some(action.to_owned()),
                        ..wanted_in(context, scope, named, subdirs.clone(), name)
                    });
                }
            }
        }
        self.any_argument(context, args, scope, action);
    }

    /// Notes that any variable may have any value.
    pub(super) fn any_value(&mut self) {
        self.grew |= self.values.beyond != Beyond::Any;
        self.values.beyond = Beyond::Any;
    }

    /// Arguments that are variables.
    fn values_of_args(&mut self, context: &Context, args: &Args, scope: &Scope) {
        for (name, value) in &args.members {
            self.define_fixed(context, scope, (name, value), || {
                Definition::Yaml(Arc::clone(value))
            });
        }
    }

    /// What `module_defaults` give the arguments of actions, which may name files.
    pub(super) fn module_defaults(&mut self, context: &Context, node: &Node) {
        let Some(defaults) = node.get("module_defaults") else {
            return;
        };
        let each = std::iter::once(defaults).chain(defaults.items());
        for (action, value) in each.flat_map(|defaults| defaults.members()) {
            let computed = value.text().is_some_and(is_template);
            if let Some(action) = action.text().filter(|_| value.is_mapping() || computed) {
                let mut args = Args::default();
                if computed {
                    args.read_computed(value);
                } else {
                    args = Args::read(value);
                }
                self.action(context, action, &args, &Scope::default());
            }
        }
    }
}

/// The names of files that an argument gives: itself, or each of a list, or of mappings.
fn names_in(value: &Node) -> Vec<String> {
    let mut found = Vec::new();
    found.extend(value.text().map(str::to_owned));
    for item in value.items() {
        found.extend(names_in(item));
    }
    for key in ["path", "src", "file", "template"] {
        found.extend(value.get(key).iter().flat_map(|value| names_in(value)));
    }
    found
}

/// The source of an action that Ansible looks for itself, in this subdirectory.
fn source(context: &Context, args: &Args, scope: &Scope, subdir: &'static str) -> Option<Wanted> {
    let node = args.get("src")?;
    let what = match subdir {
        "templates" => "template",
        _ => "src",
    };
    let named = (Name::new(node.text()?), node.line);
    Some(wanted_in(context, scope, named, vec![subdir], what))
}

/// A name that an action looks for in these subdirectories.
pub(super) fn wanted_in(
    context: &Context,
    scope: &Scope,
    (name, line): (Name, u32),
    mut subdirs: Vec<&'static str>,
    what: &str,
) -> Wanted {
    if scope.local.values().flatten().any(Definition::is_computed) {
        // A loop over files gives names as it found them, wherever that was.
        for more in ["files", "templates", "vars"] {
            if !subdirs.contains(&more) {
                subdirs.push(more);
            }
        }
    }
    Wanted {
        scope: scope.clone(),
        search: Search::Needle(subdirs),
        ..Wanted::new(context, name, line, what)
    }
}

/// Whether an argument gives a template delimiters of its own.
pub(super) fn delimits(argument: &str) -> bool {
    argument.ends_with("_start_string")
        || argument.ends_with("_end_string")
        || argument.starts_with("line_")
}
