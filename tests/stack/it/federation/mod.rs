//! The federation of the reference stack on booted hosts: what it does, and what it tells.

mod befallen;
mod from_nothing;
mod lost;
mod names;
mod stand;

use std::time::Instant;

use stand::Federation;

type Step = fn(&Federation);

/// One federation for all of it: to bring it up takes minutes.
#[test]
#[ignore = "boots hosts: cargo xtask test --full"]
#[expect(
    clippy::print_stderr,
    reason = "how long each step took belongs to what the test shows"
)]
fn a_federation_comes_up_from_nothing_and_outlives_what_befalls_it() {
    let federation = Federation::new();
    let steps: [(&str, Step); 16] = [
        ("one apply makes all of it", from_nothing::one_apply),
        ("/federate asks for credentials", from_nothing::credentials),
        (
            "a load balancer would find them healthy",
            from_nothing::health,
        ),
        ("both leaves are seen", from_nothing::series_of_both_leaves),
        ("a leaf is cut off", befallen::a_leaf_is_cut_off),
        ("a second apply changes nothing", from_nothing::second_apply),
        ("every expression has its data", from_nothing::expressions),
        ("all addresses change", befallen::all_addresses_change),
        ("a leaf is terminated", befallen::a_leaf_is_terminated),
        (
            "a global server is terminated",
            befallen::a_global_server_is_terminated,
        ),
        (
            "a configuration is broken",
            befallen::a_broken_configuration,
        ),
        (
            "a certificate is renewed",
            befallen::a_certificate_is_renewed,
        ),
        ("a leaf is unreachable", befallen::a_leaf_is_unreachable),
        ("the state is lost", lost::the_state),
        ("the bucket is lost", lost::the_bucket),
        ("the data of a server is lost", lost::the_data_of_a_server),
    ];
    for (name, step) in steps {
        // How long each took is what docs/runbooks/disaster-recovery.md tells.
        eprintln!("{name} …");
        let begin = Instant::now();
        step(&federation);
        eprintln!("{name}: {:.0?}", begin.elapsed());
    }
}
