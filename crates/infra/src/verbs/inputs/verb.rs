//! Finding the inputs of a playbook, of a project or of any Ansible tree.

use camino::{Utf8Path, Utf8PathBuf};
use infra_core::ansible::{Request, closure};
use infra_core::config::Playbook;
use infra_core::hint::Hint;
use infra_core::inventory::Inventory;
use infra_exec::process::Level;
use infra_exec::tools::{AnsibleCore, Tool, locate};

use super::answer::InputsAnswer;
use super::describe::Found;
use super::error::InputsError;
use super::listing::{Listed, Lister};
use super::settings;
use super::tree::{AnsibleTree, located};
use crate::Project;
use crate::context::Context;
use crate::files::FsTree;
use crate::plan::gate::request;
use crate::plan::inherit;
use crate::tools::{self, ToolError};
use crate::verbs::inventory::{InventoryOf, inventory};

/// Whose inputs are asked for.
#[derive(Debug, Clone)]
pub enum InputsOf<'a> {
    /// A playbook that the configuration names
    Configured {
        /// The project
        project: &'a Project,
        /// The label of its block
        playbook: String,
    },
    /// A playbook file, in any Ansible tree
    File {
        /// The file; a relative path starts at `dir`
        playbook: Utf8PathBuf,
        /// The directory in which ansible-playbook would be started
        dir: Utf8PathBuf,
    },
}

/// How inputs are asked for.
#[derive(Debug, Clone, Default)]
pub struct InputsOptions {
    /// Only what applies to this host
    pub host: Option<String>,
    /// An Ansible inventory: a file, a directory, a script, or a list such as `localhost,`.
    /// A relative path starts at [`InputsOf::File::dir`], or where this process is. None:
    /// for a configured playbook the hosts of the state, for a file what `ansible.cfg` names
    pub inventory: Option<Utf8PathBuf>,
    /// A recorded state for the hosts of a configured playbook
    pub state: Option<Utf8PathBuf>,
}

impl<'a> InputsOf<'a> {
    /// What a person means by a word: a playbook of the configuration by its name or its
    /// path, else any file.
    pub fn named(project: Option<&'a Project>, word: &str, dir: &Utf8Path) -> Self {
        let file = dir.join(word).canonicalize_utf8().ok();
        let configured = project.and_then(|project| {
            let playbooks = &project.stack.playbooks;
            let by_name = playbooks.iter().find(|playbook| playbook.name == word);
            let by_path = || {
                playbooks.iter().find(|playbook| {
                    let path = project.root.join(&playbook.path).canonicalize_utf8();
                    file.is_some() && path.ok() == file
                })
            };
            let found = by_name
                .or_else(by_path)
                .map(|playbook| playbook.name.clone());
            // What is neither a file nor looks like one is more likely a typing error.
            let label = || (file.is_none() && !word.contains(['/', '.'])).then(|| word.to_owned());
            Some((project, found.or_else(label)?))
        });
        match configured {
            Some((project, playbook)) => Self::Configured { project, playbook },
            None => Self::File {
                playbook: word.into(),
                dir: dir.to_owned(),
            },
        }
    }
}

/// Finds everything that decides what a playbook does, on all hosts or on one.
pub async fn inputs(
    context: &Context<'_>,
    of: InputsOf<'_>,
    options: &InputsOptions,
) -> Result<InputsAnswer, InputsError> {
    match of {
        InputsOf::Configured { project, playbook } => {
            configured(context, project, &playbook, options).await
        }
        InputsOf::File { playbook, dir } => of_file(context, &playbook, &dir, options).await,
    }
}

async fn configured(
    context: &Context<'_>,
    project: &Project,
    name: &str,
    options: &InputsOptions,
) -> Result<InputsAnswer, InputsError> {
    let playbooks = &project.stack.playbooks;
    let Some(playbook) = playbooks.iter().find(|playbook| playbook.name == name) else {
        return Err(InputsError::UnknownPlaybook {
            name: name.to_owned(),
            known: playbooks.iter().map(|known| known.name.clone()).collect(),
        });
    };
    let ansible = usable(context, tools::ansible(project));
    let listed = hosts(context, project, playbook, ansible.as_ref(), options).await?;
    let tree = FsTree::new(&project.root);
    let mut request = request(
        project,
        playbook,
        &listed.inventory,
        &tree,
        ansible.as_ref(),
    );
    request.inventory_sources = listed.sources;
    answer(context, request, options)
}

