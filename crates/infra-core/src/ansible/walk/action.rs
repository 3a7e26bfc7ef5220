//! Which arguments of an action name files of the controller. `plugins/action/`.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Walker;
use super::args::{Args, words};
use super::context::{Besides, Context, Search, Use, Wanted};
use crate::ansible::builtin::{MODULES, own_action};
use crate::ansible::closure::Reach;
use crate::ansible::jinja::is_template;
use crate::ansible::name::{Name, Pattern};
use crate::ansible::path::{is_outside, join};
use crate::ansible::unresolved::Reason;
use crate::ansible::values::{Definition, Scope};
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
                let besides = self.modes(context, args, scope);
                let delimited = args.members.iter().any(|(key, _)| delimits(key));
                let used = if delimited {
                    Use::Delimited
                } else {
                    Use::Template
                };
                self.source(context, args, scope, "templates", used, besides);
            }
            // Of `assemble`, the files are on the managed host unless it is told otherwise.
            "copy" | "win_copy" | "patch" | "win_robocopy" | "synchronize" | "uri"
            | "unarchive" | "assemble"
                if !(args.is_true("remote_src")
                    || name == "unarchive" && args.is_false("copy")
                    || name == "assemble" && args.get("remote_src").is_none()) =>
            {
                let besides = match name {
                    "copy" => match self.modes(context, args, scope) {
                        Besides::Nothing if args.get("local_follow").is_some() => Besides::Links,
                        modes => modes,
                    },
                    // `--archive` of rsync.
                    "synchronize" => Besides::Entries,
                    _ => Besides::Nothing,
                };
                self.source(context, args, scope, "files", Use::Data, besides);
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
                    self.named(
                        context,
                        &program,
                        args.line,
                        scope,
                        vec!["files"],
                        used,
                        Besides::Nothing,
                        name,
                        true,
                    );
                }
            }
            "set_fact" => {
                self.values_of_args(context, args, scope);
                let computed =
                    args.raw.is_some() || (args.members.iter()).any(|(name, _)| is_template(name));
                self.grew |= computed && !self.values.open;
                self.values.open |= computed;
                if let Some(play) = self.plays.get_mut(context.play) {
                    for (key, _) in &args.members {
                        play.sets_any |= is_template(key);
                        play.set(key, context);
                    }
                    play.sets_any |= args.raw.is_some();
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
                if let Some(text) = args.text(key).map(str::to_owned) {
                    let template = key == "template" || name.ends_with("template");
                    let (subdirs, used) = if template {
                        (vec!["templates"], Use::Template)
                    } else {
                        (vec!["files", "templates"], Use::Data)
                    };
                    // What a module elsewhere would do with a computed name isn't known;
                    // one that could be anything is most often a path of the managed host.
                    self.named(
                        context,
                        &text,
                        args.line,
                        scope,
                        subdirs,
                        used,
                        Besides::Nothing,
                        name,
                        false,
                    );
                }
            }
        }
        self.any_argument(context, args, scope, name);
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
        let defaults = node.get("module_defaults");
        let members = defaults.map(|defaults| defaults.members());
        for (action, args) in members.unwrap_or_default() {
            if let Some(action) = action.text().filter(|_| args.is_mapping()) {
                self.action(context, action, &Args::read(args), &Scope::default());
            }
        }
    }

    fn source(
        &mut self,
        context: &Context,
        args: &Args,
        scope: &Scope,
        subdir: &'static str,
        used: Use,
        besides: Besides,
    ) {
        if let Some(node) = args.get("src")
            && let Some(text) = node.text()
        {
            let what = if subdir == "templates" {
                "template"
            } else {
                "src"
            };
            let (text, line) = (text.to_owned(), node.line);
            self.named(
                context,
                &text,
                line,
                scope,
                vec![subdir],
                used,
                besides,
                what,
                true,
            );
        }
    }

    /// Whether `copy` and `template` look at the mode of what they copy.
    fn modes(&self, context: &Context, args: &Args, scope: &Scope) -> Besides {
        let preserves = match args.text("mode") {
            Some(mode) if is_template(mode) => {
                let here = self.scope(context, scope);
                let found = self.values.resolve(&Name::new(mode), &here);
                found.iter().any(|pattern| pattern.matches("preserve"))
                    || found.is_empty() && context.preserves
            }
            Some(mode) => mode == "preserve",
            None => context.preserves,
        };
        if preserves {
            Besides::Modes
        } else {
            Besides::Nothing
        }
    }

    #[expect(clippy::too_many_arguments, reason = "all parts of one search")]
    fn named(
        &mut self,
        context: &Context,
        text: &str,
        line: u32,
        scope: &Scope,
        subdirs: Vec<&'static str>,
        used: Use,
        besides: Besides,
        what: &str,
        expected: bool,
    ) {
        let computed_loop = scope.local.values().flatten().any(Definition::is_computed);
        let mut subdirs = subdirs;
        if computed_loop {
            // A loop over files gives names as it found them, wherever that was.
            for more in ["files", "templates", "vars"] {
                if !subdirs.contains(&more) {
                    subdirs.push(more);
                }
            }
        }
        self.want(Wanted {
            context: context.clone(),
            name: Name::new(text),
            scope: scope.clone(),
            search: Search::Needle(subdirs),
            used,
            besides,
            within: None,
            line,
            what: what.to_owned(),
            expected,
            glob: false,
        });
    }

    /// `plugins/action/include_vars.py`.
    fn include_vars(&mut self, context: &Context, args: &Args, scope: &Scope) {
        if let (Some(play), Some(name)) = (self.plays.get_mut(context.play), args.text("name")) {
            play.sets_any |= is_template(name);
            play.set(name, context);
        }
        let name = args.text("name").map(str::to_owned);
        if name.as_deref().is_some_and(is_template) {
            self.grew |= !self.values.open;
            self.values.open = true;
        }
        let Some(dir) = args.text("dir").map(str::to_owned) else {
            let text = args
                .text("file")
                .map(str::to_owned)
                .or_else(|| args.raw.clone());
            if let Some(text) = text {
                self.named(
                    context,
                    text.trim(),
                    args.line,
                    scope,
                    vec!["vars"],
                    Use::Vars(name),
                    Besides::Nothing,
                    "include_vars",
                    true,
                );
            }
            return;
        };
        let here = self.scope(context, scope);
        let depth = args
            .text("depth")
            .and_then(|text| text.parse::<usize>().ok())
            .filter(|depth| *depth > 0);
        for pattern in self.values.resolve(&Name::new(&dir), &here) {
            let Some(text) = pattern.as_literal() else {
                self.unresolved(
                    &context.file,
                    args.line,
                    &dir,
                    Reason::AnyName,
                    Some(context.play),
                );
                self.named(
                    context,
                    &format!("{dir}/{{{{ any }}}}"),
                    args.line,
                    scope,
                    vec!["vars"],
                    Use::Vars(name.clone()),
                    Besides::Nothing,
                    "include_vars",
                    true,
                );
                continue;
            };
            // In a role, below its `vars` unless the name says so itself; else beside the file.
            let base = match context.role() {
                Some(role) if text.split('/').next() == Some("vars") => role.clone(),
                Some(role) => role.join("vars"),
                None => crate::ansible::path::parent(&context.file),
            };
            let start = join(&self.request.root, &base, &text);
            let extensions = args
                .get("extensions")
                .map(|node| super::playbook::texts(node));
            let step = context.step(args.line, "include_vars");
            let mut any = false;
            for (relative, _) in self.below(&start, Some(context.play)).iter() {
                let path = start.join(relative);
                if !self.sources.is_file(&path)
                    || depth.is_some_and(|depth| relative.components().count() > depth)
                {
                    continue;
                }
                let extension = relative.extension().unwrap_or_default();
                let known = match &extensions {
                    Some(list) => list.iter().any(|known| known == extension),
                    None => matches!(extension, "yaml" | "yml" | "json"),
                };
                if known && file_matches(args, relative.file_name().unwrap_or_default()) {
                    any = true;
                    self.vars_file(&step, &path, false, name.as_deref());
                    self.sets_variables(context, &path);
                }
            }
            if !any {
                self.add_absent(start);
            }
        }
    }

    /// Whatever the module does: a text among its arguments that names a file of the tree
    /// is an input.
    fn any_argument(&mut self, context: &Context, args: &Args, scope: &Scope, name: &str) {
        let mut texts: BTreeSet<(String, u32)> = BTreeSet::new();
        let command = matches!(
            name,
            "command" | "shell" | "raw" | "expect" | "win_command" | "win_shell"
        );
        for (key, value) in &args.members {
            if !matches!(
                key.as_str(),
                "dest"
                    | "msg"
                    | "mode"
                    | "owner"
                    | "group"
                    | "content"
                    | "state"
                    | "regexp"
                    | "line"
            ) {
                collect(value, &mut texts);
            }
        }
        if let Some(raw) = &args.raw {
            texts.insert((raw.clone(), args.line));
        }
        if command {
            texts = texts
                .into_iter()
                .flat_map(|(text, line)| words(&text).into_iter().map(move |word| (word, line)))
                .collect();
        }
        let mut places = vec![(context.clone(), scope.clone())];
        // A name that is made of the host's is that host's file.
        if texts
            .iter()
            .any(|(text, _)| text.contains("inventory_hostname"))
        {
            places = self.for_each_host(context, scope);
        }
        for (context, scope) in places {
            self.arguments(&context, &texts, &scope, name, command);
        }
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

    fn arguments(
        &mut self,
        context: &Context,
        texts: &BTreeSet<(String, u32)>,
        scope: &Scope,
        name: &str,
        command: bool,
    ) {
        let here = self.scope(context, scope);
        for (text, line) in texts {
            let (text, line) = (text.as_str(), *line);
            let text = text.trim_matches(['"', '\'']);
            let looks = text.len() < 256
                && !text.contains('\n')
                && (is_template(text) || !text.contains(' '));
            if !looks || text.is_empty() {
                continue;
            }
            for pattern in self.values.resolve(&Name::new(text), &here) {
                let Some(literal) = pattern.as_literal() else {
                    continue;
                };
                if literal.trim_matches(['.', '/']).is_empty()
                    || literal.contains(['\n', '\0'])
                    || literal.len() > 1024
                {
                    continue;
                }
                self.argument(context, &literal, line, name, command);
            }
        }
    }

    fn argument(&mut self, context: &Context, literal: &str, line: u32, name: &str, command: bool) {
        let stack = self.stack(context);
        let mut places = crate::ansible::search::needle(&stack, &context.base, "files");
        if command {
            // A program starts in the directory that ansible-playbook was started in.
            places.clear();
        } else {
            places.extend(crate::ansible::search::needle(
                &stack,
                &context.base,
                "templates",
            ));
        }
        places.push(crate::ansible::search::Place {
            dir: self.request.cwd.clone(),
            perhaps: false,
        });
        for place in places {
            let path = join(&self.request.root, &place.dir, literal);
            if is_outside(&path) || path.as_str().is_empty() {
                continue;
            }
            let counts = self.sources.is_file(&path)
                || self.sources.is_dir(&path)
                    && (literal.contains('/') || name == "find")
                    && path != context.base
                    && !context.base.starts_with(&path);
            if counts {
                let context = context.step(line, name);
                if command && self.sources.is_file(&path) {
                    self.besides(&context, &path, Besides::Modes);
                }
                self.data(&context, &path, false);
            }
        }
    }
}

/// Whether an argument gives a template delimiters of its own.
pub(super) fn delimits(argument: &str) -> bool {
    argument.ends_with("_start_string")
        || argument.ends_with("_end_string")
        || argument.starts_with("line_")
}

fn collect(node: &Node, texts: &mut BTreeSet<(String, u32)>) {
    node.walk(&mut |node| {
        if let Some(text) = node.text()
            && !node.is_opaque()
        {
            texts.insert((text.to_owned(), node.line));
        }
    });
}

/// `files_matching` and `ignore_files`; an expression of Python's that this engine
/// doesn't know lets every file through.
fn file_matches(args: &Args, name: &str) -> bool {
    let fits = |expression: &str, otherwise: bool| {
        if is_template(expression) {
            return otherwise;
        }
        regex::Regex::new(expression).map_or(otherwise, |regex| regex.is_match(name))
    };
    let wanted = args
        .text("files_matching")
        .is_none_or(|expression| fits(expression, true));
    let ignored = args
        .get("ignore_files")
        .map(|node| super::playbook::texts(node))
        .into_iter()
        .flatten()
        .any(|expression| fits(&format!("{expression}$"), false));
    wanted && !ignored
}
