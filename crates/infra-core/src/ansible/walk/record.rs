//! Keeping what was found.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::Walker;
use super::context::{Context, LookupUse, Via};
use crate::ansible::closure::{Content, FileInput, Reach};
use crate::ansible::jinja::{Expr, identifiers};
use crate::ansible::path::is_outside;
use crate::ansible::path_text::PathText;
use crate::ansible::source::{Analysis, Source, analyse_node};
use crate::ansible::tree::Kind;
use crate::ansible::unresolved::Reason;
use crate::ansible::values::{Beyond, Scope};
use crate::ansible::yaml::{Node, Shape};

/// How the text of a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Text {
    Yaml,
    Template,
    /// A template with delimiters of its own
    Delimited,
    /// Python, and configuration
    Code,
    /// Code that runs on the managed host: it names its helpers and nothing else
    Module,
}

/// What is below a directory.
pub(super) type Below = Arc<Vec<(Utf8PathBuf, Kind)>>;

/// Directories that no playbook means, however a name is computed.
const SKIPPED: [&str; 2] = [".git", ".terraform"];
/// What infra keeps beside `infra.hcl`.
const OWN: &str = ".infra";
/// No directory that a person made is deeper.
pub(super) const MAX_DEPTH: usize = 40;
/// What is no data of anybody's: reading some of it waits for ever.
const NO_FILES: [&str; 3] = ["/proc", "/sys", "/dev"];
/// So many names are looked at behind a link that leads out of the tree: it may lead to all that
/// is on the machine.
const MAX_OUTSIDE: usize = 10_000;
/// So many names are looked at for one computed name.
const MAX_NAMES: usize = 200_000;

