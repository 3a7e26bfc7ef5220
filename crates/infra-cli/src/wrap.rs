//! Lines too long for a terminal, wrapped at spaces and indented below their beginning.

use console::measure_text_width;

/// How much deeper the rest of a line stands than its beginning.
const HANGING: usize = 4;

/// The text with every line wrapped that is wider than `width`. Styles take no width.
pub(crate) fn wrap(text: &str, width: usize) -> String {
    let mut wrapped = String::with_capacity(text.len() + text.len() / 16);
    for line in text.split_inclusive('\n') {
        if measure_text_width(line.trim_end_matches('\n')) <= width {
            wrapped.push_str(line);
        } else {
            add(&mut wrapped, line, width);
        }
    }
    wrapped
}

fn add(wrapped: &mut String, line: &str, width: usize) {
    let indent = line.len() - line.trim_start_matches(' ').len() + HANGING;
    let (mut used, mut is_start) = (0, true);
    for word in line.split_inclusive(' ') {
        let needed = measure_text_width(word.trim_end());
        // A word that is wider than a whole line is left to the terminal.
        if used + needed > width && !is_start && needed + indent <= width {
            while wrapped.ends_with(' ') {
                wrapped.pop();
            }
            wrapped.push('\n');
            wrapped.extend(std::iter::repeat_n(' ', indent));
            used = indent;
        }
        wrapped.push_str(word);
        used += measure_text_width(word.trim_end_matches('\n'));
        is_start = is_start && needed == 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_goes_on_below_its_beginning() {
        let text =
            "  3 resources drifted as expected (ephemeral-public-ip: no Elastic IP)\nshort\n";
        insta::assert_snapshot!(wrap(text, 40), @"
          3 resources drifted as expected
              (ephemeral-public-ip: no Elastic
              IP)
        short
        ");
    }

    #[test]
    fn what_fits_or_has_no_spaces_stays_and_styles_take_no_width() {
        let styled = "\u{1b}[32m12345\u{1b}[0m 12345";
        assert_eq!(wrap(styled, 11), styled);
        let long = format!("    {}\n", "x".repeat(50));
        assert_eq!(wrap(&long, 20), long);
    }
}
