//! Finding the code in a template.

use std::ops::Range;

use super::expr::Expr;
use super::parse::parse;
use super::tokens::identifiers;

/// What the code of one text consists of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Scan {
    /// Expressions, with the line each starts on
    pub(crate) expressions: Vec<(u32, Expr)>,
    /// Names of templates that are included, imported or extended
    pub(crate) includes: Vec<(u32, Expr)>,
    /// Names that statements bind
    bindings: Vec<Binding>,
    /// Whether templates that extend this one say what stands in parts of it
    has_blocks: bool,
    is_file: bool,
    /// Code that could not be read
    pub(crate) opaque: Vec<(u32, String)>,
}

/// A name that a statement binds for some of the expressions: `for`, `set`, a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Binding {
    name: String,
    /// What its values are, or are elements of. None: it isn't known
    source: Option<Expr>,
    /// The expressions that see it, by their numbers
    seen_by: Range<usize>,
    /// Whether it hides what the name means outside
    certain: bool,
}

/// A statement that has an end, with the bindings that it holds.
struct Block {
    word: String,
    bindings: Vec<usize>,
}

impl Scan {
    /// What the expression with a number may mean by a name: the sources of its bindings. None:
    /// the name may not be bound at all, and mean a variable.
    pub(crate) fn bound(&self, name: &str, at: usize) -> Option<Vec<Option<&Expr>>> {
        let mut found = Vec::new();
        for binding in self.bindings.iter().rev() {
            if binding.name == name && binding.seen_by.contains(&at) {
                found.push(binding.source.as_ref());
                if binding.certain {
                    return Some(found);
                }
            }
        }
        None
    }

    /// The names that are bound, each with what it is bound to.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, Option<&Expr>)> {
        let certain = self.bindings.iter().filter(|binding| binding.certain);
        certain.map(|binding| (binding.name.as_str(), binding.source.as_ref()))
    }

    /// Whether the text is all of a file.
    pub(crate) fn is_file(&self) -> bool {
        self.is_file
    }

    /// Whether parts of the text can stand in other templates, which may use the names that it
    /// binds: one that is included, and a block of one that extends it, get [its context][doc].
    ///
    /// [doc]: https://jinja.palletsprojects.com/en/stable/templates/#import-context-behavior
    pub(crate) fn has_parts_elsewhere(&self) -> bool {
        self.has_blocks || !self.includes.is_empty()
    }

    /// Adds what another text consists of.
    pub(crate) fn extend(&mut self, mut more: Self) {
        let before = self.expressions.len();
        for binding in &mut more.bindings {
            let Range { start, end } = binding.seen_by;
            binding.seen_by = start + before..end.saturating_add(before);
        }
        self.expressions.extend(more.expressions);
        self.includes.extend(more.includes);
        self.has_blocks |= more.has_blocks;
        self.bindings.extend(more.bindings);
        self.opaque.extend(more.opaque);
    }

    /// Takes all of a text for code: its delimiters aren't the usual ones.
    pub(crate) fn all_may_be_code(&mut self, text: &str) {
        let words = identifiers(text);
        if ["include", "import", "extends", "from"]
            .iter()
            .any(|word| words.contains(word))
        {
            self.includes.push((1, Expr::Op(Vec::new())));
        }
        self.opaque.push((1, text.to_owned()));
    }

    fn expression(&mut self, line: u32, code: &str) {
        match parse(code) {
            Some(expr) => self.expressions.push((line, expr)),
            None => self.opaque.push((line, code.to_owned())),
        }
    }
}

/// Whether a text has any code in it.
pub(crate) fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

/// Where the code of a text stands in its file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Lines<'l> {
    /// The text starts on this line, and has the line breaks of the file
    From(u32),
    /// The lines of all that opens code, in order
    Openings(&'l [u32]),
}

impl Lines<'_> {
    fn first(self) -> u32 {
        match self {
            Self::From(line) => line,
            Self::Openings(lines) => lines.first().copied().unwrap_or(1),
        }
    }

    /// The line of an opening, by its number in the text.
    fn opening(self, number: usize, counted: u32) -> u32 {
        match self {
            Self::From(_) => counted,
            Self::Openings(lines) => lines.get(number).copied().unwrap_or(counted),
        }
    }
}

/// How often code is opened in a text.
pub(crate) fn openings(text: &str) -> usize {
    ["{{", "{%", "{#"]
        .iter()
        .map(|open| text.matches(open).count())
        .sum()
}

