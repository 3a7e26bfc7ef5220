//! It comes up, and then there is nothing to do.

use std::thread;
use std::time::{Duration, Instant};

use infra_testkit::wait_until;
use serde_json::json;

use super::names;
use super::stand::{Caller, Federation, GLOBAL, LEAVES, servers};
use crate::checkout::ROOT_MODULE;

const FEDERATE: &str = "/federate?match[]={__name__=~\"[a-z_]%2B:.%2B\"}";

/// With an empty cloud and an empty directory, one command.
pub(super) fn one_apply(federation: &Federation) {
    federation.project.infra(["backend", "init"]).succeeds();
    federation
        .project
        .terraform(ROOT_MODULE, ["init", "-input=false"])
        .succeeds();
    federation.apply();
    for server in servers() {
        let (_, status, _) = federation.get(server, "/-/ready", Caller::Federation);
        assert_eq!(status, 200, "{server}");
    }
    names::lead_to_the_servers(federation);
}

/// `/federate` answers over TLS, with and only with the credentials.
pub(super) fn credentials(federation: &Federation) {
    for leaf in LEAVES {
        let what = format!("results of rules on {leaf}");
        let body = wait_until(&what, Duration::from_mins(2), || {
            let (_, status, body) = federation.get(leaf, FEDERATE, Caller::Federation);
            (status == 200 && !body.trim().is_empty()).then_some(body)
        });
        assert!(body.contains(&format!("leaf=\"{leaf}\"")), "{body}");
        for who in [Caller::Nobody, Caller::WrongPassword] {
            let (_, status, body) = federation.get(leaf, FEDERATE, who);
            assert_eq!(status, 401, "{who:?}: {body}");
            assert!(!body.contains("leaf="), "{who:?}: {body}");
        }
        // curl(1): 60 is a peer whose certificate can't be authenticated.
        let (code, status, _) = federation.get(leaf, FEDERATE, Caller::Stranger);
        assert_eq!((code, status), (60, 0));
        // Without TLS, and past the proxy, nobody answers.
        let address = federation.host(leaf).public_ip.unwrap();
        for url in [
            format!("http://{address}/federate"),
            format!("http://{address}:9090/federate"),
        ] {
            let curl = federation.project.run("curl");
            let output = curl.args(["-sS", "-m5", &url]).output();
            assert_eq!(output.code(), 7, "{url}: {}", output.stdout);
        }
    }
}

/// What a load balancer asks, without a password, and what it would hand on to them.
pub(super) fn health(federation: &Federation) {
    for server in GLOBAL {
        let (_, status, body) = federation.get(server, "/healthz", Caller::Nobody);
        assert_eq!((status, body.as_str()), (200, "ok\n"), "{server}");
        let (_, status, _) = federation.get(server, "/", Caller::Nobody);
        assert_eq!(status, 401, "{server}");
    }
}

/// What leaves have recorded is on both global servers.
pub(super) fn series_of_both_leaves(federation: &Federation) {
    for server in GLOBAL {
        federation
            .wait_for_all_leaves(server, "instance:node_memory_utilisation:ratio{leaf!=\"\"}");
    }
}

/// Neither Terraform nor any playbook has anything to change.
pub(super) fn second_apply(federation: &Federation) {
    let plan = federation.project.infra_json(["plan"]);
    assert_eq!(plan["verdict"], "nothing", "{plan:#}");
    federation
        .project
        .infra(["plan", "--detailed-exitcode"])
        .succeeds();
    federation.apply();
    // Asked all the same, Ansible finds nothing to change, and says so beforehand.
    for arguments in [&["--check", "--diff"][..], &[]] {
        for playbook in ["baseline.yml", "site.yml"] {
            let output = federation.by_hand(playbook, arguments);
            output.succeeds();
            let recap = output.stdout.rsplit("PLAY RECAP").next().unwrap();
            let lines = recap.lines().filter(|line| line.contains("changed="));
            assert_eq!(lines.clone().count(), 4, "{}", output.stdout);
            for line in lines {
                assert!(line.contains(" changed=0 "), "{}", output.stdout);
            }
        }
    }
    let history = federation.project.infra_json(["history", "--verify"]);
    assert_eq!(history["format_version"], json!("1.0"));
}

/// Every expression of every rule and dashboard runs, and has the data that it needs.
pub(super) fn expressions(federation: &Federation) {
    let address = federation.host(GLOBAL[0]).public_ip.unwrap();
    let url = format!("https://{}", GLOBAL[0]);
    let check = || {
        let script = federation.project.path("ansible/tests/expressions.py");
        let secrets = ["--ca", "ansible/secrets/ca.crt", "--user", "federation"];
        let python = federation.project.run("python");
        python
            .args([script.as_str(), &url, "--resolve", &address])
            .args(secrets)
            .args(["--password-file", "ansible/secrets/password"])
            .args(["--data", "--containers"])
            .output()
    };
    // Rates over minutes have no data before those have passed.
    let begin = Instant::now();
    loop {
        let output = check();
        if output.status.success() {
            return;
        }
        assert!(
            begin.elapsed() < Duration::from_mins(7),
            "{}{}",
            output.stdout,
            output.stderr
        );
        thread::sleep(Duration::from_secs(15));
    }
}
