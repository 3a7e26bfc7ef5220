//! Words of command lines that may be files. What a shell makes of a line is not followed: each
//! word, and each part of one, may be a name.

use crate::ansible::name::Pattern;

/// What ends a word, to a shell or as the quotes around it.
const ENDS: [char; 10] = [';', '|', '&', '<', '>', '(', ')', '`', '"', '\''];
/// What a name can stand behind within a word: `--config=f`, `@f`, `a,b`, `f:/mnt`.
const MARKS: [char; 4] = ['=', '@', ',', ':'];

/// What in command lines may be the name of a file: the words, and the parts of words. What the
/// shell replaces is a hole in it.
pub(super) fn names_in(lines: &Pattern) -> Vec<Pattern> {
    let mut names = Vec::new();
    let words = read_by(lines).split(|c| c.is_whitespace() || ENDS.contains(&c));
    for word in words.into_iter().filter(|word| !word.is_empty()) {
        let mut parts = word.split(|c| MARKS.contains(&c));
        parts.retain(|part| !part.is_empty() && *part != word);
        names.extend(parts.iter().map(expanded));
        names.push(expanded(&word));
    }
    names
}

/// The same without what is written: `> f`, `2>>f`.
fn read_by(lines: &Pattern) -> Pattern {
    lines.replaced(|text| {
        let rest = text.strip_prefix('>')?.trim_start_matches('>');
        let name = rest.trim_start_matches(' ');
        let end = name.find(|c: char| c.is_whitespace() || ENDS.contains(&c));
        let length = text.len() - name.len() + end.unwrap_or(name.len());
        Some((length, Pattern::literal(" ")))
    })
}

/// The names that a word can become: `$HOME/f`, `${dir}/f`, `f.{a,b}`, `f*`.
fn expanded(word: &Pattern) -> Pattern {
    word.replaced(|text| {
        let rest = text.strip_prefix('$')?;
        let end = match rest.strip_prefix('{') {
            Some(inner) => inner.find('}')? + 2,
            None => rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len()),
        };
        (end > 0).then(|| (end + 1, Pattern::any()))
    })
    .replaced(|text| {
        let inner = text.strip_prefix('{')?;
        let end = inner.find('}').filter(|end| *end > 0)?;
        Some((end + 2, Pattern::segment()))
    })
    .globbed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_stands_between_what_means_something_to_a_shell_may_be_a_name() {
        let names = |line: &str| {
            let names = names_in(&Pattern::literal(line));
            let names = names.iter().map(Pattern::display);
            names.collect::<Vec<_>>().join(" ")
        };
        for (line, expected) in [
            ("cat a|sort>b", "cat a sort"),
            ("cat <a >> b 2>&1 c", "cat a 2 1 c"),
            ("x --config=a", "x --config a --config=a"),
            ("curl -d @a", "curl -d  a @a"),
            ("bash -c 'x \"a b\"'", "bash -c x a b"),
            ("x $(cat a) `b`", "x $ cat a b"),
            ("cat $D/a ${D}/b {c,d}.e f*", "cat */a */b {c d}.e *.e f*"),
            ("if [ -f a ]", "if * -f a ]"),
            ("echo $ {} ${", "echo $ {} ${"),
        ] {
            let words: Vec<_> = names(line).split(' ').map(str::to_owned).collect();
            let mut words: Vec<_> = words.iter().filter(|word| !word.is_empty()).collect();
            let mut expected: Vec<_> = expected
                .split(' ')
                .filter(|word| !word.is_empty())
                .collect();
            words.sort();
            expected.sort_unstable();
            assert_eq!(words, expected, "{line}");
        }
    }
}
