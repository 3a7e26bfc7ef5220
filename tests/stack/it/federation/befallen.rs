//! What happens to hosts and to those who change them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::Duration;

use infra_testkit::{Cut, wait_until};

use super::names;
use super::stand::{Caller, Federation, GLOBAL, LEAVES, servers};

/// An alert says so on both Alertmanagers, once though both servers raise it, and ends when the leaf
/// is back.
pub(super) fn a_leaf_is_cut_off(federation: &Federation) {
    let leaf = LEAVES[1];
    let alert = "FederationTargetDown";
    let of_it = |server| -> Option<usize> {
        let alerts = federation.alerts(server, leaf)?;
        Some(alerts.iter().filter(|name| *name == alert).count())
    };
    federation.aws.cut(leaf, Cut::Silent);
    for server in GLOBAL {
        let what = format!("{alert} on {server}");
        wait_until(&what, Duration::from_mins(5), || {
            of_it(server).filter(|count| *count > 0)
        });
        let raised = format!("ALERTS{{alertname=\"{alert}\",alertstate=\"firing\"}}");
        wait_until(&what, Duration::from_mins(2), || {
            (!federation.query(server, &raised)?.is_empty()).then_some(())
        });
    }
    for server in GLOBAL {
        assert_eq!(of_it(server), Some(1), "{server}");
    }
    federation.aws.join(leaf);
    for server in GLOBAL {
        let what = format!("the end of {alert} on {server}");
        wait_until(&what, Duration::from_mins(8), || {
            of_it(server).filter(|count| *count == 0)
        });
    }
}

/// Both the proxy and Prometheus show the new one, and neither was restarted.
pub(super) fn a_certificate_is_renewed(federation: &Federation) {
    let leaf = LEAVES[0];
    let shown = |port: u16| {
        let ask = format!("openssl s_client -connect 127.0.0.1:{port} -servername {leaf}");
        let script = format!("{ask} </dev/null 2>/dev/null | openssl x509 -noout -serial");
        federation.host(leaf).shell(&script)
    };
    let seen = || ([shown(443), shown(9090)], federation.started(leaf));
    let before = seen();
    for kind in ["crt", "key"] {
        fs::remove_file(
            federation
                .project
                .path(&format!("ansible/secrets/{leaf}.{kind}")),
        )
        .unwrap();
    }
    federation.make_secrets();
    // It is the one host whose files have changed.
    let one = BTreeSet::from([leaf.to_owned()]);
    assert_eq!(federation.would_run("federation"), one);
    federation.apply();
    let after = seen();
    assert_eq!(after.0[0], after.0[1]);
    assert_ne!(before.0[0], after.0[0]);
    assert_eq!(before.1, after.1);
    federates(federation);
}

/// Terraform has nothing to do, and only the playbook that reads addresses runs, where it does.
pub(super) fn all_addresses_change(federation: &Federation) {
    let addresses = || -> BTreeMap<String, Option<String>> {
        servers()
            .map(|name| (name.to_owned(), federation.host(name).public_ip))
            .collect()
    };
    let before = addresses();
    federation.aws.restart_all();
    federation.aws.wait_for_ssh();
    for (name, address) in addresses() {
        assert_ne!(before[&name], address, "{name}");
    }

    let plan = federation.project.infra_json(["plan"]);
    for action in ["create", "update", "replace", "delete"] {
        assert_eq!(plan["terraform"][action], 0, "{plan:#}");
    }
    assert_eq!(federation.would_run("baseline"), BTreeSet::new());
    // Global servers list the addresses of leaves, and leaves those of the Alertmanagers.
    let all = servers().map(str::to_owned);
    assert_eq!(federation.would_run("federation"), all.collect());

    federation.apply();
    let plan = federation.project.infra_json(["plan"]);
    assert_eq!(plan["verdict"], "nothing", "{plan:#}");
    names::lead_to_the_servers(federation);
    federates(federation);
}

pub(super) fn a_leaf_is_terminated(federation: &Federation) {
    is_replaced(federation, LEAVES[0], || ());
}

/// The other one answers meanwhile, and takes the new one into the cluster of the Alertmanagers.
pub(super) fn a_global_server_is_terminated(federation: &Federation) {
    is_replaced(federation, GLOBAL[0], || {
        has_what_leaves_record(federation, GLOBAL[1]);
    });
    for server in GLOBAL {
        let what = format!("both members of the cluster on {server}");
        wait_until(&what, Duration::from_mins(3), || {
            let members = federation.query(server, "alertmanager_cluster_members == 2")?;
            (!members.is_empty()).then_some(())
        });
    }
}

