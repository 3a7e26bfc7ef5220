//! Roles that include roles by names that only a run knows.

use infra_core::ansible::{Closure, MemoryTree, Reason, Request, closure};

use crate::ansible_closure::{closure_on_web1, inventory};

/// A tree in which each of so many roles includes any role, and a play has the first.
fn tree(includers: usize) -> MemoryTree {
    let mut tree = MemoryTree::new();
    tree.insert("site.yml", "- {hosts: all, roles: [outer0]}\n");
    for role in 0..includers {
        tree.insert(
            format!("roles/outer{role}/tasks/main.yml"),
            "- include_role: {name: \"{{ item }}\"}\n  loop: \"{{ ansible_local.wanted }}\"\n",
        );
    }
    for role in 0..30 {
        tree.insert(
            format!("roles/r{role}/tasks/main.yml"),
            "- template: {src: of_role.j2, dest: /x}\n- include_tasks: more.yml\n",
        );
        tree.insert(
            format!("roles/r{role}/tasks/more.yml"),
            "- debug: {msg: x}\n",
        );
        tree.insert(format!("roles/r{role}/templates/of_role.j2"), "1");
    }
    tree
}

fn has(closure: &Closure, path: &str) -> bool {
    closure.file(path).is_some()
}

#[test]
fn roles_that_include_any_role_are_not_followed_in_every_order() {
    let closure = closure_on_web1(&tree(10));
    let unresolved = closure.unresolved();
    assert!(
        unresolved.iter().all(|found| found.why == Reason::AnyName),
        "{unresolved:?}"
    );
    for role in 0..30 {
        assert!(has(&closure, &format!("roles/r{role}/tasks/more.yml")));
        assert!(has(
            &closure,
            &format!("roles/r{role}/templates/of_role.j2")
        ));
    }
    for role in 0..10 {
        assert!(has(&closure, &format!("roles/outer{role}/tasks/main.yml")));
    }
}

/// What isn't in a role is looked for in those above it.
#[test]
fn what_an_included_role_lacks_may_be_in_any_that_includes_it() {
    for (place, counts) in [
        ("roles/outer0/templates/lent.j2", true),
        ("roles/outer1/templates/lent.j2", true),
        ("templates/lent.j2", true),
        // No role is above this one.
        ("roles/r1/templates/lent.j2", false),
    ] {
        let mut tree = tree(2);
        tree.insert(
            "roles/r0/tasks/main.yml",
            "- template: {src: lent.j2, dest: /x}\n",
        );
        tree.insert(place, "1");
        assert_eq!(has(&closure_on_web1(&tree), place), counts, "{place}");
    }
}

/// Where a role's tasks are named by a path of which only the end is known, those of other roles are
/// only read; each role's own are followed.
#[test]
fn tasks_near_by_are_followed_though_they_were_far_from_others() {
    let mut tree = MemoryTree::new();
    tree.insert("plays/site.yml", "- {hosts: all, roles: [r0, r1, r2]}\n");
    tree.insert("plays/ansible.cfg", "[defaults]\nroles_path = ../roles\n");
    for role in 0..3 {
        tree.insert(
            format!("roles/r{role}/tasks/main.yml"),
            "- include_tasks: \"{{ ansible_local.where }}/sub/{{ ansible_local.which }}.yml\"\n",
        );
        for file in 0..20 {
            tree.insert(
                format!("roles/r{role}/tasks/sub/f{file}.yml"),
                format!("- template: {{src: t{file}.j2, dest: /x}}\n"),
            );
            tree.insert(format!("roles/r{role}/templates/t{file}.j2"), "1");
        }
    }
    let inventory = inventory(&[("web1", &["web"])]);
    let mut request = Request::new(&tree, "/srv", "plays/site.yml", &inventory);
    request.cwd = "plays".into();
    let closure = closure(&request).unwrap();
    for role in 0..3 {
        for file in 0..20 {
            let path = format!("roles/r{role}/templates/t{file}.j2");
            assert!(has(&closure, &path), "{path}");
        }
    }
}

/// A tree of so many roles each of which includes a part of each other.
fn of_each_other(roles: usize) -> MemoryTree {
    let mut tree = MemoryTree::new();
    tree.insert("site.yml", "- {hosts: all, roles: [r0]}\n");
    for role in 0..roles {
        let others = (0..roles).filter(|other| *other != role);
        let includes: Vec<String> = others
            .map(|other| format!("- include_role: {{name: r{other}, tasks_from: part}}\n"))
            .collect();
        let includes = includes.concat();
        for file in ["main", "part"] {
            tree.insert(format!("roles/r{role}/tasks/{file}.yml"), &*includes);
        }
        tree.insert(
            format!("roles/r{role}/tasks/part.yml"),
            format!("- copy: {{src: \"{{{{ ansible_parent_role_paths[0] }}}}/f\", dest: /x}}\n- template: {{src: t.j2, dest: /x}}\n{includes}"),
        );
        tree.insert(format!("roles/r{role}/f"), "1");
    }
    tree.insert("roles/r1/templates/t.j2", "1");
    tree
}

#[test]
fn roles_that_include_parts_of_each_other_are_followed_to_their_end() {
    let closure = closure_on_web1(&of_each_other(4));
    // From where r1 is not above.
    let unresolved = closure.unresolved();
    assert!(
        unresolved.iter().all(|found| found.why == Reason::Missing),
        "{unresolved:?}"
    );
    for role in 0..4 {
        // Each is above another.
        assert!(has(&closure, &format!("roles/r{role}/f")));
    }
    assert!(has(&closure, "roles/r1/templates/t.j2"));
}
