//! The JSON lines that `terraform plan -json` and `apply -json` print while they work: read
//! one by one while it runs, and as a whole where they were recorded.

use indexmap::IndexMap;
use serde::Deserialize;

use crate::json::{Text, nullable};

/// A recorded stream.
///
/// It has no values: what it says of drift and changes is addresses and actions, so it
/// serves for progress and diagnostics. The format is Terraform's
/// [machine-readable UI][doc].
///
/// [doc]: https://developer.hashicorp.com/terraform/internals/machine-readable-ui
#[derive(Debug, Clone, Default)]
pub struct Stream<'a> {
    /// The messages, in order
    pub messages: Vec<Message<'a>>,
    /// How many lines were no message, such as the warnings of a wrapper script
    pub other_lines: usize,
    /// How many of those begin as a message does, and are torn or damaged
    pub damaged_lines: usize,
}

/// One message.
#[derive(Debug, Clone)]
pub struct Message<'a> {
    /// `@level`: `info`, `warn`, `error`, …
    pub level: Text<'a>,
    /// `@message`: what a person would read
    pub text: Text<'a>,
    /// What it says
    pub kind: MessageKind<'a>,
}

/// What a [`Message`] says, by its `type`.
#[derive(Debug, Clone)]
pub enum MessageKind<'a> {
    /// The first message: which program, of which version, speaking which version of the format
    Version {
        /// The version of Terraform or OpenTofu
        program: Text<'a>,
        /// The version of the message format
        ui: Text<'a>,
        /// Whether OpenTofu says it
        tofu: bool,
    },
    /// An error or a warning
    Diagnostic(Diagnostic<'a>),
    /// A resource that changed outside of Terraform
    ResourceDrift(StreamChange<'a>),
    /// A change that apply would make
    PlannedChange(StreamChange<'a>),
    /// How many changes were planned or made
    ChangeSummary(ChangeSummary),
    /// The outputs; their values stay unread
    Outputs(Vec<StreamOutput<'a>>),
    /// Progress on one resource: `apply_start`, `refresh_complete`, `provision_progress`, …
    Hook(Hook<'a>),
    /// Any other type, and one that lacks what its type promises
    Unknown(Text<'a>),
}

/// An error or a warning of Terraform (`internal/command/views/json/diagnostic.go`).
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Diagnostic<'a> {
    /// `error` or `warning`
    #[serde(borrow, default)]
    pub severity: Text<'a>,
    /// One line
    #[serde(borrow, default)]
    pub summary: Text<'a>,
    /// The rest
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub detail: Text<'a>,
    /// The resource it is about
    #[serde(borrow, default)]
    pub address: Option<Text<'a>>,
    /// Where in the configuration
    #[serde(borrow, default)]
    pub range: Option<Range<'a>>,
    /// What stands there
    #[serde(borrow, default)]
    pub snippet: Option<Snippet<'a>>,
}

/// A place in a configuration file.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Range<'a> {
    /// The file, relative to the root module
    #[serde(borrow, default)]
    pub filename: Text<'a>,
    /// Where it starts
    #[serde(default)]
    pub start: Position,
}

/// A line and column, from 1.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Position {
    /// The line
    #[serde(default)]
    pub line: u64,
    /// The column
    #[serde(default)]
    pub column: u64,
}

/// What stands in a [`Range`].
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Snippet<'a> {
    /// Its lines
    #[serde(borrow, default)]
    pub code: Text<'a>,
}

/// A change as the stream tells it: no values.
#[derive(Debug, Clone, Deserialize)]
pub struct StreamChange<'a> {
    /// What changes
    #[serde(borrow)]
    pub resource: StreamResource<'a>,
    /// `create`, `update`, `replace`, `delete`, `move`, `import`, `noop`, …
    #[serde(borrow, default)]
    pub action: Text<'a>,
    /// Why; as [`ResourceChange::action_reason`](crate::terraform::ResourceChange::action_reason)
    #[serde(borrow, default)]
    pub reason: Option<Text<'a>>,
}

/// The resource in a [`StreamChange`] or [`Hook`].
#[derive(Debug, Clone, Default, Deserialize)]
pub struct StreamResource<'a> {
    /// The absolute address of the instance
    #[serde(borrow, default)]
    pub addr: Text<'a>,
}

/// An output, without its value.
#[derive(Debug, Clone)]
pub struct StreamOutput<'a> {
    /// Its name
    pub name: Text<'a>,
    /// In a plan, what is done to it: `noop`, `create`, `update`, …
    pub action: Option<Text<'a>>,
}

/// How many resources a plan or an apply is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub struct ChangeSummary {
    /// To create, or created
    #[serde(default)]
    pub add: u64,
    /// To update, or updated
    #[serde(default)]
    pub change: u64,
    /// To destroy, or destroyed
    #[serde(default)]
    pub remove: u64,
    /// To import, or imported
    #[serde(default)]
    pub import: u64,
    /// Whether that was planned or done
    #[serde(default)]
    pub operation: Operation,
}

