//! Names with holes: all that they could mean.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::Walker;
use super::args::action_of;
use super::context::{Besides, Search, Use, Wanted};
use super::find::template_analysis;
use super::record::Text;
use crate::ansible::builtin::own_action;
use crate::ansible::closure::Reach;
use crate::ansible::name::Pattern;
use crate::ansible::path::{join, locate, parent};
use crate::ansible::path_text::PathText;
use crate::ansible::search::{Place, SOME_ROLE};
use crate::ansible::tree::Kind;
use crate::ansible::values::Definition;
use crate::ansible::yaml::Node;

/// Of more files than these that a whole path could mean, none is followed further.
const MOST_ELSEWHERE: usize = 16;
/// Of more tasks than these that stand where none are kept, none is followed further.
const MOST_KEPT_ELSEWHERE: usize = 32;
/// Of a role that could be more than these, it is not told apart who includes which.
const MANY_ROLES: usize = 8;

/// What decides, beside the file, what using it brings.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Way {
    play: usize,
    reach: Reach,
    used: Use,
    besides: Besides,
    glob: bool,
}

/// Files with which using them once more brings nothing new.
#[derive(Debug, Default)]
pub(super) struct Settled {
    paths: HashSet<PathText>,
    /// Of lists of files in `Walker::fitting`, the places of those that were not among these when
    /// the list was last gone through
    left: HashMap<*const Vec<PathText>, Rc<[usize]>>,
}

/// What can be used as something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    /// A directory that stands right there
    Child,
    Dir,
    /// A file that could be YAML
    Yaml,
    File,
    /// A file, or a directory with all below it
    Any,
}

impl Sort {
    fn of(used: &Use) -> Self {
        match used {
            Use::Role(_) => Self::Child,
            Use::Data | Use::Password | Use::Presence => Self::Any,
            Use::Tasks | Use::Vars(_) => Self::Yaml,
            Use::Template | Use::Delimited => Self::File,
        }
    }

    /// The same, wherever it is.
    fn anywhere(self) -> Self {
        if self == Self::Child { Self::Dir } else { self }
    }

    fn fits(self, relative: &Utf8Path, kind: Kind) -> bool {
        let file = matches!(kind, Kind::File { .. });
        match self {
            Self::Child => kind == Kind::Dir && relative.components().count() == 1,
            Self::Dir => kind == Kind::Dir,
            Self::Yaml => file && is_yaml_name(relative),
            Self::File => file,
            Self::Any => kind != Kind::Other,
        }
    }
}

