//! The answer to `DescribeInstances`.

use std::collections::BTreeMap;

use aws_smithy_xml::decode::{Document, ScopedDecoder, XmlDecodeError, try_data};
use infra_core::aws::Instance;

/// One page of instances.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) instances: BTreeMap<String, Instance>,
    /// What asks for the next page
    pub(super) token: Option<String>,
}

pub(super) fn read(text: &str) -> Result<Page, XmlDecodeError> {
    let mut page = Page::default();
    let mut document = Document::new(text);
    let mut root = document.root_element()?;
    if root.start_el().local() != "DescribeInstancesResponse" {
        return Err(XmlDecodeError::custom("it is no DescribeInstancesResponse"));
    }
    while let Some(mut tag) = root.next_tag() {
        match tag.start_el().local() {
            "reservationSet" => each(&mut tag, |reservation| {
                children(reservation, |tag| {
                    if tag.start_el().local() == "instancesSet" {
                        each(tag, |item| {
                            if let Some((id, instance)) = instance(item)? {
                                page.instances.insert(id, instance);
                            }
                            Ok(())
                        })?;
                    }
                    Ok(())
                })
            })?,
            "nextToken" => page.token = text_of(&mut tag)?,
            _ => {}
        }
    }
    Ok(page)
}

fn instance(
    item: &mut ScopedDecoder<'_, '_>,
) -> Result<Option<(String, Instance)>, XmlDecodeError> {
    let mut id = None;
    let mut found = Instance {
        status: "unknown".to_owned(),
        ..Instance::default()
    };
    children(item, |tag| {
        match tag.start_el().local() {
            "instanceId" => id = text_of(tag)?,
            "instanceState" => children(tag, |tag| {
                if tag.start_el().local() == "name"
                    && let Some(name) = text_of(tag)?
                {
                    found.status = name;
                }
                Ok(())
            })?,
            "ipAddress" => found.public_ip = noted(tag, &mut found.all)?,
            "privateIpAddress" => found.private_ip = noted(tag, &mut found.all)?,
            "ipv6Address" => found.ipv6 = noted(tag, &mut found.all)?,
            "dnsName" | "privateDnsName" => drop(noted(tag, &mut found.all)?),
            "networkInterfaceSet" => each(tag, |interface| addresses(interface, &mut found))?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(id.map(|id| (id, found)))
}

/// The addresses of one interface. The first one's IPv6 address is the instance's.
fn addresses(
    interface: &mut ScopedDecoder<'_, '_>,
    found: &mut Instance,
) -> Result<(), XmlDecodeError> {
    children(interface, |tag| {
        match tag.start_el().local() {
            "privateIpAddressesSet" => each(tag, |address| {
                children(address, |tag| {
                    match tag.start_el().local() {
                        "privateIpAddress" => drop(noted(tag, &mut found.all)?),
                        "association" => children(tag, |tag| {
                            if matches!(tag.start_el().local(), "publicIp" | "publicDnsName") {
                                noted(tag, &mut found.all)?;
                            }
                            Ok(())
                        })?,
                        _ => {}
                    }
                    Ok(())
                })
            })?,
            "ipv6AddressesSet" => each(tag, |address| {
                children(address, |tag| {
                    if tag.start_el().local() == "ipv6Address" {
                        let ipv6 = noted(tag, &mut found.all)?;
                        if found.ipv6.is_none() {
                            found.ipv6 = ipv6;
                        }
                    }
                    Ok(())
                })
            })?,
            _ => {}
        }
        Ok(())
    })
}

/// The items of a list.
fn each(
    list: &mut ScopedDecoder<'_, '_>,
    mut of: impl FnMut(&mut ScopedDecoder<'_, '_>) -> Result<(), XmlDecodeError>,
) -> Result<(), XmlDecodeError> {
    children(list, |tag| {
        if tag.start_el().local() == "item" {
            of(tag)?;
        }
        Ok(())
    })
}

fn children(
    parent: &mut ScopedDecoder<'_, '_>,
    mut of: impl FnMut(&mut ScopedDecoder<'_, '_>) -> Result<(), XmlDecodeError>,
) -> Result<(), XmlDecodeError> {
    while let Some(mut tag) = parent.next_tag() {
        of(&mut tag)?;
    }
    Ok(())
}

/// The text of an element; none if it is empty.
fn text_of(tag: &mut ScopedDecoder<'_, '_>) -> Result<Option<String>, XmlDecodeError> {
    let text = try_data(tag)?;
    Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
}

/// An address or name, which is noted among all of the instance.
fn noted(
    tag: &mut ScopedDecoder<'_, '_>,
    all: &mut std::collections::BTreeSet<String>,
) -> Result<Option<String>, XmlDecodeError> {
    let text = text_of(tag)?;
    all.extend(text.clone());
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_every_address_of_every_instance_and_what_asks_for_the_next() {
        let page = read(
            r#"<?xml version="1.0" encoding="UTF-8"?>
            <DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
              <requestId>r</requestId>
              <reservationSet><item><reservationId>r-1</reservationId><groupSet/><instancesSet>
                <item><instanceId>i-1</instanceId>
                  <instanceState><code>16</code><name>running</name></instanceState>
                  <privateDnsName>ip-10-0-0-1.internal</privateDnsName><dnsName></dnsName>
                  <ipAddress>192.0.2.1</ipAddress><privateIpAddress>10.0.0.1</privateIpAddress>
                  <tagSet><item><key>ipAddress</key><value>203.0.113.9</value></item></tagSet>
                  <networkInterfaceSet><item>
                    <privateIpAddressesSet>
                      <item><privateIpAddress>10.0.0.1</privateIpAddress>
                        <association><publicIp>192.0.2.1</publicIp></association></item>
                      <item><privateIpAddress>10.0.0.2</privateIpAddress>
                        <association><publicIp>192.0.2.2</publicIp></association></item>
                    </privateIpAddressesSet>
                    <ipv6AddressesSet><item><ipv6Address>2001:db8::1</ipv6Address></item></ipv6AddressesSet>
                  </item></networkInterfaceSet></item>
                <item><instanceId>i-2</instanceId><instanceState><name>terminated</name></instanceState></item>
              </instancesSet></item></reservationSet>
              <nextToken>t&amp;1</nextToken>
            </DescribeInstancesResponse>"#,
        )
        .unwrap();
        assert_eq!(page.token.as_deref(), Some("t&1"));
        let first = &page.instances["i-1"];
        assert_eq!(first.status, "running");
        assert_eq!(first.public_ip.as_deref(), Some("192.0.2.1"));
        assert_eq!(first.ipv6.as_deref(), Some("2001:db8::1"));
        let all: Vec<&str> = first.all.iter().map(String::as_str).collect();
        let expected = [
            "10.0.0.1",
            "10.0.0.2",
            "192.0.2.1",
            "192.0.2.2",
            "2001:db8::1",
            "ip-10-0-0-1.internal",
        ];
        assert_eq!(all, expected);
        assert!(page.instances["i-2"].is_gone());
    }

    #[test]
    fn another_document_is_no_page() {
        assert!(read("<html><body>hello</body></html>").is_err());
        assert!(read("").is_err());
    }
}