enum Segment<'t> {
    Text(&'t str),
    Output(&'t str),
    Statement(&'t str),
}

/// Reads a template that is a file of its own, which others can include.
pub(crate) fn scan_file(text: &str) -> Scan {
    Scan {
        is_file: true,
        ..scan_template(text, 1)
    }
}

/// Reads a template whose first line is number `line`.
pub(crate) fn scan_template(text: &str, line: u32) -> Scan {
    scan_at(text, Lines::From(line))
}

/// Reads a template whose code stands on these lines.
pub(crate) fn scan_at(text: &str, lines: Lines<'_>) -> Scan {
    let mut scan = Scan::default();
    let mut blocks = Vec::new();
    for (line, segment) in segments(text, lines) {
        match segment {
            Segment::Text(_) => {}
            Segment::Output(code) => scan.expression(line, code),
            Segment::Statement(code) => {
                scopes(&mut scan, &mut blocks, code);
                statement(&mut scan, &mut blocks, line, code);
            }
        }
    }
    let end = scan.expressions.len();
    for binding in &mut scan.bindings {
        binding.seen_by.end = binding.seen_by.end.min(end);
    }
    scan
}

/// Reads the value of a keyword that is an expression, such as `when`.
pub(crate) fn scan_expression(text: &str, lines: Lines<'_>) -> Scan {
    if is_template(text) {
        return scan_at(text, lines);
    }
    let mut scan = Scan::default();
    if !text.trim().is_empty() {
        scan.expression(lines.first(), text);
    }
    scan
}

/// The literal and the computed parts of a text. What stands between two statements
/// depends on them, and is one part that could be anything. None: code could not be read.
pub(crate) fn pieces(text: &str) -> Option<Vec<Expr>> {
    let segments = segments(text, Lines::From(1));
    let is_statement = |(_, segment): &(u32, Segment<'_>)| matches!(segment, Segment::Statement(_));
    let first = segments
        .iter()
        .position(is_statement)
        .unwrap_or(segments.len());
    let last = segments.iter().rposition(is_statement).unwrap_or(0);
    let mut pieces = Vec::new();
    for (at, (_, segment)) in segments.iter().enumerate() {
        if at > first && at <= last {
            continue;
        }
        match segment {
            Segment::Text(text) => pieces.push(Expr::Str((*text).to_owned())),
            Segment::Output(code) => pieces.push(parse(code)?),
            Segment::Statement(_) => pieces.push(Expr::Op(Vec::new())),
        }
    }
    Some(pieces)
}

fn segments<'t>(text: &'t str, lines: Lines<'_>) -> Vec<(u32, Segment<'t>)> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut line = lines.first();
    let mut opened_before = 0;
    let count = |text: &str| {
        u32::try_from(text.bytes().filter(|b| *b == b'\n').count()).unwrap_or(u32::MAX)
    };
    while !rest.is_empty() {
        let start = rest.match_indices('{').map(|(at, _)| at).find(|at| {
            rest.get(at + 1..)
                .is_some_and(|after| after.starts_with(['{', '%', '#']))
        });
        let Some(start) = start else {
            found.push((line, Segment::Text(rest)));
            break;
        };
        let (before, opened) = rest.split_at(start);
        if !before.is_empty() {
            found.push((line, Segment::Text(before)));
        }
        line = lines.opening(opened_before, line.saturating_add(count(before)));
        let Some(body) = opened.get(2..) else { break };
        let (code, after) = if opened.starts_with("{#") {
            body.split_once("#}").unwrap_or((body, ""))
        } else {
            let end = if opened.starts_with("{{") { "}}" } else { "%}" };
            let (code, after) = until(body, end);
            let trimmed = code
                .trim_start_matches(['-', '+'])
                .trim_end_matches(['-', '+'])
                .trim();
            if opened.starts_with("{{") {
                found.push((line, Segment::Output(trimmed)));
            } else if trimmed == "raw" {
                let close = after.find("endraw").unwrap_or(after.len());
                let raw = after.get(..close).unwrap_or_default();
                found.push((
                    line,
                    Segment::Text(raw.rsplit_once("{%").map_or(raw, |(text, _)| text)),
                ));
                line = line.saturating_add(count(code)).saturating_add(count(raw));
                rest = after
                    .get(close..)
                    .and_then(|tail| tail.split_once("%}"))
                    .map_or("", |(_, tail)| tail);
                opened_before += openings(without(opened, rest));
                continue;
            } else {
                found.push((line, Segment::Statement(trimmed)));
            }
            (code, after)
        };
        line = line.saturating_add(count(code));
        opened_before += openings(without(opened, after));
        rest = after;
    }
    found
}

/// A text without its end, which is compared by its length alone.
fn without<'t>(text: &'t str, end: &str) -> &'t str {
    text.len()
        .checked_sub(end.len())
        .and_then(|length| text.get(..length))
        .unwrap_or(text)
}

