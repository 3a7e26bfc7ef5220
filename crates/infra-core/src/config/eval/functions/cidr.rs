//! Functions over IP networks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::args::{Args, Failure};
use super::table::Function;
use crate::json::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("cidrhost", 2..=2, cidrhost),
    Function::new("cidrnetmask", 1..=1, cidrnetmask),
    Function::new("cidrsubnet", 3..=3, cidrsubnet),
];

/// A network: its first address, counted in one number, and the length of its prefix.
struct Network {
    first: u128,
    prefix: u32,
    /// 32 or 128
    bits: u32,
}

impl Network {
    fn parse(args: &Args<'_, '_>) -> Result<Self, Failure> {
        let text = args.text(0)?;
        let wrong = || {
            Failure::of(
                0,
                "the text is not a network such as 192.0.2.0/24 or 2001:db8::/32",
            )
        };
        let (address, prefix) = text.split_once('/').ok_or_else(wrong)?;
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let (number, bits) = match address {
            IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
            IpAddr::V6(address) => (address.to_bits(), 128),
        };
        let digits = !prefix.is_empty() && prefix.bytes().all(|b| b.is_ascii_digit());
        let prefix = prefix
            .parse()
            .ok()
            .filter(|prefix| digits && *prefix <= bits)
            .ok_or_else(wrong)?;
        Ok(Self {
            first: number & !low_bits(bits - prefix),
            prefix,
            bits,
        })
    }

    fn show(&self, address: u128) -> String {
        match u32::try_from(address) {
            Ok(address) if self.bits == 32 => Ipv4Addr::from_bits(address).to_string(),
            _ => Ipv6Addr::from_bits(address).to_string(),
        }
    }
}

/// A number whose lowest `count` bits are set.
fn low_bits(count: u32) -> u128 {
    1_u128.checked_shl(count).map_or(u128::MAX, |bit| bit - 1)
}

/// `cidrhost(network, number)`: a negative number counts from the last address.
fn cidrhost<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let (network, number) = (Network::parse(args)?, args.whole(1)?);
    let last = low_bits(network.bits - network.prefix);
    let magnitude = u128::from(number.unsigned_abs());
    let offset = if number < 0 {
        last.checked_sub(magnitude - 1)
    } else {
        Some(magnitude)
    };
    let offset = offset.filter(|offset| *offset <= last);
    let offset = offset.ok_or_else(|| {
        Failure::of(
            1,
            format!(
                "a prefix of {} bits has no host number {number}",
                network.prefix
            ),
        )
    })?;
    Ok(network.show(network.first | offset).into())
}

fn cidrnetmask<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let network = Network::parse(args)?;
    if network.bits == 128 {
        return Err(Failure::of(0, "an IPv6 network has no netmask"));
    }
    Ok(network
        .show(low_bits(32) & !low_bits(32 - network.prefix))
        .into())
}

/// `cidrsubnet(network, further bits, number)`.
fn cidrsubnet<'e>(args: &Args<'_, 'e>) -> Result<Value<'e>, Failure> {
    let (network, more, number) = (Network::parse(args)?, args.whole(1)?, args.whole(2)?);
    let prefix = u32::try_from(more)
        .ok()
        .and_then(|more| network.prefix.checked_add(more));
    let prefix = prefix
        .filter(|prefix| *prefix <= network.bits)
        .ok_or_else(|| {
            Failure::of(
                1,
                format!("a prefix of {} bits cannot grow by {more}", network.prefix),
            )
        })?;
    let count = low_bits(prefix - network.prefix);
    let number = u128::try_from(number)
        .ok()
        .filter(|number| *number <= count)
        .ok_or_else(|| {
            Failure::of(
                2,
                format!("{more} further bits give no subnet number {number}"),
            )
        })?;
    let shifted = number.checked_shl(network.bits - prefix).unwrap_or(0);
    Ok(format!("{}/{prefix}", network.show(network.first | shifted)).into())
}
