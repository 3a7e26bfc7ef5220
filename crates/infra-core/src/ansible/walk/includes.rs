//! The directories that the files of includes are named with, below which what they include is
//! looked for. `playbook/included_file.py`, `playbook/helpers.py`.

use camino::Utf8Path;

use super::Walker;
use crate::ansible::path_text::PathText;
use crate::ansible::yaml::Node;

/// The directories that the files of the includes above were named with, from the outermost on.
#[derive(Debug, Clone, Default)]
pub(super) struct Includes {
    dirs: Vec<String>,
    /// How many of them are above the first that a name with holes has
    plain: Option<usize>,
}

impl Includes {
    /// The directories as they were named.
    pub(super) fn dirs(&self) -> &[String] {
        &self.dirs
    }

    /// With a file of this name.
    pub(super) fn named(&mut self, name: &str) {
        self.dirs.push(dir_of(name).to_owned());
    }

    /// With a file that a name with holes could mean, as which it would have this name. Files that
    /// seem to include each other without end, as such names let them, would be followed through
    /// each order of their directories: of several such names the last one's stands for all.
    pub(super) fn meant(&mut self, name: &str, absolute: &Utf8Path) {
        let dir = dir_of(name);
        match self.plain {
            _ if dir.is_empty() => self.named(name),
            None => {
                self.plain = Some(self.dirs.len());
                self.named(name);
            }
            Some(plain) => {
                self.dirs.truncate(plain);
                self.named(absolute.as_str());
            }
        }
    }
}

fn dir_of(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(dir, _)| dir)
}

impl Walker<'_> {
    /// Whether a file of tasks may include or import others.
    pub(super) fn has_includes(&mut self, path: &Utf8Path) -> bool {
        if let Some(known) = self.have_includes.get(path.as_str()) {
            return *known;
        }
        let source = self.sources.read(path).ok().flatten();
        let found = source.is_none_or(|source| match source.yaml() {
            Ok(documents) => documents.iter().any(|document| may_include(document)),
            Err(_) => true,
        });
        self.have_includes.insert(PathText::from(path), found);
        found
    }
}

/// Whether some action in this includes tasks, or may be one that does.
fn may_include(document: &Node) -> bool {
    let mut found = false;
    document.walk(&mut |node| {
        let keys = node.members().iter().filter_map(|(key, _)| key.text());
        found |= keys.map(|key| key.rsplit('.').next()).any(|key| {
            matches!(
                key,
                Some("include_tasks" | "import_tasks" | "include" | "action" | "local_action")
            )
        });
    });
    found
}
