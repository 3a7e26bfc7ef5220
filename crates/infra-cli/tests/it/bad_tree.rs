//! Ansible trees that nobody should write: a clear error, or an input that is listed as not known
//! beforehand; in bounded time and memory, whatever the tree.

use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{TestProject, WITH_PLAYBOOK, instance, plan, state};

/// Far more than any of these takes, on a machine that does much else.
const LONG: Duration = Duration::from_secs(100);
/// Of address space, in KiB; the program and its stacks are part of it.
const MEMORY: u32 = 1 << 20;

/// What infra says of a tree.
struct Said {
    stderr: String,
    code: Option<i32>,
    /// File, line, reason, and whether the playbook runs each time for it
    unresolved: Vec<(String, u64, String, bool)>,
    /// The files that are inputs
    files: Vec<String>,
}

impl Said {
    fn lists(&self, file: &str, why: &str) -> bool {
        (self.unresolved.iter()).any(|item| item.0 == file && item.2.contains(why))
    }

    fn runs_because(&self, why: &str) -> bool {
        (self.unresolved.iter()).any(|item| item.2.contains(why) && item.3)
    }

    fn runs_for(&self, file: &str) -> bool {
        self.unresolved.iter().any(|item| item.0 == file && item.3)
    }
}

/// A project whose only playbook is on one host.
fn tree(files: &[(&str, &str)]) -> TestProject {
    let project = TestProject::new(WITH_PLAYBOOK);
    for (path, text) in files {
        project.write(path, text);
    }
    project.write("state.json", state(&[instance("web1", "192.0.2.1")]));
    project.write("plan.json", plan(&[instance("web1", "192.0.2.1")], &[]));
    project
}

/// Asks for the inputs, and for a plan, which digests them.
fn ask(project: &TestProject) -> Said {
    ask_as(project, &[])
}

/// The same by way of this command.
fn ask_as(project: &TestProject, by: &[&str]) -> Said {
    let inputs = bounded(
        project,
        by,
        &[
            "inputs",
            "-q",
            "prometheus",
            "--state",
            "state.json",
            "--json",
        ],
    );
    let planned = bounded(project, by, &["plan", "-q", "--plan-json", "plan.json"]);
    assert_eq!(inputs.2, planned.2, "{}\n{}", inputs.1, planned.1);
    if inputs.2 != Some(0) {
        assert_eq!(
            (planned.2, planned.0.as_str()),
            (Some(1), ""),
            "{}",
            planned.1
        );
        assert!(planned.1.starts_with("error: "), "{}", planned.1);
    }
    let answer: serde_json::Value = serde_json::from_str(&inputs.0).unwrap_or_default();
    let list = |key: &str| answer[key].as_array().cloned().unwrap_or_default();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let said = Said {
        stderr: inputs.1,
        code: inputs.2,
        unresolved: list("unresolved")
            .iter()
            .map(|item| {
                let changing = item["self_changing"].as_bool().unwrap_or_default();
                let line = item["line"].as_u64().unwrap_or_default();
                (text(&item["file"]), line, text(&item["why"]), changing)
            })
            .collect(),
        files: list("files")
            .iter()
            .map(|file| text(&file["path"]))
            .collect(),
    };
    // The decision says so, too.
    if !said.unresolved.is_empty() {
        assert!(
            planned.0.contains("can't be known beforehand"),
            "{}",
            planned.0
        );
    }
    said
}

/// Runs the command with a bound on its memory, and sees that it takes no longer than it may.
fn bounded(project: &TestProject, by: &[&str], args: &[&str]) -> (String, String, Option<i32>) {
    let limited = format!("ulimit -v {MEMORY}; exec \"$@\"");
    let begin = Instant::now();
    let ran = Command::new("/bin/sh")
        .args(["-c", limited.as_str(), "sh"])
        .args(by)
        .arg(env!("CARGO_BIN_EXE_infra"))
        .args(args)
        .current_dir(project.path("."))
        .env_clear()
        .env("PATH", project.path("bin"))
        .env("HOME", project.path("home"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&ran.stdout), text(&ran.stderr));
    assert!(begin.elapsed() < LONG, "{args:?}: {:?}", begin.elapsed());
    assert!(
        ran.status.code().is_some(),
        "{args:?}: {}\n{stderr}",
        ran.status
    );
    (stdout, stderr, ran.status.code())
}

fn play(tasks: &str) -> String {
    format!("- hosts: all\n  tasks: [{tasks}]\n")
}

