//! From an argument to the resources it reads, through variables, outputs and modules.

use std::collections::HashMap;

use crate::consequence::reference::{Reference, references};
use crate::consequence::scope::Scope;
use crate::json::{Path, Raw, Value};
use crate::terraform::{ConfigModule, ConfigResource, Configuration, ModuleCall};

/// The number of an [`Expression`].
pub(super) type ExpressionId = usize;

/// What an expression reads, as far as the configuration tells.
#[derive(Debug, Default)]
pub(super) struct Expression {
    /// Parts of resources of the module it stands in
    pub(super) targets: Vec<Target>,
    /// Other expressions, and where they stand seen from here
    pub(super) others: Vec<(ExpressionId, Place)>,
    /// Whether it reads local values, of which only `relevant_attributes` knows more
    pub(super) locals: bool,
    /// The first thing it reads whose value the plan doesn't trace
    pub(super) opaque: Option<String>,
}

/// A part of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Target {
    /// `TYPE.NAME`
    pub(super) resource: String,
    /// The instance, as written. None: any
    pub(super) key: Option<String>,
    /// The attribute; the root for the object as a whole
    pub(super) attribute: Path,
}

/// Where another expression stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// In the module that calls this one
    Parent,
    /// In a module called here
    Child {
        name: String,
        key: Option<String>,
        repeated: bool,
    },
}

impl Place {
    pub(super) fn seen_from(&self, scope: &Scope) -> Scope {
        match self {
            Self::Parent => scope.parent(),
            Self::Child {
                name,
                key,
                repeated,
            } => scope.child(name, key.as_deref(), *repeated),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Name {
    /// An argument of a resource
    Argument(String, String),
    /// The expression that a call gives to a variable of this module
    Variable(String),
    /// An output of this module
    Output(String),
}

struct Module<'c> {
    config: &'c ConfigModule<'c>,
    parent: Option<usize>,
    call: Option<&'c ModuleCall<'c>>,
    children: HashMap<&'c str, usize>,
    resources: HashMap<&'c str, &'c ConfigResource<'c>>,
}

/// Reads each expression of a configuration at most once.
pub(super) struct Resolver<'c> {
    modules: Vec<Module<'c>>,
    arguments: HashMap<(usize, String), Option<Value<'c>>>,
    ids: HashMap<(usize, Name), ExpressionId>,
    waiting: Vec<(ExpressionId, usize, Name)>,
    expressions: Vec<Expression>,
}

impl<'c> Resolver<'c> {
    pub(super) fn new(configuration: &'c Configuration<'c>) -> Self {
        let mut modules = vec![Module::new(&configuration.root_module, None, None)];
        let mut number = 0;
        while let Some(module) = modules.get(number) {
            let config = module.config;
            for (name, call) in &config.module_calls {
                let child = modules.len();
                modules.push(Module::new(&call.module, Some(number), Some(call)));
                if let Some(module) = modules.get_mut(number) {
                    module.children.insert(name.as_str(), child);
                }
            }
            number += 1;
        }
        Self {
            modules,
            arguments: HashMap::new(),
            ids: HashMap::new(),
            waiting: Vec::new(),
            expressions: Vec::new(),
        }
    }

    pub(super) fn expression(&self, id: ExpressionId) -> Option<&Expression> {
        self.expressions.get(id)
    }

    /// The expression of an argument. None: the attribute is no argument, or isn't given.
    pub(super) fn argument(
        &mut self,
        scope: &Scope,
        resource: &str,
        argument: &str,
    ) -> Option<ExpressionId> {
        let module = self.module(scope)?;
        self.given(module, resource)?.get(argument)?;
        let name = Name::Argument(resource.to_owned(), argument.to_owned());
        Some(self.settled(module, name))
    }

    /// Whether the configuration has this resource.
    pub(super) fn has(&self, scope: &Scope, resource: &str) -> bool {
        self.module(scope)
            .and_then(|module| self.modules.get(module))
            .is_some_and(|module| module.resources.contains_key(resource))
    }

    /// The expression of an output of the root module.
    pub(super) fn output(&mut self, name: &str) -> Option<ExpressionId> {
        self.modules.first()?.config.outputs.get(name)?;
        Some(self.settled(0, Name::Output(name.to_owned())))
    }

    fn module(&self, scope: &Scope) -> Option<usize> {
        scope.names().try_fold(0, |module, name| {
            self.modules.get(module)?.children.get(name).copied()
        })
    }

    /// The `expressions` of a resource.
    fn given(&mut self, module: usize, resource: &str) -> Option<&Value<'c>> {
        let config = *self.modules.get(module)?.resources.get(resource)?;
        self.arguments
            .entry((module, resource.to_owned()))
            .or_insert_with(|| config.expressions.map(Value::from_raw))
            .as_ref()
    }

