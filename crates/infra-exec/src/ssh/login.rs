//! A command on a host, and what it means when ssh itself fails.

use std::time::Duration;

use crate::process::{Capture, Completed, Exit, Invocation, RunError, Runner};
use crate::ssh::{Contact, KEEP_ALIVE, Target};

/// One attempt takes no longer, whatever the server does after the connection stands.
const ATTEMPT: Duration = Duration::from_secs(30);

/// How a login went.
#[derive(Debug)]
pub(super) enum Login {
    /// The command ran and exited with this code
    Ran { code: i32, stdout: String },
    /// The host's key is not the one that is known: waiting does not help
    KeyChanged(String),
    /// The server won't ever let this user in
    Refused(String),
    /// It may work later
    NotYet(String),
}

impl Contact {
    /// `ssh` with every option, up to the host.
    pub(super) fn ssh(&self, target: &Target) -> Invocation {
        let options = [
            // Never asks for anything.
            "BatchMode=yes",
            "ConnectTimeout=10",
            // A connection of its own: one shared from an earlier machine proves nothing.
            "ControlMaster=no",
            "ControlPath=none",
            // What a person's configuration may add for interactive use.
            "ClearAllForwardings=yes",
            "ForwardAgent=no",
            "ForwardX11=no",
            "PermitLocalCommand=no",
            "RemoteCommand=none",
            "RequestTTY=no",
        ];
        Invocation::new(&self.ssh)
            .args(self.host_keys.options())
            .args(options.into_iter().flat_map(|option| ["-o", option]))
            .args(KEEP_ALIVE)
            .args(target.args())
            // Last, as the first value of an option counts: these may not undo the above.
            .args(self.ssh_args.iter().cloned())
            // An interrupted login has nothing to save.
            .grace(Duration::from_secs(2))
    }

    /// Runs `command` on the host, for at most `limit`.
    pub(super) async fn log_in(
        &self,
        runner: &Runner,
        target: &Target,
        command: &str,
        limit: Option<Duration>,
    ) -> Result<Login, RunError> {
        let invocation = self
            .ssh(target)
            // Ends the options: what follows is a host even if it looked like one.
            .arg("--")
            .arg(target.address())
            .arg(command)
            .capture(Capture::Whole)
            .deadline(Some(limit.unwrap_or(ATTEMPT)));
        Ok(Login::of(&runner.run(&invocation, &|_| {}).await?))
    }
}

impl Login {
    fn of(completed: &Completed) -> Self {
        let said = said(&completed.stderr_tail);
        match completed.exit {
            // ssh exits with 255 for errors of its own (ssh(1), EXIT STATUS).
            Exit::Code(255) | Exit::Signal(_) => {}
            Exit::Code(code) => {
                let stdout = String::from_utf8_lossy(&completed.stdout).into_owned();
                // What cloud images say to root, by a forced command (cloud-init's disable_root).
                if stdout.contains("Please login as the user") {
                    return Self::Refused(crate::escape::printable(stdout.trim()).into_owned());
                }
                return Self::Ran { code, stdout };
            }
        }
        let text = &completed.stderr_tail;
        if text.contains("REMOTE HOST IDENTIFICATION HAS CHANGED")
            || text.contains("Host key verification failed")
        {
            return Self::KeyChanged(said);
        }
        Self::NotYet(if said.is_empty() {
            "ssh gave no answer in time".to_owned()
        } else {
            said
        })
    }
}

/// The last line that says something, safe to show. Where that is only that the host closed the
/// connection, the line before it is why: of a host that is still booting, it is what
/// `pam_nologin(8)` says.
fn said(text: &str) -> String {
    let mut lines = (text.lines().map(str::trim))
        .filter(|line| !line.is_empty() && !line.starts_with("Warning: Permanently added"))
        .rev();
    let last = lines.next().unwrap_or_default();
    let why = lines
        .next()
        .filter(|_| last.starts_with("Connection closed by "));
    let whole = why.map_or_else(|| last.to_owned(), |why| format!("{why} ({last})"));
    crate::escape::printable(&whole).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssh::HostKeys;

    #[test]
    fn a_host_that_closes_the_connection_may_have_said_why() {
        let closed = "Connection closed by 192.0.2.1 port 22";
        assert_eq!(said(&format!("\n{closed}\n")), closed);
        assert_eq!(
            said(&format!("\"System is booting up.\"\n\n{closed}\n")),
            format!("\"System is booting up.\" ({closed})")
        );
        let added = "Warning: Permanently added '192.0.2.1' (ED25519) to the list of known hosts.";
        assert_eq!(said(&format!("{added}\n{closed}\n")), closed);
        assert_eq!(said("one\ntwo\n"), "two");
        assert_eq!(said(""), "");
    }

    #[test]
    fn a_login_never_asks_and_names_the_host_last() {
        let contact = Contact::new("/usr/bin/ssh", HostKeys::new("/s/known_hosts"));
        let target = Target::new("web", "10.0.0.1")
            .unwrap()
            .identity(Some("i-1"));
        let line = contact
            .ssh_args(["-o", "ProxyJump=bastion"])
            .ssh(&target)
            .arg("--")
            .arg(target.address())
            .to_string();
        assert!(line.starts_with(
            "/usr/bin/ssh -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=/s/known_hosts "
        ));
        assert!(
            line.contains(" -o BatchMode=yes ") && line.contains(" -o HostKeyAlias=i-1 "),
            "{line}"
        );
        assert!(
            line.ends_with(" -o ProxyJump=bastion -- 10.0.0.1"),
            "{line}"
        );
    }
}
