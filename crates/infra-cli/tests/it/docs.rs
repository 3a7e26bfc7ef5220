//! What the documentation shows is true of the binary.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use infra::core::config::Config;
use infra::core::hint::Hint;

use crate::support::TestProject;

/// A Markdown file of the repository, and its text.
struct Page {
    /// Relative to the root of the repository
    name: String,
    dir: PathBuf,
    text: String,
}

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().unwrap()
}

/// README.md and everything in docs/.
fn guide() -> Vec<Page> {
    let pages: Vec<Page> = pages(&root())
        .into_iter()
        .filter(|page| page.name == "README.md" || page.name.starts_with("docs/"))
        .collect();
    assert!(pages.len() > 5, "docs/ has pages");
    pages
}

/// Every Markdown file below a directory that belongs to the repository.
fn pages(dir: &Path) -> Vec<Page> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            // What is built, and a copy of the example to play with.
            let is_ours = !name.starts_with('.') && name != "target" && name != "demo";
            if is_ours {
                found.extend(pages(&path));
            }
        } else if path.extension().is_some_and(|kind| kind == "md") {
            found.push(Page {
                name: path.strip_prefix(root()).unwrap().display().to_string(),
                dir: dir.to_owned(),
                text: fs::read_to_string(&path).unwrap(),
            });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// The fenced blocks of a page in a language: the line of each, from 1, and its text.
fn blocks(text: &str, language: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, bool, String)> = None;
    for (number, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some((number + 2, info == language, String::new())),
            (Some(_), Some(_)) => {
                if let Some((line, true, block)) = open.take() {
                    found.push((line, block));
                }
            }
            (Some((.., block)), None) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is left open");
    found
}

/// The page without its fenced and indented blocks.
fn prose(text: &str) -> String {
    let mut fenced = false;
    let mut prose = String::new();
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        } else if !fenced && !line.starts_with("    ") {
            prose.push_str(line);
            prose.push('\n');
        }
    }
    prose
}

#[test]
fn every_stack_that_is_shown_is_valid() {
    let mut count = 0;
    for page in guide() {
        for (line, block) in blocks(&page.text, "hcl") {
            if block.contains("stack \"") {
                count += 1;
                if let Err(errors) = Config::parse(&block, &page.name) {
                    panic!("{} line {line}: {errors}\n{block}", page.name);
                }
            }
        }
    }
    assert!(count > 5, "only {count} stacks are shown");
}

/// The flags that `--help` lists, by verb; those of all verbs are among each.
fn flags() -> BTreeMap<String, BTreeSet<String>> {
    let project = TestProject::empty();
    let list = project.run(&["--help"]).stdout;
    let verbs = list
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next());
    verbs
        .map(|verb| {
            let help = project.run(&[verb, "--help"]).stdout;
            let (_, options) = help.split_once("\nOptions:").unwrap();
            let flags = options
                .lines()
                // What is written further in describes a flag.
                .filter(|line| {
                    line.find('-')
                        .is_some_and(|at| at <= 6 && line[..at].trim().is_empty())
                })
                .map(str::trim_start)
                .flat_map(|line| line.split([',', ' ', '[', '=', '.']))
                .filter(|word| word.starts_with('-'));
            (verb.to_owned(), flags.map(str::to_owned).collect())
        })
        .collect()
}

/// The commands in a text that call `infra` with a verb: all words up to what ends one.
fn commands(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split([' ', '\t', '(', '"', '\'']).collect();
        for (at, word) in words.iter().enumerate() {
            let of_cargo = at > 0 && words.get(at - 1) == Some(&"-p");
            if word.trim_start_matches('`') != "infra" || of_cargo {
                continue;
            }
            let mut command = Vec::new();
            for word in words.iter().skip(at + 1) {
                let bare = word.trim_end_matches(['`', '.', ',', ';', ':', ')', '?']);
                if matches!(bare, "|" | "&&" | "||" | "#" | ">") {
                    break;
                }
                command.push(bare.to_owned());
                if word.contains(['`', ';']) {
                    break;
                }
            }
            found.push(command);
        }
    }
    found
}

#[test]
fn every_command_that_is_shown_exists() {
    let known = flags();
    let globals: BTreeSet<&str> = known["plan"].iter().map(String::as_str).collect();
    let mut count = 0;
    for page in guide() {
        // Blocks of other languages speak of other things by the name `infra`.
        let mut text = prose(&page.text);
        for language in ["sh", "yaml", "console"] {
            for (_, block) in blocks(&page.text, language) {
                text.push_str(&block);
            }
        }
        for line in page.text.lines().filter(|line| line.starts_with("    ")) {
            text.push_str(line);
            text.push('\n');
        }
        for command in commands(&text) {
            let mut words = command.iter().map(String::as_str);
            let verb = words.by_ref().find(|word| !word.starts_with('-'));
            let Some(flags) = verb.and_then(|verb| known.get(verb)) else {
                // `infra` as a name in a sentence; but a flag makes it a command.
                let alone = ["--version", "--help"];
                let is_command = command.first().is_some_and(|word| {
                    let word = word.as_str();
                    word.starts_with('-') && !globals.contains(word) && !alone.contains(&word)
                });
                assert!(!is_command, "{}: infra {}", page.name, command.join(" "));
                continue;
            };
            count += 1;
            for word in &command {
                let flag = word.split(['=', '[']).next().unwrap();
                if flag.len() > 1 && flag.starts_with('-') && flag != "--" {
                    assert!(
                        flags.contains(flag),
                        "{}: infra {} has no {flag}, in: infra {}",
                        page.name,
                        verb.unwrap_or_default(),
                        command.join(" ")
                    );
                }
            }
        }
    }
    assert!(count > 50, "only {count} commands are shown");
}

