//! Where something stands in a configuration file that was read before.

use hcl::edit::Span;
use hcl::edit::expr::Expression;
use hcl::edit::structure::{Block, Body};

use super::source::{Place, Source};
use super::syntax;

/// A block on the way to what is looked for: its kind, and its label if that matters.
pub type Step<'a> = (&'a str, Option<&'a str>);

/// Finds the value of an attribute, for a message about what it names.
///
/// What isn't there has the place of the nearest that is: the block without the attribute,
/// or the block around a missing one. Of a list, `item` is the element that is meant. None
/// only where the bytes can't be read at all.
pub fn locate(
    bytes: &[u8],
    file_name: &str,
    blocks: &[Step<'_>],
    attribute: Option<&str>,
    item: Option<usize>,
) -> Option<Place> {
    let text = syntax::text_of(bytes, file_name).ok()?;
    let source = Source::new(file_name, text);
    let body = syntax::parse(&source).ok()?.body;
    let mut place = 0..0;
    let mut inner: &Body = &body;
    for (kind, label) in blocks {
        let Some(block) = inner.blocks().find(|block| is(block, kind, *label)) else {
            return Some(source.place(place));
        };
        let ident = block.ident.span().unwrap_or(place);
        let end = block.labels.last().and_then(Span::span);
        place = ident.start..end.map_or(ident.end, |label| label.end);
        inner = &block.body;
    }
    let value = attribute
        .and_then(|name| inner.get_attribute(name))
        .map(|attribute| &attribute.value);
    let element = match (value, item) {
        (Some(Expression::Array(items)), Some(position)) => items.get(position),
        _ => None,
    };
    let span = element.or(value).and_then(Span::span);
    Some(source.place(span.unwrap_or(place)))
}

fn is(block: &Block, kind: &str, label: Option<&str>) -> bool {
    let first = block
        .labels
        .first()
        .map(hcl::edit::structure::BlockLabel::as_str);
    block.ident.as_str() == kind && (label.is_none() || label == first)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = br#"stack "a" {
  terraform { dir = "x" }
}
stack "b" {
  terraform {
    dir       = "y"
    var_files = ["one", "two"]
  }
}
"#;

    fn at(blocks: &[Step<'_>], attribute: &str, item: Option<usize>) -> (usize, usize, usize) {
        let place = locate(TEXT, "infra.hcl", blocks, Some(attribute), item).unwrap();
        (place.line, place.column, place.width)
    }

    #[test]
    fn a_value_is_found_in_the_block_with_the_label() {
        let b = [("stack", Some("b")), ("terraform", None)];
        assert_eq!(at(&b, "dir", None), (6, 17, 3));
        assert_eq!(at(&b, "var_files", Some(1)), (7, 25, 5));
        assert_eq!(at(&b, "var_files", Some(9)), (7, 17, 14));
    }

    #[test]
    fn what_is_not_there_has_the_place_around_it() {
        assert_eq!(
            at(&[("stack", Some("b")), ("terraform", None)], "binary", None),
            (5, 3, 9)
        );
        assert_eq!(
            at(&[("stack", Some("a")), ("drift", None)], "x", None),
            (1, 1, 9)
        );
        assert_eq!(at(&[("stack", Some("c"))], "x", None), (1, 1, 1));
        assert_eq!(locate(b"\xff", "x", &[], None, None), None);
    }
}
