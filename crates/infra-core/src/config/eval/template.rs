//! Templates: interpolation, directives, strip markers.

use hcl::edit::Span;
use hcl::edit::expr::Expression;
use hcl::edit::template::{Directive, Element, HeredocTemplate, StringTemplate, Strip, Template};

use super::heredoc::{Texts, texts_of};
use super::machine::{Locals, Machine, Outcome};
use super::value::Val;
use crate::json::Value;

/// How the literal text of a template is treated.
#[derive(Clone, Copy)]
enum Literals<'t> {
    /// Of a quoted string: the parser has resolved the escapes
    Quoted,
    /// Inside a directive of a quoted string, where the parser leaves the escapes as they are
    QuotedInner,
    /// Of a heredoc, whose literals are worked out beforehand
    Heredoc(&'t Texts),
}

impl<'e> Machine<'e> {
    pub(super) fn quoted(
        &self,
        template: &'e StringTemplate,
        expr: &'e Expression,
        locals: Option<&Locals<'_, 'e>>,
    ) -> Outcome<Val<'e>> {
        self.whole(template, Literals::Quoted, expr, locals)
    }

    pub(super) fn heredoc(
        &self,
        heredoc: &'e HeredocTemplate,
        expr: &'e Expression,
        locals: Option<&Locals<'_, 'e>>,
    ) -> Outcome<Val<'e>> {
        let texts = texts_of(heredoc, self.source.text());
        self.whole(&heredoc.template, Literals::Heredoc(&texts), expr, locals)
    }

    fn whole(
        &self,
        template: &'e Template,
        literals: Literals<'_>,
        expr: &'e Expression,
        locals: Option<&Locals<'_, 'e>>,
    ) -> Outcome<Val<'e>> {
        // `"${x}"` is x itself, whatever its type.
        if let Some(Element::Interpolation(only)) = template.as_single_element() {
            return self.eval(&only.expr, locals);
        }
        let mut text = String::new();
        self.render(template, literals, (false, false), &mut text, locals)?;
        let value = Value::from(text);
        self.charge(&value, expr)?;
        Ok(value.into())
    }

    /// Appends the text of `template`. `outer` says whether markers around the template
    /// strip its start and its end.
    fn render(
        &self,
        template: &'e Template,
        literals: Literals<'_>,
        outer: (bool, bool),
        out: &mut String,
        locals: Option<&Locals<'_, 'e>>,
    ) -> Outcome<()> {
        for position in 0..template.len() {
            let Some(element) = template.get(position) else {
                break;
            };
            match element {
                Element::Literal(literal) => {
                    if let Literals::Heredoc(texts) = literals {
                        let start = literal.span().unwrap_or(0..0).start;
                        out.push_str(texts.get(&start).map_or("", String::as_str));
                        continue;
                    }
                    let before = position
                        .checked_sub(1)
                        .and_then(|before| template.get(before));
                    let strip_start = before.map_or(outer.0, strips_after);
                    let strip_end = template.get(position + 1).map_or(outer.1, strips_before);
                    let unescaped = matches!(literals, Literals::QuotedInner)
                        .then(|| unescape(literal.value()));
                    let mut text = unescaped.as_deref().unwrap_or(literal.value());
                    if strip_start {
                        text = text.trim_start();
                    }
                    if strip_end {
                        text = text.trim_end();
                    }
                    out.push_str(text);
                }
                Element::Interpolation(interpolation) => {
                    let value = self.eval(&interpolation.expr, locals)?;
                    out.push_str(&self.text(
                        value.get(),
                        "what a template includes",
                        &interpolation.expr,
                    )?);
                }
                Element::Directive(directive) => {
                    self.directive(directive, literals, out, locals)?;
                }
            }
        }
        Ok(())
    }

    fn directive(
        &self,
        directive: &'e Directive,
        literals: Literals<'_>,
        out: &mut String,
        locals: Option<&Locals<'_, 'e>>,
    ) -> Outcome<()> {
        let literals = match literals {
            Literals::Quoted => Literals::QuotedInner,
            other => other,
        };
        match directive {
            Directive::If(directive) => {
                let (start, end) = (&directive.if_expr, &directive.endif_expr);
                let other = directive.else_expr.as_ref();
                if self.boolean(&start.cond_expr, "the condition of `%{ if }`", locals)? {
                    let ends = other.map_or(end.strip, |other| other.strip).strip_start();
                    self.render(
                        &start.template,
                        literals,
                        (start.strip.strip_end(), ends),
                        out,
                        locals,
                    )
                } else if let Some(other) = other {
                    let strips = (other.strip.strip_end(), end.strip.strip_start());
                    self.render(&other.template, literals, strips, out, locals)
                } else {
                    Ok(())
                }
            }
            Directive::For(directive) => {
                let start = &directive.for_expr;
                let strips = (
                    start.strip.strip_end(),
                    directive.endfor_expr.strip.strip_start(),
                );
                let key_name = start.key_var.as_ref().map(|name| name.value().as_str());
                for (key, value) in self.pairs(&start.collection_expr, locals)? {
                    let (key, value) = Locals::bind(
                        locals,
                        key_name,
                        key,
                        start.value_var.value().as_str(),
                        value,
                    );
                    let round = Locals {
                        outer: key.as_ref().or(locals),
                        ..value
                    };
                    let from = out.len();
                    self.render(&start.template, literals, strips, out, Some(&round))?;
                    let made = Value::from(out.get(from..).unwrap_or(""));
                    self.charge(&made, &start.collection_expr)?;
                }
                Ok(())
            }
        }
    }
}

pub(super) fn strips_before(element: &Element) -> bool {
    match element {
        Element::Literal(_) => false,
        Element::Interpolation(interpolation) => interpolation.strip.strip_start(),
        Element::Directive(directive) => match &**directive {
            Directive::If(directive) => directive.if_expr.strip.strip_start(),
            Directive::For(directive) => directive.for_expr.strip.strip_start(),
        },
    }
}

pub(super) fn strips_after(element: &Element) -> bool {
    let strip: Strip = match element {
        Element::Literal(_) => return false,
        Element::Interpolation(interpolation) => interpolation.strip,
        Element::Directive(directive) => match &**directive {
            Directive::If(directive) => directive.endif_expr.strip,
            Directive::For(directive) => directive.endfor_expr.strip,
        },
    };
    strip.strip_end()
}

/// Resolves the escapes of a quoted string; one that isn't known stays as it is.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(letter) = rest.chars().next() else {
            out.push('\\');
            break;
        };
        let digits = match letter {
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        let code = rest
            .get(1..=digits)
            .and_then(|hex| u32::from_str_radix(hex, 16).ok())
            .and_then(char::from_u32);
        let (resolved, used) = match (letter, code) {
            ('n', _) => (Some('\n'), 1),
            ('r', _) => (Some('\r'), 1),
            ('t', _) => (Some('\t'), 1),
            ('"' | '\\', _) => (Some(letter), 1),
            ('u' | 'U', Some(c)) => (Some(c), 1 + digits),
            _ => (None, 0),
        };
        out.push(resolved.unwrap_or('\\'));
        rest = &rest[used..];
    }
    out.push_str(rest);
    out
}
