//! Drills: what was lost comes back, in the time that the runbook says.

use std::time::Duration;

use infra_testkit::wait_until;

use super::befallen::federates;
use super::stand::{BUCKET, Caller, Federation, LEAVES};

/// The object of the state is deleted. Nothing is made anew; the version before comes back.
pub(super) fn the_state(federation: &Federation) {
    let delete =
        "import boto3, sys; boto3.client('s3').delete_object(Bucket=sys.argv[1], Key=sys.argv[2])";
    federation
        .project
        .run("python")
        .args(["-c", delete, BUCKET, "federation.tfstate"])
        .succeeds();
    // Terraform would make all of it a second time.
    let refused = federation.try_apply();
    refused.exits(1);
    assert!(
        refused.stderr.contains("accept-state"),
        "{}",
        refused.stderr
    );

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
