//! Arguments of actions that name files of the tree, whatever the action does with them.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::Walker;
use super::args::{Args, words};
use super::command::names_in;
use super::context::{Besides, Context, LookupUse, Use};
use super::find::Looks;
use super::holes::Sort;
use super::late::What;
use crate::ansible::builtin::{MODULES, own_action};
use crate::ansible::closure::Reach;
use crate::ansible::jinja::{Expr, is_template};
use crate::ansible::name::{Name, Pattern};
use crate::ansible::path::{is_outside, join, parent};
use crate::ansible::resolve::Asked;
use crate::ansible::search::{Beside, Place, needle};
use crate::ansible::unresolved::Reason;
use crate::ansible::values::{Definition, Scope};
use crate::ansible::yaml::Node;

/// Arguments that name no file of the controller's.
const WITHOUT_NAMES: [&str; 9] = [
    "dest", "msg", "mode", "owner", "group", "content", "state", "regexp", "line",
];

/// Keys whose values are the names of other things, which a directory may be called like.
const OF_OTHER_THINGS: [&str; 8] = [
    "name",
    "namespace",
    "project",
    "release_name",
    "release_namespace",
    "tag",
    "tags",
    "user",
];

/// Keys whose values are certainly paths.
const PATHS: [&str; 5] = ["path", "paths", "file", "filename", "chdir"];

/// What arguments of an action may be the names of files.
#[derive(Debug)]
pub(super) struct Arguments {
    action: String,
    how: How,
    /// The directory that a command is started in, if it isn't the playbook's
    chdir: Option<Name>,
    /// Whether a plugin for the controller has the files, or may have them, and can render them as
    /// templates
    renders: bool,
    texts: Vec<Argument>,
}

/// How texts name files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// Each is a name, which modules on this machine look for as they like
    Names,
    /// The same, and the controller looks for them wherever the module runs
    NamesFromHere,
    /// They are command lines, which mean files of this machine where they run here
    Command,
    /// They are command lines, or values that commands see, which may run here wherever the task
    /// does
    CommandHere,
}

impl How {
    fn is_command(self) -> bool {
        matches!(self, Self::Command | Self::CommandHere)
    }
}

/// A text that may be a name, or a command line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Text {
    text: String,
    line: u32,
    key: String,
}

#[derive(Debug, Clone)]
struct Argument {
    name: Name,
    line: u32,
    key: String,
}

