//! Lengths of time as people write them: `30s`, `5m`, `2h`, `7d`.

use std::time::Duration;

/// What a length of time must be, for messages.
pub(super) const EXPECTED: &str = "a length of time such as \"30s\", \"5m\", \"2h\" or \"7d\"";

/// Ten years: longer is a slip of the finger.
const MAX: Duration = Duration::from_hours(10 * 366 * 24);

/// Reads one or more whole numbers, each with its unit, the largest unit first: `1h30m`.
/// Zero is not a length of time.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = 0_u64;
    let mut last_unit = u64::MAX;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest.get(..digits)?.parse().ok()?;
        let unit = match rest.as_bytes().get(digits)? {
            b's' => 1,
            b'm' => 60,
            b'h' => 60 * 60,
            b'd' => 24 * 60 * 60,
            _ => return None,
        };
        if unit >= last_unit {
            return None;
        }
        last_unit = unit;
        total = total.checked_add(number.checked_mul(unit)?)?;
        rest = rest.get(digits + 1..)?;
    }
    let duration = Duration::from_secs(total);
    (!duration.is_zero() && duration <= MAX).then_some(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_its_unit() {
        for (text, seconds) in [
            ("30s", 30),
            ("5m", 300),
            ("2h", 7200),
            ("7d", 604_800),
            ("1h30m", 5400),
        ] {
            assert_eq!(parse(text), Some(Duration::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "5",
            "m",
            "5 m",
            "-5m",
            "1.5h",
            "5M",
            "0s",
            "30m1h",
            "5m5m",
            "99999999999999999999d",
            "4000d",
            "5min",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
