//! Decimal numbers of any size: compared exactly, and calculated with where 128 bits hold them.

use std::cmp::Ordering;
use std::fmt;

/// A decimal number, `0.DIGITS × 10^EXPONENT`, kept digit by digit.
///
/// Terraform calculates with 512 bits. Identifiers and byte counts must come through
/// unchanged, so nothing goes through a 64-bit float unless a quotient isn't finite in
/// decimal, or a result has more than 38 digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number {
    negative: bool,
    /// Without leading and trailing zeros; empty for zero
    digits: String,
    exponent: i64,
}

impl Number {
    /// Reads a number of JSON, or what HCL accepts as one in a string.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty()
            || !all_digits(whole)
            || !all_digits(fraction)
            || mantissa.ends_with('.')
        {
            return None;
        }
        let whole_len = i64::try_from(whole.len()).ok()?;
        Some(Self::normal(
            negative,
            &format!("{whole}{fraction}"),
            whole_len + i64::from(exponent),
        ))
    }

    fn normal(negative: bool, digits: &str, exponent: i64) -> Self {
        let trimmed = digits.trim_start_matches('0');
        let dropped = i64::try_from(digits.len() - trimmed.len()).unwrap_or(0);
        let trimmed = trimmed.trim_end_matches('0');
        if trimmed.is_empty() {
            return Self {
                negative: false,
                digits: String::new(),
                exponent: 0,
            };
        }
        Self {
            negative,
            digits: trimmed.to_owned(),
            exponent: exponent - dropped,
        }
    }

    pub(super) fn from_f64(value: f64) -> Option<Self> {
        value
            .is_finite()
            .then(|| Self::parse(&format!("{value:e}")))
            .flatten()
    }

    pub(super) fn to_f64(&self) -> f64 {
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}0.{}0e{}", self.digits, self.exponent)
            .parse()
            .unwrap_or(f64::NAN)
    }

    /// The number if it is whole and fits.
    pub(super) fn to_i64(&self) -> Option<i64> {
        let (mantissa, scale) = self.scaled()?;
        (scale >= 0)
            .then(|| mantissa.checked_mul(pow10(scale)?))
            .flatten()?
            .try_into()
            .ok()
    }

    pub(super) fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    pub(super) fn is_negative(&self) -> bool {
        self.negative
    }

    /// Whether there is nothing after the decimal point.
    pub(super) fn is_whole(&self) -> bool {
        self.exponent >= i64::try_from(self.digits.len()).unwrap_or(i64::MAX)
    }

    pub(super) fn negate(mut self) -> Self {
        self.negative = !self.negative && !self.is_zero();
        self
    }

    /// Rounded towards zero.
    pub(super) fn truncate(&self) -> Self {
        let keep = usize::try_from(self.exponent)
            .unwrap_or(0)
            .min(self.digits.len());
        Self::normal(self.negative, &self.digits[..keep], self.exponent)
    }

    /// The mantissa and the power of ten that give this number, if they are not too large.
    fn scaled(&self) -> Option<(i128, i64)> {
        let mantissa: i128 = if self.digits.is_empty() {
            0
        } else {
            self.digits.parse().ok()?
        };
        let scale = self.exponent - i64::try_from(self.digits.len()).ok()?;
        Some((if self.negative { -mantissa } else { mantissa }, scale))
    }

    fn from_scaled(mantissa: i128, scale: i64) -> Self {
        let digits = mantissa.unsigned_abs().to_string();
        let exponent = scale + i64::try_from(digits.len()).unwrap_or(0);
        Self::normal(mantissa < 0, &digits, exponent)
    }

    /// Both as integers over one power of ten.
    fn aligned(&self, other: &Self) -> Option<(i128, i128, i64)> {
        let ((a, a_scale), (b, b_scale)) = (self.scaled()?, other.scaled()?);
        let scale = a_scale.min(b_scale);
        Some((
            a.checked_mul(pow10(a_scale - scale)?)?,
            b.checked_mul(pow10(b_scale - scale)?)?,
            scale,
        ))
    }

    pub(super) fn add(&self, other: &Self) -> Option<Self> {
        let exact = self
            .aligned(other)
            .and_then(|(a, b, scale)| Some(Self::from_scaled(a.checked_add(b)?, scale)));
        exact.or_else(|| Self::from_f64(self.to_f64() + other.to_f64()))
    }

    pub(super) fn subtract(&self, other: &Self) -> Option<Self> {
        self.add(&other.clone().negate())
    }

    pub(super) fn multiply(&self, other: &Self) -> Option<Self> {
        let exact = self
            .scaled()
            .zip(other.scaled())
            .and_then(|((a, a_scale), (b, b_scale))| {
                Some(Self::from_scaled(a.checked_mul(b)?, a_scale + b_scale))
            });
        exact.or_else(|| Self::from_f64(self.to_f64() * other.to_f64()))
    }

    /// The quotient; `None` for a division by zero.
    pub(super) fn divide(&self, other: &Self) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        let exact = self.aligned(other).and_then(|(a, b, _)| {
            (0..=18).find_map(|places| {
                let dividend = a.checked_mul(pow10(places)?)?;
                (dividend % b == 0).then(|| Self::from_scaled(dividend / b, -places))
            })
        });
        exact.or_else(|| Self::from_f64(self.to_f64() / other.to_f64()))
    }

    /// The remainder, with the sign of the dividend; `None` for a division by zero.
    pub(super) fn remainder(&self, other: &Self) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        let exact = self
            .aligned(other)
            .map(|(a, b, scale)| Self::from_scaled(a % b, scale));
        exact.or_else(|| Self::from_f64(self.to_f64() % other.to_f64()))
    }
}