impl Walker<'_> {
    /// Adds a file of which every byte counts.
    pub(super) fn add_file(
        &mut self,
        path: &Utf8Path,
        reach: Reach,
        via: &Arc<Via>,
        widened: bool,
    ) {
        self.add(path, reach, via, widened, Content::Bytes);
    }

    /// Adds a file that is read as YAML. If it is read in another way as well, bytes count.
    pub(super) fn add_yaml(
        &mut self,
        path: &Utf8Path,
        reach: Reach,
        via: &Arc<Via>,
        widened: bool,
        shape: Shape,
    ) {
        self.shapes.insert(path.into(), shape);
        self.add(path, reach, via, widened, Content::Yaml(shape));
    }

    fn add(
        &mut self,
        path: &Utf8Path,
        reach: Reach,
        via: &Arc<Via>,
        widened: bool,
        content: Content,
    ) {
        if let Some(file) = self.files.get_mut(path.as_str()) {
            file.widened &= widened;
            // What is read as a file besides, such as an inventory that is copied, counts.
            file.counted = true;
            if file.content != content {
                file.content = Content::Bytes;
            }
            self.grew |= file.reach.insert(reach);
            return;
        }
        self.grew = true;
        if is_outside(path) {
            self.unresolved(path, 0, path.as_str(), Reason::OutsideTree, None);
        }
        let file = FileInput {
            path: path.to_owned(),
            via: via.steps(),
            widened,
            counted: true,
            content,
            reach: BTreeSet::from([reach]),
        };
        self.files.insert(path.into(), file);
    }

    /// Adds a file or directory whose mode counts too, and where it leads; or, of a directory,
    /// that it is there.
    pub(super) fn add_attributes(
        &mut self,
        path: &Utf8Path,
        reach: &Reach,
        mode: bool,
        link: bool,
    ) {
        let input = self.attributes.entry(path.into()).or_default();
        input.mode |= mode;
        input.link |= link;
        input.reach.insert(reach.clone());
    }

    /// Adds a path that Ansible looks for and that isn't there.
    pub(super) fn add_absent(&mut self, path: Utf8PathBuf) {
        self.absent.insert(PathText(path));
    }

    /// Adds something that can't be resolved.
    pub(super) fn unresolved(
        &mut self,
        file: &Utf8Path,
        line: u32,
        what: &str,
        why: Reason,
        play: Option<usize>,
    ) {
        let plays = self
            .unresolved
            .entry((file.to_owned(), line, what.to_owned(), why))
            .or_default();
        plays.extend(play);
    }

    /// Reads a text file of the closure. None: it isn't there, or can't be read.
    pub(super) fn text(&mut self, path: &Utf8Path, play: usize) -> Option<Rc<Source>> {
        match self.sources.read(path) {
            Ok(source) => source,
            Err(error) => {
                self.unresolved(path, 0, &error.to_string(), Reason::Unreadable, Some(play));
                None
            }
        }
    }

    /// Reads a YAML file of the closure. None: it isn't YAML, which is noted.
    pub(super) fn yaml(&mut self, path: &Utf8Path, play: usize) -> Vec<Arc<Node>> {
        let Some(source) = self.text(path, play) else {
            return Vec::new();
        };
        match source.yaml() {
            Ok(documents) => documents.clone(),
            Err(error) => {
                // A vault's ciphertext is one line of text and more; it isn't YAML at all.
                if !source.is_encrypted() {
                    self.unresolved(
                        path,
                        error.line,
                        &error.problem.clone(),
                        Reason::NotYaml,
                        Some(play),
                    );
                }
                Vec::new()
            }
        }
    }

    /// Notes what the text of a file mentions. With a context, its lookups and includes
    /// are those of that task; without one, of any task of the play.
    pub(super) fn mention(
        &mut self,
        play: usize,
        path: &Utf8Path,
        text: Text,
        context: Option<&Context>,
        via: &Arc<Via>,
    ) {
        let key = (
            play,
            PathText::from(path),
            text,
            context.map(|context| {
                let (roles, file) = (context.roles.clone(), context.file.clone());
                let called = Arc::clone(&context.called);
                (roles, called, file, context.reach.clone())
            }),
        );
        if !self.mentioned.insert(key) {
            return;
        }
        let holds_variables = matches!(
            self.shapes.get(path.as_str()),
            Some(Shape::Variables | Shape::Value)
        );
        let variables = text == Text::Yaml && holds_variables;
        let Some(source) = self.text(path, play) else {
            if variables && self.sources.is_file(path) {
                self.unread(play);
            }
            return;
        };
        // Of the files that a computed name could mean, a template is none that is encrypted.
        let meant = text == Text::Yaml
            || matches!(text, Text::Template | Text::Delimited)
                && !holds_variables
                && (self.files.get(path.as_str())).is_some_and(|file| !file.widened);
        if source.is_encrypted() && meant {
            let why = if holds_variables {
                Reason::Encrypted
            } else {
                Reason::EncryptedTasks
            };
            self.unresolved(path, 0, path.as_str(), why, Some(play));
            self.unread(play);
        } else if variables && source.yaml().is_err() {
            self.unread(play);
        }
        let analysis = match text {
            Text::Yaml => source.as_yaml(),
            Text::Template => source.as_template(),
            Text::Delimited => source.as_delimited(),
            Text::Code | Text::Module => &Arc::new(Analysis::default()),
        };
        if text == Text::Yaml {
            self.define_file(path, &source);
        }
        let words = Arc::clone(source.words());
        if text == Text::Module {
            if let Some(state) = self.plays.get_mut(play) {
                state.module_words.extend(words.iter().cloned());
                state.qualified.extend(source.qualified().iter().cloned());
            }
            self.grew = true;
            return;
        }
        if text == Text::Code
            && let Some(state) = self.plays.get_mut(play)
        {
            state.code_words.extend(words.iter().cloned());
        }
        let qualified = source.qualified().clone();
        if text == Text::Yaml {
            self.includes_in_text(play, analysis, path, via);
        }
        self.note(
            play,
            analysis,
            words.iter().cloned(),
            qualified,
            path,
            context,
            via,
        );
    }

    /// Notes, once, the values that a YAML file gives.
    pub(super) fn define_file(&mut self, path: &Utf8Path, source: &Source) {
        if self.defined.insert(path.into())
            && let Ok(documents) = source.yaml()
        {
            for document in documents {
                self.values.define_all(document);
            }
        }
    }

    /// Notes that something which gives variables their values can't be read.
    fn unread(&mut self, play: usize) {
        self.values.beyond = Beyond::Any;
        self.grew = true;
        self.unread.insert(play);
    }

    /// The same for a part of a playbook file.
    pub(super) fn mention_node(&mut self, node: &Arc<Node>, context: &Context) {
        let (analysis, words, qualified) = analyse_node(node);
        self.values.define_all(node);
        let via = Arc::clone(&context.via);
        self.includes_in_text(context.play, &analysis, &context.file, &via);
        self.note(
            context.play,
            &analysis,
            words,
            qualified,
            &context.file.clone(),
            Some(context),
            &via,
        );
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "all parts of one text's analysis"
    )]
    pub(super) fn note(
        &mut self,
        play: usize,
        analysis: &Analysis,
        words: impl IntoIterator<Item = Arc<str>>,
        qualified: BTreeSet<String>,
        file: &Utf8Path,
        context: Option<&Context>,
        via: &Arc<Via>,
    ) {
        self.grew = true;
        let opaque = analysis.scan.opaque.iter();
        let words_of_opaque = opaque.flat_map(|(_, code)| identifiers(code));
        let bound = (analysis.scan.names()).chain(words_of_opaque.map(|word| (word, None)));
        for (name, source) in bound {
            self.values.bind(name);
            if analysis.scan.has_parts_elsewhere() {
                self.values.hand_on(name, source);
            }
        }
        let given = (analysis.found.lookups.iter()).flat_map(|call| &call.kwargs);
        for (_, variables) in given.filter(|(name, _)| name == "template_vars") {
            let Expr::Dict(members) = variables else {
                self.values.has_strangers = true;
                continue;
            };
            for (name, value) in members {
                match name {
                    Expr::Str(name) => self.values.give(name, value),
                    _ => self.values.has_strangers = true,
                }
            }
        }
        let Some(state) = self.plays.get_mut(play) else {
            return;
        };
        state.words.extend(words);
        state.qualified.extend(qualified);
        state.inputs.reads.extend(&analysis.found.reads);
        state.filters.extend(analysis.found.filters.iter().cloned());
        for call in &analysis.found.lookups {
            state.lookups.push(LookupUse {
                call: call.clone(),
                scope: Scope::of(&analysis.scan),
                file: file.to_owned(),
                context: context.cloned(),
                via: Arc::clone(via),
            });
        }
    }

    /// Every file and directory below a directory, relative to it.
    pub(super) fn below(&mut self, dir: &Utf8Path, play: Option<usize>) -> Below {
        self.walked(dir, false, play)
    }

    /// The same with what only a copy of the whole directory brings.
    pub(super) fn all_below(&mut self, dir: &Utf8Path, play: usize) -> Below {
        self.walked(dir, true, Some(play))
    }

    fn walked(&mut self, dir: &Utf8Path, whole: bool, play: Option<usize>) -> Below {
        let key = (dir.to_owned(), whole);
        if let Some(known) = self.walked.get(&key) {
            return Arc::clone(known);
        }
        let found = Arc::new(self.walk_below(dir, whole, play));
        self.walked.insert(key, Arc::clone(&found));
        found
    }

    fn walk_below(
        &mut self,
        dir: &Utf8Path,
        copied: bool,
        play: Option<usize>,
    ) -> Vec<(Utf8PathBuf, Kind)> {
        let mut found = Vec::new();
        let root = self.sources.canonical(Utf8Path::new(""));
        let top = self.sources.canonical(dir);
        // The links that lead elsewhere, and how many names there were behind each.
        let mut outside: BTreeMap<Utf8PathBuf, usize> = BTreeMap::new();
        let mut waiting = vec![Waiting {
            relative: Utf8PathBuf::new(),
            above: vec![top.clone()],
            link: (!is_outside(dir) && !top.starts_with(&root)).then(Utf8PathBuf::new),
        }];
        while let Some(at) = waiting.pop() {
            let whole = dir.join(&at.relative);
            let here = if at.relative.as_str().is_empty() {
                dir
            } else {
                &whole
            };
            let Some(entries) = self.sources.list(here) else {
                if self.sources.is_dir(here) {
                    self.unresolved(here, 0, here.as_str(), Reason::Unreadable, play);
                }
                continue;
            };
            if let Some(link) = &at.link {
                let names = outside.entry(link.clone()).or_default();
                *names += entries.len();
                if *names > MAX_OUTSIDE {
                    continue;
                }
            }
            for (name, kind, exact) in entries.iter() {
                if !exact {
                    self.unresolved(here, 0, name, Reason::NotUtf8Name, play);
                    continue;
                }
                if name == OWN || !copied && SKIPPED.contains(&name.as_str()) {
                    continue;
                }
                let path = if at.relative.as_str().is_empty() {
                    Utf8PathBuf::from(name)
                } else {
                    at.relative.join(name)
                };
                let Some(kind) = kind else { continue };
                if *kind == Kind::Dir {
                    let canonical = self.sources.canonical(&dir.join(&path));
                    let back = at.above.contains(&canonical);
                    if back || at.above.len() > MAX_DEPTH {
                        let why = if back { Reason::Cycle } else { Reason::TooDeep };
                        self.unresolved(&dir.join(&path), 0, name, why, play);
                        continue;
                    }
                    if NO_FILES.iter().any(|dir| canonical.starts_with(dir)) {
                        let link = dir.join(&path);
                        self.unresolved(&link, 0, name, Reason::OutsideTree, play);
                        continue;
                    }
                    let meant = is_outside(dir) && canonical.starts_with(&top);
                    let leaves = !meant && !canonical.starts_with(&root);
                    let mut above = at.above.clone();
                    above.push(canonical);
                    waiting.push(Waiting {
                        link: (at.link.clone()).or_else(|| leaves.then(|| path.clone())),
                        relative: path.clone(),
                        above,
                    });
                }
                found.push((path, *kind));
            }
            if found.len() > MAX_NAMES {
                let shown = if dir.as_str().is_empty() {
                    Utf8Path::new(".")
                } else {
                    dir
                };
                self.unresolved(shown, 0, shown.as_str(), Reason::TooMany, play);
                break;
            }
        }
        outside.retain(|_, names| *names > MAX_OUTSIDE);
        for link in outside.keys() {
            let whole = if link.as_str().is_empty() {
                dir.to_owned()
            } else {
                dir.join(link)
            };
            self.unresolved(&whole, 0, whole.as_str(), Reason::TooMany, play);
        }
        found.retain(|(path, _)| {
            let behind = |link: &Utf8PathBuf| path != link && path.starts_with(link);
            !outside.keys().any(behind)
        });
        found.sort();
        found
    }
}

/// A directory that is still to be looked through.
struct Waiting {
    relative: Utf8PathBuf,
    /// It and those above it, without links
    above: Vec<Utf8PathBuf>,
    /// The link through which it is elsewhere
    link: Option<Utf8PathBuf>,
}
