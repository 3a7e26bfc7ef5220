//! Paths without a file system: joined and made normal by their text alone.

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

/// Where a path given in a file leads: relative to the tree if it is inside, absolute
/// if it isn't. Follows `unfrackpath(follow=False)` of `utils/path.py`.
pub(crate) fn join(root: &Utf8Path, base: &Utf8Path, given: &str) -> Utf8PathBuf {
    if is_plain(given) && (base.as_str().is_empty() || is_plain(base.as_str())) {
        // As nearly all are: nothing to make normal, and inside.
        return match base.as_str() {
            "" => Utf8PathBuf::from(given),
            base => Utf8PathBuf::from(format!("{base}/{given}")),
        };
    }
    let whole = if given.starts_with('/') {
        Utf8PathBuf::from(given)
    } else {
        root.join(base).join(given)
    };
    locate(root, &whole)
}

/// Whether a path is relative and normal.
fn is_plain(path: &str) -> bool {
    path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// The same for a path that is absolute already.
pub(crate) fn locate(root: &Utf8Path, absolute: &Utf8Path) -> Utf8PathBuf {
    let normal = normalise(absolute);
    match normal.strip_prefix(root) {
        Ok(inside) => inside.to_owned(),
        Err(_) => normal,
    }
}

/// The path without `.`, `..` and doubled slashes.
pub(crate) fn normalise(path: &Utf8Path) -> Utf8PathBuf {
    let mut parts: Vec<&str> = Vec::new();
    for component in path.components() {
        match component {
            Utf8Component::Normal(part) => parts.push(part),
            Utf8Component::ParentDir => {
                if matches!(parts.last(), None | Some(&"..")) && !path.is_absolute() {
                    parts.push("..");
                } else {
                    parts.pop();
                }
            }
            Utf8Component::CurDir | Utf8Component::RootDir | Utf8Component::Prefix(_) => {}
        }
    }
    let text = parts.join("/");
    if path.is_absolute() {
        Utf8PathBuf::from(format!("/{text}"))
    } else {
        Utf8PathBuf::from(text)
    }
}

/// Whether a path of the closure is outside of the tree.
pub(crate) fn is_outside(path: &Utf8Path) -> bool {
    path.is_absolute()
}

/// The directory that a file stands in.
pub(crate) fn parent(path: &Utf8Path) -> Utf8PathBuf {
    path.parent().map(Utf8Path::to_owned).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_relative_inside_the_tree_and_absolute_outside() {
        let root = Utf8Path::new("/srv/stack");
        let lead = |base: &str, given: &str| join(root, base.into(), given).into_string();
        assert_eq!(lead("ansible", "site.yml"), "ansible/site.yml");
        assert_eq!(lead("ansible/roles", "../files//./x"), "ansible/files/x");
        assert_eq!(lead("ansible", "../../shared/x"), "/srv/shared/x");
        assert_eq!(lead("", "/srv/stack/a"), "a");
        assert_eq!(lead("/opt/roles/x", "files/y"), "/opt/roles/x/files/y");
        assert_eq!(lead("", "../../../../.."), "/");
    }

    #[test]
    fn a_plain_path_leads_where_it_leads_by_way_of_the_root() {
        let root = Utf8Path::new("/srv/stack");
        let parts = [
            "", ".", "..", "a", "b/c", "a/", "/a", "a/./b", "a//b", ".a", "..a",
        ];
        for base in parts {
            for given in parts {
                let whole = if given.starts_with('/') {
                    Utf8PathBuf::from(given)
                } else {
                    root.join(base).join(given)
                };
                let joined = join(root, base.into(), given);
                assert_eq!(joined, locate(root, &whole), "{base:?} {given:?}");
            }
        }
    }
}
