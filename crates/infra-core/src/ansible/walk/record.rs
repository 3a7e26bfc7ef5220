//! Keeping what was found.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::Walker;
use super::context::{Context, LookupUse, Via};
use crate::ansible::closure::{Content, FileInput, Reach};
use crate::ansible::path::is_outside;
use crate::ansible::path_text::PathText;
use crate::ansible::source::{Analysis, Source, analyse_node};
use crate::ansible::tree::Kind;
use crate::ansible::unresolved::Reason;
use crate::ansible::yaml::{Node, Shape};

/// How the text of a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Text {
    Yaml,
    Template,
    /// Python, and configuration
    Code,
    /// Code that runs on the managed host: it names its helpers and nothing else
    Module,
}

/// Directories that no playbook means, however a name is computed.
const SKIPPED: [&str; 3] = [".git", ".terraform", ".infra"];
/// A directory deeper than this is a cycle of links.
const MAX_DEPTH: usize = 40;
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
                if !source.text().starts_with("$ANSIBLE_VAULT;") {
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
                (roles, file, context.reach.clone())
            }),
        );
        if !self.mentioned.insert(key) {
            return;
        }
        let Some(source) = self.text(path, play) else {
            return;
        };
        let analysis = match text {
            Text::Yaml => source.as_yaml(),
            Text::Template => source.as_template(),
            Text::Code | Text::Module => &Arc::new(Analysis::default()),
        };
        if text == Text::Yaml
            && self.defined.insert(path.into())
            && let Ok(documents) = source.yaml()
        {
            for document in documents {
                self.values.define_all(document);
            }
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

    /// The same for a part of a playbook file.
    pub(super) fn mention_node(&mut self, node: &Arc<Node>, context: &Context) {
        let (analysis, words, qualified) = analyse_node(node);
        self.values.define_all(node);
        let via = Arc::clone(&context.via);
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
                file: file.to_owned(),
                context: context.cloned(),
                via: Arc::clone(via),
            });
        }
    }

    /// Every file and directory below a directory, relative to it.
    pub(super) fn below(
        &mut self,
        dir: &Utf8Path,
        play: Option<usize>,
    ) -> Arc<Vec<(Utf8PathBuf, Kind)>> {
        if let Some(known) = self.walked.get(dir) {
            return Arc::clone(known);
        }
        let found = Arc::new(self.walk_below(dir, play));
        self.walked.insert(dir.to_owned(), Arc::clone(&found));
        found
    }

    fn walk_below(&mut self, dir: &Utf8Path, play: Option<usize>) -> Vec<(Utf8PathBuf, Kind)> {
        let mut found = Vec::new();
        let mut waiting = vec![(Utf8PathBuf::new(), vec![self.sources.canonical(dir)])];
        while let Some((relative, above)) = waiting.pop() {
            let here = dir.join(&relative);
            let here = if relative.as_str().is_empty() {
                dir
            } else {
                &here
            };
            let Some(entries) = self.sources.list(here) else {
                continue;
            };
            for (name, kind, exact) in entries.iter() {
                if !exact {
                    self.unresolved(here, 0, name, Reason::NotUtf8Name, play);
                    continue;
                }
                if SKIPPED.contains(&name.as_str()) {
                    continue;
                }
                let path = if relative.as_str().is_empty() {
                    Utf8PathBuf::from(name)
                } else {
                    relative.join(name)
                };
                let Some(kind) = kind else { continue };
                if *kind == Kind::Dir {
                    let canonical = self.sources.canonical(&dir.join(&path));
                    if above.contains(&canonical) || above.len() > MAX_DEPTH {
                        self.unresolved(&dir.join(&path), 0, name, Reason::TooDeep, play);
                        continue;
                    }
                    let mut above = above.clone();
                    above.push(canonical);
                    waiting.push((path.clone(), above));
                }
                found.push((path, *kind));
            }
            if found.len() > MAX_NAMES {
                self.unresolved(dir, 0, dir.as_str(), Reason::TooMany, play);
                break;
            }
        }
        found.sort();
        found
    }
}
