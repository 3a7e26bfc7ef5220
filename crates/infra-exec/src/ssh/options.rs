//! The options of ssh that are the same for our own connections and Ansible's.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Ends a connection that has gone silent: 4 unanswered questions, 5 seconds apart. Without
/// it a cut network holds Ansible for as long as TCP retries, which was 9 minutes.
pub const KEEP_ALIVE: [&str; 4] = ["-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=4"];

/// Where the keys of hosts are kept, and how they are judged.
///
/// Addresses of cloud machines are given to other machines, so that a key kept by address
/// is a false alarm one day and a bypass the next. Here each key is kept by the machine's
/// identity: unknown at first contact, and never another one afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostKeys {
    known_hosts: PathBuf,
}

impl HostKeys {
    /// Keeps them in this file, which ssh creates. It must outlive the run.
    pub fn new(known_hosts: impl Into<PathBuf>) -> Self {
        Self {
            known_hosts: known_hosts.into(),
        }
    }

    /// The file.
    pub fn known_hosts(&self) -> &Path {
        &self.known_hosts
    }

    /// The options that make ssh use the file.
    pub fn options(&self) -> Vec<String> {
        let known_hosts = format!("UserKnownHostsFile={}", path(&self.known_hosts));
        [
            // A key is taken at first contact and never changes after that.
            "StrictHostKeyChecking=accept-new",
            &known_hosts,
            // The alias, readable, is what a person looks for in the file.
            "HashKnownHosts=no",
            // Keys aren't kept by address, and several ssh at once must not rewrite the file.
            "CheckHostIP=no",
            "UpdateHostKeys=no",
        ]
        .into_iter()
        .flat_map(|option| ["-o".to_owned(), option.to_owned()])
        .collect()
    }
}

/// A path as the value of an option: ssh splits at spaces, and expands `%`.
pub(super) fn path(path: &Path) -> String {
    let text = path.to_string_lossy().replace('%', "%%");
    if text.contains([' ', '\t']) {
        format!("\"{text}\"")
    } else {
        text
    }
}

/// A name for the host key of the machine `identity`, made of characters that
/// `known_hosts` gives no meaning. Different identities have different names.
///
/// ssh compares lower-case patterns with the alias as it is, so that one with capitals is
/// never found again (`match_hostname` in OpenSSH's match.c).
pub fn host_key_alias(identity: &str) -> String {
    let mut alias = String::with_capacity(identity.len());
    for byte in identity.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' => alias.push(char::from(byte)),
            _ => {
                // Writing to a String cannot fail.
                let _ = write!(alias, "_{byte:02x}");
            }
        }
    }
    alias
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_has_no_meaning_to_known_hosts_and_no_twin() {
        assert_eq!(host_key_alias("i-0abc12"), "i-0abc12");
        assert_eq!(host_key_alias("I_*,!"), "_49_5f_2a_2c_21");
        assert_ne!(host_key_alias("a_41"), host_key_alias("aA"));
    }

    #[test]
    fn a_file_with_a_space_or_a_percent_stays_one_value() {
        let options = HostKeys::new("/my dir/100%/known_hosts").options();
        assert!(
            options.contains(&"UserKnownHostsFile=\"/my dir/100%%/known_hosts\"".to_owned()),
            "{options:?}"
        );
    }
}
