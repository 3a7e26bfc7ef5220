//! The federation of the reference stack on booted hosts: what it does, and what it tells.

mod befallen;
mod from_nothing;
mod stand;

use stand::Federation;

/// One federation for all of it: to bring it up takes minutes.
#[test]
#[ignore = "boots hosts: cargo xtask test --full"]
fn a_federation_comes_up_from_nothing_and_tells_of_a_leaf_that_is_cut_off() {
    let federation = Federation::new();
    from_nothing::one_apply(&federation);
    from_nothing::credentials(&federation);
    from_nothing::series_of_both_leaves(&federation);
    befallen::a_leaf_is_cut_off(&federation);
    from_nothing::second_apply(&federation);
    from_nothing::expressions(&federation);
}
