//! A host to connect to, with every part of it checked.

use std::path::PathBuf;

use infra_core::hint::Hint;
use infra_core::inventory::{is_connectable, is_user};

/// A host to connect to. Only values that can't be taken for an option or an expression by
/// ssh make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    name: String,
    address: String,
    port: Option<u16>,
    user: Option<String>,
    identity: Option<String>,
    private_key: Option<PathBuf>,
}

/// A value that can't be used to connect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("host {}: {value:?} is not {what}", crate::escape::printable(host))]
pub struct InvalidTarget {
    /// The host
    pub host: String,
    /// The value
    pub value: String,
    /// What it should have been
    pub what: &'static str,
}

impl Hint for InvalidTarget {}

impl Target {
    /// A host that the inventory calls `name`, at an IP address or host name.
    pub fn new(name: impl Into<String>, address: impl Into<String>) -> Result<Self, InvalidTarget> {
        let (name, address) = (name.into(), address.into());
        if !is_connectable(&address) {
            return Err(InvalidTarget {
                host: name,
                value: address,
                what: "an IP address or a host name",
            });
        }
        Ok(Self {
            name,
            address,
            port: None,
            user: None,
            identity: None,
            private_key: None,
        })
    }

    /// Connects to this port, whatever ssh has configured.
    #[must_use]
    pub fn port(mut self, port: Option<u16>) -> Self {
        self.port = port;
        self
    }

    /// Logs in as this user, whatever ssh has configured.
    pub fn user(mut self, user: Option<&str>) -> Result<Self, InvalidTarget> {
        if let Some(user) = user.filter(|user| !is_user(user)) {
            return Err(InvalidTarget {
                host: self.name,
                value: user.to_owned(),
                what: "a user name",
            });
        }
        self.user = user.map(str::to_owned);
        Ok(self)
    }

    /// What tells this machine from others of the same name or address, such as an instance id.
    #[must_use]
    pub fn identity(mut self, identity: Option<impl Into<String>>) -> Self {
        self.identity = identity.map(Into::into);
        self
    }

    /// Offers this key, besides those that ssh finds.
    #[must_use]
    pub fn private_key(mut self, key: Option<impl Into<PathBuf>>) -> Self {
        self.private_key = key.map(Into::into);
        self
    }

    /// The host's name in the inventory.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The name under which the host's key is kept: by its identity, else by its name.
    pub fn host_key_alias(&self) -> String {
        super::host_key_alias(self.identity.as_deref().unwrap_or(&self.name))
    }

    /// The arguments that say how to reach the host, without the host itself.
    pub(super) fn args(&self) -> Vec<String> {
        let mut args = vec![
            "-o".to_owned(),
            format!("HostKeyAlias={}", self.host_key_alias()),
        ];
        if let Some(port) = self.port {
            args.extend(["-p".to_owned(), port.to_string()]);
        }
        if let Some(user) = &self.user {
            args.extend(["-l".to_owned(), user.clone()]);
        }
        if let Some(key) = &self.private_key {
            args.extend([
                "-o".to_owned(),
                format!("IdentityFile={}", super::options::path(key)),
            ]);
        }
        args
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_an_option_or_an_expression_is_refused() {
        for address in [
            "10.0.0.1",
            "::1",
            "fe80::1",
            "web-1.example.com",
            "ip-10-0-0-1",
            "a_b",
            "x.",
        ] {
            assert!(Target::new("web", address).is_ok(), "{address}");
        }
        for address in [
            "",
            "-oProxyCommand=x",
            "a b",
            "a;b",
            "$(id)",
            "{{ x }}",
            "a\nb",
            "user@host",
            "a..b",
            "[::1]",
            ".",
        ] {
            assert!(Target::new("web", address).is_err(), "{address}");
        }
        let error = Target::new("web", "-oX\u{1b}").unwrap_err();
        assert_eq!(
            error.to_string(),
            "host web: \"-oX\\u{1b}\" is not an IP address or a host name"
        );
    }

    #[test]
    fn a_user_is_only_a_name() {
        let target = Target::new("web", "10.0.0.1").unwrap();
        for user in ["ubuntu", "ann.lee", "ann@corp.example", "svc$"] {
            assert_eq!(
                target.clone().user(Some(user)).is_ok(),
                user != "svc$",
                "{user}"
            );
        }
        assert!(target.clone().user(Some("-l root")).is_err());
        assert!(target.user(Some("")).is_err());
    }

    #[test]
    fn only_what_is_set_becomes_an_argument() {
        let target = Target::new("Web", "10.0.0.1").unwrap();
        assert_eq!(target.args(), ["-o", "HostKeyAlias=_57eb"]);
        let target = target
            .port(Some(2222))
            .identity(Some("i-0abc"))
            .private_key(Some("/k/my key"));
        assert_eq!(
            target.user(Some("ubuntu")).unwrap().args(),
            [
                "-o",
                "HostKeyAlias=i-0abc",
                "-p",
                "2222",
                "-l",
                "ubuntu",
                "-o",
                "IdentityFile=\"/k/my key\""
            ]
        );
    }
}
