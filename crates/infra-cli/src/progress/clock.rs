//! Lengths of time for a person.

use std::time::Duration;

/// `0.4s`, `12s`, `3m 05s`, `1h 02m`.
pub(super) fn length(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.1}s", duration.as_secs_f64()),
        10..60 => format!("{seconds}s"),
        60..3600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h {:02}m", seconds / 3600, seconds % 3600 / 60),
    }
}

/// The same in whole seconds, for what is shown again and again.
pub(super) fn whole(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ 0..10 => format!("{seconds}s"),
        _ => length(duration),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_has_two_parts_at_most() {
        let lengths = [400, 12_000, 185_000, 3_725_000].map(Duration::from_millis);
        assert_eq!(lengths.map(length), ["0.4s", "12s", "3m 05s", "1h 02m"]);
    }
}
