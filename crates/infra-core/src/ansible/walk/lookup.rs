//! Lookups, in expressions and in loops. `plugins/lookup/`.

use std::sync::Arc;

use camino::Utf8Path;

use super::Walker;
use super::action::delimits;
use super::args::words;
use super::context::{Besides, Context, LookupUse, Search, Use, Via, Wanted};
use super::find::Looks;
use super::task::expr_of;
use crate::ansible::builtin::{Lookup, lookup};
use crate::ansible::closure::Reach;
use crate::ansible::jinja::{Expr, LookupCall, is_template};
use crate::ansible::name::{Name, Pattern};
use crate::ansible::path::{is_outside, join};
use crate::ansible::resolve::FILE_OPTION;
use crate::ansible::search::{self, Place};
use crate::ansible::source::Analysis;
use crate::ansible::unresolved::Reason;
use crate::ansible::values::Scope;
use crate::ansible::yaml::Node;

/// What came of looking for the files of a lookup so far.
#[derive(Debug)]
pub(super) struct LooksOfLookup {
    /// How many loops were known, which give names in it their values
    loops: usize,
    /// How many places it can be evaluated in
    stacks: usize,
    terms: Vec<Looks>,
}

impl Walker<'_> {
    /// The lookups in the text of a play's files, each where it can be evaluated.
    pub(super) fn lookups(&mut self, play: usize, widest: bool) {
        let mut at = 0;
        while let Some(stacks) = self.places_of_lookup(play, at) {
            let known = self.looks_of_lookups.get(&(play, at));
            if !known.is_some_and(|looks| self.is_known_by(looks, stacks, play, widest))
                && let Some((context, used)) = self.lookup_in_play(play, at)
            {
                let looks = self.looks_of_lookups.remove(&(play, at));
                let noted = self.loops.noted();
                let mut looks = looks
                    .filter(|looks| looks.loops == noted && looks.stacks == stacks)
                    .unwrap_or_else(|| LooksOfLookup {
                        loops: noted,
                        stacks,
                        terms: Vec::new(),
                    });
                self.lookup(&context, &used, widest, &mut looks.terms);
                if !looks.terms.is_empty() {
                    self.looks_of_lookups.insert((play, at), looks);
                }
            }
            at += 1;
        }
    }

    /// The templates that a text includes which is none itself: a task's, or a variable's.
    pub(super) fn includes_in_text(
        &mut self,
        play: usize,
        analysis: &Analysis,
        file: &Utf8Path,
        via: &Arc<Via>,
    ) {
        for (line, name) in &analysis.scan.includes {
            let call = LookupCall {
                line: *line,
                plugin: Some("{% include %}".to_owned()),
                args: vec![name.clone()],
                kwargs: Vec::new(),
            };
            self.look_up_anywhere(play, file, call, Scope::of(&analysis.scan), via);
        }
    }

    /// In how many places a lookup of a play can be evaluated. None: there is no such lookup.
    fn places_of_lookup(&self, play: usize, at: usize) -> Option<usize> {
        let play = self.plays.get(play)?;
        let used = play.lookups.get(at)?;
        Some(used.context.as_ref().map_or(play.stacks.len(), |_| 1))
    }

    /// A lookup of a play, where it is evaluated; if that can be anywhere, in the first place.
    fn lookup_in_play(&self, play: usize, at: usize) -> Option<(Context, LookupUse)> {
        let state = self.plays.get(play)?;
        let used = state.lookups.get(at)?;
        let context = match &used.context {
            Some(context) => context.clone(),
            // Whichever host a task stands there for, any may evaluate it.
            None => Context {
                reach: Reach::Play(play),
                ..state.stacks.first()?.clone()
            },
        };
        let via = Arc::clone(&used.via);
        Some((Context { via, ..context }, self.in_its_loop(used.clone())))
    }

    /// Whether looking for the files of a lookup once more leads nowhere else.
    fn is_known_by(&self, looks: &LooksOfLookup, stacks: usize, play: usize, widest: bool) -> bool {
        looks.loops == self.loops.noted()
            && looks.stacks == stacks
            && (looks.terms.iter())
                .all(|looks| self.leads_nowhere_else(&looks.depends, play, widest))
    }

    /// A lookup that knows what the loop around it gives its variable.
    fn in_its_loop(&self, mut used: LookupUse) -> LookupUse {
        if let Some(scope) = self.loops.around(&used.file, used.call.line) {
            let local = scope.local.clone();
            used.scope.local.extend(local);
        }
        used
    }

    fn lookup(
        &mut self,
        context: &Context,
        used_in: &LookupUse,
        widest: bool,
        looks: &mut Vec<Looks>,
    ) {
        let LookupUse {
            file, call, scope, ..
        } = used_in;
        let Some(plugin) = &call.plugin else {
            self.unresolved(
                file,
                call.line,
                "lookup",
                Reason::UnknownLookup,
                Some(context.play),
            );
            return;
        };
        let option = |name: &str| {
            call.kwargs
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.clone())
        };
        // A plugin may be named without Ansible's own collection and overridden by the tree.
        let kind = lookup(plugin);
        let (terms, subdir, used) = match kind {
            Lookup::Pure => return,
            Lookup::Files("") => {
                // `password` keeps what it made up in a file beside the playbook.
                (call.args.clone(), "", Use::Password)
            }
            Lookup::Files(subdir) => (call.args.clone(), subdir, Use::Data),
            Lookup::Template => {
                let delimited = call.kwargs.iter().any(|(key, _)| delimits(key));
                let used = if delimited {
                    Use::Delimited
                } else {
                    Use::Template
                };
                (call.args.clone(), "templates", used)
            }
            Lookup::Include => (call.args.clone(), "templates", Use::Template),
            Lookup::Directory => (call.args.clone(), "files", Use::Data),
            Lookup::FileOption => {
                let default = if plugin.ends_with("ini") {
                    "ansible.ini"
                } else {
                    "ansible.csv"
                };
                (
                    inline_files(&call.args, option("file"), default),
                    "files",
                    Use::Data,
                )
            }
            Lookup::Glob => {
                let expr = super::context::lookup_expr("fileglob", Expr::List(call.args.clone()));
                (vec![expr], "files", Use::Data)
            }
            Lookup::FirstFound => {
                let places = match used_in.context {
                    Some(_) => vec![context.clone()],
                    None => self.in_each_place(context),
                };
                let terms = places
                    .iter()
                    .map(|from| self.until_found(from, &call.args, ""))
                    .max_by_key(Vec::len)
                    .unwrap_or_default();
                let expr = Expr::Call {
                    callee: Box::new(Expr::Name("lookup".to_owned())),
                    args: std::iter::once(Expr::Str("first_found".to_owned()))
                        .chain(terms)
                        .collect(),
                    kwargs: call.kwargs.clone(),
                };
                (vec![expr], "files", Use::Data)
            }
            Lookup::Presence | Lookup::Found => (call.args.clone(), "", Use::Presence),
            Lookup::Content => (call.args.clone(), "", Use::Data),
            Lookup::Environment => {
                for arg in &call.args {
                    match arg {
                        Expr::Str(name) if self.request.env.contains_key(name) => {}
                        Expr::Str(name) if self.request.environment.is_some() => {
                            self.environment.insert(name.clone());
                        }
                        Expr::Str(name) => {
                            self.unresolved(
                                file,
                                call.line,
                                &format!("env {name}"),
                                Reason::ExternalLookup,
                                Some(context.play),
                            );
                        }
                        _ => self.unresolved(
                            file,
                            call.line,
                            "env",
                            Reason::ExternalLookup,
                            Some(context.play),
                        ),
                    }
                }
                return;
            }
            Lookup::External => {
                if matches!(plugin.rsplit('.').next(), Some("pipe" | "lines")) {
                    self.commands(&context.step_in(file, call.line, plugin), call);
                }
                self.unresolved(
                    file,
                    call.line,
                    plugin,
                    Reason::ExternalLookup,
                    Some(context.play),
                );
                return;
            }
            Lookup::Unknown => {
                // One in the tree is found with the plugins, and is listed there.
                let name = plugin.rsplit('.').next().unwrap_or(plugin);
                let inside = plugin.rsplit_once('.').is_some_and(|(collection, name)| {
                    self.collection_has(context.play, collection, "lookup", name)
                        && self.is_in_tree(context.play, collection)
                });
                if inside || self.has_plugin("lookup_plugins", name) {
                    self.terms_of_own(context, used_in, widest, looks);
                } else {
                    self.unresolved(
                        file,
                        call.line,
                        plugin,
                        Reason::UnknownLookup,
                        Some(context.play),
                    );
                }
                return;
            }
        };
        looks.resize_with(terms.len(), Looks::default);
        for (term, looks) in terms.into_iter().zip(looks) {
            let subdirs = match kind {
                // Since 2.19 `first_found` looks beside the task, and in a directory called `None`
                // for want of a better one; before, in `files` first.
                Lookup::FirstFound => vec!["None", "", subdir],
                // Of a task's own text it is beside the playbook; of a variable's, wherever the
                // template looks that has it.
                Lookup::Include => vec![subdir, ""],
                _ => vec![subdir],
            };
            let asks = matches!(kind, Lookup::Presence | Lookup::Found | Lookup::Content);
            let (search, what) = if asks {
                // They ask for a path as it is, from where Ansible was started.
                let start = Place {
                    dir: self.request.cwd.clone(),
                    perhaps: false,
                };
                (Search::Places(vec![start]), plugin.clone())
            } else {
                let search = match used_in.context {
                    Some(_) => Search::Needle(subdirs),
                    None => Search::Anywhere(subdirs),
                };
                (search, format!("lookup {plugin}"))
            };
            let wanted = Wanted {
                context: context.clone(),
                name: Name {
                    text: what.clone(),
                    parts: Some(vec![term]),
                },
                scope: scope.clone(),
                search,
                used: used.clone(),
                // It tells the mode of each, and where links lead.
                besides: match kind {
                    Lookup::Directory => Besides::Entries,
                    _ => Besides::Nothing,
                },
                within: Some(file.clone()),
                line: call.line,
                what,
                argument_of: None,
                glob: matches!(kind, Lookup::Glob | Lookup::Found),
            };
            self.look_again(&wanted, widest, looks);
        }
    }

    /// The terms of `first_found` up to the first plain name that is certainly found: what comes
    /// later is not looked at.
    pub(super) fn until_found(&self, context: &Context, terms: &[Expr], subdir: &str) -> Vec<Expr> {
        let mut flat: Vec<Expr> = Vec::new();
        for term in terms {
            match term {
                Expr::List(items) => flat.extend(items.iter().cloned()),
                other => flat.push(other.clone()),
            }
        }
        let stack = self.stack(context);
        let places = search::needle(&stack, &context.base, subdir);
        let certain = flat.iter().position(|term| {
            let plain = term
                .as_str()
                .filter(|name| !is_template(name) && !name.contains([',', ';', ':', '~']));
            plain.is_some_and(|name| {
                places.iter().filter(|place| !place.perhaps).any(|place| {
                    let path = join(&self.request.root, &place.dir, name);
                    self.sources.is_file(&path)
                })
            })
        });
        flat.truncate(certain.map_or(flat.len(), |at| at + 1));
        flat
    }

    /// The files that the command lines of `pipe` and `lines` name; they start beside the
    /// playbook. Their results come from elsewhere all the same.
    fn commands(&mut self, context: &Context, call: &LookupCall) {
        for line in call.args.iter().filter_map(Expr::as_str) {
            for word in words(line) {
                let word = word.trim_matches(['"', '\'', ';', '<', '|', '&', '(', ')']);
                let path = join(&self.request.root, &context.base, word);
                if !word.is_empty() && !is_outside(&path) && self.sources.is_file(&path) {
                    self.besides(context, &path, Besides::Modes);
                    self.data(context, &path, false);
                }
            }
        }
    }

    /// `with_file: …` and its kin: a lookup whose terms are the value.
    pub(super) fn loop_lookup(
        &mut self,
        context: &Context,
        plugin: &str,
        value: &Arc<Node>,
        action: &str,
    ) {
        let terms = match expr_of(value) {
            Expr::List(items) => items,
            other => vec![other],
        };
        let call = LookupCall {
            line: value.line,
            plugin: Some(plugin.to_owned()),
            args: terms,
            kwargs: Vec::new(),
        };
        // `first_found` looks where the action would.
        let subdir = subdir_of(action);
        if plugin == "first_found" {
            let what = "with_first_found";
            let terms = self.until_found(context, &call.args, subdir);
            let expr = Expr::Call {
                callee: Box::new(Expr::Name("lookup".to_owned())),
                args: std::iter::once(Expr::Str("first_found".to_owned()))
                    .chain(terms)
                    .collect(),
                kwargs: Vec::new(),
            };
            self.want(Wanted {
                search: Search::Needle(vec![subdir]),
                ..Wanted::new(
                    &context.step(value.line, what),
                    Name {
                        text: what.to_owned(),
                        parts: Some(vec![expr]),
                    },
                    value.line,
                    what,
                )
            });
            return;
        }
        let via = context
            .via
            .then(format!("{}:{} with_{plugin}", context.file, value.line));
        if let Some(play) = self.plays.get_mut(context.play) {
            play.lookups.push(super::context::LookupUse {
                call,
                scope: Scope::default(),
                file: context.file.clone(),
                context: Some(context.clone()),
                via,
            });
        }
    }
}

