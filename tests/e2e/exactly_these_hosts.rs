//! A change reruns a playbook on the hosts it is about, and on no other.

use infra_testkit::{Project, Simulator};

use crate::plan_document::{Plan, applied_federation, hosts};

/// A change of one file, and who is to run because of it.
struct Case {
    file: &'static str,
    from: &'static str,
    to: &'static str,
    site: &'static [&'static str],
    baseline: &'static [&'static str],
}

const LEAVES: &[&str] = &["leaf-1", "leaf-2", "leaf-3"];
const SERVERS: &[&str] = &["primary", "secondary"];
const ALL: &[&str] = &["leaf-1", "leaf-2", "leaf-3", "primary", "secondary"];

const CASES: &[Case] = &[
    // A template
    Case {
        file: "ansible/roles/leaf/templates/prometheus.yml.j2",
        from: "job_name: node",
        to: "job_name: nodes",
        site: LEAVES,
        baseline: &[],
    },
    // A default of a role
    Case {
        file: "ansible/roles/federation/defaults/main.yml",
        from: "federation_interval: 1m",
        to: "federation_interval: 2m",
        site: SERVERS,
        baseline: &[],
    },
    // A file of variables
    Case {
        file: "ansible/vars/alerting.yml",
        from: "on-call",
        to: "office",
        site: SERVERS,
        baseline: &[],
    },
    // A variable of a group. Ansible reads a host's variable files whole for every play on
    // it, so they count whole for the host itself
    Case {
        file: "ansible/group_vars/leaf.yml",
        from: "scrape_timeout: 10s",
        to: "scrape_timeout: 15s",
        site: LEAVES,
        baseline: LEAVES,
    },
    // A variable that only the host itself reads
    Case {
        file: "ansible/host_vars/leaf-2.yml",
        from: "retention: 30d",
        to: "retention: 60d",
        site: &["leaf-2"],
        baseline: &["leaf-2"],
    },
    // A variable that other hosts read through hostvars: of others, only what is read counts
    Case {
        file: "ansible/host_vars/leaf-1.yml",
        from: "shard: north",
        to: "shard: south",
        site: &["leaf-1", "primary", "secondary"],
        baseline: &["leaf-1"],
    },
    // A file of another playbook
    Case {
        file: "ansible/roles/baseline/templates/motd.j2",
        from: "{{ organisation }}:",
        to: "Welcome to {{ organisation }}:",
        site: &[],
        baseline: ALL,
    },
    // A handler
    Case {
        file: "ansible/roles/leaf/handlers/main.yml",
        from: "mode: \"0644\"",
        to: "mode: \"0600\"",
        site: LEAVES,
        baseline: &[],
    },
    // A file that no playbook reaches
    Case {
        file: "README.md",
        from: "# A Prometheus federation",
        to: "# Our Prometheus federation",
        site: &[],
        baseline: &[],
    },
];

#[test]
fn a_change_reruns_a_playbook_on_exactly_the_hosts_it_is_about() {
    let (_aws, project) = applied_federation();
    Plan::of(&project).says_nothing_to_do();

    let mut wrong = Vec::new();
    for case in CASES {
        project.edit(case.file, case.from, case.to);
        let plan = Plan::of(&project);
        for (playbook, expected) in [("site", case.site), ("baseline", case.baseline)] {
            let runs = plan.runs(playbook);
            if !runs.iter().eq(expected) {
                wrong.push(format!(
                    "{}: {playbook} runs on {runs:?}, not {expected:?}",
                    case.file
                ));
            }
        }
        for host in case.site {
            names_the_file(&plan.reasons("site", host), case.file);
        }
        // The gate compares content: taken back, the change has never been.
        project.edit(case.file, case.to, case.from);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Plan::of(&project).says_nothing_to_do();
}

#[test]
fn an_apply_runs_on_those_hosts_and_says_why() {
    let (aws, project) = applied_federation();
    // What a run would write is taken away, so that what is there afterwards shows who ran.
    for machine in aws.machines() {
        std::fs::remove_file(machine.path("motd")).unwrap();
        std::fs::remove_file(machine.path("prometheus/prometheus.yml")).unwrap();
    }
    project.edit(
        "ansible/roles/leaf/templates/prometheus.yml.j2",
        "job_name: node",
        "job_name: nodes",
    );
    let explained = project.infra(["explain", "site", "leaf-1"]).succeeds();
    assert!(
        explained.stdout.contains("prometheus.yml.j2"),
        "{explained}"
    );
    assert!(
        explained.stdout.contains("+  - job_name: nodes"),
        "{explained}"
    );

    project.infra(["apply", "--auto-approve"]).succeeds();

    for machine in aws.machines() {
        let ran = machine.path("prometheus/prometheus.yml").exists();
        assert_eq!(ran, machine.name.starts_with("leaf-"), "{}", machine.name);
        assert!(!machine.path("motd").exists(), "{}", machine.name);
    }
    Plan::of(&project).says_nothing_to_do();
}

#[test]
fn another_release_of_a_collection_reruns_what_uses_it() {
    let aws = Simulator::start();
    let project = Project::federation(&aws);
    write_collection(&project, "1.0.0");
    project.infra(["apply", "--auto-approve"]).succeeds();
    Plan::of(&project).says_nothing_to_do();

    write_collection(&project, "1.1.0");

    let plan = Plan::of(&project);
    assert_eq!(plan.runs("notice"), hosts(["primary", "secondary"]));
    assert_eq!(plan.runs("site"), hosts([]));
    let reasons = plan.reasons("notice", "primary");
    assert!(
        reasons.iter().any(|input| input.contains("acme.notice")),
        "{reasons:?}"
    );
}

/// A playbook that uses a collection beside it, of this version.
fn write_collection(project: &Project, version: &str) {
    let collection = "ansible/collections/ansible_collections/acme/notice";
    let manifest = format!(
        r#"{{"collection_info": {{"namespace": "acme", "name": "notice", "version": "{version}"}}, "format": 1}}"#
    );
    project.write(&format!("{collection}/MANIFEST.json"), &manifest);
    project.write(
        &format!("{collection}/roles/board/tasks/main.yml"),
        "- name: Put up a notice\n  ansible.builtin.copy:\n    content: Closed on Sundays\n    dest: ~/notice\n    mode: \"0644\"\n",
    );
    project.write(
        "ansible/notice.yml",
        "- name: Notices\n  hosts: federation\n  gather_facts: false\n  roles:\n    - acme.notice.board\n",
    );
    let configuration = project.read("infra.hcl");
    if !configuration.contains("playbook \"notice\"") {
        let block = "  playbook \"notice\" {\n    path  = \"ansible/notice.yml\"\n    hosts = [\"federation\"]\n  }\n}\n";
        let open = configuration.trim_end().strip_suffix('}').unwrap();
        project.write("infra.hcl", &format!("{open}\n{block}"));
    }
}

#[track_caller]
fn names_the_file(reasons: &[&str], file: &str) {
    // A variable may be named instead of the file that it is in.
    let named = reasons
        .iter()
        .any(|input| input.contains(file) || !input.starts_with("file "));
    assert!(named, "{file} is no reason among {reasons:?}");
}
