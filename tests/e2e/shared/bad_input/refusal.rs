//! A run that is refused, and what a refusal must be like.

use std::time::{Duration, Instant};

use infra_testkit::{CommandOutput, Run};

use super::super::stack::Stack;

/// What stands in the place of credentials, and must be seen nowhere.
pub(super) const SECRET: &str = "wJalrXUtnFEMI-K7MDENG-canary";
pub(super) const TOKEN: &str = "IQoJb3JpZ2luX2VjE-canary";

/// Longer than a request may take with all its repetitions, and a busy machine on top.
const SOON: Duration = Duration::from_secs(100);

/// All that a stack has: records, states and digests, and what was done on its machines. The
/// versions that a lock leaves are none of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Belongings {
    objects: Vec<(String, usize, String)>,
    items: Vec<String>,
    runs: Vec<String>,
}

impl Belongings {
    pub(super) fn of(stack: &Stack) -> Self {
        let store = stack.aws.store();
        let objects = store.objects.iter();
        Self {
            objects: objects
                .filter(|object| !object.key.ends_with(".tflock"))
                .map(|object| {
                    (
                        object.key.clone(),
                        object.versions.len(),
                        object.newest().to_owned(),
                    )
                })
                .collect(),
            items: store
                .items
                .iter()
                .map(|item| item.item.to_string())
                .collect(),
            runs: stack.runs("alpha"),
        }
    }
}

/// Runs `infra`, which must refuse: soon, with one error and what to do about it, without a
/// secret, and with everything where it was.
#[track_caller]
pub(super) fn refused(stack: &Stack, run: Run) -> CommandOutput {
    let before = Belongings::of(stack);
    let begin = Instant::now();
    let output = run
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .env("AWS_SESSION_TOKEN", TOKEN)
        .output();
    let took = begin.elapsed();
    output.exits(1);
    is_one_clear_error(&output);
    assert!(took < SOON, "{took:?}\n{output}");
    assert_eq!(Belongings::of(stack), before, "nothing is lost\n{output}");
    output
}

/// One error, at least one hint, no panic, no secret.
#[track_caller]
pub(super) fn is_one_clear_error(output: &CommandOutput) {
    let lines = |start: &str| {
        let lines = output.stderr.lines();
        lines.filter(|line| line.starts_with(start)).count()
    };
    assert_eq!(lines("error:"), 1, "{output}");
    assert!(lines("hint:") >= 1, "{output}");
    has_no_secret(output);
    for word in ["panicked", "SdkError", "unhandled error", "RUST_BACKTRACE"] {
        assert!(!output.stderr.contains(word), "{word}\n{output}");
    }
}

#[track_caller]
pub(super) fn has_no_secret(output: &CommandOutput) {
    for secret in [SECRET, TOKEN] {
        assert!(!output.stdout.contains(secret), "{output}");
        assert!(!output.stderr.contains(secret), "{output}");
    }
}
