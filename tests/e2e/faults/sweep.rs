//! Every n-th of the places where a run can be struck. `cargo xtask soak` takes all of them.

use infra_testkit::{Blow, RequestFault, Simulator, Strike, Workshop};

/// Strikes at every `step`-th place, from the first on, until a run passes untouched; returns
/// how many blows fell.
#[track_caller]
fn sweep(workshop: &Workshop<'_>, first: u32, step: usize, blow: impl Fn(u32) -> Blow) -> usize {
    let mut fallen = 0;
    for nth in (first..).step_by(step) {
        let blow = blow(nth);
        let outcome = workshop.endure(blow);
        assert!(outcome.violations.is_empty(), "{blow}: {outcome:#?}");
        if !outcome.fell {
            assert_eq!(
                outcome.code, 0,
                "{blow}: nothing happened to it: {}",
                outcome.said
            );
            break;
        }
        fallen += 1;
    }
    fallen
}

#[test]
fn a_run_may_be_killed_at_any_effect() {
    let workshop = Workshop::local();
    let fallen = sweep(&workshop, 3, 9, |nth| Blow::Process(Strike::Kill(nth)));
    assert!(fallen >= 3, "a run has more effects than {fallen}");
}

#[test]
fn a_run_may_find_the_disk_full_at_any_write() {
    let workshop = Workshop::local();
    let fallen = sweep(&workshop, 2, 8, |nth| Blow::Process(Strike::DiskFull(nth)));
    assert!(fallen >= 3, "a run has more writes than {fallen}");
}

#[test]
fn a_run_whose_records_are_with_the_state_may_lose_any_answer_and_be_killed_at_any_request() {
    let aws = Simulator::start();
    let workshop = Workshop::remote(&aws);
    for fault in [RequestFault::LostAfter, RequestFault::KilledAfter] {
        let fallen = sweep(&workshop, 5, 23, |nth| Blow::Request(nth, fault));
        assert!(fallen >= 2, "a run makes more requests than {fallen}");
    }
}

#[test]
fn a_run_may_lose_any_answer_and_be_killed_at_any_request() {
    let aws = Simulator::start();
    let workshop = Workshop::shared(&aws);
    for fault in [RequestFault::LostAfter, RequestFault::KilledAfter] {
        // Request 6 is that of Terraform's own lock.
        let fallen = sweep(&workshop, 6, 11, |nth| Blow::Request(nth, fault));
        assert!(fallen >= 2, "a run makes more requests than {fallen}");
    }
}
