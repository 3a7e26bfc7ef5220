//! The rules of STYLE.md that no lint knows.

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
    for name in list.split('\0').filter(|name| !name.is_empty()) {
        let path = root.join(name);
        let kind = path.extension().unwrap_or_default();
        // A file that is deleted but not yet committed is still listed. Fixtures are others' words.
        if !WRITTEN.contains(&kind) || !path.is_file() || name.contains("/fixtures/") {
            continue;
        }
        let text = fs::read_to_string(&path).with_context(|| name.to_owned())?;
        broken.extend(complaints(name, kind, &text));
    }
    if !broken.is_empty() {
        bail!("{}", broken.join("\n"));
    }
    Ok(())
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
    fn only_source_files_have_a_length() {
        let text = "line\n".repeat(MOST_LINES + 1);
        assert_eq!(complaints("a.rs", "rs", &text).len(), 1);
        assert_eq!(complaints("a.md", "md", &text), Vec::<String>::new());
    }
}
