//! Recorded documents of Terraform's, from a file to text.

use std::borrow::Cow;

use camino::Utf8Path;
use infra_core::document::{DocumentError, decode};
use infra_core::hint::Hint;

use crate::files::document::{self, Bytes, ReadError};

/// A document that can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordedError {
    /// The file can't be read
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It is not what it should be
    #[error("{from}: {source}")]
    Document {
        /// The file, or the command whose output it is
        from: String,
        /// What is wrong
        #[source]
        source: DocumentError,
    },
}

impl Hint for RecordedError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Read(_) => Vec::new(),
            Self::Document { source, .. } => source.hints(),
        }
    }
}

/// The bytes of a document, and where they came from.
pub(super) struct Recorded {
    from: String,
    bytes: Source,
}

enum Source {
    File(Bytes),
    Output(Vec<u8>),
}

impl Recorded {
    /// A file; `-` is standard input.
    pub(super) fn file(path: &Utf8Path) -> Result<Self, RecordedError> {
        Ok(Self {
            from: path.to_string(),
            bytes: Source::File(document::read(path)?),
        })
    }

    /// The output of a command.
    pub(super) fn output(command: &str, bytes: Vec<u8>) -> Self {
        Self {
            from: format!("the output of `{command}`"),
            bytes: Source::Output(bytes),
        }
    }

    /// The text, from whichever encoding.
    pub(super) fn text(&self) -> Result<Cow<'_, str>, RecordedError> {
        let bytes = match &self.bytes {
            Source::File(bytes) => bytes,
            Source::Output(bytes) => bytes.as_slice(),
        };
        decode(bytes).map_err(|error| self.error(error.into()))
    }

    /// Gives the memory of a large file back, which stays readable.
    pub(super) fn release(&self) {
        if let Source::File(bytes) = &self.bytes {
            bytes.release();
        }
    }

    /// The file, or the command whose output it is.
    pub(super) fn from(&self) -> &str {
        &self.from
    }

    /// What is wrong with the document, with where it came from.
    pub(super) fn error(&self, source: DocumentError) -> RecordedError {
        RecordedError::Document {
            from: self.from.clone(),
            source,
        }
    }
}