#[test]
fn cycles_of_what_is_imported_and_included_end() {
    let role = (
        "roles/a/tasks/main.yml",
        "- include_role: {name: '{{ item }}'}\n  loop: [a, b]\n",
    );
    for files in [
        &[
            (
                "site.yml",
                "- hosts: all\n  tasks: [include_tasks: a.yml]\n",
            ),
            ("a.yml", "- include_tasks: b.yml\n- ping:\n"),
            ("b.yml", "- include_tasks: a.yml\n  when: x\n"),
        ][..],
        &[
            ("site.yml", "- hosts: all\n  tasks: [import_tasks: a.yml]\n"),
            ("a.yml", "- import_tasks: a.yml\n"),
        ],
        &[
            (
                "site.yml",
                "- hosts: all\n  tasks: [include_tasks: a.yml]\n",
            ),
            (
                "a.yml",
                "- include_tasks: a.yml\n  vars: {n: '{{ n + 1 }}'}\n",
            ),
        ],
        &[
            (
                "site.yml",
                "- hosts: all\n  tasks: [include_tasks: more/a.yml]\n",
            ),
            ("more/a.yml", "- include_tasks: more/a.yml\n"),
        ],
        &[
            ("site.yml", "- hosts: all\n  roles: [a]\n"),
            ("roles/a/meta/main.yml", "dependencies: [b]\n"),
            ("roles/b/meta/main.yml", "dependencies: [{role: a, x: 1}]\n"),
        ],
        &[
            ("site.yml", "- hosts: all\n  roles: [b]\n"),
            ("roles/b/tasks/main.yml", "- import_role: {name: a}\n"),
            role,
        ],
        &[
            (
                "site.yml",
                "- hosts: all\n  tasks: [template: {src: a.j2, dest: /x}]\n",
            ),
            ("templates/a.j2", "{% include 'b.j2' %}"),
            ("templates/b.j2", "{% extends 'a.j2' %}"),
        ],
        &[
            (
                "site.yml",
                "- hosts: all\n  tasks: [template: {src: '{{ a }}', dest: /x}]\n",
            ),
            ("group_vars/all.yml", "a: '{{ b }}x'\nb: '{{ a }}y'\n"),
        ],
    ] {
        let said = ask(&tree(files));
        assert_eq!(said.code, Some(0), "{files:?}: {}", said.stderr);
        // All of it is followed: what includes itself needn't run each time for that.
        for file in said.unresolved {
            assert!(!file.3, "{files:?}: {file:?}");
        }
    }
    let said = ask(&tree(&[
        ("site.yml", "- import_playbook: b.yml\n"),
        ("b.yml", "- import_playbook: site.yml\n"),
    ]));
    assert!(
        said.stderr
            .contains("site.yml:1:1: the playbook imports itself"),
        "{}",
        said.stderr
    );
}

#[test]
fn chains_that_are_too_long_end_where_it_says_so() {
    let project = tree(&[("site.yml", &play("include_tasks: t0.yml"))]);
    for at in 0..500 {
        project.write(
            &format!("t{at}.yml"),
            format!("- include_tasks: t{}.yml\n", at + 1),
        );
    }
    let said = ask(&project);
    assert!(said.runs_because("nested too deep"));
    let project = tree(&[("site.yml", "- hosts: all\n  roles: [r0]\n")]);
    for at in 0..500 {
        project.write(
            &format!("roles/r{at}/meta/main.yml"),
            format!("dependencies: [r{}]\n", at + 1),
        );
    }
    let said = ask(&project);
    assert!(said.runs_because("nested too deep"));
}

