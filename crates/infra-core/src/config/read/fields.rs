//! The attributes and blocks inside a block, checked against what it may hold.

use std::ops::Range;

use hcl::edit::Span;
use hcl::edit::structure::{Attribute, Block, Body, Structure};
use indexmap::IndexMap;

use super::homes::home_of;
use super::reader::{Reader, header, suggestion};
use crate::config::error::Problem;

/// What a kind of block may hold.
pub(super) struct Shape {
    pub(super) attributes: &'static [&'static str],
    pub(super) blocks: &'static [&'static str],
}

/// The attributes and blocks inside one block.
pub(super) struct Fields<'a> {
    pub(super) reader: &'a Reader,
    /// The block in words: `playbook "site"`
    pub(super) title: String,
    /// Where the block starts, for what is missing in it
    pub(super) header: Range<usize>,
    attributes: IndexMap<String, &'a Attribute>,
    blocks: Vec<&'a Block>,
}

impl<'a> Fields<'a> {
    pub(super) fn of_block(reader: &'a Reader, block: &'a Block, shape: &Shape) -> Self {
        let mut title = block.ident.value().to_string();
        for label in &block.labels {
            title = format!("{title} {:?}", label.as_str());
        }
        Self::new(reader, title, header(block), &block.body, shape)
    }

    pub(super) fn new(
        reader: &'a Reader,
        title: String,
        header: Range<usize>,
        body: &'a Body,
        shape: &Shape,
    ) -> Self {
        let mut fields = Self {
            reader,
            title,
            header,
            attributes: IndexMap::new(),
            blocks: Vec::new(),
        };
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => fields.attribute(attribute, shape),
                Structure::Block(block) => fields.block(block, shape),
            }
        }
        fields
    }

    fn attribute(&mut self, attribute: &'a Attribute, shape: &Shape) {
        let span = attribute.key.span().unwrap_or(0..0);
        // The text, because a repeated attribute has another name in the tree.
        let name = self
            .reader
            .source
            .text()
            .get(span.clone())
            .unwrap_or(attribute.key.value().as_str())
            .to_owned();
        if self.reader.duplicates.contains(&span) {
            if let Some(first) = self.attributes.get(&name) {
                let first = first.key.span().unwrap_or(0..0);
                self.reader.report_duplicate(
                    span,
                    first,
                    format!("attribute {name:?} of {}", self.title),
                );
            }
            return;
        }
        if shape.attributes.contains(&name.as_str()) {
            self.attributes.insert(name, attribute);
            return;
        }
        if shape.blocks.contains(&name.as_str()) {
            let hint = format!("write {name} {{ … }}, without =");
            self.reader
                .report(span, Problem::NotAnAttribute { name }, [hint]);
        } else {
            let hints = suggestion(&name, shape.attributes, "attribute");
            self.reader.report(
                span,
                Problem::UnknownAttribute {
                    block: self.title.clone(),
                    name,
                },
                hints,
            );
        }
    }

    fn block(&mut self, block: &'a Block, shape: &Shape) {
        let name = block.ident.value().to_string();
        let span = block.ident.span().unwrap_or(0..0);
        if shape.blocks.contains(&name.as_str()) {
            self.blocks.push(block);
        } else if shape.attributes.contains(&name.as_str()) {
            let hint = format!("write {name} = …");
            self.reader
                .report(span, Problem::NotABlock { name }, [hint]);
        } else {
            let hints = home_of(&name).map_or_else(
                || suggestion(&name, shape.blocks, "block"),
                |home| vec![format!("it belongs {home}")],
            );
            self.reader.report(
                span,
                Problem::UnknownBlock {
                    block: self.title.clone(),
                    name,
                },
                hints,
            );
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Attribute> {
        self.attributes.get(name).copied()
    }

    /// The blocks of one kind, in order.
    pub(super) fn blocks<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'a Block> + 's {
        self.blocks
            .iter()
            .copied()
            .filter(move |block| block.ident.value().as_str() == name)
    }

    /// The block of a kind that may be there once, without a label.
    pub(super) fn block_once(&self, name: &str) -> Option<&'a Block> {
        let first = self.first_of(name)?;
        self.reader.no_label(first);
        Some(first)
    }

    /// The first block of a kind that may be there once.
    pub(super) fn first_of(&self, name: &str) -> Option<&'a Block> {
        let mut blocks = self.blocks(name);
        let first = blocks.next()?;
        for again in blocks {
            self.reader.report_duplicate(
                header(again),
                header(first),
                format!("block {name:?} of {}", self.title),
            );
        }
        Some(first)
    }

    pub(super) fn missing(&self, what: &str, hint: &str) {
        let problem = Problem::Missing {
            block: self.title.clone(),
            what: what.to_owned(),
        };
        self.reader
            .report(self.header.clone(), problem, [hint.to_owned()]);
    }

    /// The line of the block, from 1.
    pub(super) fn line(&self) -> usize {
        self.reader.source.position(self.header.start).0
    }
}