/// What a [`ChangeSummary`] sums up (`internal/command/views/json/change_summary.go`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    /// What a plan would do
    #[default]
    Plan,
    /// What an apply has done
    Apply,
    /// What a destroy has done
    Destroy,
    /// Anything else
    #[serde(other)]
    Unknown,
}

/// Progress on one resource.
#[derive(Debug, Clone)]
pub struct Hook<'a> {
    /// The type of the message, such as `apply_start`
    pub kind: Text<'a>,
    /// The absolute address of the instance
    pub address: Text<'a>,
    /// `create`, `update`, `delete`, `read`, …
    pub action: Option<Text<'a>>,
    /// How long it has taken, in whole seconds
    pub elapsed_seconds: Option<u64>,
}

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow, default, rename = "@level")]
    level: Text<'a>,
    #[serde(borrow, default, rename = "@message")]
    message: Text<'a>,
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, default)]
    terraform: Option<Text<'a>>,
    #[serde(borrow, default)]
    tofu: Option<Text<'a>>,
    #[serde(borrow, default)]
    ui: Option<Text<'a>>,
    #[serde(borrow, default)]
    diagnostic: Option<Diagnostic<'a>>,
    #[serde(borrow, default)]
    change: Option<StreamChange<'a>>,
    #[serde(default)]
    changes: Option<ChangeSummary>,
    #[serde(borrow, default)]
    outputs: Option<IndexMap<Text<'a>, WireOutput<'a>>>,
    #[serde(borrow, default)]
    hook: Option<WireHook<'a>>,
}

#[derive(Deserialize)]
struct WireOutput<'a> {
    #[serde(borrow, default)]
    action: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct WireHook<'a> {
    #[serde(borrow, default, deserialize_with = "nullable")]
    resource: StreamResource<'a>,
    #[serde(borrow, default)]
    action: Option<Text<'a>>,
    #[serde(default)]
    elapsed_seconds: Option<f64>,
}

impl<'a> Message<'a> {
    /// Reads one line. What is no message is `None`: warnings of the Go runtime, output of
    /// wrapper scripts and the like stand between them.
    pub fn parse(line: &'a str) -> Option<Self> {
        let line = line.trim();
        if !line.starts_with('{') {
            return None;
        }
        let wire: Wire<'a> = serde_json::from_str(line).ok()?;
        let says_something = !(wire.kind.is_empty() && wire.message.is_empty());
        says_something.then(|| Self::from_wire(wire))
    }

    fn from_wire(wire: Wire<'a>) -> Self {
        let kind = match wire.kind.as_str() {
            "version" => MessageKind::Version {
                tofu: wire.tofu.is_some(),
                program: wire.tofu.or(wire.terraform).unwrap_or_default(),
                ui: wire.ui.unwrap_or_default(),
            },
            "diagnostic" => Self::with(wire.diagnostic, wire.kind, MessageKind::Diagnostic),
            "resource_drift" => Self::with(wire.change, wire.kind, MessageKind::ResourceDrift),
            "planned_change" => Self::with(wire.change, wire.kind, MessageKind::PlannedChange),
            "change_summary" => Self::with(wire.changes, wire.kind, MessageKind::ChangeSummary),
            "outputs" => {
                let outputs = wire.outputs.unwrap_or_default().into_iter();
                MessageKind::Outputs(
                    outputs
                        .map(|(name, WireOutput { action })| StreamOutput { name, action })
                        .collect(),
                )
            }
            _ => match wire.hook {
                Some(hook) => MessageKind::Hook(Hook {
                    kind: wire.kind,
                    address: hook.resource.addr,
                    action: hook.action,
                    elapsed_seconds: hook.elapsed_seconds.and_then(whole_seconds),
                }),
                None => MessageKind::Unknown(wire.kind),
            },
        };
        Self {
            level: wire.level,
            text: wire.message,
            kind,
        }
    }

    fn with<T>(
        body: Option<T>,
        kind: Text<'a>,
        make: impl FnOnce(T) -> MessageKind<'a>,
    ) -> MessageKind<'a> {
        body.map_or(MessageKind::Unknown(kind), make)
    }
}

fn whole_seconds(seconds: f64) -> Option<u64> {
    std::time::Duration::try_from_secs_f64(seconds)
        .ok()
        .map(|duration| duration.as_secs())
}

impl ChangeSummary {
    /// Counts a planned change as Terraform does.
    fn count(&mut self, action: &str) {
        let replaced = u64::from(action == "replace");
        self.add += u64::from(action == "create") + replaced;
        self.change += u64::from(action == "update");
        self.remove += u64::from(action == "delete") + replaced;
    }

    fn has_all_of(&self, summary: &Self) -> bool {
        self.add >= summary.add && self.change >= summary.change && self.remove >= summary.remove
    }
}

