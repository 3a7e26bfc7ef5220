//! The action of a task, and its arguments. `parsing/mod_args.py`.

use std::sync::Arc;

use crate::ansible::builtin::{TASK_KEYWORDS, own_action};
use crate::ansible::jinja::is_template;
use crate::ansible::yaml::{Data, Node};

/// Actions whose argument may be a text of its own. `RAW_PARAM_MODULES` in
/// `parsing/mod_args.py`.
const FREE_FORM: [&str; 20] = [
    "add_host",
    "command",
    "expect",
    "group_by",
    "import_playbook",
    "import_role",
    "import_tasks",
    "include",
    "include_role",
    "include_tasks",
    "include_vars",
    "meta",
    "raw",
    "script",
    "set_fact",
    "shell",
    "win_command",
    "win_shell",
    "win_script",
    "debug",
];

/// Arguments that name files, or say how, where all are the value of one expression.
const COMPUTED: [&str; 12] = [
    "src",
    "file",
    "dir",
    "cmd",
    "mode",
    "remote_src",
    "name",
    "role",
    "tasks_from",
    "vars_from",
    "defaults_from",
    "handlers_from",
];

/// The arguments of an action.
#[derive(Debug, Clone, Default)]
pub(super) struct Args {
    pub(super) members: Vec<(String, Arc<Node>)>,
    /// What stands there without a key
    pub(super) raw: Option<String>,
    /// Whether there are those that an expression gives
    computed: bool,
    pub(super) line: u32,
}

impl Args {
    pub(super) fn get(&self, key: &str) -> Option<&Arc<Node>> {
        self.members
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    /// Whether an argument is certainly true.
    pub(super) fn is_true(&self, key: &str) -> bool {
        self.get(key).and_then(|node| node.as_bool()) == Some(true)
    }

    /// Whether an argument is certainly false.
    pub(super) fn is_false(&self, key: &str) -> bool {
        self.get(key).and_then(|node| node.as_bool()) == Some(false)
    }

    /// Whether there may be more than are known by name.
    pub(super) fn may_have_more(&self) -> bool {
        self.computed
            || self.raw.is_some()
            || self.members.iter().any(|(name, _)| is_template(name))
    }

    /// The arguments as written: a mapping, or `key=value` in a text.
    pub(super) fn read(node: &Arc<Node>) -> Self {
        let mut args = Self {
            line: node.line,
            ..Self::default()
        };
        match &node.data {
            Data::Mapping(members) => {
                args.members = members
                    .iter()
                    .filter_map(|(key, value)| Some((key.text()?.to_owned(), Arc::clone(value))))
                    .collect();
                args.raw = args.text("_raw_params").map(str::to_owned);
            }
            Data::Scalar { text, .. } => args.read_text(text, node),
            Data::Sequence(_) => {}
        }
        args
    }

    /// Arguments that are the value of one expression: of those that name files, each is
    /// that member of it.
    pub(super) fn read_computed(&mut self, node: &Node) {
        let Some(inner) = node
            .text()
            .map(str::trim)
            .and_then(|text| text.strip_prefix("{{")?.strip_suffix("}}"))
            .filter(|inner| !inner.contains("{{"))
        else {
            return;
        };
        self.computed = true;
        for key in COMPUTED {
            if self.get(key).is_none() {
                let data = Data::Scalar {
                    text: format!("{{{{ ({inner}).{key} }}}}"),
                    plain: false,
                };
                let value = Node {
                    data,
                    ..node.clone()
                };
                self.members.push((key.to_owned(), Arc::new(value)));
            }
        }
    }

    fn read_text(&mut self, text: &str, node: &Node) {
        let mut raw = Vec::new();
        for word in words(text) {
            match word.split_once('=') {
                Some((key, value))
                    if !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_') =>
                {
                    let value = value.trim_matches(['"', '\'']).to_owned();
                    let node = Node {
                        data: Data::Scalar {
                            text: value,
                            plain: false,
                        },
                        tag: None,
                        ..node.clone()
                    };
                    self.members.push((key.to_owned(), Arc::new(node)));
                }
                _ => raw.push(word),
            }
        }
        if !raw.is_empty() {
            self.raw = Some(raw.join(" "));
        }
    }
}

/// The words of a text, with quotes and expressions kept whole. `parsing/splitter.py`.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut depth = 0_usize;
    let mut previous = ' ';
    for c in text.chars() {
        match c {
            '"' | '\'' if depth == 0 && previous != '\\' => {
                quote = match quote {
                    None => Some(c),
                    Some(open) if open == c => None,
                    other => other,
                };
            }
            '{' if previous == '{' => depth += 1,
            '}' if previous == '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if c.is_whitespace() && quote.is_none() && depth == 0 {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
        } else {
            word.push(c);
        }
        previous = c;
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The action of a task: the keyword that isn't one of Ansible's, or `action`.
pub(super) fn action_of(task: &Arc<Node>) -> Option<(String, Args)> {
    let mut found = None;
    for key in ["action", "local_action"] {
        if let Some(value) = task.get(key) {
            found = Some(match value.text() {
                Some(text) => {
                    let mut words = words(text);
                    if words.is_empty() {
                        return None;
                    }
                    let action = words.remove(0);
                    let mut args = Args {
                        line: value.line,
                        ..Args::default()
                    };
                    args.read_text(&words.join(" "), value);
                    (action, args)
                }
                None => (value.get("module")?.text()?.to_owned(), Args::read(value)),
            });
        }
    }
    if found.is_none() {
        let (key, value) = task.members().iter().find(|(key, _)| {
            key.text()
                .is_some_and(|key| !TASK_KEYWORDS.contains(&key) && !key.starts_with("with_"))
        })?;
        found = Some((
            key.text()?.to_owned(),
            Args {
                line: key.line,
                ..Args::read(value)
            },
        ));
    }
    let (action, mut args) = found?;
    if let Some(more) = task.get("args") {
        for (key, value) in Args::read(more).members {
            if args.get(&key).is_none() {
                args.members.push((key, value));
            }
        }
        args.read_computed(more);
    }
    if !FREE_FORM.contains(&own_action(&action).unwrap_or_default())
        && let Some(raw) = args.raw.clone()
    {
        args.read_computed(&Node {
            data: Data::Scalar {
                text: raw,
                plain: false,
            },
            tag: None,
            openings: None,
            line: args.line,
            column: 1,
        });
    }
    Some((action, args))
}
