//! Where the `infra` to test is.

use std::env;
use std::sync::OnceLock;

use camino::{Utf8Path, Utf8PathBuf};

use crate::{target_directory, workspace_root};

/// Names the `infra` to test, for tests of one that is already built or installed.
const VARIABLE: &str = "INFRA_TEST_BINARY";

/// Returns the `infra` to test; builds it if that isn't done, so that it is never an old one.
pub fn infra_binary() -> &'static Utf8Path {
    static BINARY: OnceLock<Utf8PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Ok(named) = env::var(VARIABLE) {
            return Utf8PathBuf::from(named);
        }
        duct::cmd!(cargo(), "build", "--quiet", "--package", "infra-cli")
            .dir(workspace_root())
            .run()
            .expect("`cargo build --package infra-cli` must succeed before infra can be tested");
        target_directory().join("debug/infra")
    })
}

/// The cargo that was called, where this runs under one: `cargo run` and `cargo test` set `CARGO`.
pub fn cargo() -> String {
    env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}
