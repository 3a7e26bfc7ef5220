//! Finds expressions that the parser would read again and again.
//!
//! hcl-edit 0.10 reads the operands after the first operator twice where one of them is wrong
//! (`binary_ops` is tried again at the operand at which its `repeat` has given up), and so does
//! each such operand around it: what is wrong n operands deep is read 2ⁿ times.

use super::brackets::scan;

/// How many such operands may be in one another. Nobody writes half of it, and 2¹² are soon read.
const DEEPEST: usize = 12;

/// The operators of a text, as far as brackets stand after them.
#[derive(Default)]
pub(super) struct Operands {
    /// The level that is not in any bracket
    base: Level,
    /// What is in brackets, the innermost last
    levels: Vec<Level>,
    /// The first bracket that is in too many of them
    too_deep: Option<usize>,
}

/// What is between two brackets.
#[derive(Default, Clone, Copy)]
struct Level {
    /// How many operators the present expression has had
    operators: usize,
    /// Where the last one was
    last: Option<usize>,
    /// How many brackets around it stand after a second operator
    deep: usize,
}

impl Operands {
    /// A bracket or a string begins.
    pub(super) fn open(&mut self, at: usize) {
        let around = *self.present();
        let deep = around.deep + usize::from(around.operators > 1);
        if deep > DEEPEST {
            self.too_deep.get_or_insert(at);
        }
        self.levels.push(Level {
            deep,
            ..Level::default()
        });
    }

    /// It ends.
    pub(super) fn close(&mut self) {
        self.levels.pop();
    }

    /// Any other byte. `ends`: whether a line that ends here ends its expression.
    pub(super) fn pass(&mut self, at: usize, byte: u8, next: Option<u8>, ends: bool) {
        let level = self.present();
        let follows = level.last.is_some_and(|last| last + 1 == at);
        match (byte, next) {
            (b'=', Some(b'=')) => {
                level.operators += 1;
                level.last = Some(at);
            }
            // The end of `==`, `!=`, `<=` or `>=`.
            (b'=', _) if follows => level.last = Some(at),
            (b'!' | b'<' | b'>' | b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|', _) => {
                level.operators += usize::from(!follows);
                level.last = Some(at);
            }
            (b',' | b'=' | b':' | b'?', _) => level.operators = 0,
            (b'\n', _) if ends => level.operators = 0,
            _ => {}
        }
    }

    fn present(&mut self) -> &mut Level {
        self.levels.last_mut().unwrap_or(&mut self.base)
    }
}

/// The bracket at which the operands of a text are too many in one another.
pub(super) fn too_deep(text: &str) -> Option<usize> {
    let mut operands = Operands::default();
    // What isn't closed is said by whoever reads the text.
    let _unclosed = scan(text, &mut operands);
    operands.too_deep
}

/// Whether the parser may be given a text.
pub(crate) fn is_soon_read(text: &str) -> bool {
    too_deep(text).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_brackets_after_a_second_operator_count() {
        for operand in [
            "a == b % {c = ",
            "1 + 1 - f(",
            "(1 +\n1 +\n",
            "\"${1 * 1 * ",
        ] {
            assert!(too_deep(&operand.repeat(12)).is_none(), "{operand}");
            assert!(too_deep(&operand.repeat(14)).is_some(), "{operand}");
        }
        for operand in [
            "a == {b = ",
            "f(1 + 1, ",
            "a {\nb = 1 + 1 + 1\n",
            "a-b [",
            "x ? 1 + 1 : (",
            "!(a != (",
        ] {
            assert!(is_soon_read(&operand.repeat(50)), "{operand}");
        }
    }
}
