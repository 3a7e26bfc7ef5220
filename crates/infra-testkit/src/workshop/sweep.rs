//! One run that is struck, and what follows: the heart of every sweep.

use std::fmt;
use std::fs;
use std::time::{Duration, SystemTime};

use rustix::process::Signal;
use serde_json::json;

use super::Workshop;
use crate::CommandOutput;
use crate::invariant::{Invariant, Violation, files_below};
use crate::strike::Strike;

/// What happens to the nth request of a run to AWS. The first is number 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestFault {
    /// It is refused once: 503 from S3, an internal error from DynamoDB
    Refused,
    /// From here on all are refused
    RefusedForEver,
    /// It is answered late
    Late,
    /// The connection breaks before it is done
    LostBefore,
    /// The connection breaks after it is done
    LostAfter,
    /// infra is killed before it is done
    KilledBefore,
    /// infra is killed after it is done
    KilledAfter,
    /// Whoever made it is killed after it is done
    ClientKilled,
}

/// One fault, at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blow {
    /// To the process itself
    Process(Strike),
    /// To a request
    Request(u32, RequestFault),
}

impl fmt::Display for Blow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process(Strike::Kill(nth)) => write!(f, "kill -9 at effect {nth}"),
            Self::Process(Strike::DiskFull(nth)) => write!(f, "disk full at write {nth}"),
            Self::Process(Strike::DiskBroken(nth)) => write!(f, "disk broken from write {nth} on"),
            Self::Request(nth, fault) => write!(f, "request {nth}: {fault:?}"),
        }
    }
}

/// What came of a blow.
#[derive(Debug)]
pub struct Outcome {
    /// Whether it fell at all: a run with fewer effects passes untouched
    pub fell: bool,
    /// The exit code of the run that was struck
    pub code: i32,
    /// What the run that was struck printed
    pub said: String,
    /// What each run printed that did not finish the work after it
    pub refusals: Vec<String>,
    /// Everything that didn't hold
    pub violations: Vec<Violation>,
}

impl Workshop<'_> {
    /// Makes a change, strikes the run that applies it, looks at what is left, lets further
    /// runs finish the work as their messages say, and looks again.
    pub fn endure(&self, blow: Blow) -> Outcome {
        self.change();
        let (fell, struck) = self.strike(blow);
        let (stale, mut violations): (Vec<_>, Vec<_>) = self
            .violations_after_a_blow()
            .into_iter()
            .partition(|violation| violation.invariant == Invariant::Digest);
        let mut refusals = Vec::new();
        while let Err(message) = self.recover() {
            refusals.push(message);
            if refusals.len() > 2 {
                violations.push(Violation {
                    invariant: Invariant::Done,
                    finding: "nothing that infra says leads on".into(),
                });
                break;
            }
        }
        let said = struck.stdout.clone() + &struck.stderr;
        if !may_leave_a_stale_digest(blow, struck.code(), &said, &refusals) {
            violations.extend(stale);
        }
        violations.extend(self.violations_at_rest());
        // Once for the run that was struck, once more where its success was not recorded yet.
        let runs = self.runs();
        if runs > 2 {
            violations.push(Violation {
                invariant: Invariant::Done,
                finding: format!("the playbook ran {runs} times for one change"),
            });
        }
        Outcome {
            fell,
            code: struck.code(),
            said,
            refusals,
            violations,
        }
    }

    fn strike(&self, blow: Blow) -> (bool, CommandOutput) {
        let apply = self.infra(&["apply", "--auto-approve"]);
        match blow {
            Blow::Process(strike) => {
                let log = self.project.temporary_files().with_file_name("strace.log");
                let output = apply.struck(strike, &log).output();
                self.heard(&output);
                (strike.fell(&log), output)
            }
            Blow::Request(nth, fault) => {
                let aws = self
                    .aws
                    .expect("a workshop without a cloud makes no requests");
                aws.clear_log();
                let running = apply.start();
                let pid = running.pid().as_raw_nonzero().get();
                let one = json!({"path": "^/", "skip": nth - 1, "times": 1});
                let rule = match fault {
                    RequestFault::Refused => json!({"status": 503, "code": "InternalServerError"}),
                    RequestFault::RefusedForEver => {
                        json!({"status": 503, "code": "InternalServerError", "times": null})
                    }
                    RequestFault::Late => json!({"delay": 3.0}),
                    RequestFault::LostBefore => json!({"drop": "before"}),
                    RequestFault::LostAfter => json!({"drop": "after"}),
                    RequestFault::KilledBefore => json!({"drop": "before", "kill": pid}),
                    RequestFault::KilledAfter => json!({"drop": "after", "kill": pid}),
                    RequestFault::ClientKilled => json!({"drop": "after", "kill": "client"}),
                };
                aws.faults(&json!([merged(one, rule)]));
                let output = running.wait();
                let fell = aws.log().iter().any(|request| request.fault);
                aws.faults(&json!([]));
                self.heard(&output);
                (fell, output)
            }
        }
    }

    /// One more run, after doing what the message of the last one says where that is a lock
    /// of Terraform's that nobody holds any more. An error is what it said.
    fn recover(&self) -> Result<(), String> {
        self.age_temporary_files();
        let output = self.infra(&["apply", "--auto-approve"]).output();
        self.heard(&output);
        if output.code() == 0 {
            return Ok(());
        }
        let text = format!("{}{}", output.stdout, output.stderr);
        let words: Vec<&str> = text.split_whitespace().collect();
        let unlock = words.windows(3).find(|three| three[1] == "force-unlock");
        if let Some([program, _, id]) = unlock {
            let id = id.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '-');
            let unlock = if program.ends_with("infra") {
                self.infra(&["force-unlock", "--yes", id])
            } else {
                self.project
                    .terraform("terraform", ["force-unlock", "-force", id])
            };
            self.heard(&unlock.output());
        }
        if text.contains("infra doctor --repair") {
            self.heard(&self.infra(&["doctor", "--repair"]).output());
        }
        let unsaved = self.project.path("terraform/errored.tfstate");
        if text.contains("state push errored.tfstate") && unsaved.exists() {
            let push = self
                .project
                .terraform("terraform", ["state", "push", "errored.tfstate"])
                .output();
            self.heard(&push);
            if push.code() == 0 {
                fs::remove_file(&unsaved).unwrap_or_else(|error| panic!("{unsaved}: {error}"));
            }
        }
        Err(text)
    }

    /// Makes what a killed run has left look as old as it would be for a person.
    pub fn age_temporary_files(&self) {
        let before = SystemTime::now() - Duration::from_mins(5);
        for file in files_below(&self.project.temporary_files()) {
            let opened = fs::File::open(file);
            drop(opened.and_then(|file| file.set_modified(before)));
        }
    }
}

