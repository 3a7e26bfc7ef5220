//! The figures in the documentation, between two marks.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context as _, Result, bail};
use infra_testkit::workspace_root;

use super::contest::Outcome;
use super::results::Measured;
use super::{chart, table};

const BEGIN: &str = "<!-- written by `cargo xtask bench --write-docs` -->\n";
const END: &str = "<!-- the end of what it wrote -->\n";

/// Puts the figures into `docs/performance.md` and the picture beside it.
pub(super) fn write(all: &[Measured]) -> Result<()> {
    let docs = workspace_root().join("docs");
    let page = docs.join("performance.md");
    let text = fs::read_to_string(&page).with_context(|| format!("can't read {page}"))?;
    let text = replaced(&text, &section(all)).with_context(|| format!("in {page}"))?;
    fs::write(&page, text).with_context(|| format!("can't write {page}"))?;
    let picture = docs.join("performance.svg");
    fs::write(&picture, chart::draw(all)).with_context(|| format!("can't write {picture}"))?;
    anstream::println!("The figures are in {page} and {picture}.");
    Ok(())
}

fn replaced(text: &str, section: &str) -> Result<String> {
    let Some((before, rest)) = text.split_once(BEGIN) else {
        bail!("there is no line {BEGIN:?}");
    };
    let Some((_, after)) = rest.split_once(END) else {
        bail!("there is no line {END:?}");
    };
    Ok(format!("{before}{BEGIN}{section}{END}{after}"))
}

/// All of it as Markdown.
pub(super) fn section(all: &[Measured]) -> String {
    let outcomes: Vec<&Outcome> = all.iter().flat_map(|part| &part.contests).collect();
    let mut text = String::from("\n");
    for (nth, part) in all.iter().enumerate() {
        let same = |other: &Measured| other.date == part.date && other.machine == part.machine;
        if all.iter().take(nth).any(same) {
            continue;
        }
        let of: Vec<&Measured> = all.iter().filter(|other| same(other)).collect();
        let names: Vec<&str> = of.iter().map(|part| part.part.name()).collect();
        let loads = of.iter().map(|part| part.load);
        let _infallible = writeln!(
            text,
            "{} ({}): {}. Load while measuring: {:.1} to {:.1}.\n",
            part.date,
            names.join(", "),
            part.machine.line(),
            loads.clone().fold(f64::INFINITY, f64::min),
            loads.fold(0.0, f64::max),
        );
    }
    text.push_str("![Time and memory against the number of hosts](performance.svg)\n\n");
    text.push_str("### What is to be reached\n\n");
    text.push_str(&table::goals(&outcomes));
    text.push('\n');
    text.push_str(&table::figures(&outcomes));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let page = format!("a\n{BEGIN}old\n{END}b\n");
        let new = replaced(&page, "new\n").unwrap_or_default();
        assert_eq!(new, format!("a\n{BEGIN}new\n{END}b\n"));
        assert!(replaced("a\n", "new\n").is_err());
    }
}
