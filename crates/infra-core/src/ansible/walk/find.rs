//! Looking for a name, and using what is found.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::context::{Besides, Context, Search, Use, Via, Wanted};
use super::record::Text;
use super::{MAX_INCLUDES, Walker};
use crate::ansible::closure::Reach;
use crate::ansible::name::{Name, Pattern};
use crate::ansible::path::{join, parent};
use crate::ansible::resolve::Asked;
use crate::ansible::search::{self, Beside, Place};
use crate::ansible::source::{Analysis, Source};
use crate::ansible::tree::Kind;
use crate::ansible::unresolved::Reason;
use crate::ansible::values::{Definition, Scope};
use crate::ansible::yaml::Shape;

/// What a look depended on.
#[derive(Debug, Default)]
pub(super) struct Depends {
    /// The variables
    pub(super) asked: Vec<Asked>,
    /// Whether names could be anything, and how many hosts the play had. None: nobody looked
    surroundings: Option<(bool, usize)>,
}

/// What came of looking for a name so far.
#[derive(Debug, Default)]
pub(super) struct Looks {
    /// What it was found to be, and was used
    used: BTreeSet<(Reach, Pattern)>,
    /// What that depends on
    pub(super) depends: Depends,
}

impl Walker<'_> {
    /// Looks for a name, now and again whenever more is known of the variables in it.
    pub(super) fn want(&mut self, wanted: Wanted) {
        if wanted.name.is_computed() {
            self.wanted.push(Rc::new(wanted));
            self.grew = true;
        } else {
            self.look_again(&wanted, true, &mut Looks::default());
        }
    }

    /// Whether looking once more leads nowhere else.
    pub(super) fn leads_nowhere_else(&self, last: &Depends, play: usize, widest: bool) -> bool {
        last.surroundings == Some(self.surroundings_of(play, widest))
            && (last.asked.iter()).all(|asked| self.values.are_as_for(asked))
    }

    /// Begins a look, of which nothing is known yet but where it happens.
    pub(super) fn new_look(&self, play: usize, widest: bool) -> Depends {
        Depends {
            asked: Vec::new(),
            surroundings: Some(self.surroundings_of(play, widest)),
        }
    }

    fn surroundings_of(&self, play: usize, widest: bool) -> (bool, usize) {
        let play = self.plays.get(play);
        (widest, play.map_or(0, |play| play.inputs.hosts.len()))
    }

    /// Looks for a name with what is known now, and not where that leads nowhere else than before.
    /// Names that could be anything are left until `widest`, when no variable can get a value any
    /// more.
    pub(super) fn look_again(&mut self, wanted: &Wanted, widest: bool, looks: &mut Looks) {
        // What is included brings more with it: not for thousands of hosts one by one.
        const MOST_WALKS: usize = 100;
        let play = wanted.context.play;
        if self.is_stopped()
            || self.leads_nowhere_else(&looks.depends, play, widest)
            || self.reads_nothing_here(wanted)
        {
            return;
        }
        looks.depends = self.new_look(play, widest);
        let hosts = self.plays.get(play);
        let hosts = hosts
            .map(|play| Arc::clone(&play.inputs.hosts))
            .unwrap_or_default();
        let leads_on = matches!(
            wanted.used,
            Use::Tasks | Use::Role(_) | Use::Template | Use::Delimited
        );
        if !names_the_host(wanted) || leads_on && hosts.len() > MOST_WALKS {
            return self.look_for_one(wanted, widest, looks);
        }
        for host in hosts.iter() {
            let mut one = wanted.clone();
            one.context.reach = Reach::Host(wanted.context.play, host.clone());
            let name = Definition::Patterns(vec![Pattern::literal(host.clone())]);
            one.scope
                .local
                .insert("inventory_hostname".to_owned(), vec![name]);
            self.look_for_one(&one, widest, looks);
        }
    }

    pub(super) fn look_for_one(&mut self, wanted: &Wanted, widest: bool, looks: &mut Looks) {
        let scope = self.scope(&wanted.context, &wanted.scope);
        let (mut patterns, asked) = self.values.resolve_noting(&wanted.name, &scope);
        if let Search::Anywhere(subdirs) = &wanted.search
            && self.differs_by_place(wanted, &asked)
        {
            return self.look_from_each_place(wanted, subdirs, widest, looks);
        }
        let lacks = asked.lacks_some();
        if patterns.is_empty() && lacks {
            self.cannot_resolve(wanted, &wanted.name.text, Reason::Undefined);
        }
        looks.depends.asked.push(asked);
        if wanted.used == Use::Password {
            // `path length=8`
            patterns = patterns.iter().map(Pattern::first_word).collect();
        }
        if !widest && patterns.iter().any(Pattern::is_any) {
            return;
        }
        if !widest && lacks {
            // What it lacks may be found yet.
            patterns.retain(|pattern| pattern.as_literal().is_some());
        }
        for pattern in &patterns {
            let found = (wanted.context.reach.clone(), pattern.clone());
            if !looks.used.insert(found) {
                continue;
            }
            let literal = pattern.as_literal();
            if literal.as_deref().is_some_and(|text| {
                text.trim().is_empty() || text.contains("://") || text == "/dev/null"
            }) {
                continue;
            }
            if let (Use::Role(files), Some(text)) = (&wanted.used, &literal)
                && let Some(dir) = self.collection_role(&wanted.context, text)
            {
                self.role(&wanted.step(), &dir, text, files);
                continue;
            }
            let Some(text) = literal else {
                if let Some((places, names)) = self.collection_roles(wanted, pattern) {
                    self.use_all(&places, &names, wanted);
                }
                if !wanted.glob {
                    let why = if pattern.is_any() {
                        Reason::AnyName
                    } else {
                        Reason::TemplatedName
                    };
                    self.cannot_resolve(wanted, &wanted.name.text, why);
                }
                let places = self.places(wanted);
                self.use_all(&places, pattern, wanted);
                continue;
            };
            let found = if let Search::Anywhere(subdirs) = &wanted.search {
                self.first_from_anywhere(&text, wanted, subdirs)
            } else {
                let places = self.places(wanted);
                self.first(&places, &text, wanted)
            };
            if found.is_empty() && wanted.argument_of.is_none() && !wanted.name.is_computed() {
                self.cannot_resolve(wanted, &text, Reason::Missing);
            }
            for path in found {
                self.use_file(wanted, &path, &text, false);
            }
        }
    }

    /// What an argument of a task can be, and what that depends on.
    pub(super) fn known(
        &mut self,
        context: &Context,
        name: &Name,
        line: u32,
        scope: &Scope,
    ) -> (BTreeSet<Pattern>, Asked) {
        let (found, asked) = self.values.resolve_noting(name, scope);
        if found.is_empty() && asked.lacks_some() {
            let play = Some(context.play);
            self.unresolved(&context.file, line, &name.text, Reason::Undefined, play);
        }
        (found, asked)
    }

    fn cannot_resolve(&mut self, wanted: &Wanted, what: &str, why: Reason) {
        let play = Some(wanted.context.play);
        self.unresolved(wanted.file(), wanted.line, what, why, play);
    }

    /// The directories of a task, from the innermost role outwards.
    pub(super) fn stack(&self, context: &Context) -> Vec<Place> {
        search::stack(&context.roles, &self.includers, &context.file)
    }

    /// Where actions and lookups look.
    pub(super) fn needles(&self, context: &Context, subdirs: &[&str]) -> Vec<Place> {
        let stack = self.stack(context);
        let needles = subdirs.iter();
        needles
            .flat_map(|subdir| search::needle(&stack, &context.base, subdir))
            .collect()
    }

    fn places(&mut self, wanted: &Wanted) -> Vec<Place> {
        let context = &wanted.context;
        match &wanted.search {
            Search::Places(places) => places.clone(),
            Search::Needle(subdirs) => {
                let mut subdirs = subdirs.clone();
                if self.may_be_found(wanted) {
                    let more = ["files", "templates", "vars"].into_iter();
                    subdirs.extend(more.filter(|more| !wanted.is_in(more)));
                }
                self.needles(context, &subdirs)
            }
            Search::Anywhere(subdirs) => self.grounds(context.play, subdirs).to_vec(),
            Search::Tasks { dynamic } => {
                let mut places = search::tasks(
                    context.role().map(Utf8PathBuf::as_path),
                    &context.base,
                    &self.request.cwd,
                    context.includes.dirs(),
                    context.subdir(),
                    *dynamic,
                );
                if self.may_be_found(wanted) {
                    let stack = self.stack(context);
                    places.extend(search::needle(&stack, &context.base, "files"));
                }
                places
            }
            Search::Roles => self.role_places(context),
            Search::Included(beside) => {
                search::includes(&self.stack(context), &context.base, beside)
            }
        }
    }

    /// The first that exists, and before it what could be first on a condition.
    pub(super) fn first(
        &mut self,
        places: &[Place],
        text: &str,
        wanted: &Wanted,
    ) -> Vec<Utf8PathBuf> {
        let mut found = Vec::new();
        let here = [Place {
            dir: Utf8PathBuf::new(),
            perhaps: false,
        }];
        let places = if text.starts_with('/') { &here } else { places };
        let text = match (text.strip_prefix("~/"), &self.request.home) {
            (Some(rest), Some(home)) => home.join(rest).into_string(),
            (Some(_), None) => return found,
            (None, _) => text.to_owned(),
        };
        // With several subdirectories, each is a search of its own.
        let many = match &wanted.search {
            Search::Needle(subdirs) => subdirs.len() > 1 || self.may_be_found(wanted),
            Search::Anywhere(subdirs) => subdirs.len() > 1,
            _ => false,
        };
        for place in places {
            let path = join(&self.request.root, &place.dir, &text);
            let dir = path.parent().unwrap_or(Utf8Path::new(""));
            if !self.sources.is_dir(dir) {
                // One directory that is missing tells of all that isn't in it.
                if wanted.argument_of.is_none() {
                    self.add_absent(dir.to_owned());
                }
                continue;
            }
            match self.sources.kind(&path) {
                Some(kind) => {
                    let fits = match wanted.used {
                        Use::Role(_) => kind == Kind::Dir,
                        Use::Presence => true,
                        Use::Data | Use::Password => kind != Kind::Other,
                        Use::Tasks | Use::Vars(_) | Use::Template | Use::Delimited => {
                            matches!(kind, Kind::File { .. })
                        }
                    };
                    if fits && !found.contains(&path) {
                        found.push(path);
                    }
                    if !place.perhaps && !many && (fits || !matches!(wanted.used, Use::Role(_))) {
                        break;
                    }
                }
                None => {
                    if wanted.argument_of.is_none() {
                        self.add_absent(path);
                    }
                }
            }
        }
        found
    }

    /// Uses a file that is found by a name, or, `widened`, that a name with holes could mean so.
    pub(super) fn use_file(&mut self, wanted: &Wanted, path: &Utf8Path, name: &str, widened: bool) {
        let context = wanted.step();
        self.besides(&context, path, wanted.besides);
        match &wanted.used {
            Use::Tasks => {
                let (reach, via) = (context.reach.clone(), &context.via);
                self.add_yaml(path, reach, via, widened, Shape::Plays);
                let mut inner = context;
                if widened {
                    inner.includes.meant(name, &self.request.root.join(path));
                } else {
                    inner.includes.named(name);
                }
                inner.depth += 1;
                self.task_file(inner, path);
            }
            Use::Vars(name) => {
                self.vars_file(&context, path, widened, name.as_deref());
                if wanted.what == "include_vars" {
                    self.sets_variables(&context, path);
                }
            }
            used @ (Use::Template | Use::Delimited) => {
                let beside = match &wanted.search {
                    Search::Included(beside) => beside.clone(),
                    // A lookup, which stands in a file.
                    _ => Beside {
                        dir: parent(path),
                        first: wanted.within.is_some(),
                    },
                };
                self.template(&context, path, widened, (used, &beside));
            }
            Use::Presence => self.add_attributes(path, &context.reach, false, true),
            // What a task copies, it copies as it is. `rsync` is told otherwise as a rule.
            Use::Data
                if !widened
                    && wanted.argument_of.is_none()
                    && wanted.besides != Besides::Entries =>
            {
                let below = |walker: &mut Self| walker.all_below(path, context.play);
                self.data_of(&context, path, false, below);
            }
            Use::Data | Use::Password => self.data(&context, path, widened),
            Use::Role(files) => self.role(&context, path, name, files),
        }
    }

    /// A file of variables, or with a name, of the value of that one: who has it can go through
    /// all of it.
    pub(super) fn vars_file(
        &mut self,
        context: &Context,
        path: &Utf8Path,
        widened: bool,
        name: Option<&str>,
    ) {
        let Some(name) = name else {
            return self.data_file(context, path, widened, Shape::Variables);
        };
        self.data_file(context, path, widened, Shape::Value);
        let documents = self.yaml(path, context.play);
        self.defines_named(name, path, || {
            documents.into_iter().map(Definition::Yaml).collect()
        });
    }

    /// Notes, once, what a file gives a variable that is named where it is included.
    pub(super) fn defines_named(
        &mut self,
        name: &str,
        path: &Utf8Path,
        values: impl FnOnce() -> Vec<Definition>,
    ) {
        if self.named.insert((name.to_owned(), path.to_owned())) {
            for value in values() {
                self.values.define(name, value);
            }
            self.grew = true;
        }
    }

    /// A YAML file that has no tasks in it.
    pub(super) fn data_file(
        &mut self,
        context: &Context,
        path: &Utf8Path,
        widened: bool,
        shape: Shape,
    ) {
        let (reach, via) = (context.reach.clone(), &context.via);
        self.add_yaml(path, reach, via, widened, shape);
        self.yaml(path, context.play);
        self.mention(context.play, path, Text::Yaml, None, &context.via);
    }

    /// The variables of a file that a task includes: like facts, they stay with the host.
    pub(super) fn sets_variables(&mut self, context: &Context, path: &Utf8Path) {
        let variables = self.variables_in(path);
        if let Some(play) = self.plays.get_mut(context.play) {
            play.sets_any |= variables.is_none();
            for name in variables.iter().flat_map(|variables| variables.keys()) {
                play.set(name, context);
            }
        }
    }

    /// A template, and the templates that it includes.
    pub(super) fn template(
        &mut self,
        context: &Context,
        path: &Utf8Path,
        widened: bool,
        (used, beside): (&Use, &Beside),
    ) {
        self.add_file(path, context.reach.clone(), &context.via, widened);
        let delimited = *used == Use::Delimited;
        let text = if delimited {
            Text::Delimited
        } else {
            Text::Template
        };
        self.mention(context.play, path, text, Some(context), &context.via);
        let Some(source) = self.text(path, context.play) else {
            return;
        };
        let analysis = template_analysis(&source, used);
        if analysis.scan.includes.is_empty()
            || context.depth > MAX_INCLUDES
            || !self.visited.insert(
                context.play,
                path,
                format!(
                    "{:?} {} {:?} {:?} {used:?} {beside:?}",
                    context.roles, context.called, context.file, context.reach
                ),
            )
        {
            return;
        }
        for (line, name) in &analysis.scan.includes {
            let inner = Context {
                depth: context.depth + 1,
                ..context.clone()
            };
            // A list of names is a choice of the first that exists.
            self.want(Wanted {
                scope: Scope::of(&analysis.scan),
                search: Search::Included(beside.clone()),
                used: used.clone(),
                within: Some(path.to_owned()),
                ..Wanted::new(&inner, Name::expression(name), *line, "include")
            });
        }
    }

    /// One file, with no search.
    pub(super) fn listed(&mut self, path: &Utf8Path, reach: Reach, via: &Arc<Via>) {
        if self.sources.is_file(path) {
            if matches!(path.extension(), Some("yml" | "yaml")) {
                self.add_yaml(path, reach, via, false, Shape::Plays);
            } else {
                self.add_file(path, reach, via, false);
            }
        }
    }
}

/// What a template reads that is used so.
pub(super) fn template_analysis<'s>(source: &'s Source, used: &Use) -> &'s Analysis {
    if *used == Use::Delimited {
        source.as_delimited()
    } else {
        source.as_template()
    }
}

/// Whether a name is made of the host's, by itself or through the task's loop.
fn names_the_host(wanted: &Wanted) -> bool {
    let variable = "inventory_hostname";
    // Of a value that is read of other hosts it is the name of those.
    if wanted.scope.local.contains_key(variable) {
        return false;
    }
    let is_it = |name: &str| name == variable;
    wanted.name.variables().any(is_it)
        || (wanted.scope.local.values().flatten()).any(|definition| match definition {
            Definition::Computed(expr) => Name::expression(expr).variables().any(is_it),
            Definition::Element(node) => {
                let mut found = false;
                node.walk(&mut |node| {
                    found |= node.text().is_some_and(|text| text.contains(variable));
                });
                found
            }
            _ => false,
        })
}
