//! The hosts are what Terraform says they are.

use std::collections::BTreeSet;
use std::time::Duration;

use infra_testkit::{Cut, wait_until};

use super::instances;

/// What one instance is in the API is what one host is on the network: they come, answer,
/// change address, fall silent and go together.
#[test]
#[ignore = "boots hosts: cargo xtask test --full"]
fn a_host_lives_and_has_the_addresses_that_its_instance_has() {
    let (aws, project) = instances::project();
    instances::apply(&aws, &project, &["one", "two"]);
    aws.wait_for_ssh();

    // The key pair lets its owner in, at the public address; cloud-init did as it was told.
    let one = aws.machine("one");
    let ssh = |address: &str, script: &str| {
        let options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null"];
        let options = options.iter().flat_map(|option| ["-o", *option]);
        let login = format!("admin@{address}");
        project
            .run("ssh")
            .args(options)
            .args(["-o", "BatchMode=yes", "-o", "ConnectTimeout=10"])
            .args(["-i", "id_ed25519", &login, script])
    };
    let public = one.public_ip.clone().unwrap();
    ssh(&public, "cloud-init status --wait").succeeds();
    let told = ssh(
        &public,
        "cat /etc/told; echo; sudo id -u && systemctl is-system-running",
    )
    .succeeds();
    assert_eq!(told.stdout, "one\n0\nrunning\n");

    // Hosts reach each other and the API, and have packages; not a network beyond.
    let other = aws.machine("two").private_ip.unwrap();
    let endpoint = aws.endpoint_for_hosts();
    one.shell(&format!(
        "exec 2>&1; curl -fsS -m5 {endpoint}/__sim/faults; echo | curl -sS -m5 telnet://{other}:22 | grep -q SSH"
    ));
    one.shell("apt-get install --yes --quiet jq && echo '{}' | jq .");
    assert!(
        !one.try_shell("curl -sS -m3 http://192.0.2.2/")
            .status
            .success()
    );

    // A restart keeps the disk and the private address, and changes the public one.
    aws.restart("one");
    aws.wait_for_ssh();
    let restarted = aws.machine("one");
    assert_eq!(restarted.private_ip, one.private_ip);
    assert_ne!(restarted.public_ip, one.public_ip);
    assert_eq!(restarted.host_key, one.host_key);
    restarted.shell("jq --version");
    ssh(&public, "true").output().exits(255);

    // With its cable pulled it is silent, and still runs.
    aws.cut("one", Cut::Silent);
    let public = restarted.public_ip.clone().unwrap();
    ssh(&public, "true").output().exits(255);
    restarted.shell("systemctl is-active ssh");
    aws.join("one");
    wait_until("the cable", Duration::from_secs(20), || {
        ssh(&public, "true").output().status.success().then_some(())
    });

    // It goes when Terraform destroys it.
    instances::apply(&aws, &project, &["two"]);
    let names = aws
        .machines()
        .into_iter()
        .filter(|machine| machine.init.is_some());
    let names: BTreeSet<_> = names.map(|machine| machine.name).collect();
    assert_eq!(names, BTreeSet::from(["two".to_owned()]));
}