/// Splits at the end mark that is outside of strings and brackets. Without one, all of
/// the text is code.
fn until<'t>(body: &'t str, end: &str) -> (&'t str, &'t str) {
    let mut quote = None;
    let mut depth = 0_usize;
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None => {
                if depth == 0 && body.get(at..).is_some_and(|rest| rest.starts_with(end)) {
                    return (
                        body.get(..at).unwrap_or_default(),
                        body.get(at + end.len()..).unwrap_or_default(),
                    );
                }
                match c {
                    '"' | '\'' => quote = Some(c),
                    '{' => depth += 1,
                    '}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
        }
    }
    // A stray quote or bracket: take the first end mark, as text between would be lost.
    body.split_once(end).unwrap_or((body, ""))
}

/// The word that a statement begins with, and the rest of it.
fn split(code: &str) -> (&str, &str) {
    let (word, rest) = code
        .split_once(|c: char| c.is_whitespace() || c == '(')
        .unwrap_or((code, ""));
    (word, rest.trim())
}

/// Opens and closes the scopes of names (`nodes.py` and `idtracking.py` of Jinja).
fn scopes(scan: &mut Scan, blocks: &mut Vec<Block>, code: &str) {
    let (word, rest) = split(code);
    match word {
        "for" | "if" | "with" | "macro" | "call" | "filter" | "block" | "autoescape" => {
            blocks.push(Block {
                word: word.to_owned(),
                bindings: Vec::new(),
            });
        }
        "set" if !rest.contains('=') => blocks.push(Block {
            word: word.to_owned(),
            bindings: Vec::new(),
        }),
        "else" | "elif" => {
            if let Some(block) = blocks.last_mut() {
                let bound = std::mem::take(&mut block.bindings);
                let hidden = block.word == "if";
                block.bindings = scan.leave(bound, hidden);
            }
        }
        _ => {
            let Some(word) = word.strip_prefix("end") else {
                return;
            };
            if let Some(at) = blocks.iter().rposition(|block| block.word == word) {
                for block in blocks.drain(at..).rev().collect::<Vec<_>>() {
                    // What a condition sets may be set from there on, as is a name for a text.
                    let kept = scan.leave(block.bindings, matches!(&*block.word, "if" | "set"));
                    if let Some(above) = blocks.last_mut() {
                        above.bindings.extend(kept);
                    }
                }
            }
        }
    }
}

impl Scan {
    /// Binds a name from the next expression on.
    fn bind(&mut self, blocks: &mut [Block], name: &str, source: Option<Expr>) {
        if let Some(block) = blocks.last_mut() {
            block.bindings.push(self.bindings.len());
        }
        self.bindings.push(Binding {
            name: name.trim_matches(['(', ')', ' ']).to_owned(),
            source,
            seen_by: self.expressions.len()..usize::MAX,
            certain: true,
        });
    }

    /// Binds what is imported: `a, b as c with context`.
    fn bind_imported(&mut self, blocks: &mut [Block], imported: &str) {
        let imported = cut(imported, &[" with context", " without context"]);
        for one in imported.split(',') {
            let called = one.rsplit_once(" as ").map_or(one, |(_, called)| called);
            if !called.trim().is_empty() {
                self.bind(blocks, called, None);
            }
        }
    }

    /// Ends bindings; those that may still hold go on as ones that may, and are returned.
    fn leave(&mut self, bindings: Vec<usize>, may_hold: bool) -> Vec<usize> {
        let now = self.expressions.len();
        let mut kept = Vec::new();
        for at in bindings {
            let Some(binding) = self.bindings.get_mut(at) else {
                continue;
            };
            binding.seen_by.end = now;
            if may_hold {
                let more = Binding {
                    seen_by: now..usize::MAX,
                    certain: false,
                    ..binding.clone()
                };
                kept.push(self.bindings.len());
                self.bindings.push(more);
            }
        }
        kept
    }
}

