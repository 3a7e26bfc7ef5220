//! `terraform show -json PLAN`: read, judged, and its states made into inventories.

#![no_main]

use infra_core::document::{decode, read_plan};
use infra_core::drift::analyse;
use infra_core::inventory::{BuildOptions, build};
use infra_fuzz::{drift_hides_nothing, rendering_is_safe, rules, today};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = decode(bytes) else { return };
    let plan = match read_plan(&text) {
        Ok(plan) => plan,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let analysis = analyse(&plan, &rules(), today());
    drift_hides_nothing(&analysis, plan.resource_drift.len());
    let options = BuildOptions {
        allow_empty: true,
        allow_unaddressed: true,
    };
    for state in [plan.prior_state(), plan.planned_state()]
        .into_iter()
        .flatten()
    {
        if let Ok(built) = build(&state, &Default::default(), options) {
            rendering_is_safe(&built.inventory);
        }
    }
});
