//! Addresses that Ansible may connect to: what counts as one, and which of many is taken.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::connect::is_resolvable;

/// The addresses of one machine, as people write them; of each kind the first that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Addresses<'a> {
    public_ipv4: Option<Cow<'a, str>>,
    private_ipv4: Option<Cow<'a, str>>,
    public_ipv6: Option<Cow<'a, str>>,
    private_ipv6: Option<Cow<'a, str>>,
    dns: Option<Cow<'a, str>>,
}

/// What the attribute that holds an address says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Reachable from outside the cloud's own network
    Public,
    /// Reachable from inside only
    Private,
    /// Either: the range of the address tells
    Mixed,
    /// A host name
    Dns,
}

impl<'a> Addresses<'a> {
    /// Takes in what an attribute holds. Empty strings, `dhcp`, `N/A`, loopback and
    /// link-local addresses, which providers write as well, are passed over.
    pub(super) fn add(&mut self, reach: Reach, text: Cow<'a, str>) {
        if reach == Reach::Dns {
            if self.dns.is_none() && is_resolvable(&text) && text.parse::<IpAddr>().is_err() {
                self.dns = Some(text);
            }
            return;
        }
        match text {
            Cow::Borrowed(text) => self.add_ip(reach, text, Cow::Borrowed),
            Cow::Owned(text) => self.add_ip(reach, &text, |ip| ip.to_owned().into()),
        }
    }

    fn add_ip<'t>(&mut self, reach: Reach, text: &'t str, keep: impl Fn(&'t str) -> Cow<'a, str>) {
        // Nearly all are one address and nothing else.
        if let Ok(ip) = text.parse() {
            return self.add_literal(reach, ip, || keep(text));
        }
        // Proxmox keeps `ip=10.0.0.5/24,gw=10.0.0.1,ip6=auto` in one string; elsewhere
        // there is one part and no prefix.
        for part in text.split(',') {
            let part = part
                .strip_prefix("ip=")
                .or_else(|| part.strip_prefix("ip6="))
                .unwrap_or(part);
            let literal = ip_literal(part);
            if let Ok(ip) = literal.parse() {
                self.add_literal(reach, ip, || keep(literal));
            }
        }
    }

    fn add_literal(&mut self, reach: Reach, ip: IpAddr, keep: impl FnOnce() -> Cow<'a, str>) {
        match ip {
            IpAddr::V4(ip) if is_usable_v4(ip) => {
                let public = reach == Reach::Public || (reach == Reach::Mixed && is_public(ip));
                let slot = if public {
                    &mut self.public_ipv4
                } else {
                    &mut self.private_ipv4
                };
                // There is one way to write it.
                slot.get_or_insert_with(keep);
            }
            IpAddr::V6(ip) if is_usable_v6(ip) => {
                let public = reach != Reach::Private && !ip.is_unique_local();
                let slot = if public {
                    &mut self.public_ipv6
                } else {
                    &mut self.private_ipv6
                };
                slot.get_or_insert_with(|| ip.to_string().into());
            }
            _ => {}
        }
    }

    /// The address to connect to: IPv4 before IPv6, public before private, and a name
    /// only where there is no IP address, for a name may resolve to an older one.
    pub(super) fn best(&self) -> Option<&str> {
        let in_order = [
            &self.public_ipv4,
            &self.private_ipv4,
            &self.public_ipv6,
            &self.private_ipv6,
            &self.dns,
        ];
        in_order.into_iter().find_map(Option::as_deref)
    }

    /// The addresses, each under the name of its kind.
    pub(super) fn named(&self) -> [(&'static str, Option<&str>); 5] {
        [
            ("dns", self.dns.as_deref()),
            ("private_ipv4", self.private_ipv4.as_deref()),
            ("private_ipv6", self.private_ipv6.as_deref()),
            ("public_ipv4", self.public_ipv4.as_deref()),
            ("public_ipv6", self.public_ipv6.as_deref()),
        ]
    }

    /// Whether there is one to connect to.
    pub(super) fn is_reachable(&self) -> bool {
        self.best().is_some()
    }
}

/// The text of an IP address, without the brackets or the prefix length that some providers
/// add.
fn ip_literal(text: &str) -> &str {
    let text = text.trim();
    let text = text.split_once('/').map_or(text, |(ip, _)| ip);
    text.strip_prefix('[')
        .and_then(|inner| inner.strip_suffix(']'))
        .unwrap_or(text)
}

fn is_usable_v4(ip: Ipv4Addr) -> bool {
    !(ip.is_loopback() || ip.is_link_local() || is_nowhere(IpAddr::V4(ip)) || ip.is_broadcast())
}

fn is_usable_v6(ip: Ipv6Addr) -> bool {
    !(ip.is_loopback() || ip.is_unicast_link_local() || is_nowhere(IpAddr::V6(ip)))
}

fn is_nowhere(ip: IpAddr) -> bool {
    ip.is_unspecified() || ip.is_multicast()
}

/// Whether an IPv4 address is outside the private ranges of RFC 1918 and the shared one of
/// RFC 6598, which carriers and overlay networks use.
fn is_public(ip: Ipv4Addr) -> bool {
    let [first, second, ..] = ip.octets();
    !(ip.is_private() || (first == 100 && (64..128).contains(&second)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(texts: &[(Reach, &str)]) -> Option<String> {
        let mut addresses = Addresses::default();
        for (reach, text) in texts {
            addresses.add(*reach, Cow::Borrowed(text));
        }
        addresses.best().map(str::to_owned)
    }

    #[test]
    fn public_ipv4_comes_first_and_a_name_last() {
        use Reach::{Dns, Mixed, Private, Public};
        let dns = (Dns, "ec2-1.example.com");
        let all = [
            dns,
            (Public, "2001:db8::1"),
            (Private, "10.0.0.1"),
            (Public, "203.0.113.9"),
        ];
        assert_eq!(best(&all).as_deref(), Some("203.0.113.9"));
        assert_eq!(best(&all[..3]).as_deref(), Some("10.0.0.1"));
        assert_eq!(best(&all[..2]).as_deref(), Some("2001:db8::1"));
        assert_eq!(best(&all[..1]).as_deref(), Some("ec2-1.example.com"));
        assert_eq!(
            best(&[(Mixed, "192.168.1.1"), (Mixed, "203.0.113.1")]).as_deref(),
            Some("203.0.113.1")
        );
        assert_eq!(
            best(&[(Mixed, "100.64.0.1"), (Mixed, "172.15.0.1")]).as_deref(),
            Some("172.15.0.1")
        );
    }

    #[test]
    fn what_is_no_address_to_connect_to_is_passed_over() {
        for text in [
            "",
            "dhcp",
            "N/A",
            "127.0.0.1",
            "169.254.1.1",
            "::1",
            "fe80::1",
            "0.0.0.0",
            "::",
            "224.0.0.1",
            "auto",
            "ip=dhcp",
            "-oProxyCommand=x",
            "10.0.0.256",
        ] {
            assert_eq!(best(&[(Reach::Mixed, text)]), None, "{text}");
        }
        for (text, expected) in [
            ("10.0.0.5/24", "10.0.0.5"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:db8::1/128", "2001:db8::1"),
            ("gw=10.0.0.1,ip=10.0.0.5/24", "10.0.0.5"),
        ] {
            assert_eq!(best(&[(Reach::Private, text)]).as_deref(), Some(expected));
        }
    }
}
