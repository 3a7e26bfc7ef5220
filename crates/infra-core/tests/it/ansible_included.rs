//! What is included is found where Ansible looks for it, however it was named.

use crate::ansible_skips::{play, written};

/// Whether a host runs again when a file of these changes that isn't the first.
fn counts(files: &[(&str, &str)], path: &str) -> bool {
    written(files, "a", path, "- debug: {msg: changed}\n")
}

#[test]
fn what_a_file_includes_is_found_beside_it_whatever_it_was_named() {
    let imports = "- import_tasks: more.yml\n";
    for (site, includes, more) in [
        (
            "- {hosts: all, roles: [r]}\n",
            "roles/r/tasks/main.yml",
            "roles/r/tasks/Debian/more.yml",
        ),
        (
            "- {hosts: all, roles: [r]}\n",
            "roles/r/handlers/main.yml",
            "roles/r/handlers/Debian/more.yml",
        ),
        (
            "- {hosts: all, tasks: [include_tasks: t.yml]}\n",
            "t.yml",
            "Debian/more.yml",
        ),
    ] {
        for name in [
            "{{ ansible_os_family }}/go.yml",
            "{{ role_path | default('.') }}/{{ ansible_os_family }}/go.yml",
        ] {
            let tasks = format!("- include_tasks: \"{name}\"\n");
            let go = more.replace("more", "go");
            for nested in [imports, "- include_tasks: more.yml\n"] {
                let files = [
                    ("site.yml", site),
                    (includes, &*tasks),
                    (&*go, nested),
                    (more, ""),
                ];
                assert!(counts(&files, more), "{includes} {name} {nested}");
            }
        }
    }
    // Named below what another file was named below, it is looked for in both.
    let site = play("all", "- include_tasks: '{{ ansible_system }}/one.yml'");
    for more in ["sub/more.yml", "Linux/sub/more.yml"] {
        let files = [
            ("site.yml", &*site),
            ("Linux/one.yml", "- include_tasks: sub/two.yml\n"),
            ("Linux/sub/two.yml", imports),
            (more, ""),
        ];
        assert!(counts(&files, more), "{more}");
    }
}
