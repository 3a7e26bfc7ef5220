//! Any Ansible tree: where it begins, and where Ansible would be started.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::error::InputsError;

/// The surroundings of a playbook that no configuration names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AnsibleTree {
    /// The directory that paths are shown from
    pub(super) root: Utf8PathBuf,
    /// The playbook, relative to the root
    pub(super) playbook: Utf8PathBuf,
    /// The directory in which ansible-playbook is started, relative to the root
    pub(super) start: Utf8PathBuf,
}

impl AnsibleTree {
    /// Finds the tree of a playbook.
    ///
    /// It begins at `dir`, where the command was started, if the playbook and the inventory
    /// are below. Else at the nearest directory above both that has an `ansible.cfg` or is
    /// a repository. Without one it begins at `dir` if the playbook is below, or at the nearest
    /// directory above both. An inventory may be anywhere, but a tree is no directory that holds
    /// much else, such as `/tmp` or a home: then it begins beside the playbook.
    ///
    /// Ansible is started where `ansible.cfg` is: it reads the one in the directory that it
    /// is started in, and no other of the tree.
    pub(super) fn find(
        dir: &Utf8Path,
        playbook: &Utf8Path,
        inventory: Option<&Utf8Path>,
    ) -> Result<Self, InputsError> {
        let dir = canonical(dir, Utf8Path::new("."))?;
        let playbook = located(&dir, playbook)?;
        let beside = parent(&playbook);
        let common = inventory
            .and_then(|inventory| common(beside, parent(inventory)))
            .filter(|common| !holds_much_else(common))
            .unwrap_or(beside);
        let root = if common.starts_with(&dir) {
            dir.as_path()
        } else if let Some(beginning) = common.ancestors().find(|dir| is_beginning(dir)) {
            beginning
        } else if beside.starts_with(&dir) {
            dir.as_path()
        } else {
            common
        };
        let start = if has_settings(root) {
            root
        } else {
            beside
                .ancestors()
                .take_while(|dir| dir.starts_with(root))
                .find(|dir| has_settings(dir))
                .unwrap_or(root)
        };
        Ok(Self {
            playbook: inside(root, &playbook),
            start: inside(root, start),
            root: root.to_owned(),
        })
    }
}

/// A file as it is named, in a directory without links.
///
/// The last part may be a link: Ansible looks beside the link, not beside its target.
pub(super) fn located(dir: &Utf8Path, path: &Utf8Path) -> Result<Utf8PathBuf, InputsError> {
    let whole = dir.join(path);
    let missing = |source| InputsError::Path {
        path: path.to_owned(),
        source,
    };
    std::fs::metadata(&whole).map_err(missing)?;
    match (whole.parent(), whole.file_name()) {
        (Some(parent), Some(name)) => Ok(parent.canonicalize_utf8().map_err(missing)?.join(name)),
        // `/`, or a path that ends in `..`.
        _ => whole.canonicalize_utf8().map_err(missing),
    }
}

/// A path as the tree wants it: relative inside, absolute outside.
pub(super) fn inside(root: &Utf8Path, path: &Utf8Path) -> Utf8PathBuf {
    path.strip_prefix(root).unwrap_or(path).to_owned()
}

fn canonical(dir: &Utf8Path, otherwise: &Utf8Path) -> Result<Utf8PathBuf, InputsError> {
    let dir = if dir.as_str().is_empty() {
        otherwise
    } else {
        dir
    };
    dir.canonicalize_utf8()
        .map_err(|source: io::Error| InputsError::Path {
            path: dir.to_owned(),
            source,
        })
}

fn parent(path: &Utf8Path) -> &Utf8Path {
    path.parent().unwrap_or(path)
}

fn common<'p>(one: &'p Utf8Path, other: &Utf8Path) -> Option<&'p Utf8Path> {
    one.ancestors().find(|dir| other.starts_with(dir))
}

/// Whether a directory that merely lies above two files is no tree of anybody's.
fn holds_much_else(dir: &Utf8Path) -> bool {
    let home = std::env::home_dir();
    dir.components().count() <= 2 || home.is_some_and(|home| dir == home)
}

fn has_settings(dir: &Utf8Path) -> bool {
    dir.join("ansible.cfg").is_file()
}

fn is_beginning(dir: &Utf8Path) -> bool {
    has_settings(dir) || dir.join(".git").exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[&str]) -> (tempfile::TempDir, Utf8PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(dir.path())
            .unwrap()
            .canonicalize_utf8()
            .unwrap();
        for file in files {
            let path = root.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        (dir, root)
    }

    fn find(dir: &Utf8Path, playbook: &str, inventory: Option<&Utf8Path>) -> AnsibleTree {
        AnsibleTree::find(dir, playbook.into(), inventory).unwrap()
    }

    #[test]
    fn the_tree_begins_where_the_command_was_started() {
        let (_kept, root) = tree(&["ansible.cfg", "plays/site.yml", "plays/ansible.cfg"]);
        let found = find(&root, "plays/site.yml", None);
        assert_eq!(found.root, root);
        assert_eq!(
            (found.playbook.as_str(), found.start.as_str()),
            ("plays/site.yml", "")
        );
        std::fs::remove_file(root.join("ansible.cfg")).unwrap();
        assert_eq!(find(&root, "plays/site.yml", None).start, "plays");
    }

    #[test]
    fn from_elsewhere_it_begins_above_the_playbook_and_the_inventory() {
        let (_kept, root) = tree(&["x/plays/site.yml", "x/inventory/hosts", "elsewhere/file"]);
        let elsewhere = root.join("elsewhere");
        let playbook = root.join("x/plays/site.yml");
        let hosts = root.join("x/inventory/hosts");
        let found = find(&elsewhere, playbook.as_str(), Some(&hosts));
        assert_eq!(found.root, root.join("x"));
        assert_eq!(
            find(&elsewhere, playbook.as_str(), None).root,
            root.join("x/plays")
        );
        std::fs::write(root.join("x/ansible.cfg"), "").unwrap();
        let found = find(&elsewhere, playbook.as_str(), None);
        assert_eq!(
            (found.root, found.start),
            (root.join("x"), Utf8PathBuf::new())
        );
    }

    #[test]
    fn an_inventory_elsewhere_does_not_move_the_tree() {
        let (_kept, root) = tree(&["x/site.yml", "inventories/hosts"]);
        let project = root.join("x");
        let hosts = root.join("inventories/hosts");
        assert_eq!(find(&project, "site.yml", Some(&hosts)).root, project);
        std::fs::write(root.join("ansible.cfg"), "").unwrap();
        assert_eq!(find(&project, "site.yml", Some(&hosts)).root, root);
    }

    #[test]
    fn a_tree_is_no_directory_that_holds_much_else() {
        let home = std::env::home_dir().and_then(|home| Utf8PathBuf::try_from(home).ok());
        for dir in ["/", "/tmp", "/home"]
            .map(Utf8PathBuf::from)
            .into_iter()
            .chain(home)
        {
            assert!(holds_much_else(&dir), "{dir}");
        }
        assert!(!holds_much_else("/srv/plays".into()));
    }

    #[test]
    fn a_path_that_leads_nowhere_is_named() {
        let (_kept, root) = tree(&[]);
        let error = AnsibleTree::find(&root, "no.yml".into(), None).unwrap_err();
        assert_eq!(error.to_string(), "can't find no.yml");
    }
}
