//! The lines of `terraform plan -json` and `apply -json`, one by one and as a recording.

#![no_main]

use infra_core::document::{Document, decode};
use infra_core::drift::analyse_stream;
use infra_core::terraform::{Message, Stream};
use infra_fuzz::{rules, today};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = decode(bytes) else { return };
    for line in text.lines() {
        let _message = Message::parse(line);
    }
    if let Some(stream) = Stream::parse(&text) {
        let _facts = (stream.version(), stream.is_complete());
        let analysis = analyse_stream(&stream, &rules(), today());
        // Without values nothing can be shown to be benign.
        assert_eq!(analysis.drift.summary.benign, 0);
        serde_json::to_string(&analysis.drift).expect("the report is JSON");
    }
    let _document = Document::read(&text);
});
