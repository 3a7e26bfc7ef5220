//! What went wrong, for a person and for a program.

use std::fmt::Write as _;

use infra::exec::escape::multiline;
use jiff::Timestamp;
use serde::Serialize;

use crate::failure::{Failure, Problem};
use crate::style::{ERROR, HINT, paint};

/// The problems with their causes and hints.
pub(crate) fn failure(failure: &Failure) -> String {
    let parts: Vec<String> = failure.problems.iter().map(problem).collect();
    parts.join("\n")
}

fn problem(problem: &Problem) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    for (position, cause) in problem.texts().iter().enumerate() {
        let cause = multiline(cause);
        let _ = match position {
            0 => writeln!(text, "{}: {}", paint(ERROR, "error"), cause.trim_end()),
            _ => writeln!(text, "  caused by: {}", cause.trim_end()),
        };
    }
    for hint in &problem.hints {
        let _ = writeln!(text, "{}: {}", paint(HINT, "hint"), multiline(hint));
    }
    text
}

/// The same as JSON lines, for `--progress json`.
pub(crate) fn failure_lines(failure: &Failure) -> String {
    #[derive(Serialize)]
    struct Line<'a> {
        #[serde(rename = "@timestamp")]
        timestamp: Timestamp,
        r#type: &'static str,
        message: &'a str,
        causes: &'a [String],
        hints: &'a [String],
    }
    let mut lines = String::new();
    for problem in &failure.problems {
        let texts = problem.texts();
        let (message, causes) = texts
            .split_first()
            .map_or(("", [].as_slice()), |(first, rest)| (first.as_str(), rest));
        let line = Line {
            timestamp: Timestamp::now(),
            r#type: "error",
            message,
            causes,
            hints: &problem.hints,
        };
        // Strings and lists of strings always are JSON.
        lines.push_str(&serde_json::to_string(&line).unwrap_or_default());
        lines.push('\n');
    }
    lines
}
