//! A file of the closure, read and taken apart once.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::jinja::{
    Found, Lines, Scan, find, identifiers, is_template, qualified_names, scan_at, scan_expression,
    scan_file,
};
use super::tree::{Digest, Kind, Tree, TreeError};
use super::yaml::{Data, Node, Shape, YamlError, digest, load};

/// Larger files are data; Ansible would load one as YAML or as a template only by mistake.
const MAX_TEXT: u64 = 64 << 20;

/// So many files are taken apart by several threads.
const WORTH_THREADS: usize = 64;
const THREADS: usize = 4;

/// A file's text and what is in it.
pub(crate) struct Source {
    text: String,
    /// Whether the text is UTF-8, and not what could be made of it
    exact: bool,
    yaml: OnceCell<Result<Vec<Arc<Node>>, YamlError>>,
    as_yaml: OnceCell<Arc<Analysis>>,
    as_template: OnceCell<Arc<Analysis>>,
    as_delimited: OnceCell<Arc<Analysis>>,
    words: OnceCell<Arc<BTreeSet<Arc<str>>>>,
    qualified: OnceCell<BTreeSet<String>>,
    variables: OnceCell<Option<Arc<Variables>>>,
    /// What it says as a file of variables
    as_variables: OnceCell<Option<Digest>>,
}

/// Variables by name.
pub(crate) type Variables = BTreeMap<String, Arc<Node>>;

/// The code in a text and what it reads.
#[derive(Debug, Default)]
pub(crate) struct Analysis {
    pub(crate) scan: Scan,
    pub(crate) found: Found,
}

impl Analysis {
    pub(crate) fn new(scan: Scan) -> Self {
        let found = find(&scan);
        Self { scan, found }
    }
}

/// What the scalars of a part of a YAML file read, and every identifier in them.
pub(crate) fn analyse_node(node: &Node) -> (Analysis, BTreeSet<Arc<str>>, BTreeSet<String>) {
    let mut scan = Scan::default();
    scan_node(node, false, &mut scan);
    let (mut words, mut qualified) = (BTreeSet::new(), BTreeSet::new());
    node.walk(&mut |node| {
        if let Some(text) = node.text() {
            words.extend(identifiers(text).into_iter().map(Arc::from));
            qualified.extend(qualified_names(text));
        }
    });
    (Analysis::new(scan), words, qualified)
}

impl Source {
    fn new(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        Self {
            exact: matches!(text, Cow::Borrowed(_)),
            text: text.into_owned(),
            yaml: OnceCell::new(),
            as_yaml: OnceCell::new(),
            as_template: OnceCell::new(),
            as_delimited: OnceCell::new(),
            words: OnceCell::new(),
            qualified: OnceCell::new(),
            variables: OnceCell::new(),
            as_variables: OnceCell::new(),
        }
    }

    /// The digest of what the file says as YAML. None: only its bytes tell.
    pub(crate) fn says(&self, shape: Shape) -> Option<Digest> {
        match shape {
            Shape::Variables => *self.as_variables.get_or_init(|| self.said(shape)),
            Shape::Plays | Shape::Value => self.said(shape),
        }
    }

    fn said(&self, shape: Shape) -> Option<Digest> {
        let documents = self.yaml().as_ref().ok()?;
        self.exact
            .then(|| digest(self.text.as_bytes(), documents, shape))
            .flatten()
    }

    /// The variables of the file by name. None: it doesn't say so plainly.
    pub(crate) fn variables(&self) -> Option<Arc<Variables>> {
        let variables = self.variables.get_or_init(|| {
            self.says(Shape::Variables)?;
            let documents = self.yaml().as_ref().ok()?;
            let members = documents.iter().flat_map(|document| document.members());
            let variables = members.map(|(key, value)| {
                let name = key
                    .text()
                    .filter(|name| key.is_string() && key.tag.is_none() && !is_template(name))?;
                Some((name.to_owned(), Arc::clone(value)))
            });
            variables.collect::<Option<Variables>>().map(Arc::new)
        });
        variables.clone()
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether the file is encrypted as a whole.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.text.starts_with("$ANSIBLE_VAULT;")
    }

    /// The documents of a YAML file.
    pub(crate) fn yaml(&self) -> &Result<Vec<Arc<Node>>, YamlError> {
        self.yaml.get_or_init(|| load(self.text.as_bytes()))
    }

