//! What strace writes, as events.
//!
//! The lines are those of `strace -f -y -s 4096`: a process, a system call with its arguments,
//! its result. A call that another process interrupts is written in two parts.

use std::collections::HashMap;

use camino::{Utf8Path, Utf8PathBuf};

/// Something a process did with a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) pid: u32,
    pub(crate) path: Utf8PathBuf,
    pub(crate) what: What,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// A file was opened for reading
    Opened,
    /// A file was run
    Executed,
    /// A file was made or opened for writing only
    Written,
    /// The names in a directory were read
    Listed,
    /// Something was found to be there
    Found,
    /// Nothing was there
    Absent,
}

/// Reads lines one after the other.
#[derive(Default)]
pub(crate) struct Reader {
    /// The first parts of calls that were interrupted
    begun: HashMap<u32, (String, Utf8PathBuf)>,
    /// Where relative paths of calls start that have no directory of their own
    start: Utf8PathBuf,
}

impl Reader {
    pub(crate) fn new(start: &Utf8Path) -> Self {
        Self {
            begun: HashMap::new(),
            start: start.to_owned(),
        }
    }

    /// The event of a line. None: it is something else, or only the beginning.
    pub(crate) fn line(&mut self, line: &str) -> Option<Event> {
        let (pid, rest) = line.split_once(' ')?;
        let pid: u32 = pid.parse().ok()?;
        let rest = rest.trim_start();
        if let Some(resumed) = rest.strip_prefix("<... ") {
            let (head, path) = self.begun.remove(&pid)?;
            return event(pid, &format!("{head}{resumed}"), path);
        }
        let (path, _) = self.path(rest)?;
        if rest.ends_with("<unfinished ...>") {
            self.begun.insert(pid, (rest.to_owned(), path));
            return None;
        }
        event(pid, rest, path)
    }

    /// The path that a call is about, absolute.
    fn path(&self, call: &str) -> Option<(Utf8PathBuf, usize)> {
        let (_, args) = call.split_once('(')?;
        let quote = args.find('"')?;
        let before = args.get(..quote)?;
        let base = before
            .rsplit_once('<')
            .and_then(|(_, dir)| dir.strip_suffix(">, "))
            .map_or(self.start.as_path(), Utf8Path::new);
        let (text, end) = unescape(args.get(quote + 1..)?)?;
        if text.is_empty() {
            return None;
        }
        Some((normal(&base.join(text)), end))
    }
}

fn event(pid: u32, call: &str, path: Utf8PathBuf) -> Option<Event> {
    let (_, result) = call.rsplit_once(" = ")?;
    let name = call.split('(').next().unwrap_or_default();
    let what = if result.starts_with("-1") {
        if !(result.contains("ENOENT") || result.contains("ENOTDIR")) {
            return None;
        }
        What::Absent
    } else if name.starts_with("open") {
        if call.contains("O_DIRECTORY") {
            What::Listed
        } else if call.contains("O_WRONLY") {
            What::Written
        } else {
            What::Opened
        }
    } else if name == "execve" {
        What::Executed
    } else if name == "chdir" {
        return None;
    } else {
        What::Found
    };
    Some(Event { pid, path, what })
}

/// A text in C's quotes, up to the closing one, and its length.
fn unescape(text: &str) -> Option<(String, usize)> {
    let mut bytes: Vec<u8> = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((String::from_utf8_lossy(&bytes).into_owned(), at)),
            '\\' => {
                let (_, next) = chars.next()?;
                match next {
                    'n' => bytes.push(b'\n'),
                    't' => bytes.push(b'\t'),
                    'r' => bytes.push(b'\r'),
                    'v' => bytes.push(11),
                    'f' => bytes.push(12),
                    '0'..='7' => {
                        let mut value = next.to_digit(8)?;
                        for _ in 0..2 {
                            let Some(digit) = chars.peek().and_then(|(_, c)| c.to_digit(8)) else {
                                break;
                            };
                            value = value * 8 + digit;
                            chars.next();
                        }
                        bytes.push(u8::try_from(value & 0xff).unwrap_or_default());
                    }
                    other => bytes.extend(other.to_string().as_bytes()),
                }
            }
            other => bytes.extend(other.to_string().as_bytes()),
        }
    }
    None
}

/// The path without `.`, `..` and doubled slashes.
pub(crate) fn normal(path: &Utf8Path) -> Utf8PathBuf {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.as_str().split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Utf8PathBuf::from(format!("/{}", parts.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Vec<(u32, String, What)> {
        let mut reader = Reader::new("/t".into());
        lines
            .iter()
            .filter_map(|line| reader.line(line))
            .map(|event| (event.pid, event.path.into_string(), event.what))
            .collect()
    }

    #[test]
    fn a_call_says_what_was_done_with_which_path() {
        assert_eq!(
            read(&[
                r#"7  openat(AT_FDCWD</t>, "a/../b.yml", O_RDONLY|O_CLOEXEC) = 3</t/b.yml>"#,
                r#"7  openat(5</t/roles>, "x", O_RDONLY|O_NONBLOCK|O_CLOEXEC|O_DIRECTORY) = 6</t/roles/x>"#,
                r#"7  newfstatat(AT_FDCWD</t>, "/t/group_vars/all", 0x7ff, 0) = -1 ENOENT (No such file or directory)"#,
                r#"7  stat("c", {st_mode=S_IFREG|0644, st_size=1, ...}) = 0"#,
                r#"7  openat(AT_FDCWD</t>, "/t/out", O_WRONLY|O_CREAT|O_CLOEXEC, 0666) = 3</t/out>"#,
                r#"7  openat(AT_FDCWD</t>, "/t/secret", O_RDONLY) = -1 EACCES (Permission denied)"#,
            ]),
            [
                (7, "/t/b.yml".to_owned(), What::Opened),
                (7, "/t/roles/x".to_owned(), What::Listed),
                (7, "/t/group_vars/all".to_owned(), What::Absent),
                (7, "/t/c".to_owned(), What::Found),
                (7, "/t/out".to_owned(), What::Written),
            ]
        );
    }

    #[test]
    fn a_call_in_two_parts_is_one_event() {
        assert_eq!(
            read(&[
                r#"7  newfstatat(AT_FDCWD</t>, "/t/a b", <unfinished ...>"#,
                "8  +++ exited with 0 +++",
                "7  <... newfstatat resumed>0x7, 0) = -1 ENOENT (No such file or directory)",
            ]),
            [(7, "/t/a b".to_owned(), What::Absent)]
        );
    }

    #[test]
    fn a_name_that_strace_escapes_is_read_back() {
        assert_eq!(
            read(&[r#"7  stat("/t/gr\303\274n\"\n", {st_mode=S_IFREG}) = 0"#]),
            [(7, "/t/grün\"\n".to_owned(), What::Found)]
        );
    }
}
