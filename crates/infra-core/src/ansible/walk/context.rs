//! Where a task stands: what decides where its names are looked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::includes::Includes;
use super::once::runs_once;
use super::place::may_run_here;
use super::preserve::Defaults;
use crate::ansible::closure::Reach;
use crate::ansible::jinja::Expr;
use crate::ansible::name::Name;
use crate::ansible::search::{Beside, Place};
use crate::ansible::values::Scope;
use crate::ansible::yaml::Node;

/// How something was reached: the last step, and the way to it.
#[derive(Debug)]
pub(super) struct Via {
    above: Option<Arc<Self>>,
    step: String,
}

impl Via {
    pub(super) fn root(step: impl Into<String>) -> Arc<Self> {
        Arc::new(Self {
            above: None,
            step: step.into(),
        })
    }

    pub(super) fn then(self: &Arc<Self>, step: impl Into<String>) -> Arc<Self> {
        Arc::new(Self {
            above: Some(Arc::clone(self)),
            step: step.into(),
        })
    }

    /// The steps from the playbook on.
    pub(super) fn steps(&self) -> Vec<String> {
        let mut steps = vec![self.step.clone()];
        let mut at = self.above.as_ref();
        while let Some(via) = at {
            steps.push(via.step.clone());
            at = via.above.as_ref();
        }
        steps.reverse();
        steps
    }
}

/// Where a task stands.
#[derive(Debug, Clone)]
pub(super) struct Context {
    /// The index of the play
    pub(super) play: usize,
    /// The directory of the playbook file that has the play
    pub(super) base: Utf8PathBuf,
    /// The directories of the roles, from the outermost to the innermost
    pub(super) roles: Vec<Utf8PathBuf>,
    /// What the innermost of them was named
    pub(super) called: Arc<str>,
    /// The file that the task is in
    pub(super) file: Utf8PathBuf,
    /// The directories that the files of the includes above were named with
    pub(super) includes: Includes,
    /// Whether these are handlers
    pub(super) handlers: bool,
    /// Collections whose roles need no full name
    pub(super) collections: Vec<String>,
    /// What keywords above say
    pub(super) keywords: Keywords,
    /// Where what is found applies
    pub(super) reach: Reach,
    /// How the file was reached
    pub(super) via: Arc<Via>,
    /// How many includes are above
    pub(super) depth: usize,
}

impl Context {
    /// The innermost role.
    pub(super) fn role(&self) -> Option<&Utf8PathBuf> {
        self.roles.last()
    }

    /// The subdirectory of a role that these tasks come from.
    pub(super) fn subdir(&self) -> &'static str {
        if self.handlers { "handlers" } else { "tasks" }
    }

    /// The same place, within a block, a task or the entry of a role.
    pub(super) fn under(&self, node: &Node) -> Self {
        Self {
            keywords: self.keywords.with(node),
            ..self.clone()
        }
    }

    /// The same place, one step further.
    pub(super) fn step(&self, line: u32, what: &str) -> Self {
        self.step_in(&self.file, line, what)
    }

    /// The same, where another file says so than the task's.
    pub(super) fn step_in(&self, file: &Utf8Path, line: u32, what: &str) -> Self {
        Self {
            via: self.via.then(format!("{file}:{line} {what}")),
            ..self.clone()
        }
    }
}

/// What keywords of plays, blocks and tasks say of the tasks below.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Keywords {
    /// What `module_defaults` may say
    pub(super) defaults: Defaults,
    /// Whether tasks run on one host of the play for all
    pub(super) once: bool,
    /// Whether tasks may run on this machine, which has the tree
    pub(super) here: bool,
}

impl Keywords {
    /// What they say with those of a play, a block, a task or the entry of a role.
    pub(super) fn with(self, node: &Node) -> Self {
        Self {
            defaults: self.defaults.with(node),
            once: self.once || runs_once(node),
            here: self.here || may_run_here(node),
        }
    }
}

/// Which files of a role are loaded instead of `main`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct RoleFiles(pub(super) BTreeMap<&'static str, String>);

