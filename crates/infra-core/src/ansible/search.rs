//! Where Ansible looks for a file that is named in a playbook, in order.

use camino::{Utf8Path, Utf8PathBuf};

use super::path::parent;

/// A directory to look in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) dir: Utf8PathBuf,
    /// Whether Ansible looks here only under a condition that is not evaluated: what is
    /// found here counts, and the search goes on
    pub(crate) perhaps: bool,
}

/// What stands in a chain of roles for those that may be above the next: any of those that include
/// roles by names that could be many.
pub(crate) const SOME_ROLE: &str = "*";

/// The directories of a task: the roles from the innermost to the outermost, then the
/// directory of its file. `Base.get_search_path` in `playbook/base.py`. Of roles that are not told
/// apart, each.
pub(crate) fn stack<'r>(
    roles: &[Utf8PathBuf],
    not_told_apart: impl IntoIterator<Item = &'r Utf8PathBuf>,
    file: &Utf8Path,
) -> Vec<Place> {
    let mut stack = Vec::new();
    for role in roles.iter().rev().filter(|role| *role != SOME_ROLE) {
        add(&mut stack, role.clone(), false);
    }
    if roles.first().is_some_and(|first| first == SOME_ROLE) {
        for role in not_told_apart {
            add(&mut stack, role.clone(), true);
        }
    }
    add(&mut stack, parent(file), false);
    stack
}

/// Where actions and lookups look for a file. `subdir` is `files`, `templates`, `vars`.
/// `DataLoader.path_dwim_relative_stack` in `parsing/dataloader.py`, which means to leave
/// out `subdir` where the name begins with it, but compares bytes with text and never does.
pub(crate) fn needle(stack: &[Place], base: &Utf8Path, subdir: &str) -> Vec<Place> {
    let mut places = Vec::new();
    let mut add = |dir, perhaps| add(&mut places, dir, perhaps);
    for Place { dir: path, perhaps } in stack {
        if let Some(above) = path
            .parent()
            .filter(|above| above.file_name() == Some("tasks"))
        {
            add(below(&parent(above), subdir), true);
            add(above.to_owned(), true);
        }
        add(below(path, subdir), *perhaps);
        add(path.clone(), *perhaps);
    }
    add(below(base, subdir), false);
    add(base.to_owned(), false);
    places
}

/// Adds a directory to look in, if it isn't one yet. Compared as texts, which are shorter to compare
/// than paths by their parts.
fn add(places: &mut Vec<Place>, dir: Utf8PathBuf, perhaps: bool) {
    if !places
        .iter()
        .any(|place| place.dir.as_str() == dir.as_str())
    {
        places.push(Place { dir, perhaps });
    }
}

/// Joins without leaving a slash at the end.
fn below(dir: &Utf8Path, name: &str) -> Utf8PathBuf {
    match (dir.as_str(), name) {
        (_, "") => dir.to_owned(),
        ("", _) => Utf8PathBuf::from(name),
        _ => dir.join(name),
    }
}

/// The directories that included files were named with, from the innermost include outwards, each
/// below the next; what comes twice once. Only `import_tasks` stays with what is absolute.
pub(crate) fn cumulative(includes: &[String], dynamic: bool) -> Vec<Utf8PathBuf> {
    let mut found: Vec<Utf8PathBuf> = Vec::new();
    let mut inner = Utf8PathBuf::new();
    for include in includes.iter().rev() {
        inner = if dynamic && inner.is_absolute() {
            Utf8PathBuf::from(include)
        } else {
            below(Utf8Path::new(include), inner.as_str())
        };
        if !found.iter().any(|known| known.as_str() == inner.as_str()) {
            found.push(inner.clone());
        }
    }
    found
}

