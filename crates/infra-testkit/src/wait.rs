//! Waiting for something to become true.

use std::thread;
use std::time::{Duration, Instant};

/// Returns the first value that `attempt` gives. `what` completes "waited for …".
///
/// # Panics
///
/// After `deadline`.
#[track_caller]
pub fn wait_until<T>(what: &str, deadline: Duration, mut attempt: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + deadline;
    loop {
        if let Some(value) = attempt() {
            return value;
        }
        assert!(Instant::now() < end, "waited {deadline:?} for {what}");
        thread::sleep(Duration::from_millis(50));
    }
}
