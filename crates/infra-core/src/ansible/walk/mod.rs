//! Following a playbook through everything that Ansible would read.

mod action;
mod anywhere;
mod args;
mod argument_specs;
mod arguments;
mod collections;
mod command;
mod context;
mod data;
mod facts;
mod find;
mod finish;
mod found;
mod holes;
mod hosts;
mod include_role;
mod include_vars;
mod includes;
mod inherited;
mod late;
mod lookup;
mod loops;
mod made;
mod mentions;
mod omit;
mod once;
mod origins;
mod others;
mod place;
mod playbook;
mod plugins;
mod preserve;
mod record;
mod role;
mod scope;
mod strangers;
mod task;
mod visited;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;

use self::context::{Context, LookupUse, Via, Wanted};
use self::holes::{Settled, Sort, Way};
use self::loops::Loops;
use self::record::Text;
use self::visited::Visited;
use super::closure::{AttributesInput, Closure, CollectionInput, FileInput, PlayInputs, Reach};
use super::layers::Owner;
use super::membership::Membership;
use super::path::{is_outside, parent};
use super::path_text::PathText;
use super::reads::HostSelection;
use super::request::{ClosureError, Request};
use super::settings::Settings;
use super::source::{Analysis, Sources};
use super::unresolved::Reason;
use super::values::{Beyond, Definition, Values};
use super::yaml::{Node, Shape};

/// More includes than this are a cycle that arguments keep going, or more than can be followed.
const MAX_WALKS: usize = 100_000;
/// No person nests includes deeper.
const MAX_INCLUDES: usize = 60;

/// Finds the inputs of a playbook.
pub fn closure(request: &Request<'_>) -> Result<Closure, ClosureError> {
    closure_from(request, &Sources::new(request.tree))
}

/// The same for one of several playbooks that share files, which are read and taken apart
/// once. `sources` must be of the request's tree.
pub fn closure_from<'r>(
    request: &'r Request<'r>,
    sources: &'r Sources<'r>,
) -> Result<Closure, ClosureError> {
    if is_outside(&request.playbook) || request.playbook.as_str().starts_with("..") {
        return Err(ClosureError::Outside(
            request.playbook.clone(),
            request.root.clone(),
        ));
    }
    if request.tree.kind(&request.playbook)?.is_none() {
        return Err(ClosureError::NoPlaybook(request.playbook.clone()));
    }
    // A link is followed as Ansible follows it, but not to where nobody looks for a playbook.
    let leads_to = request.tree.canonical(&request.playbook)?;
    let root = request.tree.canonical(Utf8Path::new(""))?;
    if !leads_to.starts_with(&root) {
        return Err(ClosureError::LinkOutside {
            playbook: request.playbook.clone(),
            leads_to,
            root: request.root.clone(),
        });
    }
    let mut includers = BTreeSet::new();
    loop {
        let mut walker = Walker::new(request, sources, includers);
        walker.surroundings();
        let via = Via::root(request.playbook.as_str());
        walker.playbook(&request.playbook, &via)?;
        walker.settle();
        if walker.stopped {
            return Err(ClosureError::Stopped(request.playbook.clone()));
        }
        if walker.found_includers.is_subset(&walker.includers) {
            return walker.finish();
        }
        // What these include looks in them too.
        includers = walker.includers;
        includers.append(&mut walker.found_includers);
    }
}

