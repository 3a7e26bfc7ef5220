//! What a variable can hold, gathered from everywhere it is set.
//!
//! A file name such as `{{ item.src }}` is resolved without running anything: the values
//! of a name are all that any mapping of the closure, the inventory or a loop gives it,
//! whatever the order and the condition. A value that only a run can know is a hole.

use std::cell::{Cell, RefCell, RefMut};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::builtin::{is_given, own_action};
use super::jinja::{Expr, Scan, is_template};
use super::name::{Name, Pattern};
use super::resolve::{Asked, MAX_ALTERNATIVES, Memo, resolve};
use super::yaml::Node;
use crate::inventory::Inventory;
use crate::json::Value;

/// One place that gives a variable a value.
#[derive(Debug, Clone)]
pub(crate) enum Definition {
    /// In a YAML file
    Yaml(Arc<Node>),
    /// In the inventory or among the extra variables
    Json(Value<'static>),
    /// An element of this list, or of this expression's value
    Element(Arc<Node>),
    /// One of these names
    Patterns(Vec<Pattern>),
    /// The value of this expression
    Computed(Expr),
    /// The registered result of a loop: under `results` one for each element, which has the element
    /// under the name of the loop's variable, whatever else a run has it say. `_run_loop` of
    /// `executor/task_executor.py`
    Looped(Looped),
    /// A value that was computed where a task stands: what `role_path` means there it means in it
    /// wherever it is used
    Fixed(Arc<Scope>, Box<Definition>),
    /// Only known in a run: a registered result
    Unknown,
}

impl Definition {
    /// Whether it is the value of an expression.
    pub(crate) fn is_computed(&self) -> bool {
        matches!(self, Self::Computed(_))
    }

    /// What a statement binds a name to. None: that isn't known.
    fn bound_to(source: Option<&Expr>) -> Self {
        source.map_or(Self::Unknown, |source| Self::Computed(source.clone()))
    }

    /// Whether it may be the name of a file that a lookup found.
    fn is_found(&self) -> bool {
        match self {
            Self::Yaml(node) | Self::Element(node) => {
                (node.text()).is_some_and(|text| is_template(text) && finds_files(text))
            }
            Self::Fixed(_, definition) => definition.is_computed() || definition.is_found(),
            _ => false,
        }
    }
}

/// Whether a text may have a lookup in it that finds files.
pub(crate) fn finds_files(text: &str) -> bool {
    text.contains("fileglob") || text.contains("first_found")
}

/// What a loop goes through.
#[derive(Debug, Clone)]
pub(crate) struct Looped {
    pub(crate) variable: String,
    pub(crate) elements: Vec<Definition>,
}

/// Which variables may have values that aren't here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Beyond {
    /// Any: something that gives values can't be read, or computes their names
    Any,
    /// Those that have no value here
    #[default]
    Strangers,
    /// None
    Nothing,
}

/// The definitions of all variables.
#[derive(Debug, Default)]
pub(crate) struct Values {
    pub(crate) by_name: BTreeMap<String, Vec<Definition>>,
    /// Names whose values are those of extra variables, and otherwise a loop's alone
    extra: BTreeSet<String>,
    /// The text of the inventory's values by name: thousands of hosts can have one each
    seen: BTreeMap<String, HashSet<String>>,
    pub(crate) beyond: Beyond,
    /// Whether tasks that are not followed, or whose names are computed, may give variables values
    pub(crate) has_strangers: bool,
    /// Whether a name was met that has no value here
    asked_for_more: Cell<bool>,
    /// Names that facts of somebody's modules may have
    facts: BTreeSet<Arc<str>>,
    /// Variables whose values lookups may have found
    pub(crate) found: BTreeSet<String>,
    /// Names that some template binds
    bound: BTreeSet<String>,
    /// What templates bind of which parts stand in other files, and these may use
    handed_on: BTreeMap<String, Vec<Definition>>,
    /// The same by what it was bound to, so that each is noted once
    handed: HashSet<(String, Option<Expr>)>,
    /// Values that lookups give templates
    given: HashSet<(String, Expr)>,
    start: Utf8PathBuf,
    memo: RefCell<Memo>,
}

/// What is known where a name stands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    /// Values of names such as `role_path` and of the task's own loop
    pub(crate) local: BTreeMap<String, Vec<Definition>>,
    /// Values of names that the text around binds: what they mean outside, they may still mean
    pub(crate) bound: BTreeMap<String, Vec<Definition>>,
    /// Which names a text may bind that this is a part of
    around: Around,
}

/// The names that mean something in a template by what another binds that includes or extends it,
/// or that it extends.
#[derive(Debug, Clone, Copy, Default)]
enum Around {
    /// It is no file, so that no other has a part of it
    #[default]
    Nothing,
    /// Those that it doesn't bind itself
    WhatIsUnbound,
    /// What it binds may be bound anew before its blocks are rendered
    Anything,
}

