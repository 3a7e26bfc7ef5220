//! From bytes to a syntax tree, with better messages than the parser's where it has none.

use std::ops::Range;
use std::sync::Arc;

use hcl::edit::expr::Expression;
use hcl::edit::parser;
use hcl::edit::structure::Body;

use crate::config::brackets::{Unclosed, unclosed};
use crate::config::error::{ConfigError, Problem};
use crate::config::operands::too_deep;
use crate::config::source::Source;

/// How many attributes that are there twice are looked for.
const MAX_DUPLICATES: usize = 50;

/// A parsed file. The parser limits nesting to 64 levels and chains to 128 operators, so
/// that what follows can recurse.
pub(super) struct Syntax {
    pub(super) body: Body,
    /// The places of attributes that are there a second time, which have another name in
    /// the tree
    pub(super) duplicates: Vec<Range<usize>>,
}

/// Text without the byte-order mark that editors on Windows put first.
pub(super) fn text_of<'a>(bytes: &'a [u8], name: &str) -> Result<&'a str, Box<ConfigError>> {
    let text = str::from_utf8(bytes).map_err(|error| {
        let source = Source::new(name, String::from_utf8_lossy(bytes));
        Box::new(ConfigError {
            problem: Problem::NotUtf8,
            place: source.place(error.valid_up_to()..error.valid_up_to() + 1),
            other: None,
            hints: vec!["save the file as UTF-8".to_owned()],
        })
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

pub(super) fn parse(source: &Arc<Source>) -> Result<Syntax, Box<ConfigError>> {
    if let Some(at) = too_deep(source.text()) {
        return Err(Box::new(deep(source, at)));
    }
    let mut text = source.text().to_owned();
    let mut duplicates = Vec::new();
    loop {
        let error = match parser::parse_body(&text) {
            Ok(body) => return Ok(Syntax { body, duplicates }),
            Err(error) => error,
        };
        // The parser stops at an attribute that is there twice. It gets another name of
        // the same length, and the parser goes on, so that this and all else that is
        // wrong is reported together.
        let renamed = rename_duplicate(&text, &error);
        match renamed {
            Some((renamed, range)) if duplicates.len() < MAX_DUPLICATES => {
                text = renamed;
                duplicates.push(range);
            }
            _ => return Err(Box::new(syntax_error(source, &text, &error))),
        }
    }
}

/// One expression by itself.
pub(super) fn parse_expr(source: &Source) -> Result<Expression, Box<ConfigError>> {
    let text = source.text();
    if let Some(at) = too_deep(text) {
        return Err(Box::new(deep(source, at)));
    }
    parser::parse_expr(text).map_err(|error| Box::new(syntax_error(source, text, &error)))
}

fn rename_duplicate(text: &str, error: &parser::Error) -> Option<(String, Range<usize>)> {
    if !error.message().contains("redefined attribute") {
        return None;
    }
    let start = error.location().offset();
    let rest = text.get(start..)?;
    let length = rest
        .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
        .unwrap_or(rest.len());
    let fresh = fresh_name(text, length)?;
    let mut renamed = text.to_owned();
    renamed.replace_range(start..start + length, &fresh);
    Some((renamed, start..start + length))
}

/// An identifier of `length` bytes that the text doesn't contain.
fn fresh_name(text: &str, length: usize) -> Option<String> {
    let letters = || ('a'..='z').chain('A'..='Z');
    let tail = length.checked_sub(2);
    match tail {
        None => letters()
            .map(String::from)
            .find(|name| length == 1 && !text.contains(name.as_str())),
        Some(tail) => letters()
            .flat_map(|first| {
                letters().map(move |second| format!("{first}{second}{}", "_".repeat(tail)))
            })
            .find(|name| !text.contains(name.as_str())),
    }
}

fn deep(source: &Source, at: usize) -> ConfigError {
    ConfigError {
        problem: Problem::Syntax("too many operands are in one another here".to_owned()),
        place: source.place(at..at + 1),
        other: None,
        hints: vec!["split the expression".to_owned()],
    }
}

fn left_open(source: &Source, open: &Unclosed) -> ConfigError {
    ConfigError {
        problem: Problem::Syntax(open.message()),
        place: source.place(open.range.clone()),
        other: None,
        hints: open.hints(),
    }
}

fn syntax_error(source: &Source, text: &str, error: &parser::Error) -> ConfigError {
    let offset = error.location().offset();
    let message = error.message();
    // Where the parser gave up without an expectation, it names the start of the
    // block or of the file; what was left open says more.
    if let Some(open) = unclosed(text)
        && !message.contains("nested levels")
    {
        return left_open(source, &open);
    }
    ConfigError {
        problem: Problem::Syntax(plainly(message)),
        place: source.place(offset..offset + 1),
        other: None,
        hints: hints_for(message, text.get(offset..).unwrap_or("")),
    }
}

/// The parser's message, without the list of all characters that a value can start with.
fn plainly(message: &str) -> String {
    if message.starts_with("invalid expression;") {
        return "a value is expected here".to_owned();
    }
    message.to_owned()
}

fn hints_for(message: &str, rest: &str) -> Vec<String> {
    let hint = if rest.starts_with('\'') {
        "a string stands in double quotes"
    } else if rest.starts_with('{') && message.contains("unexpected token") {
        "the file is HCL, not JSON: stack \"NAME\" { … }"
    } else if message.contains("block body") {
        "a block on one line holds one attribute at most: write each attribute on a line of its own"
    } else if message.contains("expected newline") {
        "each attribute and each block ends with its line"
    } else if message.contains("nested levels") || message.contains("chained binary operators") {
        "split the expression"
    } else {
        return Vec::new();
    };
    vec![hint.to_owned()]
}