fn pow10(power: i64) -> Option<i128> {
    10_i128.checked_pow(u32::try_from(power).ok()?)
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let magnitude = |a: &Self, b: &Self| match (a.is_zero(), b.is_zero()) {
            (false, false) => a
                .exponent
                .cmp(&b.exponent)
                .then_with(|| a.digits.cmp(&b.digits)),
            (a_zero, b_zero) => b_zero.cmp(&a_zero),
        };
        match (self.negative, other.negative) {
            (false, false) => magnitude(self, other),
            (true, true) => magnitude(other, self),
            (negative, other) => other.cmp(&negative),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// As Terraform writes a number into a string: plain digits, unless they would be very many.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.negative { "-" } else { "" };
        let digits = &self.digits;
        match (usize::try_from(self.exponent), digits.len()) {
            (_, 0) => f.write_str("0"),
            (Ok(exponent @ 1..=400), length) if exponent >= length => {
                write!(f, "{sign}{digits}{}", "0".repeat(exponent - length))
            }
            (Ok(exponent @ 1..=400), _) => {
                write!(f, "{sign}{}.{}", &digits[..exponent], &digits[exponent..])
            }
            _ if (-20..=0).contains(&self.exponent) => {
                let zeros = usize::try_from(-self.exponent).unwrap_or(0);
                write!(f, "{sign}0.{}{digits}", "0".repeat(zeros))
            }
            _ => {
                let (first, rest) = digits.split_at(1);
                let point = if rest.is_empty() { "" } else { "." };
                write!(f, "{sign}{first}{point}{rest}e{}", self.exponent - 1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn sums_of_decimals_are_exact() {
        assert_eq!(
            number("0.1").add(&number("0.2")).unwrap().to_string(),
            "0.3"
        );
        assert_eq!(
            number("12345678901234567890123")
                .add(&number("1"))
                .unwrap()
                .to_string(),
            "12345678901234567890124"
        );
        assert_eq!(number("7").divide(&number("2")).unwrap().to_string(), "3.5");
        assert_eq!(
            number("-7").remainder(&number("3")).unwrap().to_string(),
            "-1"
        );
        assert_eq!(number("1").divide(&number("0")), None);
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for text in [
            "",
            "-",
            ".5",
            "5.",
            "1e",
            "0x1",
            "1_000",
            "NaN",
            "1e99999999999",
            " 1",
        ] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
        assert_eq!(number("1e400").to_string(), "1e400");
    }

    #[test]
    fn notation_does_not_matter_to_equality() {
        assert_eq!(number("1.50"), number("15e-1"));
        assert_eq!(number("-0.0"), number("0"));
        assert_eq!(number("0100"), number("1e2"));
    }

    proptest! {
        #[test]
        fn whole_numbers_behave_as_in_rust(a: i32, b: i32) {
            let (x, y) = (number(&a.to_string()), number(&b.to_string()));
            let (a, b) = (i64::from(a), i64::from(b));
            prop_assert_eq!(x.cmp(&y), a.cmp(&b));
            prop_assert_eq!(x.add(&y).unwrap().to_i64(), Some(a + b));
            prop_assert_eq!(x.subtract(&y).unwrap().to_i64(), Some(a - b));
            prop_assert_eq!(x.multiply(&y).unwrap().to_i64(), Some(a * b));
            prop_assert_eq!(x.to_string(), a.to_string());
            if b != 0 {
                prop_assert_eq!(x.divide(&y).unwrap().truncate().to_i64(), Some(a / b));
                prop_assert_eq!(x.remainder(&y).unwrap().to_i64(), Some(a % b));
            }
        }

        #[test]
        fn what_is_written_reads_back(mantissa: i64, exponent in -500_i32..500) {
            let value = number(&format!("{mantissa}e{exponent}"));
            prop_assert_eq!(number(&value.to_string()), value);
        }
    }
}
