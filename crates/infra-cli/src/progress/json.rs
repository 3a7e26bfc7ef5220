//! The events as JSON lines.

use infra::event::Event;
use jiff::Timestamp;
use serde::Serialize;

use crate::output;

#[derive(Serialize)]
struct Line<'a> {
    #[serde(rename = "@timestamp")]
    timestamp: Timestamp,
    #[serde(flatten)]
    event: &'a Event,
}

/// Writes an event as a line.
pub(super) fn event(event: &Event) {
    let line = Line {
        timestamp: Timestamp::now(),
        event,
    };
    if let Ok(mut text) = serde_json::to_string(&line) {
        text.push('\n');
        output::tell(&text);
    }
}
