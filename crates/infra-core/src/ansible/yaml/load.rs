//! Reading YAML into nodes, in bounded time and memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use libyaml_safer::{EventData, Mark, Parser, ScalarStyle};
use thiserror::Error;

use super::node::{Data, Node};
use super::readable::readable;
use crate::ansible::jinja::{is_template, openings};

/// No document that a person wrote is nested deeper.
const MAX_DEPTH: usize = 128;
/// Nodes after aliases are expanded. A larger document is a YAML bomb, or data that no
/// playbook should be fed.
const MAX_NODES: usize = 2_000_000;

/// Why a text isn't YAML that Ansible could use.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{problem}")]
pub(crate) struct YamlError {
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) problem: String,
}

/// Reads all documents of a text. JSON is YAML.
pub(crate) fn load(bytes: &[u8]) -> Result<Vec<Arc<Node>>, YamlError> {
    let text = readable(bytes)?;
    let mut input = &*text.bytes;
    let mut parser = Parser::new();
    parser.set_input_string(&mut input);
    let mut documents = Vec::new();
    let mut lines = None;
    let mut loader = Loader {
        stack: Vec::new(),
        anchors: BTreeMap::new(),
    };
    loop {
        let event = parser.parse().map_err(|error| {
            let (line, column) = error.problem_mark().map_or((0, 0), place);
            YamlError {
                line,
                column,
                problem: problem(&error),
            }
        })?;
        let (line, column) = place(event.start_mark);
        let (last, _) = place(event.end_mark);
        let fail = |problem: &str| YamlError {
            line,
            column,
            problem: problem.to_owned(),
        };
        let done = match event.data {
            EventData::StreamEnd => return Ok(documents),
            EventData::DocumentStart { .. } => {
                loader.anchors.clear();
                None
            }
            EventData::Alias { anchor } => match loader.anchors.get(&anchor) {
                Some((node, size)) => Some((Arc::clone(node), *size)),
                None => return Err(fail(&format!("alias *{anchor} has no anchor"))),
            },
            EventData::Scalar {
                anchor,
                tag,
                mut value,
                plain_implicit,
                style,
                ..
            } => {
                if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
                    text.correct(&mut value, event.end_mark.index);
                }
                let openings = (last > line && is_template(&value))
                    .then(|| opening_lines(&mut lines, bytes, line, last));
                let data = Data::Scalar {
                    text: value,
                    plain: plain_implicit && tag.is_none(),
                };
                let node = Arc::new(Node {
                    line,
                    column,
                    tag,
                    openings,
                    data,
                });
                loader.anchor(anchor, &node, 1);
                Some((node, 1))
            }
            EventData::SequenceStart { anchor, tag, .. } => {
                loader
                    .open(Open {
                        line,
                        column,
                        tag,
                        anchor,
                        mapping: false,
                        parts: Vec::new(),
                        size: 1,
                    })
                    .map_err(fail)?;
                None
            }
            EventData::MappingStart { anchor, tag, .. } => {
                loader
                    .open(Open {
                        line,
                        column,
                        tag,
                        anchor,
                        mapping: true,
                        parts: Vec::new(),
                        size: 1,
                    })
                    .map_err(fail)?;
                None
            }
            EventData::SequenceEnd | EventData::MappingEnd => loader.close().map_err(fail)?,
            EventData::StreamStart { .. } | EventData::DocumentEnd { .. } => None,
        };
        if let Some((node, size)) = done {
            match loader.stack.last_mut() {
                Some(open) => {
                    open.size = open.size.saturating_add(size);
                    if open.size > MAX_NODES {
                        return Err(fail("the document expands to too many nodes"));
                    }
                    open.parts.push(node);
                }
                None => documents.push(node),
            }
        }
    }
}

/// The line of each opening of code in a part of the text. The lines of the text are found
/// once, with the first that is asked for.
fn opening_lines<'b>(
    lines: &mut Option<Vec<&'b [u8]>>,
    bytes: &'b [u8],
    first: u32,
    last: u32,
) -> Arc<[u32]> {
    let lines = lines.get_or_insert_with(|| bytes.split(|byte| *byte == b'\n').collect());
    (first..=last)
        .flat_map(|number| {
            let at = usize::try_from(number).unwrap_or(usize::MAX) - 1;
            let line = lines.get(at).copied().unwrap_or_default();
            std::iter::repeat_n(number, openings(&String::from_utf8_lossy(line)))
        })
        .collect()
}

/// A collection whose end has not been read yet.
struct Open {
    line: u32,
    column: u32,
    tag: Option<String>,
    anchor: Option<String>,
    mapping: bool,
    parts: Vec<Arc<Node>>,
    size: usize,
}

struct Loader {
    stack: Vec<Open>,
    anchors: BTreeMap<String, (Arc<Node>, usize)>,
}

impl Loader {
    fn anchor(&mut self, anchor: Option<String>, node: &Arc<Node>, size: usize) {
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, (Arc::clone(node), size));
        }
    }

    fn open(&mut self, open: Open) -> Result<(), &'static str> {
        if self.stack.len() >= MAX_DEPTH {
            return Err("the document is nested too deep");
        }
        self.stack.push(open);
        Ok(())
    }

    fn close(&mut self) -> Result<Option<(Arc<Node>, usize)>, &'static str> {
        let Some(open) = self.stack.pop() else {
            return Ok(None);
        };
        let data = if open.mapping {
            Data::Mapping(members(open.parts)?)
        } else {
            Data::Sequence(open.parts)
        };
        let node = Arc::new(Node {
            line: open.line,
            column: open.column,
            tag: open.tag,
            openings: None,
            data,
        });
        self.anchor(open.anchor, &node, open.size);
        Ok(Some((node, open.size)))
    }
}

