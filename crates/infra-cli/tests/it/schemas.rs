//! Real output against the schemas.

use serde_json::Value;

use crate::support::{FEDERATION, TestProject, WITH_PLAYBOOK, instance, plan, recording, state};

/// Checks a document against the schema of its name.
pub(crate) fn check(name: &str, document: &Value) {
    let text = TestProject::empty().run(&["schema", name]);
    let validator = jsonschema::validator_for(&text.json()).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}\n{document:#}");
}

#[test]
fn every_schema_has_its_name_in_its_id() {
    let project = TestProject::empty();
    let names = project.run(&["schema"]).stdout;
    assert!(names.lines().count() >= 13, "{names}");
    for name in names.lines() {
        let schema = project.run(&["schema", name]).json();
        assert!(
            schema["$id"]
                .as_str()
                .unwrap()
                .ends_with(&format!("/{name}.schema.json"))
        );
        jsonschema::meta::validate(&schema).unwrap();
    }
}

#[test]
fn plans_of_all_recordings() {
    let recordings = [
        "restarted-instances",
        "address-in-dns",
        "association-forces-replacement",
        "tainted-runner",
        "two-causes",
    ];
    for name in recordings {
        let project = TestProject::new(FEDERATION);
        project.write("plan.json", recording(&format!("{name}/plan.json")));
        check(
            "plan",
            &project
                .run(&["plan", "--json", "--plan-json", "plan.json"])
                .json(),
        );
        check(
            "drift",
            &project
                .run(&["drift", "--json", "--plan-json", "plan.json"])
                .json(),
        );
    }
}

#[test]
fn a_plan_with_playbooks() {
    let project = TestProject::new(WITH_PLAYBOOK);
    project.write("site.yml", "- hosts: all\n  tasks: []\n");
    project.write("plan.json", plan(&[instance("leaf1", "192.0.2.1")], &[]));
    check(
        "plan",
        &project
            .run(&["plan", "--json", "--plan-json", "plan.json"])
            .json(),
    );
    let args = [
        "explain",
        "prometheus",
        "--json",
        "--plan-json",
        "plan.json",
    ];
    check("explain", &project.run(&args).json());
}

#[test]
fn an_inventory() {
    let project = TestProject::empty();
    project.write("state.json", state(&[instance("leaf1", "192.0.2.1")]));
    check(
        "inventory",
        &project.run(&["inventory", "--state", "state.json"]).json(),
    );
}

#[test]
fn the_inputs_of_a_playbook() {
    let project = TestProject::empty();
    project.write(
        "site.yml",
        "- hosts: all\n  vars_files: [v.yml]\n  tasks: []\n",
    );
    project.write("v.yml", "a: 1\n");
    check(
        "inputs",
        &project.run(&["inputs", "site.yml", "--json"]).json(),
    );
}

#[test]
fn the_small_answers() {
    let project = TestProject::new(FEDERATION);
    project.write("terraform/main.tf", "");
    check("history", &project.run(&["history", "--json"]).json());
    check(
        "history-verify",
        &project.run(&["history", "--verify", "--json"]).json(),
    );
    check("doctor", &project.run(&["doctor", "--json"]).json());
    check("validate", &project.run(&["validate", "--json"]).json());
    std::fs::remove_dir_all(project.path("terraform")).unwrap();
    check("validate", &project.run(&["validate", "--json"]).json());
    let bare = TestProject::empty();
    bare.write("main.tf", "terraform {}\n");
    check("init", &bare.run(&["init", "--json"]).json());
}

#[test]
fn events_and_errors() {
    let project = TestProject::new(FEDERATION);
    project.write("plan.json", plan(&[], &[]));
    for file in ["plan.json", "nope.json"] {
        let args = [
            "plan",
            "--progress",
            "json",
            "--allow-empty",
            "--plan-json",
            file,
        ];
        for line in project.run(&args).stderr.lines() {
            check("event", &serde_json::from_str(line).unwrap());
        }
    }
}
