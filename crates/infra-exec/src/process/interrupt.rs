//! The wish to stop, and how strongly it was said.

use std::future::pending;

use tokio::sync::watch;

/// How strongly somebody asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Level {
    /// Nobody did
    #[default]
    None,
    /// Once: children are sent one SIGINT and waited for; nothing new is started
    Stop,
    /// Twice: explained, and nothing else. A second SIGINT makes Terraform leave without
    /// recording what it just created
    Insist,
    /// Three times: children are killed with all that they started
    Kill,
}

/// The sending side: raised by signals, by a lost lock, by an embedder.
#[derive(Debug, Clone)]
pub struct Interrupter(watch::Sender<Level>);

impl Default for Interrupter {
    fn default() -> Self {
        Self::new()
    }
}

impl Interrupter {
    /// A sender that nobody has used yet.
    pub fn new() -> Self {
        Self(watch::Sender::new(Level::None))
    }

    /// A receiver of what is raised here.
    pub fn interrupt(&self) -> Interrupt {
        Interrupt {
            level: self.0.subscribe(),
            ignored_below: Level::Stop,
        }
    }

    /// Asks once more than so far, and returns how strong that is now.
    pub fn raise(&self) -> Level {
        self.0.send_modify(|level| {
            *level = match level {
                Level::None => Level::Stop,
                Level::Stop => Level::Insist,
                Level::Insist | Level::Kill => Level::Kill,
            }
        });
        *self.0.borrow()
    }

    /// Asks to stop if nobody has yet: for reasons that aren't a person's impatience.
    pub fn stop(&self) {
        self.0.send_if_modified(|level| {
            let first = *level == Level::None;
            if first {
                *level = Level::Stop;
            }
            first
        });
    }
}

/// The receiving side. Clones see the same level.
#[derive(Debug, Clone)]
pub struct Interrupt {
    level: watch::Receiver<Level>,
    /// Levels below this one count as none
    ignored_below: Level,
}

impl Interrupt {
    /// One that is never raised.
    pub fn never() -> Self {
        Interrupter::new().interrupt()
    }

    /// One that hears only [`Level::Kill`]: for the work that must still be done after an
    /// interrupted step, such as reading back the state and releasing the lock.
    #[must_use]
    pub fn only_kill(&self) -> Self {
        Self {
            level: self.level.clone(),
            ignored_below: Level::Kill,
        }
    }

    /// The level now.
    pub fn level(&self) -> Level {
        let level = *self.level.borrow();
        if level < self.ignored_below {
            Level::None
        } else {
            level
        }
    }

    /// Waits until the level is above `seen`, and returns it. Waits for ever if it never is.
    ///
    /// Safe to cancel: nothing is lost between two calls.
    pub async fn above(&mut self, seen: Level) -> Level {
        loop {
            // Marked as seen before it is read, so that no change falls in between.
            self.level.mark_unchanged();
            let level = self.level();
            if level > seen {
                return level;
            }
            if self.level.changed().await.is_err() {
                // Every sender is gone: nobody can raise it any more.
                pending::<()>().await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_ladder_has_three_rungs_and_a_lost_lock_only_the_first() {
        let interrupter = Interrupter::new();
        let mut interrupt = interrupter.interrupt();
        let mut cleanup = interrupt.only_kill();
        interrupter.stop();
        interrupter.stop();
        assert_eq!(interrupt.above(Level::None).await, Level::Stop);
        assert_eq!(cleanup.level(), Level::None);
        assert_eq!(interrupter.raise(), Level::Insist);
        assert_eq!(interrupt.above(Level::Stop).await, Level::Insist);
        assert_eq!(interrupter.raise(), Level::Kill);
        assert_eq!(interrupter.raise(), Level::Kill);
        assert_eq!(interrupt.above(Level::Insist).await, Level::Kill);
        assert_eq!(cleanup.above(Level::None).await, Level::Kill);
    }
}
