//! The tree of a case as `infra` sees it, and what `infra` would decide.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs;
use std::rc::Rc;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use camino::Utf8PathBuf;
use infra::core::ansible::{
    Closure, ClosureError, Fingerprint, Fingerprinter, Request, SecretKey, Tools as Versions,
    closure,
};
use infra::core::inventory::Inventory;
use infra::core::json::Value;
use infra::files::FsTree;
use infra::input_cache::InputCache;
use infra::verbs::inputs::read_listing;
use jiff::{SignedDuration, Timestamp};

use crate::case::Case;
use crate::trace::environment;

/// What a decision is made of besides the files.
#[derive(Debug, Clone)]
pub struct World {
    /// The hosts, groups and variables
    pub inventory: Inventory,
    /// The releases of ansible-core and Jinja2
    pub versions: Versions,
    /// Directories that hold an `ansible_collections`
    pub collection_paths: Vec<Utf8PathBuf>,
    /// Extra variables
    pub extra_vars: BTreeMap<String, Value<'static>>,
    /// The environment that Ansible runs in
    pub environment: Arc<BTreeMap<String, String>>,
    /// What is kept of the tree as it was at first, and asked as well
    pub kept: Option<Rc<Kept>>,
}

/// A cache of the inputs, and what came of asking it.
#[derive(Debug)]
pub struct Kept {
    file: Utf8PathBuf,
    /// The time at which it was made, as it was told
    begun: Timestamp,
    /// How often it knew that nothing has changed
    pub known: Cell<usize>,
    /// Where it knew what is not so
    pub wrong: RefCell<Vec<String>>,
}

/// The key under which secret values are digested.
const KEY: SecretKey = SecretKey([7; 32]);

/// The fingerprint of each host.
pub type Prints = BTreeMap<String, Fingerprint>;

impl World {
    /// Asks Ansible for the inventory of a case, once. Files of variables beside it are left
    /// out: they are inputs by themselves.
    pub fn of(case: &Case) -> Result<Self> {
        let tools = case.tools();
        let home = case.scratch.join("home");
        fs::create_dir_all(&home)?;
        let mut words: Vec<String> = vec!["--list".to_owned()];
        for inventory in &case.about.inventory {
            words.extend(["-i".to_owned(), inventory.to_string()]);
        }
        let mut env = environment(case, &tools, &home);
        let inherited = env.iter().cloned().collect();
        // The name is that of no plugin.
        env.push((
            "ANSIBLE_VARS_ENABLED".to_owned(),
            "no_vars_plugin".to_owned(),
        ));
        let listing = duct::cmd(tools.python_program("ansible-inventory").as_str(), words)
            .dir(&case.root)
            .full_env(env)
            .stdin_null()
            .stderr_capture()
            .stdout_capture()
            .unchecked()
            .run()?;
        let inventory = read_listing(&listing.stdout).map_err(|message| {
            let text = String::from_utf8_lossy(&listing.stderr);
            anyhow!("ansible-inventory of {}: {message}\n{text}", case.name)
        })?;
        let packages = duct::cmd(
            tools.python_program("python").as_str(),
            [
                "-c",
                "import ansible.release as r, jinja2, os; print(r.__version__); print(jinja2.__version__); print(os.path.dirname(os.path.dirname(r.__file__)))",
            ],
        )
        .read()?;
        let mut lines = packages.lines();
        let mut line = || lines.next().context("ansible.release");
        let (core, jinja, path) = (line()?, line()?, line()?);
        Ok(Self {
            inventory,
            versions: Versions {
                ansible_core: Some(core.to_owned()),
                others: BTreeMap::from([("jinja2".to_owned(), jinja.to_owned())]),
            },
            collection_paths: vec![path.trim().into()],
            extra_vars: case
                .about
                .extra_vars
                .iter()
                .map(|(name, value)| (name.clone(), Value::from(value.clone())))
                .collect(),
            environment: Arc::new(inherited),
            kept: None,
        })
    }