#[test]
fn links_in_circles_and_out_of_the_tree() {
    let project = tree(&[
        ("site.yml", &play("copy: {src: d/, dest: /x}")),
        ("files/d/e/f", "x"),
        ("group_vars/all/a.yml", "a: 1\n"),
    ]);
    symlink("..", project.path("files/d/e/up")).unwrap();
    symlink("loop2", project.path("files/d/loop1")).unwrap();
    symlink("loop1", project.path("files/d/loop2")).unwrap();
    for name in ["x", "y", "z"] {
        symlink(".", project.path(&format!("group_vars/all/{name}"))).unwrap();
    }
    let said = ask(&project);
    assert!(
        said.lists("files/d/e/up", "leads back"),
        "{:?}",
        said.unresolved
    );
    assert!(
        said.lists("group_vars/all/x", "leads back"),
        "{:?}",
        said.unresolved
    );
    assert!(said.files.contains(&"files/d/e/f".to_owned()));

    // One file elsewhere counts by what it says.
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("f"), "x").unwrap();
    let project = tree(&[
        (
            "site.yml",
            &play("copy: {src: out, dest: /x}, copy: {src: dir/, dest: /x}"),
        ),
        ("files/x", ""),
    ]);
    symlink(elsewhere.path().join("f"), project.path("files/out")).unwrap();
    symlink(elsewhere.path(), project.path("files/dir")).unwrap();
    let said = ask(&project);
    assert!(
        said.files.contains(&"files/dir/f".to_owned()),
        "{:?}",
        said.files
    );

    // All of the machine doesn't.
    let project = tree(&[
        (
            "site.yml",
            &play("copy: {src: '{{ ansible_local.x }}', dest: /x}"),
        ),
        ("files/x", ""),
    ]);
    symlink("/", project.path("files/root")).unwrap();
    symlink("/proc", project.path("proc")).unwrap();
    let said = ask(&project);
    assert!(said.runs_for("files/root"), "{:?}", said.unresolved);
    assert!(said.lists("proc", "outside"), "{:?}", said.unresolved);
}

#[test]
fn what_cannot_be_read_is_listed_to_who_cannot_read_it() {
    if !Path::new("/usr/bin/setpriv").exists() || !is_root() {
        return;
    }
    let nobody = [
        "/usr/bin/setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
    ];
    let project = tree(&[
        (
            "site.yml",
            "- hosts: all\n  vars_files: [secret.yml]\n  tasks:\n    - template: {src: x.j2, dest: /x}\n    - copy: {src: d/, dest: /x}\n",
        ),
        ("secret.yml", "a: 1\n"),
        ("templates/x.j2", "x"),
        ("files/d/hidden/x", "x"),
        ("group_vars/all/x.yml", "x: 1\n"),
    ]);
    for path in [
        "secret.yml",
        "templates/x.j2",
        "files/d/hidden",
        "group_vars/all",
    ] {
        fs::set_permissions(project.path(path), fs::Permissions::from_mode(0o000)).unwrap();
    }
    fs::set_permissions(project.path("."), fs::Permissions::from_mode(0o755)).unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_infra"));
    fs::copy(binary, project.path("bin/infra")).unwrap();
    let run = |args: &[&str]| {
        let ran = Command::new(nobody[0])
            .args(&nobody[1..])
            .arg(project.path("bin/infra"))
            .args(args)
            .current_dir(project.path("."))
            .env("HOME", project.path("home"))
            .output()
            .unwrap();
        String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr)
    };
    let listed = run(&["inputs", "-q", "prometheus", "--state", "state.json"]);
    for path in [
        "secret.yml",
        "templates/x.j2",
        "files/d/hidden",
        "group_vars/all",
    ] {
        let line = listed
            .lines()
            .find(|line| line.trim_start().starts_with(path) && line.contains("cannot be read"));
        assert!(line.is_some(), "{path}:\n{listed}");
    }
    // A digest of what can't be read is none.
    let planned = run(&["plan", "-q", "--plan-json", "plan.json"]);
    assert!(
        planned.contains("error: playbook \"prometheus\": cannot read secret.yml"),
        "{planned}"
    );
}

fn is_root() -> bool {
    let ran = Command::new("/usr/bin/id").arg("-u").output();
    ran.is_ok_and(|ran| ran.stdout.trim_ascii() == b"0")
}

#[test]
fn a_file_of_a_gigabyte_is_digested_and_never_held() {
    let project = tree(&[(
        "site.yml",
        "- hosts: all\n  vars_files: [big.yml]\n  tasks: [copy: {src: big.bin, dest: /x}]\n",
    )]);
    project.write("files/big.bin", "");
    for path in ["files/big.bin", "big.yml"] {
        let file = File::create(project.path(path)).unwrap();
        file.set_len((u64::from(MEMORY) << 10) + 1).unwrap();
    }
    let said = ask(&project);
    assert!(
        said.lists("big.yml", "cannot be read"),
        "{:?}",
        said.unresolved
    );
    assert!(said.files.contains(&"files/big.bin".to_owned()));
}

#[test]
fn a_name_that_is_not_text_runs_the_playbook_each_time() {
    let project = tree(&[
        ("site.yml", &play("copy: {src: d/, dest: /x}")),
        ("files/d/x", "x"),
        ("group_vars/all/x.yml", "x: 1\n"),
    ]);
    let odd = std::ffi::OsStr::from_bytes(b"n\xff.yml");
    fs::write(project.path("files/d").join(odd), "x").unwrap();
    fs::write(project.path("group_vars/all").join(odd), "x: 1\n").unwrap();
    let said = ask(&project);
    assert!(
        said.runs_for("files/d") && said.runs_for("group_vars/all"),
        "{:?}",
        said.unresolved
    );
}

