//! `format` and `formatlist`: the verbs of [Terraform's `format`][1].
//!
//! [1]: https://developer.hashicorp.com/terraform/language/functions/format

use super::super::number::Number;
use super::super::value::{number_of, text_of};
use super::args::{Args, Failure};
use super::table::{ANY, Function};
use crate::json::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("format", 1..=ANY, format),
    Function::new("formatlist", 1..=ANY, formatlist),
];

/// The widest field and the longest fraction.
const MAX_WIDTH: usize = 1024;

fn format<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let values: Vec<&Value<'e>> = args.iter().skip(1).collect();
    Ok(render(&args.text(0)?, &values)?.into())
}

/// One string per element of the lists among the arguments; other arguments stay the same.
fn formatlist<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let spec = args.text(0)?;
    let mut length = None;
    for (position, value) in args.iter().enumerate().skip(1) {
        if let Value::Array(items) = value {
            if length.is_some_and(|length| length != items.len()) {
                return Err(Failure::of(position, "the lists have different lengths"));
            }
            length = Some(items.len());
        }
    }
    let row = |at: usize| -> Result<Value<'e>, Failure> {
        let values: Vec<&Value<'e>> = args
            .iter()
            .skip(1)
            .map(|value| {
                if value.as_array().is_some() {
                    value.at(at).unwrap_or(&Value::Null)
                } else {
                    value
                }
            })
            .collect();
        Ok(render(&spec, &values)?.into())
    };
    (0..length.unwrap_or(1)).map(row).collect()
}

/// `%[flags][width][.precision][[index]]verb`.
#[derive(Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "these are the flags of printf"
)]
struct Verb {
    minus: bool,
    plus: bool,
    zero: bool,
    space: bool,
    sharp: bool,
    width: usize,
    precision: Option<usize>,
    letter: char,
}

fn render(spec: &str, values: &[&Value<'_>]) -> Result<String, Failure> {
    let mut out = String::new();
    let mut next = 0;
    let mut highest = 0;
    let mut indexed = false;
    let mut rest = spec;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let (verb, index, used) = parse(&rest[at + 1..])?;
        rest = &rest[at + 1 + used..];
        if verb.letter == '%' {
            out.push('%');
            continue;
        }
        if let Some(index) = index {
            indexed = true;
            next = index;
        }
        let value = values.get(next).ok_or_else(|| {
            Failure::of(
                0,
                format!(
                    "%{} needs argument {}, there are {}",
                    verb.letter,
                    next + 1,
                    values.len()
                ),
            )
        })?;
        next += 1;
        highest = highest.max(next);
        let text = verb
            .apply(value)
            .map_err(|reason| Failure::of(next, reason))?;
        out.push_str(&verb.pad(text));
        if out.len() > 16 * 1024 * 1024 {
            return Err(Failure::new("the result is larger than 16 MiB"));
        }
    }
    out.push_str(rest);
    if !indexed && highest < values.len() {
        return Err(Failure::of(
            highest + 1,
            format!("there are {} arguments for {highest} verbs", values.len()),
        ));
    }
    Ok(out)
}

fn parse(text: &str) -> Result<(Verb, Option<usize>, usize), Failure> {
    let mut verb = Verb::default();
    let mut chars = text.char_indices().peekable();
    while let Some((_, flag)) = chars.next_if(|(_, c)| matches!(c, '-' | '+' | '0' | ' ' | '#')) {
        match flag {
            '-' => verb.minus = true,
            '+' => verb.plus = true,
            '0' => verb.zero = true,
            ' ' => verb.space = true,
            _ => verb.sharp = true,
        }
    }
    let digits = |chars: &mut std::iter::Peekable<std::str::CharIndices<'_>>| {
        let mut number = None;
        while let Some((_, digit)) = chars.next_if(|(_, c)| c.is_ascii_digit()) {
            let digit = digit
                .to_digit(10)
                .and_then(|digit| usize::try_from(digit).ok())
                .unwrap_or(0);
            number = Some(
                number
                    .unwrap_or(0_usize)
                    .saturating_mul(10)
                    .saturating_add(digit),
            );
        }
        number
    };
    verb.width = digits(&mut chars).unwrap_or(0);
    if chars.next_if(|(_, c)| *c == '.').is_some() {
        verb.precision = Some(digits(&mut chars).unwrap_or(0));
    }
    let mut index = None;
    if chars.next_if(|(_, c)| *c == '[').is_some() {
        index = digits(&mut chars).and_then(|index| index.checked_sub(1));
        if index.is_none() || chars.next_if(|(_, c)| *c == ']').is_none() {
            return Err(Failure::of(
                0,
                "an index of an argument is written as %[1]s",
            ));
        }
    }
    if verb.width > MAX_WIDTH
        || verb
            .precision
            .is_some_and(|precision| precision > MAX_WIDTH)
    {
        return Err(Failure::of(
            0,
            format!("a width or precision is more than {MAX_WIDTH}"),
        ));
    }
    let (at, letter) = chars
        .next()
        .ok_or_else(|| Failure::of(0, "the format ends in the middle of a verb; write %% for %"))?;
    verb.letter = letter;
    Ok((verb, index, at + letter.len_utf8()))
}

