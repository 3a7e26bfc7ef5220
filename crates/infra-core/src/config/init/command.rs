//! The playbooks that a shell command runs, read from its text.
//!
//! A best effort: the shell is not run, and what a variable holds is not known. What is
//! found is shown to a person before it counts.

/// Options of `ansible-playbook` whose value is the next word
/// ([its manual](https://docs.ansible.com/ansible/latest/cli/ansible-playbook.html)).
const WITH_VALUE: [&str; 27] = [
    "--become-method",
    "--become-pass-file",
    "--become-password-file",
    "--become-user",
    "--conn-pass-file",
    "--connection",
    "--connection-password-file",
    "--extra-vars",
    "--forks",
    "--inventory",
    "--inventory-file",
    "--key-file",
    "--limit",
    "--module-path",
    "--private-key",
    "--scp-extra-args",
    "--sftp-extra-args",
    "--skip-tags",
    "--ssh-common-args",
    "--ssh-extra-args",
    "--start-at-task",
    "--tags",
    "--timeout",
    "--user",
    "--vault-id",
    "--vault-pass-file",
    "--vault-password-file",
];

/// Short options whose value follows, in the same word or the next.
const SHORT_WITH_VALUE: &str = "cefilMtTu";

/// The playbooks that a command gives to `ansible-playbook`, relative to the directory in
/// which the command starts. Interpolations stay as they are written.
pub(super) fn playbooks_of(command: &str) -> Vec<String> {
    let mut found = Vec::new();
    collect(command, 0, &mut found);
    found
}

fn collect(command: &str, depth: usize, found: &mut Vec<String>) {
    let mut directory = String::new();
    for words in commands_of(command) {
        if let [first, target, ..] = words.as_slice()
            && first == "cd"
        {
            directory = join(&directory, target);
            continue;
        }
        match words
            .iter()
            .position(|word| base_name(word) == "ansible-playbook")
        {
            Some(at) => {
                let arguments = words.get(at + 1..).unwrap_or(&[]);
                for playbook in positional(arguments) {
                    let path = join(&directory, &playbook);
                    if !found.contains(&path) {
                        found.push(path);
                    }
                }
            }
            // `bash -c "ansible-playbook …"`
            None if depth < 3 => {
                for word in words
                    .iter()
                    .filter(|word| word.contains("ansible-playbook") && word.contains(' '))
                {
                    collect(word, depth + 1, found);
                }
            }
            None => {}
        }
    }
}

/// The arguments that are neither options nor their values.
fn positional(words: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let mut words = words.iter();
    let mut options = true;
    while let Some(word) = words.next() {
        if word
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .starts_with(['>', '<'])
        {
            // `> FILE`, `2>&1`, `>FILE`
            if word.ends_with(['>', '<']) {
                words.next();
            }
        } else if options && word == "--" {
            options = false;
        } else if options && word.starts_with("--") {
            if WITH_VALUE.contains(&word.as_str()) {
                words.next();
            }
        } else if options && word.len() > 1 && word.starts_with('-') {
            // `-bi hosts`: of the letters in one word, the first that takes a value has
            // what is left of the word, or the next word.
            let letters = word.get(1..).unwrap_or("");
            if letters
                .find(|c| SHORT_WITH_VALUE.contains(c))
                .is_some_and(|at| at + 1 == letters.len())
            {
                words.next();
            }
        } else {
            found.push(word.clone());
        }
    }
    found
}

