//! The end of what a child wrote on standard error.

use std::collections::VecDeque;

/// How much is kept: enough for any message, and for a stack trace of Go or Python.
const LIMIT: usize = 64 << 10;

/// Keeps the last 64 KiB.
#[derive(Debug, Default)]
pub(super) struct StderrTail {
    bytes: VecDeque<u8>,
}

impl StderrTail {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let newest = bytes
            .get(bytes.len().saturating_sub(LIMIT)..)
            .unwrap_or_default();
        let surplus = (self.bytes.len() + newest.len()).saturating_sub(LIMIT);
        self.bytes.drain(..surplus);
        self.bytes.extend(newest);
    }

    pub(super) fn into_text(self) -> String {
        String::from_utf8_lossy(&Vec::from(self.bytes)).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_64_kib_are_kept() {
        let mut tail = StderrTail::default();
        tail.push(b"first");
        tail.push(&vec![b'x'; LIMIT - 3]);
        tail.push(b"end");
        let text = tail.into_text();
        assert_eq!(text.len(), LIMIT);
        assert!(text.ends_with("xend") && text.starts_with('x'));
    }
}
