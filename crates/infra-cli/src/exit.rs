//! Exit codes: a contract that scripts rely on.

/// Done, or nothing to do.
pub(crate) const DONE: u8 = 0;
/// An error. A wrong flag is one too: clap's own 2 would read as "something to do".
pub(crate) const ERROR: u8 = 1;
/// Something to do, where `--detailed-exitcode` asks for that.
pub(crate) const SOMETHING: u8 = 2;

/// How a verb ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It did what it was asked to do
    Done,
    /// It found something to do, and was asked to say so by its exit code
    Something,
    /// It could not do all of it, and has said why
    Failed,
}

/// The exit code. `signal` is the code of the signal that arrived meanwhile, if one did: it
/// wins, because whoever sent it knows best why the run ended.
pub(crate) fn code(ending: Ending, signal: Option<u8>) -> u8 {
    match (signal, ending) {
        (Some(code), _) => code,
        (None, Ending::Done) => DONE,
        (None, Ending::Something) => SOMETHING,
        (None, Ending::Failed) => ERROR,
    }
}

/// How a verb ended that looked whether there is something to do.
pub(crate) fn found(something: bool, detailed: bool) -> Ending {
    if something && detailed {
        Ending::Something
    } else {
        Ending::Done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn something_to_do_is_2_only_where_that_was_asked_for() {
        assert_eq!(code(found(true, true), None), 2);
        assert_eq!(code(found(true, false), None), 0);
        assert_eq!(code(found(false, true), None), 0);
    }

    #[test]
    fn a_failure_is_1_and_a_signal_wins() {
        assert_eq!(code(Ending::Failed, None), 1);
        assert_eq!(code(Ending::Failed, Some(130)), 130);
        assert_eq!(code(Ending::Done, Some(143)), 143);
    }
}