impl Walker<'_> {
    /// Whatever the module does: a text among its arguments that names a file of the tree
    /// is an input.
    pub(super) fn any_argument(
        &mut self,
        context: &Context,
        args: &Args,
        scope: &Scope,
        action: &str,
    ) {
        let name = action.rsplit('.').next().unwrap_or(action);
        let how = match name {
            "command" | "shell" | "raw" | "expect" | "win_command" | "win_shell" => How::Command,
            // It looks for the files of a form itself.
            "uri" => How::NamesFromHere,
            _ if !is_own(action) && self.has_plugin_here(context, action) => How::NamesFromHere,
            _ => How::Names,
        };
        let mut texts: BTreeSet<Text> = BTreeSet::new();
        for (key, value) in &args.members {
            if !WITHOUT_NAMES.contains(&key.as_str()) {
                collect(key, value, &mut texts);
            }
        }
        if let Some(raw) = &args.raw {
            texts.insert(Text {
                text: raw.clone(),
                line: args.line,
                key: String::new(),
            });
        }
        let chdir = args.text("chdir").map(Name::new);
        let all = arguments_in(texts, how);
        self.look_for(context, scope, (action, how, chdir), all);
        // `rsync` runs here.
        if name == "synchronize"
            && let Some(options) = args.get("rsync_opts")
        {
            let mut texts = BTreeSet::new();
            collect("rsync_opts", options, &mut texts);
            let how = How::CommandHere;
            let all = arguments_in(texts, how);
            self.look_for(context, scope, (action, how, None), all);
        }
    }

    /// What the environment says that commands below a play, a block or a task see.
    pub(super) fn environment(&mut self, context: &Context, node: &Node) {
        if let Some(environment) = node.get("environment") {
            let mut texts = BTreeSet::new();
            collect("", environment, &mut texts);
            let mut all = arguments_in(texts, How::CommandHere);
            // It can be an expression as a whole, or a list of some.
            let parts = environment.items().iter().chain([environment]);
            all.extend(parts.filter_map(|part| member_of(part)));
            let of = ("environment", How::CommandHere, None);
            self.look_for(context, &Scope::default(), of, all);
        }
    }

    /// The files that arguments name, now and whenever more is known of the variables in them, and
    /// of where they are used.
    fn look_for(
        &mut self,
        context: &Context,
        scope: &Scope,
        (action, how, chdir): (&str, How, Option<Name>),
        all: Vec<Argument>,
    ) {
        let (mut waiting, known): (Vec<_>, Vec<_>) =
            (all.into_iter()).partition(|argument| argument.name.is_computed());
        let mut arguments = Arguments {
            action: action.to_owned(),
            how,
            chdir,
            renders: !how.is_command() && self.may_render(context, action),
            texts: known,
        };
        self.arguments(context, &arguments, scope);
        if !context.keywords.here {
            // It may yet turn out that they are this machine's.
            let known = std::mem::take(&mut arguments.texts).into_iter();
            waiting.extend(
                known.filter(|argument| self.depends_on_the_machine(context, how, argument)),
            );
        }
        if !waiting.is_empty() {
            arguments.texts = waiting;
            self.later(context, scope, What::Arguments(arguments));
        }
    }

    /// Whether a known text names something only where the module runs on this machine.
    fn depends_on_the_machine(&self, context: &Context, how: How, argument: &Argument) -> bool {
        how == How::Command
            || how == How::Names
                && !argument.name.text.contains('/')
                && (self.argument_places(context, how).iter())
                    .any(|place| self.sources.is_dir(&place.dir.join(&argument.name.text)))
    }

    /// The files that arguments name. What that depends on.
    pub(super) fn arguments(
        &mut self,
        context: &Context,
        arguments: &Arguments,
        scope: &Scope,
    ) -> Vec<Asked> {
        let mut depends = Vec::new();
        if !context.keywords.here {
            let connection = Name::expression(&Expr::Name("ansible_connection".to_owned()));
            depends.push(self.values.resolve_noting(&connection, scope).1);
        }
        let here = self.may_be_here(context);
        if arguments.how == How::Command && !here {
            return depends;
        }
        let mut places = vec![(context.clone(), scope.clone())];
        // A name that is made of the host's is that host's file.
        let of_host = |name: &Name| name.text.contains("inventory_hostname");
        if (arguments.texts.iter()).any(|argument| of_host(&argument.name)) {
            places = self.for_each_host(context, scope);
        }
        for (at, (context, scope)) in places.into_iter().enumerate() {
            let known = self.scope(&context, &scope);
            let mut dirs = self.argument_places(&context, arguments.how);
            for start in arguments
                .chdir
                .iter()
                .flat_map(|dir| self.values.resolve(dir, &known))
            {
                dirs.extend(start.as_literal().map(|dir| Place {
                    dir: join(&self.request.root, &context.base, &dir),
                    perhaps: false,
                }));
            }
            let at_place = AtPlace {
                context: &context,
                places: &dirs,
                of: arguments,
                here,
            };
            for argument in &arguments.texts {
                let (found, asked) = self.values.resolve_noting(&argument.name, &known);
                if at == 0 {
                    depends.push(asked);
                }
                for pattern in found {
                    if arguments.how.is_command() {
                        for name in names_in(&pattern) {
                            self.argument(&at_place, argument, &name);
                        }
                    } else {
                        self.argument(&at_place, argument, &pattern);
                    }
                }
            }
        }
        depends
    }

    /// The same place for each host of the play by itself.
    fn for_each_host(&self, context: &Context, scope: &Scope) -> Vec<(Context, Scope)> {
        let hosts = (self.plays.get(context.play)).map(|play| Arc::clone(&play.inputs.hosts));
        let hosts = hosts.unwrap_or_default();
        let one = |host: &String| {
            let mut scope = scope.clone();
            let name = Definition::Patterns(vec![Pattern::literal(host.clone())]);
            let known = &mut scope.local;
            known.insert("inventory_hostname".to_owned(), vec![name]);
            let reach = Reach::Host(context.play, host.clone());
            let context = Context {
                reach,
                ..context.clone()
            };
            (context, scope)
        };
        hosts.iter().map(one).collect()
    }

    /// Where names among the arguments may be looked for.
    fn argument_places(&self, context: &Context, how: How) -> Vec<Place> {
        let start = |dir: &Utf8Path| Place {
            dir: dir.to_owned(),
            perhaps: false,
        };
        // A command starts beside the playbook (`_low_level_execute_command` of
        // `plugins/action/__init__.py`), a plugin for the controller where Ansible was started.
        let mut places = vec![start(&context.base), start(&self.request.cwd)];
        if !how.is_command() {
            let stack = self.stack(context);
            places.extend(needle(&stack, &context.base, "files"));
            places.extend(needle(&stack, &context.base, "templates"));
        }
        places
    }

    /// The files of one name among the arguments.
    fn argument(&mut self, at: &AtPlace<'_>, argument: &Argument, name: &Pattern) {
        let root = &self.request.root;
        let mut found = Vec::new();
        if let Some(literal) = name.as_literal() {
            let nothing = literal.trim_matches(['.', '/']).is_empty();
            if nothing || literal.contains(['\n', '\0']) || literal.len() > 1024 {
                return;
            }
            let dir = literal.contains('/')
                || at.of.action.ends_with("find")
                || at.here && !OF_OTHER_THINGS.contains(&argument.key.as_str());
            for place in at.places {
                let path = join(root, &place.dir, &literal);
                if self.sources.is_file(&path) || dir && self.sources.is_dir(&path) {
                    found.push(path);
                }
            }
        } else if at.here || at.of.how == How::NamesFromHere {
            let named = PATHS.contains(&argument.key.as_str());
            if name.is_any() && named && !at.of.how.is_command() {
                let (file, play) = (&at.context.file, Some(at.context.play));
                self.unresolved(
                    file,
                    argument.line,
                    &argument.name.text,
                    Reason::AnyName,
                    play,
                );
            }
            found = self.all_arguments(at, name);
        }
        let context = at.context.step(argument.line, &at.of.action);
        let widened = name.as_literal().is_none();
        for path in found {
            let above = at.context.base.starts_with(&path);
            if is_outside(&path) || path.as_str().is_empty() || above {
                continue;
            }
            if at.of.how.is_command() && self.sources.is_file(&path) {
                self.besides(&context, &path, Besides::Modes);
            }
            self.data(&context, &path, widened);
            if at.of.renders && self.sources.is_file(&path) {
                let beside = Beside {
                    dir: parent(&path),
                    first: false,
                };
                self.template(&context, &path, widened, (&Use::Template, &beside));
            }
        }
    }

    /// The files that the terms of a lookup of the tree name, whatever it does with them. It runs
    /// here, where Ansible was started.
    pub(super) fn terms_of_own(
        &mut self,
        context: &Context,
        used: &LookupUse,
        widest: bool,
        looks: &mut Vec<Looks>,
    ) {
        let LookupUse { call, scope, .. } = used;
        let named = call.kwargs.iter().map(|(_, value)| value);
        let terms: Vec<Name> = (call.args.iter().chain(named))
            .map(Name::expression)
            .collect();
        looks.resize_with(terms.len(), Looks::default);
        let arguments = Arguments {
            action: format!("lookup {}", call.plugin.as_deref().unwrap_or_default()),
            how: How::NamesFromHere,
            chdir: None,
            renders: false,
            texts: Vec::new(),
        };
        let mut places = self.argument_places(context, arguments.how);
        if used.context.is_none() {
            places.extend(around(&used.file));
        }
        let here = self.scope(context, scope);
        for (name, looks) in terms.into_iter().zip(looks) {
            if self.leads_nowhere_else(&looks.depends, context.play, widest) {
                continue;
            }
            looks.depends = self.new_look(context.play, widest);
            let (found, asked) = self.values.resolve_noting(&name, &here);
            looks.depends.asked.push(asked);
            let at = AtPlace {
                context,
                places: &places,
                of: &arguments,
                here: false,
            };
            let argument = Argument {
                name,
                line: call.line,
                key: String::new(),
            };
            for pattern in found {
                self.argument(&at, &argument, &pattern);
            }
        }
    }

    /// Whether a plugin for the controller has an action that isn't Ansible's own, or may have it.
    /// It can render what it is given: `template` of `kubernetes.core.k8s`.
    fn may_render(&mut self, context: &Context, action: &str) -> bool {
        // These copy what they are given as it is.
        const COPIERS: [&str; 4] = ["patch", "synchronize", "win_copy", "win_robocopy"];
        let name = action.rsplit('.').next().unwrap_or(action);
        !is_own(action) && !COPIERS.contains(&name) && !self.is_only_module(context, action)
    }

    /// All that a name with holes among the arguments could mean. One of which no word is known
    /// means nothing in particular.
    fn all_arguments(&mut self, at: &AtPlace<'_>, name: &Pattern) -> Vec<Utf8PathBuf> {
        let name = name.without_steps();
        if !name.has_word() {
            return Vec::new();
        }
        let (dir, rest) = name.split_dir();
        let mut starts: BTreeSet<Utf8PathBuf> = (at.places.iter())
            .map(|place| join(&self.request.root, &place.dir, &dir))
            .collect();
        if name.can_be_whole_path() {
            starts.insert(Utf8PathBuf::new());
        }
        let mut found = Vec::new();
        for start in starts.into_iter().filter(|start| !is_outside(start)) {
            let fitting = self.below_that_fit(start, &rest, Sort::Any, at.context.play);
            found.extend(fitting.iter().map(|path| path.0.clone()));
        }
        found
    }
}

