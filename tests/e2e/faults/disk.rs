//! What is on disk: torn, too open, forged, or somebody else's.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use infra_testkit::Workshop;
use infra_testkit::invariant::files_below;

fn applied() -> Workshop<'static> {
    let workshop = Workshop::local();
    let output = workshop.infra(&["apply", "--auto-approve"]).succeeds();
    workshop.heard(&output);
    assert_eq!(workshop.violations_at_rest(), []);
    workshop
}

#[test]
fn a_record_that_is_torn_anywhere_is_named_and_nothing_is_done() {
    let workshop = applied();
    let (number, whole) = workshop.evidence(true).records.pop().unwrap();
    let file = workshop
        .project
        .path(&format!(".infra/workshop/ledger/{number:010}.json"));
    workshop.change();
    for end in (0..whole.len()).step_by(whole.len() / 24) {
        fs::write(&file, &whole[..end]).unwrap();
        let verified = workshop.infra(&["history", "--verify"]).output();
        verified.exits(1);
        let said = format!("{}{}", verified.stdout, verified.stderr);
        assert!(
            said.contains(&format!("record {number}")),
            "cut at {end}: {said}"
        );
    }
    let output = workshop.infra(&["apply", "--auto-approve"]).output();
    output.exits(1).complains(&format!("record {number}"));
    assert_eq!(workshop.runs(), 0, "nothing ran");
    fs::write(&file, &whole).unwrap();
    workshop.infra(&["apply", "--auto-approve"]).succeeds();
    assert_eq!(workshop.violations_at_rest(), []);
}

#[test]
fn a_ledger_of_a_later_version_is_left_alone() {
    let workshop = applied();
    let (number, whole) = workshop.evidence(true).records.pop().unwrap();
    let file = workshop
        .project
        .path(&format!(".infra/workshop/ledger/{number:010}.json"));
    let mut record: serde_json::Value = serde_json::from_slice(&whole).unwrap();
    record["version"] = 9000.into();
    fs::write(&file, record.to_string()).unwrap();
    workshop.change();
    let output = workshop.infra(&["apply", "--auto-approve"]).output();
    output.exits(1).complains("newer infra");
    assert_eq!(workshop.runs(), 0, "nothing ran");
    assert_eq!(workshop.evidence(false).records.last().unwrap().0, number);
}

#[test]
fn nobody_else_can_read_what_infra_writes() {
    let workshop = applied();
    workshop.change();
    let decision = workshop.project.path("decision");
    workshop
        .infra(&["plan", "--out", decision.as_str()])
        .succeeds();
    let mut written = files_below(&workshop.project.path(".infra"));
    written.push(decision.clone());
    assert!(written.len() > 5, "{written:?}");
    for file in written {
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        let private = file.file_name() != Some(".gitignore");
        assert!(!private || mode.trailing_zeros() >= 6, "{file}: {mode:o}");
    }
    workshop.infra(&["apply", decision.as_str()]).succeeds();
    assert_eq!(workshop.violations_at_rest(), []);
}

#[test]
fn a_link_that_waits_where_a_file_will_be_is_not_followed() {
    let workshop = applied();
    workshop.change();
    let target = workshop.project.path("precious");
    fs::write(&target, "precious").unwrap();
    let decision = workshop.project.path("decision");
    symlink(&target, &decision).unwrap();
    workshop
        .infra(&["plan", "--out", decision.as_str()])
        .output()
        .exits(1);
    let lock = workshop.project.path(".infra/workshop/lock.json");
    symlink(&target, &lock).unwrap();
    workshop
        .infra(&["apply", "--auto-approve"])
        .output()
        .exits(1);
    assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
    assert_eq!(workshop.runs(), 0, "nothing ran");
}

/// A saved decision is an archive of somebody else's making.
const FORGED: &str = r#"
import sys, zipfile
source, target, name = sys.argv[1:]
with zipfile.ZipFile(source) as whole, zipfile.ZipFile(target, "w") as forged:
    for member in whole.infolist():
        forged.writestr(member, whole.read(member))
    forged.writestr(name, "canary")
"#;

#[test]
fn a_saved_decision_writes_nothing_outside_of_its_directory() {
    let workshop = applied();
    workshop.change();
    let decision = workshop.project.path("decision");
    workshop
        .infra(&["plan", "--out", decision.as_str()])
        .succeeds();
    let outside = workshop.project.path("outside");
    for (number, name) in [
        "../../../../../../../../outside",
        "../outside",
        outside.as_str(),
    ]
    .iter()
    .enumerate()
    {
        let forged = workshop.project.path(&format!("forged-{number}"));
        let arguments = ["-c", FORGED, decision.as_str(), forged.as_str(), name];
        workshop.project.run("python").args(arguments).succeeds();
        // With a member too many it may be refused or not: it is not unpacked.
        let _either = workshop.infra(&["apply", forged.as_str()]).output();
        let canaries = files_below(workshop.project.root().parent().unwrap());
        assert!(
            !canaries
                .iter()
                .any(|file| file.file_name() == Some("outside")),
            "{name}"
        );
        assert!(!camino::Utf8Path::new("/outside").exists(), "{name}");
    }
}

#[test]
fn a_program_that_lies_in_the_way_is_not_run() {
    let workshop = applied();
    workshop.change();
    for directory in ["", "terraform", "ansible"] {
        for program in ["terraform", "ansible-playbook", "ansible-inventory", "ssh"] {
            let file = workshop.project.path(directory).join(program);
            if file.exists() {
                continue;
            }
            fs::write(&file, "#!/bin/sh\ntouch \"$HOME/canary\"\nexit 1\n").unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    for prefix in [".:", ":", ""] {
        let script = format!(
            "PATH=\"{prefix}$PATH\" {} apply --auto-approve",
            infra_testkit::infra_binary()
        );
        let output = workshop.shell(&script).output();
        workshop.heard(&output);
        assert!(
            !workshop.project.path("../home/canary").exists(),
            "PATH={prefix}…: {output}"
        );
    }
    assert_eq!(workshop.violations_at_rest(), []);
}