/// Terminates an instance: it comes back under the same name and is configured, and no other is
/// touched.
fn is_replaced(federation: &Federation, server: &str, meanwhile: impl Fn()) {
    let ids = || servers().map(|name| (name, federation.host(name).id));
    let before: BTreeMap<_, _> = ids().collect();
    federation.aws.terminate(server);
    meanwhile();

    federation.apply();
    for (name, id) in ids() {
        assert_eq!(id != before[name], name == server, "{name}");
    }
    let plan = federation.project.infra_json(["plan"]);
    assert_eq!(plan["verdict"], "nothing", "{plan:#}");
    names::lead_to_the_servers(federation);
    federates(federation);
}

/// The others are configured all the same, and it goes on as it was; it is its turn when it is back.
pub(super) fn a_leaf_is_unreachable(federation: &Federation) {
    let (leaf, other) = (LEAVES[1], LEAVES[0]);
    let arguments = |name: &str| federation.host(name).shell("cat /etc/default/prometheus");
    let before = arguments(leaf);
    let variables = "ansible/group_vars/prometheus_leaf.yml";
    let text = federation.project.read(variables) + "prometheus_retention_time: 14d\n";
    federation.project.write(variables, &text);
    // Global servers don't use the file.
    let leaves = LEAVES.map(str::to_owned);
    assert_eq!(federation.would_run("federation"), leaves.into());

    federation.aws.cut(leaf, Cut::Silent);
    let output = federation.try_apply();
    output.exits(1);
    let hosts = output.json()["playbooks"][0]["hosts"].clone();
    let outcome = |name: &str| {
        let mut hosts = hosts.as_array().unwrap().iter();
        let host = hosts.find(|host| host["host"] == name);
        host.unwrap()["outcome"].clone()
    };
    assert_eq!(outcome(other), "succeeded", "{hosts:#}");
    assert_eq!(outcome(leaf), "unreachable", "{hosts:#}");
    assert!(arguments(other).contains("retention.time=14d"));
    assert_eq!(arguments(leaf), before);

    federation.aws.join(leaf);
    federation.aws.wait_for_ssh();
    assert_eq!(
        federation.would_run("federation"),
        BTreeSet::from([leaf.to_owned()])
    );
    federation.apply();
    assert!(arguments(leaf).contains("retention.time=14d"));
    federates(federation);
}

/// What validates the file stops it: the old one stays, and what runs goes on. Once mended,
/// the next apply is all that it takes.
pub(super) fn a_broken_configuration(federation: &Federation) {
    let configuration = "cat /etc/prometheus/prometheus.yml";
    let started = "systemctl show --property=ActiveEnterTimestampMonotonic prometheus";
    let seen = || -> Vec<_> {
        let hosts = servers().map(|name| federation.host(name));
        hosts
            .map(|host| (host.shell(configuration), host.shell(started)))
            .collect()
    };
    let before = seen();
    let template = "ansible/roles/prometheus/templates/prometheus.yml.j2";
    let (from, broken) = (
        "  evaluation_interval: {{",
        "  evaluation_intervall: often{{",
    );
    federation.project.edit(template, from, broken);

    let output = federation.try_apply();
    output.exits(1);
    let said = format!("{}{}", output.stdout, output.stderr);
    assert!(
        said.contains("field evaluation_intervall not found"),
        "{said}"
    );
    assert_eq!(before, seen());
    for server in servers() {
        let (_, status, _) = federation.get(server, "/-/ready", Caller::Federation);
        assert_eq!(status, 200, "{server}");
    }

    federation.project.edit(template, broken, from);
    federation.apply();
    federates(federation);
}

/// Waits until both global servers have what both leaves have just recorded.
pub(super) fn federates(federation: &Federation) {
    for server in GLOBAL {
        has_what_leaves_record(federation, server);
    }
}

fn has_what_leaves_record(federation: &Federation, server: &str) {
    let recent = "time() - server:rules_evaluated:timestamp_seconds{leaf!=\"\"} < 60";
    federation.wait_for_all_leaves(server, recent);
    let answers = r#"label_replace(up{job="federate"} == 1, "leaf", "$1", "instance", "(.*)")"#;
    federation.wait_for_all_leaves(server, answers);
}