#[test]
fn yaml_that_ansible_takes_is_read() {
    let project = tree(&[
        (
            "site.yml",
            "- hosts: all\n  vars_files: [a.yml, b.yml, c.yml, d.yml, e.yml, f.yml]\n  tasks: [copy: {src: '{{ name }}', dest: /x}]\n",
        ),
        (
            "a.yml",
            "a:\t1\nb: 1\nb: 2\nname:\t\t# tabs\n  last\nt: \"\ttab\"\n",
        ),
        (
            "b.yml",
            "s: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3030\nu: !unsafe \"{{ nothing }}\"\nx: !mine 1\n",
        ),
        (
            "c.yml",
            "base: &b {x: 1}\nm: {<<: *b, y: 2}\nn:\n  <<: [*b, {z: 1}]\no: &o [1, *b]\n",
        ),
        (
            "d.yml",
            "b: \"x\\\n  y\"\n? complex\n: value\n? [1, 2]\n: x\n",
        ),
        ("e.yml", "\u{feff}a: 1\n"),
        ("f.yml", "a: 1\r\nb: 2\r\n"),
        ("files/last", "x"),
    ]);
    let said = ask(&project);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(said.unresolved.is_empty(), "{:?}", said.unresolved);
    assert!(
        said.files.contains(&"files/last".to_owned()),
        "{:?}",
        said.files
    );
}

#[test]
fn bombs_of_yaml_are_named_and_cost_nothing() {
    use std::fmt::Write as _;
    let mut list = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    let mut merged = "a0: &a0 {a: 1, b: 1, c: 1}\n".to_owned();
    let mut play = "- hosts: all\n  tasks:\n    - &a0 {block: [{ping: {}}]}\n".to_owned();
    for level in 1..30 {
        let below = vec![format!("*a{}", level - 1); 10].join(",");
        writeln!(list, "a{level}: &a{level} [{below}]").unwrap();
        writeln!(merged, "a{level}: &a{level} {{<<: [{below}], k{level}: 1}}").unwrap();
        writeln!(play, "    - &a{level} {{block: [{below}]}}").unwrap();
    }
    let site = "- hosts: all\n  vars_files: [a.yml]\n";
    for text in [&list, &merged] {
        let said = ask(&tree(&[("site.yml", site), ("a.yml", text)]));
        assert!(
            said.lists("a.yml", "not valid YAML"),
            "{:?}",
            said.unresolved
        );
    }
    let said = ask(&tree(&[("site.yml", &play)]));
    assert!(
        said.stderr.contains("expands to too many nodes"),
        "{}",
        said.stderr
    );
}

#[test]
fn whatever_is_nested_deep_no_stack_overflows() {
    let deep = |open: &str, inner: &str, close: &str| {
        format!("{}{inner}{}", open.repeat(50_000), close.repeat(50_000))
    };
    for yaml in [
        format!("a: {}\n", deep("[", "", "]")),
        format!("a: {}\n", deep("{a: ", "1", "}")),
        format!("a: \"{{{{ {} }}}}\"\n", deep("(", "1", ")")),
        format!("a: \"{{{{ x{} }}}}\"\n", ".y".repeat(50_000)),
    ] {
        let site = "- hosts: all\n  vars_files: [a.yml]\n";
        assert_eq!(
            ask(&tree(&[("site.yml", site), ("a.yml", &yaml)])).code,
            Some(0)
        );
    }
    let code: String = [
        deep("[", "a", "]"),
        deep("a[", "a", "]"),
        deep("f(", "a", ")"),
        deep("{1: ", "a", "}"),
        deep("", "a", " | f"),
        deep("", "a", "(1)"),
        deep("not ", "a", ""),
        deep("- ", "a", ""),
        deep("", "a", " is b"),
        deep("a if b else ", "c", ""),
        deep("a ~ ", "b", ""),
        deep("2 ** ", "2", ""),
    ]
    .map(|expr| format!("{{{{ {expr} }}}}\n"))
    .concat();
    let statements = deep("{% if x %}", "x", "{% endif %}");
    let said = ask(&tree(&[
        ("site.yml", &play("template: {src: t.j2, dest: /x}")),
        ("templates/t.j2", &(code + &statements)),
    ]));
    assert_eq!(said.code, Some(0), "{}", said.stderr);
}