impl Scope {
    /// Names that say where a task stands.
    pub(crate) const OF_THE_PLACE: [&str; 5] = [
        "playbook_dir",
        "role_path",
        "role_name",
        "ansible_role_name",
        "ansible_parent_role_paths",
    ];

    /// The names that the statements of a text bind.
    pub(crate) fn of(scan: &Scan) -> Self {
        let mut scope = Self {
            around: match (scan.is_file(), scan.has_parts_elsewhere()) {
                (false, _) => Around::Nothing,
                (true, false) => Around::WhatIsUnbound,
                (true, true) => Around::Anything,
            },
            ..Self::default()
        };
        for (name, source) in scan.names() {
            let known = scope.bound.entry(name.to_owned()).or_default();
            known.push(Definition::bound_to(source));
        }
        scope
    }
}

impl Values {
    /// No definition yet, in a run that starts in this directory.
    pub(crate) fn of_run_in(start: Utf8PathBuf) -> Self {
        Self {
            start,
            ..Self::default()
        }
    }

    /// The absolute path of the directory that Ansible is started in.
    pub(crate) fn start(&self) -> &Utf8Path {
        &self.start
    }

    /// Adds the value of an extra variable, before any other definition: it [takes the place of all
    /// others][doc]. Names to which Ansible gives a meaning of its own are none.
    ///
    /// [doc]: https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_variables.html#understanding-variable-precedence
    pub(crate) fn define_extra(&mut self, name: &str, definition: Definition) {
        if !is_given(name) {
            self.extra.insert(name.to_owned());
            self.overrule(name, definition);
        }
    }

    /// Whether a name has the value of an extra variable, whatever else gives it one.
    pub(crate) fn is_extra(&self, name: &str) -> bool {
        self.extra.contains(name)
    }

    /// Adds a definition, unless the name is that of an extra variable.
    pub(crate) fn define(&mut self, name: &str, definition: Definition) {
        if !self.is_extra(name) {
            self.overrule(name, definition);
        }
    }

    /// Adds a definition that no extra variable takes the place of, such as that of a loop's
    /// variable: `_run_loop` of `executor/task_executor.py` sets it when all others have their values.
    pub(crate) fn overrule(&mut self, name: &str, definition: Definition) {
        self.memo.get_mut().defined(name);
        if definition.is_found() && !self.found.contains(name) {
            self.found.insert(name.to_owned());
        }
        self.by_name
            .entry(name.to_owned())
            .or_default()
            .push(definition);
    }

    /// Adds a definition unless it is known.
    pub(crate) fn define_once(&mut self, name: &str, definition: Definition) {
        if let Definition::Json(value) = &definition {
            if !self.seen.contains_key(name) {
                self.seen.insert(name.to_owned(), HashSet::new());
            }
            let Some(seen) = self.seen.get_mut(name) else {
                return;
            };
            // With so many it could be anything, once.
            let enough = MAX_ALTERNATIVES * 4;
            if seen.len() > enough || !seen.insert(value.to_string()) {
                return;
            }
            if seen.len() > enough {
                return self.define(name, Definition::Unknown);
            }
        }
        self.define(name, definition);
    }

    /// Adds every member of every mapping in a document, but for what `set_fact` is given: that is
    /// computed where the task stands, and nowhere else.
    pub(crate) fn define_all(&mut self, node: &Arc<Node>) {
        for item in node.items() {
            self.define_all(item);
        }
        for (key, value) in node.members() {
            if let Some(key) = key.text() {
                self.define(key, Definition::Yaml(Arc::clone(value)));
                if own_action(key) == Some("set_fact") {
                    continue;
                }
            }
            self.define_all(value);
        }
    }

    /// Adds one member of a document, with every member below it.
    pub(crate) fn define_member(&mut self, name: &str, value: &Arc<Node>) {
        self.define(name, Definition::Yaml(Arc::clone(value)));
        self.define_all(value);
    }

    /// Whether something gives the name a value, or may.
    pub(crate) fn defines(&self, name: &str) -> bool {
        self.beyond == Beyond::Any || self.by_name.contains_key(name)
    }

    /// Notes names that facts of somebody's modules may have, and says whether there are more now.
    pub(crate) fn may_be_facts(&mut self, words: &BTreeSet<Arc<str>>) -> bool {
        let before = self.facts.len();
        for word in words {
            if self.facts.insert(Arc::clone(word)) {
                self.memo.get_mut().defined(word);
            }
        }
        self.facts.len() > before
    }

    /// Whether a name that has no value here may be that of a fact.
    pub(crate) fn may_be_fact(&self, name: &str) -> bool {
        self.asked_for_more.set(true);
        self.facts.contains(name)
    }

