//! Names with holes: all that they could mean.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::Walker;
use super::context::{Search, Use, Wanted};
use super::record::Text;
use crate::ansible::name::Pattern;
use crate::ansible::path::{join, locate, parent};
use crate::ansible::path_text::PathText;
use crate::ansible::search::Place;
use crate::ansible::tree::Kind;
use crate::ansible::values::Definition;

impl Walker<'_> {
    /// All that a name with holes could be.
    pub(super) fn all(
        &mut self,
        places: &[Place],
        pattern: &Pattern,
        wanted: &Wanted,
    ) -> Vec<Utf8PathBuf> {
        let (dir, rest) = pattern.split_dir();
        let mut found = BTreeSet::new();
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
            for (relative, kind) in self.below(&start, Some(wanted.context.play)).iter() {
                let fits = match wanted.used {
                    Use::Role(_) => *kind == Kind::Dir && relative.components().count() == 1,
                    Use::Data | Use::Password => *kind != Kind::Other,
                    Use::Tasks | Use::Vars(_) => {
                        matches!(kind, Kind::File { .. }) && is_yaml_name(relative)
                    }
                    Use::Template | Use::Delimited => matches!(kind, Kind::File { .. }),
                };
                if fits && rest.matches(relative.as_str()) {
                    found.insert(PathText(if start.as_str().is_empty() {
                        relative.clone()
                    } else {
                        start.join(relative)
                    }));
                }
            }
        }
        found.into_iter().map(|PathText(path)| path).collect()
    }

    /// A file that a name could mean, as it could any other: its bytes and what its text
    /// reads count, and it isn't followed further.
    pub(super) fn anything(&mut self, wanted: &Wanted, path: &Utf8Path) {
        let context = wanted.context.step(wanted.line, &wanted.what);
        self.besides(&context, path, wanted.besides);
        self.data(&context, path, true);
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

/// Whether a file stands where one of its kind is kept.
pub(super) fn is_usual(wanted: &Wanted, path: &Utf8Path) -> bool {
    let subdirs: &[&str] = match (&wanted.search, &wanted.used) {
        (_, Use::Role(_)) => return true,
        (Search::Needle(subdirs), _) => subdirs,
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
