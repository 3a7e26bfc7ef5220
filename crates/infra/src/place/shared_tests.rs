//! A shared place as a whole: what waits in the spool, and who holds the lock.

use std::time::Duration;

use infra_core::digest::Digest;
use infra_core::hint::Hint as _;
use infra_core::ledger::{RecordEvent, Success};
use infra_exec::process::Interrupter;
use serde_json::json;

use super::Place;
use super::tests::{Aws, finished, holder, writer};
use crate::Context;
use crate::event::Silent;
use crate::ledger::Writer;
use crate::lock::{self, Holder, LOCK_FORMAT, LockError};
use crate::verbs::force_unlock::{ForceUnlockError, force_unlock};

fn success(fingerprint: &str) -> RecordEvent {
    RecordEvent::HostSucceeded(Success {
        playbook: "site".to_owned(),
        host: "alpha".to_owned(),
        fingerprint: Digest::of(fingerprint.as_bytes()),
        sections: Vec::new(),
        changed: true,
    })
}

#[tokio::test(flavor = "current_thread")]
async fn records_that_come_too_late_are_kept_and_make_no_host_done() {
    let aws = Aws::start().await;
    let project = aws.project();
    let context = Context::new(&Silent, Interrupter::new().interrupt());

    let place = Place::of(&project).unwrap();
    let mut ledger = place.ledger().await.unwrap();
    ledger.append(&writer(), finished()).await.unwrap();
    aws.faults(&json!([{"method": "PUT", "path": "^/states/", "status": 503}]));
    ledger.append(&writer(), success("late")).await.unwrap();
    ledger.append(&writer(), finished()).await.unwrap();
    ledger.save_index();
    aws.faults(&json!([]));
    assert_eq!(place.unsent(), 2);

    // Somebody broke the lock and went on, and configured the same host.
    let others = Place::of(&project).unwrap();
    let mut theirs = others.ledger().await.unwrap();
    assert_eq!(theirs.index().sequence, 1, "the spool is in no ledger yet");
    let them = Writer {
        run: "run-2".to_owned(),
        who: "c@d".to_owned(),
    };
    theirs.append(&them, success("theirs")).await.unwrap();

    let again = Place::of(&project).unwrap();
    again.send_spooled(&context).await.unwrap();
    assert_eq!(again.unsent(), 0);
    let ledger = again.ledger().await.unwrap();
    assert_eq!(ledger.verify().await.unwrap().1, []);
    let last = ledger.index().success("site", "alpha").unwrap();
    assert_eq!(last.fingerprint(), Digest::of(b"theirs"));
    assert_eq!(
        ledger.index().failure("site", "alpha"),
        Some("recorded late"),
        "it runs again: who was last on the host is not known"
    );
    let mut late = 0;
    for sequence in 1..=ledger.index().sequence {
        let record = ledger.record(sequence).await.unwrap().unwrap();
        late += usize::from(matches!(record.event, RecordEvent::Late { .. }));
    }
    assert_eq!(late, 2, "both are kept as they were");
}

#[tokio::test(flavor = "current_thread")]
async fn a_record_of_the_spool_that_is_torn_at_any_byte_is_refused_and_kept() {
    let aws = Aws::start().await;
    let project = aws.project();
    let context = Context::new(&Silent, Interrupter::new().interrupt());
    let place = Place::of(&project).unwrap();
    let mut ledger = place.ledger().await.unwrap();
    ledger.append(&writer(), finished()).await.unwrap();
    // Credentials that ran out are no reason to lose a record either.
    aws.faults(
        &json!([{"method": "PUT", "path": "^/states/", "status": 400, "code": "ExpiredToken"}]),
    );
    ledger.append(&writer(), success("torn")).await.unwrap();
    aws.faults(&json!([]));
    let file = project.state_dir().join("spool/0000000002.json");
    let whole = std::fs::read(&file).unwrap();
    for length in 0..whole.len() {
        let torn = &whole[..length];
        std::fs::write(&file, torn).unwrap();
        let again = Place::of(&project).unwrap();
        let error = again.send_spooled(&context).await.unwrap_err();
        assert!(
            error.to_string().contains("is damaged"),
            "{length}: {error}"
        );
        assert_eq!(std::fs::read(&file).unwrap(), torn);
    }
    std::fs::write(&file, &whole).unwrap();
    let again = Place::of(&project).unwrap();
    again.send_spooled(&context).await.unwrap();
    assert_eq!(again.ledger().await.unwrap().index().sequence, 2);
}

#[tokio::test(flavor = "current_thread")]
async fn a_lock_of_a_newer_infra_is_left_to_it() {
    let aws = Aws::start().await;
    let project = aws.project();
    let lock = Place::of(&project).unwrap().lock();
    let newer = Holder {
        format: LOCK_FORMAT + 1,
        ..holder("newer")
    };
    lock.acquire(&newer).await.unwrap();
    let refused = lock::acquire(&*lock, &holder("mine"), Duration::ZERO, |_| {}).await;
    let error = refused.unwrap_err();
    assert!(matches!(error, LockError::Held(..)), "{error}");
    assert!(
        error.hints()[0].contains("a newer infra made the lock"),
        "{:?}",
        error.hints()
    );
    let error = force_unlock(&project, "newer").await.unwrap_err();
    assert!(matches!(error, ForceUnlockError::Newer { .. }), "{error}");
    assert_eq!(lock.holder().await.unwrap().unwrap().id, "newer");
}

#[tokio::test(flavor = "current_thread")]
async fn a_holder_on_another_machine_keeps_its_lock_for_as_long_as_it_beats() {
    let aws = Aws::start().await;
    let project = aws.project();
    let lock = Place::of(&project).unwrap().lock();
    let elsewhere = Holder {
        host: "elsewhere".to_owned(),
        ..holder("theirs")
    };
    lock.acquire(&elsewhere).await.unwrap();
    lock.beat("theirs").await.unwrap();
    let beats = async {
        loop {
            tokio::time::sleep(Duration::from_millis(200)).await;
            lock.beat("theirs").await.unwrap();
        }
    };
    let error = tokio::select! {
        answer = force_unlock(&project, "theirs") => answer.unwrap_err(),
        () = beats => unreachable!("it beats for ever"),
    };
    assert!(matches!(error, ForceUnlockError::Alive { .. }), "{error}");
    assert!(
        error.hints()[0].contains("on elsewhere"),
        "{:?}",
        error.hints()
    );

    let unlocked = force_unlock(&project, "theirs").await.unwrap();
    assert!(
        unlocked.evidence.contains("no sign of life for 20s"),
        "{}",
        unlocked.evidence
    );
    assert_eq!(lock.holder().await.unwrap(), None);
    let history = crate::verbs::history::history(&project).await.unwrap();
    assert!(history.runs[0].unlocked_by.is_some());
}