/// One play while it is followed.
#[derive(Default)]
struct Play {
    inputs: PlayInputs,
    /// The directory of its playbook
    base: Utf8PathBuf,
    /// What it says under `hosts`
    patterns: Vec<String>,
    /// Every identifier in the text of its files
    words: BTreeSet<Arc<str>>,
    /// Those in the text of plugins
    code_words: BTreeSet<Arc<str>>,
    /// Those in the text of modules, which can't read the host's variables
    module_words: BTreeSet<Arc<str>>,
    /// What could be collections in the text of its files
    qualified: BTreeSet<String>,
    /// Where its tasks stand, one for each list of roles, what the last of them was named, and
    /// directory
    stacks: Vec<Context>,
    /// These lists, names and directories
    stood: HashSet<(Vec<Utf8PathBuf>, Arc<str>, Utf8PathBuf)>,
    lookups: Vec<LookupUse>,
    /// Collections whose filters or tests are used
    filters: BTreeSet<String>,
    /// Folders of plugins: the kind, and the directory
    plugins: BTreeSet<(&'static str, Utf8PathBuf)>,
    /// Variables that its tasks set on the hosts
    sets: BTreeSet<String>,
    /// Those of them that tasks set which run on each host
    sets_each: BTreeSet<String>,
    /// Whether its tasks set variables that are not known by name
    sets_any: bool,
    /// The actions of its tasks that aren't Ansible's own, and may set facts of any name
    foreign: BTreeSet<String>,
    /// Whether its tasks make hosts or groups
    makes_hosts: bool,
    /// Hosts that its tasks are delegated to
    delegates: Vec<HostSelection>,
    /// For which directories, and for how many delegates, files of variables were looked for
    vars_of: Option<(Vec<Utf8PathBuf>, usize)>,
    /// The actions of its tasks, by the last part of their names
    actions: BTreeSet<String>,
    /// Whether the name of an action is computed
    any_action: bool,
    /// Actions that are neither Ansible's own nor fully named
    short_actions: BTreeSet<String>,
}

impl Play {
    /// Whether what its tasks set may be set on hosts that it doesn't run on.
    fn sets_elsewhere(&self) -> bool {
        self.makes_hosts || self.words.contains("delegate_facts")
    }