/// Whether it is in order that a run left a digest that isn't that of the state.
///
/// Terraform writes a state and then its digest. When it is killed between the two, nobody can
/// mend that who doesn't hold its lock. A run that lives on must say so itself; of one that was
/// killed along with it, the next must. Where AWS answers nobody any more, the run says that it
/// can't look, and the next one says what it finds. All have to lead on.
fn may_leave_a_stale_digest(blow: Blow, code: i32, said: &str, refusals: &[String]) -> bool {
    let is_noticed = |said: &str| said.contains("does not fit the digest");
    if matches!(blow, Blow::Request(_, RequestFault::ClientKilled)) && code == 1 {
        return is_noticed(said);
    }
    let was_killed = code == 128 + Signal::KILL.as_raw();
    let is_blind = matches!(blow, Blow::Request(_, RequestFault::RefusedForEver))
        && code == 1
        && said.contains("can't read s3://");
    (was_killed || is_blind) && refusals.iter().any(|refusal| is_noticed(refusal))
}

fn merged(mut base: serde_json::Value, over: serde_json::Value) -> serde_json::Value {
    if let (Some(base), serde_json::Value::Object(over)) = (base.as_object_mut(), over) {
        base.extend(over);
    }
    base
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_digest_is_in_order_only_after_a_kill_that_somebody_tells_of() {
        let told = "error: the state s3://b/k does not fit the digest that …";
        let silent = "error: the stack is locked";
        let client = Blow::Request(7, RequestFault::ClientKilled);
        let whole = Blow::Request(7, RequestFault::KilledAfter);
        let may = |blow, code, said, refusal: &str| {
            may_leave_a_stale_digest(blow, code, said, &[refusal.to_owned()])
        };
        assert!(may(whole, 137, "", told));
        assert!(!may(whole, 137, told, silent));
        assert!(!may(whole, 1, told, told));
        assert!(!may(whole, 0, told, told));
        assert!(!may_leave_a_stale_digest(whole, 137, "", &[]));
        // Nobody can tell it.
        let silence = Blow::Request(7, RequestFault::RefusedForEver);
        let blind = "warning: can't read s3://b/k: the service answers InternalServerError";
        assert!(may(silence, 1, blind, told));
        assert!(!may(silence, 1, blind, silent));
        assert!(!may(silence, 1, silent, told));
        assert!(!may(silence, 0, blind, told));
        assert!(!may(whole, 1, blind, told));
        // infra lives on and says it itself.
        assert!(may(client, 1, told, silent));
        assert!(!may(client, 1, silent, told));
        assert!(!may(client, 0, told, told));
        // Both were killed.
        assert!(may(client, 137, "", told));
    }
}
