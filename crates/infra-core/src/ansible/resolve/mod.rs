//! What an expression can give, from what its variables can hold.

mod descend;
mod filter;
mod lookup;
mod memo;
mod own;
mod scalar;
mod seen;
mod steps;

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use self::descend::{Step, elements, index_of, part_of};
pub(crate) use self::filter::FILE_OPTION;
use self::memo::Id;
pub(crate) use self::memo::{Asked, Memo};
use self::own::{Own, Whose, local};
use self::seen::{Met, again};
use self::steps::with_steps_inside;
use super::jinja::{Access, Expr, chain, defaults, is_template};
use super::name::{Name, Pattern};
use super::values::{Beyond, Definition, Scope, Values};

/// More alternatives than this are one hole.
pub(crate) const MAX_ALTERNATIVES: usize = 256;
/// Variables that refer to variables, so deep.
const MAX_DEPTH: usize = 10;

/// All that a name of a file can be, and what that depends on.
pub(crate) fn resolve(values: &Values, name: &Name, scope: &Scope) -> (Vec<Pattern>, Asked) {
    let mut resolver = Resolver {
        values,
        scope,
        fixed: None,
        depth: 0,
        seen: Vec::new(),
        recursed: None,
        cut: None,
        known: HashMap::new(),
        own: HashMap::new(),
        asked: vec![(Vec::new(), false)],
    };
    let found = bounded(match &name.parts {
        Some(parts) => resolver.concat(parts),
        None => vec![Pattern::any()],
    });
    let asked = resolver.leave();
    (found, Rc::unwrap_or_clone(asked))
}

pub(super) struct Resolver<'v> {
    values: &'v Values,
    scope: &'v Scope,
    /// Where the value that is being looked at was computed, if not where the name stands
    fixed: Option<Arc<Scope>>,
    depth: usize,
    /// The variables whose values are being looked at, or which part of them
    seen: Vec<Met>,
    /// The outermost variable that was met in its own value, by its place in `seen`
    recursed: Option<usize>,
    /// The same, whether or not something was done with it; the first where depth ended the search
    cut: Option<usize>,
    /// What references gave that nothing above them had a say in
    known: HashMap<Stand, HashMap<Expr, Answer>>,
    /// The names that mean something there that they don't elsewhere, by where a value was computed
    own: HashMap<Option<*const Scope>, Rc<Own>>,
    /// For each reference that is being looked at, what was looked for among the variables, and
    /// whether one of them has no value here
    asked: Vec<(Vec<Id>, bool)>,
}

/// Where a reference was computed, and whether it stands in the value of another variable.
type Stand = (Option<*const Scope>, bool);

/// What a reference can be, and what that depends on.
type Answer = (Vec<Pattern>, Rc<Asked>);

