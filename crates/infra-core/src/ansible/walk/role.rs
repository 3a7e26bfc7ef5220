//! Roles. `playbook/role/definition.py` finds them, `playbook/role/__init__.py` loads
//! their parts.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::Walker;
use super::context::{Context, RoleFiles, Use, Wanted};
use super::includes::Includes;
use super::playbook::texts;
use super::record::Text;
use crate::ansible::name::Pattern;
use crate::ansible::path::{join, parent};
use crate::ansible::search::{Place, cumulative};
use crate::ansible::yaml::Shape;

impl Walker<'_> {
    /// Where a role is looked for, in order: in collections, beside the playbook, in the
    /// configured path, beside the role that needs it, in the playbook's directory.
    pub(super) fn role_places(&self, context: &Context) -> Vec<Place> {
        let mut dirs: Vec<Utf8PathBuf> = Vec::new();
        for collection in &context.collections {
            let Some((namespace, collection)) = collection.split_once('.') else {
                continue;
            };
            for root in self.collection_roots(context.play) {
                dirs.push(root.join(namespace).join(collection).join("roles"));
            }
        }
        dirs.push(context.base.join("roles"));
        dirs.extend(self.settings.roles.iter().cloned());
        if let Some(role) = context.role() {
            dirs.push(parent(role));
            let real = self.sources.canonical(role);
            if !real.starts_with(self.sources.canonical(Utf8Path::new(""))) {
                dirs.push(parent(&real));
            }
        }
        dirs.push(context.base.clone());
        dirs.push(self.request.cwd.clone());
        let mut places: Vec<Place> = Vec::new();
        for dir in dirs {
            if !places.iter().any(|place| place.dir == dir) {
                places.push(Place {
                    dir,
                    perhaps: false,
                });
            }
        }
        places
    }

    /// A role of a collection by its full name, with files other than `main`.
    pub(super) fn collection_role(&mut self, context: &Context, name: &str) -> Option<Utf8PathBuf> {
        let mut parts = name.split('.');
        let (namespace, collection) = (parts.next()?, parts.next()?);
        let role: Vec<&str> = parts.collect();
        if role.is_empty() {
            return None;
        }
        let dir = self
            .collection_roots(context.play)
            .into_iter()
            .map(|root| {
                root.join(namespace)
                    .join(collection)
                    .join("roles")
                    .join(role.join("/"))
            })
            .find(|dir| self.sources.is_dir(dir))?;
        self.use_collection(&format!("{namespace}.{collection}"), context);
        Some(dir)
    }

    /// Where the roles of a collection are, and what they are called there that have such full names.
    pub(super) fn collection_roles(
        &mut self,
        wanted: &Wanted,
        name: &Pattern,
    ) -> Option<(Vec<Place>, Pattern)> {
        if !matches!(wanted.used, Use::Role(_)) {
            return None;
        }
        let (collection, names) = name.split_collection()?;
        let dir = self.find_collection(wanted.context.play, &collection)?;
        self.use_collection(&collection, &wanted.context);
        let place = Place {
            dir: dir.join("roles"),
            perhaps: false,
        };
        Some((vec![place], names))
    }

    /// Where a role is, which Ansible knows by where links lead (`unfrackpath` of
    /// `utils/path.py`): what stands beside it does so there. Out of the tree, where it is named.
    fn real(&self, path: &Utf8Path) -> Utf8PathBuf {
        let root = self.sources.canonical(Utf8Path::new(""));
        let real = self.sources.canonical(path);
        match real.strip_prefix(&root) {
            Ok(inside) if !inside.as_str().is_empty() => inside.to_owned(),
            _ => path.to_owned(),
        }
    }

    /// A role that was found by a name, with all its parts.
    pub(super) fn role(
        &mut self,
        context: &Context,
        path: &Utf8Path,
        called: &str,
        files: &RoleFiles,
    ) {
        let real = self.real(path);
        let path = &*real;
        // A role that depends on itself adds nothing the second time.
        let cycle = context.roles.iter().any(|above| above == path) && files.0.is_empty();
        if cycle
            || !self.enter(
                context,
                path,
                &format!("role {called} {files:?} {:?}", context.roles),
            )
        {
            return;
        }
        let mut context = Context {
            roles: chain(&context.roles, path),
            called: called.into(),
            file: path.join("tasks/main.yml"),
            includes: Includes::default(),
            handlers: false,
            depth: context.depth + 1,
            ..context.clone()
        };
        context.collections = collection_of(path).into_iter().collect();
        self.stands(&context);
        self.plugin_dirs(context.play, path);
        for part in ["vars", "defaults"] {
            for file in self.role_part(path, part, files.0.get(part), true) {
                self.vars_file(&context, &file, false, None);
            }
        }
        let mut dependencies = Vec::new();
        for file in self.role_part(path, "meta", None, false) {
            self.data_file(&context, &file, false, Shape::Plays);
            for document in self.yaml(&file, context.play) {
                dependencies.extend(
                    document
                        .get("dependencies")
                        .map(|list| list.items().to_vec())
                        .into_iter()
                        .flatten(),
                );
                context.collections.extend(
                    document
                        .get("collections")
                        .map(|node| texts(node))
                        .into_iter()
                        .flatten(),
                );
            }
            let inner = Context {
                file: file.clone(),
                ..context.clone()
            };
            for entry in &dependencies {
                self.role_entry(&inner, entry, "dependencies");
            }
        }
        self.specs_of_role(&context, path);
        for (part, handlers) in [("tasks", false), ("handlers", true)] {
            for file in self.role_part(path, part, files.0.get(part), false) {
                let inner = Context {
                    handlers,
                    ..context.clone()
                };
                let (reach, via) = (inner.reach.clone(), &inner.via);
                self.add_yaml(&file, reach, via, false, Shape::Plays);
                self.task_file(inner, &file);
            }
        }
    }

    /// The files of one part of a role: `main`, or what an include names instead.
    /// `Role._load_role_yaml`.
    fn role_part(
        &mut self,
        role: &Utf8Path,
        part: &str,
        named: Option<&String>,
        allow_dir: bool,
    ) -> Vec<Utf8PathBuf> {
        let dir = role.join(part);
        if !self.sources.is_dir(&dir) {
            self.add_absent(dir);
            return Vec::new();
        }
        match named {
            None => self.vars_files(&dir, "main", &[".yml", ".yaml", ".json", ""], allow_dir),
            Some(name) => {
                let path = join(&self.request.root, &dir, name);
                let (dir, name) = (
                    parent(&path),
                    path.file_name().unwrap_or_default().to_owned(),
                );
                self.vars_files(&dir, &name, &["", ".yml", ".yaml", ".json"], allow_dir)
            }
        }
    }

    /// A file of tasks.
    pub(super) fn task_file(&mut self, context: Context, path: &Utf8Path) {
        let context = Context {
            file: path.to_owned(),
            ..context
        };
        // Where it looks, and not by which way: files that include each other without end, as they
        // seem to where names are computed, look in the same places however deep. One that includes
        // none looks nowhere.
        let dirs = self
            .has_includes(path)
            .then(|| [true, false].map(|dynamic| cumulative(context.includes.dirs(), dynamic)));
        let key = format!(
            "tasks {} {:?} {} {dirs:?}",
            context.handlers, context.roles, context.called
        );
        if !self.enter(&context, path, &key) {
            return;
        }
        self.stands(&context);
        self.mention(
            context.play,
            path,
            Text::Yaml,
            Some(&context),
            &Arc::clone(&context.via),
        );
        for document in self.yaml(path, context.play) {
            self.tasks(&context, document.items());
        }
    }
}

/// The roles above a task, from the outermost to the innermost, when another is entered. Of one that
/// is there already the inner place is kept alone, as names are looked for in each but once
/// ([`stack`](crate::ansible::search::stack)), and the next above, which has a name of its own
/// (`ansible_parent_role_paths`): roles that include parts of each other have no end of such lists.
fn chain(above: &[Utf8PathBuf], role: &Utf8Path) -> Vec<Utf8PathBuf> {
    let (parent, further) = match above {
        [further @ .., parent] => (Some(parent), further),
        [] => (None, above),
    };
    let further = further.iter().filter(|above| *above != role);
    further
        .chain(parent)
        .cloned()
        .chain([role.to_owned()])
        .collect()
}

/// The collection that a path is in.
pub(super) fn collection_of(path: &Utf8Path) -> Option<String> {
    let mut parts = path
        .components()
        .map(|part| part.as_str())
        .skip_while(|part| *part != "ansible_collections")
        .skip(1);
    Some(format!("{}.{}", parts.next()?, parts.next()?))
}
