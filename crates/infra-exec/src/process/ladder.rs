//! When a child is sent which signal: the rule, without the process.

use std::time::{Duration, Instant};

use crate::process::{Level, Stopped};

/// How long a child may take to die of SIGTERM before its tree is killed.
const TERM_GRACE: Duration = Duration::from_secs(10);

/// What is to be done to the child now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rung {
    /// Send it SIGINT: to the process alone, and never twice
    Int,
    /// Tell the person that it is stopping, and what another interrupt would do
    Explain,
    /// Send it SIGTERM
    Term,
    /// Kill it with all that it started
    Kill,
}

/// How far the child has been asked to stop, and when to ask again.
#[derive(Debug)]
pub(super) struct Ladder {
    heard: Level,
    sent: Option<Rung>,
    timer: Option<Instant>,
    deadline_passed: bool,
    grace: Duration,
}

impl Ladder {
    pub(super) fn new(start: Instant, deadline: Option<Duration>, grace: Duration) -> Self {
        let timer = deadline.and_then(|deadline| start.checked_add(deadline));
        Self {
            heard: Level::None,
            sent: None,
            timer,
            deadline_passed: false,
            grace,
        }
    }

    /// The level of interrupt that has been acted on.
    pub(super) fn heard(&self) -> Level {
        self.heard
    }

    /// When [`Ladder::at`] is due.
    pub(super) fn timer(&self) -> Option<Instant> {
        self.timer
    }

    /// Why the child was told to stop, if it was.
    pub(super) fn stopped(&self) -> Option<Stopped> {
        match (self.sent, self.deadline_passed, self.heard) {
            (None, ..) => None,
            (Some(_), _, Level::Kill) => Some(Stopped::Killed),
            (Some(_), true, _) => Some(Stopped::Deadline),
            (Some(_), false, _) => Some(Stopped::Interrupted),
        }
    }

    /// The interrupt has risen to `level`.
    pub(super) fn interrupted(&mut self, level: Level) -> Option<Rung> {
        let before = std::mem::replace(&mut self.heard, level);
        match level {
            Level::Kill => self.send(Rung::Kill),
            // Two came in before either was seen: still one SIGINT.
            Level::Stop | Level::Insist if before == Level::None => self.send(Rung::Int),
            Level::Insist => Some(Rung::Explain),
            Level::Stop | Level::None => None,
        }
    }

    /// The timer has gone off at `now`.
    pub(super) fn at(&mut self, now: Instant) -> Option<Rung> {
        self.timer.take_if(|due| *due <= now)?;
        let first = !std::mem::replace(&mut self.deadline_passed, true);
        match self.sent {
            // The person has already had it interrupted: the deadline only starts the grace.
            Some(Rung::Int) if first => {
                self.timer = now.checked_add(self.grace);
                None
            }
            None => {
                self.timer = now.checked_add(self.grace);
                self.send(Rung::Int)
            }
            Some(Rung::Int | Rung::Explain) => {
                self.timer = now.checked_add(TERM_GRACE);
                self.send(Rung::Term)
            }
            Some(Rung::Term) => self.send(Rung::Kill),
            Some(Rung::Kill) => None,
        }
    }

    fn send(&mut self, rung: Rung) -> Option<Rung> {
        if rung == Rung::Int && self.sent.is_some() {
            return None;
        }
        self.sent = Some(rung);
        Some(rung)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_mins(1);

    #[test]
    fn first_interrupt_sends_one_sigint_the_second_explains_the_third_kills() {
        let mut ladder = Ladder::new(Instant::now(), None, GRACE);
        assert_eq!(ladder.stopped(), None);
        assert_eq!(ladder.interrupted(Level::Stop), Some(Rung::Int));
        assert_eq!(ladder.stopped(), Some(Stopped::Interrupted));
        assert_eq!(ladder.interrupted(Level::Insist), Some(Rung::Explain));
        assert_eq!(ladder.interrupted(Level::Kill), Some(Rung::Kill));
        assert_eq!(ladder.stopped(), Some(Stopped::Killed));
        assert_eq!(ladder.timer(), None);
    }

    #[test]
    fn a_passed_deadline_climbs_from_sigint_to_the_whole_tree() {
        let start = Instant::now();
        let mut ladder = Ladder::new(start, Some(Duration::from_secs(5)), GRACE);
        assert_eq!(ladder.at(start), None, "not due yet");
        let due = ladder.timer().unwrap();
        assert_eq!(ladder.at(due), Some(Rung::Int));
        assert_eq!(ladder.timer(), Some(due + GRACE));
        assert_eq!(ladder.at(due + GRACE), Some(Rung::Term));
        let kill = ladder.timer().unwrap();
        assert_eq!(ladder.at(kill), Some(Rung::Kill));
        assert_eq!(ladder.timer(), None);
        assert_eq!(ladder.stopped(), Some(Stopped::Deadline));
    }

    #[test]
    fn an_interrupt_and_a_deadline_together_send_one_sigint() {
        let start = Instant::now();
        let mut ladder = Ladder::new(start, Some(Duration::from_secs(5)), GRACE);
        assert_eq!(ladder.interrupted(Level::Insist), Some(Rung::Int));
        let due = ladder.timer().unwrap();
        assert_eq!(ladder.at(due), None);
        assert_eq!(ladder.at(due + GRACE), Some(Rung::Term));

        let mut ladder = Ladder::new(start, Some(Duration::from_secs(5)), GRACE);
        assert_eq!(ladder.at(due), Some(Rung::Int));
        assert_eq!(ladder.interrupted(Level::Stop), None);
        assert_eq!(ladder.interrupted(Level::Insist), Some(Rung::Explain));
    }
}