/// The simple commands of a shell text, each as its words.
fn commands_of(text: &str) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    let mut word: Option<String> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('\n') | None => {}
                Some('\r') => {
                    chars.next_if_eq(&'\n');
                }
                Some(escaped) => word.get_or_insert_default().push(escaped),
            },
            '\'' => {
                let quoted = word.get_or_insert_default();
                quoted.extend(chars.by_ref().take_while(|c| *c != '\''));
            }
            '"' => {
                let quoted = word.get_or_insert_default();
                while let Some(c) = chars.next() {
                    match c {
                        '"' => break,
                        '\\' => quoted.extend(chars.next()),
                        '$' if chars.peek() == Some(&'{') => interpolation(&mut chars, quoted),
                        c => quoted.push(c),
                    }
                }
            }
            '$' if chars.peek() == Some(&'{') => {
                interpolation(&mut chars, word.get_or_insert_default());
            }
            '#' if word.is_none() => while chars.next_if(|c| *c != '\n').is_some() {},
            '&' if word.as_deref().is_some_and(|word| word.ends_with('>')) => {
                word.get_or_insert_default().push('&');
            }
            '\n' | ';' | '&' | '|' | '(' | ')' => {
                end_word(&mut commands, &mut word);
                commands.push(Vec::new());
            }
            c if c.is_whitespace() => end_word(&mut commands, &mut word),
            c => word.get_or_insert_default().push(c),
        }
    }
    end_word(&mut commands, &mut word);
    commands.retain(|words| !words.is_empty());
    commands
}

fn end_word(commands: &mut [Vec<String>], word: &mut Option<String>) {
    if let (Some(words), Some(word)) = (commands.last_mut(), word.take()) {
        words.push(word);
    }
}

/// `${ … }` is one piece, whatever stands in it.
fn interpolation(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, word: &mut String) {
    word.push('$');
    let mut depth = 0_usize;
    for c in chars.by_ref() {
        word.push(c);
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A path seen from another directory, without `.` and, where that is known, `..`.
pub(super) fn join(directory: &str, path: &str) -> String {
    let absolute = path.starts_with('/');
    let outset = if absolute || path.starts_with("${") || path.starts_with('~') {
        ""
    } else {
        directory
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in outset.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts
                .last()
                .is_some_and(|last| *last != ".." && !last.contains("${")) =>
            {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if absolute || outset.starts_with('/') {
        format!("/{joined}")
    } else {
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn playbooks_are_told_from_options_and_their_values() {
        for (command, expected) in [
            ("ansible-playbook site.yml", &["site.yml"][..]),
            (
                "ANSIBLE_HOST_KEY_CHECKING=False ansible-playbook -i '${self.public_ip},' -u ubuntu site.yml",
                &["site.yml"],
            ),
            (
                "sleep 30; /usr/bin/ansible-playbook -vvv -b --private-key k.pem -e \"a=b c=d\" a.yml b.yml",
                &["a.yml", "b.yml"],
            ),
            (
                "cd ../ansible && ansible-playbook --inventory=inv -l web ./play/site.yml > log.txt 2>&1",
                &["../ansible/play/site.yml"],
            ),
            (
                "ansible-playbook \\\n  -i inv \\\n  --limit web \\\n  --extra-vars @v.json \\\n  site.yml\n",
                &["site.yml"],
            ),
            (
                "ansible-playbook -bi inv -iother -e@x.yml -t a,b -- -odd.yml",
                &["-odd.yml"],
            ),
            ("bash -c 'cd x && ansible-playbook y.yml'", &["x/y.yml"]),
            (
                "ansible-playbook ${path.module}/site.yml -i ${join(\" \", [\"a b\"])}",
                &["${path.module}/site.yml"],
            ),
            (
                "ansible-playbook -i a x.yml && ansible-playbook -i a x.yml y.yml | tee log",
                &["x.yml", "y.yml"],
            ),
            ("echo ansible; # ansible-playbook no.yml", &[]),
            ("ansible-galaxy install -r r.yml", &[]),
            ("ansible-playbook", &[]),
            ("ansible-playbook 'un closed", &["un closed"]),
        ] {
            assert_eq!(playbooks_of(command), expected, "{command}");
        }
    }

    #[test]
    fn paths_are_joined_and_shortened() {
        assert_eq!(
            join("terraform/live", "../../ansible/./site.yml"),
            "ansible/site.yml"
        );
        assert_eq!(join("terraform", "/abs/site.yml"), "/abs/site.yml");
        assert_eq!(join("", "../x"), "../x");
        assert_eq!(join("a", "${var.x}/../y"), "${var.x}/../y");
    }
}