    /// A variable that a task sets.
    fn set(&mut self, name: &str, context: &Context) {
        self.sets.insert(name.to_owned());
        if !context.keywords.once {
            self.sets_each.insert(name.to_owned());
        }
    }
}

type FixedKey = (
    Utf8PathBuf,
    (u32, u32),
    String,
    Utf8PathBuf,
    Vec<Utf8PathBuf>,
    Arc<str>,
);
type UnresolvedKey = (Utf8PathBuf, u32, String, Reason);
type MentionKey = (
    usize,
    PathText,
    Text,
    Option<(Vec<Utf8PathBuf>, Arc<str>, Utf8PathBuf, Reach)>,
);

struct Walker<'r> {
    request: &'r Request<'r>,
    sources: &'r Sources<'r>,
    settings: Settings,
    membership: Membership<'r>,
    members: BTreeMap<&'r str, BTreeSet<&'r str>>,
    /// Whether a host of the inventory is this machine
    inventory_has_this_machine: bool,
    /// The hosts of the inventory that are
    local_hosts: BTreeSet<String>,
    /// Whether files of variables said so of a host, when there were so many values that could
    here_by_files: Cell<Option<([usize; 3], bool)>>,
    /// The directories beside which the inventory's `group_vars` are
    inventory_dirs: Vec<Utf8PathBuf>,
    files: BTreeMap<PathText, FileInput>,
    attributes: BTreeMap<PathText, AttributesInput>,
    absent: BTreeSet<PathText>,
    /// What each file that is read as YAML holds
    shapes: BTreeMap<PathText, Shape>,
    unresolved: BTreeMap<UnresolvedKey, BTreeSet<usize>>,
    collections: BTreeMap<String, CollectionInput>,
    /// Variables of the inherited environment that are looked up
    environment: BTreeSet<String>,
    plays: Vec<Play>,
    values: Values,
    visited: Visited,
    /// The roles that include roles by names that could be many
    includers: BTreeSet<Utf8PathBuf>,
    /// Those that were met this time
    found_includers: BTreeSet<Utf8PathBuf>,
    mentioned: HashSet<MentionKey>,
    defined: HashSet<PathText>,
    /// Values that tasks compute: the file and where in it, the variable, and what decides what
    /// `role_path` and its like are there
    fixed: BTreeSet<FixedKey>,
    loops: Loops,
    /// Variables that are the value of a file
    named: BTreeSet<(String, Utf8PathBuf)>,
    /// Folders of variables that a name was looked for in
    vars_done: HashSet<(PathText, Owner, Reach)>,
    /// The files of variables by folder and name
    owned: HashMap<(PathText, String), Arc<Vec<Utf8PathBuf>>>,
    /// Hosts of which every variable counts, by play, with the folders looked in
    whole_of: BTreeSet<(usize, HostSelection, Vec<Utf8PathBuf>)>,
    /// Lookups in values of other hosts' variables, by play and which hosts these are
    of_others: HashSet<(usize, HostSelection, super::jinja::LookupCall)>,
    /// Values of other hosts' variables that were looked through, by play and file
    values_mentioned: HashSet<(usize, PathText, Arc<str>)>,
    /// What the values of variables mention
    said_by: mentions::SaidBy,
    wanted: Vec<Rc<Wanted>>,
    /// By play and its lookup
    looks_of_lookups: HashMap<(usize, usize), lookup::LooksOfLookup>,
    /// By play, and the subdirectories that are looked in
    grounds: HashMap<(usize, Vec<&'static str>), anywhere::Grounds>,
    late: Vec<late::Late>,
    inherited: inherited::Inherited,
    /// The templates in the inventory's values and in extra variables
    given: Rc<[(Analysis, BTreeSet<Arc<str>>)]>,
    /// Plays of which not all text can be read, so that they may read any variable
    unread: BTreeSet<usize>,
    /// Tasks that make groups or hosts
    makers: Vec<made::Maker>,
    /// The groups that they make, by play
    made: BTreeSet<(usize, super::name::Pattern)>,
    /// The collection of the playbook of one that was imported last: it is searched first from
    /// there on (`playbook/collectionsearch.py`)
    default_collection: Option<String>,
    /// The playbook files that lead to the one being read
    playbooks: Vec<Utf8PathBuf>,
    /// The entries that import them, each with the file that has it
    imports: Vec<(Utf8PathBuf, Arc<Node>)>,
    /// What is below a directory, all of it or what computed names mean, once it has been looked
    /// through
    walked: BTreeMap<(Utf8PathBuf, bool), record::Below>,
    /// What of it a name with holes could mean
    fitting: BTreeMap<(PathText, super::name::Pattern, Sort), Arc<Vec<PathText>>>,
    /// Whether files are lists of tasks, once that was asked
    have_tasks: HashMap<PathText, bool>,
    /// Whether files of tasks include others, once that was asked
    have_includes: HashMap<PathText, bool>,
    /// Files that names with holes led to, by how they are used, where using them once more
    /// brings nothing new
    settled: IndexMap<Way, Settled>,
    /// The collections that actions can be of, by play
    homes: BTreeMap<(usize, String), Rc<[facts::Home]>>,
    /// What actions of collections return as facts
    facts: BTreeMap<(usize, facts::Home), Rc<facts::Facts>>,
    /// Whether anything was added since the last look at what is open
    grew: bool,
    /// Whether the request said to stop
    stopped: bool,
}

impl<'r> Walker<'r> {
    fn new(
        request: &'r Request<'r>,
        sources: &'r Sources<'r>,
        includers: BTreeSet<Utf8PathBuf>,
    ) -> Self {
        let settings = Settings::read(request, sources);
        let membership = Membership::new(request.inventory, settings.merge_hashes);
        Self {
            members: membership.members(),
            local_hosts: place::local_hosts(request, &membership),
            here_by_files: Cell::default(),
            membership,
            settings,
            sources,
            request,
            inventory_has_this_machine: place::has_this_machine(request.inventory),
            inventory_dirs: Vec::new(),
            includers,
            found_includers: BTreeSet::new(),
            files: BTreeMap::new(),
            attributes: BTreeMap::new(),
            absent: BTreeSet::new(),
            shapes: BTreeMap::new(),
            unresolved: BTreeMap::new(),
            collections: BTreeMap::new(),
            environment: BTreeSet::new(),
            plays: Vec::new(),
            values: Values::of_run_in(request.root.join(&request.cwd)),
            visited: Visited::default(),
            mentioned: HashSet::new(),
            defined: HashSet::new(),
            fixed: BTreeSet::new(),
            loops: Loops::default(),
            named: BTreeSet::new(),
            vars_done: HashSet::new(),
            owned: HashMap::new(),
            whole_of: BTreeSet::new(),
            of_others: HashSet::new(),
            values_mentioned: HashSet::new(),
            said_by: mentions::SaidBy::default(),
            wanted: Vec::new(),
            looks_of_lookups: HashMap::new(),
            grounds: HashMap::new(),
            late: Vec::new(),
            inherited: BTreeSet::new(),
            given: super::values::templates_in(request.inventory, &request.extra_vars)
                .into_iter()
                .map(|text| {
                    let words = super::jinja::identifiers(text);
                    let words = words.into_iter().map(Arc::from).collect();
                    (Analysis::new(super::jinja::scan_template(text, 1)), words)
                })
                .collect(),
            unread: BTreeSet::new(),
            makers: Vec::new(),
            made: BTreeSet::new(),
            default_collection: None,
            playbooks: Vec::new(),
            imports: Vec::new(),
            walked: BTreeMap::new(),
            fitting: BTreeMap::new(),
            have_tasks: HashMap::new(),
            have_includes: HashMap::new(),
            settled: IndexMap::new(),
            homes: BTreeMap::new(),
            facts: BTreeMap::new(),
            grew: false,
            stopped: false,
        }
    }
}

impl Walker<'_> {
    /// What applies whatever the playbook says: the settings, the inventory's files, the
    /// extra variables.
    fn surroundings(&mut self) {
        let via = Via::root("settings");
        if let Some(file) = self.settings.file.clone() {
            self.add_file(&file, Reach::Everywhere, &via, false);
        }
        for absent in std::mem::take(&mut self.settings.absent) {
            if !is_outside(&absent) {
                self.add_absent(absent);
            }
        }
        for (key, path) in self.settings.files.clone() {
            self.add_file(&path, Reach::Everywhere, &via.then(key), false);
        }
        // What a password opens is an input as it is, encrypted; a digest of the password itself
        // would give it away to whoever reads the ledger.
        for path in self.settings.passwords.clone() {
            self.add_file(&path, Reach::Everywhere, &via.then("vault password"), false);
            if let Some(file) = self.files.get_mut(path.as_str()) {
                file.counted = false;
            }
        }
        if let (Some(cache), Some(file)) =
            (self.settings.fact_cache.clone(), self.settings.file.clone())
        {
            self.unresolved(&file, 0, &cache, Reason::CachedFacts, None);
        }
        let via = Via::root("inventory");
        for source in self.request.inventory_sources.clone() {
            let mut files = Vec::new();
            if self.sources.is_dir(&source) {
                for (relative, _) in self.below(&source, None).iter() {
                    let beside = relative
                        .components()
                        .next()
                        .is_some_and(|first| matches!(first.as_str(), "group_vars" | "host_vars"));
                    if !beside && self.sources.is_file(&source.join(relative)) {
                        files.push(source.join(relative));
                    }
                }
                self.inventory_dirs.push(source);
            } else if self.sources.is_file(&source) {
                self.inventory_dirs.push(parent(&source));
                files.push(source);
            }
            for file in files {
                self.add_file(&file, Reach::Everywhere, &via, false);
                if let Some(file) = self.files.get_mut(file.as_str()) {
                    file.counted = false;
                }
            }
        }
        self.inventory_dirs.sort();
        self.inventory_dirs.dedup();
        self.given_values();
    }