/// Where the role of a file has its own: of a variable's lookup it is the likeliest to evaluate it,
/// and not from each place of a play is looked for what may be no name at all.
fn around(file: &Utf8Path) -> Vec<Place> {
    let role = parent(&parent(file));
    let place = |dir| Place { dir, perhaps: true };
    let dirs = [role.join("files"), role.join("templates"), role];
    dirs.map(place).into()
}

/// Whether an action is Ansible's own.
fn is_own(action: &str) -> bool {
    own_action(action).is_some_and(|name| MODULES.contains(&name))
}

/// Where arguments are used.
struct AtPlace<'a> {
    context: &'a Context,
    places: &'a [Place],
    of: &'a Arguments,
    /// Whether that may be on this machine
    here: bool,
}

/// The texts below a key.
fn collect(key: &str, node: &Node, texts: &mut BTreeSet<Text>) {
    if let Some(text) = node.text()
        && !node.is_opaque()
    {
        texts.insert(Text {
            text: text.to_owned(),
            line: node.line,
            key: key.to_owned(),
        });
    }
    for item in node.items() {
        collect(key, item, texts);
    }
    for (name, value) in node.members() {
        collect("", name, texts);
        collect(name.text().unwrap_or_default(), value, texts);
    }
}

/// The names, or the words of command lines, that texts are.
fn arguments_in(texts: BTreeSet<Text>, how: How) -> Vec<Argument> {
    let mut all = Vec::new();
    for Text { text, line, key } in texts {
        let names: Vec<String> = if how.is_command() {
            words(&text)
        } else {
            let name = text.trim_matches(['"', '\'']);
            may_be_name(name)
                .then(|| name.to_owned())
                .into_iter()
                .collect()
        };
        all.extend(names.iter().map(|name| Argument {
            name: Name::new(name),
            line,
            key: key.clone(),
        }));
    }
    all
}

/// Any member of what a text is that is one expression, such as a variable with a mapping.
fn member_of(node: &Node) -> Option<Argument> {
    let name = Name::new(node.text().filter(|_| !node.is_opaque())?);
    let [only] = name.parts.as_deref()? else {
        return None;
    };
    let any = Expr::Op(Vec::new());
    name.is_computed().then(|| Argument {
        name: Name::expression(&Expr::Item(Box::new(only.clone()), Box::new(any))),
        line: node.line,
        key: String::new(),
    })
}

/// Whether a text could be the name of a file.
fn may_be_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() < 256
        && !text.contains('\n')
        && (is_template(text) || !text.contains(' '))
}
