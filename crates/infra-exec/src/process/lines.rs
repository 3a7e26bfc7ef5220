//! Splits what a child writes into lines of bounded length.

/// The longest line that is kept whole. Terraform's longest are outputs of an apply.
const LONGEST: usize = 8 << 20;

/// Cuts a stream of bytes into lines. A line beyond the limit is cut, and the rest of it
/// dropped, so that a child that never ends its line cannot fill the memory.
#[derive(Debug)]
pub(crate) struct Lines {
    pending: Vec<u8>,
    longest: usize,
    dropping: bool,
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            pending: Vec::new(),
            longest: LONGEST,
            dropping: false,
        }
    }
}

impl Lines {
    /// Takes in `bytes` and hands each line that they end to `sink`, without its line end.
    pub(crate) fn push(&mut self, mut bytes: &[u8], mut sink: impl FnMut(&str)) {
        while let Some(end) = bytes.iter().position(|&byte| byte == b'\n') {
            let (line, rest) = bytes.split_at(end);
            bytes = rest.get(1..).unwrap_or_default();
            self.keep(line);
            self.finish(&mut sink);
        }
        self.keep(bytes);
    }

    /// Hands over what is left when the stream has ended without a line end.
    pub(crate) fn end(&mut self, mut sink: impl FnMut(&str)) {
        if !self.pending.is_empty() {
            self.finish(&mut sink);
        }
    }

    fn keep(&mut self, part: &[u8]) {
        let room = self.longest.saturating_sub(self.pending.len());
        if part.len() > room {
            self.dropping = true;
        }
        self.pending.extend(part.iter().take(room));
    }

    fn finish(&mut self, sink: &mut impl FnMut(&str)) {
        let line = std::mem::take(&mut self.pending);
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        let text = String::from_utf8_lossy(line);
        if std::mem::take(&mut self.dropping) {
            sink(&format!("{text}… (cut)"));
        } else {
            sink(&text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collect(lines: &mut Lines, chunks: &[&[u8]]) -> Vec<String> {
        let mut found = Vec::new();
        for chunk in chunks {
            lines.push(chunk, |line| found.push(line.to_owned()));
        }
        lines.end(|line| found.push(line.to_owned()));
        found
    }

    #[test]
    fn lines_are_the_same_however_the_bytes_are_cut() {
        let text = b"one\r\n\ntwo \xff\nthree";
        let whole = collect(&mut Lines::default(), &[text]);
        assert_eq!(whole, ["one", "", "two \u{fffd}", "three"]);
        for at in 0..text.len() {
            let (a, b) = text.split_at(at);
            assert_eq!(
                collect(&mut Lines::default(), &[a, b]),
                whole,
                "cut at {at}"
            );
        }
    }

    #[test]
    fn a_line_beyond_the_limit_is_cut_and_the_next_one_is_whole() {
        let mut lines = Lines {
            longest: 4,
            ..Lines::default()
        };
        assert_eq!(
            collect(&mut lines, &[b"abcdefgh", b"ijk\nlmno\np"]),
            ["abcd… (cut)", "lmno", "p"]
        );
    }
}
