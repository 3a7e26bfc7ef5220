//! Drills: what was lost comes back, in the time that the runbook says.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use infra_testkit::wait_until;

use super::befallen::federates;
use super::stand::{BUCKET, Caller, Federation, LEAVES, servers};
use crate::checkout::ROOT_MODULE;

/// The object of the state is deleted. Nothing is made anew; the version before comes back.
pub(super) fn the_state(federation: &Federation) {
    let delete = "boto3.client('s3').delete_object(Bucket=sys.argv[1], Key=sys.argv[2])";
    let boto = federation.project.boto(delete);
    boto.args([BUCKET, "federation.tfstate"]).succeeds();
    // Terraform would make all of it a second time.
    federation.try_apply().exits(1).complains("accept-state");

    let listed = federation.project.infra_json(["state", "list"]);
    let versions = listed["versions"].as_array().unwrap();
    // The newest is first.
    let mut states = versions
        .iter()
        .filter(|version| version["state"]["serial"].is_u64());
    let version = states.next().unwrap()["version"].as_str().unwrap();
    federation
        .project
        .infra(["state", "restore", "--yes", version])
        .succeeds();
    let plan = federation.project.infra_json(["plan"]);
    assert_eq!(plan["verdict"], "nothing", "{plan:#}");
}

/// State, ledger and backups are gone; hosts go on. With a copy of the state, playbooks run once more
/// and change nothing.
pub(super) fn the_bucket(federation: &Federation) {
    let project = &federation.project;
    let copy = "copy.tfstate";
    project.infra(["state", "backup", copy]).succeeds();
    project.delete_bucket(BUCKET);
    federation
        .try_apply()
        .exits(1)
        .complains("infra backend init");
    federates(federation);

    let started = || -> Vec<_> { servers().map(|server| federation.started(server)).collect() };
    let before = started();
    project.infra(["backend", "init"]).succeeds();
    let init = ["init", "-reconfigure", "-input=false"];
    project.terraform(ROOT_MODULE, init).succeeds();
    fs::remove_file(project.path(".infra/federation/index")).unwrap();
    let restore = ["state", "restore", "--yes", copy];
    project.infra(restore).succeeds();
    let all: BTreeSet<_> = servers().map(str::to_owned).collect();
    assert_eq!(federation.would_run("federation"), all);
    federation.apply();
    assert_eq!(before, started());
    let plan = project.infra_json(["plan"]);
    assert_eq!(plan["verdict"], "nothing", "{plan:#}");
    federates(federation);
}

/// The disk of a leaf's time series is emptied; a backup puts them back.
pub(super) fn the_data_of_a_server(federation: &Federation) {
    let leaf = LEAVES[0];
    let count = "count_over_time(up{job=\"node\"}[6h])";
    federation
        .by_hand("backup.yml", &["--limit", leaf])
        .succeeds();
    let samples = || -> Option<u64> {
        let results = federation.query(leaf, count)?;
        let text = results.first()?["value"][1].as_str()?;
        text.parse().ok()
    };
    let before = samples().unwrap();
    assert!(before > 10, "{before} samples");
    federation.host(leaf).shell(
        "systemctl stop prometheus && rm -rf /var/lib/prometheus/metrics2/* && systemctl start prometheus",
    );
    wait_until("an empty Prometheus", Duration::from_mins(2), || {
        let (_, status, _) = federation.get(leaf, "/-/ready", Caller::Federation);
        (status == 200).then_some(())
    });
    assert!(samples().unwrap_or(0) < before, "nothing was lost");

    federation
        .by_hand("restore.yml", &["--limit", leaf])
        .succeeds();
    wait_until("the samples", Duration::from_mins(2), || {
        samples().filter(|found| *found >= before)
    });
    federates(federation);
}
