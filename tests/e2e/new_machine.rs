//! A machine is another under its old name.

use crate::plan_document::{Plan, applied_federation};

#[test]
fn a_new_machine_under_an_old_name_gets_everything() {
    let (aws, project) = applied_federation();
    let old = aws.machine("leaf-2");
    let old_address = old.public_ip.clone().unwrap();
    for machine in aws.machines() {
        std::fs::remove_file(machine.path("motd")).unwrap();
        std::fs::remove_file(machine.path("prometheus/prometheus.yml")).unwrap();
    }

    aws.terminate("leaf-2");

    // An instance that is gone is real drift, whatever the rules say.
    let drift = project.infra_json(["drift"]);
    assert_eq!(drift["summary"]["material"], 1, "{drift:#}");
    project
        .infra(["drift", "--detailed-exitcode"])
        .output()
        .exits(2);
    let plan = Plan::of(&project);
    assert_eq!(plan.document()["terraform"]["create"], 1);
    assert_eq!(plan.document()["verdict"], "changes");

    project.infra(["apply", "--auto-approve"]).succeeds();

    let new = aws.machine("leaf-2");
    assert_ne!(
        (&new.id, new.public_ip.as_ref()),
        (&old.id, Some(&old_address))
    );
    assert!(new.read("motd").contains("leaf-2"));
    assert!(new.read("prometheus/prometheus.yml").contains("time: 30d"));
    for server in ["primary", "secondary"] {
        let server = aws.machine(server);
        assert!(
            !server
                .read("prometheus/prometheus.yml")
                .contains(&old_address)
        );
        assert!(
            !server.path("motd").exists(),
            "baseline does not depend on the other machines"
        );
    }
    for leaf in ["leaf-1", "leaf-3"] {
        assert!(
            !aws.machine(leaf).path("prometheus/prometheus.yml").exists(),
            "{leaf} has not changed"
        );
    }
    Plan::of(&project).says_nothing_to_do();
}
