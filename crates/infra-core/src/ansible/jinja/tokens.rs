//! The words of a text, and the tokens of an expression.

use std::collections::BTreeSet;

/// A token of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    Name(String),
    Str(String),
    Number(String),
    Symbol(&'static str),
}

const SYMBOLS: [&str; 27] = [
    "**", "//", "==", "!=", "<=", ">=", "~", "|", "(", ")", "[", "]", "{", "}", ",", ":", ".", "+",
    "-", "*", "/", "%", "<", ">", "=", ";", "!",
];

/// The tokens of an expression. None: a character that Jinja doesn't know, or a string
/// without an end.
pub(crate) fn tokenize(code: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = code;
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else {
            return Some(tokens);
        };
        if first == '"' || first == '\'' {
            let (text, after) = string(rest, first)?;
            tokens.push(Token::Str(text));
            rest = after;
        } else if first.is_alphabetic() || first == '_' {
            let (word, after) = take(rest, |c| c.is_alphanumeric() || c == '_');
            tokens.push(Token::Name(word.to_owned()));
            rest = after;
        } else if first.is_ascii_digit() {
            let (digits, mut after) = take(rest, |c| c.is_ascii_digit() || c == '_');
            let mut number = digits.to_owned();
            if let Some(fraction) = after.strip_prefix('.')
                && fraction.starts_with(|c: char| c.is_ascii_digit())
                && !matches!(tokens.last(), Some(Token::Symbol(".")))
            {
                let (fraction, beyond) = take(fraction, |c| c.is_ascii_digit());
                number.push('.');
                number.push_str(fraction);
                after = beyond;
            }
            tokens.push(Token::Number(number));
            rest = after;
        } else {
            let symbol = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol))?;
            tokens.push(Token::Symbol(symbol));
            rest = rest.get(symbol.len()..)?;
        }
    }
}

fn take(text: &str, keep: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c: char| !keep(c)).unwrap_or(text.len());
    text.split_at(end)
}

fn string(text: &str, quote: char) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return Some((value, text.get(at + 1..)?));
        }
        if c == '\\' {
            let (_, escaped) = chars.next()?;
            match escaped {
                'n' => value.push('\n'),
                't' => value.push('\t'),
                '\\' | '"' | '\'' => value.push(escaped),
                other => value.extend(['\\', other]),
            }
        } else {
            value.push(c);
        }
    }
    None
}

/// Every identifier in a text of any kind.
pub(crate) fn identifiers(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_'))
        .collect()
}

/// The `namespace.name` of every dotted name with three parts or more.
pub(crate) fn qualified_names(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'))
        .filter_map(|word| {
            let word = word.strip_prefix("ansible_collections.").unwrap_or(word);
            let mut parts = word.split('.');
            let (namespace, name, rest) = (parts.next()?, parts.next()?, parts.next()?);
            let named =
                |part: &str| part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            (named(namespace) && named(name) && !rest.is_empty())
                .then(|| format!("{namespace}.{name}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_text() {
        assert_eq!(
            identifiers("{{ a_b['c'] }} 9x é=1 -d"),
            BTreeSet::from(["a_b", "c", "x", "é", "d"].map(|w| if w == "x" { "a_b" } else { w }))
        );
        assert_eq!(
            qualified_names("community.general.ini_file: a.b ansible_collections.n.c.plugins"),
            BTreeSet::from(["community.general".to_owned(), "n.c".to_owned()])
        );
    }

    #[test]
    fn a_string_without_an_end_is_no_expression() {
        assert_eq!(tokenize("'a"), None);
        assert_eq!(
            tokenize(r"'a\'b' 1.5"),
            Some(vec![Token::Str("a'b".into()), Token::Number("1.5".into())])
        );
    }
}