    /// The values of extra variables and of the inventory: names of playbooks to import are made of
    /// these before there is any play.
    fn given_values(&mut self) {
        let request = self.request;
        self.extra_values();
        for file in &request.var_files {
            let source = self.sources.read(file).ok().flatten();
            match source.filter(|source| !source.is_encrypted() && source.yaml().is_ok()) {
                Some(source) => self.define_file(file, &source),
                None => self.values.beyond = Beyond::Any,
            }
        }
        let inventory = request.inventory;
        let maps = std::iter::once(&inventory.vars)
            .chain(inventory.groups.values().map(|group| &group.vars))
            .chain(inventory.hosts.values().map(|host| &host.vars))
            .chain([&request.extra_vars]);
        for (name, value) in maps.flatten() {
            // What thousands of hosts have in common need not be kept thousands of times.
            self.values
                .define_once(name, Definition::Json(value.clone()));
        }
    }

    /// The values of extra variables, if all can be read.
    fn extra_values(&mut self) {
        let request = self.request;
        let files = request.var_files.iter();
        let files: Option<Vec<_>> = files
            .map(|file| self.sources.read(file).ok().flatten()?.variables())
            .collect();
        // A mapping may only be added to others.
        let Some(files) = files.filter(|_| !self.settings.merge_hashes) else {
            return;
        };
        for (name, value) in files.iter().flat_map(|variables| variables.iter()) {
            (self.values).define_extra(name, Definition::Yaml(Arc::clone(value)));
        }
        for (name, value) in &request.extra_vars {
            (self.values).define_extra(name, Definition::Json(value.clone()));
        }
    }

