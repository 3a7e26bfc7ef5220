//! What Terraform reports, as it reports it.

use std::fmt;

use infra_core::terraform;

use crate::escape::{multiline, printable};

/// How bad a [`Diagnostic`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Severity {
    /// The command failed because of it
    Error,
    /// Worth knowing
    Warning,
    /// A word that this version doesn't know
    Unknown(String),
}

impl From<&str> for Severity {
    fn from(word: &str) -> Self {
        match word {
            "error" => Self::Error,
            "warning" => Self::Warning,
            _ => Self::Unknown(word.to_owned()),
        }
    }
}

/// A place in a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The file, relative to the root module
    pub filename: String,
    /// The line, from 1
    pub line: u64,
    /// The column, from 1; 0 if Terraform didn't say
    pub column: u64,
    /// What stands there
    pub snippet: Option<String>,
}

/// One error or warning of Terraform.
///
/// From its [message](terraform::Diagnostic), or from the text on stderr as far as that tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is
    pub severity: Severity,
    /// One line
    pub summary: String,
    /// The rest, often several lines; may be empty
    pub detail: String,
    /// The resource it is about
    pub address: Option<String>,
    /// Where in the configuration
    pub position: Option<Position>,
}

impl Diagnostic {
    /// Finds the diagnostics in what a command without `-json` wrote on stderr: with a left
    /// rule (`│ Error: …`) or, under `-no-color`, without one.
    pub(super) fn parse_text(text: &str) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for line in text.lines() {
            let line = line.trim_end();
            let line = line
                .strip_prefix('│')
                .map_or(line, |rest| rest.strip_prefix(' ').unwrap_or(rest));
            if line.starts_with(['╷', '╵']) {
                continue;
            }
            let heading = [
                ("Error: ", Severity::Error),
                ("Warning: ", Severity::Warning),
            ]
            .into_iter()
            .find_map(|(word, severity)| Some((severity, line.strip_prefix(word)?)));
            match (heading, found.last_mut()) {
                (Some((severity, summary)), _) => found.push(Self {
                    severity,
                    summary: summary.to_owned(),
                    detail: String::new(),
                    address: None,
                    position: None,
                }),
                (None, Some(last)) => {
                    last.detail.push_str(line);
                    last.detail.push('\n');
                }
                (None, None) => {}
            }
        }
        for diagnostic in &mut found {
            diagnostic.detail = diagnostic.detail.trim().to_owned();
        }
        found
    }

    /// Whether the command failed because of it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&self.summary))?;
        if let Some(position) = &self.position {
            write!(
                f,
                "\n  on {} line {}",
                printable(&position.filename),
                position.line
            )?;
            if let Some(snippet) = &position.snippet {
                write!(
                    f,
                    ":\n    {}",
                    multiline(snippet.trim_end()).replace('\n', "\n    ")
                )?;
            }
        } else if let Some(address) = &self.address {
            write!(f, "\n  with {}", printable(address))?;
        }
        if !self.detail.is_empty() {
            write!(f, "\n{}", multiline(self.detail.trim_end()))?;
        }
        Ok(())
    }
}

impl From<&terraform::Diagnostic<'_>> for Diagnostic {
    fn from(told: &terraform::Diagnostic<'_>) -> Self {
        let snippet = told.snippet.as_ref().map(|snippet| snippet.code.as_str());
        let address = told.address.as_deref();
        Self {
            severity: told.severity.as_str().into(),
            summary: told.summary.to_string(),
            detail: told.detail.to_string(),
            address: address.filter(|text| !text.is_empty()).map(str::to_owned),
            position: told.range.as_ref().map(|range| Position {
                filename: range.filename.to_string(),
                line: range.start.line,
                column: range.start.column,
                snippet: snippet.filter(|code| !code.is_empty()).map(str::to_owned),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_json(json: &str) -> Diagnostic {
        (&serde_json::from_str::<terraform::Diagnostic<'_>>(json).unwrap()).into()
    }

    #[test]
    fn text_with_and_without_the_left_rule_gives_the_same_diagnostics() {
        let boxed = "╷\n│ Error: Saved plan is stale\n│ \n│ The given plan file can no longer be applied.\n╵\n";
        let plain =
            "\nError: Saved plan is stale\n\nThe given plan file can no longer be applied.\n";
        let found = Diagnostic::parse_text(boxed);
        assert_eq!(found, Diagnostic::parse_text(plain));
        assert_eq!(found.len(), 1);
        assert_eq!(
            found.first().unwrap().to_string(),
            "Saved plan is stale\nThe given plan file can no longer be applied."
        );
        assert!(Diagnostic::parse_text("panic: runtime error").is_empty());
    }

    #[test]
    fn a_json_diagnostic_shows_its_place_and_no_control_characters() {
        let diagnostic = of_json(
            r#"{"severity":"error","summary":"Unsupported \u001b[31margument","detail":"a\nb",
                "range":{"filename":"main.tf","start":{"line":3,"column":5,"byte":40}},
                "snippet":{"code":"  foo = 1","start_line":3},"new_field":{}}"#,
        );
        assert_eq!(
            diagnostic.to_string(),
            "Unsupported \\x1b[31margument\n  on main.tf line 3:\n      foo = 1\na\nb"
        );
        let odd = of_json(r#"{"severity":"notice","address":"","snippet":{}}"#);
        assert_eq!(odd.severity, Severity::Unknown("notice".to_owned()));
        assert_eq!((odd.address, odd.position), (None, None));
    }
}