impl Walker<'_> {
    /// Uses all that a name with holes could mean.
    pub(super) fn use_all(&mut self, places: &[Place], pattern: &Pattern, wanted: &Wanted) {
        let pattern = &pattern.without_steps();
        let (dir, rest) = pattern.split_dir();
        let sort = Sort::of(&wanted.used);
        let (mut found, mut starts) = (Vec::new(), Vec::new());
        for place in places {
            let start = if dir.starts_with('/') {
                locate(&self.request.root, Utf8Path::new(&dir))
            } else {
                join(&self.request.root, &place.dir, &dir)
            };
            // Of the world outside, a name that could be anything means nothing in particular.
            if start.as_str() == "/" || start.is_absolute() && rest.is_any() {
                continue;
            }
            starts.push(start.clone());
            found.push(self.below_that_fit(start, &rest, sort, wanted.context.play));
        }
        let apart = self.not_told_apart(wanted, &found);
        let wanted = apart.as_ref().unwrap_or(wanted);
        let near = found.len();
        // A whole path leads anywhere.
        if pattern.can_be_whole_path() {
            let (top, sort) = (Utf8PathBuf::new(), sort.anywhere());
            found.push(self.below_that_fit(top, &rest, sort, wanted.context.play));
        }
        let many = (found.get(near)).is_some_and(|elsewhere| elsewhere.len() > MOST_ELSEWHERE);
        let way = Way {
            reach: wanted.context.reach.clone(),
            play: wanted.context.play,
            used: wanted.used.clone(),
            besides: wanted.besides,
            glob: wanted.glob,
        };
        let entry = self.settled.entry(way);
        let way = entry.index();
        entry.or_default();
        let any = pattern.is_any() && !wanted.glob;
        let steps = if any && wanted.used == Use::Tasks {
            self.tasks_kept_elsewhere(wanted, found.get(..near).unwrap_or_default())
        } else {
            HashSet::new()
        };
        let mut seen = HashSet::new();
        for (at, list) in found.iter().enumerate() {
            let elsewhere = many && at >= near;
            // Of tasks, a file that was not followed has yet to be where it is near.
            let alike = elsewhere || wanted.used != Use::Tasks;
            let left = self.settled(way).filter(|_| alike);
            let left = left.and_then(|known| known.left.get(&Arc::as_ptr(list)).cloned());
            let places = left.unwrap_or_else(|| (0..list.len()).collect());
            let mut left = Vec::new();
            for place in places.iter().copied() {
                let Some(path) = list.get(place) else {
                    continue;
                };
                let known = self.settled(way);
                let known = known.is_some_and(|known| known.paths.contains(path.as_str()));
                if known && wanted.used != Use::Tasks {
                    continue;
                }
                let usual = || is_usual(wanted, path) || steps.contains(path);
                let unusual = elsewhere || any && !usual();
                if known && unusual {
                    continue;
                }
                if !seen.insert(path.as_str()) {
                    left.push(place);
                    continue;
                }
                if unusual {
                    self.anything(wanted, path);
                } else {
                    let start = starts.get(at);
                    let relative = start.and_then(|start| path.strip_prefix(start).ok());
                    let name = match relative {
                        Some(relative) => Utf8Path::new(&dir).join(relative),
                        None => self.request.root.join(&path.0),
                    };
                    self.use_file(wanted, path, name.as_str(), !wanted.glob);
                }
                if self.leads_nowhere(wanted, path, unusual)
                    && let Some((_, known)) = self.settled.get_index_mut(way)
                {
                    known.paths.insert(path.clone());
                } else {
                    left.push(place);
                }
            }
            if alike && let Some((_, known)) = self.settled.get_index_mut(way) {
                known.left.insert(Arc::as_ptr(list), left.into());
            }
        }
    }

    /// The files that have tasks and stand where none are kept, unless these are many.
    fn tasks_kept_elsewhere(
        &mut self,
        wanted: &Wanted,
        near: &[Arc<Vec<PathText>>],
    ) -> HashSet<PathText> {
        let mut kept = HashSet::new();
        let files = near.iter().flat_map(|list| list.iter());
        for path in files.filter(|path| !is_usual(wanted, path)) {
            if !kept.contains(path) && self.has_tasks(path) {
                kept.insert(path.clone());
            }
            if kept.len() > MOST_KEPT_ELSEWHERE {
                return HashSet::new();
            }
        }
        kept
    }

    /// Whether a file is a list of tasks, as far as it can be told from other lists.
    fn has_tasks(&mut self, path: &PathText) -> bool {
        if let Some(known) = self.have_tasks.get(path) {
            return *known;
        }
        let source = self.sources.read(path).ok().flatten();
        let found = source.is_some_and(|source| match source.yaml().as_deref() {
            Ok([document]) => is_tasks(document),
            _ => false,
        });
        self.have_tasks.insert(path.clone(), found);
        found
    }

    fn settled(&self, way: usize) -> Option<&Settled> {
        self.settled.get_index(way).map(|(_, known)| known)
    }

    /// The same of a role that could be any of many, and that a role includes: by which way it was
    /// reached is not told apart. Roles that include any role would be followed in every order.
    fn not_told_apart(&mut self, wanted: &Wanted, found: &[Arc<Vec<PathText>>]) -> Option<Wanted> {
        let many = found.iter().map(|found| found.len()).sum::<usize>() > MANY_ROLES;
        let roles = &wanted.context.roles;
        if !matches!(wanted.used, Use::Role(_)) || roles.is_empty() || !many {
            return None;
        }
        let above = roles.iter().filter(|role| *role != SOME_ROLE);
        self.found_includers.extend(above.cloned());
        let mut apart = wanted.clone();
        apart.context.roles = vec![SOME_ROLE.into()];
        Some(apart)
    }

    /// Whether using a file in this way is the same from everywhere in the play.
    fn leads_nowhere(&mut self, wanted: &Wanted, path: &Utf8Path, unusual: bool) -> bool {
        match &wanted.used {
            Use::Data | Use::Password | Use::Presence => true,
            Use::Tasks => unusual,
            // As what could be anything it is read as any other template.
            Use::Delimited if unusual => false,
            Use::Template | Use::Delimited => {
                let source = self.text(path, wanted.context.play);
                source.is_none_or(|source| {
                    let analysis = template_analysis(&source, &wanted.used);
                    analysis.scan.includes.is_empty() && analysis.found.lookups.is_empty()
                })
            }
            // What they set and do depends on the task.
            Use::Vars(_) | Use::Role(_) => false,
        }
    }

    /// What is below a directory and fits a name and what it is used as.
    pub(super) fn below_that_fit(
        &mut self,
        start: Utf8PathBuf,
        rest: &Pattern,
        sort: Sort,
        play: usize,
    ) -> Arc<Vec<PathText>> {
        let key = (PathText(start), rest.clone(), sort);
        if let Some(known) = self.fitting.get(&key) {
            return Arc::clone(known);
        }
        let start = &key.0;
        let below = self.below(start, Some(play));
        let fitting = below
            .iter()
            .filter(|(relative, kind)| sort.fits(relative, *kind))
            .filter(|(relative, _)| rest.matches(relative.as_str()))
            .map(|(relative, _)| {
                PathText(if start.as_str().is_empty() {
                    relative.clone()
                } else {
                    start.join(relative)
                })
            });
        let fitting = Arc::new(fitting.collect());
        self.fitting.insert(key, Arc::clone(&fitting));
        fitting
    }

    /// A file that a name could mean, as it could any other: its bytes and what its text
    /// reads count, and it isn't followed further.
    pub(super) fn anything(&mut self, wanted: &Wanted, path: &Utf8Path) {
        let context = wanted.step();
        if wanted.used == Use::Presence {
            return self.add_attributes(path, &context.reach, false, true);
        }
        self.besides(&context, path, wanted.besides);
        self.data(&context, path, true);
        // What it sets is not followed.
        self.values.has_strangers |=
            matches!(wanted.used, Use::Vars(_) | Use::Tasks | Use::Role(_));
        if let Use::Vars(name) = &wanted.used {
            self.sets_variables(&context, path);
            if let Some(name) = name {
                self.defines_named(name, path, || vec![Definition::Unknown]);
            }
        }
        if !matches!(wanted.used, Use::Data | Use::Password) {
            self.mention(context.play, path, Text::Template, None, &context.via);
        }
    }
}