type Members = Vec<(Arc<Node>, Arc<Node>)>;

/// Pairs up keys and values, resolves `<<`, and keeps the last value of a repeated key at
/// the place of the first, with what is merged in front (`flatten_mapping` of `yaml/constructor.py`).
fn members(parts: Vec<Arc<Node>>) -> Result<Members, &'static str> {
    let mut own: Members = Vec::with_capacity(parts.len() / 2);
    let mut all: Members = Vec::new();
    let mut parts = parts.into_iter();
    while let (Some(key), Some(value)) = (parts.next(), parts.next()) {
        if matches!(&key.data, Data::Scalar { text, plain: true } if text == "<<") {
            merge_into(&value, &mut all)?;
        } else {
            own.push((key, value));
        }
    }
    all.append(&mut own);
    let mut members: Members = Vec::with_capacity(all.len());
    let mut place: BTreeMap<(bool, String), usize> = BTreeMap::new();
    for (key, value) in all {
        let name = key.text().map(|text| (key.is_string(), text.to_owned()));
        let known = name.as_ref().and_then(|name| place.get(name)).copied();
        if let Some(member) = known.and_then(|at| members.get_mut(at)) {
            member.1 = value;
        } else {
            if let Some(name) = name {
                place.insert(name, members.len());
            }
            members.push((key, value));
        }
    }
    Ok(members)
}

/// Of several mappings to merge, the first that has a key counts: it comes last.
fn merge_into(value: &Arc<Node>, merged: &mut Members) -> Result<(), &'static str> {
    match &value.data {
        Data::Mapping(more) => merged.extend(more.iter().cloned()),
        Data::Sequence(items) if items.iter().all(|item| item.is_mapping()) => {
            for item in items.iter().rev() {
                merged.extend(item.members().iter().cloned());
            }
        }
        _ => return Err("a merge key needs a mapping or a list of mappings"),
    }
    Ok(())
}

fn place(mark: Mark) -> (u32, u32) {
    let number = |value: u64| u32::try_from(value).unwrap_or(u32::MAX).saturating_add(1);
    (number(mark.line), number(mark.column))
}

fn problem(error: &libyaml_safer::Error) -> String {
    let problem = error.problem();
    if problem.is_empty() {
        error.to_string()
    } else {
        problem.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Arc<Node> {
        load(text.as_bytes()).unwrap().into_iter().next().unwrap()
    }

    #[test]
    fn a_node_knows_its_line_and_tag() {
        let node = one("a: 1\nb:\n  - !vault |\n    $ANSIBLE_VAULT;1.1;AES256\n    00\n");
        let secret = &node.get("b").unwrap().items()[0];
        assert_eq!((secret.line, secret.is_opaque()), (3, true));
    }

    #[test]
    fn of_a_repeated_key_the_last_value_counts_and_a_merge_gives_way() {
        let node = one("base: &b {x: 1, y: 1}\nc: {<<: *b, y: 2, z: 3, z: 4}\n");
        let c = node.get("c").unwrap();
        let text = |key: &str| c.get(key).unwrap().text().unwrap().to_owned();
        assert_eq!([text("x"), text("y"), text("z")], ["1", "2", "4"]);
    }

    #[test]
    fn a_bomb_is_an_error_and_costs_nothing() {
        let mut text = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for level in 1..30 {
            let below = format!("*a{}", level - 1);
            text.extend([
                "a",
                &level.to_string(),
                ": &a",
                &level.to_string(),
                " [",
                &vec![below; 10].join(","),
                "]\n",
            ]);
        }
        assert_eq!(
            load(text.as_bytes()).unwrap_err().problem,
            "the document expands to too many nodes"
        );
        assert!(load("[".repeat(10_000).as_bytes()).is_err());
    }

    /// As `PyYAML` reads them.
    #[test]
    fn a_text_may_end_without_the_end_of_a_line() {
        for (text, value) in [
            ("a: |\n  x", "x"),
            ("a: |+\n  x", "x"),
            ("a: |-\n  x", "x"),
            ("a: >\n  x\n  y", "x y"),
            ("a: |\n  x #", "x #"),
            ("a: |\n  é", "é"),
            ("\u{feff}a: |\n  x", "x"),
            ("a: |\n  x\n", "x\n"),
            ("a: |+\n  x\n\n", "x\n\n"),
            ("a: |\n  x\n  ", "x\n"),
            ("a: |\n  x\n# y", "x\n"),
            ("a: |", ""),
            ("a: |\n", ""),
            ("a: x", "x"),
            ("a: 'x'", "x"),
        ] {
            let found = one(text);
            let found = found.get("a").unwrap();
            assert_eq!(found.text(), Some(value), "{text:?}");
        }
    }

    #[test]
    fn a_tag_of_nothing_is_no_end() {
        for text in ["[!t, x]", "{a: !t, b: x}", "[[!t,\n!,x], y]", "- !vault,"] {
            let _result = load(text.as_bytes());
        }
        assert_eq!(one("[!t, x]").items().len(), 2);
        assert_eq!(
            one("['!t, x', \"so!, y\"]").items()[1].text(),
            Some("so!, y")
        );
    }

    #[test]
    fn damage_names_its_place() {
        let error = load(b"- hosts: all\n  tasks: [\n").unwrap_err();
        assert!(error.line >= 2, "{error:?}");
        assert!(load(b"a: *nothing").is_err());
        let error = load(b"a: 1\nb: \xff").unwrap_err();
        assert_eq!((error.line, error.column), (2, 4));
    }
}
