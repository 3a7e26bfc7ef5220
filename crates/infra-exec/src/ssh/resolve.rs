//! Where ssh will really connect to.

use crate::process::{Capture, Exit, Invocation, RunError, Runner};

/// What `ssh -G` says of a host, of which `~/.ssh/config` may have decided anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) host: String,
    pub(super) port: u16,
    /// The connection goes through a jump host or a command: the port can't be probed
    pub(super) proxied: bool,
}

impl Route {
    /// Asks ssh. None if it can't read its configuration; the login will say why.
    pub(super) async fn ask(
        runner: &Runner,
        login: Invocation,
        host: &str,
    ) -> Result<Option<Self>, RunError> {
        let ask = login.arg("-G").arg("--").arg(host).capture(Capture::Whole);
        let completed = runner.run(&ask, &|_| {}).await?;
        if completed.exit != Exit::Code(0) {
            return Ok(None);
        }
        Ok(Self::parse(&String::from_utf8_lossy(&completed.stdout)))
    }

    fn parse(text: &str) -> Option<Self> {
        let value = |key: &str| {
            text.lines()
                .filter_map(|line| line.split_once(' '))
                .find(|(word, _)| *word == key)
                .map(|(_, value)| value)
        };
        let set = |key| value(key).is_some_and(|value| value != "none");
        Some(Self {
            host: value("hostname")?.to_owned(),
            port: value("port")?.parse().ok()?,
            proxied: set("proxyjump") || set("proxycommand"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_read_with_its_proxy() {
        let route = Route::parse("user root\nhostname 10.0.0.1\nport 2222\n").unwrap();
        assert_eq!(
            route,
            Route {
                host: "10.0.0.1".to_owned(),
                port: 2222,
                proxied: false
            }
        );
        assert!(
            Route::parse("hostname a\nport 22\nproxyjump bastion\n")
                .unwrap()
                .proxied
        );
        assert!(
            !Route::parse("hostname a\nport 22\nproxycommand none\n")
                .unwrap()
                .proxied
        );
        assert_eq!(Route::parse("hostname a"), None);
    }
}
