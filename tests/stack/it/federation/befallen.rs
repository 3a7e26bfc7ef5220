//! What happens to hosts.

use std::time::Duration;

use infra_testkit::{Cut, wait_until};

use super::stand::{Federation, GLOBAL, LEAVES};

/// An alert says so on both Alertmanagers, and ends when the leaf is back.
pub(super) fn a_leaf_is_cut_off(federation: &Federation) {
    let leaf = LEAVES[1];
    let alert = "FederationTargetDown";
    federation.aws.cut(leaf, Cut::Silent);
    for server in GLOBAL {
        let what = format!("{alert} on {server}");
        wait_until(&what, Duration::from_mins(5), || {
            let alerts = federation.alerts(server, leaf)?;
            alerts.contains(alert).then_some(())
        });
    }
    federation.aws.join(leaf);
    for server in GLOBAL {
        let what = format!("the end of {alert} on {server}");
        wait_until(&what, Duration::from_mins(8), || {
            let alerts = federation.alerts(server, leaf)?;
            (!alerts.contains(alert)).then_some(())
        });
    }
}