impl Verb {
    fn apply(&self, value: &Value<'_>) -> Result<String, String> {
        let wrong =
            |expected: &str| format!("%{} needs {expected}, not {}", self.letter, value.kind());
        match self.letter {
            'v' if self.sharp => Ok(value.to_string()),
            'v' => Ok(match value {
                Value::Null => "null".to_owned(),
                other => text_of(other).unwrap_or_else(|| other.to_string()),
            }),
            's' | 'q' => {
                let text = text_of(value).ok_or_else(|| wrong("a string"))?;
                let text = self.precision.map_or_else(
                    || text.clone(),
                    |length| text.chars().take(length).collect(),
                );
                Ok(if self.letter == 'q' {
                    Value::from(text).to_string()
                } else {
                    text
                })
            }
            't' => super::super::value::bool_of(value)
                .map(|value| value.to_string())
                .ok_or_else(|| wrong("a boolean")),
            'd' | 'b' | 'o' | 'x' | 'X' | 'e' | 'E' | 'f' | 'g' | 'G' => {
                let number = number_of(value).ok_or_else(|| wrong("a number"))?;
                Ok(self.signed(&number, self.magnitude(&number)?))
            }
            other => Err(format!(
                "there is no verb %{other}; %s is a string, %d a whole number, %v anything, %% a %"
            )),
        }
    }

    fn signed(&self, number: &Number, magnitude: String) -> String {
        match (number.is_negative(), self.plus, self.space) {
            (true, _, _) => format!("-{magnitude}"),
            (_, true, _) => format!("+{magnitude}"),
            (_, _, true) => format!(" {magnitude}"),
            _ => magnitude,
        }
    }

    /// The digits without the sign.
    fn magnitude(&self, number: &Number) -> Result<String, String> {
        let number = if number.is_negative() {
            number.clone().negate()
        } else {
            number.clone()
        };
        let whole = || {
            if number.is_whole() {
                Ok(number.to_string())
            } else {
                Err(format!(
                    "%{} needs a whole number, not a fraction",
                    self.letter
                ))
            }
        };
        let bits = || {
            let text = whole()?;
            text.parse::<u128>()
                .map_err(|_| format!("the number is too large for %{}", self.letter))
        };
        let prefix = |prefix: &str| {
            if self.sharp {
                prefix.to_owned()
            } else {
                String::new()
            }
        };
        let places = self.precision.unwrap_or(6);
        Ok(match self.letter {
            'd' => whole()?,
            'b' => format!("{}{:b}", prefix("0b"), bits()?),
            'o' => format!("{}{:o}", prefix("0"), bits()?),
            'x' => format!("{}{:x}", prefix("0x"), bits()?),
            'X' => format!("{}{:X}", prefix("0X"), bits()?),
            'f' => format!("{:.places$}", number.to_f64()),
            'e' | 'E' => {
                let text = exponent(&format!("{:.places$e}", number.to_f64()));
                if self.letter == 'E' {
                    text.to_uppercase()
                } else {
                    text
                }
            }
            // Go's %g: an exponent where it is less than -4, or 6 and more.
            _ => match number.to_f64() {
                value if value == 0.0 || (1e-4..1e6).contains(&value) => number.to_string(),
                value => {
                    let text = exponent(&format!("{value:e}"));
                    if self.letter == 'G' {
                        text.to_uppercase()
                    } else {
                        text
                    }
                }
            },
        })
    }

    fn pad(&self, text: String) -> String {
        let missing = self.width.saturating_sub(text.chars().count());
        if missing == 0 {
            text
        } else if self.minus {
            text + &" ".repeat(missing)
        } else if self.zero {
            // A string is filled with zeros too, as in Go.
            let digits = text.trim_start_matches(['-', '+', ' ']);
            let sign = text.get(..text.len() - digits.len()).unwrap_or("");
            format!("{sign}{}{digits}", "0".repeat(missing))
        } else {
            " ".repeat(missing) + &text
        }
    }
}

/// Go writes an exponent with its sign and two digits.
fn exponent(text: &str) -> String {
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return text.to_owned();
    };
    let (sign, digits) = exponent
        .strip_prefix('-')
        .map_or(("+", exponent), |digits| ("-", digits));
    format!("{mantissa}e{sign}{digits:0>2}")
}