/// The hosts of a configured playbook.
async fn hosts(
    context: &Context<'_>,
    project: &Project,
    playbook: &Playbook,
    ansible: Option<&AnsibleCore>,
    options: &InputsOptions,
) -> Result<Listed, InputsError> {
    if let Some(place) = &options.inventory {
        let file = project.root.join(&playbook.path);
        let config = project.stack.ansible.config.as_ref();
        let config = config.map(|file| project.root.join(file));
        let lister = Lister {
            context,
            root: &project.root,
            playbook_dir: file.parent().unwrap_or(&project.root),
            config: config.as_deref(),
            ansible,
        };
        return lister.list(&[from_here(place)]).await;
    }
    let of = match &options.state {
        Some(state) => InventoryOf::Recorded {
            state: state.clone(),
            project: Some(project),
        },
        None => InventoryOf::State(project),
    };
    Ok(Listed {
        inventory: inventory(context, of, true).await?.inventory,
        sources: Vec::new(),
    })
}

async fn of_file(
    context: &Context<'_>,
    playbook: &Utf8Path,
    dir: &Utf8Path,
    options: &InputsOptions,
) -> Result<InputsAnswer, InputsError> {
    let place = options.inventory.as_deref();
    let given = place
        .filter(|place| !is_list(dir, place))
        .map(|place| located(dir, place))
        .transpose()?;
    let found = AnsibleTree::find(dir, playbook, given.as_deref())?;
    let ansible = usable(context, installed(&found.root));
    let config = found.root.join(&found.start).join("ansible.cfg");
    let config = Some(config).filter(|file| {
        // The environment's comes first.
        file.is_file() && std::env::var_os("ANSIBLE_CONFIG").is_none()
    });
    let places = match (given, place) {
        (Some(given), _) => vec![given],
        (None, Some(hosts)) => vec![hosts.to_owned()],
        (None, None) => settings::inventories(&found.root.join(&found.start), config.as_deref()),
    };
    let file = found.root.join(&found.playbook);
    let listed = if places.is_empty() {
        context.warn(
            "no inventory is known, so plays run on no host but localhost",
            vec!["name one with --inventory".to_owned()],
        );
        Listed::default()
    } else {
        let lister = Lister {
            context,
            root: &found.root,
            playbook_dir: file.parent().unwrap_or(&found.root),
            config: config.as_deref(),
            ansible: ansible.as_ref(),
        };
        lister.list(&places).await?
    };
    let tree = FsTree::new(&found.root);
    let mut request = bare(&tree, &found, &listed.inventory, ansible.as_ref());
    request.inventory_sources = listed.sources;
    answer(context, request, options)
}

/// A question about a playbook that no configuration says anything of.
fn bare<'t>(
    tree: &'t FsTree,
    found: &AnsibleTree,
    inventory: &'t Inventory,
    ansible: Option<&AnsibleCore>,
) -> Request<'t> {
    let mut request = Request::new(tree, &found.root, &found.playbook, inventory);
    request.cwd.clone_from(&found.start);
    inherit(&mut request, ansible);
    request
}

fn answer(
    context: &Context<'_>,
    request: Request<'_>,
    options: &InputsOptions,
) -> Result<InputsAnswer, InputsError> {
    let interrupt = context.runner.interrupt().clone();
    let stop = move || interrupt.level() >= Level::Stop;
    // Its life is now that of the function that it borrows.
    let mut request: Request<'_> = request;
    request.stop = Some(&stop);
    let closure = closure(&request)?;
    let found = Found {
        closure: &closure,
        inventory: request.inventory,
        tools: &request.tools,
        root: &request.root,
    };
    match &options.host {
        Some(host) => found.on(host),
        None => Ok(found.everywhere()),
    }
}

fn installed(root: &Utf8Path) -> Result<AnsibleCore, ToolError> {
    let program = locate(Tool::AnsiblePlaybook, None, root.as_std_path())?;
    Ok(AnsibleCore::detect(&program, None)?)
}

/// Reading needs no Ansible, only its version and its collections do.
fn usable(context: &Context<'_>, found: Result<AnsibleCore, ToolError>) -> Option<AnsibleCore> {
    found
        .inspect_err(|error| {
            context.warn(
                format!("the version of ansible-core and its collections are not known: {error}"),
                error.hints(),
            );
        })
        .ok()
}

/// Whether Ansible takes an inventory's name for a list of hosts, such as `localhost,`.
fn is_list(dir: &Utf8Path, place: &Utf8Path) -> bool {
    place.as_str().contains(',') && !dir.join(place).exists()
}

/// The path from the directory of this process.
fn from_here(path: &Utf8Path) -> Utf8PathBuf {
    if is_list(Utf8Path::new(""), path) {
        return path.to_owned();
    }
    camino::absolute_utf8(path).unwrap_or_else(|_| path.to_owned())
}
