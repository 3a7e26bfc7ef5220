//! What a child does to itself between fork and exec.

use std::io;

use rustix::fs::Mode;
use rustix::process::{getpid, setsid, umask};
use tokio::process::Command;

/// Puts the child that `command` will start into a session of its own, to end with us.
///
/// - **Session.** Ctrl-C at a terminal reaches the whole foreground process group. In a
///   session of its own the child isn't in it, so that the one SIGINT which it gets is the
///   one that we send. Terraform calls two "exiting immediately" and doesn't record what it
///   just created. Without a controlling terminal, ssh and Terraform can't prompt either,
///   and a hangup of the terminal doesn't reach them.
/// - **Parent-death signal** SIGINT (Linux), so that Terraform stops in order when we are
///   killed. The kernel sends it when the *thread* that spawned the child ends, not the
///   process: see [`Runner`](crate::process::Runner).
/// - **umask** 077: plans, states and `errored.tfstate` hold secrets, and Terraform
///   creates them with mode 0644 otherwise.
#[expect(
    unsafe_code,
    reason = "std has no safe way to run code between fork and exec"
)]
pub(super) fn isolate(command: &mut Command) {
    let parent = getpid();
    let in_child = move || -> io::Result<()> {
        setsid()?;
        umask(Mode::RWXG | Mode::RWXO);
        #[cfg(target_os = "linux")]
        {
            use rustix::process::{Signal, getppid, set_parent_process_death_signal};
            set_parent_process_death_signal(Some(Signal::INT))?;
            // The parent may have died before that call; then nobody will ever signal us.
            if getppid() != Some(parent) {
                return Err(rustix::io::Errno::SRCH.into());
            }
        }
        #[cfg(not(target_os = "linux"))]
        let _ = parent;
        Ok(())
    };
    // SAFETY: between fork and exec only async-signal-safe functions may be called. The
    // closure makes four system calls through rustix, which neither allocate nor lock; an
    // `io::Error` made from an errno does not allocate; it captures one integer by value.
    unsafe {
        command.pre_exec(in_child);
    }
}
