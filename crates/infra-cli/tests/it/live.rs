//! `infra plan` with a Terraform that is a script.

use std::time::Duration;

use crate::support::{FEDERATION, TestProject, plan, recording};

/// A Terraform that plans what the recording says.
const TERRAFORM: &str = r#"
cat() { while IFS= read -r line || [ -n "$line" ]; do printf '%s\n' "$line"; done; }
case "$1" in
  plan)
    echo '{"@level":"info","@message":"Terraform 1.9.8","type":"version","terraform":"1.9.8","ui":"1.2"}'
    for arg in "$@"; do case "$arg" in -out=*) echo plan > "${arg#-out=}";; esac; done
    ;;
  show) cat < ../plan.json ;;
esac
"#;

fn project() -> TestProject {
    let project = TestProject::new(FEDERATION);
    project.write("terraform/main.tf", "");
    project.write("plan.json", recording("restarted-instances/plan.json"));
    project.program("terraform", TERRAFORM);
    project
}

#[test]
fn a_plan_tells_its_stages_on_stderr() {
    let outcome = project().run(&["plan"]);
    assert!(
        outcome.stdout.starts_with("federation: nothing to do\n"),
        "{outcome}"
    );
    insta::assert_snapshot!(outcome.stderr, @"
    planning …
    planning took $TIME
    ");
}

#[test]
fn quiet_is_quiet() {
    assert_eq!(project().run(&["plan", "-q"]).stderr, "");
    assert_eq!(project().run(&["plan", "--progress", "none"]).stderr, "");
}

#[test]
fn a_failing_terraform_is_quoted() {
    let project = project();
    project.program(
        "terraform",
        r#"
echo '{"@level":"info","@message":"Terraform 1.9.8","type":"version","terraform":"1.9.8","ui":"1.2"}'
echo '{"@level":"error","@message":"Error: No value for required variable","type":"diagnostic","diagnostic":{"severity":"error","summary":"No value for required variable","detail":"The variable \"size\" is not set.","range":{"filename":"main.tf","start":{"line":3,"column":1,"byte":10},"end":{"line":3,"column":16,"byte":25}}}}'
exit 1"#,
    );
    insta::assert_snapshot!(project.run(&["plan"]), @r#"
    ------- stderr -------
    planning …
    planning took $TIME
    error: terraform plan failed (exit code 1): No value for required variable
      on main.tf line 3
    The variable "size" is not set.
    [exit status: 1]
    "#);
}

#[test]
fn too_old_a_terraform_is_refused() {
    let project = project();
    project.program("terraform", &TERRAFORM.replace("1.9.8", "1.1.9"));
    insta::assert_snapshot!(project.run(&["plan", "-q"]), @"
    ------- stderr -------
    error: $DIR/bin/terraform is version 1.1.9; infra needs 1.2.0 or newer
    hint: install a newer one from https://developer.hashicorp.com/terraform/install or https://opentofu.org/docs/intro/install
    [exit status: 1]
    ");
}

#[test]
fn a_saved_decision_is_a_new_file() {
    let project = project();
    let outcome = project.run(&["plan", "--out", "tonight.plan"]);
    assert!(
        outcome
            .stderr
            .ends_with("saved in tonight.plan; to carry it out: infra apply tonight.plan\n"),
        "{outcome}"
    );
    let again = project.run(&["plan", "-q", "--out", "tonight.plan"]);
    insta::assert_snapshot!(again, @"
    ------- stderr -------
    error: tonight.plan exists already
    hint: remove it, or choose another name: a saved decision is never overwritten
    [exit status: 1]
    ");
}

#[test]
fn an_interrupted_plan_exits_with_130_and_a_terminated_one_with_143() {
    let project = project();
    project.program(
        "terraform",
        r#"
trap 'kill $!; exit 1' INT TERM
echo '{"@level":"info","@message":"Terraform 1.9.8","type":"version","terraform":"1.9.8","ui":"1.2"}'
echo started > ../started
/bin/sleep 30 & wait"#,
    );
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        drop(std::fs::remove_file(project.path("started")));
        let child = project.command(&["plan"]).spawn().unwrap();
        while !project.path("started").exists() {
            std::thread::sleep(Duration::from_millis(20));
        }
        let pid = child.id().to_string();
        std::process::Command::new("/bin/kill")
            .args([signal, &pid])
            .status()
            .unwrap();
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{stderr}");
        assert!(
            stderr.contains("interrupted: what runs is asked to stop"),
            "{stderr}"
        );
    }
}

#[test]
fn apply_with_nothing_to_do_says_so() {
    let project = project();
    let outcome = project.run(&["apply", "-q", "--auto-approve"]);
    insta::assert_snapshot!(outcome, @"
    federation: nothing to do
    [exit status: 0]
    ");
    project.write("plan.json", plan(&[], &[]));
    let outcome = project.run(&["apply", "-q", "--auto-approve", "--allow-empty", "--json"]);
    assert_eq!(outcome.json()["outcome"], "nothing");
    crate::schemas::check("apply", &outcome.json());
}