impl Resolver<'_> {
    fn concat(&mut self, parts: &[Expr]) -> Vec<Pattern> {
        let mut whole = vec![Pattern::default()];
        for part in parts {
            let next = match parts {
                [only] => self.expr(only),
                _ if resolves_links(part) => vec![Pattern::any()],
                _ => self.edit_of(part),
            };
            let both = |before| next.iter().map(move |after| Pattern::then(before, after));
            whole = bounded(whole.iter().flat_map(both));
        }
        whole
    }

    pub(super) fn expr(&mut self, expr: &Expr) -> Vec<Pattern> {
        self.depth += 1;
        let found = if self.depth > MAX_DEPTH * 3 {
            self.cut = Some(0);
            vec![Pattern::any()]
        } else {
            self.expr_inner(expr)
        };
        self.depth -= 1;
        found
    }

    /// What an expression can give that more is done with: if that is a variable within its own
    /// value, as in `x: "{{ x }}.j2"` of a `set_fact`, it could be anything.
    fn edit_of(&mut self, expr: &Expr) -> Vec<Pattern> {
        let before = std::mem::take(&mut self.recursed);
        let found = self.expr(expr);
        let recursed = std::mem::replace(&mut self.recursed, before);
        if recursed.is_some() {
            vec![Pattern::any()]
        } else {
            found
        }
    }

    fn expr_inner(&mut self, expr: &Expr) -> Vec<Pattern> {
        match expr {
            Expr::Str(text) | Expr::Number(text) => {
                if is_template(text) {
                    // A term of a lookup may be a template again.
                    let parts = self.values.memo().parts(text);
                    return parts.map_or_else(|| vec![Pattern::any()], |parts| self.concat(&parts));
                }
                vec![Pattern::literal(text.clone())]
            }
            Expr::Concat(parts) => {
                if parts.iter().any(|part| matches!(part, Expr::List(_))) {
                    return parts.iter().flat_map(|part| self.expr(part)).collect();
                }
                if parts.iter().any(|part| matches!(part, Expr::Str(_))) {
                    return self.concat(parts);
                }
                let mut found = self.concat(parts);
                found.retain(|found| !found.is_any());
                let parts: Vec<_> = parts.iter().map(|part| self.expr(part)).collect();
                found.extend(scalar::sums(&parts));
                // It can be one of lists, whose elements are those of its parts.
                found.extend(parts.into_iter().flatten());
                found
            }
            Expr::Choice { values, .. } => {
                values.iter().flat_map(|value| self.expr(value)).collect()
            }
            Expr::List(items) => items.iter().flat_map(|item| self.expr(item)).collect(),
            Expr::Dict(members) => members
                .iter()
                .flat_map(|(_, value)| self.expr(value))
                .collect(),
            Expr::Filter {
                value,
                name,
                args,
                kwargs,
            } => self.filter(value, name, args, kwargs),
            Expr::Call {
                callee,
                args,
                kwargs,
            } => match &**callee {
                Expr::Name(call) if matches!(call.as_str(), "lookup" | "query" | "q") => {
                    self.lookup(args, kwargs)
                }
                _ => self.reference(expr),
            },
            Expr::Attr(..) | Expr::Item(..) if chain(expr).is_none() => {
                match with_steps_inside(expr) {
                    inside @ (Expr::Attr(..) | Expr::Item(..)) => self.reference(&inside),
                    inside => self.expr(&inside),
                }
            }
            _ => self.reference(expr),
        }
    }

    fn ask(&mut self, root: &str) {
        let id = self.values.memo().id(root);
        self.note(std::iter::once(id), false);
    }

    /// Notes that what is being looked at depends on variables.
    fn note(&mut self, asked: impl IntoIterator<Item = Id>, lacks: bool) {
        if let Some((of_this, lacking)) = self.asked.last_mut() {
            of_this.extend(asked);
            *lacking |= lacks;
        }
    }

    /// The names that mean something where this value stands that they don't elsewhere.
    fn own(&mut self) -> Rc<Own> {
        let fixed = self.fixed.as_ref();
        let (values, scope) = (self.values, self.scope);
        let own = self.own.entry(fixed.map(Arc::as_ptr));
        Rc::clone(own.or_insert_with(|| Rc::new(Own::new(fixed, scope, values))))
    }

    /// What a reference depends on that was looked at.
    fn leave(&mut self) -> Rc<Asked> {
        let (mut asked, lacks) = self.asked.pop().unwrap_or_default();
        asked.sort_unstable();
        asked.dedup();
        self.note(asked.iter().copied(), lacks);
        Rc::new(self.values.memo().asked(&asked, self.values.beyond, lacks))
    }

    pub(super) fn knows(&mut self, root: &str) -> bool {
        self.ask(root);
        local(self.fixed.as_ref(), self.scope, root).0.is_some()
            || self.values.bound_to(root, self.scope).is_some()
            || self.values.defines(root)
            || self.values.may_be_fact(root)
    }

    /// What a variable, or a part of it, can be. Variables that are used again and again by others
    /// are looked at once.
    fn reference(&mut self, expr: &Expr) -> Vec<Pattern> {
        let fixed = self.fixed.as_ref().map(Arc::as_ptr);
        let stand = (fixed, self.seen.is_empty());
        if let Some(known) = self.known.get(&stand).and_then(|known| known.get(expr)) {
            let (found, asked) = known.clone();
            self.note(asked.ids(), asked.lacks_some());
            return found;
        }
        let (own, beyond) = (self.own(), self.values.beyond);
        if let Some((found, asked)) = self.values.memo().known(expr, &own, stand.1, beyond) {
            self.note(asked.ids(), asked.lacks_some());
            return found;
        }
        let before = self.cut.take();
        self.asked.push((Vec::new(), false));
        let found = self.look_at(expr);
        let asked = self.leave();
        // What a variable above would have to say to it was left out.
        let cut = self.cut.filter(|at| *at < self.seen.len());
        if cut.is_none() && self.cut != Some(0) {
            (self.values.memo()).remember(expr, &own, stand.1, (&found, &asked));
            let known = self.known.entry(stand).or_default();
            known.insert(expr.clone(), (found.clone(), asked));
        }
        self.cut = outermost(before, cut);
        found
    }

    fn look_at(&mut self, expr: &Expr) -> Vec<Pattern> {
        let Some((root, steps)) = chain(expr) else {
            return vec![Pattern::any()];
        };
        if root == "omit" {
            return Vec::new();
        }
        let mut otherwise: Vec<Pattern> = Vec::new();
        for default in defaults(expr) {
            otherwise.extend(self.expr(default));
        }
        if let Some(constant) = scalar::constant(root) {
            otherwise.extend(constant);
            return bounded(otherwise);
        }
        self.ask(root);
        let here = self.fixed.clone();
        let (local, whose) = local(here.as_ref(), self.scope, root);
        if local.is_none() && self.values.bound_to(root, self.scope).is_none() {
            // Whatever else is called so, Ansible's own comes first. `vars/manager.py`.
            match (root, steps.as_slice()) {
                ("vars", [Access::Key(name), rest @ ..]) => {
                    let value = part_of(Expr::Name((*name).to_owned()), rest);
                    otherwise.extend(self.expr(&value));
                    return bounded(otherwise);
                }
                // `set_fact` and modules of one's own put theirs among the facts.
                ("ansible_facts", [Access::Key(name), rest @ ..]) => {
                    self.ask(name);
                    // A fact that is called like an extra variable is another value.
                    if self.values.is_extra(name) {
                        return vec![Pattern::any()];
                    }
                    if self.values.by_name.contains_key(*name) {
                        let value = part_of(Expr::Name((*name).to_owned()), rest);
                        otherwise.extend(self.expr(&value));
                    }
                }
                ("vars" | "groups" | "hostvars" | "inventory_file" | "play_hosts", _) => {
                    return vec![Pattern::any()];
                }
                _ => {}
            }
        }
        let fact = local.is_none() && is_fact(root);
        let bound = self.values.bound_to(root, self.scope);
        let global = self.values.by_name.get(root).map(Vec::as_slice);
        // In the value of another variable, what a task calls `item` can be that of another loop.
        let elsewhere =
            (local.and(global)).filter(|_| !self.seen.is_empty() && whose == Whose::Own);
        let whose = if elsewhere.is_some() {
            Whose::Elsewhere
        } else {
            whose
        };
        let definitions = match (local, global) {
            (Some(local), _) => local,
            (None, Some(global)) => {
                if self.values.beyond == Beyond::Any && !self.values.is_extra(root) {
                    return vec![Pattern::any()];
                }
                global
            }
            (None, None) if bound.is_some() => &[],
            (None, None) if fact => {
                otherwise.push(fact_of(root, &steps));
                return bounded(otherwise);
            }
            (None, None) if self.values.is_stranger(root) => {
                self.note([], true);
                // To use what has no value is an error, but for a default.
                if self.values.beyond == Beyond::Nothing {
                    return bounded(otherwise);
                }
                return vec![Pattern::any()];
            }
            _ => return vec![Pattern::any()],
        };
        let met = Met::new(root, whose, &steps);
        if let Some(at) = again(&self.seen, &met, definitions.len()) {
            // A variable that is defined by way of itself adds nothing new by itself.
            self.recursed = outermost(self.recursed, Some(at));
            self.cut = outermost(self.cut, Some(at));
            return Vec::new();
        }
        if self.seen.len() >= MAX_DEPTH {
            self.cut = Some(0);
            return vec![Pattern::any()];
        }
        self.seen.push(met);
        let mut found = BTreeSet::from_iter(otherwise);
        if fact {
            found.insert(fact_of(root, &steps));
        }
        let more = bound
            .into_iter()
            .flatten()
            .chain(elsewhere.into_iter().flatten());
        for definition in definitions.iter().chain(more) {
            let (definition, fixed) = match definition {
                Definition::Fixed(scope, definition) => (&**definition, Some(scope)),
                _ => (definition, None),
            };
            let before = fixed.map(|scope| self.fixed.replace(Arc::clone(scope)));
            let starts = self.starts(definition, &steps);
            if fact {
                // Most of these are one word each, as a fact is.
                let mut more = BTreeSet::new();
                for (start, steps) in starts {
                    self.descend(start, steps, &mut more);
                }
                found.extend(more.into_iter().filter(Pattern::can_have_slash));
            } else {
                for (start, steps) in starts {
                    self.descend(start, steps, &mut found);
                }
            }
            if let Some(before) = before {
                self.fixed = before;
            }
            if found.len() > MAX_ALTERNATIVES {
                break;
            }
        }
        self.seen.pop();
        // Within its value it is known by now what it can be.
        self.recursed = self.recursed.filter(|at| *at < self.seen.len());
        bounded(found)
    }

    /// Where steps into a variable begin, each with those that are left there.
    fn starts<'s, 'e>(
        &mut self,
        definition: &Definition,
        steps: &'s [Access<'e>],
    ) -> Vec<(Step, &'s [Access<'e>])> {
        let starts = match definition {
            Definition::Yaml(node) => vec![Step::Yaml(Arc::clone(node))],
            Definition::Json(value) => vec![Step::Json(value.clone())],
            Definition::Element(list) => elements(list),
            Definition::Patterns(patterns) => patterns.iter().cloned().map(Step::Pattern).collect(),
            // It is the part that is computed: of a mapping as a whole only its keys are names.
            Definition::Computed(expr) => {
                let found = self.expr(&part_of(expr.clone(), steps)).into_iter();
                return found.map(|found| (Step::Pattern(found), &[][..])).collect();
            }
            Definition::Looped(result) => {
                let element = steps.split_first().and_then(|(first, rest)| {
                    let (second, left) = index_of(rest).split_first()?;
                    let is_it = matches!((first, second), (Access::Key("results"), Access::Key(key)) if *key == result.variable);
                    is_it.then_some(left)
                });
                if let Some(left) = element {
                    let elements = result.elements.iter();
                    return elements
                        .flat_map(|element| self.starts(element, left))
                        .collect();
                }
                vec![Step::Pattern(Pattern::any())]
            }
            Definition::Fixed(_, definition) => return self.starts(definition, steps),
            Definition::Unknown => vec![Step::Pattern(Pattern::any())],
        };
        starts.into_iter().map(|start| (start, steps)).collect()
    }
}