#[test]
fn every_verb_in_backticks_exists() {
    let known = flags();
    for page in guide() {
        for piece in prose(&page.text).split('`').skip(1).step_by(2) {
            let Some(verb) = piece.strip_prefix("infra ") else {
                continue;
            };
            let verb = verb.split(' ').find(|word| !word.starts_with('-'));
            let verb = verb.unwrap_or("VERB");
            assert!(
                verb == "VERB" || known.contains_key(verb),
                "{}: `{piece}`",
                page.name
            );
        }
    }
}

#[test]
fn every_relative_link_leads_somewhere() {
    let mut count = 0;
    for page in pages(&root()) {
        let text = prose(&page.text);
        for piece in text.split("](").skip(1) {
            let Some((target, _)) = piece.split_once(')') else {
                continue;
            };
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            count += 1;
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = page.dir.join(file);
            let path = if file.is_empty() {
                root().join(&page.name)
            } else {
                path
            };
            assert!(path.exists(), "{}: no file {target}", page.name);
            if !anchor.is_empty() {
                let text = fs::read_to_string(&path).unwrap();
                let found = prose(&text).lines().any(|line| anchor_of(line) == anchor);
                assert!(found, "{}: no heading for {target}", page.name);
            }
        }
    }
    assert!(count > 10, "only {count} links");
}

/// The anchor that a heading gets: lower case, words joined by hyphens. Nothing for a line
/// that is no heading.
fn anchor_of(line: &str) -> String {
    let Some(title) = line.strip_prefix('#') else {
        return String::new();
    };
    let title = title.trim_start_matches('#').trim().to_lowercase();
    title
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// The `INFRA_…` words of a text.
fn variables(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words
        .filter(|word| word.starts_with("INFRA_") && word.len() > "INFRA_".len())
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_variable_is_documented_and_every_documented_one_exists() {
    // Set by infra for what it starts.
    let given = ["INFRA_RUN", "INFRA_HOST", "INFRA_ADDRESS"].map(str::to_owned);
    let of_flags: BTreeSet<String> = flags()
        .into_values()
        .flatten()
        .filter_map(|flag| Some(flag.strip_prefix("--")?.to_owned()))
        .filter(|flag| flag != "help")
        .map(|flag| format!("INFRA_{}", flag.replace('-', "_").to_uppercase()))
        .collect();
    let existing: BTreeSet<String> = of_flags.iter().cloned().chain(given).collect();
    for page in guide() {
        for name in variables(&page.text) {
            assert!(existing.contains(&name), "{}: no {name}", page.name);
        }
    }
    let documented = guide()
        .into_iter()
        .find(|page| page.name == "docs/ci.md")
        .map(|page| variables(&page.text))
        .unwrap_or_default();
    let missing: Vec<&String> = existing.difference(&documented).collect();
    assert!(missing.is_empty(), "docs/ci.md doesn't name {missing:?}");
}

#[test]
fn every_block_and_attribute_is_described() {
    let reader = root().join("crates/infra-core/src/config/read");
    let page = fs::read_to_string(root().join("docs/configuration.md")).unwrap();
    for entry in fs::read_dir(reader).unwrap() {
        let source = fs::read_to_string(entry.unwrap().path()).unwrap();
        // The shapes of the blocks are lists of names.
        for shape in source.split(": Shape = Shape {").skip(1) {
            let (shape, _) = shape.split_once("};").unwrap();
            for name in shape.split('"').skip(1).step_by(2) {
                let is_described = [format!("`{name}`"), format!("`{name} ")]
                    .iter()
                    .any(|text| page.contains(text));
                assert!(is_described, "nothing of {name}");
            }
        }
    }
}

#[test]
fn every_function_is_listed() {
    let page = fs::read_to_string(root().join("docs/configuration.md")).unwrap();
    // An unknown function makes infra list those that there are.
    let text = r#"
        stack "s" {
          inventory {
            hosts "aws_instance" {
              name = qqqqqqqq()
            }
          }
        }
    "#;
    let Err(errors) = Config::parse(text, "infra.hcl") else {
        panic!("there is a function qqqqqqqq");
    };
    let hints: Vec<String> = errors.0.iter().flat_map(Hint::hints).collect();
    let names = hints
        .iter()
        .find_map(|hint| hint.strip_prefix("the functions are "))
        .unwrap();
    for name in names.split(", ") {
        assert!(page.contains(&format!("`{name}`")), "nothing of {name}");
    }
}