impl<'a> Stream<'a> {
    /// Reads a recorded stream: JSON lines, one message spread over several lines, or an
    /// array of messages. `None` where nothing in the text is a message.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut stream = Self::default();
        let whole = text.trim();
        if whole.starts_with('[') {
            let wires: Vec<Wire<'a>> = serde_json::from_str(whole).ok()?;
            stream.messages = wires.into_iter().map(Message::from_wire).collect();
        } else if let Some(message) = Message::parse(whole) {
            stream.messages.push(message);
        } else {
            for line in text.lines().filter(|line| !line.trim().is_empty()) {
                if let Some(message) = Message::parse(line) {
                    stream.messages.push(message);
                    continue;
                }
                let torn = line.trim_start().starts_with('{')
                    && serde_json::from_str::<Wire<'_>>(line).is_err();
                stream.other_lines += 1;
                stream.damaged_lines += usize::from(torn);
            }
        }
        // A document that has a `type` and nothing else of a message is not taken for a stream.
        stream
            .messages
            .retain(|message| !(message.level.is_empty() && message.text.is_empty()));
        (!stream.messages.is_empty()).then_some(stream)
    }

    /// The program and version that the stream names.
    pub fn version(&self) -> Option<&Text<'a>> {
        self.messages
            .iter()
            .find_map(|message| match &message.kind {
                MessageKind::Version { program, .. } => Some(program),
                _ => None,
            })
    }

    /// Whether the stream is that of a plan, finished and whole: from the version to the summary,
    /// without an error, a damaged message, or one fewer than the summary counts.
    pub fn is_complete(&self) -> bool {
        let mut planned = ChangeSummary::default();
        let mut summary = None;
        for message in &self.messages {
            match &message.kind {
                MessageKind::PlannedChange(change) => planned.count(&change.action),
                MessageKind::ChangeSummary(counts) => summary = Some(counts),
                MessageKind::Diagnostic(diagnostic) if diagnostic.severity == "error" => {
                    return false;
                }
                MessageKind::Unknown(kind)
                    if matches!(kind.as_str(), "planned_change" | "resource_drift") =>
                {
                    return false;
                }
                _ => {}
            }
        }
        self.damaged_lines == 0
            && self.version().is_some()
            && summary.is_some_and(|summary| planned.has_all_of(summary))
    }

    /// Whether the stream tells of an apply, after which nothing of its plan is left to do.
    pub fn is_of_apply(&self) -> bool {
        self.messages.iter().any(|message| match &message.kind {
            MessageKind::ChangeSummary(summary) => {
                matches!(summary.operation, Operation::Apply | Operation::Destroy)
            }
            MessageKind::Hook(hook) => {
                hook.kind == "apply_start"
                    && hook.action.as_ref().is_none_or(|action| *action != "read")
            }
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = concat!(
        r#"{"@level":"info","@message":"Terraform 1.11.4","type":"version","terraform":"1.11.4","ui":"1.2"}"#,
        "\nWarning: a wrapper says something\n",
        r#"{"@level":"info","@message":"drift","type":"resource_drift","change":{"resource":{"addr":"aws_instance.a"},"action":"update"}}"#,
        "\n",
        r#"{"@level":"info","@message":"a: Creating...","type":"apply_start","hook":{"resource":{"addr":"aws_instance.a"},"action":"create","elapsed_seconds":1.5}}"#,
        "\n",
        r#"{"@level":"info","@message":"new","type":"from_the_future","future":true}"#,
    );

    #[test]
    fn lines_are_typed_and_the_unknown_is_kept() {
        let stream = Stream::parse(LINES).unwrap();
        assert_eq!((stream.messages.len(), stream.other_lines), (4, 1));
        assert_eq!(stream.version().unwrap(), &"1.11.4");
        assert!(
            matches!(&stream.messages[1].kind, MessageKind::ResourceDrift(change) if change.action == "update")
        );
        assert!(
            matches!(&stream.messages[2].kind, MessageKind::Hook(hook) if hook.elapsed_seconds == Some(1))
        );
        assert!(
            matches!(&stream.messages[3].kind, MessageKind::Unknown(kind) if *kind == "from_the_future")
        );
        assert!(!stream.is_complete());
    }

    #[test]
    fn what_stands_between_the_messages_is_told_from_them() {
        for noise in ["", "{", "{}", "[]", "warning: x", "{\"a\":1}"] {
            assert!(Message::parse(noise).is_none(), "{noise}");
        }
        let bare = r#"{"@level":"info","@message":"x","type":"diagnostic"}"#;
        assert!(matches!(
            Message::parse(bare).unwrap().kind,
            MessageKind::Unknown(_)
        ));
    }

    #[test]
    fn an_array_and_a_message_over_several_lines_are_streams_too() {
        let array = format!("[{}]", LINES.lines().next().unwrap());
        assert_eq!(Stream::parse(&array).unwrap().messages.len(), 1);
        let spread = LINES.lines().next().unwrap().replace(',', ",\n");
        assert_eq!(Stream::parse(&spread).unwrap().messages.len(), 1);
        assert!(Stream::parse("{\"a\":1}").is_none() && Stream::parse("plain text").is_none());
    }
}