    fn settled(&mut self, module: usize, name: Name) -> ExpressionId {
        let id = self.id(module, name);
        // A loop, not a recursion: modules can hand a value on ten thousand times.
        while let Some((id, module, name)) = self.waiting.pop() {
            let expression = self.read(module, &name);
            if let Some(slot) = self.expressions.get_mut(id) {
                *slot = expression;
            }
        }
        id
    }

    fn id(&mut self, module: usize, name: Name) -> ExpressionId {
        if let Some(id) = self.ids.get(&(module, name.clone())) {
            return *id;
        }
        let id = self.expressions.len();
        self.expressions.push(Expression::default());
        self.ids.insert((module, name.clone()), id);
        self.waiting.push((id, module, name));
        id
    }

    fn read(&mut self, module: usize, name: &Name) -> Expression {
        let Some(Module { config, call, .. }) = self.modules.get(module) else {
            return Expression::default();
        };
        let (list, for_each, at) = match name {
            Name::Argument(resource, argument) => {
                let for_each = self
                    .modules
                    .get(module)
                    .and_then(|module| module.resources.get(resource.as_str()))
                    .and_then(|resource| resource.for_each_expression);
                let given = self.given(module, resource);
                let list = given.and_then(|given| given.get(argument)).map(references);
                (list, for_each, module)
            }
            Name::Output(output) => {
                let raw = config.outputs.get(output.as_str());
                let raw = raw.and_then(|output| output.expression);
                (
                    raw.map(|raw| references(&Value::from_raw(raw))),
                    None,
                    module,
                )
            }
            Name::Variable(variable) => {
                let raw = call.and_then(|call| call.expressions);
                let list = raw
                    .map(Value::from_raw)
                    .and_then(|given| given.get(variable).map(references));
                let for_each = call.and_then(|call| call.for_each_expression);
                let parent = self.modules.get(module).and_then(|module| module.parent);
                (list, for_each, parent.unwrap_or_default())
            }
        };
        let mut expression = Expression::default();
        for reference in list.unwrap_or_default() {
            self.follow(reference, at, for_each, &mut expression);
        }
        expression
    }

    fn follow(
        &mut self,
        reference: Reference,
        module: usize,
        for_each: Option<Raw<'c>>,
        into: &mut Expression,
    ) {
        match reference {
            Reference::Fixed => {}
            Reference::Resource {
                name,
                key,
                attribute,
            } => into.targets.push(Target {
                resource: name,
                key,
                attribute,
            }),
            Reference::Local(name) => {
                into.locals = true;
                into.opaque.get_or_insert(format!("local.{name}"));
            }
            Reference::Opaque(text) => {
                into.opaque.get_or_insert(text);
            }
            Reference::Variable(name) => {
                let at = self.modules.get(module);
                let is_given = at.is_some_and(|module| module.parent.is_some());
                if is_given {
                    let id = self.id(module, Name::Variable(name));
                    into.others.push((id, Place::Parent));
                } else {
                    into.opaque.get_or_insert(format!("var.{name}"));
                }
            }
            Reference::EachValue => match for_each {
                // `each` in a `for_each` itself does not exist, so this goes one level deep.
                Some(raw) => {
                    for reference in references(&Value::from_raw(raw)) {
                        self.follow(reference, module, None, into);
                    }
                }
                None => {
                    into.opaque.get_or_insert("each.value".to_owned());
                }
            },
            Reference::Module { name, key, output } => {
                let child = self.modules.get(module);
                let child = child.and_then(|module| module.children.get(name.as_str()).copied());
                let called = child.and_then(|child| self.modules.get(child));
                let (Some(child), Some(called)) = (child, called) else {
                    into.opaque.get_or_insert(format!("module.{name}"));
                    return;
                };
                let repeated = called.call.is_some_and(|call| {
                    call.count_expression.is_some() || call.for_each_expression.is_some()
                });
                let outputs: Vec<String> = match output {
                    Some(output) => vec![output],
                    None => called
                        .config
                        .outputs
                        .keys()
                        .map(ToString::to_string)
                        .collect(),
                };
                for output in outputs {
                    let place = Place::Child {
                        name: name.clone(),
                        key: key.clone(),
                        repeated,
                    };
                    into.others
                        .push((self.id(child, Name::Output(output)), place));
                }
            }
        }
    }
}

impl<'c> Module<'c> {
    fn new(
        config: &'c ConfigModule<'c>,
        parent: Option<usize>,
        call: Option<&'c ModuleCall<'c>>,
    ) -> Self {
        Self {
            config,
            parent,
            call,
            children: HashMap::new(),
            resources: config
                .resources
                .iter()
                .map(|resource| (resource.address.as_str(), resource))
                .collect(),
        }
    }
}
