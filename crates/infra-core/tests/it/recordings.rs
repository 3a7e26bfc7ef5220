//! Plans recorded from Terraform itself, judged as a whole.

use std::path::Path;

use infra_core::config;
use infra_core::document::read_plan;
use infra_core::drift::{Analysis, DriftRules, analyse};

/// The rule of a team whose hosts have no Elastic IP.
pub(crate) fn ephemeral_ip() -> config::Drift {
    rules(&[(
        "ephemeral-public-ip",
        &["aws_instance.*"],
        &["public_ip", "public_dns"],
    )])
}

pub(crate) fn rules(list: &[(&str, &[&str], &[&str])]) -> config::Drift {
    let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
    config::Drift {
        benign: list
            .iter()
            .map(|(name, resources, attributes)| config::BenignRule {
                name: (*name).to_owned(),
                resources: owned(resources),
                attributes: owned(attributes),
                reason: "a test".to_owned(),
                owner: None,
                expires: None,
                line: 1,
            })
            .collect(),
        consequence_types: None,
    }
}

pub(crate) fn judge(plan: &str, drift: &config::Drift) -> Analysis {
    let rules = DriftRules::compile(drift).unwrap();
    analyse(
        &read_plan(plan).unwrap(),
        &rules,
        jiff::civil::date(2026, 6, 1),
    )
}

pub(crate) fn recording(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/plans");
    std::fs::read_to_string(root.join(name).join("plan.json")).unwrap()
}

pub(crate) fn real(analysis: &Analysis) -> Vec<String> {
    let changes = analysis.terraform.real_changes();
    changes
        .map(|change| format!("{}: {}", change.address, change.reason))
        .collect()
}

#[test]
fn a_restart_of_every_instance_is_nothing_to_do() {
    let analysis = judge(&recording("restarted-instances"), &ephemeral_ip());
    assert!(analysis.is_nothing(), "{:#?}", real(&analysis));
    assert_eq!(
        (analysis.drift.summary.benign, analysis.drift.drift.len()),
        (3, 3)
    );
    assert_eq!(analysis.drift.consequences.len(), 11 - 3 + 2);
    let words: Vec<String> = analysis
        .drift
        .consequences
        .iter()
        .map(|consequence| consequence.chain.join("\n"))
        .collect();
    insta::assert_snapshot!(words.join("\n\n"), @r##"
    aws_instance.leaf[0]: public_ip 54.214.49.139 → 54.214.7.113 outside of Terraform (benign: ephemeral-public-ip)
    aws_instance.leaf[1]: public_ip 54.214.7.224 → 54.214.70.187 outside of Terraform (benign: ephemeral-public-ip)
    terraform_data.all_leaves: triggers_replace[0] reads aws_instance.leaf[0].public_ip
    terraform_data.all_leaves: triggers_replace[1] reads aws_instance.leaf[1].public_ip
    terraform_data.all_leaves: must be replaced because triggers_replace changed

    aws_instance.leaf[0]: public_ip 54.214.49.139 → 54.214.7.113 outside of Terraform (benign: ephemeral-public-ip)
    terraform_data.per_leaf[0]: input reads aws_instance.leaf[0].public_ip
    terraform_data.per_leaf[0]: is updated in place because input changed

    aws_instance.leaf[1]: public_ip 54.214.7.224 → 54.214.70.187 outside of Terraform (benign: ephemeral-public-ip)
    terraform_data.per_leaf[1]: input reads aws_instance.leaf[1].public_ip
    terraform_data.per_leaf[1]: is updated in place because input changed

    aws_instance.primary: public_ip 54.214.23.2 → 54.214.31.134 outside of Terraform (benign: ephemeral-public-ip)
    terraform_data.run_ansible: triggers_replace.host reads aws_instance.primary.public_ip
    terraform_data.run_ansible: must be replaced because triggers_replace changed
    terraform_data.report: input reads terraform_data.run_ansible.id
    terraform_data.report: is updated in place because input changed

    aws_instance.primary: public_ip 54.214.23.2 → 54.214.31.134 outside of Terraform (benign: ephemeral-public-ip)
    terraform_data.run_ansible: triggers_replace.host reads aws_instance.primary.public_ip
    terraform_data.run_ansible: must be replaced because triggers_replace changed

    aws_instance.primary: public_ip 54.214.23.2 → 54.214.31.134 outside of Terraform (benign: ephemeral-public-ip)
    terraform_data.via_local: input reads aws_instance.primary.public_ip
    terraform_data.via_local: is updated in place because input changed

    aws_instance.primary: public_ip 54.214.23.2 → 54.214.31.134 outside of Terraform (benign: ephemeral-public-ip)
    terraform_data.via_module_output: input reads aws_instance.primary.public_ip
    terraform_data.via_module_output: is updated in place because input changed

    aws_instance.primary: public_ip 54.214.23.2 → 54.214.31.134 outside of Terraform (benign: ephemeral-public-ip)
    module.runner.terraform_data.run: triggers_replace[0] reads aws_instance.primary.public_ip
    module.runner.terraform_data.run: must be replaced because triggers_replace changed

    aws_instance.primary: public_ip 54.214.23.2 → 54.214.31.134 outside of Terraform (benign: ephemeral-public-ip)
    output.primary_ip: its value reads aws_instance.primary.public_ip
    output.primary_ip: its value changes with it

    aws_instance.primary: public_ip 54.214.23.2 → 54.214.31.134 outside of Terraform (benign: ephemeral-public-ip)
    output.url: its value reads aws_instance.primary.public_ip
    output.url: its value changes with it
    "##);
}

#[test]
fn a_tainted_runner_is_real_and_so_is_what_reads_it() {
    let analysis = judge(&recording("tainted-runner"), &ephemeral_ip());
    assert_eq!(
        real(&analysis),
        [
            "terraform_data.report: it reads terraform_data.run_ansible, whose change is real",
            "terraform_data.run_ansible: it is tainted: its last creation failed",
        ]
    );
}

#[test]
fn a_second_cause_beside_benign_drift_makes_a_change_real() {
    let analysis = judge(&recording("two-causes"), &ephemeral_ip());
    assert_eq!(
        real(&analysis),
        [
            "terraform_data.per_leaf[0]: input changes in a way that benign drift doesn't explain",
            "terraform_data.per_leaf[1]: input changes in a way that benign drift doesn't explain",
            "terraform_data.report: it reads terraform_data.run_ansible, whose change is real",
            "terraform_data.run_ansible: triggers_replace.release is new",
        ]
    );
}

#[test]
fn an_address_in_dns_is_a_real_need() {
    let analysis = judge(&recording("address-in-dns"), &ephemeral_ip());
    assert_eq!(
        real(&analysis),
        [
            "aws_route53_record.primary: a change of aws_route53_record is a real need, whatever causes it"
        ]
    );
    assert_eq!(
        analysis.drift.consequences[0].address,
        "terraform_data.run_ansible"
    );
    assert_eq!(
        (analysis.drift.summary.benign, analysis.drift.summary.equal),
        (1, 1)
    );
}

#[test]
fn drift_that_forces_a_replacement_is_material_whatever_a_rule_says() {
    let everything = rules(&[("all", &["*"], &["*"])]);
    let analysis = judge(&recording("association-forces-replacement"), &everything);
    let entry = &analysis.drift.drift[0];
    assert_eq!(
        entry.why.as_deref(),
        Some("associate_public_ip_address forces the replacement of aws_instance.primary")
    );
    assert_eq!(analysis.drift.summary.material, 1);
    assert!(analysis.drift.consequences.is_empty() && real(&analysis).len() == 3);
}
