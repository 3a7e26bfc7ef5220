//! Which text of a file stands in which loop.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use camino::Utf8Path;

use crate::ansible::path_text::PathText;
use crate::ansible::values::Scope;
use crate::ansible::yaml::Node;

/// The loops of the tasks in each file, by the task's first line.
#[derive(Debug, Default)]
pub(super) struct Loops {
    by_file: BTreeMap<PathText, BTreeMap<u32, Loop>>,
    /// How often something was noted that was not known
    noted: usize,
    /// Files in which tasks share text: whose it is, its place doesn't tell
    shared: BTreeSet<PathText>,
}

/// A task's loop.
#[derive(Debug)]
struct Loop {
    /// The last line of the task
    last: u32,
    /// The lines that say what it goes through: what its variable means there is another's
    through: RangeInclusive<u32>,
    /// What it gives its variable
    scope: Scope,
}

impl Loops {
    /// Notes what a task's loop gives its variable.
    pub(super) fn note(&mut self, file: &Utf8Path, task: &Node, scope: &Scope) {
        let (mut first, mut last) = (task.line, task.line);
        task.walk(&mut |node| {
            first = first.min(node.line);
            let openings = node.openings.iter().flat_map(|openings| openings.iter());
            last = openings.fold(last.max(node.line), |last, line| last.max(*line));
        });
        if first < task.line {
            // An alias brings text from further up.
            self.noted += usize::from(self.shared.insert(PathText::from(file)));
        }
        let through = (task.members().iter())
            .map(|(key, _)| key)
            .find(|key| key.text().is_some_and(is_loop));
        let Some(through) = through else { return };
        let next = (task.members().iter())
            .map(|(key, _)| key.line)
            .filter(|line| *line > through.line)
            .min();
        let known = Loop {
            last,
            through: through.line..=next.map_or(u32::MAX, |next| next - 1),
            scope: scope.clone(),
        };
        let of_file = self.by_file.entry(PathText::from(file)).or_default();
        self.noted += usize::from(of_file.insert(task.line, known).is_none());
    }

    /// How often something was noted that was not known before.
    pub(super) fn noted(&self) -> usize {
        self.noted
    }

    /// What the loop around a line of a file gives its variable. None: there is none, or it isn't
    /// sure whose the line is.
    pub(super) fn around(&self, file: &Utf8Path, line: u32) -> Option<&Scope> {
        if self.shared.contains(file.as_str()) {
            return None;
        }
        let loops = self.by_file.get(file.as_str())?;
        let (_, found) = loops.range(..=line).next_back()?;
        (line <= found.last && !found.through.contains(&line)).then_some(&found.scope)
    }
}

/// Whether a keyword of a task says what it loops through.
fn is_loop(keyword: &str) -> bool {
    keyword == "loop" || keyword.starts_with("with_")
}
