//! It comes up, and then there is nothing to do.

use std::time::Duration;

use infra_testkit::wait_until;

use super::stand::{Caller, Federation, GLOBAL, LEAVES, ROOT_MODULE};

const FEDERATE: &str = "/federate?match[]={__name__=~\"[a-z_]%2B:.%2B\"}";

/// With an empty cloud and an empty directory, one command.
pub(super) fn one_apply(federation: &Federation) {
    federation.project.infra(["backend", "init"]).succeeds();
    federation
        .project
        .terraform(ROOT_MODULE, ["init", "-input=false"])
        .succeeds();
    federation.apply();
    // What AWS and the provider have filled in themselves is part of the state from here on:
    // groups name the rules that were made after them, roles their policies.
    federation
        .project
        .infra(["apply", "--refresh-only", "--auto-approve"])
        .succeeds();
    for server in GLOBAL.into_iter().chain(LEAVES) {
        let (_, status, _) = federation.get(server, "/-/ready", Caller::Federation);
        assert_eq!(status, 200, "{server}");
    }
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

/// What leaves have recorded is on both global servers.
pub(super) fn series_of_both_leaves(federation: &Federation) {
    for server in GLOBAL {
        federation
            .wait_for_all_leaves(server, "instance:node_memory_utilisation:ratio{leaf!=\"\"}");
    }
}
