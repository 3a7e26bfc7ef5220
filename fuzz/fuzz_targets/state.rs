//! A state, raw or of `terraform show -json`: read, and made into an inventory.

#![no_main]

use infra_core::document::{decode, read_state};
use infra_core::inventory::{BuildOptions, build};
use infra_fuzz::rendering_is_safe;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = decode(bytes) else { return };
    let state = match read_state(&text) {
        Ok(state) => state,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let options = BuildOptions {
        allow_empty: true,
        allow_unaddressed: false,
    };
    match build(&state, &Default::default(), options) {
        Ok(built) => rendering_is_safe(&built.inventory),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
