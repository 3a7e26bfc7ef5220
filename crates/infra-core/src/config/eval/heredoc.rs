//! The literal text of a heredoc: strip markers, and the indentation that `<<-` removes.
//!
//! The parser removes indentation too, but not inside directives, so the text is taken from
//! the source again. What happens to it follows `parseTemplateParts` and
//! `flushHeredocTemplateParts` of HCL ([`hclsyntax/parser_template.go`][1]), where each line
//! is a token of its own.
//!
//! [1]: https://github.com/hashicorp/hcl/blob/main/hclsyntax/parser_template.go

use std::collections::BTreeMap;

use hcl::edit::Span;
use hcl::edit::template::{Directive, Element, HeredocTemplate, Template};

use super::template::{strips_after, strips_before};

/// The text of each literal, by where it starts in the source.
pub(super) type Texts = BTreeMap<usize, String>;

enum Token {
    /// A line, or a part of one
    Literal { start: usize, text: String },
    /// An interpolation, or an end of a directive
    Sequence,
}

/// The texts that the literals of a heredoc stand for.
pub(super) fn texts_of(heredoc: &HeredocTemplate, source: &str) -> Texts {
    let mut tokens = Vec::new();
    collect(&heredoc.template, (false, false), source, &mut tokens);
    // Without `<<-` the parser has counted no indentation; with it, it may have found none.
    let start = heredoc.span().unwrap_or(0..0).start;
    if source
        .get(start..)
        .is_some_and(|text| text.starts_with("<<-"))
    {
        remove_indentation(&mut tokens);
    }
    let mut texts = Texts::new();
    for token in tokens {
        if let Token::Literal { start, text } = token {
            texts.entry(start).or_default().push_str(&text);
        }
    }
    texts
}

fn collect(template: &Template, outer: (bool, bool), source: &str, tokens: &mut Vec<Token>) {
    for (position, element) in template.iter().enumerate() {
        match element {
            Element::Literal(literal) => {
                let span = literal.span().unwrap_or(0..0);
                let start = span.start;
                let raw = source.get(span).unwrap_or(literal.value());
                let raw = raw.replace("$${", "${").replace("%%{", "%{");
                let mut lines: Vec<String> = raw.split_inclusive('\n').map(str::to_owned).collect();
                let before = position
                    .checked_sub(1)
                    .and_then(|before| template.get(before));
                if before.map_or(outer.0, strips_after)
                    && let Some(first) = lines.first_mut()
                {
                    *first = first.trim_start().to_owned();
                }
                let after = template.get(position + 1);
                if after.map_or(outer.1, strips_before)
                    && let Some(last) = lines.last_mut()
                {
                    *last = last.trim_end().to_owned();
                }
                tokens.extend(lines.into_iter().map(|text| Token::Literal { start, text }));
            }
            Element::Interpolation(_) => tokens.push(Token::Sequence),
            Element::Directive(directive) => match &**directive {
                Directive::If(directive) => {
                    let (start, end) =
                        (&directive.if_expr, directive.endif_expr.strip.strip_start());
                    let other = directive.else_expr.as_ref();
                    let first_end = other.map_or(end, |other| other.strip.strip_start());
                    tokens.push(Token::Sequence);
                    collect(
                        &start.template,
                        (start.strip.strip_end(), first_end),
                        source,
                        tokens,
                    );
                    if let Some(other) = other {
                        tokens.push(Token::Sequence);
                        collect(
                            &other.template,
                            (other.strip.strip_end(), end),
                            source,
                            tokens,
                        );
                    }
                    tokens.push(Token::Sequence);
                }
                Directive::For(directive) => {
                    let start = &directive.for_expr;
                    let strips = (
                        start.strip.strip_end(),
                        directive.endfor_expr.strip.strip_start(),
                    );
                    tokens.push(Token::Sequence);
                    collect(&start.template, strips, source, tokens);
                    tokens.push(Token::Sequence);
                }
            },
        }
    }
}

/// Removes what all lines that aren't blank have in common. A line that starts with a
/// sequence has no indentation.
fn remove_indentation(tokens: &mut [Token]) {
    let mut least = usize::MAX;
    let mut indented = Vec::new();
    let mut starts_line = true;
    for (position, token) in tokens.iter().enumerate() {
        match token {
            Token::Literal { text, .. } => {
                let blank = text.trim_start().is_empty() && text.ends_with('\n');
                if starts_line && !blank {
                    least = least.min(text.chars().take_while(|c| c.is_whitespace()).count());
                    indented.push(position);
                }
                starts_line = text.ends_with('\n');
            }
            Token::Sequence => {
                if starts_line {
                    least = 0;
                }
                starts_line = false;
            }
        }
    }
    for position in indented {
        if let Some(Token::Literal { text, .. }) = tokens.get_mut(position) {
            *text = text.chars().skip(least).collect();
        }
    }
}
