//! Arguments of actions that name files of the tree, whatever the action does with them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Walker;
use super::args::{Args, words};
use super::context::{Besides, Context};
use super::late::What;
use crate::ansible::closure::Reach;
use crate::ansible::jinja::is_template;
use crate::ansible::name::{Name, Pattern};
use crate::ansible::path::{is_outside, join};
use crate::ansible::resolve::Asked;
use crate::ansible::search::{Place, needle};
use crate::ansible::values::{Definition, Scope};
use crate::ansible::yaml::Node;

/// Arguments that name no file of the controller's.
const WITHOUT_NAMES: [&str; 9] = [
    "dest", "msg", "mode", "owner", "group", "content", "state", "regexp", "line",
];

/// The texts of an action's arguments.
#[derive(Debug)]
pub(super) struct Arguments {
    action: String,
    /// Whether it is a command line, which starts where Ansible was started
    command: bool,
    /// Each with its line
    texts: Vec<(Name, u32)>,
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
        let command = matches!(
            action,
            "command" | "shell" | "raw" | "expect" | "win_command" | "win_shell"
        );
        let mut texts: BTreeSet<(String, u32)> = BTreeSet::new();
        for (key, value) in &args.members {
            if !WITHOUT_NAMES.contains(&key.as_str()) {
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
        let names = (texts.iter())
            .map(|(text, line)| (text.trim_matches(['"', '\'']), *line))
            .filter(|(text, _)| may_be_name(text))
            .map(|(text, line)| (Name::new(text), line));
        let (computed, texts) = names.partition(|(name, _)| name.is_computed());
        let action = action.to_owned();
        let known = Arguments {
            action,
            command,
            texts,
        };
        self.arguments(context, &known, scope);
        let computed = Arguments {
            texts: computed,
            ..known
        };
        if !computed.texts.is_empty() {
            self.later(context, scope, What::Arguments(computed));
        }
    }

    /// The files that arguments name. What that depends on.
    pub(super) fn arguments(
        &mut self,
        context: &Context,
        arguments: &Arguments,
        scope: &Scope,
    ) -> Vec<Asked> {
        let mut places = vec![(context.clone(), scope.clone())];
        // A name that is made of the host's is that host's file.
        let of_host = |name: &Name| name.text.contains("inventory_hostname");
        if arguments.texts.iter().any(|(name, _)| of_host(name)) {
            places = self.for_each_host(context, scope);
        }
        let mut depends = Vec::new();
        for (at, (context, scope)) in places.into_iter().enumerate() {
            let here = self.scope(&context, &scope);
            for (name, line) in &arguments.texts {
                let (found, asked) = self.values.resolve_noting(name, &here);
                if at == 0 {
                    depends.push(asked);
                }
                for literal in found.iter().filter_map(Pattern::as_literal) {
                    let nothing = literal.trim_matches(['.', '/']).is_empty();
                    if !nothing && !literal.contains(['\n', '\0']) && literal.len() <= 1024 {
                        self.argument(&context, &literal, *line, arguments);
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

    fn argument(&mut self, context: &Context, literal: &str, line: u32, of: &Arguments) {
        let (name, command) = (of.action.as_str(), of.command);
        let stack = self.stack(context);
        let mut places = needle(&stack, &context.base, "files");
        if command {
            // A program starts in the directory that ansible-playbook was started in.
            places.clear();
        } else {
            places.extend(needle(&stack, &context.base, "templates"));
        }
        places.push(Place {
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

fn collect(node: &Node, texts: &mut BTreeSet<(String, u32)>) {
    node.walk(&mut |node| {
        if let Some(text) = node.text()
            && !node.is_opaque()
        {
            texts.insert((text.to_owned(), node.line));
        }
    });
}

/// Whether a text could be the name of a file.
fn may_be_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() < 256
        && !text.contains('\n')
        && (is_template(text) || !text.contains(' '))
}
