//! The example `embed` does what it says.

#[path = "../../examples/embed/main.rs"]
#[expect(dead_code, reason = "its `main` is not run here")]
mod example;

use camino::Utf8Path;

#[tokio::test(flavor = "current_thread")]
async fn it_prints_a_verdict_and_hears_of_the_decision() {
    let dir = Utf8Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/embed"));
    let log = example::Log::default();
    let text = example::verdict(dir, &dir.join("plan.json"), &log)
        .await
        .unwrap();
    insta::assert_snapshot!(text, @"
    stack web: Changes
    drift: aws_instance.web is Benign (ephemeral-public-ip)
    site on web-1: Run, because ledger: it never ran on this host
    ");
    let lines = log.lines();
    assert!(lines.contains(&"Decide is done".to_owned()), "{lines:?}");
}
