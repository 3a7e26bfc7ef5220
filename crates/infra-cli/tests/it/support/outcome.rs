//! What a run of the binary printed.

use std::fmt;

/// What a run of the binary printed, with what differs between machines named instead.
#[must_use = "snapshot it, or look at its parts"]
pub(crate) struct Outcome {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.stdout)?;
        if !self.stderr.is_empty() {
            writeln!(f, "------- stderr -------")?;
            f.write_str(&self.stderr)?;
        }
        match self.code {
            Some(code) => writeln!(f, "[exit status: {code}]"),
            None => writeln!(f, "[killed]"),
        }
    }
}

impl Outcome {
    /// The one JSON document on stdout.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("stdout is not one JSON document ({error}):\n{self}"))
    }
}
