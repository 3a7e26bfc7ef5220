//! Hosts by the `hosts` blocks of the configuration, which alone decide where there are any.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use super::connect::{is_connectable, is_user};
use super::draft::{Draft, NoteKind, Skipped, candidates};
use super::evaluate::Evaluator;
use super::findings::Findings;
use super::machine::Machine;
use super::names::{is_group_name, is_variable_name};
use super::pick::Picker;
use super::survey::{Survey, row_or_plain, wanted_of};
use super::variable::{port, without_live_keys};
use super::{BuildOptions, InventoryError};
use crate::config::{Expr, HostRule, InventoryRules};
use crate::json::Value;
use crate::terraform::{Object, State};

/// The hosts that the blocks of `rules` make of a state.
pub(super) fn drafts(
    state: &State<'_>,
    rules: &InventoryRules,
    survey: &Survey,
    options: BuildOptions,
    findings: &mut Findings,
) -> Result<Vec<Draft>, InventoryError> {
    let mut blocks: HashMap<&str, Block<'_, '_>> = HashMap::new();
    for rule in &rules.hosts {
        check_names(rule)?;
        let kind = rule.resource_type.as_str();
        blocks
            .entry(kind)
            .or_insert_with(|| Block::of(kind))
            .add(rule);
    }
    let mut drafts = Vec::new();
    for object in candidates(state) {
        let Some(block) = blocks.get_mut(object.resource_type.as_str()) else {
            continue;
        };
        let row = row_or_plain(&object.resource_type);
        let machine = Machine::read(object, row, &mut block.wanted, survey);
        let values = match &block.read {
            Some(read) => object.some_values(|name| read.contains(name)),
            None => object.values(),
        };
        let mask = object.has_sensitive_marks().then(|| object.sensitive());
        let parts = resource(object, &machine.address);
        let evaluator = Evaluator::new(&machine.address, &values, mask.as_ref(), &parts);
        for (rule, groups) in &block.rules {
            if !matches(rule, &evaluator)? {
                continue;
            }
            let draft = draft(rule, groups, &machine, &evaluator, findings)?;
            if draft.vars.contains_key("ansible_host") || options.allow_unaddressed {
                drafts.push(draft);
            } else {
                findings.skipped.push(Skipped {
                    reason: machine.no_address(),
                    address: machine.address.clone(),
                });
            }
            break;
        }
    }
    Ok(drafts)
}

/// The blocks for one type of resource.
struct Block<'r, 'a> {
    rules: Vec<(&'r HostRule, Rc<BTreeSet<String>>)>,
    /// Reads the attributes that say which machine it is
    wanted: Picker<'a>,
    /// The attributes that the expressions read; none where they may read any
    read: Option<BTreeSet<String>>,
}

impl<'r> Block<'r, '_> {
    fn of(kind: &str) -> Self {
        Self {
            rules: Vec::new(),
            wanted: Picker::new(wanted_of(kind, row_or_plain(kind))),
            read: Some(BTreeSet::new()),
        }
    }

    fn add(&mut self, rule: &'r HostRule) {
        let exprs = [
            &rule.when,
            &rule.name,
            &rule.address,
            &rule.user,
            &rule.port,
        ];
        for expr in exprs.into_iter().flatten().chain(rule.vars.values()) {
            self.read = match (self.read.take(), expr.self_attributes()) {
                (Some(mut read), Some(more)) => {
                    read.extend(more);
                    Some(read)
                }
                _ => None,
            };
        }
        let groups = rule.groups.iter().cloned().collect();
        self.rules.push((rule, Rc::new(groups)));
    }
}

fn matches(rule: &HostRule, evaluator: &Evaluator<'_>) -> Result<bool, InventoryError> {
    let Some(when) = &rule.when else {
        return Ok(true);
    };
    // Only whether it holds is told, so it may look at anything.
    match evaluator.unguarded(when, "when")? {
        Value::Bool(holds) => Ok(holds),
        Value::Null => Ok(false),
        other => Err(evaluator.invalid(when, "when", "true or false", &other)),
    }
}

