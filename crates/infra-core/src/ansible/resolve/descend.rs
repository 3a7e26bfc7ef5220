//! Steps into a value, to the part of it that is asked for.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{MAX_ALTERNATIVES, Resolver, scalar};
use crate::ansible::jinja::{Access, Expr, is_template};
use crate::ansible::name::Pattern;
use crate::ansible::yaml::{Data, Node};
use crate::json::Value;

/// A value on the way to the part of it that is asked for.
#[derive(Clone)]
pub(super) enum Step {
    Yaml(Arc<Node>),
    Json(Value<'static>),
    Pattern(Pattern),
}

impl Resolver<'_> {
    pub(super) fn descend(
        &mut self,
        at: Step,
        steps: &[Access<'_>],
        found: &mut BTreeSet<Pattern>,
    ) {
        if found.len() > MAX_ALTERNATIVES {
            return;
        }
        match at {
            Step::Pattern(pattern) => {
                found.extend(characters(&pattern, steps));
                found.insert(pattern);
            }
            Step::Json(value) => self.descend_json(&value, steps, found),
            Step::Yaml(node) => match &node.data {
                Data::Sequence(items) => {
                    for steps in into_elements(steps) {
                        for item in items {
                            self.descend(Step::Yaml(Arc::clone(item)), steps, found);
                        }
                    }
                }
                Data::Mapping(members) => match steps.split_first() {
                    Some((Access::Key(key), rest)) => {
                        if let Some(value) = node.get(key) {
                            self.descend(Step::Yaml(Arc::clone(value)), rest, found);
                        } else if key.parse::<i64>().is_ok() {
                            // The elements of `with_nested` and its kin are lists themselves.
                            self.descend(Step::Yaml(Arc::clone(&node)), rest, found);
                        }
                        if matches!(*key, "key" | "value") {
                            // `dict2items` and `with_dict`
                            for (name, value) in members {
                                let part = if *key == "key" { name } else { value };
                                self.descend(Step::Yaml(Arc::clone(part)), rest, found);
                            }
                        }
                    }
                    Some((Access::Computed(_), rest)) => {
                        for (_, value) in members {
                            self.descend(Step::Yaml(Arc::clone(value)), rest, found);
                        }
                    }
                    // `list`, `first` and a loop go through the keys.
                    None => {
                        for (name, _) in members {
                            self.descend(Step::Yaml(Arc::clone(name)), &[], found);
                        }
                    }
                },
                Data::Scalar { text, plain } => {
                    if node.is_opaque() {
                        found.insert(if node.tag.as_deref() == Some("!unsafe") {
                            Pattern::literal(text.clone())
                        } else {
                            Pattern::any()
                        });
                    } else {
                        let printed = Some(text).filter(|_| *plain && steps.is_empty());
                        let printed = printed.and_then(|text| scalar::printed(text));
                        found.extend(printed.map(Pattern::literal));
                        if *plain && scalar::is_null(text) {
                            found.extend(scalar::nothing());
                        }
                        self.text(text, steps, found);
                    }
                }
            },
        }
    }

    fn descend_json(
        &mut self,
        value: &Value<'static>,
        steps: &[Access<'_>],
        found: &mut BTreeSet<Pattern>,
    ) {
        match value {
            Value::Array(items) => {
                for steps in into_elements(steps) {
                    for item in items {
                        self.descend_json(item, steps, found);
                    }
                }
            }
            Value::Object(members) => match steps.split_first() {
                Some((Access::Key(key), rest)) => {
                    if let Some(value) = members.get(key) {
                        self.descend_json(value, rest, found);
                    }
                    if *key == "key" {
                        found.extend(members.keys().map(|name| Pattern::literal(&**name)));
                    } else if *key == "value" {
                        (members.values()).for_each(|value| self.descend_json(value, rest, found));
                    }
                }
                Some((Access::Computed(_), rest)) => {
                    members
                        .values()
                        .for_each(|value| self.descend_json(value, rest, found));
                }
                None => found.extend(members.keys().map(|name| Pattern::literal(&**name))),
            },
            Value::String(text) | Value::Number(text) => self.text(text, steps, found),
            Value::Bool(value) => found.extend(scalar::boolean(*value)),
            Value::Null => found.extend(scalar::nothing()),
        }
    }

    fn text(&mut self, text: &str, steps: &[Access<'_>], found: &mut BTreeSet<Pattern>) {
        if !is_template(text) {
            if steps
                .iter()
                .all(|step| matches!(step, Access::Key(key) if key.parse::<i64>().is_ok()))
            {
                found.insert(Pattern::literal(text));
            }
            found.extend(characters(&Pattern::literal(text), steps));
            return;
        }
        let Some(parts) = self.values.memo().parts(text) else {
            found.insert(Pattern::any());
            return;
        };
        // `x: "{{ y }}"` and then `x.z` is `y.z`.
        if let ([part], false) = (&*parts, steps.is_empty()) {
            found.extend(self.expr(&part_of(part.clone(), steps)));
        } else {
            for whole in self.concat(&parts) {
                found.extend(characters(&whole, steps));
                found.insert(whole);
            }
        }
    }
}

/// What steps into a text give, beside the text itself: of one that was an element of a list, they
/// can have been those into the list.
fn characters(text: &Pattern, steps: &[Access<'_>]) -> Vec<Pattern> {
    let (Some(first), true) = (steps.first(), steps.iter().all(may_be_index)) else {
        return Vec::new();
    };
    match (first, text.as_literal()) {
        (Access::Key(index), _) => {
            let index = index.parse().ok();
            index
                .and_then(|at| text.character(at))
                .into_iter()
                .collect()
        }
        (Access::Computed(_), Some(text)) => {
            // Nobody means all of a directory by it.
            let characters = text.chars().filter(|one| !matches!(one, '.' | '/'));
            characters
                .map(|one| Pattern::literal(one.to_string()))
                .collect()
        }
        (Access::Computed(_), None) => vec![Pattern::any()],
    }
}

/// Whether a step can be into a list.
fn may_be_index(step: &Access<'_>) -> bool {
    match step {
        Access::Key(key) => key.parse::<i64>().is_ok(),
        Access::Computed(_) => true,
    }
}

/// The part of a value that steps lead to.
pub(super) fn part_of(value: Expr, steps: &[Access<'_>]) -> Expr {
    steps.iter().fold(value, |value, step| match step {
        Access::Key(key) => Expr::Attr(Box::new(value), (*key).to_owned()),
        Access::Computed(key) => Expr::Item(Box::new(value), Box::new((*key).clone())),
    })
}

/// The elements of a loop: of a list as written, or of an expression's value. Lists in
/// it are flattened, as `with_items` does once.
pub(super) fn elements(list: &Arc<Node>) -> Vec<Step> {
    match &list.data {
        Data::Sequence(items) => items
            .iter()
            .flat_map(|item| {
                if item.is_sequence() {
                    elements(item)
                } else {
                    vec![Step::Yaml(Arc::clone(item))]
                }
            })
            .collect(),
        Data::Mapping(_) | Data::Scalar { .. } => vec![Step::Yaml(Arc::clone(list))],
    }
}

/// Numbers index a list, whose every element counts; other steps go to the elements.
pub(super) fn index_of<'s, 'e>(steps: &'s [Access<'e>]) -> &'s [Access<'e>] {
    match steps.split_first() {
        Some((Access::Key(key), rest)) if key.parse::<i64>().is_ok() => rest,
        Some((Access::Computed(Expr::Op(_) | Expr::Number(_)), rest)) => rest,
        _ => steps,
    }
}

/// The steps that are left in the elements of a list. What only a run can know may be a number, or,
/// where it isn't the list that it is a step into but each of its elements, a name.
pub(super) fn into_elements<'s, 'e>(steps: &'s [Access<'e>]) -> Vec<&'s [Access<'e>]> {
    match (index_of(steps), steps) {
        (left, [Access::Computed(_), rest @ ..]) if left.len() == steps.len() => vec![rest, steps],
        (left, _) => vec![left],
    }
}