    /// Notes a name that a template binds.
    pub(crate) fn bind(&mut self, name: &str) {
        if !self.bound.contains(name) {
            self.memo.get_mut().defined(name);
            self.bound.insert(name.to_owned());
        }
    }

    /// Notes what a text binds a name to that has parts in other files.
    pub(crate) fn hand_on(&mut self, name: &str, source: Option<&Expr>) {
        if self.handed.insert((name.to_owned(), source.cloned())) {
            self.memo.get_mut().defined(name);
            let known = self.handed_on.entry(name.to_owned()).or_default();
            known.push(Definition::bound_to(source));
        }
    }

    /// What a name can be by what the text binds where it stands, or a text that this is a part of.
    pub(crate) fn bound_to<'v>(
        &'v self,
        name: &str,
        scope: &'v Scope,
    ) -> Option<impl Iterator<Item = &'v Definition>> {
        let here = scope.bound.get(name);
        let around = match scope.around {
            Around::Nothing => None,
            Around::WhatIsUnbound if here.is_some() => None,
            Around::WhatIsUnbound | Around::Anything => self.handed_on.get(name),
        };
        let found = [here, around];
        (here.or(around).is_some()).then(|| found.into_iter().flatten().flatten())
    }

    /// The names that mean something by what is bound there.
    pub(crate) fn names_bound<'v>(&'v self, scope: &'v Scope) -> impl Iterator<Item = &'v str> {
        let is_part = !matches!(scope.around, Around::Nothing);
        let around = is_part.then(|| self.handed_on.keys());
        (scope.bound.keys())
            .chain(around.into_iter().flatten())
            .map(String::as_str)
    }

    /// Notes the value that a lookup gives a template for a name, whatever else that is.
    pub(crate) fn give(&mut self, name: &str, value: &Expr) {
        self.bind(name);
        if self.given.insert((name.to_owned(), value.clone())) {
            self.overrule(name, Definition::Computed(value.clone()));
        }
    }

    /// Whether a name that has no value here can only have one that nobody knows of.
    pub(crate) fn is_stranger(&self, name: &str) -> bool {
        let stranger = !self.bound.contains(name) && !is_given(name);
        if stranger {
            self.asked_for_more.set(true);
        }
        stranger
    }

    /// Whether a name was met that has no value here.
    pub(crate) fn was_asked_for_more(&self) -> bool {
        self.asked_for_more.get()
    }

    /// All that a name of a file can be.
    pub(crate) fn resolve(&self, name: &Name, scope: &Scope) -> BTreeSet<Pattern> {
        resolve(self, name, scope).0.into_iter().collect()
    }

    /// The same, and what it depends on.
    pub(crate) fn resolve_noting(&self, name: &Name, scope: &Scope) -> (BTreeSet<Pattern>, Asked) {
        let (found, asked) = resolve(self, name, scope);
        (found.into_iter().collect(), asked)
    }

    /// Whether all is as it was when a name was resolved.
    pub(crate) fn are_as_for(&self, asked: &Asked) -> bool {
        self.memo().is_as_for(asked, self.beyond)
    }

    /// Whether what was resolved differs by the role that a task stands in.
    pub(crate) fn depend_on_place(&self, asked: &Asked) -> bool {
        let mut memo = self.memo();
        let of_the_play = "playbook_dir";
        (Scope::OF_THE_PLACE.iter())
            .filter(|name| **name != of_the_play)
            .any(|name| memo.is_about(asked, name))
    }

    /// What was found out so far.
    pub(crate) fn memo(&self) -> RefMut<'_, Memo> {
        self.memo.borrow_mut()
    }
}

/// The templates in the values of an inventory and of extra variables. What came from a state is
/// data to Ansible, whatever it looks like, and none of them.
pub(crate) fn templates_in<'i>(
    inventory: &'i Inventory,
    extra: &'i BTreeMap<String, Value<'static>>,
) -> BTreeSet<&'i str> {
    fn visit<'i>(value: &'i Value<'_>, found: &mut BTreeSet<&'i str>) {
        match value {
            Value::String(text) if is_template(text) => {
                found.insert(text);
            }
            Value::Array(items) => items.iter().for_each(|item| visit(item, found)),
            Value::Object(members) => members.values().for_each(|item| visit(item, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    let nothing = BTreeSet::new();
    let groups = inventory.groups.values();
    let hosts = inventory.hosts.values();
    let maps = std::iter::once((&inventory.vars, &inventory.untrusted))
        .chain(groups.map(|group| (&group.vars, &group.untrusted)))
        .chain((hosts.filter(|host| host.resource.is_none())).map(|host| (&host.vars, &nothing)))
        .chain([(extra, &nothing)]);
    for (vars, untrusted) in maps {
        for (_, value) in vars.iter().filter(|(name, _)| !untrusted.contains(*name)) {
            visit(value, &mut found);
        }
    }
    found
}
