//! Other texts of a file.

use camino::Utf8Path;

use crate::seeded::Seeded;

/// A text that says something else, and that Ansible accepts where it accepts the first.
pub(crate) fn another(yaml: bool, bytes: &[u8], seeded: &mut Seeded) -> Vec<u8> {
    let number = seeded.below(1_000_000);
    let text = String::from_utf8_lossy(bytes);
    let mut out = bytes.to_owned();
    let vault = text.starts_with("$ANSIBLE_VAULT;");
    let first = text.lines().find(|line| {
        !line.trim().is_empty() && !line.trim_start().starts_with(['#', '%']) && *line != "---"
    });
    if !out.ends_with(b"\n") && !out.is_empty() {
        out.push(b'\n');
    }
    let addition = match first {
        _ if !yaml || vault => format!("# {number}\n"),
        // A list goes on at the column where it began, and so does a mapping.
        Some(line) if line.trim_start().starts_with("- ") => {
            let indent = indent_of(line);
            let kind = if text.contains("hosts:") || text.contains("import_playbook:") {
                format!("hosts: nobody{number}")
            } else {
                "meta: noop".to_owned()
            };
            format!("{indent}- name: number {number}\n{indent}  {kind}\n")
        }
        Some(line) if line.starts_with(['{', '[', '"', '\'']) => format!("# {number}\n"),
        Some(line)
            if line
                .trim_start()
                .starts_with(|c: char| c.is_alphabetic() || c == '_') =>
        {
            format!("{}number_{number}: 1\n", indent_of(line))
        }
        None => format!("number_{number}: 1\n"),
        Some(_) => format!("# {number}\n"),
    };
    out.extend(addition.as_bytes());
    out
}

fn indent_of(line: &str) -> &str {
    line.split_at(line.len() - line.trim_start().len()).0
}

/// The same YAML with comments and blank lines where they mean nothing. None: where that is,
/// can't be told at a glance.
pub(crate) fn another_layout(bytes: &[u8], seeded: &mut Seeded) -> Option<Vec<u8>> {
    let text = str::from_utf8(bytes).ok()?;
    let odd =
        text.starts_with(['{', '[', '%', '\u{feff}', '$', '"', '\'']) || text.trim().is_empty();
    if odd {
        return None;
    }
    let number = seeded.below(1_000_000);
    let mut out = String::new();
    if seeded.below(2) == 0 {
        out.extend(["# ", &number.to_string(), " {{ nothing }}\n"]);
    }
    for line in text.lines() {
        let top =
            line.starts_with(|c: char| c.is_alphanumeric() || c == '_') || line.starts_with("- ");
        if top && !out.is_empty() && seeded.below(3) == 0 {
            out.push_str(["\n", "# - {{ comment }}\n", "\n# key: value\n\n"][seeded.below(3)]);
        }
        out.push_str(line);
        out.push('\n');
    }
    out.extend(["# ", &number.to_string(), "\n"]);
    Some(out.into_bytes())
}

/// The same mapping with its last member first. None: it is no plain mapping of several members,
/// or their order means something.
pub(crate) fn another_order(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = str::from_utf8(bytes).ok()?;
    let body = text.strip_prefix("---\n").unwrap_or(text);
    if body.contains(['&', '*', '\t']) || body.contains("\n---") || !body.ends_with('\n') {
        return None;
    }
    let mut members: Vec<String> = Vec::new();
    for line in body.split_inclusive('\n') {
        if line.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            members.push(line.to_owned());
        } else if line.starts_with(' ') || line == "\n" {
            members.last_mut()?.push_str(line);
        } else if !line.starts_with('#') {
            return None;
        }
    }
    let name = |member: &String| member.split(':').next().unwrap_or_default().to_owned();
    let names: std::collections::BTreeSet<String> = members.iter().map(name).collect();
    if members.len() < 2 || names.len() < members.len() {
        return None;
    }
    members.rotate_right(1);
    Some(members.concat().into_bytes())
}

/// What could be in a file or directory of this name, were it there.
pub(crate) fn plausible(path: &Utf8Path) -> &'static str {
    let has = |name: &str| path.components().any(|part| part.as_str() == name);
    let name = path.file_stem().unwrap_or_default();
    match path.extension() {
        Some("py") => "# new\n",
        Some("json") => "{\"new\": 1}\n",
        _ if name == "argument_specs" => "argument_specs: {}\n",
        _ if has("meta") => "dependencies: []\n",
        _ if has("tasks") || has("handlers") => "- name: new\n  meta: noop\n",
        Some("cfg") => "[defaults]\n",
        _ => "new: 1\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_addition_fits_the_shape_of_the_file() {
        let another = |text: &str| {
            let bytes = super::another(true, text.as_bytes(), &mut Seeded::new(1));
            String::from_utf8(bytes).unwrap()
        };
        assert!(
            another("---\na: 1")
                .lines()
                .nth(2)
                .unwrap()
                .starts_with("number_")
        );
        assert!(another("  - command: ls\n").contains("\n  - name: number"));
        assert!(another("- hosts: a\n").contains("  hosts: nobody"));
    }

    #[test]
    fn another_order_has_the_same_members() {
        let other = |text: &str| {
            another_order(text.as_bytes()).map(|bytes| String::from_utf8(bytes).unwrap())
        };
        assert_eq!(
            other("---\n# x\na: 1\nb:\n  - 2\n\nc: |\n  x\n").as_deref(),
            Some("c: |\n  x\na: 1\nb:\n  - 2\n\n")
        );
        for text in [
            "a: 1\n",
            "- a\n- b\n",
            "a: 1\na: 2\n",
            "a: &x 1\nb: 2\n",
            "{a: 1}\n",
        ] {
            assert_eq!(other(text), None, "{text}");
        }
    }

    #[test]
    fn a_layout_says_the_same() {
        let text = "a: 1\nb: |\n  x\n\n  y\nc: 2\n";
        for seed in 0..40 {
            let other = another_layout(text.as_bytes(), &mut Seeded::new(seed)).unwrap();
            let other = String::from_utf8(other).unwrap();
            let kept: Vec<&str> = other
                .lines()
                .filter(|line| !line.starts_with('#'))
                .collect();
            assert!(kept.join("\n").contains("b: |\n  x\n\n  y"), "{other}");
        }
    }
}
