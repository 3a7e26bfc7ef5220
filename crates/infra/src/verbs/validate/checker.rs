//! One stack while it is checked: its file, and what was found so far.

use camino::{Utf8Path, Utf8PathBuf};
use infra_core::config::{Place, Step, locate};

use super::finding::{Finding, Severity};
use crate::Project;

/// Checks one stack and collects what is found.
pub(super) struct Checker<'a> {
    pub(super) project: &'a Project,
    /// The bytes of `infra.hcl`, for places in it
    pub(super) bytes: &'a [u8],
    /// How messages call it
    pub(super) file: &'a str,
    pub(super) findings: Vec<Finding>,
}

/// An attribute, or an element of its list.
pub(super) type Attribute<'a> = (&'a str, Option<usize>);

impl Checker<'_> {
    pub(super) fn error(&mut self, place: Option<Place>, message: String, hints: &[&str]) {
        self.add(Severity::Error, place, message, hints);
    }

    pub(super) fn warning(&mut self, place: Option<Place>, message: String, hints: &[&str]) {
        self.add(Severity::Warning, place, message, hints);
    }

    fn add(&mut self, severity: Severity, place: Option<Place>, message: String, hints: &[&str]) {
        self.findings.push(Finding {
            severity,
            message,
            place,
            hints: hints.iter().map(|hint| (*hint).to_owned()).collect(),
        });
    }

    /// The place of an attribute in the blocks of the stack, from the outermost in.
    pub(super) fn place(&self, blocks: &[Step<'_>], attribute: Attribute<'_>) -> Option<Place> {
        let (name, item) = attribute;
        let stack = ("stack", Some(self.project.stack.name.as_str()));
        let path: Vec<Step<'_>> = std::iter::once(stack)
            .chain(blocks.iter().copied())
            .collect();
        locate(self.bytes, self.file, &path, Some(name), item)
    }

    /// A place in another file of the project, with the line that stands there.
    pub(super) fn place_in(&self, path: &Utf8Path, line: u32, column: u32) -> Place {
        let line = usize::try_from(line).unwrap_or(1).max(1);
        let text = std::fs::read_to_string(self.path(path)).unwrap_or_default();
        Place {
            file: path.to_string(),
            line,
            column: usize::try_from(column).unwrap_or(1).max(1),
            width: 1,
            text: text.lines().nth(line - 1).unwrap_or_default().to_owned(),
        }
    }

    /// The absolute path of what the configuration names.
    pub(super) fn path(&self, path: &Utf8Path) -> Utf8PathBuf {
        self.project.root.join(path)
    }

    /// Reports a file that is not there, or is none. Returns whether it is one.
    pub(super) fn file(
        &mut self,
        what: &str,
        path: &Utf8Path,
        blocks: &[Step<'_>],
        attribute: Attribute<'_>,
    ) -> bool {
        let problem = match std::fs::metadata(self.path(path)) {
            Ok(found) if found.is_file() => return true,
            Ok(_) => "is not a file".to_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                "does not exist".to_owned()
            }
            Err(error) => format!("can't be read: {error}"),
        };
        let place = self.place(blocks, attribute);
        self.error(
            place,
            format!("{what} {path} {problem}"),
            &["paths in infra.hcl are relative to the directory it stands in"],
        );
        false
    }
}
