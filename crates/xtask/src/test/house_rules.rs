//! The rules of STYLE.md that no lint knows, and that a page names only tests that there are.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context as _, Result, bail};
use duct::cmd;
use infra_testkit::workspace_root;

/// A longer file holds more than one idea.
const MOST_LINES: usize = 600;

/// Marks of work that is not finished. Put together here so that this file has none.
const UNFINISHED: &[&str] = &[
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("FIX", "ME"),
    concat!("TO", "DO"),
];

/// Kinds of file that people write.
const WRITTEN: &[&str] = &[
    "rs", "py", "toml", "md", "hcl", "tf", "yml", "yaml", "j2", "sh",
];

/// The page that says which test shows what.
const TESTS: &str = "docs/reliability.md";

/// Checks every file that is, or is about to be, part of the repository.
pub(crate) fn check() -> Result<()> {
    let root = workspace_root();
    let list = cmd!(
        "git",
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z"
    )
    .dir(&root)
    .read()?;
    let mut broken = Vec::new();
    let (mut named, mut functions) = (BTreeSet::new(), BTreeSet::new());
    for name in list.split('\0').filter(|name| !name.is_empty()) {
        let path = root.join(name);
        let kind = path.extension().unwrap_or_default();
        // A file that is deleted but not yet committed is still listed. Fixtures are others' words.
        if !WRITTEN.contains(&kind) || !path.is_file() || name.contains("/fixtures/") {
            continue;
        }
        let text = fs::read_to_string(&path).with_context(|| name.to_owned())?;
        broken.extend(complaints(name, kind, &text));
        if kind == "rs" {
            functions.extend(functions_of(&text).map(str::to_owned));
        } else if name == TESTS {
            named.extend(tests_of(&text).map(str::to_owned));
        }
    }
    let gone = named.difference(&functions);
    broken.extend(gone.map(|test| format!("{TESTS}: there is no test {test}")));
    if !broken.is_empty() {
        bail!("{}", broken.join("\n"));
    }
    Ok(())
}

fn functions_of(text: &str) -> impl Iterator<Item = &str> {
    let starts = text.split("fn ").skip(1);
    starts.filter_map(|rest| rest.split(['(', '<']).next())
}

/// What stands in backticks and can be nothing but the name of a test.
fn tests_of(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.split('`').skip(1).step_by(2);
    let is_test = |word: &&str| {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        word.matches('_').count() > 1 && word.chars().all(fits)
    };
    quoted.filter(is_test)
}

fn complaints(name: &str, kind: &str, text: &str) -> Vec<String> {
    let lines = text.lines().count();
    let too_long = (kind == "rs" && lines > MOST_LINES)
        .then(|| format!("{name}: {lines} lines, more than {MOST_LINES}"));
    let unfinished = text.lines().enumerate().flat_map(|(number, line)| {
        let marks = UNFINISHED.iter().filter(move |mark| line.contains(**mark));
        marks.map(move |mark| format!("{name}:{}: {mark}", number + 1))
    });
    too_long.into_iter().chain(unfinished).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_of_unfinished_work_is_named_with_its_line() {
        let text = format!("fine\n    {}\n", UNFINISHED[0]);
        let expected = format!("a.rs:2: {}", UNFINISHED[0]);
        assert_eq!(complaints("a.rs", "rs", &text), [expected]);
    }

    #[test]
    fn the_tests_that_a_page_names_are_told_from_other_words() {
        let page = "| `a_full_disk` | `cargo xtask soak`, `.infra/STACK`, `dynamodb_table` |";
        assert_eq!(tests_of(page).collect::<Vec<_>>(), ["a_full_disk"]);
        let text = "async fn a_full_disk() {}\nfn of<T>(t: T) {}";
        assert_eq!(
            functions_of(text).collect::<Vec<_>>(),
            ["a_full_disk", "of"]
        );
    }

    #[test]
    fn only_source_files_have_a_length() {
        let text = "line\n".repeat(MOST_LINES + 1);
        assert_eq!(complaints("a.rs", "rs", &text).len(), 1);
        assert_eq!(complaints("a.md", "md", &text), Vec::<String>::new());
    }
}
