//! Every real document is understood, or refused with the way out.

use infra_core::document::{Document, DocumentError, decode};
use infra_core::hint::Hint as _;

use crate::corpus;

fn read(bytes: &[u8]) -> Result<&'static str, DocumentError> {
    let text = decode(bytes)?;
    let document = Document::read(&text)?;
    match &document {
        Document::Plan(plan) => {
            plan.configuration().unwrap();
            plan.prior_state()?;
            plan.planned_state()?;
            for entry in plan.resource_changes.iter().chain(&plan.resource_drift) {
                drop((
                    entry.change.before_value(),
                    entry.change.after_value(),
                    entry.change.sensitive_masks(),
                ));
            }
        }
        Document::State(state) => {
            for object in &state.objects {
                drop((object.address(), object.values(), object.sensitive()));
            }
        }
        Document::Stream(_) => {}
    }
    Ok(document.kind())
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

#[test]
fn every_recorded_document_is_understood_or_refused_with_the_way_out() {
    for (name, bytes) in corpus::documents() {
        let outcome = read(&bytes);
        let folder = name.split('/').next().unwrap_or_default();
        if let Err(error) = &outcome {
            assert!(!error.hints().is_empty(), "{name}: {error}");
        }
        let word = outcome.map_or_else(
            |error| {
                format!("{error:?}")
                    .split(['(', ' '])
                    .next()
                    .unwrap()
                    .to_owned()
            },
            str::to_owned,
        );
        match folder {
            // One plan of the larger collection is a fragment without a format_version.
            "plan-json" if contains(&bytes, b"format_version") => {
                assert_eq!(word, "a plan", "{name}");
            }
            "plan-json" => assert_eq!(word, "NoFormatVersion", "{name}"),
            "state-json" => assert_eq!(word, "a state", "{name}"),
            "state-raw" => assert!(
                ["a state", "StateVersion", "NotJson", "Empty", "Encrypted"]
                    .contains(&word.as_str()),
                "{name}: {word}"
            ),
            "plan-stream" | "apply-stream" => {
                assert!(word.starts_with("a stream"), "{name}: {word}");
            }
            _ => {}
        }
    }
}

#[test]
fn a_document_cut_off_anywhere_is_refused_and_never_panics() {
    for (name, bytes) in corpus::documents()
        .into_iter()
        .filter(|(_, bytes)| bytes.len() < 200_000)
    {
        let Ok(kind) = read(&bytes) else { continue };
        if kind.starts_with("a stream") {
            continue; // a stream that stops early is still the stream of a run that stopped
        }
        let end = bytes
            .iter()
            .rposition(|byte| !byte.is_ascii_whitespace())
            .unwrap();
        let step = (end / 150).max(1);
        for cut in (0..end).step_by(step) {
            assert!(read(&bytes[..cut]).is_err(), "{name} cut at {cut}");
        }
    }
}

#[test]
fn each_refusal_names_what_the_document_is() {
    let cases: [(&[u8], &str); 13] = [
        (b"", "the document is empty"),
        (b" \n", "the document is empty"),
        (b"PK\x03\x04rest", "this is a saved plan file, not JSON"),
        (br#"{"version":3,"modules":[]}"#, "this is a raw state of version 3; version 4 is read"),
        (br#"{"version":5,"resources":{}}"#, "this is a raw state of version 5; version 4 is read"),
        (br#"{"serial":1,"lineage":"x","meta":{},"encrypted_data":"aGk=","encryption_version":"v0"}"#,
         "this document is encrypted (OpenTofu state or plan encryption)"),
        (br#"{"format_version":"2.0","values":{}}"#, "the document has format_version \"2.0\"; 0.1 up to below 2 is read"),
        (br#"{"format_version":"1.0","provider_schemas":{}}"#,
         "this is the output of `terraform providers schema -json`, neither a plan nor a state"),
        (br#"{"version":4,"resources":[{"mode":7}]}"#,
         "the raw state is malformed: invalid type: integer `7`, expected a borrowed string at line 1, column 36"),
        (br#"{"format_version":"0.1","resource_drift":[{"mode":"managed","type":"t","name":"n","change":{"actions":["update"]}}]}"#,
         "the entries of resource_drift have no address"),
        (br#"{"resource_changes":[],"planned_values":{}}"#, "this plan has no format_version"),
        (br#"{"a":1,"b":2}"#, "this JSON is neither a plan nor a state: its top level has the keys a, b"),
        (b"Terraform will perform the following actions:\n", "this is Terraform's output for people, not JSON"),
    ];
    for (bytes, expected) in cases {
        let error = read(bytes).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with(expected.split(": invalid").next().unwrap()),
            "{error}"
        );
        assert!(!error.hints().is_empty());
    }
}

#[test]
fn an_error_about_a_document_quotes_no_value_of_it() {
    for text in [
        r#"{"format_version":"1.0","values":{"outputs":{"db":"CANARY, expected \" at line 1"}}}"#,
        r#"{"format_version":"1.0","resource_changes":"CANARY"}"#,
        r#"{"version":4,"outputs":{"db":"CANARY"},"resources":[]}"#,
        r#"{"version":4,"resources":[{"mode":"managed","type":"t","name":"n","instances":"CANARY"}]}"#,
        r#"{"format_version":"1.0","prior_state":{"values":{"outputs":{"db":"CANARY"}}}}"#,
        r#"{"format_version":"1.0","errored":770077}"#,
    ] {
        let error = match Document::read(text) {
            Ok(Document::Plan(plan)) => plan.prior_state().unwrap_err(),
            other => other.unwrap_err(),
        };
        let shown = format!("{error} {:?} {error:?}", error.hints());
        assert!(
            !shown.contains("CANARY") && !shown.contains("770077"),
            "{shown}"
        );
        assert!(shown.contains(", expected "), "{shown}");
    }
}

#[test]
fn nesting_beyond_reason_is_bounded() {
    let deep = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    for levels in [100, 100_000] {
        let attributes = format!("{{\"a\":{}}}", deep(levels));
        let text = format!(
            r#"{{"version":4,"resources":[{{"instances":[{{"attributes":{attributes}}}]}}]}}"#
        );
        let Document::State(state) = Document::read(&text).unwrap() else {
            panic!("a raw state")
        };
        let values = state.objects[0].values();
        assert_eq!(
            values.as_str().is_some(),
            levels > 128,
            "too deep a value stays text"
        );
    }
    let modules = format!(
        r#"{{"format_version":"1.0","values":{{"root_module":{}{{}}{}}}}}"#,
        r#"{"child_modules":["#.repeat(5_000),
        "]}".repeat(5_000)
    );
    assert!(matches!(
        Document::read(&modules),
        Err(DocumentError::NotJson { .. } | DocumentError::Malformed { .. })
    ));
}