    /// What the scalars of a YAML file read. Text that isn't YAML is read as a template.
    pub(crate) fn as_yaml(&self) -> &Arc<Analysis> {
        self.as_yaml.get_or_init(|| match self.yaml() {
            Ok(documents) => {
                let mut scan = Scan::default();
                for document in documents {
                    scan_node(document, false, &mut scan);
                }
                Arc::new(Analysis::new(scan))
            }
            Err(_) => Arc::clone(self.as_template()),
        })
    }

    /// Does what a file of variables is going to need, on whichever thread this is.
    fn prepare_variables(&self) {
        self.as_yaml();
        self.words();
        self.qualified();
        self.says(Shape::Variables);
    }

    /// What a template reads.
    pub(crate) fn as_template(&self) -> &Arc<Analysis> {
        self.as_template.get_or_init(|| {
            let mut scan = scan_file(&self.text);
            if self.text.starts_with("#jinja2:")
                && self
                    .text
                    .lines()
                    .next()
                    .is_some_and(|line| line.contains("_string") || line.contains("line_"))
            {
                scan.all_may_be_code(&self.text);
            }
            Arc::new(Analysis::new(scan))
        })
    }

    /// What a template reads that is rendered with delimiters of its own.
    pub(crate) fn as_delimited(&self) -> &Arc<Analysis> {
        self.as_delimited.get_or_init(|| {
            let mut scan = scan_file(&self.text);
            scan.all_may_be_code(&self.text);
            Arc::new(Analysis::new(scan))
        })
    }

    /// Every identifier in the text.
    pub(crate) fn words(&self) -> &Arc<BTreeSet<Arc<str>>> {
        self.words
            .get_or_init(|| Arc::new(identifiers(&self.text).into_iter().map(Arc::from).collect()))
    }

    /// The collections that dotted names in the text could mean.
    pub(crate) fn qualified(&self) -> &BTreeSet<String> {
        self.qualified.get_or_init(|| qualified_names(&self.text))
    }
}

/// Keywords whose value is an expression without braces.
///
/// `when` and its kin are in `playbook/conditional.py` and `playbook/task.py`; `that` and
/// `var` are arguments of `assert` and `debug`.
fn is_expression(key: &str) -> bool {
    matches!(
        key,
        "when" | "until" | "changed_when" | "failed_when" | "that" | "var" | "break_when"
    )
}

/// Whether this is `assert`, whose arguments in one text hold expressions.
fn asserts(key: &str) -> bool {
    key.rsplit('.').next() == Some("assert")
}

/// The expression that `debug: var=x` shows.
fn shown<'t>(key: &str, text: &'t str) -> Option<&'t str> {
    let debugs = key.rsplit('.').next() == Some("debug");
    let shown = text.trim().strip_prefix("var=").filter(|_| debugs)?;
    Some(shown.trim_matches(['"', '\'']))
}

/// Where the code of a scalar stands.
fn lines(node: &Node) -> Lines<'_> {
    match &node.openings {
        Some(openings) => Lines::Openings(openings),
        None => Lines::From(node.line),
    }
}

fn scan_node(node: &Node, expression: bool, scan: &mut Scan) {
    match &node.data {
        Data::Scalar { text, .. } => {
            if node.is_opaque() {
            } else if expression {
                scan.extend(scan_expression(text, lines(node)));
            } else if is_template(text) {
                scan.extend(scan_at(text, lines(node)));
            }
        }
        Data::Sequence(items) => items
            .iter()
            .for_each(|item| scan_node(item, expression, scan)),
        Data::Mapping(members) => {
            for (key, value) in members {
                scan_node(key, false, scan);
                let texts = key.text().zip(value.text());
                if let Some(code) = texts.and_then(|(key, text)| shown(key, text)) {
                    scan.extend(scan_expression(code, lines(value)));
                    continue;
                }
                scan_node(
                    value,
                    expression
                        || key.text().is_some_and(|key| {
                            is_expression(key) || value.text().is_some() && asserts(key)
                        }),
                    scan,
                );
            }
        }
    }
}

/// A file that has been asked for.
type ReadFile = Result<Option<Rc<Source>>, TreeError>;

/// The files of a tree that have been read, each taken apart once.
pub struct Sources<'t> {
    tree: &'t dyn Tree,
    read: RefCell<HashMap<String, ReadFile>>,
    listed: RefCell<HashMap<String, Listing>>,
}