/// Where `with_first_found` of an action looks.
pub(super) fn subdir_of(action: &str) -> &'static str {
    if action.contains("template") {
        "templates"
    } else if action.contains("var") {
        "vars"
    } else {
        "files"
    }
}

/// The files of a lookup whose terms may name them in old inline options: `lookup('ini', 'key
/// file=x.ini')`. What is said of all terms is `named`.
fn inline_files(terms: &[Expr], named: Option<Expr>, default: &str) -> Vec<Expr> {
    let otherwise = named.is_none().then(|| Expr::Str(default.to_owned()));
    let mut files: Vec<Expr> = named.into_iter().collect();
    for term in terms {
        match term.as_str().filter(|text| !is_template(text)) {
            Some(text) => {
                let file = Pattern::literal(text).option("file");
                let file = file.and_then(|file| file.as_literal()).map(Expr::Str);
                files.extend(file.or_else(|| otherwise.clone()));
            }
            None if otherwise.is_some() || says_file(term) => files.push(Expr::Filter {
                value: Box::new(term.clone()),
                name: FILE_OPTION.to_owned(),
                args: otherwise.iter().cloned().collect(),
                kwargs: Vec::new(),
            }),
            None => {}
        }
    }
    files.dedup();
    files
}

/// Whether a text somewhere in an expression may say a file.
fn says_file(expr: &Expr) -> bool {
    match expr {
        Expr::Str(text) => text.contains(FILE_OPTION),
        other => other.children().into_iter().any(says_file),
    }
}