fn statement(scan: &mut Scan, blocks: &mut [Block], line: u32, code: &str) {
    let (word, rest) = split(code);
    match word {
        "include" | "extends" => template_name(
            scan,
            line,
            cut(
                rest,
                &[" ignore missing", " with context", " without context"],
            ),
        ),
        "import" => {
            let (name, called) = rest.split_once(" as ").unwrap_or((rest, ""));
            template_name(scan, line, name);
            scan.bind_imported(blocks, called);
        }
        "from" => {
            let (name, imported) = rest.split_once(" import ").unwrap_or((rest, ""));
            template_name(scan, line, name);
            scan.bind_imported(blocks, imported);
        }
        "for" => match rest.split_once(" in ") {
            Some((targets, source)) => {
                let whole = source.trim();
                let source = whole.trim_end_matches("recursive");
                let calls_itself = source != whole;
                let (source, condition) = match parse(source) {
                    // `for x in y if z`: only the condition sees the name.
                    Some(Expr::Choice {
                        mut values,
                        mut conditions,
                    }) if values.len() == 1 => (values.pop(), conditions.pop()),
                    other => (other, None),
                };
                match &source {
                    Some(source) => scan.expressions.push((line, source.clone())),
                    None => scan.opaque.push((line, rest.to_owned())),
                }
                // With other elements, if it calls itself.
                let elements = source.filter(|_| !calls_itself);
                for target in targets.split(',') {
                    scan.bind(blocks, target, elements.clone());
                }
                (scan.expressions).extend(condition.map(|condition| (line, condition)));
            }
            None => scan.opaque.push((line, code.to_owned())),
        },
        "set" => {
            let (targets, value) = rest.split_once('=').unwrap_or((rest, ""));
            let source = parse(value).filter(|_| !targets.contains([',', '.']));
            if !value.is_empty() {
                scan.expression(line, value);
            }
            // A text between two statements is bound after it.
            for target in identifiers(targets) {
                scan.bind(blocks, target, source.clone());
            }
        }
        "if" | "elif" | "filter" | "do" | "print" => scan.expression(line, rest),
        "block" => scan.has_blocks = true,
        "else" | "raw" | "autoescape" | "break" | "continue" => {}
        word if word.starts_with("end") => {}
        _ => {
            scan.opaque.push((line, code.to_owned()));
            if matches!(word, "macro" | "with" | "call") {
                for name in identifiers(rest) {
                    scan.bind(blocks, name, None);
                }
            }
        }
    }
}

fn cut<'t>(text: &'t str, marks: &[&str]) -> &'t str {
    marks.iter().fold(text, |text, mark| {
        text.split_once(mark).map_or(text, |(before, _)| before)
    })
}

fn template_name(scan: &mut Scan, line: u32, code: &str) {
    if let Some(expr) = parse(code) {
        scan.expressions.push((line, expr.clone()));
        scan.includes.push((line, expr));
    } else {
        scan.opaque.push((line, code.to_owned()));
        scan.includes.push((line, Expr::Op(Vec::new())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_raw_text_are_no_code_and_lines_are_counted() {
        let scan = scan_template(
            "a\n{# {{ no }} #}\n{% raw %}{{ no }}\n{% endraw %}\n{{ yes }}\n{%- include 'x.j2' ignore missing %}",
            10,
        );
        assert_eq!(
            scan.expressions,
            [
                (14, Expr::Name("yes".into())),
                (15, Expr::Str("x.j2".into()))
            ]
        );
        assert_eq!(scan.includes, [(15, Expr::Str("x.j2".into()))]);
    }

    #[test]
    fn braces_and_quotes_inside_an_expression_do_not_end_it() {
        let scan = scan_template("{{ {'a': {'b': '}}'}} }}!", 1);
        assert!(scan.opaque.is_empty(), "{scan:?}");
    }

    #[test]
    fn a_name_is_literal_and_computed_parts() {
        assert_eq!(
            pieces("a/{{ b }}.yml"),
            Some(vec![
                Expr::Str("a/".into()),
                Expr::Name("b".into()),
                Expr::Str(".yml".into())
            ])
        );
        let hole = Expr::Op(Vec::new());
        let fixed = |text: &str| Expr::Str(text.to_owned());
        assert_eq!(
            pieces("a{% if x %}b{% endif %}.yml"),
            Some(vec![fixed("a"), hole, fixed(".yml")])
        );
    }

    #[test]
    fn no_text_makes_it_stumble() {
        for text in [
            "{",
            "{{",
            "{%",
            "{#",
            "{{ 'a",
            "{% raw",
            "{% raw %}",
            "{% for %}",
            "{% set %}",
            "{{}}",
            "é{{é}}é",
            "{% include %}",
        ] {
            drop(scan_template(text, 1));
            drop(pieces(text));
        }
    }
}