/// The names in a directory, sorted. None: there is none, or it can't be read.
pub(crate) type Listing = Option<Arc<Vec<(String, Option<Kind>, bool)>>>;

impl<'t> Sources<'t> {
    /// Nothing of this tree has been read yet.
    pub fn new(tree: &'t dyn Tree) -> Self {
        Self {
            tree,
            read: RefCell::default(),
            listed: RefCell::default(),
        }
    }

    /// A text file. None: not there, or not text.
    pub(crate) fn read(&self, path: &Utf8Path) -> Result<Option<Rc<Source>>, TreeError> {
        if let Some(known) = self.read.borrow().get(path.as_str()) {
            return known.clone();
        }
        let found = match self.tree.kind(path) {
            Ok(Some(Kind::File { len, .. })) if len > MAX_TEXT => Err(TreeError::TooLarge {
                path: path.to_owned(),
                len,
            }),
            Ok(Some(Kind::File { .. })) => self
                .tree
                .read(path)
                .map(|bytes| bytes.map(|bytes| Rc::new(Source::new(&bytes)))),
            Ok(_) => Ok(None),
            Err(error) => Err(error),
        };
        self.read
            .borrow_mut()
            .insert(path.to_string(), found.clone());
        found
    }

    /// Reads files of variables and takes them apart, several at a time.
    pub(crate) fn preload_variables(&self, paths: &[Utf8PathBuf]) {
        let new: Vec<&Utf8Path> = {
            let read = self.read.borrow();
            let unread = paths
                .iter()
                .filter(|path| !read.contains_key(path.as_str()));
            unread.map(Utf8PathBuf::as_path).collect()
        };
        if new.len() < WORTH_THREADS {
            return;
        }
        self.tree.prefetch(&new);
        let bytes: Vec<(&Utf8Path, Arc<[u8]>)> = new
            .into_iter()
            .filter_map(|path| match self.tree.kind(path) {
                Ok(Some(Kind::File { len, .. })) if len <= MAX_TEXT => {
                    Some((path, self.tree.read(path).ok()??))
                }
                // What is wrong with it is told when it is asked for.
                _ => None,
            })
            .collect();
        let made: Vec<(&Utf8Path, Source)> = std::thread::scope(|scope| {
            let parts = bytes.chunks(bytes.len().div_ceil(THREADS).max(1));
            let workers: Vec<_> = parts
                .map(|part| {
                    scope.spawn(move || {
                        let sources = part.iter().map(|(path, bytes)| {
                            let source = Source::new(bytes);
                            source.prepare_variables();
                            (*path, source)
                        });
                        sources.collect::<Vec<_>>()
                    })
                })
                .collect();
            // Of a worker that panicked, the files are read again by who asks for them.
            let done = workers.into_iter().filter_map(|worker| worker.join().ok());
            done.flatten().collect()
        });
        let mut read = self.read.borrow_mut();
        for (path, source) in made {
            read.insert(path.to_string(), Ok(Some(Rc::new(source))));
        }
    }

    /// A directory.
    pub(crate) fn list(&self, dir: &Utf8Path) -> Listing {
        if let Some(known) = self.listed.borrow().get(dir.as_str()) {
            return known.clone();
        }
        let listing = self.tree.list(dir).ok().flatten().map(|entries| {
            let mut names: Vec<_> = entries
                .into_iter()
                .map(|entry| (entry.name, entry.kind, entry.exact))
                .collect();
            names.sort_by(|a, b| a.0.cmp(&b.0));
            Arc::new(names)
        });
        self.listed
            .borrow_mut()
            .insert(dir.to_string(), listing.clone());
        listing
    }

    pub(crate) fn kind(&self, path: &Utf8Path) -> Option<Kind> {
        self.tree.kind(path).ok().flatten()
    }

    pub(crate) fn is_file(&self, path: &Utf8Path) -> bool {
        matches!(self.kind(path), Some(Kind::File { .. }))
    }

    pub(crate) fn is_link(&self, path: &Utf8Path) -> bool {
        let attributes = self.tree.attributes(path).ok().flatten();
        attributes.is_some_and(|attributes| attributes.link.is_some())
    }

    pub(crate) fn is_dir(&self, path: &Utf8Path) -> bool {
        self.kind(path) == Some(Kind::Dir)
    }

    pub(crate) fn canonical(&self, path: &Utf8Path) -> Utf8PathBuf {
        self.tree
            .canonical(path)
            .unwrap_or_else(|_| path.to_owned())
    }
}