/// Where an include looks for a file of tasks. `playbook/included_file.py` for
/// `include_tasks`, `playbook/helpers.py` for `import_tasks`; both by way of
/// `DataLoader.path_dwim_relative`.
pub(crate) fn tasks(
    role: Option<&Utf8Path>,
    base: &Utf8Path,
    cwd: &Utf8Path,
    includes: &[String],
    subdir: &str,
    dynamic: bool,
) -> Vec<Place> {
    let mut places = Vec::new();
    let below_role = |places: &mut Vec<Place>, role: &Utf8Path| {
        add(places, role.join(subdir), false);
        // Where `tasks` are, besides those of handlers: `import_tasks` looks there in what it takes
        // for a role.
        add(places, role.join("tasks"), !dynamic);
        add(places, below(cwd, subdir), false);
        add(places, role.to_owned(), false);
        add(places, below(base, subdir), false);
        add(places, base.to_owned(), false);
    };
    for cumulative in cumulative(includes, dynamic) {
        let Some(role) = role else {
            add(&mut places, below(base, cumulative.as_str()), false);
            add(&mut places, below(base, "tasks"), true);
            add(&mut places, below(cwd, cumulative.as_str()), false);
            add(&mut places, base.to_owned(), false);
            continue;
        };
        let dir = below(&role.join(subdir), cumulative.as_str());
        if dynamic {
            below_role(&mut places, role);
        }
        below_role(&mut places, &dir);
    }
    if let Some(role) = role {
        below_role(&mut places, role);
    }
    add(&mut places, base.to_owned(), false);
    places
}

/// The directory of a template that is not included itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Beside {
    pub(crate) dir: Utf8PathBuf,
    /// Whether it comes first, as it does for the lookup of templates
    pub(crate) first: bool,
}

/// Where a template, and all that it includes, looks for what it includes. For
/// `plugins/action/template.py`: each directory of the search path with `templates` first, the
/// playbook's directory, and the directory of the template. For `plugins/lookup/template.py`: the
/// last of these, the others.
pub(crate) fn includes(stack: &[Place], base: &Utf8Path, beside: &Beside) -> Vec<Place> {
    let mut places = Vec::new();
    if beside.first {
        add(&mut places, beside.dir.clone(), false);
    }
    let stack = (stack.iter()).map(|place| (&*place.dir, place.perhaps));
    let last = (!beside.first).then_some((&*beside.dir, false));
    for (path, perhaps) in stack.chain([(base, false)]).chain(last) {
        for dir in [path.join("templates"), path.to_owned()] {
            add(&mut places, dir, perhaps);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dirs(places: &[Place]) -> Vec<&str> {
        places.iter().map(|place| place.dir.as_str()).collect()
    }

    #[test]
    fn a_role_comes_before_the_playbook() {
        let stack = stack(
            &["r/outer".into(), "r/inner".into()],
            [],
            "r/inner/tasks/main.yml".into(),
        );
        assert_eq!(dirs(&stack), ["r/inner", "r/outer", "r/inner/tasks"]);
        assert_eq!(
            dirs(&needle(&stack, "".into(), "files")),
            [
                "r/inner/files",
                "r/inner",
                "r/outer/files",
                "r/outer",
                "r/inner/tasks/files",
                "r/inner/tasks",
                "files",
                ""
            ]
        );
    }

    #[test]
    fn an_include_is_relative_to_the_file_that_includes() {
        assert_eq!(
            dirs(&tasks(
                None,
                "p".into(),
                "p".into(),
                &["a".to_owned(), "b".to_owned()],
                "tasks",
                true
            )),
            ["p/b", "p/tasks", "p", "p/a/b"]
        );
        assert_eq!(
            dirs(&tasks(
                Some("r".into()),
                "p".into(),
                "p".into(),
                &["sub".to_owned()],
                "tasks",
                false
            )),
            [
                "r/tasks/sub/tasks",
                "p/tasks",
                "r/tasks/sub",
                "p",
                "r/tasks",
                "r"
            ]
        );
    }

    #[test]
    fn a_file_that_was_named_by_an_absolute_path_has_the_directories_of_those_above_too() {
        let includes = ["sub".to_owned(), "/t/hooks".to_owned()];
        let of = |dynamic| {
            let places = tasks(None, "p".into(), "p".into(), &includes, "tasks", dynamic);
            places
                .into_iter()
                .map(|place| place.dir)
                .collect::<Vec<_>>()
        };
        assert_eq!(of(true), ["/t/hooks", "p/tasks", "p", "p/sub"]);
        assert_eq!(of(false), ["/t/hooks", "p/tasks", "p"]);
    }
}