/// Whether links are resolved in a path: a step upwards from it leads who knows where.
fn resolves_links(part: &Expr) -> bool {
    match part {
        Expr::Filter { value, name, .. } => name.ends_with("realpath") || resolves_links(value),
        _ => false,
    }
}

/// Of two places in `seen`, the one that is further out.
fn outermost(one: Option<usize>, other: Option<usize>) -> Option<usize> {
    one.into_iter().chain(other).min()
}

/// Whether a name is one that gathering facts sets: what it holds is one word.
fn is_fact(name: &str) -> bool {
    (name == "ansible_facts" || name.starts_with("ansible_"))
        && !name.starts_with("ansible_search_path")
}

/// What a fact can hold: one word, but for those that people fill or that are paths, and what is
/// called like one.
fn fact_of(root: &str, steps: &[Access<'_>]) -> Pattern {
    const FREE: [&str; 10] = [
        "config_file",
        "env",
        "failed_result",
        "failed_task",
        "inventory_sources",
        "local",
        "loop",
        "loop_var",
        "parent_role_paths",
        "user_dir",
    ];
    let name = match (root, steps.first()) {
        ("ansible_facts", Some(Access::Key(name))) => Some(*name),
        ("ansible_facts", _) => None,
        _ => root.strip_prefix("ansible_"),
    };
    if name.is_some_and(|name| !FREE.contains(&name)) {
        Pattern::segment()
    } else {
        Pattern::any()
    }
}

/// Each of these once, in order; or anything, as soon as they are too many. Two lists of
/// alternatives one after the other can be tens of thousands.
pub(super) fn bounded(found: impl IntoIterator<Item = Pattern>) -> Vec<Pattern> {
    let mut distinct = BTreeSet::new();
    for found in found {
        distinct.insert(found);
        if distinct.len() > MAX_ALTERNATIVES {
            return vec![Pattern::any()];
        }
    }
    distinct.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ansible::yaml::load;

    fn resolve(yaml: &str, name: &str) -> Vec<String> {
        let mut values = Values::default();
        for document in load(yaml.as_bytes()).unwrap() {
            values.define_all(&document);
            if let Some(list) = document.get("loop") {
                values.define("item", Definition::Element(Arc::clone(list)));
            }
        }
        values
            .resolve(&Name::new(name), &Scope::default())
            .iter()
            .map(Pattern::display)
            .collect()
    }

    #[test]
    fn a_loop_over_a_list_gives_its_elements() {
        assert_eq!(
            resolve("loop: [a.j2, b.j2]", "{{ item }}"),
            ["a.j2", "b.j2"]
        );
        assert_eq!(
            resolve("loop: [{src: a, n: 1}, {src: b}]", "x/{{ item.src }}.j2"),
            ["x/a.j2", "x/b.j2"]
        );
        assert_eq!(
            resolve("loop: '{{ l }}'\nl: [{src: a}]", "{{ item.src }}"),
            ["a"]
        );
        assert_eq!(
            resolve(
                "loop: '{{ d | dict2items }}'\nd: {a: {f: x}, b: {f: y}}",
                "{{ item.key }}-{{ item.value.f }}"
            ),
            ["a-x", "a-y", "b-x", "b-y"]
        );
    }

    #[test]
    fn a_fact_is_a_hole_within_a_directory_and_the_unknown_is_any() {
        assert_eq!(
            resolve("a: 1", "{{ ansible_os_family | lower }}.yml"),
            ["*.yml"]
        );
        assert!(
            Values::default()
                .resolve(&Name::new("{{ x }}"), &Scope::default())
                .iter()
                .all(Pattern::is_any)
        );
        assert_eq!(resolve("a: b", "{{ nothing | default('d') }}"), ["d"]);
        assert_eq!(resolve("a: '{{ a }}'", "{{ a }}.yml"), Vec::<String>::new());
    }

    #[test]
    fn what_is_remembered_of_one_place_is_not_told_in_another() {
        let mut values = Values::default();
        for document in load(b"x: '{{ y }}'\ny: '{{ role_path }}/{{ f }}'\nf: f").unwrap() {
            values.define_all(&document);
        }
        let within = |names: &[(&str, Definition)]| {
            let mut scope = Scope::default();
            for (name, definition) in names {
                let known = scope.local.entry((*name).to_owned()).or_default();
                known.push(definition.clone());
            }
            let found = values.resolve(&Name::new("{{ x }}"), &scope);
            found.iter().map(Pattern::display).collect::<Vec<_>>()
        };
        let text = |text: &str| Definition::Patterns(vec![Pattern::literal(text)]);
        let list = load(b"[g, h]").unwrap().remove(0);
        for _ in 0..2 {
            assert_eq!(within(&[("role_path", text("a"))]), ["a/f"]);
            assert_eq!(within(&[("role_path", text("b"))]), ["b/f"]);
            let both = [("role_path", text("a")), ("f", text("g"))];
            assert_eq!(within(&both), ["a/f", "a/g"]);
            let looped = [
                ("role_path", text("a")),
                ("f", Definition::Element(list.clone())),
            ];
            assert_eq!(within(&looped), ["a/f", "a/g", "a/h"]);
        }
    }
}