    /// Adds what every play has: extra variables, templates in the inventory's values.
    fn common_text(&mut self, play: usize) {
        let via = Via::root("extra variables");
        for file in self.request.var_files.clone() {
            self.add_yaml(&file, Reach::Everywhere, &via, false, Shape::Variables);
            self.yaml(&file, play);
            self.mention(play, &file, Text::Yaml, None, &via);
        }
        if let Some(file) = self.settings.file.clone() {
            self.mention(play, &file, Text::Code, None, &via);
        }
        let via = Via::root("inventory");
        let sources = self.request.inventory_sources.first();
        let file = sources.cloned().unwrap_or_else(|| "inventory".into());
        for (analysis, words) in Rc::clone(&self.given).iter() {
            let words = words.iter().cloned();
            self.note(play, analysis, words, BTreeSet::new(), &file, None, &via);
        }
        if let Some(state) = self.plays.get_mut(play) {
            for value in self.request.env.values() {
                let words = super::jinja::identifiers(value);
                let words = words.into_iter().map(Arc::from);
                let words: Vec<Arc<str>> = words.collect();
                state.words.extend(words.iter().cloned());
                state.code_words.extend(words);
            }
        }
    }

    /// Looks again at what is open until nothing more is found.
    fn settle(&mut self) {
        let mut widest = false;
        // What each wanted name has led to.
        let mut looks: BTreeMap<usize, find::Looks> = BTreeMap::new();
        loop {
            self.grew = false;
            if widest {
                let beyond = self.beyond();
                self.grew |= beyond != self.values.beyond;
                self.values.beyond = beyond;
            }
            self.made_groups(widest);
            for play in 0..self.plays.len() {
                self.lookups(play, widest);
                self.host_and_group_vars(play);
                self.plugins(play);
                self.used_collections(play);
            }
            let mut at = 0;
            while let Some(wanted) = self.wanted.get(at).map(Rc::clone) {
                self.look_again(&wanted, widest, looks.entry(at).or_default());
                at += 1;
            }
            self.look_at_late(widest);
            if self.stopped {
                return;
            }
            if !self.grew {
                if widest {
                    return;
                }
                widest = true;
            }
        }
    }

    /// Notes where the tasks of a play stand.
    fn stands(&mut self, context: &Context) {
        let dir = parent(&context.file);
        if let Some(play) = self.plays.get_mut(context.play)
            && play.stood.insert((
                context.roles.clone(),
                Arc::clone(&context.called),
                dir.clone(),
            ))
        {
            play.stacks.push(context.clone());
            self.grew = true;
            // Whether a directory is a role's decides where is searched (`_is_role` of
            // `parsing/dataloader.py`); here it is searched either way.
            for dir in [parent(&dir), dir] {
                for probe in ["tasks/main", "meta/main"] {
                    for extension in ["", ".yml", ".yaml"] {
                        let path = super::path::join(
                            &self.request.root,
                            &dir,
                            &format!("{probe}{extension}"),
                        );
                        if self.sources.kind(&path).is_none() {
                            self.absent.insert(PathText(path));
                        }
                    }
                }
            }
        }
    }

    /// Whether somebody wants no answer any more. What was found by then is not all.
    fn is_stopped(&mut self) -> bool {
        self.stopped |= self.request.stop.is_some_and(|stop| stop());
        self.stopped
    }

    /// Whether a walk is new. Too many of them end.
    fn enter(&mut self, context: &Context, path: &camino::Utf8Path, key: &str) -> bool {
        // What one host has reached, another has yet to reach.
        let key = format!("{key} {:?} {:?}", context.keywords, context.reach);
        let play = context.play;
        if self.visited.contains(play, path, &key) || self.is_stopped() {
            return false;
        }
        if self.visited.len() >= MAX_WALKS {
            // Followed from elsewhere it looked elsewhere.
            self.unresolved(path, 0, path.as_str(), Reason::TooMany, Some(play));
            return false;
        }
        if context.depth > MAX_INCLUDES {
            // What includes itself has been followed, and only looks in ever longer paths.
            if !self.visited.knows(play, path) {
                self.unresolved(path, 0, path.as_str(), Reason::TooDeep, Some(play));
            }
            return false;
        }
        self.visited.insert(play, path, key)
    }
}
