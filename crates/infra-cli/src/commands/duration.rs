//! A length of time on the command line, as Terraform writes it.

use std::time::Duration;

const EXPECTED: &str = "expected a length of time such as 30s, 10m or 1h30m";

/// Reads `90s`, `10m`, `1h30m` or `0`.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let parts = sum(text).filter(|_| !text.is_empty());
    parts.ok_or_else(|| EXPECTED.to_owned())
}

fn sum(mut text: &str) -> Option<Duration> {
    // The longer unit first: `m` is the beginning of `ms`.
    const UNITS: [(&str, Duration); 4] = [
        ("ms", Duration::from_millis(1)),
        ("s", Duration::from_secs(1)),
        ("m", Duration::from_mins(1)),
        ("h", Duration::from_hours(1)),
    ];
    let mut total = Duration::ZERO;
    while !text.is_empty() {
        let digits = text.find(|c: char| !c.is_ascii_digit())?;
        let (number, rest) = text.split_at(digits);
        let (unit, rest) = UNITS
            .iter()
            .find_map(|(name, unit)| Some((*unit, rest.strip_prefix(name)?)))?;
        total = total.checked_add(unit.checked_mul(number.parse().ok()?)?)?;
        text = rest;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_as_terraform_does() {
        assert_eq!(parse("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse("1h30m"), Ok(Duration::from_mins(90)));
        assert_eq!(parse("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse("0s"), Ok(Duration::ZERO));
        for wrong in ["", "10", "m", "5d", "5 m", "-5s", "99999999999h", "5é"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
