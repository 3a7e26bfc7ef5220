//! Hosts by the `hosts` blocks of the configuration, which alone decide where there are any.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::connect::{is_connectable, is_user};
use super::draft::{Draft, NoteKind, Skipped, candidates, room_for_all};
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
pub(super) fn drafts<'s>(
    state: &'s State<'_>,
    rules: &InventoryRules,
    survey: &Survey<'s>,
    options: BuildOptions,
    findings: &mut Findings,
) -> Result<Vec<Draft<'s>>, InventoryError> {
    let mut blocks: HashMap<&str, Block<'_>> = HashMap::new();
    for rule in &rules.hosts {
        check_names(rule)?;
        let kind = rule.resource_type.as_str();
        blocks
            .entry(kind)
            .or_insert_with(|| Block::of(kind))
            .add(rule);
    }
    for block in blocks.values_mut() {
        block.read_further();
    }
    let mut drafts = room_for_all(state);
    for object in candidates(state) {
        let Some(block) = blocks.get_mut(object.resource_type.as_str()) else {
            continue;
        };
        let row = row_or_plain(&object.resource_type);
        let machine = Machine::read(object, row, &mut block.wanted, survey);
        let values = if block.reads_all {
            object.values()
        } else {
            block.wanted.values(object)
        };
        let mask = object.has_sensitive_marks().then(|| object.sensitive());
        let parts = resource(object, &machine.address);
        let evaluator = Evaluator::new(&machine.address, &values, mask.as_ref(), &parts);
        for (rule, groups) in &block.rules {
            if !matches(rule, &evaluator)? {
                continue;
            }
            let given = given(rule, &evaluator, &machine.address, findings)?;
            let addressed = machine.is_reachable() || given.own.contains_key("ansible_host");
            if addressed || options.allow_unaddressed {
                drafts.push(Draft {
                    chosen: given.chosen,
                    own: given.own,
                    secret: given.secret,
                    groups: Rc::clone(groups),
                    ..machine.into_draft()
                });
            } else {
                findings.skipped.push(Skipped {
                    reason: machine.no_address(),
                    address: machine.address,
                });
            }
            break;
        }
    }
    Ok(drafts)
}

/// The blocks for one type of resource.
struct Block<'r> {
    rules: Vec<(&'r HostRule, Rc<BTreeSet<String>>)>,
    /// Reads the attributes that say which machine it is
    wanted: Picker,
    /// The attributes that the expressions read
    read: BTreeSet<String>,
    /// Whether they may read any
    reads_all: bool,
}

impl<'r> Block<'r> {
    fn of(kind: &str) -> Self {
        Self {
            rules: Vec::new(),
            wanted: Picker::new(wanted_of(kind, row_or_plain(kind))),
            read: BTreeSet::new(),
            reads_all: false,
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
            match expr.self_attributes() {
                Some(more) => self.read.extend(more),
                None => self.reads_all = true,
            }
        }
        let groups = rule.groups.iter().cloned().collect();
        self.rules.push((rule, Rc::new(groups)));
    }

    /// Reads, from now on, what the expressions of all blocks read.
    fn read_further(&mut self) {
        let wanted = std::mem::take(&mut self.wanted);
        self.wanted = wanted.with_further(std::mem::take(&mut self.read));
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

/// What a block says of a host.
#[derive(Default)]
struct Given {
    chosen: Option<String>,
    own: BTreeMap<String, Value<'static>>,
    secret: BTreeSet<String>,
}

fn given(
    rule: &HostRule,
    evaluator: &Evaluator<'_>,
    resource: &str,
    findings: &mut Findings,
) -> Result<Given, InventoryError> {
    let mut given = Given::default();
    if let Some(expr) = &rule.name {
        given.chosen = evaluator.text(expr, "name")?;
    }
    let mut set = |name: &str, value: Value<'static>| given.own.insert(name.to_owned(), value);
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
            given.secret.insert(name.clone());
            evaluator.unguarded(expr, name)?
        } else {
            evaluator.guarded(expr, name)?
        };
        if without_live_keys(&mut value) {
            let why = "a part of it has a name that Ansible would not take for data";
            let about = NoteKind::VariableLeftOut(name.clone(), why);
            findings.note(resource, about);
        }
        given.own.insert(name.clone(), value);
    }
    Ok(given)
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
pub(crate) fn resource<'o>(object: &'o Object<'_>, address: &'o str) -> Value<'o> {
    use crate::terraform::InstanceKey;
    let module = Some(object.module.as_str()).filter(|module| !module.is_empty());
    let key = object.key.as_ref().map(|key| match key {
        InstanceKey::Number(text) => Value::Number(text.as_str().into()),
        InstanceKey::String(text) => Value::from(text.as_str()),
    });
    crate::config::resource_names(address, module, &object.resource_type, &object.name, key)
}
