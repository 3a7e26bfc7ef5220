//! Many applies at once.

use std::env;
use std::fs;

use super::stack::{Kind, Stack};

/// How many rounds there are. `cargo xtask race` asks for more.
const VARIABLE: &str = "INFRA_TEST_RACE_ROUNDS";
const ROUNDS: usize = 2;
/// How many processes there are, each on what could be a machine of its own.
const RACERS: usize = 8;

#[test]
fn of_many_applies_that_start_together_one_works_at_a_time_and_none_is_lost() {
    let rounds = env::var(VARIABLE)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(ROUNDS);
    let stack = Stack::new(Kind::Both);
    let machines: Vec<_> = (0..RACERS)
        .map(|number| stack.copy(&format!("machine-{number}")))
        .collect();
    let mut expected = Vec::new();
    for round in 0..rounds {
        let motto = format!("round-{round}");
        for machine in &machines {
            fs::write(machine.join("ansible/files/motto"), &motto).unwrap();
        }
        expected.push(motto);
        let racers: Vec<_> = machines
            .iter()
            .map(|machine| {
                stack
                    .infra(["apply", "--auto-approve", "--lock-timeout", "10m"])
                    .dir(machine)
                    .deadline(std::time::Duration::from_mins(12))
                    .start()
            })
            .collect();
        for racer in racers {
            // Two at once would trip over the directory that the playbook makes.
            racer.wait().succeeds();
        }
        for machine in ["alpha", "beta"] {
            assert_eq!(
                stack.runs(machine),
                expected,
                "round {round}: each playbook ran once on {machine}"
            );
        }
    }
    stack.infra(["history", "--verify"]).succeeds();
    let history = stack.project.infra_json(["history"]);
    assert_eq!(history["runs"].as_array().unwrap().len(), rounds);
}