    /// Keeps what the inputs are now. From here on each question is asked of that as well.
    pub fn keep(&mut self, case: &Case) -> Result<Rc<Kept>, ClosureError> {
        let file = case.scratch.join("inputs");
        let tree = FsTree::new(&case.root);
        let request = self.request(case, &tree);
        // As if the tree had been as it is for long, so that the file system is believed.
        let begun = Timestamp::now() + SignedDuration::from_secs(61);
        let mut cache = self.cache(case, file.clone(), &request, begun);
        let closure = closure(&request)?;
        let prints = Fingerprinter::new(&closure, &request, KEY)?;
        let hosts = closure.hosts().into_iter();
        let hosts = hosts.map(|host| (host, prints.host(host).map(|print| *print.digest())));
        cache.learn(0, &closure, hosts);
        cache.save(&tree);
        // The clock by which files get their times has to move on.
        sleep(Duration::from_millis(20));
        let kept = Rc::new(Kept {
            file,
            begun,
            known: Cell::default(),
            wrong: RefCell::default(),
        });
        self.kept = Some(Rc::clone(&kept));
        Ok(kept)
    }

    /// Asks what is kept. Where it says that nothing has changed, that must be so.
    fn ask_kept(&self, case: &Case, now: &Result<Prints, ClosureError>) {
        let Some(kept) = &self.kept else { return };
        let tree = FsTree::new(&case.root);
        let request = self.request(case, &tree);
        let begun = kept.begun + SignedDuration::from_secs(1);
        let cache = self.cache(case, kept.file.clone(), &request, begun);
        let Some(known) = cache.known(0) else {
            return;
        };
        kept.known.set(kept.known.get() + 1);
        let mut wrong = kept.wrong.borrow_mut();
        let Ok(now) = now else {
            wrong.push("the cache knows a playbook that can't be planned".to_owned());
            return;
        };
        for (host, digest) in known.hosts() {
            if now.get(&**host).map(|print| *print.digest()) != digest {
                wrong.push(format!(
                    "the cache knows inputs of {host} that have changed"
                ));
            }
        }
    }

    fn cache(
        &self,
        case: &Case,
        file: Utf8PathBuf,
        request: &Request<'_>,
        begun: Timestamp,
    ) -> InputCache {
        let requests = [(request, &[][..])];
        InputCache::open(file, &KEY, &requests, &self.inventory, &case.root, begun)
    }

    /// The question that `infra` answers about the case.
    pub fn request<'a>(&'a self, case: &Case, tree: &'a FsTree) -> Request<'a> {
        let mut request = Request::new(tree, &case.root, &case.about.playbook, &self.inventory);
        request.inventory_sources = case.about.inventory.clone();
        request
            .inventory_sources
            .retain(|path| case.root.join(path).exists());
        request.cwd = Utf8PathBuf::new();
        request.home = Some(case.scratch.join("home"));
        request.env = case.about.env.clone();
        request.environment = Some(Arc::clone(&self.environment));
        request.extra_vars = self.extra_vars.clone();
        request.var_files = case.about.var_files.clone();
        request.collection_paths = self.collection_paths.clone();
        request.tools = self.versions.clone();
        request
    }

    /// The inputs of the playbook as the tree is now.
    pub fn closure(&self, case: &Case) -> Result<Closure, ClosureError> {
        let tree = FsTree::new(&case.root);
        closure(&self.request(case, &tree))
    }

    /// The fingerprint of each host as the tree is now.
    pub fn prints(&self, case: &Case) -> Result<Prints, ClosureError> {
        let prints = self.looked_at(case);
        self.ask_kept(case, &prints);
        prints
    }

    fn looked_at(&self, case: &Case) -> Result<Prints, ClosureError> {
        let tree = FsTree::new(&case.root);
        let request = self.request(case, &tree);
        let closure = closure(&request)?;
        let prints = Fingerprinter::new(&closure, &request, KEY)?;
        let hosts = closure.hosts();
        Ok(hosts
            .into_iter()
            .filter_map(|host| Some((host.to_owned(), prints.host(host)?)))
            .collect())
    }

    /// The hosts to look at: those that the case names, else all that a play runs on.
    pub fn hosts(&self, case: &Case) -> Result<Vec<String>> {
        if !case.about.hosts.is_empty() {
            return Ok(case.about.hosts.clone());
        }
        let closure = self.closure(case)?;
        Ok(closure.hosts().into_iter().map(str::to_owned).collect())
    }
}