impl RoleFiles {
    /// The same with this file in one part.
    pub(super) fn with(&self, part: &'static str, file: &str) -> Self {
        let mut files = self.clone();
        files.0.insert(part, file.to_owned());
        files
    }
}

/// What a file is used as.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Use {
    /// Tasks, named by this text
    Tasks,
    /// Variables; with a name, the value of that one
    Vars(Option<String>),
    /// A template
    Template,
    /// A template with delimiters of its own
    Delimited,
    /// Bytes; of a directory all that is below it
    Data,
    /// The same, of a name with options behind it
    Password,
    /// That it is there, whatever is in it
    Presence,
    /// A role
    Role(RoleFiles),
}

/// What counts of a file or directory besides what a [`Use`] reads of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Besides {
    Nothing,
    /// Where links lead
    Links,
    /// The modes of files
    Modes,
    /// The modes of files and directories, and where links lead
    Entries,
}

/// Where to look for a name.
#[derive(Debug, Clone)]
pub(super) enum Search {
    /// As actions and lookups do, in these subdirectories
    Needle(Vec<&'static str>),
    /// The same, wherever a task of the play stands
    Anywhere(Vec<&'static str>),
    /// As includes of tasks do
    Tasks {
        /// Whether while the playbook runs
        dynamic: bool,
    },
    /// As roles are found
    Roles,
    /// As a template does what it includes, and as that does what it includes itself
    Included(Beside),
    /// Here
    Places(Vec<Place>),
}

/// A name that is looked for.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) context: Context,
    pub(super) name: Name,
    pub(super) scope: Scope,
    pub(super) search: Search,
    pub(super) used: Use,
    pub(super) besides: Besides,
    /// The file that the name stands in. None: the task's own
    pub(super) within: Option<Utf8PathBuf>,
    pub(super) line: u32,
    /// The word for it in the chain: `template`, `roles`
    pub(super) what: String,
    /// The module of somebody's that it is an argument of, and that may read it or not. None:
    /// Ansible looks here and nowhere else, so that its absence is worth telling
    pub(super) argument_of: Option<String>,
    /// Whether the holes in the name are a glob's, so that nothing is unresolved
    pub(super) glob: bool,
}

impl Wanted {
    /// A name that Ansible itself looks for, as data, from where a task stands; where, its kind
    /// says.
    pub(super) fn new(context: &Context, name: Name, line: u32, what: &str) -> Self {
        Self {
            context: context.clone(),
            name,
            scope: Scope::default(),
            search: Search::Needle(Vec::new()),
            used: Use::Data,
            besides: Besides::Nothing,
            within: None,
            line,
            what: what.to_owned(),
            argument_of: None,
            glob: false,
        }
    }

    /// Whether it is looked for in this subdirectory.
    pub(super) fn is_in(&self, subdir: &str) -> bool {
        matches!(&self.search, Search::Needle(subdirs) if subdirs.contains(&subdir))
    }

    /// The file that the name stands in.
    pub(super) fn file(&self) -> &Utf8Path {
        self.within.as_deref().unwrap_or(&self.context.file)
    }

    /// Where what it names is used.
    pub(super) fn step(&self) -> Context {
        self.context.step_in(self.file(), self.line, &self.what)
    }
}

/// A lookup in the text of a file.
#[derive(Debug, Clone)]
pub(super) struct LookupUse {
    pub(super) call: crate::ansible::jinja::LookupCall,
    pub(super) file: Utf8PathBuf,
    /// The task that evaluates it. None: any task of the play may
    pub(super) context: Option<Context>,
    /// What its text binds
    pub(super) scope: Scope,
    pub(super) via: Arc<Via>,
}

/// An expression that stands for the value of a lookup.
pub(super) fn lookup_expr(plugin: &str, terms: Expr) -> Expr {
    let mut args = vec![Expr::Str(plugin.to_owned())];
    match terms {
        Expr::List(items) => args.extend(items),
        other => args.push(other),
    }
    Expr::Call {
        callee: Box::new(Expr::Name("lookup".to_owned())),
        args,
        kwargs: Vec::new(),
    }
}
