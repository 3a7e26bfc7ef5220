//! Proofs in a plan where everything depends on everything.

use infra_core::drift::Consequence;
use serde_json::{Value, json};

use crate::recordings::{ephemeral_ip, judge, real};

/// How many others each runner reads.
const REFERENCES: usize = 10;

/// Instances whose addresses drifted, and ten times as many runners that read them and
/// each other.
fn dense(instances: usize) -> String {
    let named = |kind: &str, number: usize| {
        let name = format!("n{number}");
        json!({"address": format!("{kind}.{name}"), "mode": "managed", "type": kind, "name": name})
    };
    let address = |restarted: u8, number: usize| format!("198.18.{restarted}.{number}");
    let (mut drift, mut changes, mut resources, mut relevant) = (vec![], vec![], vec![], vec![]);
    for number in 0..instances {
        let mut entry = named("aws_instance", number);
        resources.push(entry.clone());
        let values = |restarted| json!({"id": format!("i-{number}"), "public_ip": address(restarted, number)});
        entry["change"] = json!({"actions": ["update"], "before": values(0), "after": values(1)});
        drift.push(entry);
        relevant.push(
            json!({"resource": format!("aws_instance.n{number}"), "attribute": ["public_ip"]}),
        );
    }
    for number in 0..instances * 10 {
        let (mut references, mut before) = (Vec::new(), Vec::new());
        let (mut after, mut unknown) = (Vec::new(), Vec::new());
        for nth in 0..REFERENCES {
            // The first reads an instance, the others what comes shortly before.
            let other = number.checked_sub(1 + nth * 3).filter(|_| nth > 0);
            let read = if let Some(other) = other {
                before.push(json!(format!("id-of-runner-{other}")));
                after.push(Value::Null);
                format!("terraform_data.n{other}")
            } else {
                let instance = (number + nth) % instances;
                before.push(json!(address(0, instance)));
                after.push(json!(address(1, instance)));
                format!("aws_instance.n{instance}")
            };
            unknown.push(other.is_some());
            let attribute = if other.is_some() { "id" } else { "public_ip" };
            references.extend([format!("{read}.{attribute}"), read]);
        }
        let mut entry = named("terraform_data", number);
        let mut block = entry.clone();
        block["expressions"] = json!({"triggers_replace": {"references": references}});
        resources.push(block);
        entry["action_reason"] = json!("replace_because_cannot_update");
        entry["change"] = json!({
            "actions": ["delete", "create"], "replace_paths": [["triggers_replace"]],
            "before": {"id": format!("id-of-runner-{number}"), "triggers_replace": before},
            "after": {"triggers_replace": after},
            "after_unknown": {"id": true, "triggers_replace": unknown},
        });
        changes.push(entry);
        relevant
            .push(json!({"resource": format!("terraform_data.n{number}"), "attribute": ["id"]}));
    }
    let plan = json!({
        "format_version": "1.2", "resource_drift": drift, "resource_changes": changes,
        "relevant_attributes": relevant, "configuration": {"root_module": {"resources": resources}},
    });
    plan.to_string()
}

fn proofs(instances: usize) -> Vec<Consequence> {
    let analysis = judge(&dense(instances), &ephemeral_ip());
    assert_eq!(real(&analysis), [""; 0]);
    assert_eq!(analysis.drift.consequences.len(), instances * 10);
    analysis.drift.consequences
}

#[test]
fn a_proof_is_no_longer_in_a_larger_plan() {
    let longest = |proofs: &[Consequence]| {
        let lines = proofs.iter().map(|proof| proof.chain.len());
        lines.max().unwrap()
    };
    let (small, large) = (proofs(20), proofs(200));
    assert_eq!(longest(&small), longest(&large));
    assert!(longest(&large) <= 24 + 2 * REFERENCES + 2);
}

#[test]
fn a_proof_that_leaves_out_what_drifted_says_so() {
    let proofs = proofs(200);
    assert!(
        proofs
            .iter()
            .all(|proof| proof.because.len() <= 100 + REFERENCES)
    );
    let (first, last) = (&proofs[0], proofs.last().unwrap());
    assert!(!first.because_of_more && first.because.len() == REFERENCES);
    assert!(last.because_of_more && last.because.len() >= 100);
    assert!(last.chain.iter().any(|line| line.starts_with("… ")));
}