/// Whether this is a list of tasks: each has an action or a block, and some action is known.
fn is_tasks(document: &Node) -> bool {
    let action = |task: &Arc<Node>| action_of(task).map(|(action, _)| action);
    let mut known = false;
    let all = document.items().iter().all(|task| {
        let action = action(task);
        known |= (action.as_deref())
            .is_some_and(|action| action.contains('.') || own_action(action).is_some());
        known |= task.get("block").is_some();
        let play = task.get("hosts").is_some() || task.get("import_playbook").is_some();
        !play && (action.is_some() || task.get("block").is_some())
    });
    all && known
}

/// Whether a file stands where one of its kind is kept.
pub(super) fn is_usual(wanted: &Wanted, path: &Utf8Path) -> bool {
    let subdirs: &[&str] = match (&wanted.search, &wanted.used) {
        (_, Use::Role(_)) => return true,
        (Search::Needle(subdirs) | Search::Anywhere(subdirs), _) => subdirs,
        (_, Use::Template | Use::Delimited) => &["templates"],
        _ => &["tasks", "handlers"],
    };
    let parent = parent(path);
    parent
        .components()
        .any(|part| subdirs.contains(&part.as_str()))
}

fn is_yaml_name(path: &Utf8Path) -> bool {
    matches!(path.extension(), None | Some("yml" | "yaml" | "json"))
}
