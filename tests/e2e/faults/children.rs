//! Children that are killed, and terminals that go away.

use std::fs;
use std::time::Duration;

use infra_testkit::invariant::Invariant;
use infra_testkit::{Running, Signal, Simulator, Workshop, kill, wait_until};
use serde_json::json;

/// A resource whose making takes until the file `go` is there, and says that it began.
const SLOW_RESOURCE: &str = r#"
resource "terraform_data" "slow" {
  triggers_replace = var.revision
  provisioner "local-exec" {
    command = "touch ../../begun; until test -e ../../go; do sleep 0.1; done"
  }
}
"#;

/// A task that takes until the file `go` is there, and says that it began.
const SLOW_TASK: &str = r#"
    - name: Wait until told to go on
      ansible.builtin.shell: "touch ../../begun; until test -e ../../go; do sleep 0.1; done"
      args:
        chdir: "{{ playbook_dir }}"
"#;

/// A workshop in which a run is under way, and the run.
fn under_way(slow: Slow) -> (Workshop<'static>, Running) {
    let workshop = Workshop::local();
    let (file, text) = match slow {
        Slow::Terraform => ("terraform/main.tf", SLOW_RESOURCE),
        Slow::Ansible => ("ansible/base.yml", SLOW_TASK),
    };
    let before = workshop.project.read(file);
    workshop.project.write(file, &format!("{before}{text}"));
    let apply = workshop.infra(&["apply", "--auto-approve"]).start();
    let begun = workshop.project.path("../begun");
    wait_until("the slow part", Duration::from_mins(2), || {
        begun.exists().then_some(())
    });
    (workshop, apply)
}

#[derive(Clone, Copy)]
enum Slow {
    Terraform,
    Ansible,
}

/// Lets the slow part end, also in later runs.
fn let_go(workshop: &Workshop<'_>) {
    fs::write(workshop.project.path("../go"), "").unwrap();
}

/// Lets another run finish the work, and checks what must hold then.
#[track_caller]
fn another_run_does_the_rest(workshop: &Workshop<'_>) {
    workshop.age_temporary_files();
    let output = workshop.infra(&["apply", "--auto-approve"]).succeeds();
    workshop.heard(&output);
    assert_eq!(workshop.violations_at_rest(), []);
}

#[test]
fn a_terraform_that_is_killed_is_told_from_one_that_failed() {
    let (workshop, apply) = under_way(Slow::Terraform);
    kill(apply.child("terraform"), Signal::KILL);
    let output = apply.wait();
    workshop.heard(&output);
    output
        .exits(1)
        .complains("killed")
        .complains("resources that no state knows");
    assert_eq!(workshop.violations_after_a_blow(), []);
    let_go(&workshop);
    another_run_does_the_rest(&workshop);
}

#[test]
fn a_digest_that_a_kill_left_behind_is_noticed_and_set_right() {
    let aws = Simulator::start();
    let workshop = Workshop::remote(&aws);
    let first = workshop.infra(&["apply", "--auto-approve"]).succeeds();
    workshop.heard(&first);
    workshop.change();
    // Terraform has written the state, and waits for the answer about its digest.
    aws.faults(&json!([{"target": "PutItem", "body": "-md5", "drop": "silent"}]));
    let apply = workshop.infra(&["apply", "--auto-approve"]).start();
    wait_until("the write of the digest", Duration::from_mins(2), || {
        aws.log().iter().any(|request| request.fault).then_some(())
    });
    let terraform = apply.child("terraform");
    apply.signal(Signal::KILL);
    kill(terraform, Signal::KILL);
    workshop.heard(&apply.wait());
    aws.faults(&json!([]));

    let next = workshop.infra(&["apply", "--auto-approve"]).output();
    workshop.heard(&next);
    next.exits(1)
        .complains("does not fit the digest")
        .complains("infra doctor --repair");
    workshop.heard(&workshop.infra(&["doctor", "--repair"]).succeeds());
    another_run_does_the_rest(&workshop);
}

#[test]
fn an_instance_that_no_state_knows_is_told_of() {
    let aws = Simulator::start();
    let workshop = Workshop::with_instance(&aws);
    // EC2 makes it, and the provider is killed before it hears of that.
    aws.faults(&json!([
        {"body": "Action=RunInstances", "drop": "after", "kill": "client", "times": 1},
    ]));
    let output = workshop.infra(&["apply", "--auto-approve"]).output();
    let untold = workshop.violations_after_a_blow();
    assert_eq!(untold.len(), 1, "{untold:#?}");
    assert_eq!(untold[0].invariant, Invariant::Instances, "{untold:#?}");
    workshop.heard(&output);
    output
        .exits(1)
        .complains("the provider was making of aws_instance.server")
        .complains("resources that no state knows");
    assert_eq!(workshop.violations_after_a_blow(), []);
    another_run_does_the_rest(&workshop);
}

#[test]
fn hosts_of_an_ansible_that_is_killed_do_not_count_as_done() {
    let (workshop, apply) = under_way(Slow::Ansible);
    kill(apply.child("ansible-playboo"), Signal::KILL);
    let output = apply.wait();
    workshop.heard(&output);
    output.exits(1).complains("alpha").complains("beta");
    assert_eq!(workshop.violations_after_a_blow(), []);
    let_go(&workshop);
    let plan = workshop.infra(&["plan", "--json"]).succeeds().json();
    let hosts = plan["playbooks"][0]["hosts"].as_array().unwrap();
    assert!(hosts.iter().all(|host| host["action"] == "run"), "{plan:#}");
    another_run_does_the_rest(&workshop);
}

#[test]
fn a_terminal_that_goes_away_stops_nothing() {
    let (workshop, apply) = under_way(Slow::Ansible);
    apply.signal(Signal::HUP);
    let_go(&workshop);
    let output = apply.wait();
    workshop.heard(&output);
    output.succeeds();
    assert_eq!(workshop.violations_at_rest(), []);
}

#[test]
fn a_reader_that_goes_away_stops_nothing() {
    let workshop = Workshop::local();
    let infra = infra_testkit::infra_binary();
    let script = format!(
        "{{ {infra} apply --auto-approve --progress json; echo $? > ../code; }} 2>&1 | head -c 1"
    );
    let output = workshop.shell(&script).succeeds();
    workshop.heard(&output);
    assert_eq!(
        fs::read_to_string(workshop.project.path("../code")).unwrap(),
        "0\n"
    );
    assert_eq!(workshop.violations_at_rest(), []);
}
