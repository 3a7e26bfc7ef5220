//! The ssh connections that Ansible keeps open from task to task.

use std::path::Path;
use std::time::Duration;

use crate::process::{Invocation, Runner};

/// How long an ssh may take to tell another of this machine to end.
const DEADLINE: Duration = Duration::from_secs(5);

/// Ends every master connection that has its control socket in `dir`.
///
/// ssh leaves them behind on purpose (`ControlPersist`), in sessions of their own and with
/// their environment overwritten by a title, so that they can't be told from anybody
/// else's. But nobody can use them once the directory is gone.
pub(super) async fn end(runner: &Runner, dir: &Path) {
    let runner = runner.for_cleanup();
    let sockets = std::fs::read_dir(dir).into_iter().flatten().flatten();
    for socket in sockets.map(|entry| entry.path()) {
        let invocation = Invocation::new("ssh")
            .args(["-O", "exit", "-S"])
            .arg(&socket)
            // The master knows its host; ssh wants a word all the same.
            .arg("master")
            .deadline(Some(DEADLINE));
        if let Err(error) = runner.run(&invocation, &|_| {}).await {
            tracing::debug!(socket = %socket.display(), %error, "a connection was not ended");
        }
    }
}