fn draft(
    rule: &HostRule,
    groups: &Rc<BTreeSet<String>>,
    machine: &Machine<'_, '_>,
    evaluator: &Evaluator<'_>,
    findings: &mut Findings,
) -> Result<Draft, InventoryError> {
    let mut draft = machine.draft();
    draft.groups = Rc::clone(groups);
    draft.chosen = match &rule.name {
        Some(expr) => evaluator.text(expr, "name")?,
        None => None,
    };
    let mut set = |name: &str, value: Value<'static>| draft.vars.insert(name.to_owned(), value);
    if let Some(expr) = &rule.address
        && let Some(text) = evaluator.text(expr, "address")?
    {
        if !is_connectable(&text) {
            let expected = "an IP address or a host name";
            return Err(evaluator.invalid(expr, "address", expected, &Value::string(text)));
        }
        set("ansible_host", Value::string(text));
    }
    if let Some(expr) = &rule.user
        && let Some(text) = evaluator.text(expr, "user")?
    {
        if !is_user(&text) {
            return Err(evaluator.invalid(expr, "user", "a login", &Value::string(text)));
        }
        set("ansible_user", Value::string(text));
    }
    if let Some(expr) = &rule.port {
        let value = evaluator.guarded(expr, "port")?;
        if !value.is_empty() {
            let number = port(&value).ok_or_else(|| {
                evaluator.invalid(expr, "port", "a number from 1 to 65535", &value)
            })?;
            set("ansible_port", Value::from(i64::from(number)));
        }
    }
    for (name, expr) in &rule.vars {
        let mut value = if rule.sensitive.contains(name) {
            draft.secret.insert(name.clone());
            evaluator.unguarded(expr, name)?
        } else {
            evaluator.guarded(expr, name)?
        };
        if without_live_keys(&mut value) {
            let why = "a part of it has a name that Ansible would not take for data";
            let about = NoteKind::VariableLeftOut(name.clone(), why);
            findings.note(&machine.address, about);
        }
        draft.vars.insert(name.clone(), value);
    }
    Ok(draft)
}

/// Checks the names that a block gives to groups and variables.
fn check_names(rule: &HostRule) -> Result<(), InventoryError> {
    let place = || {
        format!(
            "the hosts block of {} at line {}",
            rule.resource_type, rule.line
        )
    };
    if let Some(name) = rule.groups.iter().find(|name| !is_group_name(name)) {
        return Err(InventoryError::GroupName {
            place: place(),
            name: name.clone(),
        });
    }
    // The reader of `infra.hcl` says so too; but rules may be made by a program.
    // A constant is the word of whoever wrote the file, and may set what Ansible reads
    // itself, such as `ansible_connection`; a value of the cloud's may not.
    let reserved = |name: &str, expr: &Expr| {
        !is_variable_name(name)
            || (name.starts_with("ansible_") && expr.depends_on_self())
            || matches!(name, "infra" | "infra_addresses")
    };
    match rule.vars.iter().find(|(name, expr)| reserved(name, expr)) {
        Some((name, _)) => Err(InventoryError::VariableName {
            place: place(),
            name: name.clone(),
        }),
        None => Ok(()),
    }
}

/// What `resource` stands for in an expression.
fn resource<'o>(object: &'o Object<'_>, address: &'o str) -> Value<'o> {
    use crate::terraform::InstanceKey;
    let module = Some(object.module.as_str()).filter(|module| !module.is_empty());
    let key = object.key.as_ref().map(|key| match key {
        InstanceKey::Number(text) => Value::Number(text.as_str().into()),
        InstanceKey::String(text) => Value::from(text.as_str()),
    });
    crate::config::resource_names(address, module, &object.resource_type, &object.name, key)
}
