//! What every place for records must do. A test of an implementation runs it through this.

use infra_core::ledger::RecordEvent;

use super::{Ledger, RecordStore, Writer};
use crate::files::atomic::Created;

/// Runs a fresh, empty store through all that a ledger rests on.
///
/// # Panics
///
/// When the store does something else.
pub async fn check(open: impl Fn() -> Box<dyn RecordStore>) {
    records_are_made_once(&*open()).await;
    a_ledger_survives_being_closed(&open).await;
    writers_that_do_not_know_of_each_other_keep_one_chain(&open).await;
}

async fn records_are_made_once(store: &dyn RecordStore) {
    assert_eq!(store.last().await.expect("an empty store can be listed"), 0);
    assert!(
        store
            .read(1)
            .await
            .expect("an empty store can be read")
            .is_none()
    );
}

async fn a_ledger_survives_being_closed(open: &impl Fn() -> Box<dyn RecordStore>) {
    let mut ledger = Ledger::open(open(), None)
        .await
        .expect("an empty ledger opens");
    for run in ["one", "two"] {
        ledger
            .append(&writer(run), finished())
            .await
            .expect("a record is added");
    }
    let again = Ledger::open(open(), None).await.expect("it opens again");
    assert_eq!(again.index(), ledger.index());
    let store = open();
    let first = store
        .read(1)
        .await
        .expect("the first record is read")
        .expect("and is there");
    assert_eq!(
        store
            .create(1, b"other")
            .await
            .expect("an answer, not an error"),
        Created::Taken
    );
    assert_eq!(
        store.read(1).await.expect("it is read again").as_deref(),
        Some(&first[..])
    );
    assert_eq!(
        again.verify().await.expect("the chain can be checked").1,
        []
    );
}

async fn writers_that_do_not_know_of_each_other_keep_one_chain(
    open: &impl Fn() -> Box<dyn RecordStore>,
) {
    let before = open().last().await.expect("the store can be listed");
    let mut opened = Vec::new();
    for _ in 0..4 {
        opened.push(Ledger::open(open(), None).await.expect("it opens"));
    }
    for round in 0..5 {
        for (number, ledger) in opened.iter_mut().enumerate() {
            // Each is a run of its own: equal bytes would be taken for an answer that was lost.
            let writer = writer(&format!("run {number}, round {round}"));
            ledger
                .append(&writer, finished())
                .await
                .expect("a record is added");
        }
    }
    let ledger = Ledger::open(open(), None).await.expect("it opens");
    assert_eq!(ledger.index().sequence, before + 20, "no record is lost");
    assert_eq!(
        ledger.verify().await.expect("the chain can be checked"),
        (before + 20, Vec::new())
    );
}

fn writer(run: &str) -> Writer {
    Writer {
        run: run.to_owned(),
        who: "suite@test".to_owned(),
    }
}

fn finished() -> RecordEvent {
    RecordEvent::RunFinished {
        outcome: "done".to_owned(),
    }
}
